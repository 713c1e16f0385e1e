"""Jinja in a sandbox, compiled once, with errors that name the template's file and line."""

from collections.abc import Mapping
from copy import deepcopy
from types import TracebackType
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from scaffold.errors import RenderError

Context = Mapping[str, Any]


class Templates:
    """The templates of one layer: `files` maps a path below the layer's root to its text."""

    def __init__(self, files: Mapping[str, str], label: str, *, strict: bool = False) -> None:
        """Prepare without compiling; `label` stands before the path in errors."""
        self._files = files
        self._label = label
        loader = FunctionLoader(lambda name: (files[name], f"{label}/{name}", None) if name in files else None)
        self._environment = SandboxedEnvironment(loader=loader, keep_trailing_newline=True, cache_size=-1)
        self._environment.filters.pop("random")  # the same input gives the same bytes
        self._environment.globals.pop("lipsum")
        if strict:
            self._environment.undefined = StrictUndefined
        self._inline: dict[str, Template] = {}

    def render(self, name: str, context: Context) -> str:
        """Render the file `name`; raises RenderError with the line in the template that failed."""
        try:
            return self._environment.get_template(name).render(_own(context))
        except Exception as error:  # a template may raise anything at all
            raise self._explained(error, f"{self._label}/{name}") from error

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a piece of template text that stands at `where`; raises RenderError."""
        if "{" not in source:
            return source
        try:
            if source not in self._inline:
                self._inline[source] = self._environment.from_string(source)
            return self._inline[source].render(_own(context))
        except Exception as error:  # a template may raise anything at all
            raise self._explained(error, where) from error

    def names_in(self, source: Any, where: str) -> set[str]:
        """Return the variables that a text, or any text in a list or mapping, refers to; raises RenderError."""
        if isinstance(source, dict):
            source = [*source, *source.values()]
        if isinstance(source, list):
            return set().union(*(self.names_in(item, where) for item in source))
        if not isinstance(source, str) or "{" not in source:
            return set()
        try:
            return find_undeclared_variables(self._environment.parse(source))
        except TemplateError as error:
            raise self._explained(error, where) from error

    def _explained(self, error: Exception, where: str) -> RenderError:
        if isinstance(error, TemplateSyntaxError) and error.filename:
            where = f"{error.filename}:{error.lineno}"
        elif isinstance(error, TemplateSyntaxError):
            where = where if ":" in where else f"{where}:{error.lineno}"
        elif line := self._line_of(error.__traceback__):
            where = line
        if isinstance(error, TemplateNotFound):
            return RenderError(f"there is no template {error.name!r} to include", where=where)
        said = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
        return RenderError(f"the template cannot be rendered: {said}", where=where)

    def _line_of(self, traceback: TracebackType | None) -> str | None:
        found = None
        while traceback is not None:
            name = traceback.tb_frame.f_code.co_filename
            if name.startswith(f"{self._label}/"):
                found = f"{name}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return found


def _own(context: Context) -> Context:
    """Copy what a template could change (`{{ names.append(…) }}`), so that none sees the work of another."""
    return {name: deepcopy(value) if isinstance(value, dict | list) else value for name, value in context.items()}
