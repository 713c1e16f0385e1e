"""How git would merge a file: its attributes and settings, and the drivers that the user has set up for it."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pygit2 import Repository
from pygit2.enums import AttrCheck

from scaffold.errors import ScriptError
from scaffold.git.conversion import ATTRIBUTES
from scaffold.git.explained import explained
from scaffold.process import commands
from scaffold.process.loading import later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scaffold.git.conversion import Conversion
    from scaffold.merge import manner, markers, text
    from scaffold.merge.manner import Manner
    from scaffold.merge.markers import Labels
    from scaffold.merge.text import Merged
else:
    manner, markers, text = (later(f"scaffold.merge.{name}") for name in ("manner", "markers", "text"))

AT_COMMIT = AttrCheck.INDEX_ONLY | AttrCheck.INCLUDE_COMMIT | AttrCheck.NO_SYSTEM
OWN = ("text", "binary", "union")  # git's own drivers
LONGEST = 1_000  # characters of a marker
PATIENCE = 300  # seconds that a driver has for one file
CONFLICT = range(129)  # exit codes: 0 merged, to 128 in conflict; above, it has failed (git: merge-ll.c)
SOONER = "mend the driver, or take it out of git's settings"
PLACEHOLDER = re.compile(r"%([OABLPSXY%])")


class Attributes:
    """The attributes of one repository, as they stand in its work tree."""

    def __init__(self, repository: Repository, root: Path, conversion: Conversion) -> None:
        """Wrap an open repository with its work tree at `root`; `conversion` knows which paths have any."""
        self._repository = repository
        self._conversion = conversion
        self.root = root

    def manner(self, path: str) -> Manner:
        """Return how git would merge the file; no way where it would merge lines for want of other words."""
        with explained(self.root):
            if not (self.speak_of(path) or self._default):
                return manner.UNSAID
            said, size = (self.said(path, name) for name in ("merge", "conflict-marker-size"))
            if isinstance(said, bool):
                return manner.Manner("text" if said else "binary", _size(size))
            name = said or self._default
            command = self._setting(f"merge.{name}.driver")
            if command:
                return manner.Manner(name, _size(size), Driver(name, command, self.root, path).run)
            # Git takes a name that means nothing for none.
            return manner.Manner(name if name in OWN else "", _size(size))

    def speak_of(self, path: str) -> bool:
        """Whether some file of attributes may say something of the path."""
        return self._conversion.speaks_of(path)

    def said(self, path: str, name: str) -> bool | str | None:
        """Return what is said of a path under a name: a text, whether it is set, or None."""
        return self._repository.get_attr(path, name)

    @cached_property
    def _default(self) -> str:
        return self._setting("merge.default")

    def _setting(self, name: str) -> str:
        settings = self._repository.config
        return str(settings[name]) if name in settings else ""


class CommittedAttributes(Attributes):
    """The attributes of one repository as they stand at a commit; those of the machine and its user do not count."""

    def __init__(self, of: Attributes, commit: str, has: Callable[[str], bool]) -> None:
        """Take the repository's own, and what says whether the commit has a file."""
        super().__init__(of._repository, of.root, of._conversion)  # noqa: SLF001 - the same repository
        self._commit = commit
        self._has = has

    @cached_property
    def _alone(self) -> Repository:
        """The objects without an index or a work tree, which libgit2 would ask first."""
        alone = Repository()
        alone.set_odb(self._repository.odb)
        return alone

    def speak_of(self, path: str) -> bool:
        """Whether a file of attributes at the commit may say something of the path."""
        parts = path.split("/")
        return any(self._has("/".join([*parts[:depth], ATTRIBUTES])) for depth in range(len(parts)))

    def said(self, path: str, name: str) -> bool | str | None:
        """Return what the commit says of a path under a name."""
        return self._alone.get_attr(path, name, AT_COMMIT, self._commit)


def _size(said: object) -> int:
    digits = re.match(r"\d+", said) if isinstance(said, str) else None
    size = int(digits[0]) if digits else 0
    return size if 0 < size <= LONGEST else markers.SIZE


class Driver(NamedTuple):
    """A merge driver of the user's own, `merge.NAME.driver`, for one file; it runs at `root`."""

    name: str
    command: str
    root: Path
    path: str

    def run(self, base: bytes, ours: bytes, theirs: bytes, labels: Labels) -> Merged:
        """Run it on copies of the three versions; raises ScriptError where it fails other than by a conflict."""
        from tempfile import TemporaryDirectory  # most runs have no driver to run

        with TemporaryDirectory(prefix="scaffold-merge-") as folder:
            result, *others = (Path(folder) / name for name in ("ours", "base", "theirs"))
            for place, content in zip((result, *others), (ours, base, theirs), strict=True):
                place.write_bytes(content)
            sides = dict(zip("AOB", map(str, (result, *others)), strict=True))
            words = sides | {"L": str(labels.size), "P": self.path}
            words |= {"S": labels.base, "X": labels.ours, "Y": labels.theirs}
            command = PLACEHOLDER.sub(lambda found: _quoted(words, found[1]), self.command)
            written = f"merge.{self.name}.driver"
            told = commands.Told(written, late=SOONER)
            code = commands.run(command, self.root, {}, seconds=PATIENCE, told=told, fine=CONFLICT)
            try:
                return text.Merged(clean=code == 0, content=result.read_bytes())
            except OSError as error:
                raise ScriptError(f"the command {written} left no result: {error.strerror}") from error


def _quoted(words: Mapping[str, str], letter: str) -> str:
    import shlex

    return shlex.quote(words[letter]) if letter in words else "%"
