"""Patterns as in .gitignore, matched in a time that no pattern can make explode: they may be a stranger's.

Each becomes a regular expression in which what a wildcard has passed is given back for one reason alone, the end of the
pattern: of several places where the next piece fits, the first leaves the most room for what follows (the same is done
by fnmatch of the standard library). Otherwise they mean what they mean to pathspec, and so to Copier; as for git, what
stands in brackets matches no slash.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from scaffold.errors import FormatError

DEEP = "**"
_SET = re.compile(r"([!^]?)(\]?+[^]]*)\]")
_ODD, _BESIDE = re.compile(r"[][\\&~|]"), r"\\\g<0>"  # what would mean something else to Python, or may one day


class Globs:
    """Some patterns, of which the last one that matches decides; `!` takes out again."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        """Compile them; raises ValueError, whose text is a sentence."""
        read = ((number, _read(pattern)) for number, pattern in enumerate(patterns))
        self._last_first = [(number, *one) for number, one in read if one is not None][::-1]

    def deciding(self, path: str) -> int | None:
        """Return the number of the pattern that decides about a path, or None where none matches."""
        return next((number for number, _, regex in self._last_first if regex.search(path)), None)

    def says(self, path: str) -> bool | None:
        """Return whether a path is meant, or None where no pattern speaks of it."""
        return next((meant for _, meant, regex in self._last_first if regex.search(path)), None)

    def matches(self, path: str) -> bool:
        """Whether a path is meant."""
        return self.says(path) is True


@lru_cache(maxsize=500)
def globs(patterns: tuple[str, ...]) -> Globs:
    """Compile patterns; raises ValueError, whose text is a sentence."""
    return Globs(patterns)


def like_git(patterns: Iterable[str]) -> Globs:
    """Compile patterns of which one that is none matches nothing, as git has it."""
    return globs(tuple(filter(_is_one, patterns)))


def _is_one(pattern: str) -> bool:
    try:
        _read(pattern)
    except ValueError:
        return False
    return True


def check(pattern: str, where: str) -> None:
    """Raise FormatError for what is no pattern."""
    try:
        globs((pattern,))
    except ValueError as error:
        raise FormatError(str(error), where=where) from error


@lru_cache(maxsize=64)
def whole(pattern: str) -> re.Pattern[str]:
    """Translate a glob of pathlib's, which means files alone, and `**/` any folders; raises ValueError."""
    *folders, name = pattern.split("/")
    return _compiled(pattern, _path([*folders, "*" if name == DEEP else name], r"\Z"))


@lru_cache(maxsize=5_000)
def _read(pattern: str) -> tuple[bool, re.Pattern[str]] | None:
    """Return whether a line takes in or out, and what it matches; None for a line that says nothing."""
    text = pattern if pattern.endswith("\\ ") else pattern.rstrip()
    if not text or text.startswith("#"):
        return None
    meant, body = not text.startswith("!"), text.removeprefix("!")
    if not body:
        raise _none(pattern, "nothing is behind the `!`")
    if body == "/":
        return meant, re.compile(".")
    segments = body.split("/")
    if len(segments) == 1 or segments[1:] == [""]:
        segments.insert(0, DEEP)
    elif not segments[0]:
        del segments[0]
    if not segments[-1]:
        segments[-1] = DEEP
    if set(segments) == {DEEP}:
        return meant, re.compile("/" if body.endswith("/") else ".")  # any path, or any in a folder
    return meant, _compiled(pattern, _path(segments, r"/?\Z" if segments[-1] == "*" else r"(?:/|\Z)"))


def _compiled(pattern: str, regex: str) -> re.Pattern[str]:
    try:
        return re.compile(f"^{regex}")
    except (re.error, RecursionError, OverflowError) as error:
        raise _none(pattern, getattr(error, "msg", str(error))) from error


def _none(pattern: str, why: str) -> ValueError:
    return ValueError(f"{pattern!r} is no pattern as in .gitignore: {why}")


def _path(segments: list[str], end: str) -> str:
    """Translate the parts of a path; between any folders stands what is sought as one, at the first place it fits."""
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment != DEEP:
            runs[-1].append("[^/]++" if segment == "*" else _name(segment))
        elif runs[-1] or len(runs) == 1:
            runs.append([])
    if len(runs) > 1 and not runs[-1]:  # any folders at the end: what lies in the one before
        runs.pop()
        end = "/"
    first, *deep = ["/".join(run) for run in runs]
    ends = [r"(?=/|\Z)/" if number < len(deep) else end for number in range(len(runs))]
    found = f"{first}{ends[0]}" if runs[0] else ""
    return found + "".join(f"(?>(?:[^/]++/)*?{run}{its})" for run, its in zip(deep, ends[1:], strict=True))


def _name(segment: str) -> str:
    """Translate what stands between two slashes."""
    pieces, at = [""], 0
    while at < len(segment):
        character, at = segment[at], at + 1
        if character == "*":
            pieces.append("")
        elif character == "?":
            pieces[-1] += "[^/]"
        elif character == "[" and (found := _SET.match(segment, at)):
            pieces[-1] += f"(?!/)[{'^' if found[1] else ''}{_ODD.sub(_BESIDE, found[2])}]"
            at = found.end()
        elif character == "\\":
            if at == len(segment):
                raise _none(segment, "nothing is behind the backslash")
            pieces[-1], at = pieces[-1] + re.escape(segment[at]), at + 1
        else:
            pieces[-1] += re.escape(character)
    if len(pieces) == 1:
        return pieces[0]
    first, *between, last = pieces
    sought = "".join(f"(?>[^/]*?{piece})" for piece in between if piece)
    return f"{first}{sought}[^/]*{last}" if last else f"{first}{sought}[^/]*+"
