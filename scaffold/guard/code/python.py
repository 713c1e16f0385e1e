"""A Python source as facts, by Python's own parser."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice, repeat

from scaffold.guard.code.facts import OPEN, Argument, Fact, Wanted, written
from scaffold.guard.code.scopes import Scope, dotted
from scaffold.guard.code.values import Values

MOST = 12  # nodes of a condition that are looked at
LONGEST = 2_000  # characters of a text that is looked into
Elsewhere = Callable[[str], "Python | None"]
SETTERS = frozenset(("setdefault", "putenv", "update"))  # of variables of the environment
PARTIAL = ("functools.partial", "partial")


_SILENT = frozenset(("ctx", "op", "ops", "names", "id", "attr", "arg", "kind", "name", "asname"))  # fields of no nodes
_Around = tuple[Scope, str]  # the names that hold where a node stands, and what it is within
_Noted = tuple[ast.AST, Scope, str]


class Python:
    """A module of Python that was read; `elsewhere` finds another module of the project by its name."""

    def __init__(self, tree: ast.Module, wanted: Wanted, elsewhere: "Elsewhere" = lambda _: None) -> None:
        """Read all of it once, and tell of what is wanted."""
        self._wanted = wanted
        self.imports: dict[str, str] = {}
        self.top = Scope()
        self._scopes = [self.top]
        noted = self._walk(tree)
        self.values = Values(self.imports, partial(_bound_elsewhere, elsewhere))
        found = (fact for node, *around in noted for fact in self._FACTS[type(node)](self, node, *around))
        self.facts: Sequence[Fact] = sorted(found, key=lambda fact: fact.line)

    def readings(self, at: tuple[ast.expr, Scope]) -> Sequence[str]:
        """Return what an expression may stand for."""
        return tuple(map(written, self.values.of(*at)))

    def forget(self) -> None:
        """Let go of what it was read from: scopes lead to each other, which takes long to find out of so many."""
        self.facts = ()
        for scope in self._scopes:
            scope.bound.clear()
            scope.items.clear()

    def _walk(self, tree: ast.Module) -> list[_Noted]:
        """Bind all names, and return the nodes that facts are made of with what is around them, at any depth."""
        noted: list[_Noted] = []
        left: list[_Noted] = [(tree, self.top, "")]
        while left:
            node, scope, within = one = left.pop()
            kind = type(node)
            if kind in self._FACTS:
                noted.append(one)
            if bind := self._BINDS.get(kind):
                scope, within = bind(self, node, scope, within)
            if fields := _fields(kind.__name__):
                left += zip(_children(node, fields), repeat(scope), repeat(within))
        return noted

    def _assigned(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, scope: Scope, within: str) -> _Around:
        targets, value = _targets(node), node.value
        for target in targets:
            if value is not None:
                scope.assign(target, value)
        return scope, f"{within[-LONGEST:]} {' '.join(map(_target, targets))}"

    def _if(self, node: ast.If | ast.IfExp, scope: Scope, within: str) -> _Around:
        names = (getattr(one, "id", getattr(one, "attr", "")) for one in islice(ast.walk(node.test), MOST))
        return scope, f"{within[-LONGEST:]} «{' '.join(names)}»"

    def _keyword(self, node: ast.keyword, scope: Scope, within: str) -> _Around:
        return scope, f"{within[-LONGEST:]} {node.arg}"

    def _imports(self, node: ast.Import | ast.ImportFrom, scope: Scope, within: str) -> _Around:
        self.imports |= dict(imported(node))
        return scope, within

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, within: str
    ) -> _Around:
        name = "" if isinstance(node, ast.Lambda) else node.name
        inner = Scope(name, scope)
        inner.take(node.args)
        self._scopes.append(inner)
        return inner, name or within

    def _class(self, node: ast.ClassDef, scope: Scope, _: str) -> _Around:
        self._scopes.append(Scope(node.name, scope, is_class=True))
        return self._scopes[-1], node.name

    def _returned(self, node: ast.Return, scope: Scope, within: str) -> _Around:
        owner = scope.above
        if node.value is not None and owner is not None and scope.name:
            owner.bind(f"self.{scope.name}()" if owner.is_class else f"{scope.name}()", node.value, scope)
        return scope, within

    def _with(self, node: ast.withitem, scope: Scope, within: str) -> _Around:
        if node.optional_vars is not None:
            scope.assign(node.optional_vars, node.context_expr)
        return scope, within

    def _merged(self, node: ast.AugAssign | ast.Call, scope: Scope, within: str) -> _Around:
        """Bind what `a |= b` and `a.update(b)` add to a mapping."""
        if isinstance(node, ast.AugAssign):
            scope.merge(node.target, node.value)
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            scope.merge(node.func.value, node)
        return scope, within

    def _set_to(self, node: ast.Assign | ast.AnnAssign, scope: Scope, within: str) -> Iterator[Fact]:
        value = node.value
        for target in _targets(node):
            yield from self._set(target, value, scope, within) if value is not None else ()

    def _dict(self, node: ast.Dict, scope: Scope, within: str) -> Iterator[Fact]:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and self._wanted.sets(key.value):
                yield Fact("set", key.value, key.lineno, [Argument("", (value, scope))], within)

    def _attribute(self, node: ast.Attribute, scope: Scope, within: str) -> Iterator[Fact]:
        if node.attr in self._wanted.names:
            yield Fact("name", self.values.called(node, scope), node.lineno, within=within)

    def _named(self, node: ast.Name, _: Scope, within: str) -> Iterator[Fact]:
        name = self.imports.get(node.id, "")
        if name.rpartition(".")[2] in self._wanted.names:
            yield Fact("name", name, node.lineno, within=within)

    def _import(self, node: ast.Import | ast.ImportFrom, *_: object) -> Iterator[Fact]:
        yield from (Fact("import", name, node.lineno) for _, name in imported(node))

    def _text(self, node: ast.Constant | ast.JoinedStr, scope: Scope, within: str) -> Iterator[Fact]:
        for text in [node.value] if isinstance(node, ast.Constant) else self.values.of(node, scope):
            if isinstance(text, str) and self._wanted.text(text[:LONGEST]):
                yield Fact("text", text[:LONGEST], node.lineno, within=within)

    def _is_wanted(self, call: ast.Call, scope: Scope) -> bool:
        """Whether a call may be one that patterns speak of, before much is made of it."""
        names, func = self._wanted.names, call.func
        if any(keyword.arg is None or keyword.arg in names for keyword in call.keywords):
            return True
        if isinstance(func, ast.Attribute):
            return func.attr in names or func.attr in SETTERS
        if isinstance(func, ast.Name):
            last = self.imports.get(func.id, func.id).rpartition(".")[2]
            return last in names or last in SETTERS or bool(scope.find(func.id))
        return True

    def _call(self, call: ast.Call, scope: Scope, within: str) -> Iterator[Fact]:
        if not self._is_wanted(call, scope):
            return
        name, given = self.values.called(call.func, scope), call.args
        bound = scope.find(call.func.id) if isinstance(call.func, ast.Name) else []
        if name in PARTIAL and given:
            name, given = self.values.called(given[0], scope), given[1:]
        arguments = [Argument(str(number), (value, scope)) for number, value in enumerate(given)]
        for known in (call, *(value for value, _ in bound if isinstance(value, ast.Call))):
            arguments += (Argument(key, (value, where)) for key, value, where in self.values.keywords(known, scope))
        arguments += [Argument(key, at) for one_ in arguments for key, at in self._inside(one_)]
        yield Fact("call", name, call.lineno, arguments, within, self._of(call.func, scope))
        if name.endswith(("environ.setdefault", ".putenv")) and len(given) > 1:
            yield from self._set(
                ast.Subscript(call.func, given[0], ast.Store(), lineno=call.lineno), given[1], scope, within
            )
        elif name.endswith("environ.update"):
            yield from (Fact("set", key, call.lineno, [Argument("", at)], within) for key, at in arguments)

    def _inside(self, argument: Argument) -> Iterator[tuple[str, tuple[ast.expr, Scope]]]:
        """Yield the keys of a mapping that is an argument by its name, as if they were arguments too."""
        if argument.name not in ("", OPEN):
            for key, value, scope in self.values.items(*argument.at):
                yield key, (value, scope)

    def _set(self, target: ast.expr, value: ast.expr, scope: Scope, within: str) -> Iterator[Fact]:
        first, dot, rest = _target(target).partition(".")
        name = f"{self.imports.get(first, first)}{dot}{rest}" if dot else first
        if name and self._wanted.sets(name):
            of = self._of(target, scope)
            yield Fact("set", name, target.lineno, [Argument("", (value, scope))], within, of)

    def _of(self, node: ast.expr, scope: Scope) -> str:
        return self.values.made(node.value, scope) if isinstance(node, ast.Attribute) else ""

    _BINDS: Mapping[type[ast.AST], Callable[..., _Around]] = {
        ast.Assign: _assigned, ast.AnnAssign: _assigned, ast.NamedExpr: _assigned, ast.keyword: _keyword,
        ast.Import: _imports, ast.ImportFrom: _imports, ast.FunctionDef: _function, ast.AsyncFunctionDef: _function,
        ast.AugAssign: _merged, ast.Call: _merged, ast.Lambda: _function, ast.ClassDef: _class, ast.Return: _returned,
        ast.withitem: _with, ast.If: _if, ast.IfExp: _if,
    }  # fmt: skip
    _FACTS: Mapping[type[ast.AST], Callable[..., Iterator[Fact]]] = {
        ast.Call: _call, ast.Assign: _set_to, ast.AnnAssign: _set_to, ast.Dict: _dict, ast.Attribute: _attribute,
        ast.Name: _named, ast.Import: _import, ast.ImportFrom: _import, ast.Constant: _text, ast.JoinedStr: _text,
    }  # fmt: skip


def _bound_elsewhere(elsewhere: Elsewhere, name: str) -> tuple[Values, list[tuple[ast.expr | None, Scope]]] | None:
    """Return what a name that is imported is bound to in the project's module that it comes from."""
    module, _, last = name.rpartition(".")
    there = elsewhere(module) if module else None
    return (there.values, there.top.find(last)) if there is not None else None


def _children(node: ast.AST, fields: Iterable[str]) -> list[ast.AST]:
    """Return the nodes below one that stand in some of its fields."""
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name)
        if isinstance(value, ast.arguments):
            value = (*value.defaults, *value.kw_defaults)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [one for one in value if isinstance(one, ast.AST)]
    if isinstance(node, ast.JoinedStr):  # the pieces of a text are none
        return [one for one in found if isinstance(one, ast.FormattedValue)]
    return found


@cache
def _fields(kind: str) -> tuple[str, ...]:
    """Return the fields of a node in which nodes stand, but for those that say nothing."""
    return tuple(name for name in getattr(ast, kind)._fields if name not in _SILENT and kind != "Constant")


def _targets(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _target(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return f"{dotted(target.value)}.{target.slice.value!s}"
    return dotted(target)


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield what a name stands for by an import: `a.b` for `from a import b`."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name.partition(".")[0], _whole(alias)) for alias in node.names)
    else:
        module = "." * node.level + (node.module or "")
        yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in node.names)


def _whole(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]
