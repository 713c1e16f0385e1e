"""Rules as data: what a blueprint declares becomes a rule like any other."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scaffold.blueprint.guardrails import KINDS, Said
from scaffold.blueprint.ownership import key_path
from scaffold.formats.located import Located
from scaffold.formats.values import ABSENT
from scaffold.guard import languages
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell, NotApplicable, Rule
from scaffold.guard.workflow import below, line_of

SHOWN = 60  # characters of a value that a finding repeats


def rule_of(id_: str, said: Said) -> Rule:
    """Return the rule that a blueprint declares, as `blueprint.guardrails` has read it."""
    kind = next(kind for kind in KINDS if kind in said)
    make = _KINDS[kind]
    patterns = said[kind].get("files", ()) if isinstance(said[kind], dict) else said[kind]
    return Rule(
        id=id_,
        title=said["title"],
        severity=said["severity"],
        rationale=said.get("rationale", ""),
        fix=said.get("fix", "Make it so."),
        references=tuple(said.get("references", ())),
        files=_some(patterns if kind != "languages" else ()),
        look=make(said[kind]),
    )


def _some(patterns: Any) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else tuple(patterns)


def _present(said: Any) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        for pattern in _some(said):
            if not at.paths(pattern):
                yield Found(
                    f"there is no {pattern.removeprefix('/')}", pattern.strip("/") if "*" not in pattern else None
                )

    return look


def _absent(said: Any) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        for path in at.paths(*_some(said)):
            yield Found(f"{path} must not be here", path)

    return look


def _files(look: Look, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that a rule is about; raises NotApplicable where there are none."""
    patterns = _some(said["files"])
    found = look.paths(*patterns)
    if not found:
        raise NotApplicable(f"there is no {', '.join(pattern.removeprefix('/') for pattern in patterns)}")
    return found


def _pattern(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        wanted = "require" in said
        try:
            pattern = re.compile(said["require"] if wanted else said["deny"], re.MULTILINE)
        except re.error as error:
            raise CannotTell(f"its pattern is not valid: {error}") from error
        for path in _files(at, said):
            text = at.text(path)
            if text is None:
                continue
            if wanted:
                if not pattern.search(text):
                    yield Found(f"nothing here matches {pattern.pattern}", path)
                continue
            for match in pattern.finditer(text):
                yield Found(f"this matches {pattern.pattern}", path, text.count("\n", 0, match.start()) + 1)

    return look


def _value(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        for path in _files(at, said):
            document = at.data(path)
            if document is None:
                continue
            keys = key_path(said["key"], document)
            there = below(document, *keys)
            value = ABSENT if there is None else there.data
            if wrong := _wrong(value, said):
                line = line_of(document if there is None else there)
                yield Found(f"{said['key']} {wrong}", path, line, key=said["key"])

    return look


def _wrong(value: Any, said: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, or nothing."""
    if "absent" in said:
        return "must not be set" if value is not ABSENT and said["absent"] else ""
    ask, wanted = next((ask, said[ask]) for ask in _ASKS if ask in said)
    if value is ABSENT:
        return f"is missing, and must be {_ASKED[ask]} {wanted}".replace("  ", " ")
    try:
        fine = _ASKS[ask](value, wanted)
    except (TypeError, re.error):
        fine = False
    shown = repr(value)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return "" if fine else f"is {shown}, and must be {_ASKED[ask]} {wanted}".replace("  ", " ")


_ASKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: type(value) is type(wanted) and value == wanted,
    "one_of": lambda value, wanted: value in wanted,
    "matches": lambda value, wanted: re.search(wanted, str(value)) is not None,
    "at_least": lambda value, wanted: value >= wanted,
    "at_most": lambda value, wanted: value <= wanted,
}
_ASKED = {
    "equals": "", "one_of": "one of", "matches": "a match of", "at_least": "at least", "at_most": "at most",
}  # fmt: skip


def _schema(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        from jsonschema.exceptions import SchemaError
        from jsonschema.validators import validator_for

        try:
            kind = validator_for(said["schema"])
            kind.check_schema(said["schema"])
        except SchemaError as error:
            raise CannotTell(f"its schema is not valid: {error.message}") from error
        for path in _files(at, said):
            for document in at.documents(path):
                for breach in kind(said["schema"]).iter_errors(document.data):
                    yield _breach(breach, document, path)

    return look


def _breach(error: Any, document: Located, path: str) -> Found:
    there = below(document, *error.absolute_path)
    where = ".".join(map(str, error.absolute_path)) or None
    message = error.message if len(error.message) <= 3 * SHOWN else f"{error.message[: 3 * SHOWN]}…"
    return Found(message, path, line_of(there or document), key=where)


def _languages(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        return languages.disallowed(at, said)

    return look


_KINDS: Mapping[str, Callable[[Any], Callable[[Look], Iterator[Found]]]] = {
    "present": _present,
    "absent": _absent,
    "pattern": _pattern,
    "value": _value,
    "schema": _schema,
    "languages": _languages,
}
