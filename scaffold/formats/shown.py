"""Text that is safe to show: what would steer a terminal, forge a line or turn the reading direction, by its number."""

import json
import re
from typing import Any

# What steers a terminal, turns the reading direction or cannot be seen, ends a line for some and not for others, or is
# in no valid text.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)

LEVELS = 2  # of a report: its own keys, and what stands under each


def shown(text: str) -> str:
    """Return a text whose unsafe characters are shown by their number; line ends and tabs stay."""
    return UNSAFE.sub(_number, text)


def on_one_line(text: str) -> str:
    """Return a text as `shown` does, in which a line end is shown as well: it is no end of a line of ours."""
    return shown(text).replace("\n", "\\x0a")


def to_json(data: Any) -> str:
    """Return a report as JSON, for people to read as well: unsafe characters in it are escaped."""
    return UNSAFE.sub(_escape, _opened(data, LEVELS)) + "\n"


def _opened(data: Any, levels: int, margin: str = "") -> str:
    """Give each entry of the outer levels a line: json's own indenting is slow, and makes a fleet's report a tower."""
    if not levels or not data or not isinstance(data, dict | list | tuple):
        return json.dumps(data, ensure_ascii=False)
    within = margin + "  "
    if isinstance(data, dict):
        lines = [
            f"{json.dumps(str(key), ensure_ascii=False)}: {_opened(value, levels - 1, within)}"
            for key, value in data.items()
        ]
    else:
        lines = [_opened(value, levels - 1, within) for value in data]
    first, last = "{}" if isinstance(data, dict) else "[]"
    return f"{first}\n{within}" + f",\n{within}".join(lines) + f"\n{margin}{last}"


def _number(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - as Python writes them


def _escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if ord(match[0]) != 0x7F else "\\u007f"  # noqa: PLR2004 - which JSON may leave
