"""Own: a team makes files of the blueprint its own, so that updates leave them alone, or takes that back."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from scaffold.answers import file as answers_file
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.blueprint.ownership import Owner
from scaffold.blueprint.patterns import matcher, pattern_of, with_pattern
from scaffold.errors import ProjectError
from scaffold.formats import edit
from scaffold.git.objects import find_repository
from scaffold.lock import Locked
from scaffold.plan.actions import Plan
from scaffold.project.applying.folder import carry_out
from scaffold.project.opening import Project, find_root, open_project, place_of, read_ours
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.prepared import Prepared
from scaffold.project.planning.team_renames import follow_team
from scaffold.report.results import Owned


class Known(NamedTuple):
    """What the blueprint brings: the files, the path of each by where the project has it, and what is not here yet."""

    files: Mapping[str, Locked]
    paths: Mapping[str, str]
    missing: tuple[str, ...]

    def matching(self, patterns: tuple[str, ...]) -> set[str]:
        """Return where the files are that the patterns match, by their place or else by their path."""
        matches = matcher(patterns)
        return {place for place, path in self.paths.items() if matches(place, path)}

    def with_owner(self, owner: Owner, places: Iterable[str]) -> set[str]:
        """Return those of some places whose file has an owner."""
        return {place for place in places if self.files[self.paths[place]].owner == owner}


def own(paths: Iterable[Path | str], *, back: bool = False) -> Owned:
    """Make files, folders or patterns of managed files the team's own, or with `back` the blueprint's again.

    Raises ProjectError for what the blueprint does not bring, and for what is locked.
    """
    places = [_place(Path(path)) for path in paths]
    if not places:
        raise ProjectError("no path was named", hint="name files, a folder, or a pattern in quotes")
    root = find_root(next(folder for folder in (places[0], *places[0].parents) if folder.is_dir()))
    if outside := [place for place in places if not place.is_relative_to(root)]:
        raise ProjectError("this is not in the project", where=str(outside[0]), hint=f"the project is {root}")
    place = place_of(root, find_repository(root))
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(root, place.repository)
        if project.recorded.pending:
            hint = "finish it with scaffold update --continue, or take it back with scaffold update --abort"
            raise ProjectError("an update with conflicts is not finished", where=str(root), hint=hint)
        known = _known(project)
        patterns = project.wishes.own
        named: set[str] = set()
        for one in places:
            pattern, files = _asked(root, known, one, back=back)
            patterns = _changed(known, patterns, pattern, files, back=back)
            named |= files
        if patterns != project.wishes.own:
            said = ", ".join(place.relative_to(root).as_posix() for place in places)
            _carry_out(project, patterns, f"own {'--back ' if back else ''}{said}")
    keys = {place: known.files[known.paths[place]].keys for place in sorted(named)}
    held = tuple(place for place in keys if any(owner == "locked" for owner, _ in keys[place].values()))
    return Owned(root, tuple(sorted(named)), patterns, back=back, held=held)


def _place(path: Path) -> Path:
    """Return where a path is; a link at its end is not followed, for the link may be what is meant."""
    place = Path(os.path.abspath(path))  # noqa: PTH100
    return place.parent.resolve() / place.name


def _known(project: Project) -> Known:
    """Return what the blueprint brings by where it is now, also where the team has only just moved it."""
    lock = project.lock
    lock, files = follow_team(project, lock, read_ours(project, lock.paths), Bases(project))
    return Known(lock.files, {lock.place_of(path, files): path for path in lock.files}, lock.missing)


def _asked(root: Path, known: Known, place: Path, *, back: bool) -> tuple[str, set[str]]:
    """Return the pattern for what was named, and the managed files that it is about.

    Raises ProjectError where there are none.
    """
    name = place.relative_to(root).as_posix()
    pattern = _pattern(known, name)
    try:
        found = known.matching((pattern,))
    except ValueError as error:
        raise ProjectError("this is no pattern as in .gitignore", where=str(place)) from error
    if not found and name in known.missing:
        hint = "scaffold update brings it; where you delete it then, it stays away"
        raise ProjectError("the blueprint has this file, and the project does not yet", where=str(place), hint=hint)
    if not found:
        hint = "it is yours already, or there is no such file: scaffold explain says where a file comes from"
        raise ProjectError("the blueprint brings no such file", where=str(place), hint=hint)
    managed = known.with_owner("managed", found)
    if not managed:
        locked = known.with_owner("locked", found)
        if locked and not back:
            what = f"{min(locked)} is locked: it is the platform's, and cannot be the team's own"
            raise ProjectError(what, where=str(place), hint="scaffold waive writes an exception to a rule down")
        hint = "it was given once, and updates leave it alone"
        raise ProjectError("there is nothing here that the blueprint and the team share", where=str(place), hint=hint)
    return pattern, managed


def _pattern(known: Known, name: str) -> str:
    """Return the pattern for a file, else for a folder of files; what is neither is taken for a pattern itself."""
    if name == ".":
        return "*"
    names = {*known.paths, *known.files}
    if name in names:
        return pattern_of(name)
    if any(path.startswith(f"{name}/") for path in names):
        return f"{pattern_of(name)}/"
    return f"/{name}"


def _changed(
    known: Known, own: tuple[str, ...], pattern: str, files: Collection[str], *, back: bool
) -> tuple[str, ...]:
    """Return the patterns that hold with files made the team's own, or with `back` given back."""
    *left, said = with_pattern(own, f"!{pattern}" if back else pattern)
    already = known.matching(tuple(left))
    done = already.isdisjoint(files) if back else already.issuperset(files)
    return tuple(left) if done else (*left, said)


def _carry_out(project: Project, patterns: tuple[str, ...], what: str) -> None:
    """Write the patterns among the answers, as an operation that can be taken back."""
    content = edit.sync_list(answers_file.PATH, project.wishes_file.content, "own", patterns)
    recorded = replace(project.recorded, answers_file=None)
    plan = Plan(actions=(), lock_before=project.recorded, lock_after=recorded)
    carry_out(Prepared(project, plan, content), "own", what, message=None)
