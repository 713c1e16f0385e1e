"""One layer: a folder in Copier's template format, its settings and its questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from scaffold.answers.question import Question, parse_question
from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located, one_of, text, texts
from scaffold.tree import File

CONFIGS = ("copier.yml", "copier.yaml")
DEFAULT_EXCLUDE = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
RUNS_CODE = {"_tasks", "_migrations", "_jinja_extensions"}
READ = {"_templates_suffix", "_exclude", "_envops", "_message_after_copy"}
# What changes nothing here: Copier's own messages and its floor, and names that only its update uses.
IGNORED = {
    "_min_copier_version", "_message_before_copy", "_message_before_update", "_message_after_update", "_answers_file",
}  # fmt: skip


class Settings(NamedTuple):
    """The `_settings` of a template that the native renderer implements."""

    suffix: str = ".jinja"
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    strict: bool = False
    message: str = ""


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Layer:
    """A template by name: its settings, its questions, and its files by their path below the layer."""

    name: str
    settings: Settings
    questions: tuple[Question, ...]
    files: Mapping[str, File] = field(repr=False)


def parse_layer(name: str, files: Mapping[str, File]) -> Layer:
    """Read a layer from its files; raises FormatError for a setting or question that is wrong or not known."""
    configs = [config for config in CONFIGS if config in files]
    place = f"templates/{name}"
    if len(configs) > 1:
        raise FormatError("a template has one copier.yml, not two", where=f"{place}/{configs[1]}")
    if not configs:
        return Layer(name, Settings(), (), files)
    document = yaml.load(files[configs[0]].content, f"{place}/{configs[0]}")
    if document.data is None:
        return Layer(name, Settings(), (), files)
    questions = tuple(parse_question(key, value) for key, value in document.items() if not key.startswith("_"))
    return Layer(name, _settings(document), questions, files)


def _settings(document: Located) -> Settings:
    for key, value in document.items():
        if key.startswith("_") and key not in IGNORED | READ:
            hint = "it would run code of the template" if key in RUNS_CODE else None
            raise FormatError(f"the template setting `{key}` is not implemented", where=value.where, hint=hint)
    defaults = Settings()
    return Settings(
        suffix=document.optional("_templates_suffix", text, defaults.suffix),
        exclude=document.optional("_exclude", texts, defaults.exclude),
        strict=document.optional("_envops", _strict, defaults.strict),
        message=document.optional("_message_after_copy", text, defaults.message),
    )


def _strict(at: Located) -> bool:
    at.only({"undefined", "keep_trailing_newline"})
    if at.data.get("keep_trailing_newline", True) is not True:
        at.child("keep_trailing_newline").fail("true")
    read = one_of("jinja2.Undefined", "jinja2.StrictUndefined")
    return at.optional("undefined", read, "jinja2.Undefined") == "jinja2.StrictUndefined"
