"""How a fleet stands at a glance, and by blueprint, owner and mission."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packaging.version import InvalidVersion, Version

from scaffold.report.fleet.page.members import TONES
from scaffold.report.fleet.standing import PRESSING, counted
from scaffold.report.fleet.whole import exceptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scaffold.report.fleet.standing import Standing
    from scaffold.report.fleet.whole import FleetReport

MOST = 500  # rows of one of these tables
BAR = 100  # parts of a bar


class Figure(NamedTuple):
    """A number that is read first: what it is, what stands below it, and how it is meant."""

    number: str
    what: str
    more: str = ""
    tone: str = ""


class Part(NamedTuple):
    """A part of a bar, from `x` and as wide as `width`, of a hundred."""

    what: str
    members: int
    tone: str
    x: float
    width: float


class Group(NamedTuple):
    """The members of one owner, mission or version."""

    name: str
    numbers: tuple[int, ...]
    bar: tuple[Part, ...]
    score: str = ""
    open: int = 0


class Table(NamedTuple):
    """Groups under their columns, the worst first; `left` have no row."""

    columns: tuple[str, ...]
    rows: tuple[Group, ...]
    left: int = 0


class Release(NamedTuple):
    """A version of a blueprint, how many are on it, and how far behind that is."""

    blueprint: str
    version: str
    members: int
    behind: str
    bar: tuple[Part, ...]


def figures(report: FleetReport) -> Iterator[Figure]:
    """Yield the numbers that are read first."""
    members = report.status.members
    states, total = report.status.states, len(members)
    clean = sum(one.is_clean for one in members)
    yield Figure(f"{total:,}", "members", f"{sum(one.status is not None for one in members):,} under a blueprint")
    yield Figure(_share(clean, total), "current", f"{clean:,} need nobody", "g")
    yield Figure(f"{states.get('behind', 0):,}", "behind", _share(states.get("behind", 0), total), "i")
    for word, what, tone in (("drift", "drifted", "w"), ("conflict", "in conflict", "b")):
        yield Figure(f"{states.get(word, 0):,}", what, _share(states.get(word, 0), total), tone)
    scores = [one.score for one in members if one.score]
    if scores:
        passed, of = sum(one.passed for one in scores), sum(one.of for one in scores)
        unknown = sum(one.summary["unknown"] for one in scores)
        said = f"{passed:,} of {of:,} checked" + (f", {unknown:,} unknown" if unknown else "")
        yield Figure(_share(passed, of), "rules pass", said)
    if report.carried:
        yield Figure(f"{len(report.updates):,}", "open updates", "offered, not merged yet")
    yield _waivers(report)


def _waivers(report: FleetReport) -> Figure:
    found = exceptions(report.status)
    soon = sum(one.stood.state in ("lapsing", "expired") for one in found)
    return Figure(f"{len(found):,}", "waivers", f"{soon:,} end within 30 days, or have ended", "w" if soon else "")


def _share(count: int, of: int) -> str:
    if not of:
        return "-"
    percent = 100 * count / of
    return f"{percent:.0f} %" if percent in (0, 100) or 1 <= percent <= 99 else "< 1 %" if percent < 1 else "> 99 %"  # noqa: PLR2004 - percent


def bar(counts: Iterable[tuple[str, int, str]]) -> tuple[Part, ...]:
    """Return the parts of a bar for what there is so many of."""
    some = [one for one in counts if one[1]]
    total, x, parts = sum(count for _, count, _ in some) or 1, 0.0, []
    for what, count, tone in some:
        width = round(BAR * count / total, 1)
        parts.append(Part(what, count, tone, round(x, 1), width))
        x += width
    return tuple(parts)


def state_bar(members: Iterable[Standing]) -> tuple[Part, ...]:
    """Return members by the most pressing of their states; each counts once."""
    counts: dict[str, int] = {}
    for one in members:
        counts[one.state] = counts.get(one.state, 0) + 1
    return bar((word, counts.get(word, 0), f"{TONES[word]} s-{word}") for word in reversed(PRESSING))


def by(report: FleetReport, key: Callable[[Standing], str]) -> Table | None:
    """Return the members by owner or mission, those with the most to do first; None where nobody has any."""
    groups = report.status.by(key)
    if set(groups) <= {""}:
        return None
    words = tuple(word for word in PRESSING if word in report.status.states and word != "current")
    updates = report.updates
    rows = [_group(name, found, words, updates.keys()) for name, found in groups.items()]
    rows.sort(key=lambda one: (one.numbers[1] - one.numbers[0], one.name))
    return Table(("members", "current", *words), tuple(rows[:MOST]), max(0, len(rows) - MOST))


def _group(name: str, found: list[Standing], words: tuple[str, ...], updates: Iterable[str]) -> Group:
    numbers = counted(found)
    scores = [one.score for one in found if one.score]
    passed, of = sum(one.passed for one in scores), sum(one.of for one in scores)
    shown = tuple(numbers[word] for word in ("members", "clean", *words))
    score = f"{100 * passed / of:.0f} %" if of else ""
    return Group(name, shown, state_bar(found), score, sum(one.name in updates for one in found))


def releases(report: FleetReport) -> tuple[Release, ...]:
    """Return how many are on which version of which blueprint, the newest of each first."""
    found: dict[tuple[str, str], list[Standing]] = {}
    for one in report.status.members:
        if one.status is not None:
            found.setdefault((one.status.blueprint, one.status.version), []).append(one)
    ranked = sorted(found, key=lambda pair: version_key(pair[1]), reverse=True)
    ranked.sort(key=lambda pair: pair[0])
    return tuple(
        Release(name, version, len(found[name, version]), _distance(found[name, version]),
                state_bar(found[name, version]))
        for name, version in ranked[:MOST]
    )  # fmt: skip


def _distance(found: list[Standing]) -> str:
    distances = {one.behind for one in found}
    if len(distances) != 1 or distances == {None}:
        return "" if len(distances) != 1 else "unknown"
    return str(distances.pop())


def version_key(text: str) -> tuple[bool, Version, str]:
    """Return what orders versions, and what is none before them."""
    try:
        return True, Version(text), text
    except InvalidVersion:
        return False, Version("0"), text
