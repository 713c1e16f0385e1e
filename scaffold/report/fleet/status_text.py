"""How a fleet stands, as lines for people: the numbers first, then who needs somebody, grouped by reason."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from packaging.version import Version

from scaffold.report.checks.words import one_line
from scaffold.report.fleet.reasons import Section, releases, sections
from scaffold.report.fleet.standing import PRESSING
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scaffold.report.fleet.standing import FleetStatus, Score, Standing
    from scaffold.report.standing import Status

SHOWN = 6  # names of a reason, and reasons of a kind
ROWS = 12  # of a table
NARROW = 40  # columns below which nothing is broken into lines
WORDS = {
    "conflict": "in conflict",
    "edited": "with edited answers",
    "lapsing": "with waivers that end",
    "paused": "paused",
}
NOBODY = {"owner": "(no owner)", "mission": "(no mission)"}
TABLES: tuple[tuple[str, Callable[[Standing], str]], ...] = (
    ("owner", lambda one: one.owner),
    ("mission", lambda one: one.mission),
)


def text(result: FleetStatus, width: int = 0, *, every: bool = False) -> Iterator[Line]:
    """Word a fleet for a terminal of so many columns (0: lines may be any length); `every` lists all its members."""
    where = f" ({result.where})" if result.where else ""
    title = f"{members(len(result.members))} of {result.file}{where}: {counts(result.members)}"
    yield from broken("", one_line(title), width, "title")
    if result.checked:
        yield from broken("", _guarded(result), width)
    yield from _versions(result, width)
    for name, key in TABLES:
        yield from _by(name, result.by(key), width)
    for section in sections(result):
        yield from worded(section, width, every=every)
    if result.checked:
        yield from _lowest(result, width)
    yield from _notes(result.notes, width)
    if every:
        yield from _everybody(result)
    elif len(result.members) > SHOWN:
        yield from (Line(""), Line("--all lists every member, as does --format json, csv or markdown.", "dim"))


def members(count: int) -> str:
    """Return so many members in words."""
    return f"{count:,} member{'s' * (count != 1)}"


def counts(found: Iterable[Standing]) -> str:
    """Say how many are in each state; one may be in several."""
    numbers: dict[str, int] = {}
    for one in found:
        for word in one.states:
            numbers[word] = numbers.get(word, 0) + 1
    return ", ".join(f"{numbers[word]:,} {WORDS.get(word, word)}" for word in reversed(PRESSING) if word in numbers)


def broken(start: str, said: str, width: int, tone: Tone = "plain", *, hang: int = 0) -> Iterator[Line]:
    """Yield what is said after `start` in lines of so many columns, all but the first further in by `hang`."""
    room = width - len(start)
    if not width or room < NARROW // 2:
        yield Line(f"{start}{said}", tone)
        return
    lines = wrap(said, room, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines or [""]):
        yield Line(f"{' ' * len(start) if number else start}{line}", tone)


def _guarded(result: FleetStatus) -> str:
    scores = [one.score for one in result.members if one.score]
    whole = sum(score.passed == score.of for score in scores)
    passed, of = (sum(getattr(score, part) for score in scores) for part in ("passed", "of"))
    unknown = sum(score.summary["unknown"] for score in scores)
    said = f"{passed:,} of {of:,} rules pass" + (f", {unknown:,} unknown" if unknown else "")
    return f"Guardrails: {said}; every rule that could be checked passes in {whole:,} of {members(len(scores))}"


def _versions(result: FleetStatus, width: int) -> Iterator[Line]:
    """Say how many are on which version of which blueprint, and how far behind that is."""
    adopted = sorted((one for one in result.members if one.status), key=lambda one: one.blueprint)
    rows: list[tuple[str, str, str, list[Standing]]] = []
    for blueprint, of in groupby(adopted, lambda one: one.blueprint):
        by_version: dict[str, list[Standing]] = {}
        for one in of:
            by_version.setdefault(one.status.version if one.status else "", []).append(one)
        for number, version in enumerate(sorted(by_version, key=Version, reverse=True)):
            found = by_version[version]
            rows.append(("" if number else one_line(blueprint), version, _distance(found), found))
    if rows:
        yield from (Line(""), Line("By blueprint and version", "title"))
    widths = [max((len(row[part]) for row in rows[:ROWS]), default=0) for part in range(3)]
    for *names, found in rows[:ROWS]:
        start = "  ".join(f"{name:<{size}}" for name, size in zip(names, widths, strict=True))
        yield from broken(f"  {start}  {len(found):>6,}  ", counts(found), width)
    if rest := rows[ROWS:]:
        left = sum(len(row[-1]) for row in rest)
        yield Line(f"  and {len(rest):,} more versions: {members(left)}", "dim")


def _distance(found: list[Standing]) -> str:
    """Say how far those on one version are behind, as far as that is known, and if all are alike."""
    known = {_distance_of(one.status, one.behind) for one in found if one.status and one.status.behind is not None}
    return known.pop() if len(known) == 1 else "" if known else "unknown"


def _distance_of(status: Status, behind: int | None) -> str:
    if status.behind:
        return f"{releases(behind)} behind" if behind else "behind"
    if status.withdrawn:
        return "withdrawn"
    return "newest" if status.version == status.latest else "ahead"


def _by(name: str, groups: dict[str, list[Standing]], width: int) -> Iterator[Line]:
    """Say how the members of each owner stand, or mission; those with the most to do first."""
    if set(groups) <= {""}:
        return
    ranked = sorted(groups.items(), key=lambda item: (-sum(not one.is_clean for one in item[1]), item[0]))
    yield from (Line(""), Line(f"By {name}", "title"))
    shown = [(one_line(key, NARROW) or NOBODY[name], found) for key, found in ranked[:ROWS]]
    size = max(len(key) for key, _ in shown)
    for key, found in shown:
        yield from broken(f"  {key:<{size}}  {len(found):>6,}  ", counts(found), width)
    if rest := ranked[ROWS:]:
        left = [one for _, found in rest for one in found]
        yield from broken(f"  and {len(rest):,} more: {members(len(left))}, ", counts(left), width, "dim")


def worded(section: Section, width: int, *, every: bool) -> Iterator[Line]:
    """Word what needs somebody: what is to be done, and each reason with the names that it is about."""
    yield Line("")
    yield from broken("", f"{section.title}: {section.members:,} ({section.todo})", width, section.tone)
    most = len(section.reasons) if every else SHOWN
    for reason in section.reasons[:most]:
        yield from broken("  ", f"{reason.said}: {some(reason.names, every=every)}", width, hang=2)
    if rest := section.reasons[most:]:
        about = {name for reason in rest for name in reason.names}
        yield Line(f"  and {len(rest):,} more reasons, of {members(len(about))}", "dim")


def some(names: tuple[str, ...], *, every: bool = False) -> str:
    """Name the first, and say how many more there are."""
    shown = names if every else names[:SHOWN]
    more = f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else ""
    return ", ".join(map(one_line, shown)) + more


def score(one: Score) -> str:
    """Return how many rules pass, of how many."""
    unknown = one.summary["unknown"]
    return f"{one.passed} of {one.of} rules pass" + (f", {unknown} unknown" if unknown else "")


def _lowest(result: FleetStatus, width: int) -> Iterator[Line]:
    found = [(one.score, one.name) for one in result.members if one.score and one.score.passed < one.score.of]
    found.sort(key=lambda pair: (pair[0].passed - pair[0].of, pair[1]))
    if found:
        yield from (Line(""), Line("Guardrails that fail or are waived: scaffold fleet check says which", "warn"))
    for one, name in found[:SHOWN]:
        yield from broken("  ", f"{one_line(name)}: {score(one)}", width)
    if len(found) > SHOWN:
        yield Line(f"  and {len(found) - SHOWN:,} more", "dim")


def _notes(notes: tuple[str, ...], width: int) -> Iterator[Line]:
    if notes:
        yield Line("")
    for note in notes[:SHOWN]:
        yield from broken("note: ", one_line(note), width, "warn")
    if len(notes) > SHOWN:
        yield Line(f"and {len(notes) - SHOWN:,} more notes", "dim")


def _everybody(result: FleetStatus) -> Iterator[Line]:
    yield from (Line(""), Line("All members", "title"))
    rows = [
        (
            one_line(one.name),
            f"{one_line(one.blueprint)} {one.status.version}" if one.status else "-",
            " ".join(one.states),
            one_line(one.owner) or "-",
            score(one.score) if one.score else "",
        )
        for one in result.members
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield Line(f"  {'  '.join(f'{part:<{size}}' for part, size in zip(row, widths, strict=True))}".rstrip())
