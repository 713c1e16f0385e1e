"""A service stamped into a folder that is in use: an adoption by name, and what was missing is brought with it."""

from dataclasses import replace
from pathlib import Path

from scaffold import lock
from scaffold.errors import ProjectError
from scaffold.git.objects import find_repository
from scaffold.project.adoption.baseline import Baseline
from scaffold.project.adoption.ground import Ground
from scaffold.project.adoption.takeover import take_over
from scaffold.project.opening import FOLDER, place_of
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.exclusions import left_by_wish
from scaffold.project.planning.notes import notes_on_cases, notes_on_render
from scaffold.project.planning.plan import planned, target_of
from scaffold.project.planning.prepared import Prepared


def refuse_unfit_folder(root: Path) -> None:
    """Raise ProjectError for what is no folder, is a project already, or is in no repository to take it back from."""
    if not root.is_dir():
        raise ProjectError("a file of this name exists already", where=str(root), hint="name a folder")
    if (root / lock.PATH).exists():
        raise ProjectError("this is a scaffold project already", where=str(root / FOLDER), hint="see scaffold update")
    if find_repository(root) is None:
        raise ProjectError(
            "this folder exists already, and is in no git repository from which it could be taken back",
            where=str(root),
            hint="git init, git add -A and git commit first, or name a new folder",
        )


def prepare_in(baseline: Baseline) -> Prepared:
    """Plan to stamp into a folder beside what is there, of which nothing is written over; raises ScaffoldError."""
    taken = take_over(baseline, Ground(place_of(baseline.root, find_repository(baseline.root)).repository))
    project, rendered, adopted = taken.prepared.project, baseline.rendered, taken.plan.lock_after
    before = replace(adopted, files={path: locked for path, locked in adopted.files.items() if locked.blob})
    bases = Bases(project)
    unwanted = left_by_wish(project, before, baseline.release, rendered, baseline.means, bases)
    plan, there = planned(project, before, target_of(project, baseline.release, rendered), bases, unwanted)
    plan = replace(
        plan,
        lock_after=plan.lock_after.written_with(taken.prepared.wishes_file, says_more=not project.wishes.is_in_lock),
    )
    notes = (*baseline.notes, *notes_on_render(rendered, plan), *notes_on_cases(project, plan))
    return replace(taken.prepared, plan=plan, notes=notes, messages=rendered.messages, standing=there)
