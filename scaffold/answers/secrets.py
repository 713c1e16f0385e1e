"""What secret questions were answered with, taken out of what errors say.

What is recorded is told by what its render has read (`answers.resolve`), however it looks.
"""

from collections.abc import Iterable, Iterator
from typing import Any

LEAST = 4  # characters: anything shorter is found everywhere
PIECE = 8  # characters of a longer secret that no message repeats: parsers quote a part of what they refuse
MASK = "***"


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text and number in a value, as text."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set):
        for item in value:
            yield from texts_of(item)
    elif value is not None and not isinstance(value, bool) and (text := str(value)):
        yield text


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets, and without pieces of them."""
    hidden = [False] * len(text)
    for secret in secrets:
        for piece in _pieces(secret):
            at = text.find(piece)
            while at >= 0:
                hidden[at : at + len(piece)] = [True] * len(piece)
                at = text.find(piece, at + 1)
    return "".join(
        MASK if hide else char
        for i, (char, hide) in enumerate(zip(text, hidden, strict=True))
        if not (hide and i and hidden[i - 1])
    )


def _pieces(secret: str) -> set[str]:
    """Return what of a secret is looked for: its lines, and of a long one each run of some characters."""
    lines = (" ".join(line.split()) for line in [secret, *secret.splitlines()])
    known = {line for line in (secret, *lines) if len(line) >= LEAST}
    return {line[i : i + PIECE] for line in known for i in range(max(1, len(line) - PIECE + 1))}
