"""CODEOWNERS as forges read it: the last pattern that matches a path names its owners."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scaffold.blueprint.globs import like_git
from scaffold.formats.regex import regex
from scaffold.guard.look import Look

PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")  # the first one counts
_OWNER = regex(r"@[\w.-]++(?:/[\w.-]++)*+|@@?[\w-]++|[^\s@]++@[^\s@.]++\.[^\s@]++")
_PART = regex(r"(?:[^\s\\]|\\.)++")


LONGEST = 2_000  # characters of a line that people wrote


class Line(NamedTuple):
    """A line that names the owners of what a pattern matches; without owners it takes them away."""

    pattern: str
    owners: tuple[str, ...]
    number: int

    def matches(self, path: str) -> bool:
        """Whether it is about a path."""
        matched = like_git((self.pattern,)).matches(path)
        if matched and self.pattern.endswith("/*") and "**" not in self.pattern:  # not what is in folders below it
            return path.count("/") == self.pattern.strip("/").count("/")
        return matched


class Owners(NamedTuple):
    """A CODEOWNERS file."""

    path: str
    lines: tuple[Line, ...]

    def deciding(self, paths: Iterable[str]) -> dict[str, Line | None]:
        """Return the line that decides about each path: the last one that matches."""
        backwards = self.lines[::-1]
        return {path: next((line for line in backwards if line.matches(path)), None) for path in paths}

    def strangers(self) -> Iterator[tuple[Line, str]]:
        """Yield what stands where an owner should, and is none."""
        for line in self.lines:
            yield from ((line, owner) for owner in line.owners if not _OWNER.fullmatch(owner))


def owners_of(look: Look) -> Owners | None:
    """Return the repository's owners, where it has them."""
    path = next((path for path in PATHS if path in look), None)
    text = look.text(path) if path is not None else None
    return read(path, text) if path is not None and text is not None else None


def read(path: str, text: str) -> Owners:
    """Read a CODEOWNERS file."""
    return Owners(path, tuple(_lines(text)))


def _lines(text: str) -> Iterator[Line]:
    for number, written in enumerate(text.splitlines(), start=1):
        parts = _PART.findall(written) if len(written) <= LONGEST else []
        if not parts or parts[0].startswith(("#", "[", "^[")):  # a section of GitLab's gives owners of its own
            continue
        comment = next((at for at, part in enumerate(parts) if part.startswith("#")), len(parts))
        yield Line(parts[0], tuple(parts[1:comment]), number)
