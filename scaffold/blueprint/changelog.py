"""Changelogs: what the versions say that an update passes."""

import re
from collections.abc import Iterator
from contextlib import suppress

from packaging.version import InvalidVersion, Version

NAMES = ("CHANGELOG.md", "CHANGES.md", "HISTORY.md")  # at the top of a template, the first that is there
HEADING = re.compile(r"^(#{1,4})[ \t]+(.*?)[ \t]*$")
WORDS = re.compile(r"[^\s\[\](),:]+")
FENCE = re.compile(r"^[ \t]{0,3}(?:```|~~~)")


def passed(changelog: str, before: Version, after: Version) -> tuple[tuple[str, str], ...]:
    """Return the versions after `before`, up to `after`, as the changelog has them, with what it says of each.

    A version stands in a heading, as in Keep a Changelog: `## 1.2.0 - 2026-01-31`, `## [v1.2.0](...)`.
    """
    return tuple((str(version), said) for version, said in _entries(changelog) if before < version <= after and said)


def _entries(changelog: str) -> Iterator[tuple[Version, str]]:
    """Yield every version with the text below its heading, up to the next heading of its level or above."""
    version, level, lines, fenced = None, 0, list[str](), False
    for line in changelog.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading and (version is None or len(heading[1]) <= level):
            if version is not None:
                yield version, "\n".join(lines).strip()
            version, level, lines = _version(heading[2]), len(heading[1]), []
        else:
            lines.append(line)
    if version is not None:
        yield version, "\n".join(lines).strip()


def _version(heading: str) -> Version | None:
    """Return the first word of a heading that is a version, and has a dot: other numbers are none."""
    for word in WORDS.findall(heading):
        with suppress(InvalidVersion):
            if "." in word:
                return Version(word)
    return None
