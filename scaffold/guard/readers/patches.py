"""What a document sets that no container should have: pods, patches, charts and compose files are all walked alike."""

import re
from collections.abc import Iterator, Mapping
from json import loads
from pkgutil import get_data
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import line_of, mapping
from scaffold.guard.finding import Severity

TABLES: Mapping[str, list[Mapping[str, Any]]] = loads(get_data(__package__, "settings.json") or b"")
SETS = "sets {key}: {text}, which {says}"


class Setting(NamedTuple):
    """Something that a document does and that takes a container out of its bounds; `of` is the container's name."""

    at: Located
    of: str
    wrong: str
    severity: Severity

    @property
    def line(self) -> int:
        """Where it stands."""
        return line_of(self.at)


def walked(top: Located, *tables: str) -> Iterator[Setting]:
    """Yield what all that stands below sets; of what says that it is not enabled, nothing counts."""
    waiting = [(top, "")]
    while waiting:
        at, of = waiting.pop()
        if isinstance(at.data, list):
            waiting += [(one, of) for one in at.elements()]
        elif isinstance(at.data, Mapping) and at.data.get("enabled") is not False:
            if at.path[-2:-1] and str(at.path[-2]).endswith("ontainers"):
                of = str(at.data.get("name", ""))
            yield from (setting._replace(of=of) for setting in set_by(at, *tables))
            waiting += [(at.child(key), of) for key in at.data if isinstance(at.data[key], Mapping | list)]


def set_by(at: Located, *tables: str) -> Iterator[Setting]:
    """Yield what the keys of one mapping set."""
    for entry in (entry for table in tables for entry in TABLES[table] if entry["key"] in at.data):
        value = at.child(entry["key"])
        for one in value.elements() if isinstance(value.data, list) else (value,):
            if re.search(entry["bad"], text := _text(one.data)):
                wrong = SETS.format(text=text, **entry) if entry["says"] else f"takes {entry['key']} away"
                yield Setting(one, "", wrong, entry["severity"])


def _text(value: Any) -> str:
    """Return what a setting comes to, of a mapping what it names."""
    if isinstance(value, Mapping):
        if "$patch" in value:
            return "null"
        if "target" in value:  # what compose mounts or publishes, written at length
            ends = (value.get("host_ip"), value.get("published"), value["target"])
            return str(value.get("source") or ":".join(str(end) for end in ends if end))
        return str(value.get("path") or value.get("type") or "a folder")
    return str(value).lower() if isinstance(value, bool) else str("null" if value is None else value)


def operations(patch: Located) -> Iterator[Setting]:
    """Yield what the operations of a JSON patch set or take away."""
    for operation in patch.elements():
        said = mapping(operation.data)
        way = [part for part in str(said.get("path", "")).split("/") if part]
        keys = [part for part in way if not part.isdecimal() and part != "-"]
        if not keys:
            continue
        if said.get("op") == "remove":
            data = {keys[-1]: None} if keys[-1] == way[-1] else {}
        else:
            data = {keys[-1]: said.get("value", "")}
        place = Located(data, patch.file, {(): line_of(operation)})
        yield from walked(place, "pod", "looser", "away")
