"""Selectors: which members a command is about, as in `blueprint=python-* owner=@acme/* label=tier:1 behind`."""

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple, TypeVar

from scaffold.errors import FormatError
from scaffold.guard.people import name_of, parties

T = TypeVar("T")
Facts = Mapping[str, Iterable[str]]  # what is known of a member: to each key its values, and to STATES the words
Value = tuple[str, str]  # a key, and a value of it
NEAR = 8  # values that an error names
KEYS = ("name", "blueprint", "version", "library", "owner", "mission", "label")
STATES = "state"
WORDS = (
    "behind", "conflict", "current", "drift", "edited", "incomplete", "lapsing", "paused", "unadopted",
    "unknown", "unreadable", "withdrawn",
)  # fmt: skip
WHERE = "--where"
_TERM = re.compile(r"([^=!]+)(!?=)(.*)", re.DOTALL)


class Term(NamedTuple):
    """One condition: a value of `key` matches one of the patterns, or none does where it is `negated`."""

    key: str
    patterns: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        """Return it as it is written."""
        if self.key == STATES:
            return "!" * self.negated + ",".join(self.patterns)
        return shlex.quote(f"{self.key}{'!=' if self.negated else '='}{','.join(self.patterns)}")

    def matches(self, facts: Facts) -> bool:
        """Whether a member is meant."""
        spelled = parties if self.key == "owner" else lambda value: (value,)
        values = [one for value in facts.get(self.key, ()) for one in spelled(value)]
        return self.negated != any(_regex(self.key, p).match(value) for p in self.patterns for value in values)


class Selector(NamedTuple):
    """Conditions that all hold; without any, every member is meant."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        """Return it as it is written."""
        return " ".join(map(str, self.terms))

    def matches(self, facts: Facts) -> bool:
        """Whether a member is meant of whom all facts are known."""
        return all(term.matches(facts) for term in self.terms)

    def may_match(self, facts: Facts) -> bool:
        """Whether a member may be meant: of what is not known yet, nothing is required."""
        return all(term.matches(facts) for term in self.terms if term.key in facts)

    def values(self, facts: Facts) -> frozenset[Value]:
        """Return what is known of a member for the keys of the conditions."""
        return frozenset((key, value) for key in {term.key for term in self.terms} for value in facts.get(key, ()))

    def partly(self, facts: Facts) -> frozenset[Term]:
        """Return the conditions that hold for a member, or may: of what is not known yet, nothing is required."""
        return frozenset(term for term in self.terms if term.key not in facts or term.matches(facts))


def parse(written: str) -> Selector:
    """Read a selector; raises FormatError for a key or a word that there is not."""
    try:
        return Selector(tuple(map(_term, shlex.split(written))))
    except ValueError as error:
        raise FormatError(f"`{written}` cannot be read: {error}", where=WHERE, hint="close the quotation") from error


def of_plan(written: str) -> Selector:
    """Read a selector for members that were planned for; raises FormatError where it asks how they stand."""
    found = parse(written)
    if any(term.key == STATES for term in found.terms):
        raise FormatError("how members stand is not in a plan", where=WHERE, hint=f"it can be selected by {_KEYED}")
    return found


def chosen(selector: Selector, members: Iterable[T], facts: Callable[[T], Facts]) -> tuple[T, ...]:
    """Return the members that are meant; raises FormatError where there are none, naming what alone matches nobody."""
    known = [(member, facts(member)) for member in members]
    found = tuple(member for member, its in known if selector.matches(its))
    if not found:
        partly = frozenset[Term]().union(*(selector.partly(its) for _, its in known))
        raise nobody(
            selector, len(known), partly, frozenset[Value]().union(*(selector.values(its) for _, its in known))
        )
    return found


def nobody(selector: Selector, members: int, partly: Collection[Term], values: Collection[Value]) -> FormatError:
    """Return the error for a selector that means none of so many members, with what is near it.

    `partly` are terms that hold for some, and `values` those that members have for the keys of the selector.
    """
    if not selector.terms:
        return FormatError("there are no members", where=WHERE)
    alone = next((term for term in selector.terms if term not in partly), None)
    what = f"`{alone or selector}`" + (" alone" if alone and len(selector.terms) > 1 else "")
    hint = _near(
        alone or selector.terms[0], {value for key, value in values if key == (alone or selector.terms[0]).key}
    )
    return FormatError(f"{what} matches none of the {members} members", where=WHERE, hint=hint)


def _near(term: Term, values: Collection[str]) -> str | None:
    """Return what there is in place of what a term asks for, what is written most alike first."""
    if not values:
        return None if term.key == STATES else f"nobody says any {term.key}"
    from difflib import SequenceMatcher  # only a mistake needs it

    wanted = " ".join(term.patterns)
    ranked = sorted(values, key=lambda value: (-SequenceMatcher(None, wanted, value).ratio(), value))
    more = f" and {len(ranked) - NEAR:,} more" if len(ranked) > NEAR else ""
    return f"there are {', '.join(ranked[:NEAR])}{more}" if len(ranked) > 1 else f"there is only {ranked[0]}"


def _term(written: str) -> Term:
    found = _TERM.fullmatch(written)
    if not found:
        words = tuple(filter(None, written.removeprefix("!").split(",")))
        strange = next((word for word in words if word not in WORDS), None if words else written)
        if strange is not None:
            raise _unknown(strange, WORDS, f"a word is one of {', '.join(WORDS)}, and what has a value one of {_KEYED}")
        return Term(STATES, words, written.startswith("!"))
    key, sign, value = found.groups()
    if key not in KEYS:
        raise _unknown(key, KEYS, f"there are {_KEYED}")
    patterns = tuple(filter(None, value.split(",")))
    if not patterns:
        raise FormatError(f"`{written}` names no value", where=WHERE, hint=f"{key}=* is any")
    return Term(key, patterns, sign == "!=")


_KEYED = ", ".join(f"{key}=" for key in KEYS)


def _unknown(written: str, known: Iterable[str], hint: str) -> FormatError:
    from difflib import get_close_matches  # only a mistake needs it

    near = get_close_matches(written, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else hint
    return FormatError(f"`{written}` is nothing that members are selected by", where=WHERE, hint=hint)


@lru_cache(maxsize=500)
def _regex(key: str, pattern: str) -> re.Pattern[str]:
    return re.compile(translate(name_of(pattern) if key == "owner" else pattern))
