"""Jinja environments that note what their templates read, and share what chance and the clock give to renders."""

import sys
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import Any

from jinja2 import Environment, Template, TemplateNotFound, pass_context
from jinja2.runtime import Context as JinjaContext

from scaffold.templating import inputs

# What gives another value each time, by the names that Copier, Cookiecutter and Jinja give it.
IMPURE: Mapping[inputs.Input, tuple[str, ...]] = {
    "chance": (
        "ans_random", "lipsum", "make_secret", "random", "random_ascii_string", "random_mac", "shuffle", "uuid4",
    ),
    "clock": ("now", "strftime"),
    "system": ("expanduser", "expandvars", "fileglob", "realpath"),
}  # fmt: skip
CLOCK_METHODS = ("_now", "_datetime")  # of extensions with the tag `now`: Cookiecutter's and jinja2-time's


class _Variables(dict[str, Any]):
    """The variables of a context, for code that reads them past it."""

    def __getitem__(self, key: str) -> Any:
        inputs.read(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        inputs.read(key)
        return super().get(key, default)

    def items(self) -> Any:
        inputs.read(*self)
        return super().items()

    def values(self) -> Any:
        inputs.read(*self)
        return super().values()

    def copy(self) -> dict[str, Any]:
        return _Variables(self)  # Jinja makes one for each error, and reads nothing in it

    def __repr__(self) -> str:
        return repr(dict(self.items()))


def _noted(context: type[JinjaContext]) -> type[JinjaContext]:
    class Context(context):  # type: ignore[misc,valid-type] # a class that is known only when it runs
        def __init__(self, environment: Environment, parent: dict[str, Any], *more: Any, **options: Any) -> None:
            super().__init__(environment, _Variables(parent), *more, **options)

        def resolve_or_missing(self, key: str) -> Any:
            inputs.read(key)
            return super().resolve_or_missing(key)

        def items(self) -> Any:
            return _Variables(self.get_all()).items()

        def values(self) -> Any:
            return _Variables(self.get_all()).values()

    return Context


def noting(environment: Environment) -> None:
    """Have the templates of an environment note what they read, whatever reads it for them."""
    environment.context_class = _noted(environment.context_class)  # of an extension perhaps, which adds to it
    load = environment._load_template  # noqa: SLF001 - the one way that every include, import and parent takes

    def load_template(name: str, known: MutableMapping[str, Any] | None) -> Template:
        inputs.loaded(name)
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


def drawing(kind: inputs.Input, name: str, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function for templates that notes its use, and gives what chance or the clock gave to this line.

    It is told the context, so that Jinja does not call it when it compiles and keep the result.
    """
    wants_context = getattr(make, "jinja_pass_arg", None) is not None

    @pass_context
    def drawn(context: JinjaContext, /, *args: Any, **options: Any) -> Any:
        first = (context,) if wants_context else ()
        return drawn_once(kind, name, lambda: make(*first, *args, **options), args, options)

    return drawn


def drawn_once(kind: inputs.Input, name: str, make: Callable[[], Any], *asked: Any) -> Any:
    """Return what `make` gives, or gave to the same line of a template when it was rendered before."""
    inputs.reached(kind)
    drawing_for = inputs.draws()
    if drawing_for is None:
        return make()
    template, line, source, has = _line()
    return drawing_for.draw(inputs.Draw(template, line, (name, _shown(asked))), source, has, make)


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
    if template.name is None and (piece := inputs.piece()):
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
