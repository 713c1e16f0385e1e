"""How a fleet stood on one day, in numbers: what is kept of each day so that a report can say how versions spread.

`scaffold schema fleet-history` prints the schema.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.report.fleet.standing import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scaffold.report.fleet.standing import FleetStatus, Standing

FORMAT = 1
Counts = Mapping[str, int]


class Day(NamedTuple):
    """How many members there were on a day, how many of them were clean, and how many were in each state.

    `blueprints` map a version to those on it, `owners` and `missions` to numbers as those of all. `passed`, of `of`,
    are rules that passed; 0 of 0 where nobody was checked.
    """

    day: date
    members: int
    clean: int
    states: Counts
    blueprints: Mapping[str, Counts]
    owners: Mapping[str, Counts]
    missions: Mapping[str, Counts]
    passed: int = 0
    of: int = 0


def of_status(result: FleetStatus, day: date) -> Day:
    """Return what is kept of how a fleet stands."""
    blueprints: dict[str, Counter[str]] = {}
    for one in result.members:
        if one.status is not None:
            blueprints.setdefault(one.status.blueprint, Counter())[one.status.version] += 1
    scores = [one.score for one in result.members if one.score]
    return Day(
        day,
        len(result.members),
        sum(one.is_clean for one in result.members),
        result.states,
        blueprints,
        _by(result, lambda one: one.owner),
        _by(result, lambda one: one.mission),
        sum(score.passed for score in scores),
        sum(score.of for score in scores),
    )


def _by(result: FleetStatus, key: Callable[[Standing], str]) -> Mapping[str, Counts]:
    return {name: {word: n for word, n in counted(found).items() if n} for name, found in result.by(key).items()}


def data(one: Day) -> dict[str, Any]:
    """Return a day as its file has it."""
    return {"format": FORMAT, **one._asdict(), "day": one.day.isoformat()}


def parse(content: bytes, where: str) -> Day:
    """Read a file; raises FormatError for what is none, or of another format."""
    try:
        said = json.loads(content)
    except ValueError as error:
        raise FormatError("this is no JSON", where=where) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise FormatError(f"this is no history of format {FORMAT}", where=where)
    try:
        return Day(
            date.fromisoformat(said["day"]),
            _number(said["members"]),
            _number(said["clean"]),
            _counts(said["states"]),
            _table(said["blueprints"]),
            _table(said["owners"]),
            _table(said["missions"]),
            _number(said["passed"]),
            _number(said["of"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"this is no history: {error}", where=where) from error


def _table(said: Any) -> dict[str, Counts]:
    return {name: _counts(counts) for name, counts in said.items()}


def _counts(said: Any) -> Counts:
    return {name: _number(count) for name, count in said.items()}


def _number(said: Any) -> int:
    if type(said) is not int or said < 0:
        raise ValueError(f"{said!r} is no number of members")
    return said


def versions(days: Iterable[Day], blueprint: str) -> list[tuple[date, Counts]]:
    """Return how many members of a blueprint were on which version, by day."""
    return [(one.day, one.blueprints.get(blueprint, {})) for one in days]
