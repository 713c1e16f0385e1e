"""The merge of one file: line by line, then by the drivers, each of which settles only what it can show to be right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scaffold.merge import python
from scaffold.merge.budget import Unprovable, bounded
from scaffold.merge.code.grammars import is_proven, merge_by_grammar
from scaffold.merge.code.languages import has_grammar
from scaffold.merge.code.merge import is_code, is_sound, merge_code
from scaffold.merge.code.sections import has_sections, merge_sections
from scaffold.merge.drivers import ALL, Drivers
from scaffold.merge.ends import end_of
from scaffold.merge.flaws import SAID, Flaw, flaws, heading
from scaffold.merge.hunks import settle
from scaffold.merge.layouts import known
from scaffold.merge.markers import Conflict, Labels, Part, split, write
from scaffold.merge.pieces import Pieces, Side
from scaffold.merge.schema import KeyPath
from scaffold.merge.structured import merge_structured
from scaffold.merge.text import doubles, merge_whole, refined
from scaffold.tree import is_text


@dataclass(frozen=True, slots=True)
class Merged:
    """The result; where not clean, `content` carries zdiff3 markers (None: binary, so no lines to mark).

    `used` names the drivers that settled something; it was `too_much` to merge by key where that was to be compared.
    """

    clean: bool
    content: bytes | None
    used: tuple[str, ...] = ()
    too_much: bool = False


class Versions(NamedTuple):
    """The three versions of a file, and the drivers that may be used."""

    path: str
    base: bytes | None
    ours: bytes
    theirs: bytes
    drivers: Drivers

    @property
    def sides(self) -> tuple[bytes, bytes, bytes]:
        """Base, ours and theirs; without a base, nothing stands in for it."""
        return self.base or b"", self.ours, self.theirs

    def flaws(self, merged: bytes) -> frozenset[Flaw]:
        """Return the flaws of the merged file that neither side has."""
        return self.new(self.found(merged))

    def new(self, found: frozenset[Flaw]) -> frozenset[Flaw]:
        """Return the flaws that neither side has."""
        return found and found - self.found(self.ours) - self.found(self.theirs)

    def found(self, content: bytes) -> frozenset[Flaw]:
        """Return the flaws of a file."""
        return flaws(self.path, content, sets="sets" in self.drivers)

    def is_sound(self, merged: bytes) -> bool:
        """Whether nothing of either side's code is lost or doubled, where that can be told."""
        if self.base is None:
            return True
        if doubles(self.base, self.ours, self.theirs, merged):
            return False
        if not is_code(self.path):
            return True
        try:
            base, ours, theirs, text = (side.decode() for side in (*self.sides, merged))
        except UnicodeDecodeError:
            return True
        return is_sound(base, ours, theirs, text)

    def brings_back(self, merged: bytes) -> bool:
        """Whether a line is in the merged file that one side removed, since the other has moved it."""
        base, ours, theirs = map(split, self.sides)
        lines = set(base)
        removed = lines.difference(ours) | lines.difference(theirs)
        if not any(line.strip() for line in removed.intersection(split(merged))):
            return False
        # A line of code stands in many places, and what was moved is told by what it defines.
        texts = [side.decode(errors="replace") for side in (*self.sides, merged)]
        return not (has_grammar(self.path) and is_proven(self.path, *texts))


Outcome = tuple[list[Part], tuple[str, ...]]  # the merged file, and the drivers that settled something


def merge_files(path: str, base: bytes | None, ours: bytes, theirs: bytes, labels: Labels, drivers: Drivers) -> Merged:
    """Merge three versions of a file, or two that have none in common."""
    versions = Versions(path, base, ours, theirs, drivers)
    if not all(map(is_text, versions.sides)):
        return Merged(clean=False, content=None)
    with bounded() as budget:
        parts, used = _merged(versions)
    if not _conflicts(parts):
        return Merged(clean=True, content=_text(parts), used=used, too_much=budget.is_spent)
    return Merged(clean=False, content=write(refined(parts), labels), used=used, too_much=budget.is_spent)


def doubt(path: str, base: bytes, ours: bytes, theirs: bytes, merged: bytes) -> str | None:
    """Say what speaks against what another tool has merged; None where nothing does, or it is one of the sides."""
    versions = Versions(path, base, ours, theirs, ALL)
    if merged in versions.sides or not all(map(is_text, (*versions.sides, merged))):
        return None
    for flaw in sorted(versions.flaws(merged)):
        return SAID[flaw.kind].format(flaw.name)
    return None if versions.is_sound(merged) else "lines of a side are lost or doubled in it"


def _merged(versions: Versions) -> Outcome:
    """Merge line by line; by key where that leaves a conflict or a flaw, brings back what was removed, or repeats."""
    lines = merge_whole(*versions.sides)
    text = None if _conflicts(lines) else _text(lines)
    found = versions.found(text) if text is not None else frozenset()
    fine = text is not None and (not found or not versions.new(found) or _is_harmless(versions, text))
    fine = fine and text is not None and versions.is_sound(text)
    back = text is not None and versions.brings_back(text)
    if fine and not back and (not found or text in versions.sides or found <= versions.found(versions.ours)):
        return lines, ()
    if not fine and any(knows(versions.path) for knows in (is_code, has_sections, has_grammar)):
        by_hunk = _by_hunk(versions, lines)
        if not _conflicts(by_hunk[0]):
            return by_hunk
    by_key = _by_key(versions)
    if fine:
        if by_key is None or (_conflicts(by_key[0]) and known.kind_of(versions.path) == "lines"):
            return lines, ()
        is_news = back if _conflicts(by_key[0]) else _text(by_key[0]) != text
        return by_key if is_news else (lines, ())
    # By key, space is told from what it means; only a file that has no keys is left to the driver for it.
    drivers = versions.drivers - ({"space"} if by_key else frozenset())
    by_hunk = _by_hunk(versions._replace(drivers=drivers), lines)
    ways = [one for one in (by_key, by_hunk) if one is not None]
    # By line, two files without a base are one conflict, which is no small one.
    best = ways[0] if versions.base is None else min(ways, key=lambda one: _conflicts(one[0]))
    if by_key is None or _either_side_holds(versions, best[0]):
        return best
    return by_hunk if best is by_key and _either_side_holds(versions, by_hunk[0]) else by_key


def _is_harmless(versions: Versions, merged: bytes) -> bool:
    """Whether the only flaw of a list of lines is that some stand there twice to the letter."""
    is_list = known.kind_of(versions.path) == "lines"
    return is_list and not versions.flaws(b"".join(dict.fromkeys(split(merged))))


def _conflicts(parts: Sequence[Part]) -> int:
    return sum(isinstance(part, Conflict) for part in parts)


def _text(parts: Sequence[Part], side: Side = "ours") -> bytes:
    """Return the merged file, with one side taken in every conflict."""
    return b"".join(part if isinstance(part, bytes) else getattr(part, side) for part in parts)


def _either_side_holds(versions: Versions, parts: Sequence[Part]) -> bool:
    """Whether the file is without a flaw with either side taken in every conflict, where that side is."""
    return not (versions.flaws(_text(parts, "ours")) or versions.flaws(_text(parts, "theirs")))


def _by_key(versions: Versions) -> Outcome | None:
    """Merge by key; a job that others of the workflow still wait for is in conflict where one side has removed it."""
    found = _structured(versions)
    if found is None or _conflicts(found[0]):
        return found
    flaws_found = versions.flaws(_text(found[0]))
    jobs = frozenset(("jobs", flaw.name) for flaw in flaws_found if flaw.kind == "no job")
    if len(jobs) < len(flaws_found):
        return None
    return _structured(versions, jobs) if jobs else found


def _structured(versions: Versions, hold: frozenset[KeyPath] = frozenset()) -> Outcome | None:
    path = versions.path
    by_name = is_code(path) or has_grammar(path)
    driver = "definitions" if by_name else "sections" if has_sections(path) else "keys"
    # Two files of code or prose that have nothing in common are two files, though their entries may go side by side.
    if driver not in versions.drivers or (driver != "keys" and versions.base is None):
        return None
    try:
        if driver != "keys":
            return _in_entries(versions, has_sections=driver == "sections"), (driver,)
        base, ours, theirs = (side.decode() for side in versions.sides)
        root = None if versions.base is None else base
        merged = merge_structured(path, root, ours, theirs, versions.drivers, hold)
    except (UnicodeDecodeError, Unprovable):
        return None
    return _encoded(merged.pieces), (driver, *merged.used)


def _in_entries(versions: Versions, *, has_sections: bool) -> list[Part]:
    """Merge code or prose by its entries, whose lines end as those of all sides do; raises Unprovable."""
    returns = {end_of(side) for side in versions.sides} - {None} == {"CRLF"}
    texts = [(side.replace(b"\r\n", b"\n") if returns else side).decode() for side in versions.sides]
    if is_code(versions.path):
        pieces = merge_code(texts[0], texts[1], texts[2])
    else:
        merge = merge_sections if has_sections else merge_by_grammar
        pieces = merge(versions.path, texts[0], texts[1], texts[2])
    parts = _encoded(pieces)
    return [_with_returns(part) for part in parts] if returns else parts


def _with_returns(part: Part) -> Part:
    if isinstance(part, bytes):
        return part.replace(b"\n", b"\r\n")
    base, ours, theirs = (side.replace(b"\n", b"\r\n") for side in (part.base, part.ours, part.theirs))
    return Conflict(base, ours, theirs, b"\r\n")


def _encoded(pieces: Pieces) -> list[Part]:
    end = b"\r\n" if any("\r\n" in piece for piece in pieces if isinstance(piece, str)) else b"\n"
    return [
        piece.encode()
        if isinstance(piece, str)
        else Conflict(piece.base.encode(), piece.ours.encode(), piece.theirs.encode(), end)
        for piece in pieces
    ]


def _by_hunk(versions: Versions, parts: Sequence[Part]) -> Outcome:
    """Settle the conflicts of the line merge one by one."""
    found = [(part, "") if isinstance(part, bytes) else settle(versions.path, part, versions.drivers) for part in parts]
    settled = [part if one is None else one[0] for part, one in zip(parts, found, strict=True)]
    used = tuple({one[1]: None for one in found if one is not None and one[1]})
    named = {at for at, one in enumerate(found) if one is not None and one[1] == "imports"}
    if named and not python.proven(parts, settled, named):
        return _by_hunk(versions._replace(drivers=versions.drivers - {"imports"}), parts)
    text = None if _conflicts(settled) else _text(settled)
    if text is not None and ((flaws_found := versions.flaws(text)) or not versions.is_sound(text)):
        return _held(versions, flaws_found), ()
    return settled, used


def _held(versions: Versions, found: frozenset[Flaw]) -> list[Part]:
    """Return the line merge with the blueprint's changes in conflict: those that brought a heading, else all."""
    titles = {flaw.name for flaw in found if flaw.kind == "heading"}

    def repeats(part: bytes) -> bool:
        return any(heading(line) in titles for line in part.decode(errors="replace").splitlines())

    return merge_whole(*versions.sides, hold=repeats if titles else lambda _: True)
