"""How much a template may take and give before it is stopped."""

from typing import NamedTuple

MEGABYTE = 1_000_000


class Limits(NamedTuple):
    """Bounds of one render: seconds of time, megabytes that it reads or makes, and files that it reads or makes."""

    seconds: int = 60
    megabytes: int = 500
    files: int = 50_000
