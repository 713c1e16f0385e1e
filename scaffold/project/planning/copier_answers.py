"""What Copier wrote into its own answers file since, where that is kept up so that both tools work."""

from collections.abc import Mapping
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.equal import equal
from scaffold.lock import as_kept
from scaffold.project.opening import Project, read_ours
from scaffold.tree import File

MARK = b"_src_path"


def answers_since(project: Project) -> dict[str, Any]:
    """Return the answers that Copier's file now gives otherwise than the lock; raises FormatError for a damaged one."""
    for path, file in written_since(project).items():
        applied = project.recorded.answers
        found = only_answers(read_answers(str(project.root / path), file.content))
        return {name: value for name, value in found.items() if not equal(applied.get(name), as_kept(value))}
    return {}


def written_since(project: Project) -> dict[str, File]:
    """Return Copier's answers file by its path, where it is kept and no longer as scaffold wrote it."""
    recorded = project.recorded
    if not recorded.keep_copier:
        return {}
    locked = {path: entry for path, entry in recorded.files.items() if entry.owner == "locked"}
    files = read_ours(project, locked)
    return {p: file for p, file in files.items() if not locked[p].matches(file) and MARK in file.content}


def read_answers(where: str, content: bytes) -> dict[str, Any]:
    """Read Copier's answers file; raises FormatError for one that is no mapping."""
    found = yaml.load(content, where).data
    if not isinstance(found, dict):
        raise FormatError("Copier's answers file holds no answers", where=where)
    return found


def only_answers(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is an answer in it, and no note of Copier's own."""
    return {name: value for name, value in found.items() if not str(name).startswith("_")}
