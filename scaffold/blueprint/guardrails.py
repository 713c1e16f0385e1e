"""What a blueprint says of guardrails: its rules, the outside judges, and what a waiver needs.

The lock keeps it as it was applied, so that a project can be checked with nothing but its own files.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scaffold.blueprint.globs import check
from scaffold.blueprint.ownership import key_path
from scaffold.errors import FormatError
from scaffold.formats.located import Located, one_of, text, texts

SEVERITIES = ("critical", "high", "medium", "low")
KINDS = ("present", "absent", "pattern", "value", "schema", "languages", "plugin")
SETTINGS = {"severity", "when", "with", "applies"}
DESCRIPTION = {"title", "rationale", "fix", "references", "files"}
ASKS = ("equals", "one_of", "matches", "at_least", "at_most", "absent")
WAIVERS = ".scaffold/waivers.yml"  # a project's exceptions; scaffold.guard.waivers reads it
LONGEST = {"critical": 30, "high": 90, "medium": 180, "low": 365}  # days

Said = Mapping[str, Any]  # what is said of one rule, as plain data


@dataclass(frozen=True, slots=True)
class Guardrails:
    """The rules by id with what is said of each, the built-in ones to use by pattern, and the rest.

    `approvers` may grant waivers, which last `longest` days at most, by severity.
    """

    rules: Mapping[str, Said] = field(default_factory=dict)
    use: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)

    def longest_for(self, severity: str) -> int:
        """Return how many days a waiver may hold for a rule of that severity."""
        return self.longest.get(severity, LONGEST[severity])


def parse(at: Located) -> Guardrails:
    """Read `guardrails:` of a blueprint or a lock; raises FormatError."""
    at.only({"use", "rules", "judges", "waivers"})
    waivers = at.child("waivers") if at.data.get("waivers") else Located({}, at.file, at.lines, (*at.path, "waivers"))
    waivers.only({"approvers", "longest"})
    return Guardrails(
        rules=at.optional("rules", lambda rules: {_id(id_, one): _said(one) for id_, one in rules.items()}, {}),
        use=at.optional("use", texts, ()),
        judges=at.optional("judges", texts, ()),
        approvers=waivers.optional("approvers", texts, ()),
        longest=waivers.optional("longest", _longest, {}),
    )


def dump(guardrails: Guardrails) -> Mapping[str, Any]:
    """Return what `parse` reads, without what is empty."""
    waivers = {"approvers": list(guardrails.approvers), "longest": dict(guardrails.longest)}
    said = {
        "use": list(guardrails.use),
        "rules": dict(guardrails.rules),
        "judges": list(guardrails.judges),
        "waivers": {name: value for name, value in waivers.items() if value},
    }
    return {name: value for name, value in said.items() if value}


def _longest(at: Located) -> Mapping[str, int]:
    at.only(set(SEVERITIES))
    days = {severity: value.a(int) for severity, value in at.items()}
    if wrong := next((severity for severity, number in days.items() if number < 1), None):
        at.child(wrong).fail("a number of days above 0")
    return days


def _id(id_: str, at: Located) -> str:
    if not _ID.fullmatch(id_):
        hint = "name it as in ACME-01: letters, digits, dots and dashes"
        raise FormatError(f"`{id_}` is no id of a rule", where=at.where, hint=hint)
    return id_


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _said(at: Located) -> Said:
    if at.data is False:
        return {"applies": False}
    if at.data is None:
        return {}
    if not isinstance(at.data, dict):
        at.fail("a mapping of what is set, or false where the rule is not wanted")
    at.only(SETTINGS | DESCRIPTION | set(KINDS))
    kinds = [kind for kind in KINDS if kind in at.data]
    if len(kinds) > 1:
        at.child(kinds[1]).fail(f"absent: the rule looks for `{kinds[0]}`, and looks for one thing only")
    if not kinds and (described := sorted(DESCRIPTION & at.data.keys())):
        hint = f"a rule of your own needs one of {', '.join(KINDS)}; of a built-in one only the settings can be changed"
        where = at.child(described[0]).where
        raise FormatError(f"`{at.name}` does not say what the rule looks for", where=where, hint=hint)
    _plain(at)
    _settings(at)
    if kinds and kinds != ["plugin"]:
        at.required("title", _filled)
        at.required("severity", one_of(*SEVERITIES))
        _READ[kinds[0]](at.child(kinds[0]))
    elif kinds:
        at.required("plugin", _filled)
    return dict(at.data)


def _settings(at: Located) -> None:
    """Read what may be said of every rule."""
    none: tuple[str, ...] = ()
    at.optional("severity", one_of(*SEVERITIES), "")
    at.optional("with", lambda value: value.a(dict), {})
    at.optional("applies", lambda value: value.a(bool), default=True)
    if not isinstance(at.data.get("when", True), str | bool):
        at.child("when").fail("a condition on answers such as \"{{ tier == 'critical' }}\", or true or false")
    at.optional("files", _some, none)
    at.optional("references", texts, none)
    for name in ("title", "rationale", "fix"):
        at.optional(name, _filled, "")


def _plain(at: Located) -> None:
    """Refuse what the lock, which is JSON, could not keep as it is."""
    if isinstance(at.data, dict):
        values = at.items()  # which refuses a key that is no text
        for _, value in values:
            _plain(value)
    elif isinstance(at.data, list):
        for element in at.elements():
            _plain(element)
    elif not isinstance(at.data, str | bool | int | float | None) or (
        isinstance(at.data, float) and not math.isfinite(at.data)
    ):
        at.fail("text, a number, true or false, a list or a mapping; put a day into quotes")


def _filled(at: Located) -> str:
    if not at.a(str).strip():
        at.fail("filled in")
    return text(at)


def _some(at: Located) -> tuple[str, ...]:
    """Read one pattern of files, or several."""
    patterns = (_filled(at),) if isinstance(at.data, str) else tuple(_filled(element) for element in at.elements())
    if not patterns or all(pattern.startswith("!") for pattern in patterns):
        at.fail("a pattern of files as in .gitignore, or a list of them")
    for pattern in patterns:
        check(pattern, at.where)
    return patterns


def _regex(at: Located) -> str:
    try:
        re.compile(_filled(at))
    except (re.error, RecursionError, OverflowError) as error:
        raise FormatError(f"`{at.name}` is no regular expression: {error}", where=at.where) from error
    return text(at)


def _pattern(at: Located) -> None:
    at.only({"files", "deny", "require"})
    at.required("files", _some)
    if ("deny" in at.data) == ("require" in at.data):
        at.fail("a mapping with `files` and either `deny` or `require`")
    for name in {"deny", "require"} & at.data.keys():
        at.required(name, _regex)


def _value(at: Located) -> None:
    at.only({"files", "key", *ASKS})
    at.required("files", _some)
    at.required("key", lambda key: key_path(_filled(key), key))
    asked = [name for name in ASKS if name in at.data]
    if len(asked) != 1:
        at.fail(f"a mapping with `files`, `key` and one of {', '.join(ASKS)}")
    value = at.child(asked[0])
    if asked[0] == "one_of" and not value.a(list):
        value.fail("a list of values")
    elif asked[0] == "matches":
        _regex(value)
    elif asked[0] in ("at_least", "at_most") and (
        isinstance(value.data, bool) or not isinstance(value.data, int | float)
    ):
        value.fail("a number")
    elif asked[0] == "absent" and value.data is not True:
        value.fail("true")


def _schema(at: Located) -> None:
    at.only({"files", "schema"})
    at.required("files", _some)
    at.required("schema", lambda value: value.a(dict))


def _languages(at: Located) -> None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    for name, versions in at.items():
        try:
            SpecifierSet(versions.data or "")
        except (InvalidSpecifier, TypeError, AttributeError):
            hint = f'write {name}: ">=1.2", or leave it empty where every version will do'
            raise FormatError(
                f"`{versions.name}` must be a range of versions", where=versions.where, hint=hint
            ) from None
    if not at.data:
        at.fail("a mapping of the languages allowed to their versions")


_READ = {
    "present": _some,
    "absent": _some,
    "pattern": _pattern,
    "value": _value,
    "schema": _schema,
    "languages": _languages,
}
