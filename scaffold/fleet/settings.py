"""Settings of a fleet at its forges: how they stand beside what is prescribed, planned first, and set as planned."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import scaffold
from scaffold.blueprint.forge import of
from scaffold.fleet import inventory, selectors, settingsfile
from scaffold.fleet.campaign.rollout import AT_ONCE
from scaffold.fleet.plan import CAMPAIGNS
from scaffold.fleet.progress import counter
from scaffold.fleet.roll import FILE
from scaffold.fleet.survey import Asked, survey
from scaffold.forges import holding
from scaffold.forges.hosts import Forges, place_of
from scaffold.forges.port import Forge, ForgeError
from scaffold.git import remotes
from scaffold.git.objects import open_repository
from scaffold.plan.fleet_settings import SettingsPlan, Stands, together
from scaffold.plan.settings import Compared, compare, to_set
from scaffold.report.fleet.settings import Done, SettingsApplied
from scaffold.sources import policy as policies

if TYPE_CHECKING:
    from scaffold.fleet.survey import Seen
    from scaffold.process import Notify

NOWHERE = "its address is at no forge that is known: name its host in `forges`"
MOVED = "it stands otherwise than when this was planned: plan again"


class Written(NamedTuple):
    """A plan of settings, and the file that it was written to."""

    plan: SettingsPlan
    file: Path
    notes: tuple[str, ...] = ()


def fleet_settings(
    file: Path | str = FILE,
    *,
    where: str = "",
    policy: str | None = None,
    into: Path | str | None = None,
    run_on: str = "processes",
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Written:
    """Compare the settings of every repository that a selector means, and write what is to be set into a plan.

    What is prescribed is what the members' locks say, or a policy that is given or that the machine names. Raises what
    `fleet_status` does, SourceError for a policy that cannot be one, and ProjectError where the plan cannot be written.
    """
    file, meant = Path(file), selectors.parse(where)
    outside, said = policies.in_force(policy)
    day = today or datetime.now(UTC).date()
    found = survey(file, Asked(uuid4().hex, meant, day, policy=outside), run_on, notify)
    by_repository: dict[str, list[Seen]] = defaultdict(list)
    for one in found.seen:
        by_repository[one.standing.repository].append(one)
    progress = counter("Asking", len(by_repository), notify)

    def stands(repository: str) -> Stands:
        answer = _stands(found.forges, repository, by_repository[repository])
        progress(1)
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        rows = tuple(pool.map(stands, sorted(by_repository)))
    plan = settingsfile.identified(SettingsPlan("", scaffold.__version__, day.isoformat(), str(meant), rows))
    written = settingsfile.write(plan, Path(into) if into else file.absolute().parent / CAMPAIGNS)
    return Written(plan, written, (said, *found.notes) if said else found.notes)


def _stands(forges: Forges, repository: str, seen: list[Seen]) -> Stands:
    """Ask how one repository stands; what is wrong with it is said in the answer."""
    row = Stands(repository, tuple(one.standing.name for one in seen))
    if unread := [one.standing.why or one.standing.state for one in seen if one.standing.status is None]:
        return row._replace(why=unread[0])
    prescribed = together([one.forge for one in seen if one.forge is not None])
    if not prescribed.wanted:
        return row
    try:
        forge, path, branch = _at(forges, repository)
        settings = compare(prescribed, forge.settings(path, branch))
    except ForgeError as error:
        return row._replace(why=_told(error))
    return row._replace(branch=branch, settings=settings)


def _at(forges: Forges, repository: str) -> tuple[Forge, str, str]:
    """Return the forge of a repository, its path there and its default branch; raises ForgeError.

    That of a folder is where its remote is.
    """
    folder = Path(repository)
    place = place_of((remotes.origin(open_repository(folder)) or "") if folder.is_dir() else repository)
    if place is None:
        raise ForgeError(NOWHERE)
    forge = forges.of(place.host).forge
    return forge, place.path, forge.repository(place.path).default_branch


def fleet_settings_apply(
    plan: Path | str, file: Path | str = FILE, *, notify: Notify = lambda _: None
) -> SettingsApplied:
    """Set what was planned, where the forge still stands as it did then; what holds already is left alone.

    It can be repeated, and what is stricter meanwhile is never loosened. Raises FormatError for the plan or
    `fleet.yml`.
    """
    planned = settingsfile.read(Path(plan))
    forges = inventory.forges_of(Path(file))
    progress = counter("Setting", len(planned.to_set), notify)

    def done(row: Stands) -> Done:
        answer = _set(forges, row)
        progress(1)
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return SettingsApplied(planned.id, tuple(pool.map(done, planned.to_set)))


def _set(forges: Forges, row: Stands) -> Done:
    """Set one repository as planned; what is wrong with it is said in the answer."""
    done = Done(row.repository, row.projects)
    wanted = to_set(row.settings)
    prescribed = of({name: value for name, value in row.prescribed.wanted.items() if name in wanted})
    try:
        forge, path, branch = _at(forges, row.repository)
        now = compare(prescribed, forge.settings(path, branch))
        if branch != row.branch or _has_moved(now, row.settings):
            return done._replace(why=MOVED)
        return done._replace(settings=holding.held(forge, path, branch, prescribed, now))
    except ForgeError as error:
        return done._replace(why=_told(error))


def _has_moved(now: tuple[Compared, ...], then: tuple[Compared, ...]) -> bool:
    """Whether anything that would have to be set is not as it was; what somebody has set meanwhile, holds."""
    before = {one.setting: one.found for one in then}
    return any(one.state == "looser" and one.found != before[one.setting] for one in now)


def _told(error: ForgeError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
