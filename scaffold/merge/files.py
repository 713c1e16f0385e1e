"""The merge of one file: line by line, then by the drivers, each of which settles only what it can show to be right."""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.merge import python
from scaffold.merge.drivers import Drivers
from scaffold.merge.flaws import Flaw, flaws, heading
from scaffold.merge.hunks import settle
from scaffold.merge.layouts import known
from scaffold.merge.markers import Conflict, Labels, Part, write
from scaffold.merge.pieces import Clash, Pieces
from scaffold.merge.schema import KeyPath
from scaffold.merge.structured import merge_structured
from scaffold.merge.text import lines_of, merge_whole, refined
from scaffold.merge.work import Unprovable
from scaffold.tree import is_text


@dataclass(frozen=True, slots=True)
class Merged:
    """The result; where not clean, `content` carries zdiff3 markers (None: binary, so no lines to mark).

    `used` names the drivers that settled something.
    """

    clean: bool
    content: bytes | None
    used: tuple[str, ...] = ()


def merge_files(path: str, base: bytes, ours: bytes, theirs: bytes, labels: Labels, drivers: Drivers) -> Merged:
    """Merge three versions of a file."""
    sides = (base, ours, theirs)
    if not all(map(is_text, sides)):
        return Merged(clean=False, content=None)
    by_line = merge_whole(*sides)
    fine = not _in_conflict(by_line) and not _flaws(path, by_line, sides, drivers)
    back = fine and _back(_joined(by_line), sides)
    if fine and not back:
        return Merged(clean=True, content=_joined(by_line))
    by_key = _by_key(path, sides, drivers)
    if by_key and not _in_conflict(by_key[0]) and (found_flaws := _flaws(path, by_key[0], sides, drivers)):
        jobs = frozenset(("jobs", flaw.name) for flaw in found_flaws if flaw.kind == "no job")
        by_key = _by_key(path, sides, drivers, jobs) if len(jobs) == len(found_flaws) else None
    if back:
        best = by_key or (by_line, ())
    else:
        lines = _by_line(path, by_line, sides, drivers)
        found = [by_key, lines if by_key is None or _sides_hold(path, lines[0], sides) else None]
        best = min((one for one in found if one is not None), key=lambda one: len(_in_conflict(one[0])))
    parts, used = best
    if not _in_conflict(parts):
        return Merged(clean=True, content=_joined(parts), used=used)
    return Merged(clean=False, content=write(refined(parts), labels), used=used)


Outcome = tuple[list[Part], tuple[str, ...]]


def _back(merged: bytes, sides: tuple[bytes, bytes, bytes]) -> bool:
    """Whether a line that one side removed is back, since the other side has moved it."""
    base, ours, theirs = (set(lines_of(side)) for side in sides)
    return any(line.strip() for line in base.intersection(lines_of(merged)) - (ours & theirs))


def _in_conflict(parts: Sequence[Part]) -> list[Conflict]:
    return [part for part in parts if isinstance(part, Conflict)]


def _sides_hold(path: str, parts: Sequence[Part], sides: tuple[bytes, bytes, bytes]) -> bool:
    """Whether the file can be read with either side taken in every conflict, where it can be read on that side."""
    for name, side in (("ours", sides[1]), ("theirs", sides[2])):
        text = b"".join(part if isinstance(part, bytes) else getattr(part, name) for part in parts)
        if flaws(path, text, sets=False) - flaws(path, side, sets=False):
            return False
    return True


def _joined(parts: Sequence[Part]) -> bytes:
    return b"".join(part for part in parts if isinstance(part, bytes))


def _by_key(
    path: str, sides: tuple[bytes, bytes, bytes], drivers: Drivers, hold: frozenset[KeyPath] = frozenset()
) -> Outcome | None:
    if "keys" not in drivers:
        return None
    try:
        base, ours, theirs = (side.decode() for side in sides)
        merged = merge_structured(path, base, ours, theirs, drivers, hold)
    except (UnicodeDecodeError, Unprovable):
        return None
    return _encoded(merged.pieces), ("keys", *merged.used)


def _encoded(pieces: Pieces) -> list[Part]:
    end = b"\r\n" if any("\r\n" in piece for piece in pieces if isinstance(piece, str)) else b"\n"
    return [
        Conflict(piece.base.encode(), piece.ours.encode(), piece.theirs.encode(), end)
        if isinstance(piece, Clash)
        else piece.encode()
        for piece in pieces
    ]


def _by_line(path: str, parts: Sequence[Part], sides: tuple[bytes, bytes, bytes], drivers: Drivers) -> Outcome:
    """Settle single conflicts; where all are, and the file could be read before, it has to be readable after."""
    settled: list[Part] = []
    used: dict[str, None] = {}
    named: set[int] = set()
    for at, part in enumerate(parts):
        found = None if isinstance(part, bytes) else settle(path, part, drivers)
        if found is None and isinstance(part, Conflict) and path.endswith((".py", ".pyi")) and "imports" in drivers:
            names = python.settle(part)
            found = None if names is None else (names, "imports")
            named |= set() if names is None else {at}
        settled.append(part if found is None else found[0])
        if found is not None:
            used[found[1]] = None
    if named and not python.proven(parts, settled, named):
        return _by_line(path, parts, sides, drivers - {"imports"})
    if not _in_conflict(settled) and (found_flaws := _flaws(path, settled, sides, drivers)):
        return _held(path, sides, found_flaws), ()
    return settled, tuple(used)


def _held(path: str, sides: tuple[bytes, bytes, bytes], found: frozenset[Flaw]) -> list[Part]:
    """Return the line merge with the blueprint's changes in conflict: those that brought a heading, else all."""
    if known.kind_of(path) is not None:
        return merge_whole(*sides, hold=lambda _: True)
    titles = {flaw.name for flaw in found}

    def repeats(part: bytes) -> bool:
        return any(heading(line) in titles for line in part.decode(errors="replace").splitlines())

    return merge_whole(*sides, hold=repeats)


def _flaws(path: str, parts: Sequence[Part], sides: tuple[bytes, bytes, bytes], drivers: Drivers) -> frozenset[Flaw]:
    """Return the flaws of the merged file that neither side has."""
    sets = "sets" in drivers
    found = flaws(path, _joined(parts), sets=sets)
    return found and found.difference(*(flaws(path, side, sets=sets) for side in sides[1:]))
