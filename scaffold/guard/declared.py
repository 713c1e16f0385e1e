"""Rules as data: what a blueprint declares becomes a rule like any other."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from scaffold.blueprint.guardrails import KINDS, Said
from scaffold.blueprint.ownership import key_path
from scaffold.formats.equal import ABSENT, as_text, equal
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of
from scaffold.guard.finding import Found, told
from scaffold.guard.look import Look
from scaffold.guard.readers import languages, secrets
from scaffold.guard.rule import CannotTell, NotApplicable, Rule
from scaffold.guard.tables import table

MOST = 100  # matches in one file that are reported


def rule_of(id_: str, said: Said) -> Rule:
    """Return the rule that a blueprint declares, as `blueprint.guardrails` has read it."""
    kind = next(kind for kind in KINDS if kind in said)
    looks, patterns = _KINDS[kind], said[kind]
    if isinstance(patterns, dict):
        patterns = patterns.get("files", "*") if kind != "languages" else "*"
    files = _some(patterns)
    return Rule(
        **{"rationale": "", "fix": "Make it so.", "files": files, **description(said)},
        id=id_,
        severity=said["severity"],
        look=lambda look: looks(look, said[kind]),
    )


def description(said: Said) -> dict[str, Any]:
    """Return what a blueprint says of a rule that it did not write."""
    given: dict[str, Any] = {name: said[name] for name in ("title", "rationale", "fix") if name in said}
    lists = {name: _some(said[name]) for name in ("references", "files") if name in said}
    return given | lists


def _some(patterns: Any) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else tuple(patterns)


def _present(look: Look, said: Any) -> Iterator[Found]:
    unwanted = [pattern for pattern in _some(said) if pattern.startswith("!")]
    for pattern in _some(said):
        if pattern not in unwanted and not look.paths(pattern, *unwanted):
            path = None if set("*?[") & set(pattern) or pattern.endswith("/") else pattern.strip("/")
            yield Found(f"there is no {pattern.removeprefix('/')}", path)


def _absent(look: Look, said: Any) -> Iterator[Found]:
    return (Found(f"{path} must not be here", path) for path in look.paths(*_some(said)))


def _files(look: Look, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that a rule is about; raises NotApplicable where there are none."""
    patterns = _some(said["files"])
    found = look.paths(*patterns)
    if not found:
        wanted = (pattern.removeprefix("/") for pattern in patterns if not pattern.startswith("!"))
        raise NotApplicable(f"there is no {' or '.join(wanted)}")
    return found


def _pattern(look: Look, said: Mapping[str, Any]) -> Iterator[Found]:
    try:
        pattern = re.compile(said["require"] if "require" in said else said["deny"], re.MULTILINE)
    except re.error as error:
        raise CannotTell(f"its pattern is not valid: {error}") from error
    for path, text in look.texts(*_files(look, said)):
        if "require" not in said:
            yield from _matches(pattern, path, text)
        elif not pattern.search(text):
            yield Found(f"nothing here matches {pattern.pattern}", path)


def _matches(pattern: re.Pattern[str], path: str, text: str) -> Iterator[Found]:
    line, position = 1, 0
    for match in islice(pattern.finditer(text), MOST):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield Found(f"this matches {pattern.pattern}", path, line)


def _value(look: Look, said: Mapping[str, Any]) -> Iterator[Found]:
    for path in _files(look, said):
        for document in look.documents(path):
            if document.data is None:
                continue
            there = below(document, *key_path(said["key"], document))
            if wrong := _wrong(ABSENT if there is None else there.data, said):
                yield Found(f"{said['key']} {wrong}", path, line_of(there or document), key=said["key"])


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
    return told(", ".join(map(_shown, value)) if isinstance(value, list) else as_text(value))


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


def _schema(look: Look, said: Mapping[str, Any]) -> Iterator[Found]:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        kind = validator_for(said["schema"])
        kind.check_schema(said["schema"])
        checker = kind(said["schema"], registry=Registry())  # which fetches nothing from anywhere
        for path in _files(look, said):
            for document in look.documents(path):
                breaches = islice(checker.iter_errors(document.data), MOST)
                yield from [_breach(breach, document, path) for breach in breaches]
    except (SchemaError, re.error) as error:
        raise CannotTell(f"its schema is not valid: {getattr(error, 'message', error)}") from error
    except Unresolvable as error:
        raise CannotTell(f"its schema refers to {error.ref}, which is not in it") from error


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


_BREACHED: Mapping[str, str] = table("breaches")


_KINDS: Mapping[str, Callable[[Look, Any], Iterator[Found]]] = {
    "present": _present, "absent": _absent, "pattern": _pattern, "value": _value, "schema": _schema,
    "languages": languages.disallowed,
}  # fmt: skip
