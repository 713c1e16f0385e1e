"""What an expression of Python may stand for: constants, defaults, options, and an environment that nobody sets."""

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, product

from scaffold.formats.regex import regex
from scaffold.guard.code.facts import OPEN, Name
from scaffold.guard.code.scopes import WAYS, Bound, Scope, dotted

DEEPEST = 4  # names that stand for names
MOST = 12  # things that a value may be
_MUCH = 1 << 40  # a number that is not made larger
Pair = tuple[str, ast.expr, Scope]
Elsewhere = Callable[[str], "tuple[Values, list[tuple[Bound, Scope]]] | None"]
_TRUE = frozenset(("y", "yes", "t", "true", "on", "1"))
_GETS = frozenset(("getenv", "get", "pop", "setdefault"))
_STAGE = regex(r"(?i)(?:.*_)?(?:env|environment|stage|mode)")  # what they are called that say where a program runs
_SETTINGS = regex(r"(?i)(?:^|[._])(?:settings|config|configuration|cfg|conf|flags|env)(?:\(\))?\.\w+$")
_SAME = frozenset(("str", "int", "list", "tuple", "set", "frozenset", "SecretStr", "cast", "map"))
_TEXT = frozenset(("lower", "upper", "strip", "casefold", "encode"))
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_COMPARED: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Is: operator.eq, ast.IsNot: operator.ne,
}  # fmt: skip


class Values:
    """What the expressions of one module may stand for."""

    def __init__(self, imports: Mapping[str, str], elsewhere: Elsewhere) -> None:
        """Take what names are imported as, and where to look for what other modules bind."""
        self._imports = imports
        self._elsewhere = elsewhere

    def of(self, node: ast.expr, scope: Scope, depth: int = DEEPEST) -> list[object]:
        """Return constants, and names for what is none; each of a list's elements, and each of two ways."""
        return list(islice(self._of(node, scope, depth), MOST))

    def called(self, node: ast.expr, scope: Scope, depth: int = DEEPEST) -> str:
        """Return the whole name of what is called, whatever it is called here."""
        written = dotted(node)
        parts = written.split(".")
        for length in range(min(len(parts), 2), 0, -1):
            first, rest = ".".join(parts[:length]), parts[length:]
            for value, where in scope.find(first) or scope.find(f"{first}:"):
                if value is not None and depth and (stands := self._stands(value, where, depth - 1)):
                    return ".".join((stands, *rest))
        return ".".join((self._imports.get(parts[0], parts[0]), *parts[1:]))

    def _stands(self, value: ast.expr, scope: Scope, depth: int) -> str:
        """Return the name of what a value is, or is made by; that of `partial` is its function's."""
        if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == "partial" and value.args:
            return self._stands(value.args[0], scope, depth)
        return self.called(value, scope, depth) if isinstance(value, ast.Attribute | ast.Name | ast.Call) else ""

    def made(self, node: ast.expr, scope: Scope) -> str:
        """Return what an object is called here, and what it was made by of what."""
        made = [value for value, _ in self._bound(dotted(node), scope)[1] if isinstance(value, ast.Call)]
        made += [node] if isinstance(node, ast.Call) else []
        names = [dotted(one) for call in made for one in (*call.args, *(keyword.value for keyword in call.keywords))]
        return " ".join((dotted(node), self.called(node, scope), *names))

    def keywords(self, call: ast.Call, scope: Scope, depth: int = DEEPEST) -> Iterator[Pair]:
        """Yield the arguments of a call that are given by name, those of `**options` with them."""
        for keyword in call.keywords:
            if keyword.arg:
                yield keyword.arg, keyword.value, scope
            else:
                found = list(self.items(keyword.value, scope, depth))
                yield from found or [(OPEN, keyword.value, scope)]

    def items(self, node: ast.expr, scope: Scope, depth: int = DEEPEST) -> Iterator[Pair]:
        """Yield the keys of a mapping with their values."""
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value, scope
                elif key is None and depth:
                    yield from list(self.items(value, scope, depth - 1)) or [(OPEN, value, scope)]
        elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in ("dict", "update"):
            for given in node.args[:1] if depth else ():
                yield from self.items(given, scope, depth - 1)
            yield from self.keywords(node, scope, depth - 1) if depth else ()
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and depth:
            for side in (node.left, node.right):
                yield from self.items(side, scope, depth - 1)
        elif isinstance(node, ast.Name | ast.Attribute) and depth and (name := dotted(node)):
            for bound, where in self._bound(name, scope)[1]:
                yield from self.items(bound, where, depth - 1) if bound is not None else ()
            for item in (item for one in scope.outwards() for item in one.items.get(name, ())[:WAYS]):
                yield from self.items(item[1], item[2], depth - 1) if item[0] == OPEN else [item]

    def _bound(self, name: str, scope: Scope) -> tuple["Values", list[tuple[Bound, Scope]]]:
        """Return what a name is bound to, here or where it is imported from."""
        if found := scope.find(name):
            return self, found
        owner, _, last = name.rpartition(".")
        if owner and (made := self.called(ast.Name(owner), scope)) != owner and (found := scope.find(f"{made}.{last}")):
            return self, found
        first, dot, rest = name.partition(".")
        return (self._elsewhere(f"{self._imports[first]}{dot}{rest}") if first in self._imports else None) or (self, [])

    def _of(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[object]:
        if isinstance(node, ast.Constant):
            yield node.value
        elif not depth:
            yield Name("")
        elif (way := self._WAYS.get(type(node))) is not None:
            yield from way(self, node, scope, depth - 1)
        else:
            yield Name("", known=isinstance(node, ast.Lambda | ast.Dict))

    def _name(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[object]:
        name = dotted(node)
        values, bound = self._bound(name, scope)
        for value, where in bound:
            yield from (Name(name, known=False),) if value is None else values.of(value, where, depth)
        if bound and _SETTINGS.search(name):
            yield Name("", known=False)
        if not bound:
            whole = self.called(node, scope)
            yield Name(whole, known=not self._is_outside(name, scope))

    def _is_outside(self, name: str, scope: Scope) -> bool:
        """Whether a name is something that another part of the project, or a caller, decides on."""
        first = name.partition(".")[0]
        if first in ("self", "cls") or _SETTINGS.search(name):
            return True
        return self._imports.get(first, "").startswith(".") or scope.find(first) != []

    def _either(self, node: ast.IfExp, scope: Scope, depth: int) -> Iterator[object]:
        for one in (node.body, node.orelse):
            yield from self.of(one, scope, depth)

    def _any(self, node: ast.BoolOp, scope: Scope, depth: int) -> Iterator[object]:
        for one in node.values:
            yield from self.of(one, scope, depth)

    def _elements(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope, depth: int) -> Iterator[object]:
        for one in node.elts:
            yield from self.of(one.value if isinstance(one, ast.Starred) else one, scope, depth)

    def _each(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope, depth: int) -> Iterator[object]:
        yield from self.of(node.generators[0].iter, scope, depth)

    def _negated(self, node: ast.UnaryOp, scope: Scope, depth: int) -> Iterator[object]:
        for value in self.of(node.operand, scope, depth):
            is_not = isinstance(node.op, ast.Not) and not isinstance(value, Name)
            yield not value if is_not else Name("", known=not isinstance(value, Name) or value.known)

    def _compared(self, node: ast.Compare, scope: Scope, depth: int) -> Iterator[object]:
        """Compare what is known: a variable of the environment as where nobody sets it, and as unknown."""
        (left, *more), right = self.of(node.left, scope, depth) or [None], self.of(node.comparators[0], scope, depth)
        known = not any(isinstance(one, Name) for one in (left, *right)) and len(node.ops) == 1
        if not known or _asks_for_stage(node.left):
            yield Name("", known=known)
        elif isinstance(node.ops[0], ast.In | ast.NotIn):
            yield (left in right) is isinstance(node.ops[0], ast.In)
        elif compare := _COMPARED.get(type(node.ops[0])):
            yield compare(left, right[0] if right else None)
        if known and not _asks_for_stage(node.left) and any(isinstance(one, Name) for one in more):
            yield Name("", known=False)

    def _text(self, node: ast.JoinedStr, scope: Scope, depth: int) -> Iterator[object]:
        inner = (one.value if isinstance(one, ast.FormattedValue) else one for one in node.values[:MOST])
        yield from _joined(self.of(one, scope, depth) for one in inner)

    def _sum(self, node: ast.BinOp, scope: Scope, depth: int) -> Iterator[object]:
        left, right = (self.of(one, scope, depth) for one in (node.left, node.right))
        if isinstance(node.op, ast.Add) and any(isinstance(one, str) for one in (*left, *right)):
            yield from _joined((left, right))
            yield from (one for one in left if isinstance(one, Name))
        elif (
            isinstance(node.op, ast.Mult) and (numbers := [one for one in (*left, *right) if isinstance(one, int)])[1:]
        ):
            yield min(numbers[0], _MUCH) * min(numbers[1], _MUCH)
        elif isinstance(node.op, ast.Add | ast.BitOr):
            yield from (*left, *right)
        else:
            yield left[0] if left and isinstance(left[0], str | bytes) else Name("")

    def _result(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[object]:
        """Read what a call returns: its default where it asks for something, what it was given, or its own name."""
        name = dotted(node.func)
        of, last = (node.func.value, node.func.attr) if isinstance(node.func, ast.Attribute) else (None, name)
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if last in _GETS and node.args and (node.args[1:] or isinstance(node.args[0], ast.Constant)):
            key = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
            default = [*node.args[1:2], *(one for option, one in given.items() if option == "default")]
            yield from self.of(default[0], scope, depth) if default else [None] if "env" in name else []
            yield Name(f"{self.called(node.func, scope)}('{key!s}')", known=False)
        elif "default" in given:
            yield from self.of(given["default"], scope, depth)
            yield from [Name("", known=False)] if "env" in name else []
        elif last in ("bool", "strtobool") and node.args:
            known = _TRUE.__contains__ if last == "strtobool" else bool
            yield from (one if isinstance(one, Name) else known(one) for one in self.of(node.args[0], scope, depth))
        elif last in _SAME | {"Field"} and node.args:
            yield from self.of(node.args[-1 if last in ("cast", "map") else 0], scope, depth)
        elif last in _TEXT and of is not None:
            yield from (getattr(one, last)() if isinstance(one, str) else one for one in self.of(of, scope, depth))
        elif last == "split" and of is not None:
            for one in self.of(of, scope, depth):
                yield from one.split(",") if isinstance(one, str) else [one]
        elif last == "timedelta":
            yield sum(_SECONDS[key] * value for key, value in self._numbers(given, scope, depth) if key in _SECONDS)
        elif returned := scope.find(f"{name}()"):
            for value, where in returned:
                yield from self.of(value, where, depth) if value is not None else ()
        else:
            yield Name(f"{self.called(node.func, scope)}()", known=not name or not self._is_local(node.func, scope))

    def _numbers(
        self, given: Mapping[str | None, ast.expr], scope: Scope, depth: int
    ) -> Iterator[tuple[str | None, int]]:
        for key, value in given.items():
            yield from ((key, one) for one in self.of(value, scope, depth)[:1] if isinstance(one, int))

    def _item(self, node: ast.Subscript, scope: Scope, depth: int) -> Iterator[object]:
        """Read what stands in a mapping at a key."""
        key = str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
        found = [one for one in self.items(node.value, scope, depth) if one[0] == key]
        for _, value, where in found:
            yield from self.of(value, where, depth)
        if not found:
            yield Name(f"{self.called(node.value, scope)}['{key}']", known=False)

    def _is_local(self, node: ast.expr, scope: Scope) -> bool:
        return self._is_outside(dotted(node), scope)

    _WAYS: Mapping[type[ast.expr], Callable[..., Iterator[object]]] = {
        ast.Name: _name, ast.Attribute: _name, ast.IfExp: _either, ast.BoolOp: _any, ast.List: _elements,
        ast.Tuple: _elements, ast.Set: _elements, ast.UnaryOp: _negated, ast.Compare: _compared,
        ast.JoinedStr: _text, ast.BinOp: _sum, ast.Call: _result, ast.Subscript: _item,
        ast.ListComp: _each, ast.SetComp: _each, ast.GeneratorExp: _each,
    }  # fmt: skip


def _joined(parts: Iterable[list[object]]) -> Iterator[str]:
    """Yield each text that parts make; what is none of its own is `{}`."""
    texts = ([one if isinstance(one, str) else "{}" for one in values] or ["{}"] for values in parts)
    yield from ("".join(one) for one in islice(product(*map(dict.fromkeys, texts)), MOST))


def _asks_for_stage(node: ast.expr) -> bool:
    """Whether an expression asks where the program runs: what is off in development only is on where it counts."""
    names = (one.value for one in islice(ast.walk(node), MOST) if isinstance(one, ast.Constant))
    return any(isinstance(name, str) and _STAGE.fullmatch(name) is not None for name in names)
