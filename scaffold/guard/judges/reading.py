"""What a judge printed as findings: by the fields that its entry in `judges.json` names."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

from scaffold.formats.regex import regex
from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Said, Unreadable, document

# A template such as `{name} in {place.path}`, or the first template whose field matches: [field, pattern, template].
# A field is a way into a record; with `?` it may be missing. `{1}` is what the pattern's group matched.
Choice = str | list[list[str]]
Records = Callable[[Said], Iterable[Any]]
_FIELD = regex(r"\{([\w.]+)\}")
_CAPITAL = regex(r"(?!^)[A-Z]")
_UNREAD = regex(r"failed to (?:parse|load)[^\n]*", re.IGNORECASE)
UNKNOWN = "unknown"  # as a severity: this is nothing that was found, but something that could not be looked at


def parser(name: str, said: Mapping[str, Any]) -> Callable[[Said], Iterator[Found]]:
    """Return what reads a judge's answer; it raises Unreadable, and whatever a strange value of a field makes it."""

    def parse(answer: Said) -> Iterator[Found]:
        records = _RECORDS[name](answer) if name in _RECORDS else _records(answer, said.get("records", ""))
        return (_found(one, said) for one in records)

    return parse


def _found(record: Any, said: Mapping[str, Any]) -> Found:
    message, path, severity, fix = (
        _chosen(record, said.get(name, [])) for name in ("message", "path", "severity", "fix")
    )
    found = Found(str(message), path, fix=fix, known=severity != UNKNOWN)
    if not found.known:
        return found
    line = _field(record, said["line"]) if "line" in said else None
    rule = _chosen(record, said["rule"]) or ""
    return found._replace(line=line, rule=rule, severity=cast("Severity | None", severity))


def _chosen(record: Any, choice: Choice) -> str | None:
    for field, pattern, template in [["", "", choice]] if isinstance(choice, str) else choice:
        value = _field(record, field) if field else None
        if match := re.search(pattern, "" if value is None else _text(value, field)):
            return _FIELD.sub(partial(_filled, record, match), template)
    return None


def _filled(record: Any, match: re.Match[str], place: re.Match[str]) -> str:
    field = place[1]
    return match[int(field)] if field.isdecimal() else _text(_field(record, field), field)


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str | int):
        raise Unreadable(f"its `{field}` is no text")
    return str(value)


def _field(record: Any, way: str) -> Any:
    optional = way.endswith("?")
    for key in way.removesuffix("?").split("."):
        record = record.get(key) if optional else record[key]
    return record


def _records(answer: Said, within: str) -> Iterable[Any]:
    """Return the list that an answer is, or that it holds under a name; there null is an empty one."""
    return document(answer, dict)[within] or () if within else document(answer, list)


def _zizmor(answer: Said) -> Iterator[Any]:
    for one in document(answer, list):
        places = one["locations"]
        place = next((at for at in places if at["symbolic"].get("kind") == "Primary"), places[0])
        key = place["symbolic"]["key"]["Local"]
        line = place["concrete"]["location"]["start_point"]["row"] + 1
        yield {**one, "place": place, "path": key.get("verbatim_path") or key["given_path"], "line": line}
    if unread := _UNREAD.search(answer.err):  # it goes on without an input that it cannot read, and says so here only
        raise Unreadable(f"a file is left out, since it {unread[0]}")


def _checkov(answer: Said) -> Iterator[Any]:
    """Yield what one report holds, or a list of them."""
    for report in _checkov_reports(answer):
        results = report["results"]
        # What a comment has it skip counts all the same: exceptions are waivers here.
        for one in (*results["failed_checks"], *results.get("skipped_checks", ())):
            # Of what a manifest describes there may be several in a file; a secret's is a hash of it.
            about = f" ({one['resource']})" if report["check_type"] == "kubernetes" and one.get("resource") else ""
            line = (one.get("file_line_range") or [None])[0]
            yield {**one, "check_type": report["check_type"], "about": about, "line": line}
        for path in results.get("parsing_errors", ()):
            yield {"check_type": UNKNOWN, "file_path": path}


def _checkov_reports(answer: Said) -> list[Any]:
    """Return the reports of each kind of file; there is a summary instead where there was nothing to look at."""
    data = document(answer, list, dict)
    reports = data if isinstance(data, list) else [data] if "results" in data else []
    if not reports and "checkov_version" not in data:
        raise Unreadable("it holds no report")
    return reports


def _checkov_looked(answer: Said) -> Iterator[str]:
    """Yield the path of each file that was looked at for what it is, or could not be read, which is said by itself.

    For secrets every file is searched, whatever it is.
    """
    for report in _checkov_reports(answer):
        if report["check_type"] == "secrets":
            continue
        results = report["results"]
        for one in (*results.get("passed_checks", ()), *results["failed_checks"], *results.get("skipped_checks", ())):
            yield one["file_path"].lstrip("/")
        yield from (path.lstrip("/") for path in results.get("parsing_errors", ()))


def _repo_review(answer: Said) -> Iterator[Any]:
    """Yield the checks that do not hold; one whose result is null had nothing to look at."""
    checks = document(answer, dict)["checks"]
    if not checks:
        raise Unreadable("no check was made; none of its plugins may be installed")
    return ({**one, "id": id_} for id_, one in checks.items() if one["result"] is False)


def _biome(answer: Said) -> Iterator[Any]:
    data = document(answer, dict)
    for one in data["diagnostics"]:
        yield {**one, "page": _CAPITAL.sub(r"-\g<0>", one["category"].rpartition("/")[2]).lower()}
    if data["summary"]["diagnosticsNotPrinted"]:
        raise Unreadable("it left out some of what it found")


_RECORDS: Mapping[str, Records] = {
    "zizmor": _zizmor, "checkov": _checkov, "repo-review": _repo_review, "biome": _biome,
}  # fmt: skip
LOOKED: Mapping[str, Callable[[Said], Iterable[str]]] = {"checkov": _checkov_looked}
