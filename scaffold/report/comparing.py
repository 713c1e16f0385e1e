"""What a release changes, in terms of a stamped service: as text, Markdown and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.report.checks.words import one_line
from scaffold.report.marked import code, escaped
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.compared import Changed, Compared, Level

TONES: dict[Level, Tone] = {"major": "bad", "minor": "warn", "patch": "dim"}
SHOWN = 200  # lines of a difference that text and Markdown show


def _in(changed: Changed, result: Compared) -> str:
    return "every case" if set(changed.cases) == set(result.cases) else ", ".join(changed.cases)


def text(result: Compared) -> Iterator[Line]:
    """Say what changes, the largest first, then file by file."""
    yield Line(f"{result.blueprint}: {result.old} -> {result.new}", "title")
    if not result.changes:
        yield Line("Nothing changes for a stamped service.", "good")
    for change in result.changes:
        yield Line(f"  {change.level}: {one_line(change.message)}", TONES[change.level])
        if change.todo:
            yield Line(f"    to do: {one_line(change.todo)}")
    for file in result.files:
        yield Line("")
        yield Line(f"{one_line(file.path)}: {file.what} ({file.ownership}; {_in(file, result)})", "title")
        for line in file.text.splitlines()[:SHOWN]:
            tone: Tone = "good" if line.startswith("+") else "bad" if line.startswith("-") else "plain"
            yield Line(f"  {line}", tone, whole=True)


def markdown(result: Compared) -> str:
    """Return the same for a pull request."""
    lines = [f"# {escaped(result.blueprint)}: {escaped(result.old)} → {escaped(result.new)}", ""]
    lines += [f"- **{one.level}** {escaped(one.message)}" for one in result.changes] or ["Nothing changes."]
    todo = [f"- {escaped(change.todo)}" for change in result.changes if change.todo]
    lines += ["", "## What a team must do", "", *todo] if todo else []
    for file in result.files:
        lines += ["", f"## {code(file.path)}: {file.what}", "", f"{file.ownership}; {escaped(_in(file, result))}"]
        if file.text:
            lines += ["", "````diff", *(line for line in file.text.splitlines()[:SHOWN]), "````"]
    return "\n".join(lines) + "\n"


def data(result: Compared) -> dict[str, Any]:
    """Return the same with stable keys."""
    return {
        "blueprint": result.blueprint,
        "from": result.old,
        "to": result.new,
        "level": result.level,
        "changes": [change._asdict() for change in result.changes],
        "files": [{**file._asdict(), "cases": list(file.cases)} for file in result.files],
        "cases": list(result.cases),
    }
