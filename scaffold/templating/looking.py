"""What a template refers to, sets, includes and decides by, told from its syntax tree without rendering it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

T = TypeVar("T")
Kind = TypeVar("Kind", bound=nodes.Node)

GUARDS = ("defined", "undefined")
DEFAULTS = ("default", "d")


class Read(NamedTuple):
    """A variable that a template reads, where it is the first time, without a guard for its being undefined."""

    name: str
    line: int


def _once(look: Callable[[nodes.Template], T]) -> Callable[[nodes.Template], T]:
    """Look at a tree once, as long as it lives: every rule of lint asks for the same."""
    found: WeakKeyDictionary[nodes.Template, T] = WeakKeyDictionary()

    def looked(tree: nodes.Template) -> T:
        if tree not in found:
            found[tree] = look(tree)
        return found[tree]

    return looked


@_once
def _by_kind(tree: nodes.Template) -> dict[type, list[Any]]:
    found: dict[type, list[Any]] = defaultdict(list)
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        found[type(node)].append(node)
        waiting.extend(reversed(list(node.iter_child_nodes())))  # in the order in which they stand
    return found


def _all(tree: nodes.Template, kind: type[Kind]) -> list[Kind]:
    return _by_kind(tree).get(kind, [])


def reads(tree: nodes.Template) -> Iterator[Read]:
    """Yield the variables that a template does not set itself, and does not ask for being defined."""
    guarded: set[int] = set()
    optional: set[str] = set()
    for test in _all(tree, nodes.Test):
        if test.name in GUARDS and isinstance(test.node, nodes.Name):
            optional.add(test.node.name)
    for filter_ in _all(tree, nodes.Filter):
        if filter_.name in DEFAULTS and filter_.node is not None:
            guarded.add(id(filter_.node))
    undeclared = names(tree) - optional - sets(tree)  # one that is set in a branch is set
    seen: set[str] = set()
    for name in _all(tree, nodes.Name):
        if name.ctx == "load" and name.name in undeclared - seen and id(name) not in guarded:
            seen.add(name.name)
            yield Read(name.name, name.lineno)


@_once
def names(tree: nodes.Template) -> frozenset[str]:
    """Return every variable that a template reads and does not set itself; raises TemplateError for one of no use."""
    return frozenset(find_undeclared_variables(tree))


@_once
def sets(tree: nodes.Template) -> frozenset[str]:
    """Return the names that a template gives values to, in whatever way."""
    stored = {name.name for name in _all(tree, nodes.Name) if name.ctx in ("store", "param")}
    imported = {
        name if isinstance(name, str) else name[1] for one in _all(tree, nodes.FromImport) for name in one.names
    }
    macros = {macro.name for macro in _all(tree, nodes.Macro)}
    return frozenset(stored | imported | macros | {one.target for one in _all(tree, nodes.Import)} | set(yielded(tree)))


def yielded(tree: nodes.Template) -> Iterator[str]:
    """Yield the variables by which `yield` makes one path many."""
    for call in _all(tree, nodes.Call):
        first = call.args[0] if call.args else None
        if isinstance(call.node, nodes.ExtensionAttribute) and call.node.name == "_yield":
            yield str(first.value) if isinstance(first, nodes.Const) else ""


def included(tree: nodes.Template) -> Iterator[str]:
    """Yield the names of the templates that a template includes, imports or extends, where they are written out."""
    written_in: list[nodes.Expr] = [one.template for one in _all(tree, nodes.Include)]
    written_in += [one.template for one in _all(tree, nodes.Import)]
    written_in += [one.template for one in _all(tree, nodes.FromImport)]
    written_in += [one.template for one in _all(tree, nodes.Extends)]
    for written in written_in:
        for const in (written, *written.find_all(nodes.Const)):
            if isinstance(const, nodes.Const) and isinstance(const.value, str):
                yield const.value


def conditions(tree: nodes.Template) -> Iterator[nodes.Expr]:
    """Yield what a template decides by that depends on nothing it sets itself."""
    own = sets(tree)
    tests: list[nodes.Expr] = [*(one.test for one in _all(tree, nodes.CondExpr))]
    tests += [one.test for one in _all(tree, nodes.If) if isinstance(one.test, nodes.Expr)]
    for test in tests:
        read = {name.name for name in (test, *test.find_all(nodes.Name)) if isinstance(name, nodes.Name)}
        if read and not read & own:
            yield test


def shown(tree: nodes.Template) -> set[str]:
    """Return the variables that a template gives out as they are: `{{ name }}`, with no filter."""
    outputs = (one for output in _all(tree, nodes.Output) for one in output.nodes)
    return {one.name for one in outputs if isinstance(one, nodes.Name)}
