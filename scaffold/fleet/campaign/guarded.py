"""The guardrails of a member before and after its update, read from the two commits."""

from datetime import UTC, date, datetime

from scaffold.errors import ScaffoldError
from scaffold.git.objects import Objects
from scaffold.plan.fleet import Result
from scaffold.project.commands.check import check_of
from scaffold.project.in_git import Commit
from scaffold.project.opening import seen_in
from scaffold.report.checked import Checked
from scaffold.report.fleet.pull_request import Guarded


def guarded(repository: Objects, result: Result, commit: str, today: date | None) -> Guarded | None:
    """Return how many guardrails hold at the base and at our commit, or None where that cannot be told."""
    day = today or datetime.now(UTC).date()
    try:
        before, after = (_checked(repository, result.prefix, at, day) for at in (result.base, commit))
    except ScaffoldError:
        return None
    failed, fails = _failing(before), _failing(after)
    return Guarded(before.score, after.score, tuple(sorted(fails - failed)), tuple(sorted(failed - fails)))


def _checked(repository: Objects, prefix: str, commit: str, today: date) -> Checked:
    project = seen_in(repository.root / prefix, Commit(repository, commit), prefix)
    return check_of(project, None, today)


def _failing(checked: Checked) -> set[str]:
    return {one.rule.id for one in checked.verdicts if one.state == "fail"}
