"""Why members need somebody: the same reason once, with all whom it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scaffold.report.checks.words import one_line
from scaffold.report.fleet.standing import PRESSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from scaffold.report.fleet.standing import FleetStatus, Standing
    from scaffold.report.text import Tone

DRIFTS = {
    "modified": "was edited",
    "deleted": "was deleted",
    "mode": "has another mode",
    "unknown": "is not valid, so that its locked keys cannot be told",
}
ITS = "its repository"  # stands for where a member is, which the others have elsewhere


class Reason(NamedTuple):
    """A reason, and the names that it is about."""

    said: str
    names: tuple[str, ...]


class Section(NamedTuple):
    """A kind of reasons: what is to be done about them, and the reasons, those with the most names first."""

    title: str
    todo: str
    reasons: tuple[Reason, ...]
    members: int
    tone: Tone = "warn"


class Kind(NamedTuple):
    """How members in a state are spoken of, and what is said of one of them."""

    title: str
    todo: str
    said: Callable[[Standing], Iterable[str]]
    tone: Tone = "warn"


def sections(result: FleetStatus) -> Iterator[Section]:
    """Yield what needs somebody, the most pressing first."""
    for word in PRESSING[:-1]:
        about = [one for one in result.members if word in one.states]
        if about:
            yield _section(KINDS[word], about)
    for kind, about in (
        (STALE, [one for one in result.members if one.stale]),
        (UNCHECKED, [one for one in result.members if one.unchecked]),
        (NOTES, [one for one in result.members if one.notes]),
    ):
        if about:
            yield _section(kind, about)


def _section(kind: Kind, about: list[Standing]) -> Section:
    said = ((said, one.name) for one in about for said in dict.fromkeys(kind.said(one)))
    return Section(kind.title, kind.todo, grouped(said), len(about), kind.tone)


def grouped(said: Iterable[tuple[str, str]]) -> tuple[Reason, ...]:
    """Return each reason that is given beside a name once, those with the most names first."""
    found: dict[str, list[str]] = {}
    for why, name in said:
        found.setdefault(why, []).append(name)
    most_first = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Reason(why, tuple(names)) for why, names in most_first)


def in_general(one: Standing, why: str) -> str:
    """Return a reason without where the member is, so that it is one reason for all whom it is about."""
    return without_place(why, one.repository, one.prefix)


def without_place(why: str, repository: str, prefix: str) -> str:
    """Return a reason without the repository and the folder that it is about."""
    for place in filter(None, (f"{repository}/{prefix}" if prefix else "", repository)):
        why = why.removeprefix(f"{place}: ").removeprefix(f"{place}/").replace(place, ITS)
    return one_line(why)


def _why(one: Standing) -> Iterator[str]:
    yield in_general(one, one.why)


def _conflicts(one: Standing) -> Iterator[str]:
    for path in one.status.conflicts if one.status else ():
        yield one_line(path)


def _drift(one: Standing) -> Iterator[str]:
    for drift in one.status.drift if one.status else ():
        yield one_line(f"{drift.path}: {drift.key} was edited" if drift.key else f"{drift.path} {DRIFTS[drift.kind]}")


def _edited(one: Standing) -> Iterator[str]:
    yield ", ".join(map(one_line, one.status.edited_answers if one.status else ()))


def _behind(one: Standing) -> Iterator[str]:
    if one.status is not None:
        step = f"{one.status.blueprint} {one.status.version} -> {one.status.latest}"
        yield one_line(f"{step} ({releases(one.behind)})" if one.behind else step)


def releases(count: int) -> str:
    """Return so many releases in words."""
    return f"{count} release{'s' * (count != 1)}"


def _lapsing(one: Standing) -> Iterator[str]:
    for stood in one.status.waivers if one.status else ():
        verb = {"lapsing": "lapses", "expired": "has expired"}.get(stood.state)
        if verb:
            yield one_line(f"{stood.waiver.rule} {verb} on {stood.waiver.expires}")


def _withdrawn(one: Standing) -> Iterator[str]:
    yield in_general(one, one.status.withdrawn if one.status else "")


def _paused(one: Standing) -> Iterator[str]:
    if one.status and one.status.paused:
        yield one_line(f"until {one.status.paused.until}: {one.status.paused.reason}")


def _missing(one: Standing) -> Iterator[str]:
    lacking = len(one.status.missing) + len(one.status.unlike) if one.status else 0
    yield f"{lacking} file{'s' * (lacking != 1)}"


KINDS: Mapping[str, Kind] = {
    "unreadable": Kind("Unreadable", "nothing is known of them", _why, "bad"),
    "unadopted": Kind(
        "Unadopted", "under no blueprint: scaffold adopt brings them under one", lambda _: ("no .scaffold/",)
    ),
    "conflict": Kind("In conflict", "an update was committed with conflicts open", _conflicts, "bad"),
    "withdrawn": Kind(
        "Withdrawn", "fleet plan --to VERSION --where withdrawn brings them back to a good one", _withdrawn, "bad"
    ),
    "drift": Kind("Drift", "what the platform owns was changed: an update puts it back", _drift),
    "edited": Kind("Edited answers", "an update applies them", _edited),
    "incomplete": Kind("Incomplete", "files of the blueprint that an update brings or merges", _missing),
    "behind": Kind("Behind", "an update brings the newest version", _behind),
    "unknown": Kind("Unknown", "nobody can say whether they are behind", _why),
    "lapsing": Kind("Waivers", "exceptions that end soon, or have ended", _lapsing),
    "paused": Kind("Paused", "the team wants no updates for a while", _paused, "plain"),
}
STALE = Kind("Not fetched", "seen as they were fetched before", lambda one: (in_general(one, one.stale),))
UNCHECKED = Kind("Not checked", "nobody can say how many rules pass", lambda one: (in_general(one, one.unchecked),))
NOTES = Kind("Notes", "what else there is to know", lambda one: (in_general(one, note) for note in one.notes), "plain")
