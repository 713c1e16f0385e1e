"""From a render to a plan for one project: with what the team has moved, and what stands where that sends a file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import scaffold
from scaffold.answers.question import Answers
from scaffold.blueprint.guardrails import WAIVERS
from scaffold.blueprint.release import Release
from scaffold.lock import Lock, differing
from scaffold.merge.drivers import chosen
from scaffold.plan.actions import Plan, Waived
from scaffold.plan.decide import BLUEPRINT, Cause, by_answers
from scaffold.plan.inputs import Rerendered
from scaffold.plan.make import FindBase, Target, make
from scaffold.process.loading import later
from scaffold.project.opening import Project, as_stored
from scaffold.project.planning.exclusions import in_submodules, left, lock_without, without
from scaffold.project.planning.guardrails import decided, prescribed
from scaffold.project.planning.migrations import Migrations
from scaffold.project.planning.team_renames import follow_team, tracked
from scaffold.project.seen import Standing
from scaffold.render.engine import Rendered
from scaffold.sources.locate import BUILT_IN
from scaffold.tree import File

if TYPE_CHECKING:
    from scaffold.project.planning import waivers as waived
else:
    waived = later("scaffold.project.planning.waivers")


def new_lock(release: Release, source: str, answers: Answers, *, folder: str | None, keep_copier: bool = False) -> Lock:
    """Return the lock of a project that is to be stamped, as yet without files."""
    return Lock(
        scaffold=scaffold.__version__,
        blueprint=release.blueprint.name,
        source=source,
        version=release.version,
        commit=release.commit,
        answers=answers.recorded,
        files={},
        keep_copier=keep_copier,
        guardrails=decided(release, answers),
        forge=prescribed(release, answers),
        folder=folder,
    )


def target_of(
    project: Project, release: Release, rendered: Rendered, today: date | None = None, then: Rerendered | None = None
) -> Target:
    """Return what a release that was rendered would make of a project, as the project wants it merged."""
    wishes, folder = project.wishes, project.recorded.folder
    if folder is None and then is not None and _is_called_so(project.recorded, then):
        folder = project.root.name
    return Target(
        tree=rendered.tree,
        ownership=rendered.ownership,
        migrations=release.blueprint.migrations_of(project.recorded.blueprint),
        lock=new_lock(release, wishes.public, rendered.answers, folder=folder, keep_copier=wishes.keep_copier),
        drivers=chosen(release.blueprint.merge, wishes.merge),
        waived=_waived(project, today),
        rerendered=then,
        manner=project.manner,
        own=project.is_own,
        cause=_cause(project.recorded, release, rendered.answers),
    )


def _cause(before: Lock, release: Release, answers: Answers) -> Cause:
    """Tell what a project is to become other by: its answers alone, where the release is the one that was applied."""
    now = release.blueprint.name, release.version, release.commit
    is_fixed = release.commit is not None or before.source == BUILT_IN  # a plain folder changes under its version
    is_same = is_fixed and now == (before.blueprint, before.version, before.commit)
    names = differing(before.answers, answers.recorded) if is_same else []
    return by_answers(names) if names else BLUEPRINT


def _is_called_so(lock: Lock, then: Rerendered) -> bool:
    """Whether a file that holds the folder's name was stamped with the name that the folder has here."""
    files: Mapping[str, File] = then.tree or {}
    return any("folder" in f.inputs and path in lock.files and lock.files[path].matches(f) for path, f in files.items())


def _waived(project: Project, today: date | None) -> Mapping[str, Waived]:
    """Return what waivers allow; what reads them is loaded only where there are any."""
    if project.seen.standing([WAIVERS])[WAIVERS] is None:
        return {}
    return waived.waived(project, today)


def planned(
    project: Project,
    before: Lock,
    target: Target,
    bases: FindBase,
    unwanted: Mapping[str, str],
    migrations: Migrations | None = None,
) -> tuple[Plan, Standing]:
    """Plan the way from what stands now, with what submodules hold and what is `unwanted`, and why, put aside.

    Also returns what stood at the paths that the plan was made from, where no migrations did.
    """
    aside = {**in_submodules(project, before, target.tree), **unwanted}
    there: Standing = {} if migrations else project.seen.standing({*before.paths, *target.tree} - aside.keys())
    shared = replace(target, tree=without(target.tree, aside))
    plan, found = _through(project, lock_without(before, aside), shared, bases, migrations or there)
    return left(plan, before, {*target.tree, *unwanted}, aside), found


def _through(
    project: Project, before: Lock, target: Target, bases: FindBase, now: Migrations | Standing
) -> tuple[Plan, Standing]:
    """Plan the way through the template's migrations where it has some, else from what stands now."""
    if isinstance(now, Migrations):
        target = replace(target, migrations=(*target.migrations, now.moved))
        plan = _made(project, before, target, bases, now.ours)
        return now.finish(plan), {}
    plan = _made(project, before, target, bases, as_stored(project, now))
    # Where the team has moved a folder, new files go to paths that nobody has looked at as yet.
    unread = project.seen.standing([action.path for action in plan if action.path not in now and action.before is None])
    return (plan, now) if not any(unread.values()) else _through(project, before, target, bases, {**now, **unread})


def _made(project: Project, before: Lock, target: Target, bases: FindBase, ours: Mapping[str, File]) -> Plan:
    lock, files = follow_team(project, before, ours, bases)
    return make(lock, files, target, bases, lambda: tracked(project))
