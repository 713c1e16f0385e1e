"""What a plan was made from, looked at again once the repository is held: people are asked before that."""

from scaffold.errors import ProjectError
from scaffold.project.opening import Project, open_project
from scaffold.project.planning.prepared import Prepared


def refuse_changed(prepared: Prepared, head: str | None) -> None:
    """Raise ProjectError where the project is not as it was when the plan was made, from a commit at HEAD."""
    then = prepared.project
    now = open_project(then.root, then.repository)
    same = (_told(now), then.place.repository.head()) == (_told(then), head)
    if same:
        here = now.seen.standing(prepared.standing)
        same = all(file.same_as(here[path]) if file else here[path] is None for path, file in prepared.standing.items())
    if not same:
        raise ProjectError("the project was changed while this was planned", where=str(then.root), hint="run it again")


def _told(project: Project) -> tuple[object, ...]:
    return project.recorded, project.wishes_file.content, project.unresolved
