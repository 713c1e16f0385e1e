"""How lengths of time are spelled."""

import re

UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
SPELLED = re.compile(r"(?:(\d{1,6})d)?\s*(?:(\d{1,6})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,6})s)?", re.ASCII)


class DurationError(ValueError):
    """A text is no length of time, or a length cannot be written."""


def seconds_of(text: str) -> int:
    """Return the seconds; raises DurationError."""
    found = SPELLED.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        message = f"a length of time is like 1d 2h 30m 5s, not {text!r}"
        raise DurationError(message)
    return sum(int(number or 0) * size for number, size in zip(found.groups(), UNITS.values(), strict=True))


def text_of(seconds: int) -> str:
    """Return the spelling; raises DurationError."""
    if seconds < 0:
        message = f"a length of time is not negative: {seconds} s"
        raise DurationError(message)
    parts = []
    for unit, size in UNITS.items():
        number, seconds = divmod(seconds, size)
        parts += [f"{number}{unit}"] if number else []
    return " ".join(parts) or "0s"
