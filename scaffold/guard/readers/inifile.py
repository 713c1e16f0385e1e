"""INI files as rules see them: sections, settings, and their lines."""

import re
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from functools import cached_property

from scaffold.guard.look import Look

LONGEST = 2_000  # characters of a line that people wrote
_BLANKS = re.compile(r"[ \t]{2,}+")  # the parser looks at the rest of a line once for each of them


class Ini:
    """An INI file."""

    def __init__(self, path: str, text: str) -> None:
        """Read it; raises ValueError where it is none."""
        self.path = path
        self._lines = text.splitlines()
        self._parser = ConfigParser(interpolation=None, strict=False)
        try:
            self._parser.read_string("\n".join(_BLANKS.sub(" ", line) for line in self._lines if len(line) <= LONGEST))
        except ConfigError as error:
            raise ValueError(path) from error

    def sections(self) -> list[str]:
        """Return the names of its sections."""
        return self._parser.sections()

    def settings(self, section: str) -> Mapping[str, str]:
        """Return what a section sets; nothing where there is no such section."""
        return self._parser[section] if self._parser.has_section(section) else {}

    def is_set(self, section: str, key: str, *words: str) -> bool:
        """Whether a setting is one of these words."""
        return self.settings(section).get(key, "").strip().lower() in words

    @cached_property
    def _first(self) -> Mapping[str, int]:
        keys = ((re.split(r"[\s=:]", one.strip(), maxsplit=1)[0], one.strip()) for one in self._lines)
        found: dict[str, int] = {}
        for number, (key, line) in enumerate(keys, start=1):
            found.setdefault(line if line.startswith("[") else key, number)
        return found

    def line(self, start: str) -> int:
        """Return the first line with a section's head, or with a key, or 1."""
        return self._first.get(start, 1)


def ini(look: Look, path: str) -> Ini | None:
    """Return an INI file, where there is one that can be read."""
    text = look.text(path)
    try:
        return Ini(path, text) if text is not None else None
    except ValueError:
        return None
