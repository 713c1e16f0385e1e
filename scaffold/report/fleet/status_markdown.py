"""How a fleet stands as Markdown, for a summary or a wiki: tables first, the reasons and all members folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.fleet.reasons import sections
from scaffold.report.fleet.standing import PRESSING, counted
from scaffold.report.fleet.status_text import SHOWN, counts, members, score, some
from scaffold.report.marked import code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.report.fleet.reasons import Section
    from scaffold.report.fleet.standing import FleetStatus, Standing

MESSAGE = 300  # characters of a reason
WHY = 120  # of the reason in a row


def markdown(result: FleetStatus) -> str:
    """Return the document."""
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: FleetStatus) -> Iterator[str]:
    where = f" ({escaped(result.where)})" if result.where else ""
    yield f"### {members(len(result.members))} of {code(result.file)}{where}"
    yield from ("", f"{counts(result.members)}.")
    for name, groups in (
        ("blueprint", result.by(lambda one: f"{one.blueprint} {one.status.version}" if one.status else "")),
        ("owner", result.by(lambda one: one.owner)),
        ("mission", result.by(lambda one: one.mission)),
    ):
        yield from _table(name, groups, [word for word in PRESSING if word in result.states])
    for section in sections(result):
        yield from worded(section)
    yield from folded("All members", [*head(MEMBER), *map(_row, result.members)])
    for note in result.notes:
        yield from ("", f"Note: {escaped(note, MESSAGE)}")


def worded(section: Section) -> Iterator[str]:
    """Word what needs somebody: each reason with the names that it is about."""
    return folded(
        f"{section.title}: {section.members} ({section.todo})",
        [f"- {escaped(one.said, MESSAGE)}: {escaped(some(one.names))}" for one in section.reasons[:SHOWN]]
        + [f"- and {len(section.reasons) - SHOWN} more reasons"] * (len(section.reasons) > SHOWN),
    )


MEMBER = ("member", "blueprint", "version", "newest", "states", "owner", "rules that pass", "why")


def _table(name: str, groups: dict[str, list[Standing]], words: list[str]) -> Iterator[str]:
    if set(groups) <= {""}:
        return
    columns = ("members", "clean", *words)
    yield ""
    yield from head((name, *columns))
    for key, found in groups.items():
        numbers = counted(found)
        yield f"| {escaped(key) or '(none)'} | {' | '.join(str(numbers[column]) for column in columns)} |"


def head(columns: Iterable[str]) -> tuple[str, str]:
    """Return the first two lines of a table."""
    columns = list(columns)
    return f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"


def _row(one: Standing) -> str:
    status = one.status
    cells = (
        one.name,
        one.blueprint,
        status.version if status else "",
        (status.latest or "") if status else "",
        " ".join(one.states),
        one.owner,
        score(one.score) if one.score else "",
    )
    why = escaped(one.why or one.stale or one.unchecked, WHY)
    return f"| {' | '.join(map(escaped, cells))} | {why} |"


def folded(summary: str, lines: list[str]) -> Iterator[str]:
    """Yield lines that are shown when somebody asks for them."""
    yield from ("", "<details>", f"<summary>{summary}</summary>", "", *lines, "", "</details>")
