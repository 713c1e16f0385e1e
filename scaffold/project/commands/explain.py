"""Explain: where a file, or a line of it, comes from and who owns it."""

from pathlib import Path

from scaffold.blueprint.globs import globs
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.ownership import spell
from scaffold.errors import ProjectError
from scaffold.guard.chosen import choose
from scaffold.guard.readers.places import resolved
from scaffold.guard.rule import Rule
from scaffold.lock import DROPPED, Locked
from scaffold.merge.markers import split
from scaffold.merge.text import edits
from scaffold.project.commands.check import find_plugin
from scaffold.project.opening import FOLDER, Project, open_at, read_ours
from scaffold.project.planning.bases import Bases
from scaffold.report.results import Explanation
from scaffold.tree import File

MEANING = {
    "locked": "the platform's; a local edit is drift, and the next update puts it back",
    "managed": "shared; your edits and the blueprint's changes are merged",
    "seeded": "yours; it was given once, and updates leave it alone",
    "own": "yours; the team has made it its own in .scaffold/answers.yml, and scaffold own --back takes that back",
    "none": "yours; it does not come from the blueprint",
    "scaffold": "scaffold's own; it writes it, and you may edit the answers in answers.yml",
}


def explain(path: Path | str, *, revision: str | None = None) -> Explanation:
    """Explain `PATH` or `PATH:LINE`, as it stands or at a commit; raises ProjectError where there is no such file."""
    written, line = _split(str(path))
    place = Path(written).absolute()
    project = open_at(place.parent, revision)
    if project.has_folder and place.is_dir():
        raise ProjectError("this is a folder", where=str(place), hint="name a file in it")
    name = (place.parent.resolve() / place.name).relative_to(project.root.resolve()).as_posix()
    files = project.lock.files
    path = name if name in files else next((one for one, moved in files.items() if moved.at == name), name)
    locked = files.get(path)
    file = read_ours(project, [name]).get(name)
    if locked is None and file is None:
        raise ProjectError("there is no such file, and the blueprint has none", where=str(place))
    is_own = locked is not None and project.owns(path, locked)
    owner = locked.owner if locked else ("scaffold" if name.startswith(f"{FOLDER}/") else "none")
    return Explanation(
        path=name,
        blueprint=project.lock.blueprint,
        version=project.lock.version,
        template=locked.origin if locked else None,
        ownership="seeded" if is_own else owner,
        meaning=MEANING["own" if is_own else owner],
        state=_state(project, name, locked, file),
        keys={spell(key): owned_by for key, (owned_by, _) in locked.keys.items()} if locked else {},
        line=line,
        line_from=None if line is None else _line_from(project, name, locked, file, line),
        dropped=locked is not None and locked.pending == DROPPED,
        rules=_rules(project, name, locked),
        own=is_own,
        decided=locked.decided if locked else (),
    )


def _rules(project: Project, path: str, locked: Locked | None) -> dict[str, str]:
    """Return the rules that look at a file, id to title."""
    owned = {"LK-01": locked is not None and locked.owner == "locked", "LK-02": _has_locked_keys(locked)}
    chosen = choose(project.recorded.guardrails or Guardrails(), find_plugin)
    looking = (one.rule for one in chosen if one.applies and owned.get(one.rule.id, _looks_at(one.rule, path)))
    return {rule.id: rule.title for rule in looking}


def _looks_at(rule: Rule, path: str) -> bool:
    return bool(rule.files) and globs(resolved(rule.files)).matches(path)


def _has_locked_keys(locked: Locked | None) -> bool:
    return locked is not None and any(owner == "locked" for owner, _ in locked.keys.values())


def _split(path: str) -> tuple[str, int | None]:
    before, _, after = path.rpartition(":")
    if before and after.isdecimal() and not Path(path).exists():
        return before, int(after)
    return path, None


def _state(project: Project, path: str, locked: Locked | None, file: File | None) -> str:
    if locked is None:
        return "as written" if path.startswith(f"{FOLDER}/") else "yours"
    if path in project.unresolved:
        return "conflict"
    if file is None:
        return "deleted"
    return "as stamped" if locked.matches(file) else "edited"


def _line_from(project: Project, path: str, locked: Locked | None, file: File | None, line: int) -> str:
    lines = split(file.content) if file else []
    if not 1 <= line <= len(lines):
        raise ProjectError(f"{path} has {len(lines)} lines", where=f"{path}:{line}")
    if locked is None:
        return "yours"
    base = Bases(project)(path, locked)
    if base is None:
        return "unknown: what was stamped cannot be found"
    edited = any(edit.new_start < line <= edit.new_end for edit in edits(base, file.content if file else b""))
    return "yours" if edited else "the blueprint's"
