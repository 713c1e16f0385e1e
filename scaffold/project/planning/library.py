"""A project's library: opened, and how the version that was applied stands to those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from scaffold.errors import ProjectError, ScaffoldError
from scaffold.sources.library import AS_IT_STANDS
from scaffold.sources.locate import Tracked, locate
from scaffold.sources.versions import is_another
from scaffold.templating.limits import UNLIMITED, Limits

if TYPE_CHECKING:
    from scaffold.process import Notify
    from scaffold.project.opening import Project
    from scaffold.sources.library import Library


def library_of(
    project: Project, notify: Notify, *, offline: bool, prereleases: bool = False, limits: Limits = UNLIMITED
) -> Library:
    """Open the library that a project's next update comes from; raises SourceError."""
    return locate(
        project.wishes.source,
        base=project.root,
        offline=offline,
        prereleases=prereleases,
        limits=limits,
        notify=notify,
        tracked=Tracked(project.recorded.blueprint, project.wishes.follow),
    )


def moved_tag(library: Library, project: Project) -> str:
    """Say that the tag of the version that was applied marks another commit now, or nothing."""
    recorded, wished = project.recorded, project.wishes
    if recorded.commit is None or (wished.blueprint, wished.public) != (recorded.blueprint, recorded.source):
        return ""
    marked = library.tag_commit(recorded.blueprint, recorded.version)
    if marked in (None, recorded.commit):
        return ""
    return (
        f"the tag of {recorded.blueprint} {recorded.version} was moved: it marked {recorded.commit[:10]} when it was "
        f"applied, and now {str(marked)[:10]}"
    )


def is_ahead(library: Library, project: Project, newest: Version) -> bool:
    """Whether what was applied comes after the newest version: a commit, or files, that have no release as yet.

    One that was released, and whose tag is gone, is called otherwise by its source now.
    """
    recorded = project.recorded
    if Version(recorded.version) <= newest:
        return False
    try:
        return library.release(recorded.blueprint, recorded.commit or AS_IT_STANDS).version == recorded.version
    except ScaffoldError:
        return False


def next_version(library: Library, project: Project, *, recopy: bool) -> str | None:
    """Return the version to go to where none was named (None: the newest); raises ProjectError rather than go back."""
    name, recorded = project.wishes.blueprint, project.recorded
    applied = Version(recorded.version)
    if name != recorded.blueprint:
        return None
    if moved := moved_tag(library, project):
        hint = "see what changed between the two, and accept it with --to and that version"
        raise ProjectError(moved, where=str(project.root), hint=hint)
    newest = library.newest(name)
    gone = recorded.commit and project.wishes.public == recorded.source and not library.has_commit(recorded.commit)
    if gone and not recopy:
        raise ProjectError(
            f"the history of {library.address} was rewritten: it has no commit {str(recorded.commit)[:10]} any more, "
            f"from which {applied} was applied",
            where=str(project.root),
            hint=f"see what it holds now, and accept it with --to {newest}",
        )
    if newest == applied or is_another(applied, newest):
        return None
    if is_ahead(library, project, newest):
        return recorded.commit or AS_IT_STANDS
    if applied in library.versions(name):
        return str(applied)  # also one that is withdrawn: an update never goes back by itself
    raise ProjectError(
        f"the newest {name} in {library.address} is {newest}, and the project is at {applied}",
        where=str(project.root),
        hint="use a newer library, or go back with --to",
    )
