"""Commands that a template wants run: tasks after rendering, and migrations when it moves a project on."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.errors import FormatError
from scaffold.formats.located import Located

Stage = Literal["before", "after"]
JINJA = "jinja2.ext."
# Not `debug`, which shows where things lie in the memory of this process.
ADDING_TAGS = {
    "autoescape", "do", "i18n", "loopcontrols", "with_",
    "ExprStmtExtension", "InternationalizationExtension", "LoopControlExtension",
}  # fmt: skip
LEGACY = {"version", "before", "after"}


class Script(NamedTuple):
    """A command: text for a shell or its words, when to run it, and in which folder; all of it templates."""

    command: str | tuple[str, ...]
    where: str
    when: str | bool = True
    folder: str = "."


class Migration(NamedTuple):
    """A script for projects that come from before `version` (None: from any). `stage` None: its `when` says so."""

    script: Script
    version: Version | None = None
    written: str | None = None
    stage: Stage | None = None


def is_part_of_jinja(extension: str) -> bool:
    """Whether an extension is one of Jinja's own, which adds tags and runs no code of a template's."""
    return extension.startswith(JINJA) and extension.removeprefix(JINJA) in ADDING_TAGS


def tasks(at: Located) -> tuple[Script, ...]:
    """Read `_tasks`; raises FormatError."""
    return tuple(_script(element, True, {"command", "when", "working_directory"}) for element in at.elements())


def migrations(at: Located, envops: Mapping[str, Any]) -> tuple[Migration, ...]:
    """Read `_migrations`, whose default `when` is in the template's own delimiters; raises FormatError."""
    start, end = envops.get("variable_start_string", "{{"), envops.get("variable_end_string", "}}")
    after = f'{start} _stage == "after" {end}'
    return tuple(found for element in at.elements() for found in _migration(element, after))


def _migration(at: Located, after: str) -> tuple[Migration, ...]:
    if not isinstance(at.data, dict):
        return (Migration(_script(at, after, set())),)
    written = None if at.data.get("version") is None else str(at.data["version"])
    version = None if written is None else _version(at.child("version"), written)
    if "command" not in at.data and {"before", "after"} & at.data.keys():
        at.only(LEGACY)
        stages: tuple[Stage, ...] = ("before", "after")
        return tuple(
            Migration(_script(element, True, set()), version, written, stage)
            for stage in stages
            if at.data.get(stage)
            for element in at.child(stage).elements()
        )
    script = _script(at, after, {"version", "command", "when", "working_directory"})
    return (Migration(script, version, written),)


def _script(at: Located, when: str | bool, keys: set[str]) -> Script:
    if isinstance(at.data, str):
        return Script(at.data, at.where, when)
    if isinstance(at.data, list):
        return Script(tuple(str(word) for word in at.data), at.where, when)
    if not keys or not isinstance(at.data, dict):
        at.fail("a command: text, or a list of words")
    at.only(keys)
    command = at.required("command", lambda value: _script(value, when, set())).command
    told = at.data.get("when", when)
    if not isinstance(told, str | bool):
        at.child("when").fail("text, or true or false")
    return Script(command, at.where, told, str(at.data.get("working_directory", ".")))


def _version(at: Located, written: str) -> Version:
    try:
        return Version(written)
    except InvalidVersion as error:
        raise FormatError(f"`{at.name}` must be a version, not {written!r}", where=at.where) from error
