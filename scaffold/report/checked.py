"""The value that a check returns, and that every report of it is a rendering of."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import PurePath
from typing import NamedTuple

from scaffold.errors import ProjectError
from scaffold.guard import verdict
from scaffold.guard.finding import SEVERITIES, Finding, Severity, State
from scaffold.guard.policy import Policy
from scaffold.guard.verdict import Verdict
from scaffold.guard.waivers import Stood, Waiver
from scaffold.plan.actions import Plan


class Checked(NamedTuple):
    """What a check came to. `checked` is `work tree`, `index`, or the id of a commit.

    `prefix` is the way to the project from the top of its repository, empty at the top. `policy` is what it was held
    against from outside.
    """

    root: PurePath
    blueprint: str
    version: str
    checked: str
    verdicts: tuple[Verdict, ...]
    waivers: tuple[Stood, ...] = ()
    notes: tuple[str, ...] = ()
    prefix: str = ""
    policy: Policy | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: what fails, what is waived, and what could not be checked."""
        return tuple(finding for verdict in self.verdicts for finding in verdict.findings)

    @property
    def summary(self) -> dict[State, int]:
        """How many rules came out in each way."""
        return verdict.summary(self.verdicts)

    @property
    def score(self) -> tuple[int, int]:
        """How many rules pass, and of how many that could be checked; what is waived does not pass."""
        return verdict.score(self.verdicts)

    def waiver_of(self, finding: Finding) -> Waiver | None:
        """Return the waiver that holds for a finding."""
        return next((stood.waiver for stood in self.waivers if stood.waiver.name == finding.waiver), None)

    def fails(self, least: Severity = SEVERITIES[-1], *, strict: bool = False) -> bool:
        """Whether something fails that is as severe as `least`, or worse; with `strict`, or could not be checked.

        A policy may ask for more, and never for less.
        """
        if self.policy is not None:
            strict = strict or self.policy.strict
            least = max(least, self.policy.fail_on or least, key=SEVERITIES.index)
        counted = SEVERITIES[: SEVERITIES.index(least) + 1]
        return any(
            (finding.state == "fail" and finding.severity in counted) or (strict and finding.state == "unknown")
            for finding in self.findings
        )

    def only(self, rules: Collection[str]) -> "Checked":
        """Return the check with these rules alone, or whole where none is named; raises ProjectError.

        They are taken out of a whole check, since the waivers of all the others would be strangers to a lesser one.
        """
        known = {verdict.rule.id.casefold(): verdict.rule.id for verdict in self.verdicts}
        wanted = {id_.casefold(): id_ for id_ in rules}
        for folded, id_ in wanted.items():
            if folded not in known:
                near = get_close_matches(folded, known, 1, 0)
                hint = f"the nearest is {known[near[0]]}" if near else "it is checked against no rules"
                raise ProjectError(f"{id_} is no rule that this project is checked by", where=str(self.root), hint=hint)
        if not wanted:
            return self
        return self._replace(
            verdicts=tuple(verdict for verdict in self.verdicts if verdict.rule.id.casefold() in wanted),
            waivers=tuple(one for one in self.waivers if one.waiver.rule.partition("/")[0].casefold() in wanted),
        )


class Exceptions(NamedTuple):
    """The waivers that were written down."""

    root: PurePath
    waivers: tuple[Waiver, ...]


class Fixed(NamedTuple):
    """What was mended, or with `applied` false would be, and the check of what stands then."""

    root: PurePath
    plan: Plan
    checked: Checked
    applied: bool
    commit: str | None = None
    notes: tuple[str, ...] = ()
