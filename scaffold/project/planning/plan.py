"""From a target to a plan for one project: with what the team has moved, and what stands where that sends a file."""

from collections.abc import Mapping
from dataclasses import replace

from scaffold.lock import Lock
from scaffold.plan.actions import Plan
from scaffold.plan.make import FindBase, Target, make
from scaffold.project.opening import Project, as_stored
from scaffold.project.planning.exclusions import in_submodules, left, lock_without, without
from scaffold.project.planning.migrations import Migrations
from scaffold.project.planning.team_renames import follow_team, tracked
from scaffold.project.seen import Standing
from scaffold.tree import File


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
