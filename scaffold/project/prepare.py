"""Prepare an update: the answers, the new tree and the plan, with nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.version import Version

import scaffold
from scaffold import lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.answers.question import Answers, Ask
from scaffold.blueprint.patterns import rules_of
from scaffold.blueprint.release import Release, require_scaffold, retired
from scaffold.errors import AnswerError, ProjectError
from scaffold.formats import edit
from scaffold.formats.values import digest
from scaffold.lock import Lock
from scaffold.plan.actions import Plan
from scaffold.plan.make import Target, make
from scaffold.project.base import Bases
from scaffold.project.opened import FOLDER, Project, read_ours
from scaffold.render import native
from scaffold.sources.library import Library, newest_of
from scaffold.sources.locate import Notify, locate
from scaffold.tree import Tree


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
        recorded = self.project.recorded  # neither a newer scaffold nor a comment among the answers is a change
        after = replace(self.plan.lock_after, scaffold=recorded.scaffold, answers_file=recorded.answers_file)
        same_wishes = self.wishes_file == self.project.wishes_file.content
        return not self.plan.changes and lock.dump(after) == lock.dump(recorded) and same_wishes


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
    library = locate(wishes.source, base=project.root, offline=offline, notify=notify)
    release = library.release(wishes.blueprint, to or _newest(library, project))
    require_scaffold(release.blueprint, scaffold.__version__)
    _refuse_unknown_answers(project, release)
    answers = native.resolve(release, given=data, previous=wishes.answers, folder_name=project.root.name, ask=ask)
    notify(f"Comparing with {release.blueprint.name} {release.version}")
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
    notes = [note for note in (library.note, retired(release.blueprint)) if note]
    notes += (
        [f"secrets are not kept, so these took their default: {', '.join(answers.guessed)}"] if answers.guessed else []
    )
    notes += [f"not asked here, so not used: {', '.join(answers.unasked)}"] if answers.unasked else []
    notes += [f"no longer asked, so dropped: {', '.join(answers.dropped)}"] if answers.dropped else []
    written = _rewritten(project, wished)
    plan = replace(plan, lock_after=plan.lock_after.written_with(written))
    return Prepared(project, plan, tree, answers, written, tuple(notes))


def _newest(library: Library, project: Project) -> str | None:
    """Return the version to go to where none was named (None: the newest); raises ProjectError rather than go back."""
    name, applied = project.wishes.blueprint, Version(project.recorded.version)
    versions = library.versions(name)
    if name != project.recorded.blueprint or newest_of(versions) >= applied:
        return None
    if applied in versions:
        return str(applied)
    raise ProjectError(
        f"the newest {name} in {library.address} is {newest_of(versions)}, and the project is at {applied}",
        where=str(project.root),
        hint="use a newer library, or go back with --to",
    )


def _rewritten(project: Project, wished: Wishes) -> bytes:
    """Return the answers file with only what differs touched, so that comments stay."""
    content = project.wishes_file.content
    wishes = project.wishes
    if (wished.blueprint, wished.source, digest(wished.answers)) == (
        wishes.blueprint,
        wishes.source,
        digest(wishes.answers),
    ):
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
