"""Preflight of a campaign: what is missing before anything starts. It asks, and writes nothing but the cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.fleet import selectors
from scaffold.fleet.apply import looked_at
from scaffold.fleet.campaign.deciding import Known, next_step
from scaffold.fleet.campaign.offering import out_there
from scaffold.fleet.campaign.reviewers import reviewers_of
from scaffold.fleet.campaign.rollout import AT_ONCE
from scaffold.fleet.campaign.site import NO_PUSH, NowhereError, Site, nowhere, site
from scaffold.fleet.campaign.waves import ahead
from scaffold.fleet.campaign.work import Asked, At, Work
from scaffold.fleet.facts import of_planned
from scaffold.fleet.progress import counter
from scaffold.fleet.roll import FILE
from scaffold.forges.port import ARCHIVED, DeniedError, GoneError
from scaffold.plan.campaign import Lack, Preflight
from scaffold.process.aside import results

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.plan.fleet import Result
    from scaffold.process import Notify

WORKFLOWS = ".github/workflows/"


def fleet_preflight(
    plan: Path | str,
    file: Path | str = FILE,
    *,
    where: str = "",
    direct: bool = False,
    local: bool = False,
    notify: Notify = lambda _: None,
) -> Preflight:
    """Return what each member that is meant lacks before it can be offered its update; raises FormatError."""
    with looked_at(Path(plan), Path(file), Asked(direct, local)) as work:
        meant = selectors.chosen(selectors.of_plan(where), work.results.values(), of_planned)
        progress, found = counter("Asking", len(meant), notify), dict[str, tuple[Lack, ...]]()

        def lacks(result: Result) -> tuple[str, tuple[Lack, ...]]:
            return result.name, tuple(_lacks(work, result))

        for name, its in results(lacks, meant, AT_ONCE, work.end):
            found[name] = its
            progress(1)
        members = tuple((name, found[name]) for name in work.results if name in found)
        return Preflight(work.plan.id, members, tuple(_hasty(work)))


def _hasty(work: Work) -> Iterator[str]:
    """Say of each wave but the last that waits neither for time nor for checks that the next follows at once."""
    soaks = {wave.name: wave.soak for wave in work.policy.waves}
    reached = {name: of_planned(one) for name, one in work.results.items() if not nowhere(work, one)}
    for wave in [*ahead(work.policy, work.plan.id, reached, ())][:-1]:
        if not soaks[wave.name] and not any(_at_a_forge(work, work.results[name]) for name in wave.members):
            yield f"the wave {wave.name} has no soak and no checks: the next wave follows at once"


def _at_a_forge(work: Work, result: Result) -> bool:
    return not work.asked.direct and work.repositories[result.place].place.kind == "url"


def _lacks(work: Work, result: Result) -> Iterator[Lack]:
    if result.conflicts and work.policy.conflicts == "hold":
        yield Lack("it is in conflict", "`campaign: {conflicts: draft}` offers it as a draft for people to finish")
        return
    try:
        with site(work, result) as found:
            if found.at is not None:
                yield from _at_forge(work, found, found.at, result)
            yield from _in_git(work, found, result)
    except NowhereError as error:
        yield Lack(error.message, error.hint or "")
    except DeniedError as error:
        yield Lack(error.message, error.hint or NO_PUSH[1])
    except GoneError as error:
        yield Lack(error.message, "mend its address in fleet.yml, or give the token the right to see it")
    except ScaffoldError as error:
        yield Lack(error.message.replace(result.place, "it"), error.hint or "see whether it can be reached")


def _at_forge(work: Work, found: Site, at: At, result: Result) -> Iterator[Lack]:
    there = at.forge.repository(at.path)
    if there.archived:
        yield Lack(*ARCHIVED)
        return
    if there.may_push is False:
        yield Lack(*NO_PUSH)
    if there.default_branch and there.default_branch != found.base:
        yield Lack(f"its default branch is {there.default_branch}, and git says {found.base}", "try again in a while")
    if any(path.startswith(WORKFLOWS) for path in result.files):
        yield Lack("the update changes workflow files", "GitHub asks for the right to write them", stops=False)
    for name in at.forge.lacking(at.path, reviewers_of(found.objects, result, work.policy), ()):
        yield Lack(f"{name} cannot be asked to review", "give them access there, or mend CODEOWNERS", stops=False)
    for name in at.forge.lacking(at.path, (), work.policy.labels):
        yield Lack(f"there is no label {name}", "GitHub and GitLab make it; make it at any other", stops=False)
    if work.policy.merge.auto:
        yield from _merging(at, found)


def _merging(at: At, found: Site) -> Iterator[Lack]:
    protection = at.forge.protection(at.path, found.base)
    if protection is None:
        yield Lack("whether checks are required cannot be seen", "nothing is merged by itself there", stops=False)
    elif not protection.checks:
        mend = "nothing is merged by itself there; require a check"
        yield Lack(f"{found.base} requires no checks", mend, stops=False)


def _in_git(work: Work, found: Site, result: Result) -> Iterator[Lack]:
    if found.head != result.base:
        yield Lack("it has moved since the plan", "it is planned again, and held where its patch differs", stops=False)
    me = found.at.forge.me() if found.at else ""
    step = next_step(out_there(found, result), Known(me, work.book.stands(result.name).commits))
    if step.verb == "stop":
        yield Lack(step.why, "see there; --again NAME offers it once more, whatever was said")
