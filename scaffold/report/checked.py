"""The value that a check returns, and that every report of it is a rendering of."""

from pathlib import PurePath
from typing import NamedTuple

from scaffold.guard import check
from scaffold.guard.check import Verdict
from scaffold.guard.finding import Finding, State
from scaffold.guard.waivers import Stood


class Checked(NamedTuple):
    """What a check came to. `checked` is `work tree`, `index`, or the id of a commit."""

    root: PurePath
    blueprint: str
    version: str
    checked: str
    verdicts: tuple[Verdict, ...]
    waivers: tuple[Stood, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: what fails, what is waived, and what could not be checked."""
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)

    @property
    def summary(self) -> dict[State, int]:
        """How many rules came out in each way."""
        return check.summary(self.verdicts)

    @property
    def score(self) -> tuple[int, int]:
        """How many rules pass, and of how many that could be checked; what is waived does not pass."""
        return check.score(self.verdicts)
