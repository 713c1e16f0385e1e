"""What a machine has of what scaffold needs: the value, lines for people, and the data for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scaffold.formats.shown import on_one_line
from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.report.text import Tone

State = Literal["good", "note", "wrong", "unknown"]
TONES: Mapping[State, Tone] = {"good": "good", "note": "dim", "wrong": "bad", "unknown": "warn"}


class Look(NamedTuple):
    """One thing that was looked at, how it is, and what mends it where it is not as it should be."""

    about: str
    state: State
    said: str
    mend: str = ""


class Machine(NamedTuple):
    """All that was looked at."""

    looks: tuple[Look, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong, and nothing that was asked for an answer has given none."""
        return all(look.state in ("good", "note") for look in self.looks)


def text(machine: Machine) -> Iterator[Line]:
    """Say how each is, and below what is wrong how to mend it."""
    width = max(len(look.about) for look in machine.looks)
    for look in machine.looks:
        yield Line(f"{look.state:<7}  {look.about:<{width}}  {on_one_line(look.said)}", TONES[look.state])
        if look.mend:
            yield Line(f"{'':<7}  {'':<{width}}  {on_one_line(look.mend)}")
    wrong = sum(look.state not in ("good", "note") for look in machine.looks)
    yield Line("")
    if wrong:
        yield Line("1 thing needs you." if wrong == 1 else f"{wrong} things need you.", "bad")
    else:
        yield Line("Nothing is wrong here.", "good")


def data(machine: Machine) -> dict[str, Any]:
    """Return the report of `scaffold self-check`."""
    return {"looks": [look._asdict() for look in machine.looks], "clean": machine.is_clean}
