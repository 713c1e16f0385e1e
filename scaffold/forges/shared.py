"""What the adapters have in common: times, branches in addresses, checks and reviews out of many."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from scaffold.forges.port import (
    Actor,
    Check,
    DeniedError,
    GoneError,
    Refusals,
    RefusedError,
    Repository,
    Review,
    UnknownTokenError,
    Verdict,
)

K = TypeVar("K")
V = TypeVar("V")


def moment(text: str | None) -> float:
    """Return a time of a forge's in seconds since the epoch, and 0 for none."""
    try:
        return max(0.0, datetime.fromisoformat(text).timestamp()) if text else 0.0
    except ValueError:
        return 0.0


def described(said: Any) -> Repository:
    """Return a repository as GitHub describes it, and Gitea as GitHub does."""
    may = said.get("permissions") or {}
    return Repository(
        path=said["full_name"],
        url=said["clone_url"],
        web=said["html_url"],
        default_branch=said.get("default_branch") or "",
        archived=bool(said.get("archived")),
        private=bool(said.get("private")),
        fork=bool(said.get("fork")),
        topics=tuple(said.get("topics") or ()),
        may_push=may.get("push"),
    )


def segment(text: str) -> str:
    """Return a text as one part of an address's path, its slashes included."""
    return quote(text, safe="")


def in_path(text: str) -> str:
    """Return a text as parts of an address's path, with the slashes that it has."""
    return quote(text, safe="/")


class Once(Generic[K, V]):
    """What was looked up in this run, so that it is asked for once; for all threads, of which two may ask at once."""

    def __init__(self, look_up: Callable[[K], V]) -> None:
        """Take what looks it up; what raises is asked for again."""
        self._look_up = look_up
        self._known: dict[K, V] = {}

    def __call__(self, key: K) -> V:
        """Return what is known, or look it up."""
        if key not in self._known:
            self._known[key] = self._look_up(key)
        return self._known[key]


class Remembered(Generic[K, V]):
    """The newest values by key, of which the oldest are forgotten; for all threads."""

    def __init__(self, most: int = 20_000) -> None:
        """Begin with none."""
        self._most, self._lock = most, Lock()
        self._known: dict[K, V] = {}

    def put(self, key: K, value: V) -> None:
        """Remember a value."""
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = value
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]

    def get(self, key: K) -> V | None:
        """Return a value, where it is remembered."""
        return self._known.get(key)


class Who(NamedTuple):
    """Whose login is ours, and which logins are bots' whatever the forge says of them."""

    bots: frozenset[str] = frozenset()

    def actor(self, login: str, me: str, *, bot: bool | None) -> Actor:
        """Say what closed a pull request; `bot` is what the forge says, and None where it says nothing."""
        if not login:
            return "unknown"
        if login == me:
            return "self"
        return "bot" if bot or login in self.bots else "person"


def newest(found: Iterable[tuple[Check, Any]]) -> dict[str, Check]:
    """Return the newest check of each name; the second of each pair says how new it is."""
    known: dict[str, tuple[Check, Any]] = {}
    for check, at in found:
        if check.name not in known or at >= known[check.name][1]:
            known[check.name] = check, at
    return {name: check for name, (check, _) in known.items()}


_WORST = ("failed", "pending", "none", "passed")


def merged(kinds: Iterable[Mapping[str, Check]]) -> tuple[Check, ...]:
    """Return the checks of several kinds by name; of one name the worst counts, so that none hides another."""
    known: dict[str, Check] = {}
    for kind in kinds:
        for name, check in kind.items():
            if name not in known or _WORST.index(check.outcome) < _WORST.index(known[name].outcome):
                known[name] = check
    return tuple(known[name] for name in sorted(known))


def reviewed(said: Mapping[str, str], waiting_for: Collection[str]) -> Review:
    """Return the review that single ones make; `said` is `approved` or `changes requested` by login."""
    verdict: Verdict = "pending" if waiting_for else "none"
    if "changes requested" in said.values():
        verdict = "changes requested"
    elif "approved" in said.values():
        verdict = "approved"
    return Review(verdict, tuple(waiting_for))


def one_by_one(names: Collection[str], ask: Callable[[tuple[str, ...]], object]) -> Refusals:
    """Ask for all at once, and where that is refused for each by itself; return those that are refused, with why.

    What is no refusal of the forge's, such as a pause, or an end of the token, is raised.
    """
    if not names:
        return ()
    refused: list[tuple[str, str]] = []
    try:
        ask(tuple(names))
    except UnknownTokenError:
        raise
    except (DeniedError, GoneError, RefusedError) as error:
        if len(names) == 1:
            return tuple((name, error.message) for name in names)
        for name in names:
            refused += one_by_one((name,), ask)
    return tuple(refused)


def part_by_part(parts: Iterable[tuple[Collection[str], Callable[[], object]]]) -> Refusals:
    """Do each part, of which the names are what it does; return those of the parts that are refused, with why."""
    refused: list[tuple[str, str]] = []
    for names, do in parts:
        try:
            if names:
                do()
        except (DeniedError, GoneError, RefusedError) as error:
            hidden = " (it is not there, or not for who does not administer it)" if isinstance(error, GoneError) else ""
            refused += [(name, f"{error.message}{hidden}") for name in names]
    return tuple(refused)


def parted(reviewers: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell users from teams, which are `@org/team`; the mark before a user is left out."""
    users = tuple(one.removeprefix("@") for one in reviewers if "/" not in one)
    return users, tuple(one for one in reviewers if "/" in one)
