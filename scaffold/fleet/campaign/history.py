"""What the records of a campaign come to: how far it is with each member, and with its waves. Values in, values out."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from scaffold.fleet.journal import Record
from scaffold.plan.campaign import OF_A_PULL, OFFERED, STAGES, Followed, Waved


class History(NamedTuple):
    """Where a campaign stands by its journal; `halted` and `aborted` are why, or nothing.

    `causes` are the members that halted it, `pardoned` those that did so before it was resumed, with who excused them
    and why. `taken` is when it was last taken over from another machine: of what began there before, all is known.
    `how` are the options that it runs with. The members are those of the newest history that was made of this one: of
    10,000 no copy is kept for each record.
    """

    members: dict[str, Followed]
    waves: tuple[Waved, ...] = ()
    halted: str = ""
    aborted: str = ""
    pardoned: Mapping[str, str] = {}
    runs: frozenset[str] = frozenset()
    taken: float = 0
    causes: frozenset[str] = frozenset()
    how: str = ""


def history(names: Iterable[str], records: Iterable[Record]) -> History:
    """Return what records come to for a campaign over members of some names."""
    found = History({name: Followed(name) for name in names})
    for record in records:
        found = with_record(found, record)
    return found


def with_record(before: History, record: Record) -> History:
    """Return a history with one record more, and change its members in place; an unknown event changes nothing."""
    if record.run not in before.runs:
        before = before._replace(runs=before.runs | {record.run})
    if not record.member:
        return _OF_ALL.get(record.event, _same)(before, record)
    known = before.members.get(record.member)
    if known is not None:
        before.members[known.name] = _member_after(known, record)
    return before


def _member_after(one: Followed, record: Record) -> Followed:
    said = {key: _read(value) for key, value in record.said.items() if key in Followed._fields}
    if one.number and said.get("number", one.number) != one.number:
        one = one._replace(**{key: Followed._field_defaults[key] for key in OF_A_PULL})
    if record.event in STAGES:
        if record.event in OFFERED:
            one = one._replace(since=one.since or record.at)
        if record.event == "closed elsewhere":
            one = one._replace(shown=one.shown | {said["number"]})
        return one._replace(**{"why": "", **said, "stage": record.event})
    if record.event == "pushing":
        return one._replace(commits=one.commits | {said["commit"]}, branch=said["branch"])
    return one._replace(**said)


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _same(before: History, _: Record) -> History:
    return before


def _opened(before: History, record: Record) -> History:
    names = [name for name in record.said["members"] if name in before.members]
    waved, waves = Waved(record.said["name"], tuple(names), record.at), before.waves
    for name in names:
        before.members[name] = before.members[name]._replace(wave=waved.name)
    if waves and waves[-1].name == waved.name:  # drawn again, or for who came late
        waved, waves = waved._replace(members=(*waves[-1].members, *waved.members)), waves[:-1]
    return before._replace(waves=(*waves, waved))


def _passed(before: History, record: Record) -> History:
    return before._replace(waves=(*before.waves[:-1], before.waves[-1]._replace(passed=record.at)))


def _halted(before: History, record: Record) -> History:
    return before._replace(halted=record.said["why"], causes=frozenset(record.said["causes"]))


def _resumed(before: History, record: Record) -> History:
    excused = dict.fromkeys(before.causes, f"{record.said['by']}: {record.said['reason']}")
    return before._replace(halted="", causes=frozenset(), pardoned={**before.pardoned, **excused})


def _run_with(before: History, record: Record) -> History:
    return before._replace(how=record.said["how"])


def _taken_over(before: History, record: Record) -> History:
    return before._replace(taken=record.at)


def _aborted(before: History, record: Record) -> History:
    return before._replace(aborted=record.said["reason"])


_OF_ALL: Mapping[str, Callable[[History, Record], History]] = {
    "wave opened": _opened,
    "wave passed": _passed,
    "halted": _halted,
    "resumed": _resumed,
    "aborted": _aborted,
    "taken over": _taken_over,
    "run with": _run_with,
}
