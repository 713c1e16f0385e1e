"""TOML taken apart: root keys first, then one entry for each table header."""

import re
from typing import Any

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch, Entry
from scaffold.merge.layouts.brackets import Grammar, no_key_twice, past, read, refused

SEPARATOR = "\0"  # joins the parts of a dotted key, of which any may hold a dot

_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')"""
_DOTTED = rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+"
_REST = r"[ \t]*+(?:#[^\n]*+)?+(?:\r?\n|\Z)"
_parts = re.compile(_PART).findall
_LEAD = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\r?\n)*+(?:[ \t]*+(?:#[^\n]*+)?+\Z)?+")
_header = re.compile(rf"[ \t]*+(\[(\[)?)[ \t]*+({_DOTTED})[ \t]*+\](?(2)\]){_REST}").match
_assigned = re.compile(rf"[ \t]*+({_DOTTED})[ \t]*+=[ \t]*+").match
_rest = re.compile(_REST).match
_GAP = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\[\s\S]|"{1,2}+(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}+(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|[\w+.:-]++(?: \d\d:[\w+.:-]++)?"
)


def layout(text: str) -> Branch:
    """Take a document apart; raises FormatError where it cannot be."""
    root: list[Entry] = []
    table: list[Entry] = root
    opened: tuple[str, str, str] | None = None  # of the table being read: key, lead, header
    counts: dict[str, int] = {}
    at = 0
    while (begin := past(_LEAD, text, at)) < len(text):
        lead = text[at:begin]
        if header := _header(text, begin):
            _close(root, opened, table)
            opened, table = (_path(_decoded(header[3]), counts, array=bool(header[2])), lead, header[0]), []
            at = header.end()
        else:
            entry, at = _assignment(text, begin, lead)
            table.append(entry)
    _close(root, opened, table)
    return Branch("mapping", "", _once(root), text[at:])


def values(text: str) -> dict[str, Any]:
    """Return the document's data; raises FormatError where it is not valid."""
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is not valid TOML: {error}") from error


def _close(root: list[Entry], opened: tuple[str, str, str] | None, entries: list[Entry]) -> None:
    if opened:
        key, lead, header = opened
        root.append(Entry(key, lead, header, Branch("mapping", "", _once(entries), ""), "", ""))


def _once(entries: list[Entry]) -> tuple[Entry, ...]:
    no_key_twice(entries, "TOML")
    return tuple(entries)


def _assignment(text: str, at: int, lead: str) -> tuple[Entry, int]:
    key, inside = _key(text, at)
    value, end = read(text, text, inside, _GRAMMAR)
    rest = _rest(text, end)
    if not rest:
        raise refused("TOML", text, end)
    return Entry(key, lead, text[at:inside], value, "", rest[0]), rest.end()


def _key(text: str, at: int) -> tuple[str, int]:
    found = _assigned(text, at)
    if not found:
        raise refused("TOML", text, at)
    return SEPARATOR.join(_decoded(found[1])), found.end()


def _decoded(dotted: str) -> list[str]:
    if '"' not in dotted and "'" not in dotted:
        return [part.strip() for part in dotted.split(".")] if "." in dotted else [dotted]
    return [_unquoted(part) for part in _parts(dotted)]


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    if part[0] == "'" or "\\" not in part:
        return part[1:-1]
    import tomllib

    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"this key is not valid TOML: {part}") from error


def _path(parts: list[str], counts: dict[str, int], *, array: bool) -> str:
    """Spell a table's path, with the number of the element wherever an array of tables is passed."""
    path = ""
    for number, part in enumerate(parts, 1):
        path = f"{path}{SEPARATOR}{part}" if path else part
        if number == len(parts) and array:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = f"{path}{SEPARATOR}[{counts[path] - 1}]"
    return path


_GRAMMAR = Grammar("TOML", _GAP, _SCALAR, _key)
