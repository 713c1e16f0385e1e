"""Whether the version that was applied is still what its tag says."""

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
