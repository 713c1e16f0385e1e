"""What Copier's answers file is kept as, where that is kept up and another name was given for it."""

from scaffold.errors import ScaffoldError
from scaffold.project.opening import Project, read_ours
from scaffold.project.planning.copier_answers import MARK
from scaffold.project.stamp import surroundings_in
from scaffold.render.engine import before_questions
from scaffold.sources.library import Library


def kept_name(project: Project, library: Library) -> str:
    """Return what Copier's answers file is kept as, where the template calls it otherwise; empty else."""
    recorded = project.recorded
    if not recorded.keep_copier:
        return ""
    locked = [path for path, entry in recorded.files.items() if entry.owner == "locked"]
    kept = next((path for path, file in read_ours(project, locked).items() if MARK in file.content), "")
    try:
        release = library.release(recorded.blueprint, recorded.commit or recorded.version)
        usual = before_questions(release, recorded.answers, surroundings_in(project)).answers_file
    except ScaffoldError:  # that version cannot be had any more
        return kept
    return kept if kept != usual else ""
