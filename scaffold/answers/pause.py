"""A pause of the updates that a fleet offers: a team's word in `.scaffold/answers.yml`, and no answer."""

from datetime import date
from typing import NamedTuple

from scaffold.formats.located import Located, day, text


class Pause(NamedTuple):
    """Until which day a team wants to be offered no updates, and why; on that day they are offered again."""

    until: date
    reason: str

    def lasts(self, today: date) -> bool:
        """Whether it holds on a day."""
        return today < self.until


def parse_pause(at: Located) -> Pause:
    """Read the block `updates`; raises FormatError with the line of a mistake."""
    at.only({"pause_until", "reason"})
    return Pause(at.required("pause_until", day), at.required("reason", _reason))


def _reason(at: Located) -> str:
    if not text(at).strip():
        at.fail("a reason in words")
    return " ".join(text(at).split())
