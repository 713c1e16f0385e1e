"""One layer: a folder in Copier's template format, its settings and its questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.answers.question import Question, parse_question
from scaffold.blueprint import scripts
from scaffold.blueprint.files import follow, glob
from scaffold.blueprint.kinds import CONFIG, Kind
from scaffold.blueprint.scripts import Migration, Script
from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats import yaml
from scaffold.formats.located import KeyPath, Located, one_of, refuse, text, texts
from scaffold.tree import File, refuse_files_as_folders

DEFAULT_EXCLUDE = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
COPIER = Version("9.19.1")  # the Copier whose format this is
ANSWERS_FILE = ".copier-answers.yml"
MESSAGES = ("before_copy", "after_copy", "before_update", "after_update")
JOINED = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")  # over all documents
SETTINGS = {
    "_answers_file", "_envops", "_external_data", "_migrations", "_min_copier_version", "_preserve_symlinks",
    "_subdirectory", "_tasks", "_templates_suffix", *JOINED, *(f"_message_{when}" for when in MESSAGES),
}  # fmt: skip
ENVOPS: Mapping[str, type] = {
    "block_start_string": str, "block_end_string": str, "variable_start_string": str, "variable_end_string": str,
    "comment_start_string": str, "comment_end_string": str, "line_statement_prefix": str, "line_comment_prefix": str,
    "trim_blocks": bool, "lstrip_blocks": bool, "newline_sequence": str, "keep_trailing_newline": bool,
    "autoescape": bool, "optimized": bool, "undefined": str,
}  # fmt: skip
NEAR = 0.8  # how alike an unknown setting and a known one are where it is taken for a slip


class Settings(NamedTuple):
    """The `_settings` of a template. `exclude` is None where the defaults hold; text values are templates."""

    suffix: str = ".jinja"
    exclude: tuple[str, ...] | None = None
    skip_if_exists: tuple[str, ...] = ()
    envops: Mapping[str, Any] = {}
    extensions: tuple[str, ...] = ()
    subdirectory: str = ""
    answers_file: str = ANSWERS_FILE
    preserve_symlinks: bool = False
    external_data: Mapping[str, str] = {}
    messages: Mapping[str, str] = {}
    tasks: tuple[Script, ...] = ()
    migrations: tuple[Migration, ...] = ()
    # Of Cookiecutter alone: the files to copy as they are, and whether hooks stand beside the template.
    copy_without_render: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Layer:
    """A template: its settings, its questions, and its files by their path below it.

    `place` is the way from the library's top to the template, empty for a template that is a repository of its own.
    `slips` are keys that look like a known one; Copier does not see them, and a template like that has been released.
    """

    name: str
    place: str
    settings: Settings
    questions: tuple[Question, ...]
    files: Mapping[str, File] = field(repr=False)
    config: str = "copier.yml"
    kind: Kind = "copier"
    slips: tuple[FormatError, ...] = ()

    def where(self, path: str) -> str:
        """Return a file of the template as errors name it."""
        return f"{self.place}/{path}" if self.place else path

    def line_of(self, text: str) -> str:
        """Return the first line of the configuration that holds a text, as `file:line`."""
        config, place = self.files.get(self.config), self.where(self.config)
        lines = config.content.decode(errors="replace").splitlines() if config else []
        return next((f"{place}:{number}" for number, line in enumerate(lines, 1) if text in line), place)


def parse_layer(name: str, place: str, files: Mapping[str, File]) -> Layer:
    """Read a layer from its files; raises FormatError for a setting or question that is wrong or not known."""
    check_paths(files, place or name)
    configs = sorted(name for name in files if CONFIG.fullmatch(name))
    where = f"{place}/" if place else ""
    if len(configs) > 1:
        raise FormatError("a template has one copier.yml, not two", where=f"{where}{configs[1]}")
    if not configs:
        return Layer(name, place, Settings(), (), files)

    def include(pattern: str, at: str) -> Mapping[str, bytes]:
        return {f"{where}{path}": content for path, content in glob(files, pattern, at).items()}

    content, file = follow(files, configs[0], lambda path: f"{where}{path}").content, f"{where}{configs[0]}"
    document = _merged(yaml.load_documents(content, file, include), file)
    slips: list[FormatError] = list(_near_settings(document))
    if place:
        refuse(slips)
        slips.clear()
    settings = _settings(document)
    secret: tuple[str, ...] = document.optional("_secret_questions", texts, ())
    questions = tuple(
        parse_question(key, value, secret=key in secret, slips=None if place else slips)
        for key, value in document.items()
        if not key.startswith("_")
    )  # fmt: skip
    return Layer(name, place, settings, questions, files, configs[0], slips=tuple(slips))


def check_paths(files: Mapping[str, File], where: str) -> None:
    """Raise FormatError for files that cannot be written side by side, which a git tree made by hand can hold."""
    try:
        refuse_files_as_folders(files)
    except ScaffoldError as error:
        raise FormatError(error.message, where=where) from error


def _merged(documents: tuple[Located, ...], file: str) -> Located:
    """Lay documents over each other, the later over the earlier, but for the lists that are joined."""
    merged: dict[Any, Any] = {}
    lines: dict[KeyPath, int | str] = {}
    for document in (part for whole in documents for part in _flat(whole)):
        above = len(document.path)
        below_key: dict[Any, list[tuple[KeyPath, int | str]]] = {}
        for path, line in document.lines.items():
            if path[:above] == document.path and len(path) > above:
                below_key.setdefault(path[above], []).append((path[above + 1 :], line))
        for key, value in document.items():
            joined = key in JOINED and isinstance(value.data, list) and isinstance(merged.get(key), list)
            shift = len(merged[key]) if joined else 0
            merged[key] = [*merged[key], *value.data] if joined else value.data
            for below, line in below_key.get(key, ()):
                shifted = (int(below[0]) + shift, *below[1:]) if shift and below else below
                lines[(key, *shifted)] = line
    return Located(merged, file, lines)


def _flat(document: Located) -> tuple[Located, ...]:
    """Return the mappings of a document, which may be a list of them: so `!include` gives them."""
    if isinstance(document.data, list):
        return tuple(part for element in document.elements() if element.data for part in _flat(element))
    return (document,)


def _near_settings(document: Located) -> Iterator[FormatError]:
    for key, value in document.items():
        near = get_close_matches(key, SETTINGS, n=1, cutoff=NEAR) if key[:1] == "_" and key not in SETTINGS else []
        if near:
            hint = f"did you mean `{near[0]}`?"
            yield FormatError(f"`{key}` is not a setting of a template", where=value.where, hint=hint)


def _settings(document: Located) -> Settings:
    document.optional("_min_copier_version", _min_copier, None)
    none: Mapping[str, Any] = {}
    envops = document.optional("_envops", _envops, none)
    return Settings(
        suffix=document.optional("_templates_suffix", text, ".jinja"),
        exclude=document.optional("_exclude", texts, None),
        skip_if_exists=document.optional("_skip_if_exists", texts, ()),
        envops=envops,
        extensions=document.optional("_jinja_extensions", texts, ()),
        subdirectory=document.optional("_subdirectory", text, ""),
        answers_file=document.optional("_answers_file", text, ANSWERS_FILE),
        preserve_symlinks=document.optional("_preserve_symlinks", lambda at: at.a(bool), default=False),
        external_data=document.optional("_external_data", lambda at: {k: v.a(str) for k, v in at.items()}, {}),
        messages={when: document.optional(f"_message_{when}", text, "") for when in MESSAGES},
        tasks=document.optional("_tasks", scripts.tasks, ()),
        migrations=document.optional("_migrations", lambda at: scripts.migrations(at, envops), ()),
    )


def _envops(at: Located) -> Mapping[str, Any]:
    at.only({*ENVOPS, "cache_size", "auto_reload", "enable_async", "bytecode_cache"})
    one_of_two = one_of("jinja2.Undefined", "jinja2.StrictUndefined")
    at.optional("undefined", one_of_two, "jinja2.Undefined")
    return {key: value.a(ENVOPS[key]) for key, value in at.items() if key in ENVOPS and value.data is not None}


def _min_copier(at: Located) -> None:
    try:
        wanted = Version(str(at.data))
    except InvalidVersion:
        at.fail("a version such as 9.2.0")
    if wanted > COPIER:
        raise FormatError(
            f"the template needs Copier {wanted}, and scaffold knows the format of {COPIER}",
            where=at.where,
            hint="upgrade scaffold",
        )
