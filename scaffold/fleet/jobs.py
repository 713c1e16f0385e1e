"""Work that is done repository by repository."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Job = TypeVar("Job")
Out = TypeVar("Out")


def run(
    work: Callable[[Job], Out],
    jobs: Sequence[Job],
    run_on: str = "loop",
    *,
    lost: Callable[[Job, str], Out],
    progress: Callable[[int], None],
) -> list[Out]:
    """Do a piece of work for each job, and return what came of it in their order; what fails is what `lost` makes."""
    del run_on
    found = []
    for job in jobs:
        try:
            found.append(work(job))
        except Exception as error:  # noqa: BLE001 - one repository never stops another
            found.append(lost(job, f"{type(error).__name__}: {error}"))
        progress(1)
    return found
