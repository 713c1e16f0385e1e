"""Test a blueprint: every case and all pairs of choices rendered, held against snapshots, checked, and updated to."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from scaffold import disk
from scaffold.apply import beside
from scaffold.authoring import snapshots
from scaffold.authoring.cases import as_asked_by, cases_folder, read_cases, render_case, stamp_case, tasks_of
from scaffold.authoring.gates import run_gates
from scaffold.authoring.hard import hard
from scaffold.authoring.matrix import matrix
from scaffold.authoring.past import past_of
from scaffold.authoring.updates import brought, stamped
from scaffold.errors import AnswerError, ProjectError, ScaffoldError, SourceError
from scaffold.git.objects import is_repository, open_repository
from scaffold.guard.check import look
from scaffold.guard.snapshot import Snapshot
from scaffold.guard.verdict import judge
from scaffold.lock import PATH, dump
from scaffold.project.commands.check import find_plugin
from scaffold.project.stamp import trusting
from scaffold.render.means import Means
from scaffold.report.testing import CaseTested, Tested
from scaffold.sources import compiled
from scaffold.sources.library import FolderLibrary, GitLibrary
from scaffold.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.authoring.cases import Case
    from scaffold.authoring.past import Past
    from scaffold.blueprint.release import Release
    from scaffold.guard.verdict import Verdict
    from scaffold.process import Notify
    from scaffold.render.engine import Rendered
    from scaffold.report.testing import Gated
    from scaffold.tree import Tree

Accept = bool | Literal["brief"]


class Wanted(NamedTuple):
    """What is to be done beside rendering: accept the snapshots, run the services' gates, run code that migrates."""

    accept: Accept = False
    gates: bool = False
    today: date | None = None
    trust: bool = False


def try_blueprint(
    name: str,
    *,
    library: Path | str = ".",
    accept: Accept = False,
    gates: bool = False,
    trust: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Tested:
    """Test a blueprint as its library's folder stands; raises SourceError or FormatError for what cannot be read.

    What fails is in the result and raises nothing. With `accept` what the cases render to becomes their snapshot, in
    the form of those that there are, or by digest where it is "brief"; with `gates` each case is written into a clean
    folder and runs its own gates there, which is code of the template's; with `trust`, or where the user's settings
    give it to the library, its tasks and its migrations of code run too.
    """
    root = Path(library).resolve()
    wanted = Wanted(accept, gates, today, trust)
    with compiled.kept(str(root)):
        return tried(root, FolderLibrary(root, str(root)).release(name), wanted, notify)


def render_blueprint(name: str, case: str, dest: Path | str, *, library: Path | str = ".") -> Tree:
    """Write what a case renders to into a folder that is free, for a look; raises ScaffoldError.

    It is no project: nothing of scaffold's own is in it, and nothing runs.
    """
    root = Path(library).resolve()
    release = FolderLibrary(root, str(root)).release(name)
    known = {one.name: one for one in read_cases(root, name)}
    if case not in known:
        near = get_close_matches(case, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
        raise SourceError(f"{name} has no case {case}", where=f"{root}/{cases_folder(name)}", hint=hint)
    tree = stamp_case(release, known[case]).tree
    with beside.beside(disk.free_place(dest)) as staged:
        disk.fill(staged.folder, tree)
        staged.move()
    return tree


def fingerprint(name: str, library: Path | str = ".") -> str:
    """Return what changes whenever a file of the library does that the blueprint may be made of."""
    root = Path(library).resolve()
    places = [place for top in (f"blueprints/{name}", "templates") for place in sorted((root / top).rglob("*"))]
    stats = ((str(place), place.lstat()) for place in places)
    return repr([(place, stat.st_mtime_ns, stat.st_size, stat.st_mode) for place, stat in stats])


def tried(root: Path, release: Release, wanted: Wanted, notify: Notify) -> Tested:
    """Test a release that stands in a library's folder; raises FormatError for a case that cannot be read."""
    name = release.blueprint.name
    cases = read_cases(root, name)
    if not cases:
        hint = f"write blueprints/{name}/cases/minimal.yml with what is required; {{}} will do where nothing is"
        raise ProjectError(f"{name} has no cases to test", where=str(root), hint=hint)
    is_brief = wanted.accept == "brief" or _has_brief(root, name)
    past, today = past_of(root), wanted.today or datetime.now(UTC).date()
    trust = trusting(Means(trust=wanted.trust), str(root)).trust
    found = []
    for number, case in enumerate(cases, 1):
        notify(f"Testing {case.name} ({number}/{len(cases)})")
        tested = _case(release, case, past, today, trust=trust)
        found.append(_held_against_its_snapshot(root, release, case, tested, past, is_brief=is_brief))
    base = min(cases, key=lambda case: (len(case.answers), case.name))
    pairs, number = matrix(release, base)
    notify(f"Rendering {len(pairs)} sets of choices")
    refused, failed = 0, []
    for case in pairs:
        try:
            stamp_case(release, case)
        except AnswerError:
            refused += 1
        except ScaffoldError as error:
            failed.append((case.where, str(error)))
    asked, unreadable = hard(release, base)
    if wanted.accept:
        _accept(root, name, found)
    gated: tuple[Gated, ...] = ()
    if wanted.gates:
        trees = {one.name: one.rendered.tree for one in found if one.rendered is not None}
        gated = run_gates(trees, notify)
    return Tested(
        root=root,
        blueprint=name,
        version=release.version,
        cases=tuple(found),
        rows=len(pairs),
        pairs=number,
        refused=refused,
        failed=(*failed, *unreadable),
        hard=asked,
        gates=gated,
        accepted=bool(wanted.accept),
    )


def _case(release: Release, case: Case, past: Past, today: date, *, trust: bool) -> CaseTested:
    try:
        rendered = stamp_case(release, case, trust=trust)
    except ScaffoldError as error:
        return CaseTested(case.name, case.where, str(error))
    passed, of, failing = _score(release, rendered, today)
    supported = past.supported(release.blueprint)
    updates = tuple(brought(case, before, release, rendered, trust=trust) for before in supported)
    return CaseTested(
        name=case.name,
        where=case.where,
        files=len(rendered.tree),
        score=(passed, of),
        failing=failing,
        updates=updates,
        rendered=rendered,
        untried=() if trust else tasks_of(release),
    )


def _has_brief(root: Path, name: str) -> bool:
    folder = root / snapshots.snapshot_path(name, "x").rpartition("/")[0]
    kept = disk.walk(folder).values() if folder.is_dir() else ()
    return any(file.content.startswith(snapshots.BRIEF.encode()) for file in kept)


def _held_against_its_snapshot(
    root: Path, release: Release, case: Case, tested: CaseTested, past: Past, *, is_brief: bool
) -> CaseTested:
    if tested.rendered is None:
        return tested
    rendered, path = tested.rendered, snapshots.snapshot_path(release.blueprint.name, case.name)
    text = snapshots.brief(rendered) if is_brief else snapshots.snapshot(rendered)
    if (file := disk.read(root, path)) is None:
        return tested._replace(text=text)
    kept = file.content.decode(errors="replace")
    difference = snapshots.difference(path, kept, text)
    if difference and is_brief:
        difference += snapshots.texts(kept, rendered, tuple(_earlier(root, release, case, past)))
    return tested._replace(text=text, snapshot=path, difference=difference)


def _earlier(root: Path, release: Release, case: Case, past: Past) -> Iterator[Rendered]:
    """Yield what a case was before: at the library's last commit, and in the newest release."""
    name = release.blueprint.name
    with suppress(ScaffoldError):
        if is_repository(root):
            committed = GitLibrary(open_repository(root), str(root)).release(name, "HEAD")
            yield render_case(committed, as_asked_by(committed, case))
    with suppress(ScaffoldError):
        if (newest := past.newest(name)) is not None:
            yield render_case(newest, as_asked_by(newest, case))


def _score(release: Release, rendered: Rendered, today: date) -> tuple[int, int, tuple[str, ...]]:
    """Check what was rendered as `scaffold check` would a moment after the stamping."""
    plan = stamped(release, rendered)
    lock = plan.lock_after
    if lock.guardrails is None:
        return 0, 0, ()
    files = {**rendered.tree, PATH: File(dump(lock))}
    blobs = {file.blob: file.content for file in files.values()}
    snapshot = Snapshot(
        modes={path: file.mode for path, file in sorted(files.items())},
        blobs={path: file.blob for path, file in files.items()},
        measure=lambda path: len(files[path].content),
        fetch=lambda path: files[path].content,
        recall=blobs.get,
    )
    judged = judge(look(snapshot, lock, lock.guardrails, find_plugin), None, lock.guardrails, today)
    failing = [one for one in judged.verdicts if one.state == "fail"]
    counted = [one for one in judged.verdicts if one.state in ("pass", "fail")]
    return len(counted) - len(failing), len(counted), tuple(map(_failing, failing))


def _failing(verdict: Verdict) -> str:
    first = verdict.findings[0]
    place = f"{first.path}:{first.line}: " if first.path and first.line else f"{first.path}: " if first.path else ""
    more = f" (and {len(verdict.findings) - 1} more)" if len(verdict.findings) > 1 else ""
    return f"{verdict.rule.id} {place}{first.message}{more}"


def _accept(root: Path, name: str, found: list[CaseTested]) -> None:
    """Write the snapshots of the cases that render, and take away those of cases that there are no more."""
    wanted = {snapshots.snapshot_path(name, one.name): one.text for one in found if one.rendered is not None}
    for path, text in wanted.items():
        disk.put(root, path, text.encode())
    folder = snapshots.snapshot_path(name, "x").rpartition("/")[0]
    for path in disk.walk(root / folder) if (root / folder).is_dir() else ():
        if f"{folder}/{path}" not in wanted:
            disk.remove(root, f"{folder}/{path}")
