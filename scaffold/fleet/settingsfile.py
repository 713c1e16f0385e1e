"""A plan of settings as a file that nothing may change: what is set later is just that."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.errors import FormatError, ProjectError
from scaffold.fleet import planfile
from scaffold.formats.shown import to_json
from scaffold.plan.fleet_settings import SettingsPlan, Stands
from scaffold.plan.settings import Compared
from scaffold.report.fleet import settings as as_data

KIND = "settings"
ANEW = "make it anew with scaffold fleet settings"


def identified(plan: SettingsPlan) -> SettingsPlan:
    """Return the plan with the digest of all of it as its id."""
    return plan._replace(id=planfile.digest(_document(plan)))


def write(plan: SettingsPlan, folder: Path) -> Path:
    """Write a plan below a folder, under its own name; raises ProjectError. One that is there already is the same."""
    place = folder / f"{KIND}-{plan.id[:12]}.json"
    if place.is_file():
        return place
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjectError(f"the folder cannot be made: {error.strerror}", where=str(folder)) from error
    disk.put(folder, place.name, to_json({"format": planfile.FORMAT, **_document(plan)}).encode())
    place.chmod(planfile.READ_ONLY)
    return place


def read(place: Path) -> SettingsPlan:
    """Read a plan; raises FormatError for one that is none, or was changed since."""
    document = planfile.document(place, ANEW)
    if document.get("kind") != KIND:
        raise FormatError("this is no plan of settings", where=str(place), hint=ANEW)
    return SettingsPlan(
        document["id"],
        document["scaffold"],
        document["made"],
        document["where"],
        tuple(map(_stands, document["repositories"])),
    )


def _document(plan: SettingsPlan) -> Mapping[str, Any]:
    return {"kind": KIND, **as_data.data(plan)}


def _stands(one: Mapping[str, Any]) -> Stands:
    settings = (
        Compared(said["setting"], _value(said["wanted"]), _value(said["found"]), said["state"], said["why"])
        for said in one["settings"]
    )
    return Stands(one["repository"], tuple(one["projects"]), one["branch"], tuple(settings), one["why"])


def _value(said: Any) -> Any:
    return tuple(said) if isinstance(said, list) else said
