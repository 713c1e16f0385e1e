"""What shows that merged Python holds what both sides made of it, and nothing else: read from the parsed file again."""

import ast
import builtins
import re
import symtable
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from scaffold.merge.budget import Unprovable
from scaffold.merge.code.calls import misfits

_KNOWN = frozenset(
    {*dir(builtins), "__file__", "__name__", "__path__", "__annotations__", "__builtins__", "WindowsError"}
)
_WORDS, _COMMENTS = re.compile(r"\w+").findall, re.compile(r"#.*").findall
BRACKETS = re.compile(r"\w+|[{}()\[\]]").findall  # and words, for a parser that takes one bracket too many as a word
_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE).findall
_HEADS = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+\([^:]*", re.MULTILINE).findall
_ATTRIBUTES = re.compile(r"\.(\w+)").findall
_SET = re.compile(r"(?:\.|^[ \t]+)(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE).findall
_STAR = re.compile(r"import\s*\(?\s*\*").search
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Counts = Mapping[str, int]
Sources = dict[str, set[str]]


def prove(base: str, ours: str, theirs: str, merged: str, modules: "Modules") -> None:
    """Raise Unprovable unless definitions, words and order of the merged file are what both sides made of them."""
    if loses_words(base, ours, theirs, merged) or _names_what_is_gone(base, ours, theirs, merged):
        raise Unprovable
    heads = [set(_HEADS(text)) for text in (base, ours, theirs)]
    if (heads[0] - heads[1] or heads[0] - heads[2]) and misfits(*modules[:3]):
        raise Unprovable
    if not _sources_hold(*(_imported(one) for one in modules[1:])):
        raise Unprovable
    if not counts_hold(*(Counter(definitions(one)) for one in modules)) or not _in_order(*modules):
        raise Unprovable


Modules = tuple[ast.Module, ast.Module, ast.Module, ast.Module]


def is_suspect(base: str, ours: str, theirs: str, merged: str) -> bool:
    """Whether a merge by line has lost or doubled words or definitions, told without parsing the file."""
    if loses_words(base, ours, theirs, merged):
        return True
    if _names_what_is_gone(base, ours, theirs, merged):
        return True
    if not counts_hold(*(Counter(_DEFINED(text)) for text in (base, ours, theirs, merged))):
        return True
    heads = [set(_HEADS(text)) for text in (base, ours, theirs)]
    return bool(heads[0] - heads[1] or heads[0] - heads[2])


def _names_what_is_gone(base: str, ours: str, theirs: str, merged: str) -> bool:
    """Whether an attribute that one side sets or defines no more is named more often than that side does."""
    old, named = {*_SET(base), *_DEFINED(base)}, Counter(_ATTRIBUTES(merged))
    for side in (ours, theirs):
        gone = old.difference(_SET(side), _DEFINED(side))
        here = Counter(_ATTRIBUTES(side)) if gone else Counter[str]()
        if any(named[name] > here[name] for name in gone):
            return True
    return False


def loses_words(base: str, ours: str, theirs: str, merged: str, said: Callable[[str], list[str]] = _WORDS) -> bool:
    """Whether a word stands in the result less often, or more often, than the changes of both sides account for.

    What both have added may stand there once or twice, and so may what both have removed be gone. Changes are counted
    in all and line by line: what a side has moved makes the one too strict, what both have changed alike the other.
    """

    def _words(lines: Iterable[str]) -> Counter[str]:
        """Count the words, those of strings and comments too, and the comments as they stand."""
        text = "\n".join(lines)
        return Counter([*said(text), *_COMMENTS(text)])

    lines = [Counter(line.strip() for line in text.split("\n")) for text in (base, ours, theirs)]
    old, found = _words(base.split("\n")), _words(merged.split("\n"))
    added = [_words((side - lines[0]).elements()) for side in lines[1:]]
    removed = [_words((lines[0] - side).elements()) for side in lines[1:]]
    for word in {*old, *added[0], *added[1], *found}:
        come, gone = [one[word] for one in added], [one[word] for one in removed]
        more = found[word] - old[word]
        if max(come) - sum(gone) <= more <= sum(come) - max(gone):
            continue
        net = [one - other for one, other in zip(come, gone, strict=True)]
        least, most = (max(net), sum(net)) if min(net) >= 0 else (sum(net), max(net))
        if not least <= more <= most:
            return True
    return False


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Walk all statements of a module, without what stands inside of them."""
    for child in _below(node):
        if isinstance(child, ast.stmt):
            yield child
        yield from statements(child)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the statements, handlers and cases right below a node."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        found = getattr(node, name, None)
        yield from found if isinstance(found, list) else ()


def definitions(node: ast.AST, within: str = "") -> Iterator[str]:
    """Walk the names of all functions and classes, each within those that it stands in."""
    for child in _below(node):
        name = within
        if isinstance(child, _DEFINITION):
            name = f"{within}.{child.name}"
            yield name
        yield from definitions(child, name)


def counts_hold(base: Counts, ours: Counts, theirs: Counts, merged: Counts) -> bool:
    """Whether each name stands in the result as often as in the side that has changed that."""
    for name in {*base, *ours, *theirs, *merged}:
        old, mine, its = base.get(name, 0), ours.get(name, 0), theirs.get(name, 0)
        wanted = its if mine == old else mine
        if merged.get(name, 0) != wanted and not (mine != old != its and merged.get(name, 0) in (mine, its)):
            return False
    return True


def _in_order(base: ast.Module, ours: ast.Module, theirs: ast.Module, merged: ast.Module) -> bool:
    """Whether what stands at the top, or in a class, stands there in the order of the sides; imports may be sorted."""
    old, mine, its, found = (dict(_blocks(one)) for one in (base, ours, theirs, merged))
    for name, order in found.items():
        sides = [side.get(name, []) for side in (old, mine, its)]
        moved = [not follows(side, sides[0]) for side in sides[1:]]
        holds = [follows(order, side) for side in sides[1:]]
        if not all(
            hold or (move_other and not move) for hold, move, move_other in zip(holds, moved, moved[::-1], strict=True)
        ):
            return False
    return True


def _blocks(node: ast.AST, within: str = "") -> Iterator[tuple[str, list[str]]]:
    body: Iterable[ast.stmt] = getattr(node, "body", ())
    yield (
        within,
        [
            f"def {one.name}" if isinstance(one, _DEFINITION) else ast.dump(one)
            for one in body
            if not isinstance(one, ast.Import | ast.ImportFrom)
        ],
    )
    for child in body:
        if isinstance(child, ast.ClassDef):
            yield from _blocks(child, f"{within}.{child.name}")


def follows(order: list[str], other: list[str]) -> bool:
    """Whether what stands once in both stands in the same order."""
    one, two = Counter(order), Counter(other)
    both = {key for key in one.keys() & two.keys() if one[key] == two[key] == 1}
    return [key for key in order if key in both] == [key for key in other if key in both]


def _sources_hold(ours: Sources, theirs: Sources, merged: Sources) -> bool:
    """Whether each name that is imported comes from where a side has it from."""
    return all(sources in (ours.get(name), theirs.get(name)) for name, sources in merged.items())


def from_elsewhere(base: ast.Module, side: ast.Module, other: ast.Module) -> frozenset[str]:
    """Return what a side does not import any more, and the other only from another place."""
    old, mine, its = (_imported(one) for one in (base, side, other))
    return frozenset(name for name in old.keys() & its.keys() - mine.keys() if its[name] != old[name])


def _imported(module: ast.Module) -> Sources:
    """Return the modules from which each name is imported."""
    found: Sources = {}
    for node in statements(module):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                source = f"{'.' * node.level}{node.module or ''} {alias.name}"
                found.setdefault(alias.asname or alias.name, set()).add(source)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, set()).add(alias.name)
    return found


def unbound(text: str, module: ast.Module) -> frozenset[str]:
    """Return the names that a module reads and nothing in it binds; none where a `*` may bring in any."""
    if _STAR(text):
        for node in statements(module):
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                return frozenset()
    try:
        top = symtable.symtable(text, "merged", "exec")
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Unprovable from error
    bound = {
        one.get_name() for one in top.get_symbols() if one.is_assigned() or one.is_imported() or one.is_namespace()
    }
    read: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for one in table.get_symbols():
            if one.is_declared_global() and one.is_assigned():
                bound.add(one.get_name())
            if one.is_referenced() and (table is top or one.is_global()):
                read.add(one.get_name())
    return frozenset(read - bound - _KNOWN)
