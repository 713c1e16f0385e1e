"""Charts as numbers: stacked areas over time, whose paths a template draws."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from scaffold.plan.campaign import ASKING
from scaffold.report.fleet.page.overview import version_key
from scaffold.report.fleet.whole import SECONDS, day_of, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scaffold.plan.campaign import Moment, Stage, Told
    from scaffold.report.fleet.history import Day

WIDTH, HEIGHT = 640, 200
LEFT, BOTTOM, TOP = 62, 26, 12  # around what is drawn
LAYERS = 6  # versions with a colour of their own; older ones share the last
CHARTS = 6  # blueprints with a chart
NUMBERS = 24  # rows of numbers beside a chart
POINTS = 120
HOUR = 3600  # seconds of a course in which rows of numbers say the second
TICKS = 3  # stretches of the axis of time


class Layer(NamedTuple):
    """An area, and how many it has at the end."""

    name: str
    tone: str
    path: str
    last: int


class Tick(NamedTuple):
    """A place on an axis."""

    at: int
    said: str


class Chart(NamedTuple):
    """Areas that stand on one another, their axes, what is marked, and the numbers as a table."""

    title: str
    layers: tuple[Layer, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    marks: tuple[Tick, ...]
    names: tuple[str, ...]
    numbers: tuple[tuple[str, tuple[int, ...]], ...]


class Series(NamedTuple):
    """Numbers of some names at points of time, in the order in which they stand on one another."""

    names: tuple[str, ...]
    tones: tuple[str, ...]
    points: tuple[tuple[float, tuple[int, ...]], ...]


def adoption(days: Sequence[Day]) -> tuple[Chart, ...]:
    """Return a chart of versions over time for each blueprint, those with the most members first."""
    if len(days) < 2:  # noqa: PLR2004 - a line has two ends
        return ()
    newest = days[-1].blueprints
    names = sorted(newest, key=lambda name: (-sum(newest[name].values()), name))[:CHARTS]
    return tuple(_chart(name, _versions(_some(days), name), step=False) for name in names)


def _some(days: Sequence[Day]) -> list[Day]:
    step = max(1, -(-len(days) // POINTS))
    return [*days[:-1][::step], days[-1]]


def _versions(days: list[Day], name: str) -> Series:
    counts = [(one.day, one.blueprints.get(name, {})) for one in days]
    known = sorted({version for _, each in counts for version in each}, key=version_key, reverse=True)
    own, older = known[:LAYERS], known[LAYERS:]
    names = (*own, *(["older"] if older else []))
    points = tuple(
        (
            float((day.toordinal() - day_of(0).toordinal()) * SECONDS),
            (*(each.get(version, 0) for version in own), *([sum(each.get(v, 0) for v in older)] if older else [])),
        )
        for day, each in counts
    )
    return Series(names, tuple(f"v{number}" for number in range(len(names))), points)


STANDS: tuple[tuple[str, str, tuple[Stage, ...]], ...] = (
    ("merged", "g", ("merged",)),
    ("open", "i", ("open", "pushed")),
    ("needs somebody", "w", ASKING),
    ("closed", "m", ("closed",)),
    ("not offered yet", "n", ("waiting",)),
)


def stands(counts: Mapping[Stage, int]) -> Iterator[tuple[str, int, str]]:
    """Yield how many members of a campaign stand in which way, with the tone of that."""
    for name, tone, stages in STANDS:
        yield name, sum(counts.get(stage, 0) for stage in stages), tone


def burndown(told: Told) -> Chart | None:
    """Return how the members of a campaign came to stand as they do; None where it has not begun."""
    if not told.moments:
        return None
    points = tuple((one.at, _numbers(one)) for one in told.moments)
    series = Series(tuple(name for name, _, _ in STANDS), tuple(tone for _, tone, _ in STANDS), points)
    return _chart("Burndown", series, told.marks, step=True)


def _numbers(one: Moment) -> tuple[int, ...]:
    return tuple(count for _, count, _ in stands(one.counts))


def _chart(title: str, series: Series, marks: Iterable[tuple[float, str]] = (), *, step: bool) -> Chart:
    first, last = series.points[0][0], series.points[-1][0]
    most = max(1, *(sum(numbers) for _, numbers in series.points))
    span = (last - first) or 1

    def x(at: float) -> int:
        return LEFT + round((at - first) / span * (WIDTH - LEFT - 10))

    def y(count: float) -> int:
        return HEIGHT - BOTTOM - round(count / most * (HEIGHT - BOTTOM - TOP))

    layers = []
    for number, (name, tone) in enumerate(zip(series.names, series.tones, strict=True)):
        if any(numbers[number] for _, numbers in series.points):
            edges = [(x(at), y(sum(n[:number])), y(sum(n[: number + 1]))) for at, n in series.points]
            layers.append(Layer(name, tone, _path(edges, step=step), series.points[-1][1][number]))
    days = not step or last - first >= 3 * SECONDS
    up = tuple(Tick(y(count), f"{count:,}") for count in dict.fromkeys((0, most // 2, most)))
    across = tuple(Tick(x(at), said) for at, said in _times(first, last, days=days))
    marked = tuple(Tick(x(at), said) for at, said in marks if first <= at <= last)
    said = _second if last - first < HOUR else partial(_said, days=days)
    return Chart(title, tuple(layers), across, up, marked, series.names, _table(series, said))


def _times(first: float, last: float, *, days: bool) -> Iterator[tuple[float, str]]:
    """Yield what stands below a chart: its two ends, and days between them."""
    yield first, _said(first, days=days)
    if days:
        whole = round((last - first) / SECONDS)
        for day in sorted({round(whole * part / TICKS) for part in range(1, TICKS)} - {0, whole}):
            yield first + day * SECONDS, _said(first + day * SECONDS, days=True)
    yield last, _said(last, days=days)


def _said(at: float, *, days: bool) -> str:
    return str(day_of(at)) if days else moment(at)


def _second(at: float) -> str:
    return moment(at).replace(" UTC", f":{int(at % 60):02} UTC")


def _path(edges: list[tuple[int, int, int]], *, step: bool) -> str:
    """Return the outline of an area: its upper edge to the right, and its lower edge back."""
    over, under = [(x, top) for x, _, top in edges], [(x, low) for x, low, _ in edges]
    if step:
        over, under = _stairs(over), _stairs(under)
    points = [point for point, _ in groupby([*over, *reversed(under)])]
    return f"M{'L'.join(f'{x} {y}' for x, y in points)}Z"


def _stairs(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found = points[:1]
    for x, y in points[1:]:
        found += [(x, found[-1][1]), (x, y)]
    return found


def _table(series: Series, said: Callable[[float], str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    step = max(1, -(-len(series.points) // NUMBERS))
    some = [*series.points[:-1][::step], series.points[-1]]
    rows = {said(at): numbers for at, numbers in some}  # of one moment the last
    return tuple(reversed(rows.items()))
