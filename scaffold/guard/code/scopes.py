"""Names of a Python module, and what they may stand for in each of its functions and classes."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from scaffold.guard.code.facts import OPEN

WAYS = 6  # things that one name is bound to, of which each may again be a name
DEEPEST = 12  # names between dots that are read
Bound = ast.expr | None  # None: only a caller knows


class Scope:
    """The names that one function, class or module binds, each with all that it is bound to."""

    def __init__(self, name: str = "", above: "Scope | None" = None, *, is_class: bool = False) -> None:
        """Begin without a name; `above` is asked for what is not bound here."""
        self.name, self.above, self.is_class = name, above, is_class
        self.bound: dict[str, list[tuple[Bound, Scope]]] = {}
        self.items: dict[str, list[tuple[str, ast.expr, Scope]]] = {}

    def bind(self, name: str, value: Bound, scope: "Scope | None" = None) -> None:
        """Let a name stand for a value, which is read where `scope` says."""
        self.bound.setdefault(name, []).append((value, scope or self))

    def find(self, name: str) -> list[tuple[Bound, "Scope"]]:
        """Return what a name may stand for, from within outwards; nothing where it is bound nowhere."""
        return next((one.bound[name][:WAYS] for one in self.outwards() if name in one.bound), [])

    def outwards(self) -> Iterator["Scope"]:
        """Yield this and all around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.above

    def owner(self, name: str) -> "Scope":
        """Return where a name is bound that is assigned here: attributes of `self` belong to the class."""
        if name.startswith(("self.", "cls.")):
            return next((one for one in self.outwards() if one.is_class), self)
        return self

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        """Bind a target of an assignment, whatever it is."""
        if isinstance(target, ast.Tuple | ast.List):
            places = [ast.Subscript(value, ast.Constant(place)) for place in range(len(target.elts))]
            values = value.elts if isinstance(value, ast.Tuple | ast.List) else places
            for one, its in zip(target.elts, values, strict=False) if len(values) == len(places) else ():
                self.assign(one, its)
        elif isinstance(target, ast.Subscript):
            if isinstance(target.slice, ast.Constant) and (name := dotted(target.value)):
                self.items.setdefault(name, []).append((str(target.slice.value), value, self))
        elif name := dotted(target):
            self.owner(name).bind(name, value, self)
            if self.is_class and self.above is not None and "." not in name:
                for owner in ("self", "cls"):
                    self.bind(f"{owner}.{name}", value)
                self.above.bind(f"{self.name}.{name}", value, self)

    def merge(self, target: ast.expr, value: ast.expr) -> None:
        """Note that a mapping takes over the keys of another."""
        if name := dotted(target):
            self.items.setdefault(name, []).append((OPEN, value, self))

    def take(self, arguments: ast.arguments) -> None:
        """Bind the parameters of a function: to their defaults, or to what a caller knows."""
        places = [*arguments.posonlyargs, *arguments.args]
        defaults: list[Bound] = [None] * (len(places) - len(arguments.defaults)) + [*arguments.defaults]
        pairs = [*zip(places, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        for parameter, default in pairs:
            self.bind(parameter.arg, default)
            if parameter.annotation is not None and default is None:
                self.bind(f"{parameter.arg}:", parameter.annotation)
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                self.bind(rest.arg, None)


@lru_cache(16)
def walk(tree: ast.Module) -> list[ast.AST]:
    """Return all nodes of a module as `ast.walk` yields them, which every rule goes through, made once."""
    found: list[ast.AST] = [tree]
    for node in found:  # which grows on the way
        for value in vars(node).values():
            if isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return found


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written, calls between the dots without their arguments; empty for what is no name."""
    parts: list[str] = []
    while len(parts) < DEEPEST:
        if isinstance(node, ast.Call):
            of = _attribute(node)
            parts += [of[1]] if of else []
            node = of[0] if of else node.func
        elif isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        else:
            return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else ""
    return ""


def _attribute(call: ast.Call) -> tuple[ast.expr, str] | None:
    """Return object and name of `getattr(object, "name")`."""
    if isinstance(call.func, ast.Name) and call.func.id == "getattr" and len(call.args) > 1:
        name = call.args[1]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            return call.args[0], name.value
    return None
