"""Python's imports and `__all__`: names whose order does not count, merged and proven on the parsed module."""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate

from scaffold.merge.markers import Conflict, Part
from scaffold.merge.slots import Gap, by_key, unique

_ITEM = re.compile(r"""\s*(?:\w+(?:\s+as\s+\w+)?|"[^"\\]*"|'[^'\\]*'),\s*(?:#.*)?\s*""")
_FROM = re.compile(r"(\s*from\s+[\w.]+\s+import\s+)([\w ,]+)\s*")
_ASSIGNED = (ast.Assign, ast.AugAssign, ast.AnnAssign)
Lines = dict[Hashable, str]


def settle(conflict: Conflict) -> bytes | None:
    """Merge a conflict all of whose lines are imports, or items of a list of names; None for any other."""
    try:
        texts = [side.decode() for side in (conflict.base, conflict.ours, conflict.theirs)]
    except UnicodeDecodeError:
        return None
    for key in (_imported, _item):
        sides = [[(key(line), line) for line in text.splitlines(keepends=True)] for text in texts]
        names = [[name for name, _ in side] for side in sides]
        if all(None not in side for side in names) and unique(*names):
            return _merged(*(dict(side) for side in sides))
    return None


def _imported(line: str) -> Hashable:
    """Name a line that is one import by its module and, but for `from`, its names; `*` may hide any other's names."""
    if "*" in line.partition("#")[0]:
        return None
    try:
        body = ast.parse(line.strip()).body
    except SyntaxError:
        return None
    if len(body) != 1 or line[:1].isspace():
        return None
    if isinstance(body[0], ast.ImportFrom) and _FROM.fullmatch(line):
        return f"from {'.' * body[0].level}{body[0].module or ''}"
    return " ".join(line.split()) if isinstance(body[0], ast.Import | ast.ImportFrom) else None


def _item(line: str) -> Hashable:
    """Name a line that is one item with its comma."""
    return line.partition("#")[0].strip() if _ITEM.fullmatch(line) else None


def _merged(base: Lines, ours: Lines, theirs: Lines) -> bytes | None:
    lines = []
    for slot in by_key(list(base), list(ours), list(theirs)):
        if isinstance(slot, Gap):
            return None
        side, at = next(
            (s, i) for s, i in ((ours, slot.ours), (theirs, slot.theirs), (base, slot.base)) if i is not None
        )
        key = list(side)[at]
        line = _line(*(lines_.get(key) for lines_ in (base, ours, theirs)))
        if line is None:
            return None
        lines.append(line)
    return "".join(lines).encode()


def _line(base: str | None, ours: str | None, theirs: str | None) -> str | None:
    """Merge the three versions of one line: an empty one where it is gone, None where that is uncertain."""
    if theirs in (ours, base):
        return ours or ""
    if base == ours:
        return theirs or ""
    found = [_FROM.fullmatch(line) for line in (base or "from x import y", ours or "", theirs or "")]
    if any(match is None for match in found):
        return None
    old, mine, new = ([name.strip() for name in match[2].split(",")] for match in found if match)
    old = old if base else []
    names = [name for name in mine if name in new or name not in old]
    names += [name for name in new if name not in mine and name not in old]
    if mine == sorted(mine) and new == sorted(new):
        names.sort()
    assert ours is not None and found[1] is not None  # noqa: S101, PT018 - it matched
    return f"{found[1][1]}{', '.join(names)}{ours[len(ours.rstrip()) :]}"


def proven(before: Sequence[Part], after: Sequence[Part], settled: AbstractSet[int]) -> bool:
    """Whether the module has the names that are left when both sides' changes to its imports and exports are made.

    `settled` are the places of the parts that were merged by name. All of their lines have to be imports or exports,
    and no name may come from two places that comes from one on each side.
    """
    rest = [part if isinstance(part, bytes) else part.ours for part in after]
    sides = [
        b"".join(_side(part, side) if at in settled else rest[at] for at, part in enumerate(before))
        for side in ("base", "ours", "theirs")
    ]
    try:
        base, ours, theirs, merged = (_module(text) for text in (*sides, b"".join(rest)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    starts = list(accumulate((part.count(b"\n") for part in rest), initial=1))
    lines = {line for at in settled for line in range(starts[at], starts[at + 1])}
    if not lines <= {line for node in _named(merged) for line in range(node.lineno, (node.end_lineno or 0) + 1)}:
        return False
    old, mine, new, found = (Counter(_names(module)) for module in (base, ours, theirs, merged))
    wanted = (mine.keys() & new.keys()) | (mine.keys() - old.keys()) | (new.keys() - old.keys())
    if found.keys() != wanted or any(count > max(mine[name], new[name]) for name, count in found.items()):
        return False
    come, came, comes = (_sources(names) for names in (mine, new, found))
    return all(len(of) == 1 or of in (come.get(name), came.get(name)) for name, of in comes.items())


def _side(part: Part, side: str) -> bytes:
    return part if isinstance(part, bytes) else bytes(getattr(part, side))


def _module(text: bytes) -> ast.Module:
    """Parse a module; an import from `__future__` that comes too late is found only by the compiler."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(text)
        if b"__future__" in text:
            compile(module, "merged", "exec", dont_inherit=True)
    return module


def _named(module: ast.Module) -> Iterator[ast.stmt]:
    """Walk the imports and the exports of a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, _ASSIGNED) and _is_all(node)):
            yield node


def _names(module: ast.Module) -> Iterator[tuple[str, ...]]:
    for node in _named(module):
        if isinstance(node, ast.Import):
            yield from (("import", alias.name, alias.asname or "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module_name = "." * node.level + (node.module or "")
            yield from (("from", module_name, alias.name, alias.asname or "") for alias in node.names)
        elif isinstance(node, _ASSIGNED) and node.value is not None:
            parts = (part for part in ast.walk(node.value) if isinstance(part, ast.Constant))
            yield from (("__all__", ast.unparse(part)) for part in parts)


def _sources(names: Iterable[tuple[str, ...]]) -> dict[str, set[tuple[str, ...]]]:
    """Return where each imported name comes from."""
    sources: dict[str, set[tuple[str, ...]]] = {}
    for kind, *name in names:
        if kind == "import":
            whole = name[0] if name[1] else name[0].partition(".")[0]
            sources.setdefault(name[1] or whole, set()).add((whole,))
        elif kind == "from":
            sources.setdefault(name[2] or name[1], set()).add((name[0], name[1]))
    return sources


def _is_all(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
