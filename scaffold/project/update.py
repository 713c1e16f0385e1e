"""Update: bring a project to another version of its blueprint, or to edited answers, with the team's work kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import scaffold
from scaffold import apply, disk, lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.answers.question import Answers, Ask
from scaffold.apply import Change, Operation
from scaffold.blueprint.patterns import rules_of
from scaffold.blueprint.release import Release, require_scaffold
from scaffold.errors import AnswerError, ProjectError
from scaffold.formats import edit
from scaffold.git import porcelain
from scaffold.git.objects import Entry, Objects
from scaffold.lock import Lock
from scaffold.plan.actions import Action, Plan
from scaffold.plan.make import Target, make
from scaffold.project.base import Bases
from scaffold.project.opened import FOLDER, Project, open_project, read_ours
from scaffold.render import native
from scaffold.report.results import Updated
from scaffold.sources.locate import Notify, locate
from scaffold.tree import File, Tree


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and all that is needed to carry it out."""

    project: Project
    plan: Plan
    tree: Tree
    answers: Answers
    wishes_file: bytes
    notes: tuple[str, ...]

    @property
    def nothing_to_do(self) -> bool:
        """Whether neither a file, nor an answer, nor the lock would change."""
        after = replace(self.plan.lock_after, scaffold=self.project.recorded.scaffold)
        same_wishes = self.wishes_file == self.project.wishes_file.content
        return not self.plan.changes and after == self.project.recorded and same_wishes


def update(
    directory: Path | str = ".",
    *,
    to: str | None = None,
    data: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    commit: bool = False,
    branch: str | None = None,
    ask: Ask | None = None,
    offline: bool = False,
    notify: Notify = lambda _: None,
) -> Updated:
    """Plan an update and, unless it is a dry run, apply it; raises ScaffoldError with the project untouched."""
    project = open_project(Path(directory))
    place = project.place
    with apply.exclusively(place):
        apply.refuse_interrupted(place)
        prepared = prepare(project, to=to, data=data or {}, ask=ask, offline=offline, notify=notify)
        if dry_run or prepared.nothing_to_do:
            return Updated(
                project.root, prepared.plan, applied=False, up_to_date=prepared.nothing_to_do, notes=prepared.notes
            )  # fmt: skip
        refuse_dirty(project, prepared.plan.changes)
        return _carry_out(prepared, commit=commit or branch is not None, branch=branch)


def prepare(
    project: Project,
    *,
    to: str | None = None,
    data: Mapping[str, Any],
    ask: Ask | None = None,
    offline: bool = False,
    notify: Notify = lambda _: None,
) -> Prepared:
    """Make the plan; nothing is written. Raises ScaffoldError."""
    if project.unresolved:
        raise ProjectError(
            f"conflicts are still open in {', '.join(sorted(project.unresolved))}",
            where=str(project.root),
            hint="resolve and git add them, or take the last update back with scaffold undo",
        )
    wishes = project.wishes
    library = locate(wishes.source, offline=offline, notify=notify)
    release = library.release(wishes.blueprint, to)
    require_scaffold(release.blueprint, scaffold.__version__)
    _refuse_unknown_answers(project, release)
    answers = native.resolve(release, given=data, previous=wishes.answers, folder_name=project.root.name, ask=ask)
    tree = render(release, answers)
    target = Target(
        tree=tree,
        ownership=rules_of(release).of,
        migrations=release.blueprint.migrations,
        lock=new_lock(release, wishes.source, answers),
    )
    paths = {*project.lock.files, *tree}
    plan = make(project.lock, read_ours(project, paths), target, Bases(project, library))
    wished = Wishes(release.blueprint.name, wishes.source, answers.recorded)
    notes = [library.note] if library.note else []
    notes += [f"no longer asked, so dropped: {', '.join(answers.dropped)}"] if answers.dropped else []
    written = _rewritten(project, wished)
    return Prepared(project, plan, tree, answers, written, tuple(notes))


def _rewritten(project: Project, wished: Wishes) -> bytes:
    """Return the answers file with only what differs touched, so that comments stay."""
    content = project.wishes_file.content
    if wished == project.wishes:
        return content
    named = {"blueprint": wished.blueprint, "source": wished.source}
    content = edit.set_values(answers_file.PATH, content, named)
    return edit.sync_mapping(answers_file.PATH, content, "answers", wished.answers)


def render(release: Release, answers: Answers) -> Tree:
    """Render a release, which may not write into `.scaffold/`; raises RenderError."""
    tree = native.render(release, answers)
    for path in tree:
        if path.split("/")[0] == FOLDER:
            raise ProjectError(f"{tree[path].origin} writes {path}, and .scaffold/ is scaffold's own")
    return tree


def new_lock(release: Release, source: str, answers: Answers) -> Lock:
    """Return the lock of a project that is to be stamped, as yet without files."""
    return Lock(
        scaffold=scaffold.__version__,
        blueprint=release.blueprint.name,
        source=source,
        version=release.version,
        commit=release.commit,
        answers=answers.recorded,
        files={},
    )


def _refuse_unknown_answers(project: Project, release: Release) -> None:
    asked = [question.name for question in release.questions]
    for name in project.wishes.answers:
        if name not in asked and name not in project.recorded.answers:
            raise AnswerError(
                f"the blueprint has no question `{name}`",
                where=str(project.root / answers_file.PATH),
                hint=f"it asks for: {', '.join(asked)}",
            )


def refuse_dirty(project: Project, actions: Iterable[Action]) -> None:
    """Raise ProjectError where a file that would change holds work that git does not have.

    What is exactly as scaffold applied it is no such work, committed or not.
    """
    repository = project.place.repository
    suspects = [action for action in actions if not _as_applied(project, action)]
    names = {action.path: project.in_repository(action.path) for action in suspects}
    at_head, staged = repository.entries(names.values()), repository.staged(names.values())
    dirty = []
    for action in suspects:
        name = names[action.path]
        committed, entry = at_head.get(name), staged[name]
        if action.before is None:
            clean = committed is None and not entry
        else:
            side = (action.before.mode, action.before.blob)
            clean = committed is not None and entry == {0: committed} and (
                committed == side or not repository.is_modified(name)
            )  # fmt: skip
        if not clean:
            dirty.append(action.path)
    if dirty:
        raise ProjectError(
            f"the update would change files with uncommitted work: {', '.join(dirty)}",
            where=str(project.root),
            hint="commit or stash it first",
        )


def _as_applied(project: Project, action: Action) -> bool:
    locked = project.recorded.files.get(action.path)
    return action.before is not None and locked is not None and locked.matches(action.before)


def _carry_out(prepared: Prepared, *, commit: bool, branch: str | None) -> Updated:
    project, plan = prepared.project, prepared.plan
    place = project.place
    before, after = plan.lock_before, plan.lock_after
    what = f"update {after.blueprint} {before.version} -> {after.version}"
    changes = [*_own_changes(prepared, place.repository), *_changes(project, plan.changes)]
    keep_base(place, project.recorded, after, [file.content for file in prepared.tree.values()])
    if branch is not None:
        refuse_branch(place.repository, branch)
    operation = Operation("update", what, new_branch=f"refs/heads/{branch}" if branch else None, commits=commit)
    record = apply.stage(place, operation, changes)
    with apply.rolling_back(place, record):
        if branch is not None:
            porcelain.switch_to_new(place.repository.root, branch)
        apply.swap(place, record, changes)
    made = None
    if commit and not plan.conflicts:
        paths = [project.in_repository(change.path) for change in changes if change.index is not None]
        hint = "the update is staged: mend what it says and run git commit, or take it back with scaffold undo"
        porcelain.commit_paths(place.repository.root, paths, commit_message(plan), hint)
        made = place.repository.head()
    apply.finish(place, replace(record, commit=made))
    return Updated(
        project.root, plan, applied=True, up_to_date=False, commit=made, branch=branch, notes=prepared.notes
    )  # fmt: skip


def refuse_branch(repository: Objects, branch: str) -> None:
    """Raise ProjectError where the branch exists: its commits may be somebody's."""
    if repository.reference(f"refs/heads/{branch}") is not None:
        raise ProjectError(f"the branch {branch} exists already", where=str(repository.root), hint="name another one")


def commit_message(plan: Plan) -> str:
    """Return the message of the commit that an update makes."""
    before, after = plan.lock_before, plan.lock_after
    if before.version == after.version:
        return f"chore: apply the answers of {after.blueprint} {after.version}"
    return f"chore: update {after.blueprint} from {before.version} to {after.version}"


def _own_changes(prepared: Prepared, repository: Objects) -> list[Change]:
    project = prepared.project
    wanted = {
        answers_file.PATH: replace(project.wishes_file, content=prepared.wishes_file),
        lock.PATH: File(lock.dump(prepared.plan.lock_after)),
    }
    repository.write_blobs(file.content for file in wanted.values())
    return [
        Change(path, disk.read(project.root, path), file, {0: (file.mode, file.blob)}) for path, file in wanted.items()
    ]


def _changes(project: Project, actions: Iterable[Action]) -> list[Change]:
    repository = project.place.repository
    staged = repository.staged(project.in_repository(action.path) for action in actions)
    changes = []
    for action in actions:
        name = project.in_repository(action.path)
        untracked = not staged[name] and repository.is_ignored(name)
        index = None if untracked else _index(action)
        sides = (action.after, *_sides(action).values())
        repository.write_blobs(side.content for side in sides if side is not None)
        before = disk.read(project.root, action.path)
        changes.append(Change(action.path, before, action.after, index))
    return changes


def _sides(action: Action) -> dict[int, File]:
    if action.stages is None:
        return {0: action.after} if action.after else {}
    sides = {1: action.stages.base, 2: action.stages.ours, 3: action.stages.theirs}
    return {stage: side for stage, side in sides.items() if side is not None}


def _index(action: Action) -> dict[int, Entry]:
    return {stage: (side.mode, side.blob) for stage, side in _sides(action).items()}


def keep_base(place: apply.Place, before: Lock | None, after: Lock, contents: Iterable[bytes]) -> None:
    """Store what the next merge starts from, and keep git's clean-up away from it and from what undo needs."""
    place.repository.write_blobs(contents)
    kept: dict[str, Entry] = {}
    for name, which in (("before", before), ("after", after)):
        for path, locked in which.files.items() if which else ():
            if locked.blob and place.repository.has(locked.blob):
                kept[f"{name}/{path}"] = (locked.mode, locked.blob)
    place.repository.keep(f"refs/scaffold/{place.slug}", kept)
