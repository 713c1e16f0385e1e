"""Status: behind, drifted, conflicts left, answers edited. Needs no rendering."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from scaffold.apply import beside, transaction
from scaffold.apply import record as records
from scaffold.blueprint.guardrails import WAIVERS
from scaffold.errors import ScaffoldError
from scaffold.git.objects import find_repository
from scaffold.lock import differing
from scaffold.plan.drift import Drift, drifts, watched
from scaffold.process.loading import later
from scaffold.project.offers import offers_for
from scaffold.project.opening import Project, open_at, place_of, read_ours, read_readable
from scaffold.project.planning.copier_answers import answers_since, written_since
from scaffold.project.planning.library import is_ahead, library_of, moved_tag
from scaffold.report.standing import Status
from scaffold.sources.versions import is_another

if TYPE_CHECKING:
    from scaffold.guard.waivers import Stood
    from scaffold.process import Notify
    from scaffold.project import snapshots
    from scaffold.project.commands import check as checking
    from scaffold.project.planning import prepare
    from scaffold.report.checked import Checked
    from scaffold.sources.library import Library
else:
    checking = later("scaffold.project.commands.check")
    prepare = later("scaffold.project.planning.prepare")
    snapshots = later("scaffold.project.snapshots")


def status(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    offline: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Status:
    """Look at the project at or above a folder; raises ProjectError, FormatError or GitError.

    `today` decides which waivers hold. `revision` names a commit instead of the files as they stand; a bare repository
    is seen at HEAD without one.
    """
    try:
        project = open_at(Path(directory), revision)
    except ScaffoldError:
        _clean_up(Path(directory).resolve())
        raise
    if project.has_folder:
        _clean_up(project.root)
    return status_of(project, offline=offline, today=today, notify=notify)._replace(offers=offers_for(project))


def status_of(
    project: Project,
    *,
    library: Library | None = None,
    offline: bool = False,
    today: date | None = None,
    checked: Checked | None = None,
    notify: Notify = lambda _: None,
) -> Status:
    """Say how a project stands that is open, by a library that is open too or by its own.

    What was `checked` of it for that day already need not be looked at again. Raises FormatError or GitError.
    """
    latest, behind, notes, ahead, withdrawn = _latest(project, library, offline=offline, notify=notify)
    waivers, waived, said = _waivers(project, today, checked)
    notes = (*notes, *said)
    by_copier = written_since(project)
    if by_copier:
        notes = (*notes, f"Copier has written {', '.join(by_copier)}: scaffold update takes over what it says")
    edited = differing(project.recorded.answers, project.wishes.answers)
    pause, day = project.wishes.updates, today or datetime.now(UTC).date()
    return Status(
        root=project.root,
        blueprint=project.recorded.blueprint,
        source=project.wishes.public,
        version=project.recorded.version,
        latest=None if latest is None else str(latest),
        behind=behind,
        ahead=ahead,
        withdrawn=withdrawn,
        drift=tuple(
            drift
            for drift in find_drift(project)
            if drift.path not in by_copier and (drift.path, drift.key) not in waived
        ),
        conflicts=tuple(sorted(project.unresolved)),
        edited_answers=(
            *_edited_source(project),
            *edited,
            *(answers_since(project) if by_copier else ()),
        ),
        interrupted=_interrupted(project),
        notes=notes,
        unfinished=_is_resolved(project),
        uncommitted=_uncommitted(project),
        waivers=waivers,
        own=tuple(locked.at or path for path, locked in project.lock.files.items() if project.owns(path, locked)),
        missing=_missing(project),
        unlike=_unlike(project),
        files=len({*project.lock.files, *project.lock.missing}),
        paused=pause if pause and pause.lasts(day) else None,
        refused=_refused(project, library, offline=offline, notify=notify) if edited else "",
    )


def _refused(project: Project, library: Library | None, *, offline: bool, notify: Notify) -> str:
    """Say why an update would refuse an edited answer; the questions are read only where one was edited."""
    with suppress(ScaffoldError):  # why the library cannot be read is said already
        return str(prepare.refused_answer(project, library or library_of(project, notify, offline=offline)) or "")
    return ""


def _uncommitted(project: Project) -> str:
    if project.repository is None or project.recorded.pending or not project.has_folder:
        return ""
    record = records.uncommitted(project.place)
    return record.what if record else ""


def _missing(project: Project) -> tuple[str, ...]:
    """Return what an adoption did not find, and the next update brings: nobody has made it, or wants to go without."""
    wanted = [path for path in project.lock.missing if not project.is_own(path, path)]
    there = read_readable(project, wanted)
    return tuple(path for path in wanted if path not in there)


def _unlike(project: Project) -> tuple[str, ...]:
    """Return the files that an adoption found to be the team's own, which the next update merges by key."""
    without = {path: one for path, one in project.lock.files.items() if one.blob is None and one.pending is None}
    places = [one.at or path for path, one in without.items() if not project.owns(path, one)]
    return tuple(sorted(read_readable(project, places)))


class Granted(NamedTuple):
    """How the waivers stand, the drift that they cover, and what is to be said of those that are none."""

    waivers: tuple[Stood, ...] = ()
    drift: frozenset[tuple[str | None, str | None]] = frozenset()
    notes: tuple[str, ...] = ()


def _waivers(project: Project, today: date | None, checked: Checked | None) -> Granted:
    """Look at the waivers; the rules are loaded and asked only where there are any."""
    if project.seen.standing([WAIVERS])[WAIVERS] is None:
        return Granted()
    checked = checked or checking.judged(snapshots.view(project), today or datetime.now(UTC).date())
    waived = ((finding.path, finding.key) for finding in checked.findings if finding.waiver)
    bad = [finding for finding in checked.findings if finding.path == WAIVERS and finding.state == "fail"]
    notes = tuple(f"{WAIVERS}:{finding.line}: {finding.message}" for finding in bad)
    return Granted(checked.waivers, frozenset(waived), notes)


def _edited_source(project: Project) -> tuple[str, ...]:
    recorded, wished = project.recorded, project.wishes
    edited = {"blueprint": recorded.blueprint != wished.blueprint, "source": recorded.source != wished.public}
    return tuple(name for name, differs in edited.items() if differs)


def find_drift(project: Project) -> tuple[Drift, ...]:
    """Return every locked file and key that differs from what the lock says."""
    files = read_ours(project, watched(project.lock))
    return tuple(drifts(project.lock, files.get))


class Latest(NamedTuple):
    """The newest version, whether that is one to go to (None: nobody can say), and what else is to be said.

    `ahead`: what was applied comes after it. `withdrawn` says that what was applied is, and why.
    """

    version: Version | None
    behind: bool | None
    notes: tuple[str, ...] = ()
    ahead: bool = False
    withdrawn: str = ""


def _latest(project: Project, library: Library | None, *, offline: bool, notify: Notify) -> Latest:
    recorded, wishes = project.recorded, project.wishes
    try:
        library = library or library_of(project, notify, offline=offline)
        newest, moved = library.newest(wishes.blueprint), moved_tag(library, project)
        applied = Version(recorded.version)
        said = library.notices(recorded.blueprint, applied)
        withdrawn = _withdrawn(library, recorded.blueprint, applied) if said else ""
        notes = tuple(note for note in (library.note, moved, *said) if note and note != withdrawn)
        if recorded.blueprint != wishes.blueprint or moved or is_another(applied, newest):
            return Latest(newest, True, notes, withdrawn=withdrawn)
        if newest == applied or applied in library.versions(wishes.blueprint):
            return Latest(newest, False, notes, withdrawn=withdrawn)
        if is_ahead(library, project, newest):
            return Latest(newest, False, notes, ahead=True)
    except ScaffoldError as error:
        return Latest(None, None, (f"whether it is behind is unknown: {error}",))
    gone = f"whether it is behind is unknown: the newest version is {newest}, and {applied} is there no more"
    return Latest(newest, None, (*notes, gone))


def _withdrawn(library: Library, name: str, applied: Version) -> str:
    """Say that a version is withdrawn as the library stands now, or nothing."""
    now = library.now(name)
    return now.outlived(applied) if now is not None and applied in now.withdrawn else ""


def _is_resolved(project: Project) -> bool:
    """Whether the last update waits only for being finished, by `--continue` or by the person's own commit.

    That leaves the lock pending, and where the update is to be committed, without that commit.
    """
    if project.repository is None or project.unresolved or not (project.recorded.pending and project.has_folder):
        return False
    record = records.conflicted(project.place)
    return record is not None and project.repository.head() == record.head


def _clean_up(root: Path) -> None:
    """Remove what killed runs have left, none of which is of use to anybody."""
    with suppress(ScaffoldError):
        repository = find_repository(root) if root.is_dir() else None
        record = None
        if repository is not None and not repository.is_bare:
            place = place_of(root, repository)
            transaction.clean_up(place)
            record = records.last(place)
        if record is None or record.kind == "new":
            beside.sweep_from(root)


def _interrupted(project: Project) -> str:
    """Say what was killed on its way, and the command that ends it; nothing where nothing was."""
    here = project.repository is not None and project.has_folder
    record = records.unfinished(project.place) if here else None
    if record is None:
        return ""
    if transaction.is_at_work(project.place):
        return f"{record.what} is under way: wait until it is done"
    return "; ".join(records.said_of(record))
