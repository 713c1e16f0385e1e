"""The operation that frees what a fleet's mirrors take of the disk."""

from pathlib import Path

from scaffold.fleet import inventory, mirrors
from scaffold.report.results import Freed


def fleet_clean(keep: Path | None = None, *, dry_run: bool = False) -> Freed:
    """Delete the mirrors of all fleets, or of those members that the file `keep` does not list.

    Raises ScaffoldError.
    """
    fleet = inventory.read(keep, offline=True) if keep else None
    kept = [one.place.address for one in fleet.repositories if one.place.kind == "url"] if fleet else []
    return mirrors.used(kept) if dry_run else mirrors.free(kept)
