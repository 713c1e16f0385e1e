"""What a user asks for, by name or by address, found in its library."""

from pathlib import Path
from typing import NamedTuple

from scaffold import disk
from scaffold.errors import SourceError
from scaffold.process import Notify
from scaffold.sources.built_in import BuiltInLibrary
from scaffold.sources.library import FolderLibrary, GitLibrary, Library
from scaffold.sources.locate import BUILT_IN, locate, wanted
from scaffold.templating.limits import Limits


class Asked(NamedTuple):
    """A library, the blueprint in it, and the version of that which was named."""

    library: Library
    name: str
    ref: str | None


def find(
    blueprint: str, source: str, *, offline: bool, prereleases: bool = False, limits: Limits = Limits(), notify: Notify
) -> Asked:
    """Open what holds `NAME[@VERSION]`, or the template at `ADDRESS[@REF]`; raises SourceError."""
    asked = wanted(blueprint)
    if asked.source and source != BUILT_IN:
        raise SourceError(f"{blueprint} is an address of its own", hint="leave out --source, or name a blueprint in it")
    address = asked.source or source
    library = locate(address, offline=offline, prereleases=prereleases, limits=limits, notify=notify)
    if address == BUILT_IN and asked.name and (place := around(asked.name)) and asked.name not in library.names():
        which = "this folder" if place == "." else place
        hint = f"{which} is a library that has it: add --source {place}"
        raise SourceError(f"there is no blueprint {asked.name!r} in the library {address}", hint=hint)
    if asked.name and disk.expand(asked.name).is_dir() and asked.name not in library.names():
        hint = f"for the template in that folder write ./{asked.name}"
        raise SourceError(f"there is no blueprint {asked.name!r} in the library {library.address}", hint=hint)
    return Asked(library, asked.name or _only(library), asked.ref)


def around(name: str = "*") -> str:
    """Return the folder here or above that is a library with a blueprint, or with any; nothing where there is none."""
    here = Path.cwd()
    found = (one for one in (here, *here.parents) if any(one.glob(f"blueprints/{name}/blueprint.yml")))
    place = next(found, None)
    return "" if place is None else "." if place == here else str(place)


def _only(library: Library) -> str:
    """Return the name of the one blueprint that a template is; raises SourceError for a library."""
    names = library.names()
    if isinstance(library, BuiltInLibrary | FolderLibrary | GitLibrary):
        hint = f"use --source {library.address} and one of its names: {', '.join(names)}"
        raise SourceError(f"{library.address} is a library of blueprints, not one template", hint=hint)
    return names[0]
