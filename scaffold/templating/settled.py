"""Values as a pure template sees them: what is the same each time and everywhere, and of all else no text.

Python shows a function or an iterator by its address in memory, and a set in an order of its own; and any time gives
the clock and the time zone of the machine.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time, timedelta, tzinfo
from pathlib import PurePath
from typing import Any

from jinja2 import Undefined
from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext, Macro, TemplateReference
from jinja2.utils import Namespace
from markupsafe import Markup

from scaffold.errors import NotNativeError, RenderError
from scaffold.formats import yaml

TIMES = (date, time, timedelta, tzinfo)
# Of a day, a time of day or a stretch of time: what is computed from it alone.
OF_TIMES = frozenset({
    "year", "month", "day", "hour", "minute", "second", "microsecond", "fold", "tzinfo", "date", "time", "timetz",
    "replace", "isoformat", "isocalendar", "isoweekday", "weekday", "toordinal", "ctime", "strftime", "timetuple",
    "utcoffset", "dst", "tzname", "days", "seconds", "microseconds", "total_seconds", "min", "max", "resolution",
    "fromisoformat", "fromisocalendar", "fromordinal", "combine", "utc",
})  # fmt: skip
DIRECTIVES = frozenset("aAbBdfGHIjmMpSuUVwWyYzZ:%")  # of strftime, that are the same on each machine
DIRECTIVE = re.compile(r"%(?:.|$)", re.DOTALL)
# What shows itself by what it holds.
SHOWN: tuple[Any, ...] = (
    str, bytes, int, float, complex, type(None), list, tuple, Mapping, range, slice, type, PurePath, *TIMES,
    type({}.keys()), type({}.values()), type({}.items()), type(NotImplemented), type(Ellipsis),
    Undefined, Macro, LoopContext, Namespace, TemplateReference, TemplateModule,
)  # fmt: skip
PLAIN = frozenset({str, int, bool, list, dict, type(None), float, tuple, Markup, *SHOWN})  # most values, told quickly


class _Textless:
    """A value without a text: to show it hands the template over to the tool whose format it is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        raise _differs(f"the text of a {type(self.value).__name__}")

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == bare(other))


class _Callee(_Textless):
    """Something to call."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return settled(self.value(*args, **options))


class _Stream(_Textless):
    """Something to go through."""

    def __iter__(self) -> Iterator[Any]:
        return map(settled, self.value)

    def __next__(self) -> Any:
        return settled(next(self.value))


def settled(value: Any) -> Any:
    """Return a value as a template may see it; raises RenderError for a set, whose order nobody knows."""
    kind = type(value)
    if kind in PLAIN or issubclass(kind, SHOWN) or issubclass(kind, _Textless):
        return value
    if issubclass(kind, set | frozenset):
        return settled_within(value)
    return _Callee(value) if callable(value) else _Stream(value) if issubclass(kind, Iterator) else _Textless(value)


def settled_within(value: Any) -> Any:
    """Return data with nothing in it that `settled` refuses; raises RenderError."""
    found = list(value) if isinstance(value, Iterator) else value
    if yaml.holds_set(found):
        raise _differs("the order of a set")
    return found


def bare(value: Any) -> Any:
    """Return the value itself."""
    return object.__getattribute__(value, "value") if issubclass(type(value), _Textless) else value


def not_native(what: str) -> Callable[..., Any]:
    """Return a function that hands the template over to the tool whose format it is."""

    def hand_over(*_: Any, **__: Any) -> Any:
        raise NotNativeError(f"{what} does not give the same each time")

    return _Callee(hand_over)


def _differs(what: str) -> RenderError:
    hint = "take it out of the template, or have Copier itself render it with --engine copier"
    return RenderError(f"{what} is not the same each time, or on each machine", hint=hint)


def refuse_clock(value: Any, attribute: str) -> None:
    """Raise RenderError for an attribute of a time that asks the machine for its clock or its zone."""
    if isinstance(value, TIMES) and attribute not in OF_TIMES and not attribute.startswith("_"):
        raise _differs(f"`{attribute}` of a {type(value).__name__}")


def refuse_directives(function: Any, args: Iterable[Any], options: Mapping[str, Any]) -> None:
    """Raise RenderError where a time is formatted by a directive that is another on another machine."""
    name, given = getattr(function, "__name__", ""), [*args, *options.values()]
    if name not in ("strftime", "format", "format_map"):
        return
    if name != "strftime" and not any(isinstance(value, TIMES) for value in _within(given)):
        return
    for text in (value for value in given if isinstance(value, str)):
        for directive in DIRECTIVE.findall(text):
            if directive[1:] not in DIRECTIVES or not directive[1:]:
                raise _differs(f"the directive {directive} of a time")


def _within(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield value
        if isinstance(value, Mapping):
            yield from _within(value.values())
        elif isinstance(value, list | tuple):
            yield from _within(value)
