"""A job: something to be done once, however often it has to be tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

LONGEST_KEY = 255  # characters, none of them a space or beyond ASCII


class HopelessError(Exception):
    """Trying again would not help; the message may be kept, so it holds nothing that is nobody's business."""


class InvalidKeyError(HopelessError):
    """A key is none."""


def checked_key(key: str | None) -> str | None:
    """Return a key by which a job is known when it is asked for again; raises InvalidKeyError."""
    if key is not None and not (0 < len(key) <= LONGEST_KEY and all("!" <= one <= "~" for one in key)):
        message = f"a key has 1 to {LONGEST_KEY} characters, none of them a space or beyond ASCII"
        raise InvalidKeyError(message)
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One attempt at a job: `lease` says who has it until when, `attempt` counts from 1."""

    id: UUID
    kind: str
    payload: Mapping[str, object]
    attempt: int
    lease: UUID
    traceparent: str = ""  # of who asked for it, as W3C Trace Context writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often a job is tried, and how long to wait in between."""

    attempts: int
    first: timedelta
    longest: timedelta

    def is_over(self, attempt: int) -> bool:
        """Whether no attempt comes after this one."""
        return attempt >= self.attempts

    def pause(self, attempt: int, chance: float) -> timedelta:
        """Return how long to wait after an attempt: twice as long each time, and up to half of it left to chance.

        Chance, from 0 to 1, keeps jobs that failed together from coming back together.
        """
        doubled: int = 2 ** min(attempt - 1, 20)
        whole = min(self.longest, self.first * doubled)
        return whole * (0.5 + chance / 2)
