"""Greetings, and which names can be greeted."""

from dataclasses import dataclass
from typing import Self

LONGEST_NAME = 64


class InvalidNameError(ValueError):
    """The name is empty or too long."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """A greeting for a valid name."""

    text: str

    @classmethod
    def for_name(cls, name: str) -> Self:
        """Greet the name, or raise InvalidNameError."""
        cleaned = name.strip()
        if not cleaned or len(cleaned) > LONGEST_NAME:
            raise InvalidNameError
        return cls(text=f"Hello, {cleaned}!")
