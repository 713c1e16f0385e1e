"""How alike two texts are by the words that they share, whatever their order: as cheap as reading them."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from scaffold.merge.budget import spend

LONG, PAIR = 12, 2  # characters of a word, such as a key or a digest, of which every two neighbours count by themselves
_words = re.compile(r"\w+|[^\w\s]").findall


class Words(NamedTuple):
    """The words of a text, each with how often it stands there, and how many characters that makes."""

    counts: Counter[str]
    size: int


def words_of(text: str) -> Words:
    """Count the words of a text, and of a long one what stays where a letter of it changes."""
    counts: Counter[str] = Counter()
    for word, times in Counter(_words(text)).items():
        for piece in (word,) if len(word) <= LONG else map("".join, pairwise(word)):
            counts[piece] += times
    return Words(counts, sum(_size(word) * times for word, times in counts.items()))


def _size(piece: str) -> int:
    return 1 if len(piece) == PAIR else len(piece)


def likeness(one: Words, other: Words, least: float) -> float:
    """Return the share of characters in words that both have, 0 where it cannot be the least that counts."""
    whole = one.size + other.size
    if not whole or 2 * min(one.size, other.size) < least * whole:
        return 0.0
    spend(min(len(one.counts), len(other.counts)))
    few, many = sorted((one.counts, other.counts), key=len)
    return 2 * sum(_size(word) * min(times, many[word]) for word, times in few.items()) / whole
