"""Rules as data: what a blueprint declares becomes a rule like any other."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from scaffold.blueprint.guardrails import KINDS, Said
from scaffold.blueprint.ownership import key_path
from scaffold.errors import without_credentials
from scaffold.formats.equal import ABSENT, as_text, equal
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import languages, secrets
from scaffold.guard.rule import CannotTell, NotApplicable, Rule

MOST = 100  # matches in one file that are reported
SHOWN = 60  # characters of a value that a finding repeats
LOOKED_AT = 1_000  # characters of a value in which an address may be


def rule_of(id_: str, said: Said) -> Rule:
    """Return the rule that a blueprint declares, as `blueprint.guardrails` has read it."""
    kind = next(kind for kind in KINDS if kind in said)
    make = _KINDS[kind]
    patterns = said[kind].get("files", ("*",)) if isinstance(said[kind], dict) else said[kind]
    if kind == "languages":
        patterns = ("*",)
    return Rule(
        id=id_,
        title=said["title"],
        severity=said["severity"],
        rationale=said.get("rationale", ""),
        fix=said.get("fix", "Make it so."),
        references=tuple(said.get("references", ())),
        files=_some(said.get("files", patterns)),
        look=make(said[kind]),
    )


def description(said: Said) -> dict[str, Any]:
    """Return what a blueprint says of a rule that it did not write."""
    given: dict[str, Any] = {name: said[name] for name in ("title", "rationale", "fix") if name in said}
    lists = {name: _some(said[name]) for name in ("references", "files") if name in said}
    return given | lists


def _some(patterns: Any) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else tuple(patterns)


def _present(said: Any) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        wanted = [pattern for pattern in _some(said) if not pattern.startswith("!")]
        unwanted = [pattern for pattern in _some(said) if pattern.startswith("!")]
        for pattern in wanted:
            if not at.paths(pattern, *unwanted):
                path = None if set("*?[") & set(pattern) or pattern.endswith("/") else pattern.strip("/")
                yield Found(f"there is no {pattern.removeprefix('/')}", path)

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
        wanted = (pattern.removeprefix("/") for pattern in patterns if not pattern.startswith("!"))
        raise NotApplicable(f"there is no {' or '.join(wanted)}")
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
            line, position = 1, 0
            for match in islice(pattern.finditer(text), MOST):
                line += text.count("\n", position, match.start())
                position = match.start()
                yield Found(f"this matches {pattern.pattern}", path, line)

    return look


def _value(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        for path in _files(at, said):
            for document in at.documents(path):
                if document.data is None:
                    continue
                there = below(document, *key_path(said["key"], document))
                if wrong := _wrong(ABSENT if there is None else there.data, said):
                    line = line_of(document if there is None else there)
                    yield Found(f"{said['key']} {wrong}", path, line, key=said["key"])

    return look


def _wrong(value: Any, said: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, or nothing."""
    if "absent" in said:
        return "" if value is ABSENT else "must not be set"
    ask, wanted = next((ask, said[ask]) for ask in ASKS if ask in said)
    expected = f"must be {_ASKED[ask]}{_shown(wanted)}"
    if value is ABSENT:
        return f"is missing, and {expected}"
    if ASKS[ask](value, wanted):
        return ""
    there = "something else" if secrets.is_hidden(said["key"], value) else _shown(value)
    return f"is {there}, and {expected}"


def _shown(value: Any) -> str:
    written = ", ".join(map(_shown, value)) if isinstance(value, list) else as_text(value)
    written = without_credentials(written[:LOOKED_AT])
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


ASKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": equal,
    "one_of": lambda value, wanted: any(equal(value, one) for one in wanted),
    "matches": lambda value, wanted: re.search(wanted, as_text(value)) is not None,
    "at_least": lambda value, wanted: _is_number(value) and value >= wanted,
    "at_most": lambda value, wanted: _is_number(value) and value <= wanted,
}
_ASKED = {
    "equals": "", "one_of": "one of ", "matches": "a match of ", "at_least": "at least ", "at_most": "at most ",
}  # fmt: skip


def _schema(said: Mapping[str, Any]) -> Callable[[Look], Iterator[Found]]:
    def look(at: Look) -> Iterator[Found]:
        from jsonschema.exceptions import SchemaError
        from jsonschema.validators import validator_for
        from referencing import Registry
        from referencing.exceptions import Unresolvable

        try:
            kind = validator_for(said["schema"])
            kind.check_schema(said["schema"])
        except SchemaError as error:
            raise CannotTell(f"its schema is not valid: {error.message}") from error
        checker = kind(said["schema"], registry=Registry())  # which fetches nothing from anywhere
        for path in _files(at, said):
            for document in at.documents(path):
                try:
                    breaches = list(islice(checker.iter_errors(document.data), MOST))
                except Unresolvable as error:
                    raise CannotTell(f"its schema refers to {error.ref}, which is not in it") from error
                except re.error as error:
                    raise CannotTell(f"its schema is not valid: {error}") from error
                yield from (_breach(breach, document, path) for breach in breaches)

    return look


def _breach(error: Any, document: Located, path: str) -> Found:
    there = below(document, *error.absolute_path)
    where = ".".join(map(str, error.absolute_path)) or None  # as people read it, and no key path to look anything up by
    return Found(f"{where or 'the document'} {_breached(error)}", path, line_of(there or document), key=where)


def _breached(error: Any) -> str:
    """Say what a schema asks for and is not there, in words that hold nothing of the file: that may be a secret."""
    if error.validator == "required":  # whose message names the key alone
        return f"lacks {error.message.removesuffix(' is a required property')}"
    words = _BREACHED.get(error.validator, "does not fit `{name}` of the schema")
    return words.format(_shown(error.validator_value), name=error.validator or "false")


_BREACHED = {
    "type": "is not of the type {0}", "const": "is not {0}", "enum": "is none of {0}",
    "pattern": "does not match {0}", "format": "is no {0}", "multipleOf": "is no multiple of {0}",
    "minimum": "is less than {0}", "maximum": "is more than {0}", "exclusiveMinimum": "is not more than {0}",
    "exclusiveMaximum": "is not less than {0}", "minLength": "is shorter than {0}", "maxLength": "is longer than {0}",
    "minItems": "has fewer elements than {0}", "maxItems": "has more elements than {0}",
    "minProperties": "has fewer keys than {0}", "maxProperties": "has more keys than {0}",
    "uniqueItems": "has an element twice", "additionalProperties": "has a key that the schema does not name",
}  # fmt: skip


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
