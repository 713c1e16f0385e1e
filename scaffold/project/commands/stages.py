"""Stages: have git's index hold the three sides of conflicts that were committed with their markers."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from scaffold import disk, lock
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Change, Operation
from scaffold.errors import FormatError, ProjectError
from scaffold.git.objects import Objects
from scaffold.lock import Lock
from scaffold.process import Notify
from scaffold.project.applying.changes import sides_of
from scaffold.project.commands.resolve import conflicts_in, places_of
from scaffold.project.conditions import Conditions, Person
from scaffold.project.opening import Project, open_at, open_project, place_at
from scaffold.project.planning.prepare import prepare
from scaffold.project.planning.prepared import Prepared
from scaffold.render.means import Means
from scaffold.report.results import Resolution, Resolved
from scaffold.tree import REGULAR, File

STAGES = "stages"


def lay_stages(
    paths: Iterable[Path | str],
    *,
    offline: bool = False,
    means: Means = Means(),
    notify: Notify = lambda _: None,
) -> Resolved:
    """Put base, yours and theirs of conflicts in files, or below folders, into git's index; no file is touched.

    They are those of the update that left them: it is planned again at the commit before it. Raises ScaffoldError with
    nothing written, also where it would come to others now.
    """
    places, start = places_of(paths)
    place = place_at(start)
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        project = open_project(place.root, place.repository)
        wanted = _unstaged(project, conflicts_in(project, places))
        if wanted:
            prepared = _planned_again(project, Conditions(offline, means=means), Person(notify=notify))
            _lay(project, prepared, wanted)
        left = open_project(place.root, place.repository).unresolved
    files = tuple(Resolution(path, 0, whole=False, deleted=False) for path in wanted)
    return Resolved(place.root, STAGES, files, tuple(sorted(left)))


def _unstaged(project: Project, paths: Iterable[str]) -> list[str]:
    """Return the conflicts that the index has no sides of; raises ProjectError for one that something is staged of."""
    repository, names = project.place.repository, {path: project.in_repository(path) for path in paths}
    staged, committed = repository.staged(names.values()), repository.entries(names.values())
    wanted = [path for path, name in names.items() if staged[name].keys() <= {0}]
    if edited := [path for path in wanted if staged[names[path]].get(0) != committed.get(names[path])]:
        raise ProjectError(
            f"git has something staged of {', '.join(edited)}",
            where=str(project.root),
            hint="commit it, or git restore --staged it",
        )
    return wanted


def _planned_again(project: Project, conditions: Conditions, person: Person) -> Prepared:
    """Plan the update that left the conflicts, from the commit that it was made at; raises ScaffoldError."""
    before = open_at(project.root, _commit_before(project))
    wished = project.recorded
    return prepare(before, conditions, person, to=wished.version, data=wished.answers)


def _commit_before(project: Project) -> str:
    """Return the newest commit, going back by first parents, whose lock knows nothing of the conflicts."""
    repository = project.place.repository
    commit, name = repository.head(), project.in_repository(lock.PATH)
    while commit and _has_conflicts(project.recorded, repository, commit, name):
        parents = repository.parents(commit)
        if not parents or not repository.has(parents[0]):
            raise ProjectError(
                "the commit before the update is not here", where=str(project.root), hint="git fetch --unshallow"
            )
        commit = parents[0]
    return commit or "HEAD"


def _has_conflicts(recorded: Lock, repository: Objects, commit: str, name: str) -> bool:
    content = repository.file(commit, name)
    try:
        known = lock.parse(content) if content is not None else None
    except FormatError:
        return False
    return known is not None and known.version == recorded.version and bool({*known.pending} & {*recorded.pending})


def _lay(project: Project, prepared: Prepared, wanted: list[str]) -> None:
    """Write the index, and a lock by which the files count as decided once they are added; undo takes it back."""
    place, planned = project.place, sides_of(prepared)
    _refuse_others(project, prepared.plan.lock_after, wanted)
    place.repository.store(side for path in wanted for side in planned[path].values())
    changes = []
    for path in wanted:
        here = disk.file_at(project.root, path)
        index = {stage: (side.mode, side.blob) for stage, side in planned[path].items()}
        changes.append(Change(path, here, here, index))
    opened = _decidable(project.recorded, wanted)
    if opened != project.recorded:
        known = disk.file_at(project.root, lock.PATH)
        changes.append(Change(lock.PATH, known, File(lock.dump(opened), known.mode if known else REGULAR), None))
    operation = Operation("resolve", f"resolve --{STAGES} {', '.join(wanted)}")
    record = transaction.stage(place, operation, changes, part_of=records.conflicted(place))
    with transaction.rolling_back(place, record):
        transaction.swap(place, record, changes)
    records.finish(place, record)


def _refuse_others(project: Project, planned: Lock, wanted: Iterable[str]) -> None:
    """Raise ProjectError where the update would leave other conflicts now than those that the lock knows."""
    then, now = _sides_in(project.recorded), _sides_in(planned)
    if other := [path for path in wanted if then.get(path) != now.get(path)]:
        raise ProjectError(
            f"what was merged for {', '.join(other)} is not known any more: the update would now do something else",
            where=str(project.root),
            hint="decide it in the file, then scaffold update --continue",
        )


def _sides_in(known: Lock) -> Mapping[str, tuple[str | None, str | None]]:
    """Return the ids of base and theirs of each conflict, by where the project has the file."""
    return {place: (known.files[path].blob, known.files[path].pending) for place, path in known.conflicts.items()}


def _decidable(known: Lock, places: Iterable[str]) -> Lock:
    files = dict(known.files)
    for path in (known.conflicts[place] for place in places):
        files[path] = files[path]._replace(open=False)
    return replace(known, files=files)
