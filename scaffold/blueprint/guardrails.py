"""What a blueprint says of guardrails: its rules, the outside judges, and what a waiver needs.

The lock keeps it as it was applied, so that a project can be checked with nothing but its own files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.located import Located, one_of, text, texts

SEVERITIES = ("critical", "high", "medium", "low")
KINDS = ("present", "absent", "pattern", "value", "schema", "languages", "plugin")
SETTINGS = {"severity", "when", "with", "applies"}
DESCRIPTION = {"title", "rationale", "fix", "references", "files"}
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
        rules=at.optional("rules", lambda rules: {id_: _said(one) for id_, one in rules.items()}, {}),
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


def _said(at: Located) -> Said:
    if at.data is False:
        return {"applies": False}
    if at.data is None:
        return {}
    kinds = [kind for kind in KINDS if kind in at.a(dict)]
    at.only(SETTINGS | ((DESCRIPTION | set(kinds)) if kinds else set()))
    if len(kinds) > 1:
        at.child(kinds[1]).fail(f"absent: the rule looks for `{kinds[0]}`, and looks for one thing only")
    at.optional("severity", one_of(*SEVERITIES), "")
    at.optional("with", lambda value: value.a(dict), {})
    at.optional("applies", lambda value: value.a(bool), default=True)
    none: tuple[str, ...] = ()
    at.optional("files", _some, none)
    at.optional("references", texts, none)
    for name in ("rationale", "fix"):
        at.optional(name, text, "")
    if kinds and kinds != ["plugin"]:
        for name in ("title", "severity"):
            at.required(name, text)
        _READ[kinds[0]](at.child(kinds[0]))
    elif kinds:
        at.required("plugin", text)
    return dict(at.data)


def _some(at: Located) -> tuple[str, ...]:
    return (text(at),) if isinstance(at.data, str) else texts(at)


def _pattern(at: Located) -> None:
    at.only({"files", "deny", "require"})
    at.required("files", _some)
    if ("deny" in at.data) == ("require" in at.data):
        at.fail("a mapping with either `deny` or `require`")
    at.optional("deny", text, "")
    at.optional("require", text, "")


def _value(at: Located) -> None:
    at.only({"files", "key", "equals", "one_of", "matches", "at_least", "at_most", "absent"})
    at.required("files", _some)
    at.required("key", text)
    if len(at.data) != 3:  # noqa: PLR2004 - files, key, and what is asked of the value
        at.fail("a mapping with `files`, `key` and one of equals, one_of, matches, at_least, at_most, absent")


def _schema(at: Located) -> None:
    at.only({"files", "schema"})
    at.required("files", _some)
    at.required("schema", lambda value: value.a(dict))


def _languages(at: Located) -> None:
    for name, versions in at.items():
        if not isinstance(versions.data, str | None):
            raise FormatError(f'`{name}` must be versions such as ">=3.11", or nothing', where=versions.where)


_READ = {
    "present": _some,
    "absent": _some,
    "pattern": _pattern,
    "value": _value,
    "schema": _schema,
    "languages": _languages,
}
