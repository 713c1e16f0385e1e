"""From a target to a plan for one project: with what the team has moved, and what stands where that sends a file."""

from collections.abc import Mapping
from dataclasses import replace

from scaffold.lock import Lock
from scaffold.plan.actions import Plan
from scaffold.plan.make import FindBase, Target, make
from scaffold.project.migrate import Migrations
from scaffold.project.moved import follow_team, tracked
from scaffold.project.opened import Project, Standing, as_stored, standing
from scaffold.tree import File


def planned(
    project: Project, before: Lock, target: Target, bases: FindBase, now: Migrations | Standing
) -> tuple[Plan, Standing]:
    """Plan the way from what stands now, through the template's migrations where it has some.

    Also returns what stood at the paths that the plan was made from.
    """
    if isinstance(now, Migrations):
        target = replace(target, migrations=(*target.migrations, now.moved))
        plan = _made(project, before, target, bases, now.ours)
        return now.finish(plan), {}
    plan = _made(project, before, target, bases, as_stored(project, now))
    # Where the team has moved a folder, new files go to paths that nobody has looked at as yet.
    unread = standing(project, [action.path for action in plan if action.path not in now and action.before is None])
    return (plan, now) if not any(unread.values()) else planned(project, before, target, bases, {**now, **unread})


def _made(project: Project, before: Lock, target: Target, bases: FindBase, ours: Mapping[str, File]) -> Plan:
    lock, files = follow_team(project, before, ours, bases)
    return make(lock, files, target, bases, lambda: tracked(project))
