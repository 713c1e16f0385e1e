"""What a template reads beside the recorded answers: seen while it renders, and given alike to two renders.

A render is a function of the recorded answers and of these hidden inputs. Two versions can only be compared where they
were rendered with the same ones; otherwise their difference is nobody's change.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar

from jinja2 import Environment, Template, TemplateNotFound, pass_context
from jinja2.runtime import Context as JinjaContext

T = TypeVar("T")

# `given` is a secret whose value was told for this render; a `secret` one took its default.
Input = Literal["secret", "given", "chance", "clock", "hook", "folder", "data", "answer", "system"]
# What gives another value each time, by the names that Copier, Cookiecutter and Jinja give it.
IMPURE: Mapping[Input, tuple[str, ...]] = {
    "chance": (
        "ans_random", "lipsum", "make_secret", "random", "random_ascii_string", "random_mac", "shuffle", "uuid4",
    ),
    "clock": ("now", "strftime"),
    "system": ("expanduser", "expandvars", "fileglob", "realpath"),
}  # fmt: skip
CLOCK_METHODS = ("_now", "_datetime")  # of extensions with the tag `now`: Cookiecutter's and jinja2-time's
Hidden = Mapping[str, Collection[str]]  # a variable -> the hidden inputs that its value depends on


NOTHING_HIDDEN: Hidden = MappingProxyType({})


@dataclass(slots=True)
class Seen:
    """What was read while something rendered: variables and other templates by name, and hidden inputs."""

    names: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)
    inputs: set[Input] = field(default_factory=set)

    def clear(self) -> None:
        """Forget what was read."""
        for found in (self.names, self.templates, self.inputs):
            found.clear()

    def add(self, other: "Seen") -> None:
        """Take in what was read elsewhere."""
        self.names |= other.names
        self.templates |= other.templates
        self.inputs |= other.inputs

    def hidden(self, known: Hidden) -> frozenset[str]:
        """Return all hidden inputs, with those that the variables stand for."""
        return frozenset[str](self.inputs).union(*(known[name] for name in self.names if name in known))


_seen: ContextVar[Seen | None] = ContextVar("seen", default=None)


@contextmanager
def watching() -> Iterator[Seen]:
    """Note what is read meanwhile; whoever watches around it sees that too."""
    seen, around = Seen(), _seen.get()
    before = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(before)
        if around is not None:
            around.add(seen)


def watched(items: Iterable[T]) -> Iterator[tuple[T, Seen]]:
    """Yield each item with what was read to make it and those before it, no sooner than it is wanted."""
    iterator, seen = iter(items), Seen()
    while True:
        with watching() as now:
            try:
                item = next(iterator)
            except StopIteration:
                return
        seen.add(now)
        yield item, seen


def read(*names: str) -> None:
    """Note that variables were read."""
    if (seen := _seen.get()) is not None:
        seen.names.update(names)


def loaded(name: str) -> None:
    """Note that a template was read, as an include is."""
    if (seen := _seen.get()) is not None:
        seen.templates.add(name)


def reached(kind: Input) -> None:
    """Note that a hidden input was read."""
    if (seen := _seen.get()) is not None:
        seen.inputs.add(kind)


def _noted(context: type[JinjaContext]) -> Callable[[JinjaContext, str], Any]:
    def resolve_or_missing(self: JinjaContext, key: str) -> Any:
        read(key)
        return context.resolve_or_missing(self, key)

    return resolve_or_missing


class _Ask(NamedTuple):
    """What a template asked chance or the clock for: the template, the text of the line, the function and its words."""

    template: str
    line: str
    what: tuple[str, str]


class Draws:
    """What chance and the clock gave to one render, for others to be given the same.

    A value belongs to the line of the template that asked for it, so that a line which two versions share has one
    value in both; and of lines that differ, the first that asks takes what the first had that is there no more.
    Nothing of it outlives the process.
    """

    def __init__(self) -> None:
        """Start with nothing drawn."""
        self._drawn: dict[_Ask, list[Any]] = {}
        self._given: dict[_Ask, int] = {}
        self._same: dict[_Ask, _Ask] = {}

    @contextmanager
    def again(self) -> Iterator[None]:
        """Draw from the start meanwhile: what was drawn before is given once more."""
        self.begin()
        before = _draws.set(self)
        try:
            yield
        finally:
            _draws.reset(before)

    def begin(self) -> None:
        """Start over: what renders next draws what was drawn before."""
        self._given.clear()
        self._same.clear()

    def draw(self, asked: _Ask, source: str, has: Callable[[str], bool], make: Callable[[], Any]) -> Any:
        """Return what is drawn for what was asked: the same in each render, and another one for each time in it.

        `source` is the text of the template that asks, and `has` tells whether this version has a template.
        """
        if asked not in self._drawn and asked not in self._same:
            self._same[asked] = self._of_another_line(asked, source, has)
        asked = self._same.get(asked, asked)
        drawn, number = self._drawn.setdefault(asked, []), self._given.get(asked, 0)
        if number == len(drawn):
            drawn.append(make())
        self._given[asked] = number + 1
        return drawn[number]

    def _of_another_line(self, asked: _Ask, source: str, has: Callable[[str], bool]) -> _Ask:
        """Return what a line had asked for that is not in this version of the template, and that nobody has taken.

        Where the template itself is not there, it is the same line of it.
        """
        lines, taken = {*source.splitlines()}, {*self._same.values()}
        for known in self._drawn:
            if known.what != asked.what or known in taken:
                continue
            renamed = known.line == asked.line and not has(known.template)
            if known.line not in lines if known.template == asked.template else renamed:
                return known
        return asked


_piece: ContextVar[str] = ContextVar("piece", default="")  # the text of the configuration that is rendering


@contextmanager
def rendering(piece: str) -> Iterator[None]:
    """Know meanwhile which text it is that renders, and for which question, where no file holds it."""
    before = _piece.set(f"{_piece.get()} {piece}")
    try:
        yield
    finally:
        _piece.reset(before)


_draws: ContextVar[Draws | None] = ContextVar("draws", default=None)


def begin() -> None:
    """Draw from the start, where a renderer takes over from one that has given up half-way."""
    if (draws := _draws.get()) is not None:
        draws.begin()


def noting(environment: Environment) -> None:
    """Have the templates of an environment note what they read."""
    known = environment.context_class  # of an extension perhaps, which adds to the context there
    environment.context_class = type("Context", (known,), {"resolve_or_missing": _noted(known)})
    load = environment._load_template  # noqa: SLF001 - the one way that every include, import and parent takes

    def load_template(name: str, known: MutableMapping[str, Any] | None) -> Template:
        loaded(name)
        return load(name, known)

    setattr(environment, "_load_template", load_template)  # noqa: B010 - a method, which is nobody's to assign


def sharing(environment: Environment) -> None:
    """Have the functions of chance and the clock give the templates of an environment what was drawn for them."""
    for kind, names in IMPURE.items():
        tables: tuple[MutableMapping[str, Any], ...] = (environment.filters, environment.globals)
        for table in tables:
            table.update({name: drawing(kind, name, table[name]) for name in names if name in table})
    for extension in environment.extensions.values():
        for method in CLOCK_METHODS if "now" in extension.tags else ():
            if hasattr(extension, method):
                setattr(extension, method, _clock(getattr(extension, method)))


def _clock(make: Callable[..., str]) -> Callable[..., str]:
    return lambda *args: str(drawn_once("clock", "now", lambda: make(*args), args))


def drawing(kind: Input, name: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function for templates that notes its use, and gives what chance or the clock gave to this line.

    It is told the context, so that Jinja does not call it when it compiles and keep the result.
    """
    wants_context = getattr(make, "jinja_pass_arg", None) is not None

    @pass_context
    def drawn(context: JinjaContext, /, *args: Any, **options: Any) -> Any:
        first = (context,) if wants_context else ()
        return drawn_once(kind, name, lambda: make(*first, *args, **options), args, options)

    return drawn


def drawn_once(kind: Input, name: str, make: Callable[[], Any], *asked: Any) -> Any:
    """Return what `make` gives, or gave to the same line of a template when it was rendered before."""
    reached(kind)
    draws = _draws.get()
    if draws is None:
        return make()
    template, line, source, has = _line()
    return draws.draw(_Ask(template, line, (name, _shown(asked))), source, has, make)


def _shown(value: Any) -> str:
    """Spell data out, and of all else that a template hands over only the kind: its address is another each time."""
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{_shown(below)}' for key, below in value.items())}}}"
    return repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__


def _line() -> tuple[str, str, str, Callable[[str], bool]]:
    """Return the template that is rendering, the text of its line (its number where no file holds it), and its text.

    Also returns what tells whether there is a template of a name. It is found as Jinja finds the line of an error.
    """
    frame = sys._getframe()  # noqa: SLF001
    while "__jinja_template__" not in frame.f_globals:
        if frame.f_back is None:
            return "", "", "", bool
        frame = frame.f_back
    template = frame.f_globals["__jinja_template__"]
    if template.name is None and (piece := _piece.get()):
        return "", piece, piece, bool
    line, loader = template.get_corresponding_lineno(frame.f_lineno), template.environment.loader
    if template.name is None or loader is None:
        return "", str(line), "", bool
    source, _, _ = loader.get_source(template.environment, template.name)
    lines = source.splitlines()
    return (
        template.name,
        lines[line - 1] if line <= len(lines) else str(line),
        source,
        partial(_has, template.environment),
    )


def _has(environment: Environment, name: str) -> bool:
    try:
        return environment.loader is not None and bool(environment.loader.get_source(environment, name))
    except TemplateNotFound:
        return False
