"""How campaigns go, as `fleet.yml` says under `campaign:`, read with errors that give file and line."""

import re
from datetime import time
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scaffold.errors import FormatError
from scaffold.fleet import selectors
from scaffold.fleet.selectors import Selector
from scaffold.forges.port import Method
from scaffold.formats.located import Located, one_of, text, texts

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = {"waves", "halt", "limits", "window", "conflicts", "superseded", "labels", "reviewers", "merge", "patience"}
_DURATION = re.compile(r"(\d{1,6})\s?([smhd])")
_SHARE = re.compile(r"(\d{1,3})\s?%")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Share(NamedTuple):
    """So many, or, where it is `of_all`, so many of a hundred."""

    number: int
    of_all: bool = False

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.number} %" if self.of_all else str(self.number)

    def taken(self, total: int) -> int:
        """Return how many of `total` that is: of a share that is none at least one."""
        return min(total, -(-total * self.number // 100) if self.of_all else self.number)

    def passed(self, count: int, total: int) -> bool:
        """Whether `count` of `total` are more."""
        return count * 100 > self.number * total if self.of_all else count > self.number


class Wave(NamedTuple):
    """A stage of a campaign: who is in it, of those that no wave before has, and how long it is left to itself."""

    name: str
    where: Selector = Selector()
    share: Share = Share(100, of_all=True)
    soak: int = 0


class Halt(NamedTuple):
    """More than how many of a wave's members halt a campaign, by what became of them; None: none do."""

    failed: Share | None = Share(10, of_all=True)
    conflicts: Share | None = Share(50, of_all=True)
    closed: Share | None = Share(20, of_all=True)
    reverted: Share | None = Share(0)
    errors: Share | None = Share(50, of_all=True)


class Limits(NamedTuple):
    """How many pull requests may be open at once, of all and of one owner; 0 is any number."""

    open: int = 0
    open_per_owner: int = 0


class Window(NamedTuple):
    """When pull requests may be opened: days, and from one time of day to another, in a time zone."""

    zone: str = "UTC"
    days: tuple[str, ...] = DAYS
    start: time = time(0)
    end: time = time(23, 59, 59, 999999)


class Merge(NamedTuple):
    """Whether the forge is to merge what is of the lowest risk by itself, in which way, and for which owners not."""

    auto: bool = False
    method: Method = "merge"
    never_for: tuple[str, ...] = ()


class Policy(NamedTuple):
    """All of it; `patience` is how many seconds checks may take before they are waited for no longer.

    `conflicts` is `hold` or `draft`, `superseded` is `close` or `keep`, and `reviewers` is `codeowners` or `nobody`.
    """

    waves: tuple[Wave, ...] = (Wave("all"),)
    halt: Halt = Halt()
    limits: Limits = Limits()
    window: Window | None = None
    conflicts: str = "hold"
    superseded: str = "close"
    labels: tuple[str, ...] = ()
    reviewers: str = "codeowners"
    merge: Merge = Merge()
    patience: int = 6 * UNITS["h"]


def read(at: Located) -> Policy:
    """Read `campaign:`; raises FormatError."""
    at.only(KEYS)
    usual = Policy()
    return Policy(
        at.optional("waves", _waves, usual.waves),
        at.optional("halt", _halt, usual.halt),
        at.optional("limits", _limits, usual.limits),
        at.optional("window", _window, usual.window),
        at.optional("conflicts", one_of("hold", "draft"), usual.conflicts),
        at.optional("superseded", one_of("close", "keep"), usual.superseded),
        at.optional("labels", texts, usual.labels),
        at.optional("reviewers", one_of("codeowners", "nobody"), "codeowners"),
        at.optional("merge", _merge, usual.merge),
        at.optional("patience", _duration, usual.patience),
    )


def _waves(at: Located) -> tuple[Wave, ...]:
    found: list[Wave] = []
    for entry in at.elements():
        entry.only({"name", "where", "share", "soak"})
        one = Wave(
            entry.required("name", _word),
            entry.optional("where", _selector, Selector()),
            entry.optional("share", _share, Share(100, of_all=True)),
            entry.optional("soak", _duration, 0),
        )
        if one.name in {before.name for before in found}:
            raise FormatError(f"two waves are called {one.name}", where=entry.where)
        found.append(one)
    if not found:
        at.fail("a list of waves")
    return tuple(found)


def _selector(at: Located) -> Selector:
    try:
        return selectors.of_plan(text(at))
    except FormatError as error:
        raise FormatError(error.message, where=at.where, hint=error.hint) from error


def _halt(at: Located) -> Halt:
    at.only(set(Halt._fields))
    return Halt(**{name: at.optional(name, _threshold, default) for name, default in Halt()._asdict().items()})


def _threshold(at: Located) -> Share | None:
    return None if at.data == "never" else _share(at)


def _limits(at: Located) -> Limits:
    at.only(set(Limits._fields))
    return Limits(**{name: at.optional(name, _count, default) for name, default in Limits()._asdict().items()})


def _window(at: Located) -> Window:
    at.only({"zone", "days", "from", "to"})
    usual = Window()
    start, end = at.optional("from", _time, usual.start), at.optional("to", _time, usual.end)
    if start >= end:
        raise FormatError("`from` must be before `to`: a window ends on the day on which it begins", where=at.where)
    return Window(at.optional("zone", _zone, usual.zone), at.optional("days", _days, usual.days), start, end)


def _merge(at: Located) -> Merge:
    at.only({"auto", "method", "never_for"})
    method = at.optional("method", one_of("merge", "squash", "rebase"), "merge")
    auto = at.optional("auto", one_of("off", "low"), "off") == "low"
    return Merge(auto, cast("Method", method), at.optional("never_for", texts, ()))


def _days(at: Located) -> tuple[str, ...]:
    return tuple(one_of(*DAYS)(day) for day in at.elements())


def _zone(at: Located) -> str:
    try:
        return ZoneInfo(text(at)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FormatError(f"`{at.data}` is no time zone that this machine knows", where=at.where) from error


def _time(at: Located) -> time:
    found = _matched(at, _CLOCK, "a time of day, such as 09:30 in quotation marks")
    return time(int(found[1]), int(found[2]))


def _duration(at: Located) -> int:
    found = _matched(at, _DURATION, "a length of time, such as 30m, 2h or 1d")
    return int(found[1]) * UNITS[found[2]]


def _share(at: Located) -> Share:
    if isinstance(at.data, int):
        return Share(_count(at))
    found = _matched(at, _SHARE, "a number, or a share such as 10 %")
    if int(found[1]) > 100:  # noqa: PLR2004 - percent
        at.fail("at most 100 %")
    return Share(int(found[1]), of_all=True)


def _count(at: Located) -> int:
    if at.a(int) < 0:
        at.fail("no less than 0")
    return int(at.data)


def _word(at: Located) -> str:
    if not text(at).strip() or not text(at).isprintable():
        at.fail("a line of text")
    return text(at).strip()


def _matched(at: Located, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
    found = pattern.fullmatch(at.data) if isinstance(at.data, str) else None
    return found or at.fail(expected)
