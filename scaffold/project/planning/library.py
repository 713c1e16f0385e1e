"""How the version that was applied stands to the versions that there are."""

from packaging.version import Version

from scaffold.errors import ScaffoldError
from scaffold.project.opening import Project
from scaffold.sources.library import AS_IT_STANDS, Library


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
