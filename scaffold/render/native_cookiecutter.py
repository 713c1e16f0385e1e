"""The renderer of our own for Cookiecutter's format: in memory and in a sandbox, each template compiled once."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser

from scaffold.answers.question import Answers, Ask, Question
from scaffold.answers.resolve import Resolver
from scaffold.blueprint.cookiecutter import CHOICE, Deep, Verbatim, is_offer, nested, variables
from scaffold.blueprint.release import Release
from scaffold.blueprint.scripts import is_part_of_jinja
from scaffold.blueprint.template import Layer
from scaffold.errors import NotNativeError, RenderError, ScaffoldError
from scaffold.render.cookiecutter_steps import Inside, Step, Template, placed, template_of
from scaffold.render.means import Means
from scaffold.templating.inputs import Seen, read, watching
from scaffold.templating.limits import Limits, refuse_too_much
from scaffold.templating.noting import sharing
from scaffold.templating.settled import not_native
from scaffold.templating.templates import Context, Templates, Texts
from scaffold.tree import File, Tree


@dataclass(frozen=True, eq=False, slots=True)
class Outside:
    """What a template is given of the world: extensions, filters and functions that are no function of the answers."""

    extensions: tuple[type[Extension], ...]
    filters: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


class Timeless(Extension):
    """The tag `{% now %}`, which hands the template over as soon as it is rendered."""

    tags = {"now"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the tag as Cookiecutter does: a time zone, and perhaps a comma and a format."""
        line = next(parser.stream).lineno
        parser.parse_expression()
        if parser.stream.skip_if("comma"):
            parser.parse_expression()
        return nodes.Output([self.call_method("_now", [], lineno=line)], lineno=line)

    def _now(self) -> str:
        return str(not_native("the tag `now`")())


NOTHING = Outside(
    (Timeless,), {}, {name: not_native(f"the function `{name}`") for name in ("random_ascii_string", "uuid4")}
)


class Pages(Templates):
    """The templates of a project folder, and those in the folder `templates` beside it, which they may include."""

    def __init__(self, template: Template, layer: Layer, outside: Outside) -> None:
        """Prepare without compiling; the names of files are the ways from the project folder."""
        pages = {**template.shared, **template.pages}
        self._origins = {name: layer.where(file.origin) for name, file in pages.items()}
        self._newlines: dict[str, str | None] = {}
        self._newline = str(variables(layer).get("_new_lines") or "")
        extensions: tuple[Any, ...] = (*layer.settings.extensions, *outside.extensions)
        contents = {name: file.content for name, file in pages.items()}
        super().__init__(contents, "", envops=layer.settings.envops, extensions=extensions)
        self._environment.filters |= {"jsonify": _jsonify, "slugify": _slugify, **outside.filters}
        self._environment.globals |= outside.functions
        if outside is not NOTHING:
            sharing(self._environment)

    def content(self, name: str, context: Context, limits: Limits) -> bytes:
        """Return what a file becomes; a binary one is as it was. Raises RenderError."""
        if name not in self._newlines:
            self._newlines[name] = self._ending(name, self._files[name])
        newline = self._newlines[name]
        if newline is None:
            return self._files[name]
        text = self.render(name, context, limits.megabytes)
        try:
            return (text if newline == "\n" else text.replace("\n", newline)).encode()
        except UnicodeEncodeError as error:
            message = "the rendered text cannot be written as UTF-8"
            raise RenderError(message, where=self._place(name)) from error

    def _ending(self, name: str, content: bytes) -> str | None:
        """Return how the lines of a file will end, or None for one to copy: binary, or text that stays what it is."""
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            if _is_binary(name, content):
                return None
            raise RenderError("a template must be UTF-8 text", where=self._place(name)) from error
        same = self.is_plain(text) and self.as_lexed(text) == text and "\r" not in text and self._newline in ("", "\n")
        return None if same or _is_binary(name, content) else self._newline or _newline_of(content)

    def _place(self, path: str) -> str:
        return self._origins.get(path, path)

    def _own(self, context: Context) -> Context:
        return context  # in Cookiecutter what one file changes, the next one sees

    def _explained(self, error: Exception, where: str) -> ScaffoldError:
        explained = super()._explained(error, where)
        if isinstance(error, SecurityError):
            return NotNativeError(f"the template leaves the sandbox: {error}", where=explained.where)
        return explained


def _is_binary(name: str, content: bytes) -> bool:
    """Whether Cookiecutter takes a file for a binary one: by its ending, or by how its first bytes look."""
    from binaryornot.helpers import CHUNK_SIZE, has_binary_extension, is_binary_string  # it reads tables

    return bool(has_binary_extension(name) or is_binary_string(content[:CHUNK_SIZE]))


def _newline_of(content: bytes) -> str:
    """Return how lines end, as Python's text files tell after the first line, else as on Linux."""
    stream = TextIOWrapper(BytesIO(content), encoding="utf-8")
    stream.readline()
    found = stream.newlines
    return (found[0] if isinstance(found, tuple) else found) or "\n"


def _jsonify(value: Any, indent: int = 4) -> str:
    return json.dumps(value, sort_keys=True, indent=indent)


def _slugify(value: str, *args: Any, **options: Any) -> str:
    from slugify import slugify  # only templates that use it need it

    return slugify(value, *args, **options)


class Prompts:
    """Renders what questions hold as Cookiecutter does: of the answers only `cookiecutter` is seen."""

    def __init__(self, texts: Texts) -> None:
        """Take what renders a single text."""
        self._texts = texts

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a text; of a default that is JSON, each text in it."""
        if isinstance(source, Verbatim):
            return str(source)
        if isinstance(source, Deep):
            return json.dumps(self.deeply(json.loads(source), context, where))
        return self._texts.render_text(source, {"cookiecutter": context["cookiecutter"]}, where)

    def deeply(self, value: Any, context: Context, where: str) -> Any:
        """Render every text in a value; numbers become text."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, dict):
            return {
                self.deeply(key, context, where): self.deeply(below, context, where) for key, below in value.items()
            }
        if isinstance(value, list):
            return [self.deeply(below, context, where) for below in value]
        return self.render_text(str(value), context, where)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A layer with its compiled templates, and what is to be done with each of its files."""

    layer: Layer
    template: Template
    pages: Pages


_compiled: WeakKeyDictionary[Layer, dict[Outside, Compiled]] = WeakKeyDictionary()
_chosen: WeakKeyDictionary[Layer, dict[str, Layer]] = WeakKeyDictionary()


def compiled(layer: Layer, outside: Outside = NOTHING) -> Compiled:
    """Return a layer ready to render; raises NotNativeError for one with extensions of its own."""
    known = _compiled.setdefault(layer, {})
    if outside not in known:
        if foreign := [name for name in layer.settings.extensions if not is_part_of_jinja(name)]:
            raise NotNativeError(f"the extension {foreign[0]} is code of its own", where=layer.where(layer.config))
        template = template_of(layer)
        known[outside] = Compiled(layer, template, Pages(template, layer, outside))
    return known[outside]


class Chosen(NamedTuple):
    """The layer to render, and the answer by which it was chosen where several are offered."""

    layer: Layer
    answer: Answers = Answers({}, {})


def choose(release: Release, given: Mapping[str, Any], previous: Mapping[str, Any], ask: Ask | None) -> Chosen:
    """Return the layer to render, and the answer by which it was chosen where several are offered."""
    layer = release.layers[0]
    if not is_offer(layer):
        return Chosen(layer)
    first = [question for question in layer.questions if question.name == CHOICE]
    texts = Prompts(Templates({}, ""))
    mine = [{name: value for name, value in answers.items() if name == CHOICE} for answers in (given, previous)]
    nothing: Mapping[str, Any] = {"cookiecutter": {}}
    resolver = Resolver(texts, given=mine[0], previous=mine[1], known=lambda _, __: nothing, ask=ask)
    answer = resolver.resolve(first)
    choice = str(answer.context[CHOICE])
    known = _chosen.setdefault(layer, {})
    if choice not in known:
        known[choice] = nested(layer, choice)
    return Chosen(known[choice], answer)


def resolve(
    release: Release,
    chosen: Chosen,
    texts: Texts,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    ask: Ask | None = None,
    means: Means = Means(),
) -> Answers:
    """Answer a layer's questions; the context holds what its files are rendered with. Raises AnswerError."""
    layer, choice = chosen
    space = _Space(layer, Prompts(texts))
    # What another of the offered templates asks is no mistake, but has no use here.
    unasked = {question.name for question in release.questions} - {question.name for question in layer.questions}
    resolver = Resolver(
        Prompts(texts),
        given={name: value for name, value in given.items() if name not in unasked},
        previous={name: value for name, value in previous.items() if name not in unasked},
        known=lambda answers, _: space.seen(answers),
        ask=ask,
        manner=means.manner._replace(ahead=False),
    )
    found = resolver.resolve(_passes(layer))
    space.seen(found.context)
    origin = {
        "_template": release.address or release.blueprint.name,
        "_output_dir": ".",
        "_repo_dir": release.blueprint.name,
        "_checkout": release.described,
    }
    context = {
        "cookiecutter": Space({**space.written, **space.values, **origin}),
        "_cookiecutter": {name: value for name, value in variables(layer).items() if not name.startswith("_")},
    }
    gone = tuple(name for name in previous if name in unasked and name not in choice.recorded)
    return Answers(
        {**choice.recorded, **found.recorded},
        context,
        (*found.dropped, *gone),
        found.guessed,
        (*found.unasked, *(name for name in given if name in unasked and name not in choice.recorded)),
        found.hidden,
    )


def _passes(layer: Layer) -> list[Question]:
    """Return the questions in the order in which Cookiecutter goes through them: those that are mappings come last."""
    mappings = [question for question in layer.questions if _is_mapping(question)]
    first = [question for question in layer.questions if question.computed or question not in mappings]
    return first + mappings  # a private mapping is rendered at both times


def _is_mapping(question: Question) -> bool:
    return isinstance(question.default, Deep) and question.default.startswith("{")


class Space(OrderedDict[str, Any]):
    """The variable `cookiecutter` as templates see it, which notes what they read."""

    def __getitem__(self, name: str) -> Any:
        """Return a value."""
        read(name)
        return super().__getitem__(name)

    def items(self) -> Any:
        """Return all of it."""
        read(*self)
        return super().items()

    def values(self) -> Any:
        """Return all values."""
        read(*self)
        return super().values()


class _Space:
    """The variable `cookiecutter` while questions are answered: one mapping, which templates may change."""

    def __init__(self, layer: Layer, prompts: Prompts) -> None:
        self.written = variables(layer)
        self.values = Space()
        self._prompts = prompts
        self._where = layer.where(layer.config)
        self._taken: dict[str, Any] = {}

    def seen(self, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take in the answers that are new, and return what a text is rendered with."""
        for name, value in answers.items():
            if name not in self._taken or self._taken[name] is not value:
                self._taken[name] = value
                self.values[name] = self._value(name, value)
        return {"cookiecutter": self.values}

    def _value(self, name: str, value: Any) -> Any:
        written = self.written.get(name)
        if name.startswith("_"):
            return value if name.startswith("__") else written
        if isinstance(written, list):  # an answer is text, and a choice may be another value
            context = {"cookiecutter": self.values}
            for choice in written:
                if self._prompts.render_text(str(choice), context, self._where) == value:
                    return self._prompts.deeply(choice, context, self._where)
        return str(value) if written is None and isinstance(value, int | float) and value is not True else value


def render(at: Compiled, answers: Answers, limits: Limits = Limits()) -> Tree:
    """Render a layer; raises RenderError with file and line in the template."""
    layer, template, pages = at.layer, at.template, at.pages
    context = deepcopy(dict(answers.context))
    # What the folder is called is up to scaffold, but a name that cannot be rendered is a mistake all the same.
    pages.render_text(template.top, context, layer.where(layer.config))
    inside = Inside()
    total = 0
    named: dict[str, Seen] = {}  # what the path of a step has read

    def path_of(step: Step) -> str:
        with watching() as named[step.name]:
            return pages.render_text(step.shown, context, layer.where(step.source))

    for step, path in placed(template.steps, inside, path_of):
        for below, file in step.files.items():
            with watching() as told:
                content = pages.content(step.name, context, limits) if step.what == "text" else file.content
            where = named[step.name].hidden(answers.hidden)
            told.add(named[step.name])
            hidden = told.hidden(answers.hidden)
            recipe = pages.recipe(step.name, told, answers.recorded, ["cookiecutter"]) if hidden else ""
            made = File(content, file.mode, f"{layer.name}/{file.origin}", hidden, recipe, where)
            inside.put(f"{path}{below}".lstrip("/"), made)
            total += len(content)
        refuse_too_much(total, len(inside.files) + len(inside.folders), limits, layer.where(layer.config))
    return tree_of(inside, layer)


def tree_of(inside: Inside, layer: Layer) -> Tree:
    """Return what was made; raises RenderError for paths that cannot be together."""
    try:
        return inside.tree()
    except ScaffoldError as error:
        raise RenderError(error.message, where=layer.where(layer.config)) from error
