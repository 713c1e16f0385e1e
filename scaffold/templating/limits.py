"""How much a template may take and give before it is stopped."""

from typing import NamedTuple

from scaffold.errors import LimitError

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """Bounds of one render: seconds of time, megabytes that it reads or makes, and files that it reads or makes."""

    seconds: int = 60
    megabytes: int = 500
    files: int = 50_000


UNLIMITED = Limits(*[10**9] * 3)  # to look at what was taken before, with whatever limits


def refuse_too_much(size: int, files: int, limits: Limits, where: str) -> None:
    """Raise LimitError where a template has made more bytes, or more files and folders, than it may."""
    for much, unit, name in (
        (size > limits.megabytes * MEGABYTE, f"{limits.megabytes} MB", "megabytes"),
        (files > limits.files, f"{limits.files} files and folders", "files"),
    ):
        if much:
            hint = f"raise it with --limit {name}=…"
            raise LimitError(f"the template makes more than {unit}", where=where, hint=hint)
