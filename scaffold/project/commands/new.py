"""New: stamp a service, all of it or nothing: a repository of its own, a folder of one, or beside what is there."""

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import scaffold
from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.answers.question import Ask, Review
from scaffold.apply import beside, transaction
from scaffold.apply import record as records
from scaffold.apply.beside import Staged
from scaffold.apply.record import Change, Operation
from scaffold.blueprint.release import Release, require_scaffold
from scaffold.errors import ScaffoldError
from scaffold.git import porcelain
from scaffold.git.objects import Objects, find_repository
from scaffold.plan.actions import Plan
from scaffold.plan.make import Target, make
from scaffold.process import Notify, bounds
from scaffold.process.loading import later
from scaffold.project.adoption.baseline import Baseline, told_of
from scaffold.project.adoption.folder_in_use import prepare_in, refuse_unfit_folder
from scaffold.project.applying.changes import keep_base, staying_out
from scaffold.project.applying.commit import hooks_of_template
from scaffold.project.applying.folder import carry_out, refuse_dirty, refuse_unfit
from scaffold.project.conditions import Person
from scaffold.project.dependency_locks import make_locks
from scaffold.project.opening import FOLDER, enclosing_at, place_of
from scaffold.project.planning.notes import notes_on_answers
from scaffold.project.planning.plan import new_lock
from scaffold.project.planning.template_exclusions import refuse_locked_out
from scaffold.project.stamp import refuse_unrecorded, stamp, surroundings_of, trusting
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.report.results import Stamped
from scaffold.sources.asked import find
from scaffold.sources.library import Library
from scaffold.sources.locate import BUILT_IN
from scaffold.tree import File, Tree

if TYPE_CHECKING:
    from scaffold.forges.port import Visibility
    from scaffold.project.commands import publish as publishing
    from scaffold.sources import signatures
else:
    publishing = later("scaffold.project.commands.publish")
    signatures = later("scaffold.sources.signatures")

IDENTITY = "mend what it says (perhaps git config user.name and user.email are not set), or use --no-git"


def new(
    blueprint: str,
    dest: Path | str,
    *,
    source: str = BUILT_IN,
    data: Mapping[str, Any] | None = None,
    ask: Ask | None = None,
    review: Review | None = None,
    git: bool = True,
    offline: bool = False,
    prereleases: bool = False,
    keep_copier: bool = False,
    dry_run: bool = False,
    lock_files: bool = False,
    publish: str | None = None,
    visibility: "Visibility" = "private",
    means: Means = Means(),
    notify: Notify = lambda _: None,
) -> Stamped:
    """Stamp `NAME[@VERSION]`, or the template at `ADDRESS[@REF]`, into a folder, unless it is a dry run.

    With `lock_files` the tools of the language make the lock files that the blueprint names, where they may be run.
    With `publish`, an address such as `gh:OWNER/NAME`, its repository is published there, as by `scaffold.publish`; so
    is what was stamped before, as by a call that was killed.
    Where the folder is in use, that is the adoption of what is there, and nothing of it is written over. Raises
    ScaffoldError, and then nothing was written.
    """
    root = disk.place_at(dest)
    if publish is not None and (begun := publishing.begun(publish, blueprint, root, visibility, notify)):
        return begun
    in_use = not disk.is_free(root)
    if in_use:
        refuse_unfit_folder(root)
        root = root.resolve()
    with bounds.limited(means.limits, "rendering"):
        library, name, ref = find(
            blueprint, source, offline=offline, prereleases=prereleases, limits=means.limits, notify=notify
        )
        release = library.release(name, ref)
        require_scaffold(release.blueprint, scaffold.__version__)
        signatures.refuse_unsigned(library, release, demanded=False)
        means = trusting(means, library.address)
        rendered = stamp(
            release, surroundings_of(root), given=data or {}, previous={}, person=Person(ask, review, notify),
            means=means, keep_copier=keep_copier,
        )  # fmt: skip
        refuse_unrecorded(release, rendered)
        refuse_locked_out(release, rendered, rendered.tree)
        follow = ref if ref and library.is_branch(ref) and not _goes_by_itself(library, name) else ""
        baseline = Baseline(
            root, release, library.address, rendered, means, keep_copier, notes=told_of(library, release), follow=follow
        )
    notify(f"{'Planning' if dry_run else 'Writing'} {len(rendered.tree)} files")
    made = (
        _take_in(baseline, dry_run=dry_run)
        if in_use
        else _stamp_anew(baseline, dry_run=dry_run, git=git, lock_files=lock_files and not offline)
    )
    published = publishing.after_stamping(publish, root, visibility, notify) if publish is not None else None
    return _result(baseline, made)._replace(applied=not dry_run, in_use=in_use, published=published)


class _Made(NamedTuple):
    files: tuple[str, ...]
    plan: Plan
    repository: str
    notes: tuple[str, ...]
    left: tuple[str, ...] = ()


def _result(baseline: Baseline, made: _Made) -> Stamped:
    release, locked = baseline.release, made.plan.lock_after.files
    return Stamped(
        root=baseline.root,
        blueprint=release.blueprint.name,
        version=release.version,
        source=baseline.address,
        commit=release.commit,
        files=made.files,
        owners=Counter(one.owner for one in locked.values()),
        repository=made.repository,
        next_steps=(*baseline.rendered.messages, *made.left),
        notes=made.notes,
        plan=made.plan,
    )


def _goes_by_itself(library: Library, name: str) -> bool:
    """Whether there is something to go by where no branch is named: a version, or the blueprint at HEAD."""
    try:
        library.release(name)
    except ScaffoldError:
        return False
    return True


def _stamp_anew(baseline: Baseline, *, dry_run: bool, git: bool, lock_files: bool) -> _Made:
    """Stamp into a folder that is not there, or empty; raises ScaffoldError, and then it is so still."""
    root, rendered, means = baseline.root, baseline.rendered, baseline.means
    with bounds.limited(means.limits, "rendering"):
        tree, plan = _planned(baseline.release, rendered, baseline.wishes, root.name)
    told: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    if dry_run:
        repository = "none" if not git else "own" if enclosing_at(root) is None else "existing"
    else:
        may_run = lock_files and (means.trust or baseline.address == BUILT_IN)
        repository, told, left = _write(baseline, tree, plan, git=git, may_run=may_run)
    notes = (*baseline.notes, *notes_on_answers(rendered.answers, plan), *rendered.notes, *told)
    return _Made(tuple(tree), plan, repository, notes, left)


def _take_in(baseline: Baseline, *, dry_run: bool) -> _Made:
    """Stamp into a folder that is in use; raises ScaffoldError with the folder untouched."""
    place = place_of(baseline.root, find_repository(baseline.root))
    with nullcontext() if dry_run else transaction.exclusively(place):
        records.refuse_unfinished(place)
        with bounds.limited(baseline.means.limits, "rendering"):
            prepared = prepare_in(baseline)
        if not dry_run:
            refuse_dirty(prepared.project, prepared.plan.changes, "the new project")
            refuse_unfit(place.repository, None)
            after = prepared.plan.lock_after
            carry_out(prepared, "new", f"new {after.blueprint} {after.version}", message=None)
    return _Made(tuple(prepared.tree), prepared.plan, "existing", prepared.notes)


def _planned(release: Release, rendered: Rendered, wishes: Wishes, folder: str) -> tuple[Tree, Plan]:
    """Return all that is to be written, scaffold's own files among it, and the plan that says so."""
    answers, tree = rendered.answers, rendered.tree
    stamped = new_lock(release, wishes.public, answers, folder=folder, keep_copier=wishes.keep_copier)
    target = Target(tree=tree, ownership=rendered.ownership, migrations=(), lock=stamped)
    written = answers_file.dump(wishes)
    plan = make(stamped, {}, target, lambda _path, _locked: None)
    plan = replace(plan, lock_after=plan.lock_after.written_with(written, says_more=not wishes.is_in_lock))
    own = {answers_file.PATH: File(written), lock.PATH: File(lock.dump(plan.lock_after))}
    return Tree({**tree, **own}, tree.folders), plan


_Written = tuple[str, tuple[str, ...], tuple[str, ...]]


def _write(baseline: Baseline, tree: Tree, plan: Plan, *, git: bool, may_run: bool) -> _Written:
    """Write everything beside the project's folder, then move it there in one step.

    Returns in which kind of repository, what to say, and what is left for people to make.
    """
    root, ignored = baseline.root, baseline.rendered.ignored
    told: tuple[str, ...] = ()
    enclosing = enclosing_at(root) if git else None
    # In a repository's own folder what is killed on the way is nothing that git would add.
    with beside.beside(root, disk.private(enclosing.folder / "scaffold") if enclosing else None) as staged:
        temporary = staged.folder
        disk.fill(temporary, tree)
        for folder in tree.folders:
            (temporary / folder).mkdir(parents=True, exist_ok=True)
        disk.fill(temporary, ignored)
        locks = make_locks(temporary, baseline.release.blueprint.lock_files if may_run else {})
        if git and enclosing is None:
            told = _as_repository(temporary, plan, tree, trusted=baseline.means.trust)
        if enclosing is not None:
            _into_existing(root, staged, {**tree, **ignored, **locks.files}, plan, enclosing)
            return "existing", (), locks.failed
        staged.move()
    return "own" if git else "none", told, locks.failed


def _as_repository(folder: Path, plan: Plan, tree: Tree, *, trusted: bool) -> tuple[str, ...]:
    """Make the first commit of what git does not ignore, scaffold's own folder in any case; returns what to say."""
    after = plan.lock_after
    porcelain.init(folder)
    porcelain.stage_all(folder, FOLDER)
    notes = hooks_of_template(folder, tree, trusted=trusted)
    message = f"feat: stamp {after.blueprint} {after.version}"
    porcelain.commit_index(folder, message, IDENTITY, hooks=not notes)
    place = place_of(folder.resolve(), find_repository(folder))
    disk.private(place.records.parent)
    keep_base(place, after, tree.items())
    if outside := sorted(staying_out(place, tree.keys())):
        notes = (*notes, f"git ignores these, so they are not committed: {', '.join(outside)}")
    # The hooks of the commit may have changed files; of the others there need not be a second copy in memory.
    stand = ((path, file, tree.get(path)) for path, file in disk.each(folder))
    changes = [Change(path, None, ours if ours and ours.same_as(file) else file, None) for path, file, ours in stand]
    operation = Operation("new", f"new {after.blueprint} {after.version}", commits=True, whole_repository=True)
    record = transaction.stage(place, operation, changes, files_exist=True)
    records.finish(place, record._replace(commit=place.repository.head()))
    return notes


def _into_existing(root: Path, staged: Staged, tree: Mapping[str, File], plan: Plan, repository: Objects) -> None:
    after = plan.lock_after
    place = place_of(root.resolve(), repository)
    with transaction.exclusively(place):
        records.forget_all(place)  # of a folder that is no longer there
        changes = [Change(path, None, file, {0: (file.mode, file.blob)}) for path, file in tree.items()]
        operation = Operation("new", f"new {after.blueprint} {after.version}", made=staged.made)
        record = transaction.stage(place, operation, changes, files_exist=True)
        with transaction.rolling_back(place, record):
            staged.move()
            outside = staying_out(place, tree.keys())  # as the files say that stand there now
            keep_base(place, after, tree.items())
            indexed = (replace(one, index=None) if one.path in outside else one for one in changes)
            transaction.swap(place, record, [replace(change, before=change.after) for change in indexed])
        records.finish(place, record)
