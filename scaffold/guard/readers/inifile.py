"""INI files as the same kind of document as TOML: sections, and settings with the type that they look like."""

import re
from configparser import ConfigParser
from configparser import Error as ConfigError
from typing import Any

from scaffold.formats.located import KeyPath, Located
from scaffold.formats.regex import regex
from scaffold.guard.kept import Kept
from scaffold.guard.look import Look

LONGEST = 2_000  # characters of a line that people wrote
_BLANKS = regex(r"[ \t]{2,}+")  # the parser looks at the rest of a line once for each of them
_NUMBER = regex(r"-?\d{1,9}(?:\.\d{1,9})?")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_READ: Kept[Located | None] = Kept()


def ini(look: Look, path: str) -> Located | None:
    """Return an INI file's document, where there is one that can be read: `{section: {key: value}}`."""
    text = look.text(path)
    return None if text is None else _READ.get(text, lambda: _document(text, path), path)


def _document(text: str, path: str) -> Located | None:
    parser = ConfigParser(interpolation=None, strict=False)
    written = text.splitlines()
    try:
        parser.read_string("\n".join(_BLANKS.sub(" ", line) for line in written if len(line) <= LONGEST))
    except ConfigError:
        return None
    data = {name: {key: _typed(value) for key, value in parser[name].items()} for name in parser.sections()}
    return Located(data, path, _lines(written))


def _typed(value: str) -> Any:
    """Return a setting as what it looks like: a list where it stands on several lines, a number, yes or no, or text."""
    if "\n" in value:
        return [line.strip() for line in value.split("\n") if line.strip()]
    if _NUMBER.fullmatch(value):
        return float(value)
    return _WORDS.get(value.lower(), value)


def _lines(written: list[str]) -> dict[KeyPath, int | str]:
    found: dict[KeyPath, int | str] = {}
    section = ""
    for number, line in enumerate(written, start=1):
        if line.startswith("["):
            section = line.strip()[1:].partition("]")[0]
            found.setdefault((section,), number)
        elif line.strip() and not line[0].isspace():
            found.setdefault((section, re.split(r"[\s=:]", line, maxsplit=1)[0].lower()), number)
    return found
