"""The drivers: what may settle a conflict of the line merge, and what the plan says when one did."""

from collections import ChainMap
from collections.abc import Iterable, Mapping

from scaffold.formats.located import Located

Drivers = frozenset[str]
Switches = Mapping[str, bool]
UNSAID: Switches = {}

SAYS: Mapping[str, str] = {
    "keys": "merged by key",
    "sets": "joined lists whose order does not count",
    "pins": "took the newer of two pins",
    "space": "left out changes of space alone",
    "comments": "kept the team's wording of a comment",
    "insertions": "kept once what both sides had added or changed alike",
    "definitions": "merged by definition and statement",
    "sections": "merged by section and entry",
    "removed": "left out what you have removed",
    "dropped": "left out what the blueprint drops and you only raised to a newer version",
    "imports": "merged imports by name",
}
ALL: Drivers = frozenset(SAYS)


def explained(used: Iterable[str]) -> str:
    """Return what drivers did, as the plan says it."""
    names = set(used)
    return ", ".join(says for name, says in SAYS.items() if name in names)


def parse_switches(at: Located) -> Switches:
    """Read which drivers are switched on and off; raises FormatError."""
    at.only(set(SAYS))
    return {name: value.a(bool) for name, value in at.items()}


def chosen(*switches: Switches) -> Drivers:
    """Return the drivers that are on: all of them, but for what is switched off; what is said later counts."""
    return frozenset(name for name in SAYS if ChainMap(*map(dict, reversed(switches))).get(name, True))
