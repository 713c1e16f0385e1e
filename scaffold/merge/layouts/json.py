"""JSON taken apart, also as editors write it: with comments and with commas after the last entry."""

import json
import re
from dataclasses import replace
from typing import Any

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch
from scaffold.merge.layouts.brackets import Grammar, past, read, refused

BOM = "\ufeff"

_STRING = r'"(?:[^"\\\n]++|\\.)*+"'
_COMMENT = r"//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/"
_GAP = re.compile(rf"(?:[ \t\r\n]++|{_COMMENT})*+")
_SCALAR = re.compile(rf"{_STRING}|true|false|null|-?(?:0|[1-9]\d*+)(?:\.\d++)?+(?:[eE][+-]?\d++)?+|NaN|-?Infinity")
_key_start = re.compile(rf"({_STRING})(?:[ \t\r\n]++|{_COMMENT})*+:(?:[ \t\r\n]++|{_COMMENT})*+").match
_KEPT = rf'{_STRING}|"[\s\S]*+'  # of a string without end, nothing is a comment
_remarks = re.compile(rf"{_KEPT}|{_COMMENT}").sub
_last_commas = re.compile(rf"{_KEPT}|,(?=[ \t\r\n]*+[\]}}])").sub


def layout(text: str) -> Branch:
    """Take a document apart; raises FormatError where it cannot be, or is a single value."""
    lines = _remarks(_shaded, text) if "/*" in text else text
    start = past(_GAP, text, len(BOM) if text.startswith(BOM) else 0)
    root, end = read(text, lines, start, _GRAMMAR)
    if past(_GAP, text, end) < len(text) or not isinstance(root, Branch):
        raise refused("JSON", text, end)
    return replace(root, opening=text[:start] + root.opening, closing=root.closing + text[end:])


def values(text: str) -> Any:
    """Return the document's data; raises FormatError where it is not valid, also for a key that is written twice."""
    try:
        try:
            return json.loads(text, object_pairs_hook=_once)
        except json.JSONDecodeError:
            return json.loads(_strict(text), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is not valid JSON: {error}") from error


def _strict(text: str) -> str:
    """Return the text with spaces for comments and for commas after a last entry."""
    return _last_commas(_blanked, _remarks(_blanked, text.removeprefix(BOM)))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise FormatError("a key of this JSON is written twice")
    return data


def _shaded(found: re.Match[str]) -> str:
    return found[0].replace("\n", " ") if found[0].startswith("/*") else found[0]


def _blanked(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else " " * len(found[0])


def _key(text: str, at: int) -> tuple[str, int]:
    found = _key_start(text, at)
    if not found:
        raise refused("JSON", text, at)
    try:
        return (json.loads(found[1]) if "\\" in found[1] else found[1][1:-1]), found.end()
    except json.JSONDecodeError as error:
        raise FormatError(f"this key is not valid JSON: {found[1]}") from error


_GRAMMAR = Grammar("JSON", _GAP, _SCALAR, _key)
