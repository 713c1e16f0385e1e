"""What a forge knows us by: asked for when it is needed, asked for again when it ends, and shown nowhere."""

from collections.abc import Callable
from threading import Lock
from time import time
from typing import NamedTuple, NoReturn

from scaffold.forges.port import UnknownTokenError

HIDDEN = "***"
MARGIN = 300.0  # seconds before its end at which a token is asked for again
Clock = Callable[[], float]


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __repr__(self) -> str:
        """Show nothing."""
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        """Refuse to be written anywhere."""
        raise TypeError("a secret is not written anywhere")


class Lent(NamedTuple):
    """A token and when it ends, in seconds since the epoch, where that is known; `origin` says where it is from."""

    secret: Secret
    until: float | None = None
    origin: str = ""


class Token:
    """The token of one host, out of a source that may be asked more than once; for all threads.

    A source raises UnknownTokenError where it has none. Of a text that is known already: `fixed`.
    """

    def __init__(self, source: Callable[[], Lent], *, now: Clock = time, margin: float = MARGIN) -> None:
        """Take the source, and ask it nothing yet; a token is asked for again `margin` seconds before its end."""
        self._source, self._now, self._margin = source, now, margin
        self._lent: Lent | None = None
        self._lock = Lock()
        self._known: list[Secret] = []

    def get(self) -> str:
        """Return the token, asked for again where it is about to end; raises UnknownTokenError."""
        with self._lock:
            if self._lent is None or (self._lent.until is not None and self._lent.until - self._now() < self._margin):
                self._ask()
            return self._lent.secret.reveal() if self._lent else ""

    def renewed(self, refused: str) -> bool:
        """Whether there is another one in place of one that was refused; raises UnknownTokenError."""
        with self._lock:
            if self._lent is None or self._lent.secret.reveal() == refused:
                self._ask()
            return self._lent is not None and self._lent.secret.reveal() != refused

    def _ask(self) -> None:
        self._lent = self._source()
        self._known.append(self._lent.secret)

    @property
    def origin(self) -> str:
        """Where it is from, once it was asked for."""
        return self._lent.origin if self._lent else ""

    def hide(self, text: str) -> str:
        """Return a text without any token that was ever lent here."""
        for known in sorted((one.reveal() for one in self._known), key=len, reverse=True):
            text = text.replace(known, HIDDEN)
        return text


def fixed(text: str) -> Token:
    """Return the token that a text is."""
    lent = lent_as(text, "a text")
    return Token(lambda: lent)


def lent_as(text: str, origin: str, until: float | None = None) -> Lent:
    """Return what somebody says as a token; raises UnknownTokenError for what can be none."""
    text = text.strip()
    if not text:
        raise UnknownTokenError(f"the token of {origin} is empty")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise UnknownTokenError(
            f"the token of {origin} holds more than one word", hint="it has to print the token alone"
        )
    return Lent(Secret(text), until, origin)
