"""A plan as a folder: `plan.json`, which nothing may change, and beside it each new content once, as git packs them.

What is applied later is written from these alone.
"""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.apply.beside import beside
from scaffold.errors import FormatError, ProjectError
from scaffold.formats.shown import to_json
from scaffold.git.pack import Squeezed, write_pack
from scaffold.git.packed import contents_in
from scaffold.plan.fleet import Aim, FleetPlan, Group, Result, Side, Touched
from scaffold.report.fleet import plans

NAME, OBJECTS = "plan.json", "objects"
FORMAT = 1
READ_ONLY = 0o444
ANEW = "make it anew with scaffold fleet plan"


def identified(plan: FleetPlan) -> FleetPlan:
    """Return the plan with the digest of all of it as its id."""
    return plan._replace(id=digest(plans.data(plan)))


def write(plan: FleetPlan, blobs: Mapping[str, Squeezed], campaigns: Path) -> Path:
    """Write a plan into a folder of its own below `campaigns`, all of it or nothing; raises ProjectError.

    A plan that is there already is the same.
    """
    folder = campaigns / plan.id[:12]
    if (folder / NAME).is_file():
        return folder
    try:
        with beside(folder) as staged:
            objects = staged.folder / OBJECTS
            objects.mkdir()
            if blobs:
                write_pack(objects, blobs)
            disk.put(staged.folder, NAME, to_json({"format": FORMAT, **plans.data(plan)}).encode())
            (staged.folder / NAME).chmod(READ_ONLY)
            staged.move()
    except ProjectError:
        if not (folder / NAME).is_file():  # else another run was first
            raise
    return folder


def read(place: Path) -> FleetPlan:
    """Read a plan, by its folder or its file; raises FormatError for one that is none, or was changed since."""
    file = place / NAME if place.is_dir() else place
    found = document(file, ANEW)
    if "kind" in found:
        raise FormatError("this is a plan of settings, and not of updates", where=str(file), hint=ANEW)
    return _plan(found)


def document(file: Path, anew: str) -> dict[str, Any]:
    """Read the JSON of a plan of any kind; raises FormatError for what is none, or was changed since."""
    try:
        found = json.loads(file.read_bytes())
    except OSError as error:
        hint = f"name what was written, or {anew}"
        raise FormatError(f"there is no plan: {error.strerror}", where=str(file), hint=hint) from error
    except ValueError as error:
        raise FormatError(f"this is no plan: {error}", where=str(file), hint=anew) from error
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise FormatError("this is no plan", where=str(file), hint=anew)
    if found.pop("format") != FORMAT:
        raise FormatError("another version of scaffold has written this plan", where=str(file), hint=anew)
    if found.get("id") != digest(found):
        raise FormatError("the plan was changed since it was made", where=str(file), hint=anew)
    return found


def digest(document: Mapping[str, Any]) -> str:
    """Return the digest of a plan's JSON, of which its own id is no part."""
    said = {key: value for key, value in document.items() if key != "id"}
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _plan(document: Mapping[str, Any]) -> FleetPlan:
    groups = [
        Group(one["digest"], tuple(one["projects"]), tuple(one["files"]), one["risk"], one["diff"])
        for one in document["groups"]
    ]
    return FleetPlan(
        document["id"],
        document["scaffold"],
        document["made"],
        document["where"],
        document["to"],
        document["data"],
        tuple(Aim(**one) for one in document["blueprints"]),
        tuple(map(result_in, document["projects"])),
        tuple(groups),
    )


def result_in(one: Mapping[str, Any]) -> Result:
    """Read one member of a plan's JSON."""
    said = {**one, "version": one["from"]}
    del said["from"]
    changes = (
        Touched(c["path"], c["template"], c["action"], c["why"], _side(c["before"]), _side(c["after"]))
        for c in one["changes"]
    )
    return Result(
        **{
            **said,
            "conflicts": tuple((c["path"], c["reason"]) for c in one["conflicts"]),
            "changes": tuple(changes),
            "files": {path: _side(side) for path, side in one["files"].items()},
            "risks": tuple(one["risks"]),
            "notes": tuple(one["notes"]),
        }
    )


def _side(side: list[str] | None) -> Side:
    return None if side is None else (side[0], side[1])


def contents(place: Path) -> Callable[[str], bytes]:
    """Return what reads a new content of a plan by its id; that raises GitError for one that is not there."""
    return contents_in((place if place.is_dir() else place.parent) / OBJECTS)
