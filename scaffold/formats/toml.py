"""TOML in, with the line of every table and key."""

import re
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.located import KeyPath, Located

_PART = re.compile(r"""\s*(?:"([^"\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))\s*(\.|$)""")
_HEADER = re.compile(r"\[(\[?)([^\]\n]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""((?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_.\s-])+?)\s*=""")
_LINE = re.compile(r", line (\d+)|at line (\d+)")


def load(content: bytes, file: str) -> Located:
    """Parse a document; raises FormatError with the line of a mistake."""
    return Located(read(content, file), file, _lines(content.decode()))


def read(content: bytes, file: str) -> dict[str, Any]:
    """Parse a document without its lines; raises FormatError with the line of a mistake."""
    import tomllib  # 4 ms that only who reads TOML needs

    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=file) from error
    except (ValueError, RecursionError) as error:
        found = _LINE.search(str(error))
        line = f":{found[1] or found[2]}" if found else ""
        raise FormatError(f"this is not valid TOML: {error}", where=file + line) from error


def _lines(text: str) -> dict[KeyPath, int | str]:
    """Return the line of every key; a text over several lines that looks like keys may add some that are none."""
    lines: dict[KeyPath, int | str] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if header := _HEADER.match(stripped):
            table = _table(_path(header[2]), counts, is_list=bool(header[1]))
            lines.setdefault(table, number)
        elif key := _KEY.match(stripped):
            lines.setdefault((*table, *_path(key[1])), number)
    return lines


def _table(path: KeyPath, counts: dict[KeyPath, int], *, is_list: bool) -> KeyPath:
    """Return the path of a table's keys, with the index of each list of tables on the way."""
    found: KeyPath = ()
    for part in path:
        found = (*found, part)
        if found == path and is_list:
            counts[path] = counts.get(path, -1) + 1
        if found in counts:
            found = (*found, counts[found])
    return found


def _path(written: str) -> KeyPath:
    return tuple(double or single or bare for double, single, bare, _ in _PART.findall(written))
