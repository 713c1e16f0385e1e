"""JSON in, with the line of every key."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.located import KeyPath, Located

_SIGN = re.compile(r'\n|[{}\[\],:]|"(?:[^"\\\n]|\\.)*"|[^\s{}\[\],:"]+')


def load(content: bytes, file: str) -> Located:
    """Parse a document; of a repeated key the last counts. Raises FormatError with the line of a mistake."""
    return Located(read(content, file, OrderedDict), file, _lines(content.decode()))


def read(content: bytes, file: str, mapping: Callable[[list[tuple[str, Any]]], Any] = dict) -> Any:
    """Parse a document without its lines; raises FormatError with the line of a mistake."""
    try:
        return json.loads(content.decode(), object_pairs_hook=mapping)
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=file) from error
    except json.JSONDecodeError as error:
        raise FormatError(f"this is not valid JSON: {error.msg}", where=f"{file}:{error.lineno}") from error
    except (RecursionError, ValueError) as error:  # a number of thousands of digits is a ValueError
        raise FormatError(f"this is not valid JSON: {error}", where=file) from error


def _lines(text: str) -> dict[KeyPath, int | str]:
    """Return the line of every key and element of a text that is valid JSON."""
    lines: dict[KeyPath, int | str] = {}
    path: list[Any] = []  # of each open mapping or list: the key, or the index, that stands there now
    line, last = 1, ""
    for sign in _SIGN.findall(text):
        if sign not in "\n,:}]" and path and isinstance(path[-1], int):
            lines.setdefault(tuple(path), line)
        if sign == "\n":
            line += 1
        elif sign in "{[":
            path.append("" if sign == "{" else 0)
        elif sign in "}]":
            path.pop()
        elif sign == ":":
            path[-1] = json.loads(last)
            lines[tuple(path)] = line
        elif sign != ",":
            last = sign
        elif isinstance(path[-1], int):
            path[-1] += 1
    return lines
