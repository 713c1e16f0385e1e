"""The value that a comparison of two states of a blueprint returns, and that every report of it is a rendering of."""

from typing import Literal, NamedTuple

Level = Literal["major", "minor", "patch"]
LEVELS: tuple[Level, ...] = ("major", "minor", "patch")


class Change(NamedTuple):
    """One thing that a release changes: of which kind, how large a step that is, and what a team has to do, if any."""

    kind: str
    level: Level
    message: str
    todo: str = ""


class Changed(NamedTuple):
    """A file that becomes another in the same way in some cases: what happens to it, and git's difference."""

    path: str
    what: str
    ownership: str
    cases: tuple[str, ...]
    text: str


class Compared(NamedTuple):
    """Two states of a blueprint: what changes between them, and each stamped file that becomes another."""

    blueprint: str
    old: str
    new: str
    changes: tuple[Change, ...]
    files: tuple[Changed, ...]
    cases: tuple[str, ...]

    @property
    def level(self) -> Level | None:
        """How large a step it is; None where nothing changes."""
        found = {change.level for change in self.changes}
        return next((level for level in LEVELS if level in found), None)
