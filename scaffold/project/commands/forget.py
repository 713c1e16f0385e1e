"""Forget: take back what was decided in conflicts before, so that the next update asks again."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.errors import ProjectError
from scaffold.lock import Locked
from scaffold.plan.actions import Plan
from scaffold.project.applying.folder import carry_out
from scaffold.project.commands.resolve import places_of
from scaffold.project.opening import Project, open_project, place_at
from scaffold.project.planning.prepared import Prepared
from scaffold.report.results import Resolution, Resolved

FORGET = "forget"


def forget(paths: Iterable[Path | str]) -> Resolved:
    """Take back what was decided in files, or below folders; raises ProjectError where nothing was, or one is open."""
    places, start = places_of(paths)
    place = place_at(start)
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(place.root, place.repository)
        if project.recorded.pending:
            hint = "finish it with scaffold update --continue, or take it back with scaffold update --abort"
            raise ProjectError("an update with conflicts is not finished", where=str(place.root), hint=hint)
        wanted = {path for one in places for path in _decided(project, one)}
        said = ", ".join(sorted(project.recorded.files[path].at or path for path in wanted))
        files = {p: _forgotten(e) if p in wanted else e for p, e in project.recorded.files.items()}
        plan = Plan(actions=(), lock_before=project.recorded, lock_after=replace(project.recorded, files=files))
        carry_out(
            Prepared(project, plan, project.wishes_file.content), FORGET, f"resolve --forget {said}", message=None
        )
    found = ((locked.at or path, locked.decided) for path, locked in project.recorded.files.items() if path in wanted)
    taken = tuple(Resolution(path, len(decided), whole=False, deleted=False) for path, decided in sorted(found))
    return Resolved(place.root, FORGET, taken, ())


def _decided(project: Project, place: Path) -> set[str]:
    """Return the files that a place names in which something was decided; raises ProjectError for none."""
    if not place.is_relative_to(project.root):
        raise ProjectError("this is not in the project", where=str(place), hint=f"the project is {project.root}")
    name = place.relative_to(project.root).as_posix()
    known = {path: locked.at or path for path, locked in project.recorded.files.items() if locked.decided}
    below = "" if name == "." else f"{name}/"
    found = {path for path, here in known.items() if here == name or here.startswith(below)}
    if not found:
        hint = f"that was in: {', '.join(sorted(known.values()))}" if known else "nor was it anywhere in this project"
        raise ProjectError("nothing was decided here in a conflict before", where=str(place), hint=hint)
    return found


def _forgotten(locked: Locked) -> Locked:
    held = (place for one in locked.decided for place in one.held)
    return locked._replace(decided=(), asked=locked.asked | frozenset(held))
