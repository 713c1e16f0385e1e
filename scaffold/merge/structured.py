"""The merge of TOML, YAML, JSON and INI by key, made of the text of both sides and proven on their parsed values.

What `merge.entries` has put together is parsed again. It has to equal the merge of the parsed values (merge.values),
and no comment that one side wrote may be missing; where that is not so, nothing is claimed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.equal import ABSENT, equal
from scaffold.formats.equal import at as value_at
from scaffold.merge.budget import TooMuchError, Unprovable
from scaffold.merge.drivers import Drivers
from scaffold.merge.entries import merge_branch
from scaffold.merge.host import indent_of, is_on_lines
from scaffold.merge.layout import Branch, Entry, text_of
from scaffold.merge.layouts import known
from scaffold.merge.parts import Part, comments_of, parts_of
from scaffold.merge.pieces import Clash, Pieces, Side, aligned, resolved
from scaffold.merge.schema import KeyPath
from scaffold.merge.values import Differs, Rules, merge_values
from scaffold.merge.work import THEIRS, Work

MOST_HELD = 8  # sections that are tried one by one
LONGEST = 200_000  # characters of a document that is looked into
LONG = 50_000  # characters of one that is looked into only once
_VERSION = re.compile(r"#\s*v?\d[\w.]*")
Sides = tuple[Part | None, Part, Part]


@dataclass(frozen=True, slots=True)
class Structured:
    """The merged text with what is left in conflict, and the drivers that settled something."""

    pieces: Pieces
    used: tuple[str, ...]


def merge_structured(
    path: str, base: str | None, ours: str, theirs: str, drivers: Drivers, hold: frozenset[KeyPath] = frozenset()
) -> Structured:
    """Merge three versions of a document by key, with what `hold` names left in conflict; raises Unprovable."""
    kind = known.kind_of(path)
    length = max(map(len, (base or "", ours, theirs)))
    if kind is None or length > LONGEST:
        raise Unprovable
    try:
        root = None if base is None else _parsed(path, kind, base)
        sides = (root, _parsed(path, kind, ours), _parsed(path, kind, theirs))
    except FormatError as error:
        raise Unprovable from error
    data = (ABSENT if root is None else root.data, sides[1].data, sides[2].data)
    for more in islice(_holds(sides), 1 if length > LONG else None):
        try:
            return _merged(Work(path, kind, drivers, data, hold | more), sides)
        except TooMuchError:
            raise
        except Unprovable:
            continue
    raise Unprovable


def _parsed(path: str, kind: known.Format, text: str) -> Part:
    data, root = known.values(kind, text), known.layout(kind, text)
    return Part("", Entry("", "", "\n", root, "", ""), data, parts_of(path, kind, root, data))


def _holds(sides: Sides) -> Iterator[frozenset[KeyPath]]:
    """Yield what to leave in conflict: nothing first, then one section that both sides changed, then all of them."""
    yield frozenset()
    there = [side for side in sides if side is not None and isinstance(side.data, dict)]
    paths = {_section(child): None for side in there for child in side.children or ()}
    both = [at for at in paths if _all_differ(*(value_at(side and side.data, at) for side in sides))]
    yield from (frozenset({at}) for at in both[:MOST_HELD])
    if len(both) > 1:
        yield frozenset(both)


def _section(part: Part) -> KeyPath:
    """Return the key path of the section to which an entry at the top belongs: two keys of TOML, else one."""
    return part.key[:2] if isinstance(part.key, tuple) else (part.key,)


def _all_differ(base: Any, ours: Any, theirs: Any) -> bool:
    return not (equal(ours, theirs) or equal(base, ours) or equal(base, theirs))


def _merged(work: Work, sides: Sides) -> Structured:
    styles = [side and set(_style(side)) for side in sides]
    if styles[1] == styles[0] != styles[2]:
        work.host = THEIRS
    done = merge_branch(work, sides, ("", "", ""), "", ())
    if not any(side and text_of(side.entry.value).startswith(("\r", "\n")) for side in sides):
        done = _begun(done)
    if not aligned(done):
        raise Unprovable
    _prove(work, sides, done)
    return Structured(done, tuple(work.used))


def _begun(pieces: Pieces) -> Pieces:
    """Return the file without blank lines at its start, which an entry had that stood further down."""
    at = next((at for at, piece in enumerate(pieces) if piece), len(pieces))
    return (
        *(piece.lstrip("\r\n") if isinstance(piece, str) else piece for piece in pieces[: at + 1]),
        *pieces[at + 1 :],
    )


def _style(part: Part, outer: str = "") -> Iterator[tuple[str, str]]:
    """Walk the ways in which a document indents its mappings and lists."""
    branch = part.entry.value
    if isinstance(branch, Branch) and branch.entries and is_on_lines(branch):
        indent = indent_of(branch, part.entry.head)
        yield branch.kind, indent.removeprefix(outer)
        for child in part.children or ():
            yield from _style(child, indent)


def _prove(work: Work, sides: Sides, done: Pieces) -> None:
    """Raise Unprovable unless the text, with either side taken where it is in conflict, parses to the merged values."""
    in_conflict = any(isinstance(piece, Clash) for piece in done)
    favours: tuple[Side | None, ...] = ("ours", "theirs") if in_conflict else (None,)
    said: set[str] = set()
    for favour in favours:
        rules = Rules(
            work.path, work.decided, work.held, favour, sets=work.may("sets"), insertions=work.may("insertions")
        )
        try:
            wanted = merge_values(work.data[0], work.data[1], work.data[2], rules)
            found = _parsed(work.path, work.kind, resolved(done, favour or "ours"))
        except (Differs, FormatError) as error:
            raise Unprovable from error
        if not equal(found.data, wanted):
            raise Unprovable
        said.update(comments_of(found))
        if not in_conflict and _doubled(sides, found):
            raise Unprovable
    if _lost(work, sides, said):
        raise Unprovable


def _doubled(sides: Sides, found: Part) -> bool:
    """Whether a comment of the text stands in it more often than on either side, as the heading of two entries may."""
    ours, theirs, both = (Counter(comments_of(part)) for part in (sides[1], sides[2], found))
    return any(count > max(ours[comment], theirs[comment]) for comment, count in both.items())


def _lost(work: Work, sides: Sides, said: set[str]) -> set[str]:
    """Return comments that one side added and the text has not, but for those that a driver gave up on purpose."""
    base, ours, theirs = (set(comments_of(side) if side else ()) for side in sides)
    lost = ours - base - said
    if not {"comments", "removed"} & work.used.keys():
        lost |= theirs - base - said
    return {comment for comment in lost if not ("pins" in work.used and _VERSION.fullmatch(comment))}
