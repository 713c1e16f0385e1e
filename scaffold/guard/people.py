"""Who is meant by a name: the same team or person is written in several ways."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from scaffold.formats.regex import regex

_KIND = regex(r"(?:group|user|team):/*(?:default/)?")  # Backstage's references to entities
_BETWEEN = regex(r"[,;&]|\s+(?=@)")
_SPACES = regex(r"\s+")


def name_of(written: str) -> str:
    """Return a name in the one form that all its spellings have.

    Without case, `@`, kind (`group:`), slashes at its ends, characters that nobody sees, and the compatibility forms of
    Unicode, such as letters of full width (NFKC, UAX #15).
    """
    plain = unicodedata.normalize("NFKC", written).casefold()
    seen = "".join(one for one in plain if unicodedata.category(one) not in ("Cf", "Cc"))
    name = _SPACES.sub(" ", seen).strip(" /")
    return re.sub(r"/+", "/", _KIND.sub("", name, count=1).lstrip("@").strip(" /@"))


def parties(written: str) -> tuple[str, ...]:
    """Return the names of all who are meant, of which one text may hold several."""
    return tuple(name for one in _BETWEEN.split(written) if (name := name_of(one)))


def may_be_same(one: str, other: str) -> bool:
    """Whether two texts may mean the same team or person; one without its organisation may be anybody's."""
    return any(_may_be(name, another) for name in parties(one) for another in parties(other))


def _may_be(one: str, other: str) -> bool:
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return longer == shorter or ("/" not in shorter and longer.endswith(f"/{shorter}"))


def fuller(written: str, others: Iterable[str]) -> str:
    """Return how others spell the team that is written without its organisation, with it; else what is written.

    Where they name teams of that last name of several organisations, nobody can tell which is meant. Of a user, and of
    several parties, nothing is said more fully.
    """
    names = parties(written)
    if len(names) != 1 or "/" in names[0] or written.strip().casefold().startswith("user:"):
        return written
    spelled = [one.strip() for other in others for one in _BETWEEN.split(other)]
    found = [one for one in spelled if name_of(one).endswith(f"/{names[0]}")]
    return found[0] if len({*map(name_of, found)}) == 1 else written


def is_one_of(written: str, names: tuple[str, ...]) -> bool:
    """Whether a text means one of some, in whatever spelling, and nobody else."""
    return name_of(written) in map(name_of, names)


def mixes_alphabets(written: str) -> bool:
    """Whether one word has letters of several alphabets, of which some look alike."""
    return any(len(_alphabets(word)) > 1 for word in re.findall(r"\w+", unicodedata.normalize("NFKC", written)))


def _alphabets(word: str) -> set[str]:
    letters = (one for one in word if one.isalpha())
    return {unicodedata.name(one, "?").split()[0] for one in letters} & {"LATIN", "GREEK", "CYRILLIC", "ARMENIAN"}


def self_approved(owner: Any, approvers: tuple[str, ...]) -> tuple[str, ...]:
    """Return those who may approve exceptions of what they own themselves."""
    return tuple(one for one in approvers if isinstance(owner, str) and may_be_same(one, owner))
