"""Old bases that a mirror of one commit lacks and no library renders again: brought where their server gives them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scaffold import lock
from scaffold.errors import ScaffoldError
from scaffold.fleet import mirrors
from scaffold.git.objects import open_repository
from scaffold.plan.decide import NO_BASE
from scaffold.plan.fleet import Result


def brought(url: str, folder: Path, results: Iterable[Result]) -> bool:
    """Bring the bases that plans lack into the mirror in a folder; whether any came. Nothing is raised for it."""
    try:
        wanted = frozenset(_lacking(folder, results))
        return bool(wanted) and mirrors.brought(url, wanted) < wanted
    except ScaffoldError:
        return False  # the conflicts stay, and say that the base is unknown


def _lacking(folder: Path, results: Iterable[Result]) -> Iterator[str]:
    repository = open_repository(folder)
    for one in results:
        places = [path for path, why in one.conflicts if NO_BASE in why]
        content = repository.file(one.base, f"{one.prefix}/{lock.PATH}".lstrip("/")) if places else None
        blobs = _blobs_of(content) if content else {}
        yield from (blob for place in places if (blob := blobs.get(place)) and not repository.has(blob))


def _blobs_of(content: bytes) -> Mapping[str, str | None]:
    """Return what each file was stamped with last, by where the project has it."""
    return {locked.at or path: locked.blob for path, locked in lock.parse(content).files.items()}
