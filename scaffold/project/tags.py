"""How the version that was applied stands to the versions that there are."""

from packaging.version import Version

from scaffold.project.opened import Project
from scaffold.sources.library import Library


def moved_tag(library: Library, project: Project) -> str:
    """Say that the tag of the version that was applied marks another commit now, or nothing."""
    recorded, wished = project.recorded, project.wishes
    if recorded.commit is None or (wished.blueprint, wished.source) != (recorded.blueprint, recorded.source):
        return ""
    marked = library.tag_commit(recorded.blueprint, recorded.version)
    if marked in (None, recorded.commit):
        return ""
    return (
        f"the tag of {recorded.blueprint} {recorded.version} was moved: it marked {recorded.commit[:10]} when it was "
        f"applied, and now {str(marked)[:10]}"
    )


def is_ahead(library: Library, project: Project, newest: Version) -> bool:
    """Whether what was applied comes after the newest version: a commit that has no release as yet."""
    commit = project.recorded.commit
    return commit is not None and Version(project.recorded.version) > newest and library.has_commit(commit)
