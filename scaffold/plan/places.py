"""Where the project has each file of the blueprint, and where it is to stand: what either side has moved, together."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scaffold.blueprint.ownership import Ownership
from scaffold.lock import Lock
from scaffold.plan import folders
from scaffold.plan.actions import Offer
from scaffold.tree import File, Tree

FOLDER = ".scaffold/"


class Place(NamedTuple):
    """One file of the blueprint: its `path` there, and `old` where the lock has it (None: it is new).

    `here` is where the project has it, if it does, and `goal` where it is to stand. `why` says what the team has moved.
    """

    path: str
    old: str | None
    here: str
    goal: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What places follow from: the lock, both sides, the moves of the blueprint, and what git has of the project."""

    before: Lock
    ours: Mapping[str, File]
    theirs: Tree
    ownership: Callable[[str], Ownership]
    moved: Mapping[str, str]
    tracked: Callable[[], Iterable[str]]

    def is_fixed(self, path: str) -> bool:
        """Whether the platform looks for a file at its path, so that the team's moving it does not count."""
        ownership = self.ownership(path) if path in self.theirs else self.before.files[path].ownership
        return is_fixed(ownership)

    def own(self) -> list[str]:
        """Return the paths that are the team's alone."""
        known = {*self.before.paths, *self.theirs}
        return sorted(path for path in self.tracked() if path not in known and not path.startswith(FOLDER))


def is_fixed(ownership: Ownership) -> bool:
    """Whether a file, or a key in it, is the platform's."""
    return "locked" in (ownership.file, *ownership.keys.values())


def places(sides: Sides) -> Iterator[Place]:
    """Yield the place of every file that the lock or the new tree has; no two have one goal."""
    came_from = {new: old for old, new in sides.moved.items()}
    known, added = [], []
    for path in sorted({*sides.theirs, *sides.before.files} - (sides.moved.keys() - sides.theirs.keys())):
        old = came_from.get(path, path)
        is_new = old not in sides.before.files or (old == path and path in sides.moved)
        if is_new:
            added.append(Place(path, None, path, path))
        else:
            known.append(_known(path, old, sides))
    followed = _followed(known, sides)
    taken = {*sides.before.paths, *sides.theirs}
    for place in (*known, *added):
        way = folders.goes_to(place.path, followed) if place.old != place.path and not place.why else None
        if way is None or way[0] in taken or place.path in sides.ours or sides.is_fixed(place.path):
            yield place
            continue
        taken.add(way[0])
        here = way[0] if place.old is None else place.here
        yield place._replace(here=here, goal=way[0], why=f"the team has moved the folder {way[1]} to {way[2] or '.'}")


def _known(path: str, old: str, sides: Sides) -> Place:
    here = old if sides.is_fixed(path) else sides.before.place_of(old, sides.ours)
    if here not in (old, path):
        if here not in sides.theirs:  # where the team has moved it, it stays
            return Place(path, old, here, here, f"the team has moved it from {old}")
        here = old
    if old not in sides.ours and path in sides.ours and path not in sides.moved:
        here = path  # the team has moved it just there
    return Place(path, old, here, path)


def _followed(known: list[Place], sides: Sides) -> Mapping[str, str]:
    """Return the folders that the team has moved, by their names in the new tree."""
    moves = {place.path: place.here for place in known if place.why}
    if not moves:
        return {}
    files = [place for place in known if not sides.is_fixed(place.path)]
    standing = (place.path for place in files if not place.why and place.here in sides.ours)
    return folders.renamed(moves, [place.path for place in files], [*standing, *sides.own()])


def offers(sides: Sides, moved: Mapping[str, str], filled: Iterable[str]) -> Iterator[Offer]:
    """Yield where the team's own files would go along with folders that the blueprint has moved, if that is free."""
    own = sides.own() if moved else []
    taken = {*own, *sides.ours, *sides.theirs, *filled}
    for path in own:
        way = folders.goes_to(path, moved)
        if way is not None and way[0] not in taken:
            taken.add(way[0])
            yield Offer(path, way[0])
