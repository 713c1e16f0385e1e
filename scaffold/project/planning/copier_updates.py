"""A project that Copier keeps up too: what its answers file is called, and which version it has come to by Copier."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scaffold.errors import ProjectError, ScaffoldError
from scaffold.lock import Lock, Locked
from scaffold.plan.make import Target, make
from scaffold.project.opening import Project, read_ours
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.copier_answers import MARK, only_answers, read_answers, written_since
from scaffold.project.stamp import stamp_again, surroundings_in
from scaffold.render.engine import Rendered, before_questions
from scaffold.render.means import Means
from scaffold.sources.library import Library


def kept_name(project: Project, library: Library) -> str:
    """Return what Copier's answers file is kept as, where the template calls it otherwise; empty else."""
    recorded = project.recorded
    if not recorded.keep_copier:
        return ""
    locked = [path for path, entry in recorded.files.items() if entry.owner == "locked"]
    kept = next((path for path, file in read_ours(project, locked).items() if MARK in file.content), "")
    try:
        release = library.release(recorded.blueprint, recorded.ref)
        usual = before_questions(release, recorded.answers, surroundings_in(project)).answers_file
    except ScaffoldError:  # that version cannot be had any more
        return kept
    return kept if kept != usual else ""


def brought_by_copier(project: Project, library: Library, means: Means) -> Project:
    """Return the project with the lock of the version that Copier has updated it to since, else as it is.

    That version is rendered as it was, so that what Copier brought is no edit of the team's. Raises ProjectError.
    """
    for path, file in written_since(project).items():
        found = read_answers(str(project.root / path), file.content)
        applied = Bases(project, lambda: library, means)(path, project.recorded.files[path])
        before = read_answers(str(project.root / path), applied).get("_commit") if applied else None
        if (now := found.get("_commit")) not in (None, before):
            return replace(project, recorded=_locked_at(project, path, str(now), only_answers(found), library, means))
    return project


def _locked_at(
    project: Project, path: str, commit: str, answers: Mapping[str, Any], library: Library, means: Means
) -> Lock:
    """Return the lock as if scaffold had made the update to a version; raises ProjectError where it cannot be read."""
    lock = project.lock
    try:
        release = library.release(lock.blueprint, commit)
        rendered = stamp_again(project, release, answers, means._replace(skip_tasks=True))
    except ScaffoldError as error:
        raise ProjectError(
            f"Copier has brought the project to {commit}, which cannot be rendered again: {error.message}",
            where=str(project.root / path),
            hint="give the template where it has that version, or put this file back from git to go by the lock alone",
        ) from error
    after = replace(lock, version=release.version, commit=release.commit, answers=answers)
    made_by_tasks = any(layer.settings.tasks for layer in release.layers)
    return replace(after, files=_entries(project, after, rendered, made_by_tasks=made_by_tasks))


def _entries(project: Project, lock: Lock, rendered: Rendered, *, made_by_tasks: bool) -> dict[str, Locked]:
    target = Target(tree=rendered.tree, ownership=rendered.ownership, migrations=(), lock=lock)
    entries = dict(make(replace(lock, files={}), {}, target, lambda _path, _locked: None).lock_after.files)
    for path, known in lock.files.items():
        if path in entries:
            entries[path] = entries[path]._replace(at=known.at)
            if entries[path].owner == "seeded":  # what was given once stays the base
                entries[path] = entries[path]._replace(blob=known.blob, mode=known.mode)
        elif made_by_tasks and read_ours(project, [path]):  # tasks are not run for a base
            entries[path] = known
    return entries
