"""A Cookiecutter template: `cookiecutter.json` as settings and questions, and the answers that its tools recorded."""

import json
import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any

from scaffold.answers.question import Question
from scaffold.blueprint.kinds import COOKIECUTTER
from scaffold.blueprint.template import ENVOPS, Layer, Settings, check_paths
from scaffold.errors import FormatError
from scaffold.formats import json as json_format
from scaffold.formats.located import Located, text, texts
from scaffold.tree import File

HOOKS = ("pre_prompt", "pre_gen_project", "post_gen_project")
NESTED = ("templates", "template")  # the keys that offer several templates, the newer one first
CHOICE = "template"  # the question by which one of them is chosen
# Always there in Cookiecutter; the time extension once was a package of its own, by another name.
BUILT_IN = (
    *(f"cookiecutter.extensions.{name}Extension" for name in ("Jsonify", "RandomString", "Slugify", "Time", "UUID")),
    "jinja2_time.TimeExtension",
)
OWN = ("undefined", "keep_trailing_newline", "extensions", "context")  # options of Jinja that Cookiecutter sets itself
NEWLINES = ("\n", "\r\n", "\r", "")
_MARKUP = re.compile(r"\[(?:/|/?[a-z#@][^\[\]]*)\]")  # of Rich, in which prompts may be written
_PLACE = re.compile(r"\((.+)\)")


class Verbatim(str):
    """A text that is shown as it is written, and never rendered."""

    __slots__ = ()


class Deep(str):
    """A default that is JSON, each text in which is a template."""

    __slots__ = ()


def parse_layer(name: str, files: Mapping[str, File], directory: str = "") -> Layer:
    """Read a layer from its files; raises FormatError.

    `directory` is the way to the template where it is not at the top (Cookiecutter's `--directory`).
    """
    check_paths(files, name)
    below = normpath(directory) if directory.strip("/") else "."
    config = _below(below, COOKIECUTTER)
    if below.startswith(("/", "../")) or below == ".." or config not in files:
        raise FormatError(f"the template has no {config}", where=directory or name)
    document = json_format.load(files[config].content, config)
    document.a(dict)
    if any(key in document.data for key in NESTED):
        return _offering(name, files, below, document)
    questions = tuple(question for key, at in document.items() for question in _questions(key, at, document))
    return Layer(name, "", _settings(document, files, below), questions, files, config, "cookiecutter")


def variables(layer: Layer) -> dict[str, Any]:
    """Return what cookiecutter.json holds, but for the prompts; the values are new each time."""
    written: dict[str, Any] = json_format.load(layer.files[layer.config].content, layer.config).data
    written.pop("__prompts__", None)
    return written


def is_offer(layer: Layer) -> bool:
    """Whether a layer is a choice of templates rather than one."""
    return any(question.name == CHOICE and not question.computed for question in layer.questions)


def nested(layer: Layer, choice: str) -> Layer:
    """Return the chosen one of the templates that a layer offers; raises FormatError."""
    document = json_format.load(layer.files[layer.config].content, layer.config)
    offered = {value: place for value, _, place in _offers(document, layer.settings.subdirectory or ".")}
    return parse_layer(layer.name, layer.files, offered[choice])


def answers_in(document: Located) -> Iterator[tuple[str, Located]]:
    """Yield the answers in what Cookiecutter and cruft record, `{"cookiecutter": {…}}`; raises FormatError."""
    recorded = document.required("cookiecutter", lambda at: tuple(at.items()))
    return ((name, value) for name, value in recorded if not name.startswith("_"))


def _below(folder: str, path: str) -> str:
    return path if folder in ("", ".") else f"{folder}/{path}"


def _offering(name: str, files: Mapping[str, File], below: str, document: Located) -> Layer:
    """Read a choice of templates: its questions are the choice, and whatever any of them asks."""
    offers = tuple(_offers(document, below))
    layers = [parse_layer(name, files, place) for _, _, place in offers]
    asked: dict[str, Question] = {}
    for layer in layers:
        if is_offer(layer) or any(question.name == CHOICE for question in layer.questions):
            hint = f"{CHOICE} is how scaffold asks for one of several templates"
            raise FormatError(f"a template offered by another has a variable `{CHOICE}`", where=layer.config, hint=hint)
        asked |= {question.name: question for question in layer.questions if question.name not in asked}
    choices = [[Verbatim(label), Verbatim(value)] for value, label, _ in offers]
    key = next(key for key in NESTED if key in document.data)
    first = Question(
        CHOICE, document.child(key).where, "str", "Select a template", choices=choices, default=Verbatim(offers[0][0])
    )
    hooks = [*_hooks(files, below, ("pre_prompt",)), *(hook for layer in layers for hook in layer.settings.hooks)]
    extensions = [extension for layer in layers for extension in layer.settings.extensions]
    settings = Settings(
        subdirectory=below, hooks=tuple(dict.fromkeys(hooks)), extensions=tuple(dict.fromkeys(extensions))
    )
    return Layer(name, "", settings, (first, *asked.values()), files, document.file, "cookiecutter")


def _offers(document: Located, below: str) -> Iterator[tuple[str, str, str]]:
    """Yield the templates that are offered: each by its value, what people read, and the way to it."""
    at = next(document.child(key) for key in NESTED if key in document.data)
    if not isinstance(at.data, dict | list) or not at.data:
        at.fail("the templates to choose from: a mapping or a list that is not empty")
    if isinstance(at.data, dict):
        for key, value in at.items():
            title = value.optional("title", text, key)
            description = value.optional("description", text, key)
            label = title if title == description else f"{title} ({description})"
            yield key, label, _place(value.required("path", text), below, value)
        return
    for value in at.elements():
        found = _PLACE.search(value.a(str))
        if not found:
            value.fail("a name with a path in parentheses")
        yield value.data, value.data, _place(found[1], below, value)


def _place(written: str, below: str, at: Located) -> str:
    place = normpath(f"{below}/{written}")
    if written.startswith("/") or place.split("/")[0] == "..":
        raise FormatError(f"the path {written!r} leaves the template", where=at.where)
    return place


def _settings(document: Located, files: Mapping[str, File], below: str) -> Settings:
    if document.data.get("_new_lines") not in (None, False, *NEWLINES):
        document.child("_new_lines").fail(r"an end of line: \n, \r\n or \r")
    extensions: tuple[str, ...] = document.optional("_extensions", texts, ())
    return Settings(
        suffix="",
        subdirectory=below,
        envops={**document.optional("_jinja2_env_vars", _envops, {}), "undefined": "jinja2.StrictUndefined"},
        extensions=tuple(extension for extension in extensions if extension not in BUILT_IN),
        copy_without_render=document.optional("_copy_without_render", texts, ()),
        hooks=_hooks(files, below, HOOKS),
    )


def _envops(at: Located) -> Mapping[str, Any]:
    at.only({*ENVOPS, "cache_size", "auto_reload", "enable_async"} - {*OWN})
    return {key: value.a(ENVOPS[key]) for key, value in at.items() if key in ENVOPS and value.data is not None}


def _hooks(files: Mapping[str, File], below: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scripts in the folder `hooks`, in the order in which they run."""
    folder = _below(below, "hooks/")
    found = sorted(path for path in files if path.startswith(folder) and "/" not in path[len(folder) :])
    scripts = [path for path in found if not path.endswith("~")]
    return tuple(path for name in names for path in scripts if _stem(path) == name)


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[: name.rfind(".")] if "." in name.lstrip(".") else name


def hooks_of(layer: Layer, name: str) -> tuple[str, ...]:
    """Return the scripts of a layer that are called `name`, whatever their ending."""
    return tuple(path for path in layer.settings.hooks if _stem(path) == name)


def _questions(key: str, at: Located, document: Located) -> Iterator[Question]:
    if key == "__prompts__":
        at.a(dict)
        return
    value = at.data
    if key.startswith("_"):
        kind = Deep if key.startswith("__") else Verbatim
        yield Question(key, at.where, "json", default=kind(json.dumps(value)), computed=True)
        return
    prompts = document.data.get("__prompts__")
    prompt = prompts.get(key) if isinstance(prompts, dict) else None
    labels = prompt if isinstance(prompt, dict) else {}
    said = prompt if isinstance(prompt, str) else labels.get("__prompt__")
    asked = Verbatim(_MARKUP.sub("", said) if isinstance(said, str) else "")
    if isinstance(value, list):
        if not value:
            at.fail("a list of choices that is not empty")
        choices = [_choice(str(choice), labels) for choice in value]
        yield Question(key, at.where, "str", asked, choices=choices, default=str(value[0]))
    elif isinstance(value, dict):
        yield Question(key, at.where, "json", asked, default=Deep(json.dumps(value)))
    elif isinstance(value, bool) or value is None:
        yield Question(key, at.where, "yaml" if value is None else "bool", asked, default=value)
    else:
        yield Question(key, at.where, "str", asked, default=str(value))


def _choice(written: str, labels: Mapping[str, Any]) -> str | list[str]:
    label = labels.get(written)
    return [Verbatim(_MARKUP.sub("", label)), written] if isinstance(label, str) else written
