"""Licences: which one a text is, and whether what a manifest says is the same."""

import re
from collections.abc import Mapping

from scaffold.formats.regex import regex
from scaffold.guard.tables import table

_TABLE = table("readers/licences")
# What only this licence says, in the order in which they are to be asked: some quote others.
_TEXTS = tuple((name, regex(text, re.DOTALL)) for name, text in _TABLE["texts"])
_OF_WHOM = regex(r"all rights reserved|proprietary|confidential")
PROPRIETARY = "proprietary"
READ = 20_000  # characters of a licence that tell which it is

# Older ways to say it, in small letters and without all but letters and digits.
_SAID: Mapping[str, str] = _TABLE["said"]
_NOISE = regex(r"\b(?:the|licen[cs]e|software|version)\b|[^a-z0-9]")
_ONLY = regex(r"(?:-only|-or-later|\+)$")


def of_text(text: str) -> str | None:
    """Return the licence that a text is, `proprietary` among them, or None where nobody knows it."""
    plain = re.sub(r"\s+", " ", text[:READ].lower())
    for name, known in _TEXTS:
        if known.search(plain):
            return str(name)
    return PROPRIETARY if _OF_WHOM.search(plain) else None


def named(expression: str) -> frozenset[str]:
    """Return the licences that an SPDX expression, or an older way to say it, names."""
    whole = _SAID.get(_squashed(expression))
    if whole is not None:
        return frozenset({whole})
    words = re.split(r"[\s()]+", expression)
    names = [word for word in words if word and word.upper() not in ("OR", "AND", "WITH")]
    return frozenset(_plain(name) for name in names)


def _plain(name: str) -> str:
    if name.lower().startswith("licenseref-"):
        return PROPRIETARY
    return _SAID.get(_squashed(name), _ONLY.sub("", name))


def _squashed(name: str) -> str:
    return _NOISE.sub("", name.lower())
