"""What the records of a campaign come to: how far it is with each member, and with its waves. Values in, values out."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from scaffold.fleet.journal import Record
from scaffold.plan.campaign import OFFERED, STAGES, Followed, Waved


class History(NamedTuple):
    """Where a campaign stands by its journal; `halted` and `aborted` are why, or nothing.

    `causes` are the members that halted it, `pardoned` those that did so before it was resumed; `last` is when the
    newest record was made.
    """

    members: Mapping[str, Followed]
    waves: tuple[Waved, ...] = ()
    halted: str = ""
    aborted: str = ""
    pardoned: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    last: float = 0
    causes: frozenset[str] = frozenset()


def history(names: Iterable[str], records: Iterable[Record]) -> History:
    """Return what records come to for a campaign over members of some names."""
    found = History({name: Followed(name) for name in names})
    for record in records:
        found = with_record(found, record)
    return found


def with_record(before: History, record: Record) -> History:
    """Return a history with one record more; an event that is not known changes nothing."""
    before = before._replace(runs=before.runs | {record.run}, last=max(before.last, record.at))
    if not record.member:
        return _OF_ALL.get(record.event, _same)(before, record)
    known = before.members.get(record.member)
    if known is None:
        return before
    return before._replace(members={**before.members, known.name: _member_after(known, record)})


def _member_after(one: Followed, record: Record) -> Followed:
    said = {key: _read(value) for key, value in record.said.items() if key in Followed._fields}
    if record.event in STAGES:
        began = {"since": one.since or record.at} if record.event in OFFERED else {}
        shown = one.shown | {said["number"]} if record.event == "closed elsewhere" else one.shown
        return one._replace(**{"why": "", **said, **began, "shown": shown, "stage": record.event})
    if record.event == "pushing":
        return one._replace(commits=one.commits | {said["commit"]}, branch=said["branch"])
    return one._replace(**said)


def _read(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _same(before: History, _: Record) -> History:
    return before


def _opened(before: History, record: Record) -> History:
    names = [name for name in record.said["members"] if name in before.members]
    waved = Waved(record.said["name"], tuple(names), record.at)
    members = {**before.members, **{name: before.members[name]._replace(wave=waved.name) for name in names}}
    return before._replace(waves=(*before.waves, waved), members=members)


def _passed(before: History, record: Record) -> History:
    return before._replace(waves=(*before.waves[:-1], before.waves[-1]._replace(passed=record.at)))


def _halted(before: History, record: Record) -> History:
    return before._replace(halted=record.said["why"], causes=frozenset(record.said["causes"]))


def _resumed(before: History, _: Record) -> History:
    return before._replace(halted="", causes=frozenset(), pardoned=before.pardoned | before.causes)


def _aborted(before: History, record: Record) -> History:
    return before._replace(aborted=record.said["reason"])


_OF_ALL: Mapping[str, Callable[[History, Record], History]] = {
    "wave opened": _opened,
    "wave passed": _passed,
    "halted": _halted,
    "resumed": _resumed,
    "aborted": _aborted,
}
