"""A template's texts, compiled once, with errors that name the template's file and line."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from hashlib import sha256
from keyword import kwlist
from typing import TYPE_CHECKING, Any, Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError, UndefinedError, nodes

from scaffold.errors import LimitError, RenderError, ScaffoldError
from scaffold.process.loading import later
from scaffold.templating import inputs
from scaffold.templating.explain import explained
from scaffold.templating.limits import MEGABYTE, Limits
from scaffold.templating.sandbox import ChangingError, Sandbox, changing
from scaffold.templating.yields import Yielded, take

if TYPE_CHECKING:
    from scaffold.templating import looking
else:
    looking = later("scaffold.templating.looking")

Context = Mapping[str, Any]
_NEWLINE = re.compile(r"\r\n|\r|\n")


WORDS = frozenset(kwlist) | {"true", "false", "none", "self", "super", "loop"}  # no variables of a context


class UnsetError(UndefinedError):
    """A default is `{{ UNSET }}`: there is none."""


UNSET: Context = {"UNSET": StrictUndefined("UNSET", exc=UnsetError)}


class Sight(Mapping[str, Any]):
    """What texts are rendered with, put together only where a text has something to render."""

    def __init__(self, make: Callable[[], Context]) -> None:
        """Take what puts it together."""
        self._make = make
        self._made: Context | None = None

    def _all(self) -> Context:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, name: str) -> Any:
        """Return a value."""
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._all())

    def __len__(self) -> int:
        """Count the names."""
        return len(self._all())


class Texts(Protocol):
    """What renders pieces of template text: ours, or another tool's environment."""

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a piece of template text that stands at `where`; raises RenderError."""


class Templates:
    """The templates of one layer: `files` maps a path below the layer's root to its content."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        label: str,
        *,
        envops: Mapping[str, Any] = {},
        extensions: Iterable[str] = (),
        environment: Environment | None = None,
    ) -> None:
        """Prepare without compiling; `label` stands before the path in errors.

        An `environment` of another tool's is used as it is, but for finding files.
        """
        self._files = files
        self._label = label
        if environment is None:
            environment = Sandbox(envops, cache_size=-1, extensions=tuple(extensions))
        self._environment = environment
        self._environment.loader = FunctionLoader(self._load)
        # What foreign extensions look for in a text nobody knows.
        starts = self._starts() if isinstance(environment, Sandbox) else ("",)
        self._marked = re.compile("|".join(map(re.escape, starts))).search
        start, end = map(re.escape, (environment.variable_start_string, environment.variable_end_string))
        self._named = re.compile(rf"{start} *([A-Za-z_][A-Za-z_0-9]*) *{end}").split
        self._simple = isinstance(environment, Sandbox) and environment.autoescape is False
        self._compiled: dict[str, Template] = {}
        self._inline: dict[str, Template] = {}
        self._trees: dict[str, nodes.Template] = {}
        self._conditions: dict[str, Template] = {}

    def _load(self, name: str) -> tuple[str, str, None] | None:
        """Find an include as Copier's loader does: from the template's root, with `.` and empty parts left out."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        path = "/".join(parts)
        if ".." in parts or path not in self._files:
            return None
        return self._files[path].decode(), self._place(path), None

    def _place(self, path: str) -> str:
        return f"{self._label}/{path}" if self._label else path

    def _starts(self) -> tuple[str, ...]:
        """Return what a text must hold to be more than itself; a prefix that makes a line a statement is one too."""
        at = self._environment
        prefixes = [prefix for prefix in (at.line_statement_prefix, at.line_comment_prefix) if prefix]
        return (at.block_start_string, at.variable_start_string, at.comment_start_string, *prefixes)

    def is_plain(self, source: str) -> bool:
        """Whether there is nothing to render in a text."""
        return self._marked(source) is None

    def as_lexed(self, source: str) -> str:
        """Return a text with nothing to render as Jinja's lexer leaves it: the ends of its lines made one kind."""
        if not self._environment.keep_trailing_newline:
            source = re.sub(r"(\r\n|\r|\n)\Z", "", source)
        if "\r" in source or self._environment.newline_sequence != "\n":
            return _NEWLINE.sub(self._environment.newline_sequence, source)
        return source

    def render(self, name: str, context: Context, megabytes: int = Limits().megabytes) -> str:
        """Render the file `name`; raises RenderError with the line in the template that failed."""
        where = self._place(name)
        with inputs.watching():  # what an error may repeat depends on what this text has read
            try:
                if name not in self._compiled:
                    self._compiled[name] = _quick(self._environment.get_template(name))
                text = self._run(self._compiled[name], context, megabytes)
            except Exception as error:  # a template may raise anything at all
                raise self._explained(error, where) from error
        if take() is not None:
            raise RenderError("`yield` makes paths, and cannot stand in a file", where=where)
        return text

    def recipe(self, name: str, seen: inputs.Seen, recorded: Context, hidden: Collection[str]) -> str:
        """Return a digest of all that a file was made of but for its hidden inputs, or nothing where that is unknown.

        That is the texts of its template and of those that it read, and the recorded answers in it.
        """
        read = seen.names - self._environment.globals.keys() - set(hidden)
        if not recorded.keys() >= read or not self._files.keys() >= {name, *seen.templates}:
            return ""
        made_of = [(path, self._files[path].decode(errors="replace")) for path in sorted({name, *seen.templates})]
        answers = [(answer, repr(recorded[answer])) for answer in sorted(read)]
        return sha256(repr((made_of, answers)).encode(errors="surrogatepass")).hexdigest()

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a piece of template text that stands at `where`; raises RenderError."""
        text, _ = self._piece(source, context, where)
        return text

    def expand(self, source: str, context: Context, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Render one part of a path: each text it comes out as, with what its `yield` adds to the context."""
        if self.is_plain(source):
            yield source, {}
            return
        text, yielded = self._piece(source, context, where)
        if yielded is None:
            yield text, {}
            return
        try:
            values = list(yielded.values or ())
        except Exception as error:  # it may be anything at all, too
            raise self._explained(error, where) from error
        for value in values:
            added = {yielded.name: value}
            text, _ = self._piece(source, {**context, **added}, where)
            yield text, added

    def _piece(self, source: str, context: Context, where: str) -> tuple[str, Yielded | None]:
        if self.is_plain(source):
            return self.as_lexed(source), None
        if (filled := self._filled(source, context)) is not None:
            return filled, None
        with inputs.watching():
            try:
                if source not in self._inline:
                    self._inline[source] = _quick(self._from_text(source))
                with inputs.rendering(source):
                    return self._run(self._inline[source], context), take()
            except UnsetError:
                raise
            except Exception as error:  # a template may raise anything at all
                raise self._explained(error, where) from error

    def _from_text(self, source: str) -> Template:
        at = self._environment
        return at.known.text(at, source) if isinstance(at, Sandbox) else at.from_string(source)

    def _filled(self, source: str, context: Context) -> str | None:
        """Put values for names (`{{ name }}.txt`), which most paths hold and nothing else; None where there is more."""
        if not self._simple or source in self._inline or "\n" in source or "\r" in source:
            return None
        parts = self._named(source)
        if any(name not in context or name in WORDS for name in parts[1::2]) or any(map(self._marked, parts[::2])):
            return None
        inputs.read(*parts[1::2])
        parts[1::2] = [str(context[name]) for name in parts[1::2]]
        return "".join(parts)

    def _run(self, template: Template, context: Context, megabytes: int = Limits().megabytes) -> str:
        """Render with the context itself, or with a copy where the template changes a value in it."""
        if not isinstance(self._environment, Sandbox):
            return _run(template, self._own(context), megabytes)
        try:
            return _run(template, context, megabytes)
        except ChangingError:
            with changing():
                return _run(template, self._own(context), megabytes)

    def _own(self, context: Context) -> Context:
        """Copy what a template could change (`{{ names.append(…) }}`), so that none sees the work of another."""
        return {name: deepcopy(value) if isinstance(value, dict | list) else value for name, value in context.items()}

    def _explained(self, error: Exception, where: str) -> ScaffoldError:
        return explained(error, where)

    def names_in(self, source: str, where: str) -> set[str]:
        """Return the variables that a text refers to; raises RenderError."""
        return set() if self.is_plain(source) else {*looking.names(self.parsed(source, where))}

    def parsed(self, source: str, where: str) -> nodes.Template:
        """Return the syntax tree of a text; raises RenderError."""
        try:
            if source not in self._trees:
                self._trees[source] = self._environment.parse(source)
            return self._trees[source]
        except TemplateError as error:
            raise self._explained(error, where) from error

    def compiles(self, source: str, where: str) -> nodes.Template:
        """Return the syntax tree of a text that can be compiled: an unknown filter has one, too; raises RenderError."""
        tree = self.parsed(source, where)
        try:
            try:
                looking.names(tree)  # goes through Jinja's compiler, and makes no code
            except Exception:  # noqa: BLE001 - the same again, which knows its place
                self._from_text(source)
        except Exception as error:  # a template may raise anything at all
            raise self._explained(error, where) from error
        return tree

    def tells(self, test: nodes.Expr, context: Context) -> bool:
        """Whether a condition out of a syntax tree holds; raises RenderError where it cannot be told."""
        written = repr(test)  # many files decide by the same
        try:
            if written not in self._conditions:
                self._conditions[written] = self._condition(test)
            return bool(self._run(self._conditions[written], context))
        except Exception as error:  # a condition may raise anything at all
            raise self._explained(error, self._label) from error

    def _condition(self, test: nodes.Expr) -> Template:
        told = nodes.CondExpr(test, nodes.Const("1"), nodes.Const(""), lineno=test.lineno)
        tree = nodes.Template([nodes.Output([told], lineno=test.lineno)], lineno=1)
        tree.set_environment(self._environment)
        return Template.from_code(
            self._environment, self._environment.compile(tree), self._environment.make_globals(None)
        )


def _quick(template: Template) -> Template:
    """Make one dict of the template's globals: they are a ChainMap, which Jinja copies slowly for each render."""
    template.globals = dict(template.globals)
    return template


def _run(template: Template, context: Context, megabytes: int = Limits().megabytes) -> str:
    take()
    pieces, length = [], 0
    for piece in template.generate(context):
        pieces.append(piece)
        length += len(piece)
        if length > megabytes * MEGABYTE:
            hint = "raise it with --limit megabytes=…"
            raise LimitError(f"the template makes more than {megabytes} MB of one file", hint=hint)
    return "".join(pieces)
