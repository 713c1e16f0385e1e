"""What a document sets that no container should have: pods, patches, charts and compose files are all walked alike."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_at, line_of, value
from scaffold.guard.finding import SEVERITIES, Found, Severity
from scaffold.guard.tables import table

TABLES: Mapping[str, list[Mapping[str, Any]]] = table("readers/settings")
CONTAINERS = (("containers",), ("initContainers",), ("ephemeralContainers",))
GONE = "null"  # what a setting comes to that is taken away


def walked(who: str, top: Located, *tables: str) -> Iterator[Found]:
    """Yield what all that stands below sets; of what says that it is not enabled, nothing counts."""
    waiting = [(top, who)]
    while waiting:
        at, of = waiting.pop()
        if isinstance(at.data, list):
            waiting += [(one, of) for one in at.elements()]
        elif isinstance(at.data, Mapping) and at.data.get("enabled") is not False:
            if at.path[-2:-1] in CONTAINERS and "name" in at.data:
                of = f"{who}: the container {at.data['name']}"
            yield from set_by(of, at, *tables)
            waiting += [(at.child(key), of) for key in at.data if isinstance(at.data[key], Mapping | list)]


def set_by(who: str, at: Located, *tables: str) -> Iterator[Found]:
    """Yield what the keys of one mapping set."""
    for entry in (entry for name in tables for entry in TABLES[name] if entry["key"] in at.data):
        there = at.child(entry["key"])
        for one in there.elements() if isinstance(there.data, list) else (there,):
            if re.search(entry["bad"], text := _text(one.data)):
                sets = f"sets {entry['key']}: {text}, which {entry['says']}"
                wrong = sets if entry["says"] else f"takes {entry['key']} away"
                yield Found(f"{who} {wrong}", one.file, line_of(one), key=one.name, severity=entry["severity"])


def lacking(who: str, at: Located, table: str) -> Iterator[Found]:
    """Yield what a document should say and does not, all in one: none of the ways of an entry leads to a good value."""
    lacks = [
        entry
        for entry in TABLES[table]
        if not any(re.search(entry["good"], _text(value(at, *way))) for way in entry["ways"])
    ]
    if lacks:
        first = lacks[0]["ways"][0]
        worst: Severity = min((entry["severity"] for entry in lacks), key=SEVERITIES.index)
        said = f"{who} {', '.join(entry['says'] for entry in lacks)}"
        yield Found(said, at.file, line_at(at, *first), key=f"{at.name}.{first[0]}", severity=worst)


def _text(data: Any) -> str:
    """Return what a setting comes to, of a mapping what it names."""
    if data is None or (isinstance(data, Mapping) and "$patch" in data):
        return GONE
    if isinstance(data, Mapping) and "target" in data:  # what compose mounts or publishes, written at length
        ends = (data.get("host_ip"), data.get("published"), data["target"])
        return str(data.get("source") or ":".join(str(end) for end in ends if end))
    if isinstance(data, Mapping):
        return str(data.get("path") or data.get("type") or "a folder")
    return str(data).lower() if isinstance(data, bool) else str(data)
