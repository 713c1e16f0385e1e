"""Python's imports and `__all__`: names whose order does not count, merged and proven on the parsed module."""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate

from scaffold.merge.markers import Conflict, Part
from scaffold.merge.slots import ORDERS, Orders, Slot, by_key, unique

_ITEM = re.compile(r"""\s*(?:\w+(?:\s+as\s+\w+)?|"[^"\\]*"|'[^'\\]*'),\s*(?:#.*)?\s*""")
_FROM = re.compile(r"(\s*from\s+[\w.]+\s+import\s+)([\w ,]+)\s*")
_ASSIGNED = (ast.Assign, ast.AugAssign, ast.AnnAssign)
Lines = dict[str, str]
Pairs = Iterable[tuple[Hashable, Hashable]]

# The ways in which isort and ruff sort: `import` before `from`, or by module alone; constants, classes, then the rest.
LINES: Orders = (
    lambda line: (line.startswith("from "), line.casefold()),
    lambda line: line.partition(" ")[2].casefold(),
    *ORDERS,
)
NAMES: Orders = (lambda name: (_rank(name), name.casefold()), *ORDERS)


def _rank(name: str) -> int:
    return 0 if len(name) > 1 and name.isupper() else 1 if name[:1].isupper() else 2


def settle(conflict: Conflict) -> bytes | None:
    """Merge a conflict all of whose lines are imports, or items of a list of names; None for any other."""
    try:
        texts = [side.decode() for side in (conflict.base, conflict.ours, conflict.theirs)]
    except UnicodeDecodeError:
        return None
    for key in (_imported, _item):
        sides = [[(key(line), line) for line in text.splitlines(keepends=True)] for text in texts]
        named = [{name: line for name, line in side if name is not None} for side in sides]
        if all(len(lines) == len(side) for lines, side in zip(named, sides, strict=True)):
            return _merged(*named)
    return None


def _imported(line: str) -> str | None:
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


def _item(line: str) -> str | None:
    """Name a line that is one item with its comma."""
    return line.partition("#")[0].strip() if _ITEM.fullmatch(line) else None


def _merged(base: Lines, ours: Lines, theirs: Lines) -> bytes | None:
    lines = [_line(*(side.get(key) for side in (base, ours, theirs))) for key in _woven(base, ours, theirs, LINES)]
    return None if None in lines else "".join(line for line in lines if line is not None).encode()


def _woven(base: Iterable[str], ours: Iterable[str], theirs: Iterable[str], orders: Orders) -> list[str]:
    """Return what any side has, in the order of the merged side."""
    sides = list(ours), list(theirs), list(base)
    slots = [slot for slot in by_key(sides[2], *sides[:2], orders=orders) if isinstance(slot, Slot)]
    places = [zip(sides, (slot.ours, slot.theirs, slot.base), strict=True) for slot in slots]
    return [next(side[at] for side, at in place if at is not None) for place in places]


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
    if not unique(old, mine, new):
        return None
    wanted = ({*mine} & {*new}) | (({*mine} | {*new}) - {*old})
    names = [name for name in _woven(old, mine, new, NAMES) if name in wanted]
    assert ours is not None and found[1] is not None  # noqa: S101, PT018 - it matched
    return f"{found[1][1]}{', '.join(names)}{ours[len(ours.rstrip()) :]}"


def proven(before: Sequence[Part], after: Sequence[Part], settled: AbstractSet[int]) -> bool:
    """Whether the module has the names that are left when both sides' changes to its imports and exports are made.

    `settled` are the places of the parts that were merged by name. All of their lines have to be imports or exports.
    Where a name comes from, and what is known of a source by which name, only one side may have changed: an import that
    comes from elsewhere now is no new one, and may be just what the other side has removed.
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
    pairs = [list(_bound(names)) for names in (old, mine, new, found)]
    return _by_one_side(*pairs) and _by_one_side(*([(source, name) for name, source in side] for side in pairs))


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


def _bound(names: Iterable[tuple[str, ...]]) -> Iterator[tuple[Hashable, Hashable]]:
    """Walk what imports make known, each with where it comes from."""
    for kind, *name in names:
        if kind == "import":
            whole = name[0] if name[1] else name[0].partition(".")[0]
            yield name[1] or whole, (whole,)
        elif kind == "from":
            yield name[2] or name[1], (name[0], name[1])


def _by_one_side(old: Pairs, mine: Pairs, new: Pairs, found: Pairs) -> bool:
    """Whether of everything that is named first, what is named second is as the one side has it that changed it."""
    before, ours, theirs, merged = map(_related, (old, mine, new, found))
    for name in {*before, *ours, *theirs, *merged}:
        had, mine_has, new_has = before.get(name), ours.get(name), theirs.get(name)
        if merged.get(name) != (new_has if mine_has == had else mine_has) or had != mine_has != new_has != had:
            return False
    return True


def _related(pairs: Pairs) -> dict[Hashable, set[Hashable]]:
    related: dict[Hashable, set[Hashable]] = {}
    for one, other in pairs:
        related.setdefault(one, set()).add(other)
    return related


def _is_all(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
