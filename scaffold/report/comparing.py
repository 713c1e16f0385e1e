"""What a release changes, in terms of a stamped service: as text, Markdown, HTML and JSON."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from scaffold.report.checks.words import one_line
from scaffold.report.marked import code, escaped
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.compared import Changed, Compared, Level

TONES: dict[Level, Tone] = {"major": "bad", "minor": "warn", "patch": "dim"}
SHOWN = 200  # lines of a difference that text and Markdown show
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8886; border-radius: .4rem;
  font: 13px/1.4 ui-monospace, monospace; }
.add { color: #1a7f37; } .del { color: #cf222e; } .at { color: #8250df; }
.major, .minor, .patch { font-weight: 600; } .major { color: #cf222e; } .minor { color: #9a6700; }
summary { cursor: pointer; padding: .25rem 0; } .cases { opacity: .7; }
@media (prefers-color-scheme: dark) { .add { color: #3fb950; } .del { color: #ff7b72; } .at { color: #d2a8ff; }
.major { color: #ff7b72; } .minor { color: #d29922; } }
"""


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
            yield Line(f"  {line}", tone)


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


def html(result: Compared) -> str:
    """Return a page of its own that loads nothing."""
    title = escape(f"{result.blueprint}: {result.old} → {result.new}")
    changes = "".join(
        f"<li><span class={one.level}>{one.level}</span> {escape(one.message)}</li>" for one in result.changes
    )
    todo = "".join(f"<li>{escape(change.todo)}</li>" for change in result.changes if change.todo)
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{STYLE}</style><main><h1>{title}</h1><ul>{changes or '<li>Nothing changes.</li>'}</ul>",
        f"<h2>What a team must do</h2><ul>{todo}</ul>" if todo else "",
        "<h2>Files</h2>" if result.files else "",
    ]
    for file in result.files:
        head = f"<code>{escape(file.path)}</code>: {escape(file.what)}"
        cases = f'<span class="cases">({escape(file.ownership)}; {escape(_in(file, result))})</span>'
        parts.append(f"<details open><summary>{head} {cases}</summary><pre>{_coloured(file.text)}</pre></details>")
    return "\n".join([*parts, "</main></html>"]) + "\n"


def _coloured(text: str) -> str:
    kinds = {"+": "add", "-": "del", "@": "at"}
    lines = text.splitlines()
    return "\n".join(
        f'<span class="{kinds[line[:1]]}">{escape(line)}</span>' if line[:1] in kinds else escape(line)
        for line in lines
    )


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
