"""Prepare an update: the answers, the new tree and the plan, with nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from packaging.version import Version

import scaffold
from scaffold import lock
from scaffold.answers import file as answers_file
from scaffold.answers.question import Answers
from scaffold.blueprint.guardrails import WAIVERS
from scaffold.blueprint.patterns import pattern_of
from scaffold.blueprint.release import Release, require_scaffold, retired
from scaffold.errors import AnswerError, ProjectError
from scaffold.lock import Lock
from scaffold.merge.drivers import chosen
from scaffold.plan.actions import Action, Plan, Verb, Waived
from scaffold.plan.inputs import Rerendered
from scaffold.plan.make import FindBase, Target
from scaffold.process import Notify
from scaffold.process.loading import later
from scaffold.project.conditions import NOBODY, Conditions, Person
from scaffold.project.opening import Project
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.copier_answers import written_since
from scaffold.project.planning.copier_file_name import kept_name
from scaffold.project.planning.copier_updates import brought_by_copier
from scaffold.project.planning.exclusions import left_by_wish
from scaffold.project.planning.folder_moves import Wanted, with_own
from scaffold.project.planning.guardrails import decided
from scaffold.project.planning.library import is_ahead, moved_tag
from scaffold.project.planning.migrations import answers_of, migrations_of
from scaffold.project.planning.plan import planned
from scaffold.project.planning.recopy import as_it_stands, saying_so
from scaffold.project.planning.rerender import is_called_so, rerendered
from scaffold.project.planning.template_exclusions import left_out, recorded
from scaffold.project.seen import Standing
from scaffold.project.stamp import refuse_unrecorded, stamp, surroundings_in, trusting
from scaffold.render.engine import Rendered
from scaffold.sources.library import AS_IT_STANDS, Library
from scaffold.sources.locate import Tracked, locate
from scaffold.sources.versions import is_another
from scaffold.templating.inputs import Draws
from scaffold.tree import File, Tree

if TYPE_CHECKING:
    from scaffold.project.planning import waivers as waived
else:
    waived = later("scaffold.project.planning.waivers")

AS_MADE = "the template's scripts were not run, and what they had made is left as it is"
OFTEN = 2  # conflicts of a file in a row that the team has taken its side in


@dataclass(frozen=True)
class Prepared:
    """A plan, and all that is needed to carry it out.

    `standing` is what the plan was made from: the files, or None, that were found at each path, as they are there.
    """

    project: Project
    plan: Plan
    tree: Tree
    answers: Answers
    wishes_file: bytes
    notes: tuple[str, ...]
    messages: tuple[str, ...] = ()
    standing: Standing = field(default_factory=dict, repr=False)
    trusted: bool = False
    changelog: str = field(default="", repr=False)

    @cached_property
    def own_files(self) -> Mapping[str, File]:
        """What scaffold's own files of the project become."""
        return {
            answers_file.PATH: replace(self.project.wishes_file, content=self.wishes_file),
            lock.PATH: File(lock.dump(self.plan.lock_after)),
            **(waived.carried(self.project, self.plan) if self.plan.waived else {}),
        }

    @property
    def nothing_to_do(self) -> bool:
        """Whether neither a file, nor an answer, nor the lock would change."""
        recorded = self.project.recorded  # neither a newer scaffold nor a comment among the answers is a change
        after = replace(self.plan.lock_after, scaffold=recorded.scaffold, answers_file=recorded.answers_file)
        same_wishes = self.wishes_file == self.project.wishes_file.content
        return not self.plan.changes and lock.dump(after) == lock.dump(recorded) and same_wishes


def prepare(
    project: Project,
    conditions: Conditions,
    person: Person = NOBODY,
    *,
    to: str | None = None,
    data: Mapping[str, Any] = {},
    move_own: Wanted = False,
    recopy: bool = False,
    library: Library | None = None,
) -> Prepared:
    """Make the plan; nothing is written. `library` is the project's, if it is open already. Raises ScaffoldError."""
    refuse_open_conflicts(project)
    wishes, notify = project.wishes, person.notify
    library = library or _located(project, conditions, notify)
    means = trusting(conditions.means, library.address)._replace(draws=Draws())
    means = means._replace(answers_file=means.answers_file or kept_name(project, library))
    known = brought_by_copier(project, library, means)
    release = library.release(wishes.blueprint, to or _newest(library, known, recopy=recopy))
    _refuse_unfit(project, release)
    notify(f"Comparing with {release.blueprint.name} {release.version}")
    migrations = migrations_of(known, library, release, means, notify)
    rendered = stamp(
        release, surroundings_in(project, "copy" if recopy else "update"), given=data,
        previous=answers_of(project, migrations), ask=person.ask, review=person.review, means=means,
        keep_copier=wishes.keep_copier, notify=notify,
    )  # fmt: skip
    refuse_unrecorded(release, rendered)
    if migrations:
        migrations.go_on(rendered)
    then = rerendered(known, library, release, rendered, means, "copy" if recopy else "update")
    before = known.lock
    bases: FindBase = Bases(known, library, means)
    if recopy:
        before, bases = as_it_stands(known, before, rendered.tree, bases)
    out = left_out(known, release, rendered, before)
    unwanted = {**out, **left_by_wish(known, before, release, rendered, means, bases)}
    target = target_of(project, release, rendered, conditions.today, then)
    plan, found = planned(known, before, target, bases, unwanted, migrations)
    plan, own, said = with_own(project, recorded(saying_so(plan, known.lock) if recopy else plan, out), move_own)
    answers = rendered.answers
    wished = wishes._replace(blueprint=release.blueprint.name, answers=answers.recorded, own=_still_own(project, plan))
    written = answers_file.rewritten(project.wishes_file.content, wishes, wished)
    after = plan.lock_after.written_with(written, says_more=not wished.is_in_lock)
    plan = replace(plan, actions=_said_of_copier(project, plan), lock_after=after)
    told = [library.note, retired(release.blueprint), *told_of(rendered, plan), _brought(project, known)]
    told += [AS_MADE] * (then is not None and then.without_scripts) + answers_file.told_of(wishes)
    told += [*_sided(known), *(migrations.notes if migrations else ()), *other_cases(project, plan), *said]
    notes, found = tuple(note for note in told if note), {**found, **own}
    return Prepared(
        project, plan, rendered.tree, answers, written, notes, rendered.messages, found, means.trust, release.changelog
    )


def _located(project: Project, conditions: Conditions, notify: Notify) -> Library:
    """Open the project's library; raises SourceError."""
    return locate(
        project.wishes.source,
        base=project.root,
        offline=conditions.offline,
        prereleases=conditions.prereleases,
        limits=conditions.means.limits,
        notify=notify,
        tracked=Tracked(project.recorded.blueprint, project.wishes.follow),
    )


def _sided(project: Project) -> list[str]:
    """Suggest to own what was decided for the team's side again and again, where it is not its own."""
    files = project.lock.files.items()
    paths = [locked.at or path for path, locked in files if locked.sided >= OFTEN and not project.owns(path, locked)]
    return [f"{path} was decided for your side {OFTEN} times in a row; scaffold own makes it yours" for path in paths]


def _brought(project: Project, known: Project) -> str:
    version = known.recorded.version
    return f"Copier has brought the project to {version} since, so the update starts there" * (known is not project)


def told_of(rendered: Rendered, plan: Plan) -> list[str]:
    """Say what came of a render that is not in its tree."""
    ignored = [f"made by the template's code and ignored by git, so left out: {path}" for path in rendered.ignored]
    return [*rendered.notes, *notes_on(rendered.answers, plan), *ignored]


def refuse_open_conflicts(project: Project) -> None:
    """Raise ProjectError while conflicts of an update are open."""
    if project.unresolved:
        raise ProjectError(
            f"conflicts are still open in {', '.join(sorted(project.unresolved))}",
            where=str(project.root),
            hint="decide them, then scaffold update --continue, or take that update back with scaffold update --abort",
        )


def target_of(
    project: Project, release: Release, rendered: Rendered, today: date | None = None, then: Rerendered | None = None
) -> Target:
    """Return what a release that was rendered would make of a project, as the project wants it merged."""
    wishes, folder = project.wishes, project.recorded.folder
    if folder is None and then is not None and is_called_so(project.recorded, then):
        folder = project.root.name
    return Target(
        tree=rendered.tree,
        ownership=rendered.ownership,
        migrations=release.blueprint.migrations,
        lock=new_lock(release, wishes.public, rendered.answers, folder=folder, keep_copier=wishes.keep_copier),
        drivers=chosen(release.blueprint.merge, wishes.merge),
        waived=_waived(project, today),
        rerendered=then,
        manner=project.manner,
        own=project.is_own,
    )


def _waived(project: Project, today: date | None) -> Mapping[str, Waived]:
    """Return what waivers allow; what reads them is loaded only where there are any."""
    if project.seen.standing([WAIVERS])[WAIVERS] is None:
        return {}
    return waived.waived(project, today)


def _said_of_copier(project: Project, plan: Plan) -> tuple[Action, ...]:
    """Return the actions: what Copier itself has written into its answers file is nobody's drift."""
    written = written_since(project)
    why = "as the template renders it now"
    return tuple(
        action._replace(why=why, drift=()) if action.after and action.changes and action.path in written else action
        for action in plan
    )


BECAME: Mapping[Verb, str] = {
    "create": "made with the default",
    "replace": "changed around the secret",
    "merge": "changed around the secret",
    "conflict": "in conflict",
    "delete": "deleted",
    "keep": "kept as it is",
    "leave": "kept as it is",
}


def _became(action: Action) -> str:
    return "moved" if action.verb == "create" and "moved from" in action.why else BECAME[action.verb]


def notes_on(answers: Answers, plan: Plan) -> list[str]:
    """Say what became of answers that were not taken as they were, and of the files that hold a secret."""
    actions, after = {action.path: action for action in plan}, plan.lock_after.files
    inputs = {path: plan.given[path].inputs if path in plan.given else one.inputs for path, one in after.items()}
    holding = [actions[path] for path in after if "secret" in inputs[path] and path in actions]
    became = [f"{action.path} ({_became(action)})" for action in holding]
    held = f"; held by {', '.join(became)}" if became else ""
    guessed = f"secrets are not kept, so these took their default: {', '.join(answers.guessed)}{held}"
    said = (
        ("not asked here, so not used", answers.unasked),
        ("no longer asked, so dropped", answers.dropped),
    )
    rest = [f"{what}: {', '.join(names)}" for what, names in said if names]
    return [guessed, *rest] if answers.guessed else rest


def other_cases(project: Project, plan: Plan) -> list[str]:
    """Say which new files differ from others by case only: where case does not count, both are one file."""
    going = {action.path for action in plan.changes if action.after is None}
    seen = project.seen
    found = {
        action.path: seen.other_case(action.path)
        for action in plan.changes
        if action.verb == "create" and action.before is None
    }
    return [
        f"{path} differs by case only from {other}, and both are one file on some systems"
        for path, other in found.items()
        if other and not going.issuperset(seen.inside(other) or [other])
    ]


def _newest(library: Library, project: Project, *, recopy: bool) -> str | None:
    """Return the version to go to where none was named (None: the newest); raises ProjectError rather than go back."""
    name, recorded = project.wishes.blueprint, project.recorded
    applied = Version(recorded.version)
    if name != recorded.blueprint:
        return None
    if moved := moved_tag(library, project):
        hint = "see what changed between the two, and accept it with --to and that version"
        raise ProjectError(moved, where=str(project.root), hint=hint)
    newest = library.newest(name)
    gone = recorded.commit and project.wishes.public == recorded.source and not library.has_commit(recorded.commit)
    if gone and not recopy:
        raise ProjectError(
            f"the history of {library.address} was rewritten: it has no commit {str(recorded.commit)[:10]} any more, "
            f"from which {applied} was applied",
            where=str(project.root),
            hint=f"see what it holds now, and accept it with --to {newest}",
        )
    if newest == applied or is_another(applied, newest):
        return None
    if is_ahead(library, project, newest):
        return recorded.commit or AS_IT_STANDS
    if applied in library.versions(name):
        return str(applied)
    raise ProjectError(
        f"the newest {name} in {library.address} is {newest}, and the project is at {applied}",
        where=str(project.root),
        hint="use a newer library, or go back with --to",
    )


def _still_own(project: Project, plan: Plan) -> tuple[str, ...]:
    """Return what the team has made its own, said of files too that the blueprint has moved out of the patterns."""
    files = plan.lock_after.files.items()
    gone = (locked.at or path for path, locked in files if locked.own and not project.owns(path, locked))
    return (*project.wishes.own, *map(pattern_of, gone))


def new_lock(release: Release, source: str, answers: Answers, *, folder: str | None, keep_copier: bool = False) -> Lock:
    """Return the lock of a project that is to be stamped, as yet without files."""
    return Lock(
        scaffold=scaffold.__version__,
        blueprint=release.blueprint.name,
        source=source,
        version=release.version,
        commit=release.commit,
        answers=answers.recorded,
        files={},
        keep_copier=keep_copier,
        guardrails=decided(release, answers),
        folder=folder,
    )


def _refuse_unfit(project: Project, release: Release) -> None:
    """Raise ScaffoldError where the release needs a newer scaffold, or does not ask what the project answers."""
    require_scaffold(release.blueprint, scaffold.__version__)
    asked = [question.name for question in release.questions]
    for name in project.wishes.answers:
        if name not in asked and name not in project.recorded.answers:
            raise AnswerError(
                f"the blueprint has no question `{name}`",
                where=str(project.root / answers_file.PATH),
                hint=f"it asks for: {', '.join(asked)}",
            )
