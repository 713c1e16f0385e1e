"""`{% yield NAME from LIST %}…{% endyield %}`: Copier's tag by which one path becomes many."""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, NamedTuple

from jinja2 import TemplateAssertionError, UndefinedError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser


class Yielded(NamedTuple):
    """What a text loops over: the name of the variable, and its values."""

    name: str
    values: Iterable[Any]


_found: ContextVar[Yielded | None] = ContextVar("yielded", default=None)


class YieldExtension(Extension):
    """The tag. Rendering a text with it gives nothing; `take` then says what it loops over."""

    tags = {"yield"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag into a call of this extension."""
        line = next(parser.stream).lineno
        name = parser.parse_assign_target(name_only=True)
        parser.stream.expect("name:from")
        values = parser.parse_expression()
        body = parser.parse_statements(("name:endyield",), drop_needle=True)
        call = self.call_method("_yield", [nodes.Const(name.name), values, nodes.Const(line)])
        return nodes.CallBlock(call, [], [], body, lineno=line)

    def _yield(self, name: str, values: Iterable[Any], line: int, caller: Callable[[], str]) -> str:
        if _found.get() is not None:
            raise TemplateAssertionError("a part of a path takes one `yield` tag, not two", line)
        _found.set(Yielded(name, values))
        try:
            return caller()
        except UndefinedError:
            return ""  # the loop's variable has no value yet


def take() -> Yielded | None:
    """Return what the text rendered last loops over, and forget it."""
    found = _found.get()
    _found.set(None)
    return found
