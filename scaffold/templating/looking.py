"""What a template refers to, sets, includes and decides by, told from its syntax tree without rendering it."""

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

GUARDS = ("defined", "undefined")
DEFAULTS = ("default", "d")


class Read(NamedTuple):
    """A variable that a template reads, where it is the first time, without a guard for its being undefined."""

    name: str
    line: int


def reads(tree: nodes.Template) -> Iterator[Read]:
    """Yield the variables that a template does not set itself, and does not ask for being defined."""
    guarded: set[int] = set()
    optional: set[str] = set()
    for test in tree.find_all(nodes.Test):
        if test.name in GUARDS and isinstance(test.node, nodes.Name):
            optional.add(test.node.name)
    for filter_ in tree.find_all(nodes.Filter):
        if filter_.name in DEFAULTS and filter_.node is not None:
            guarded.add(id(filter_.node))
    undeclared = find_undeclared_variables(tree) - optional - sets(tree)  # one that is set in a branch is set
    seen: set[str] = set()
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name in undeclared - seen and id(name) not in guarded:
            seen.add(name.name)
            yield Read(name.name, name.lineno)


def names(tree: nodes.Template) -> set[str]:
    """Return every variable that a template reads and does not set itself."""
    return find_undeclared_variables(tree)


def sets(tree: nodes.Template) -> set[str]:
    """Return the names that a template gives values to, in whatever way."""
    stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    imported = {
        name if isinstance(name, str) else name[1] for one in tree.find_all(nodes.FromImport) for name in one.names
    }
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    return stored | imported | macros | {one.target for one in tree.find_all(nodes.Import)} | set(yielded(tree))


def yielded(tree: nodes.Template) -> Iterator[str]:
    """Yield the variables by which `yield` makes one path many."""
    for call in tree.find_all(nodes.Call):
        first = call.args[0] if call.args else None
        if isinstance(call.node, nodes.ExtensionAttribute) and call.node.name == "_yield":
            yield str(first.value) if isinstance(first, nodes.Const) else ""


def included(tree: nodes.Template) -> Iterator[str]:
    """Yield the names of the templates that a template includes, imports or extends, where they are written out."""
    written_in: list[nodes.Expr] = [one.template for one in tree.find_all(nodes.Include)]
    written_in += [one.template for one in tree.find_all(nodes.Import)]
    written_in += [one.template for one in tree.find_all(nodes.FromImport)]
    written_in += [one.template for one in tree.find_all(nodes.Extends)]
    for written in written_in:
        for const in (written, *written.find_all(nodes.Const)):
            if isinstance(const, nodes.Const) and isinstance(const.value, str):
                yield const.value


def conditions(tree: nodes.Template) -> Iterator[nodes.Expr]:
    """Yield what a template decides by that depends on nothing it sets itself."""
    own = sets(tree)
    tests: list[nodes.Expr] = [*(one.test for one in tree.find_all(nodes.CondExpr))]
    tests += [one.test for one in tree.find_all(nodes.If) if isinstance(one.test, nodes.Expr)]
    for test in tests:
        read = {name.name for name in (test, *test.find_all(nodes.Name)) if isinstance(name, nodes.Name)}
        if read and not read & own:
            yield test


def shown(tree: nodes.Template) -> set[str]:
    """Return the variables that a template gives out as they are: `{{ name }}`, with no filter."""
    outputs = (one for output in tree.find_all(nodes.Output) for one in output.nodes)
    return {one.name for one in outputs if isinstance(one, nodes.Name)}
