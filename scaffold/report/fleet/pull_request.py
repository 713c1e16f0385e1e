"""A pull request that brings an update: its title, and a body from which its reader knows what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.formats.shown import on_one_line, shown
from scaffold.report.message import taken_apart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.plan.fleet import Result

MOST = 60_000  # characters: GitHub takes no more than 65,536
FILES = 100  # rows of the table


class Guarded(NamedTuple):
    """How many guardrails hold, of how many that could be checked, before and after; empty lists are no change.

    `failing` are rules that fail only after, and `mended` those that fail only before.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    failing: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


def title(result: Result) -> str:
    """Return the title: the subject of the commit, and the folder of one project among several."""
    subject = on_one_line(taken_apart(result.message).subject)
    return f"{subject} in {on_one_line(result.prefix)}" if result.prefix else subject


def body(result: Result, branch: str, marker: str, guarded: Guarded | None, reviewed: int) -> str:
    """Return the body; `marker` is the line that it is known again by, `reviewed` how many get the same patch."""
    parts = (_why(result), _conflicts(result, branch), _files(result, reviewed), _guardrails(guarded), _how(branch))
    text = "\n\n".join("\n".join(part) for part in map(list, parts) if part)
    if len(text) > MOST:
        text = f"{text[:MOST]}\n\n... shortened; the commit's message has all of it."
    return f"{text}\n\n{marker}\n"


def _why(result: Result) -> Iterator[str]:
    said = taken_apart(result.message)
    versions = f"from {result.version} to {result.to}" if result.version != result.to else f"at {result.to}"
    yield f"This brings `{_code(result.blueprint)}` {versions}. What this repository's team has changed is kept."
    if said.changelog:
        yield ""
        yield said.changelog
    if said.to_do:
        yield ""
        yield "**To do after the merge**"
        yield ""
        yield from (f"- {line}" for line in said.to_do)


def _conflicts(result: Result, branch: str) -> Iterator[str]:
    if not result.conflicts:
        return
    yield "### To be decided"
    yield ""
    yield "Both sides have changed the same lines. This branch holds the files with both versions between markers, and"
    yield "no check passes until somebody has decided."
    yield ""
    yield from (f"- `{_code(path)}`: {_cell(reason)}" for path, reason in result.conflicts)
    yield ""
    yield "In a clone, this puts the three versions where every merge tool looks for them:"
    yield ""
    yield "```sh"
    yield f"git fetch origin && git switch {branch}"
    yield f"scaffold resolve {result.prefix or '.'} --stages && git mergetool"
    yield "```"


def _files(result: Result, reviewed: int) -> Iterator[str]:
    rows = [one for one in result.changes if not one.path.startswith(".scaffold/")]
    others = ""
    if reviewed > 1:
        one = reviewed == 2  # noqa: PLR2004 - this one and another
        others = f" {reviewed - 1:,} other {'repository gets' if one else 'repositories get'} the same patch."
    yield f"<details{' open' * (len(rows) <= FILES // 10)}><summary>{len(rows)} file{'s' * (len(rows) != 1)}</summary>"
    yield ""
    yield "| file | what | why |"
    yield "| --- | --- | --- |"
    yield from (f"| `{_code(one.path)}` | {one.verb} | {_cell(one.why)} |" for one in rows[:FILES])
    if len(rows) > FILES:
        yield f"| and {len(rows) - FILES} more | | |"
    yield ""
    yield "</details>"
    yield ""
    reasons = "; ".join(result.risks[:3]) or "only what scaffold keeps for itself"
    yield f"Risk: {result.risk} ({_cell(reasons)}).{others}"


def _guardrails(guarded: Guarded | None) -> Iterator[str]:
    if guarded is None:
        yield "Guardrails: unknown, this project could not be checked."
        return
    (passed, of), (then, of_then) = guarded.before, guarded.after
    yield f"Guardrails that hold: {passed} of {of} before, {then} of {of_then} after."
    if guarded.failing:
        yield f"New failures: {', '.join(guarded.failing)}."
    if guarded.mended:
        yield f"Mended: {', '.join(guarded.mended)}."


def _how(branch: str) -> Iterator[str]:
    yield "### What you can do"
    yield ""
    yield "- **Take it**: review and merge it like any other."
    yield f"- **Change it**: commit to `{branch}`. Nothing that people have committed there is ever overwritten."
    yield "- **Postpone it**: write `updates: {pause_until: YYYY-MM-DD, reason: WHY}` into `.scaffold/answers.yml`."
    yield "- **Decline it**: close it, and say why in a comment. This version is not offered again; the next one is."


def _code(text: str) -> str:
    """Return a name as it can stand between backticks, in a cell of a table too."""
    return on_one_line(text).replace("`", "'").replace("|", "\\|")


def _cell(text: str) -> str:
    return on_one_line(shown(text)).replace("|", "\\|").replace("<", "&lt;").replace("@", "@ ").replace("#", "# ")
