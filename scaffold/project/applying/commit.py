"""The commit of what was applied: by the user's own git, with its message, and what becomes of one that is refused."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from scaffold.apply import back
from scaffold.apply import record as records
from scaffold.apply.record import Place, Record
from scaffold.errors import GitError, ProjectError
from scaffold.git import hooks, porcelain
from scaffold.git.objects import Objects
from scaffold.project.opening import Project


class Committed(NamedTuple):
    """The commit that was made, if one was, and what there is to say of it."""

    commit: str | None = None
    notes: tuple[str, ...] = ()


NOTHING = Committed()


def hooks_of_template(root: Path, paths: Iterable[str], *, trusted: bool) -> tuple[str, ...]:
    """Return a note where a commit is to run no hooks, since a template has written some of them."""
    brought = () if trusted else hooks.brought(root, paths)
    written = f"no hooks ran in the commit, for the template has written what git takes for one: {', '.join(brought)}"
    return (f"{written} (read that; with --trust they run)",) if brought else ()


def commit_applied(place: Place, message: str, record: Record) -> Committed:
    """Commit what was applied; raises GitError where a hook refuses, and then it stays staged."""
    repository = place.repository
    paths = [place.in_repository(step.path) for step in record.steps if step.index_before is not None]
    differing = repository.differing()
    if not differing & set(paths):
        records.save(record._replace(state="done", commits=False, message=""))  # whoever made the commit
        return NOTHING
    if not record.commits:  # it was refused before, and is tried once more
        record = records.save(record._replace(state="committing", commits=True))
    whole = records.last(place) or record  # of which this may be but the last part
    brought = {step.path for step in (*whole.steps, *record.steps) if step.before != step.after}
    notes = hooks_of_template(repository.root, map(place.in_repository, sorted(brought)), trusted=whole.trusted)
    edited = {*back.edited_since(place, record)}
    try:
        _commit(repository, paths, message, alone=differing <= set(paths), hooks=not notes)
    except BaseException as error:  # refused by a hook, or broken off: what is committed now is not ours
        records.save(record._replace(state="done", commits=False, message=message))  # status goes on saying so
        made = [path for path in back.edited_since(place, record) if path not in edited]
        if made and isinstance(error, GitError):
            raise GitError(error.message, where=error.where, hint=_after_hook(made)) from error
        raise
    back.committed(place, record)
    return Committed(repository.head(), notes)


def commit_refused(project: Project) -> Committed:
    """Make the commit of the last update once more, where it was refused or broken off and is still to be made."""
    refused = None if project.recorded.pending else records.uncommitted(project.place)
    written = records.newest(project.place) if refused else None
    return commit_applied(project.place, written.message, written) if written else NOTHING


def _commit(repository: Objects, paths: Iterable[str], message: str, *, alone: bool, hooks: bool) -> None:
    hint = "the change is staged: mend what it says and run git commit, or take it back with scaffold undo"
    if alone:
        porcelain.commit_index(repository.root, message, hint, hooks=hooks)
        return
    # Something else is staged, and stays so.
    staged, at_head = repository.staged(paths), repository.entries(paths)
    known = [path for path in paths if staged[path] or path in at_head]
    _refuse_edited(repository, known)
    porcelain.commit_paths(repository.root, known, message, hint, hooks=hooks)


def _after_hook(paths: list[str]) -> str:
    return (
        f"the hook has changed {', '.join(paths)}: git add that and run git commit, "
        "or take it all back with scaffold undo --force"
    )


def _refuse_edited(repository: Objects, names: Iterable[str]) -> None:
    """Raise ProjectError for edits that nobody has staged: beside other staged work, git would commit them as well."""
    if edited := sorted(porcelain.edited(repository.root, names)):
        raise ProjectError(
            f"other files are staged, and these were edited since: {', '.join(edited)}",
            where=str(repository.root),
            hint="git add what belongs to the update, commit or unstage the rest, and run it again",
        )
