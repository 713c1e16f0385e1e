"""Prepare an update: the answers, the new tree and the plan, with nothing written."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import Version

import scaffold
from scaffold.answers import file as answers_file
from scaffold.answers.question import Answers
from scaffold.blueprint.patterns import pattern_of
from scaffold.blueprint.release import Release, require_scaffold
from scaffold.errors import AnswerError, ScaffoldError
from scaffold.plan.actions import Action, Plan
from scaffold.process.loading import later
from scaffold.project.conditions import NOBODY, Conditions, Person
from scaffold.project.opening import Project
from scaffold.project.planning.bases import Bases
from scaffold.project.planning.copier_answers import written_since
from scaffold.project.planning.copier_updates import brought_by_copier, kept_name
from scaffold.project.planning.exclusions import left_by_wish
from scaffold.project.planning.folder_moves import with_own
from scaffold.project.planning.library import library_of, next_version
from scaffold.project.planning.migrations import Migrations, answers_of, migrations_of
from scaffold.project.planning.notes import note_on_assumed, notes_on_update
from scaffold.project.planning.plan import planned, target_of
from scaffold.project.planning.prepared import Prepared, Update, refuse_open_conflicts
from scaffold.project.planning.rerender import rerendered
from scaffold.project.planning.template_exclusions import given_to_team, left_out
from scaffold.project.stamp import refuse_unrecorded, stamp, surroundings_in, trusting
from scaffold.render import native
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources.library import Library
from scaffold.templating.inputs import Draws

if TYPE_CHECKING:
    from scaffold.blueprint import answer_steps
    from scaffold.plan.make import FindBase
    from scaffold.project.planning import recopy as recopying
    from scaffold.sources import signatures
else:
    signatures = later("scaffold.sources.signatures")
    answer_steps = later("scaffold.blueprint.answer_steps")
    recopying = later("scaffold.project.planning.recopy")


def prepare(
    project: Project,
    conditions: Conditions,
    person: Person = NOBODY,
    *,
    to: str | None = None,
    data: Mapping[str, Any] = {},
    recopy: bool = False,
    library: Library | None = None,
) -> Prepared:
    """Make the plan; nothing is written. `library` is the project's, if it is open already. Raises ScaffoldError."""
    refuse_open_conflicts(project)
    update = _located(_wished(project, conditions), conditions, person, library, to, recopy=recopy)
    migrations = migrations_of(update, person.notify)
    start = _start(update, migrations)
    rendered = _rendered(update, migrations, start.answers, data, person)
    then = rerendered(update, rendered)
    known, before = update.known, update.known.lock
    bases: FindBase = Bases(known, lambda: update.library, update.means)
    if recopy:
        before, bases = recopying.as_it_stands(known, before, rendered.tree, bases)
    out = left_out(known, update.release, rendered, before)
    left = left_by_wish(known, before, update.release, rendered, update.means, bases)
    target = target_of(project, update.release, rendered, conditions.today, then)
    plan, standing = planned(known, before, target, bases, {**out, **left}, migrations)
    plan = given_to_team(recopying.saying_so(plan, known.lock) if recopy else plan, out)
    plan, along, said = with_own(project, plan, person.moves)
    plan, written = _with_answers(project, plan, rendered.answers)
    assumed = note_on_assumed(start.assumed, rendered.answers)
    notes = (*notes_on_update(update, rendered, then, plan, migrations), *assumed, *said)
    standing, changelog = {**standing, **along}, update.release.changelog
    return Prepared(
        project, plan, written, rendered.tree, notes, rendered.messages, standing, update.means.trust, changelog
    )


def _wished(project: Project, conditions: Conditions) -> Project:
    """Return the project as one that wishes for the blueprint that was asked for."""
    if not conditions.blueprint:
        return project
    return replace(project, wishes=project.wishes._replace(blueprint=conditions.blueprint))


def _located(
    project: Project, conditions: Conditions, person: Person, library: Library | None, to: str | None, *, recopy: bool
) -> Update:
    """Find the library, what the update starts from, and the release that it goes to; raises ScaffoldError."""
    means = conditions.means
    library = library or library_of(
        project, person.notify, offline=conditions.offline, prereleases=conditions.prereleases, limits=means.limits
    )
    means = trusting(means, library.address)._replace(draws=Draws())
    means = means._replace(answers_file=means.answers_file or kept_name(project, library))
    known = brought_by_copier(project, library, means)
    release = library.release(project.wishes.blueprint, to or next_version(library, known, recopy=recopy))
    _refuse_unfit(project, release)
    signatures.refuse_unsigned(library, release, demanded=project.wishes.require_signature)
    person.notify(f"Comparing with {release.blueprint.name} {release.version}")
    return Update(project, known, library, release, means, "copy" if recopy else "update")


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


def _rendered(
    update: Update, migrations: Migrations | None, previous: Mapping[str, Any], data: Mapping[str, Any], person: Person
) -> Rendered:
    """Render the release, with the answers of last time as migrations have changed them; raises ScaffoldError."""
    project = update.project
    try:
        rendered = stamp(
            update.release,
            surroundings_in(project, update.operation),
            given=data,
            previous=previous,
            person=person,
            means=update.means,
            keep_copier=project.wishes.keep_copier,
        )
    except AnswerError as error:
        placed = answers_file.placed(error, project.wishes_file.content)
        if placed is error:  # an error that is its own cause has causes without end
            raise
        raise placed from error
    refuse_unrecorded(update.release, rendered)
    if migrations:
        migrations.go_on(rendered)
    return rendered


def refused_answer(project: Project, library: Library) -> AnswerError | None:
    """Return why an update would refuse an answer that is recorded, by the questions alone; None where it would not."""
    with suppress(ScaffoldError):
        release = library.release(project.wishes.blueprint, next_version(library, project, recopy=False))
        start = _start(Update(project, project, library, release, Means(), "update"), None)
        try:
            native.resolve(release, given={}, previous=start.answers, surroundings=surroundings_in(project))
        except AnswerError as error:
            return answers_file.placed(error, project.wishes_file.content)
    return None


class _Start(NamedTuple):
    """The answers that an update starts from, and those of them that its blueprint gives to projects from before."""

    answers: Mapping[str, Any]
    assumed: Mapping[str, Any] = {}


def _start(update: Update, migrations: Migrations | None) -> _Start:
    """Return the answers that the release starts from: those of last time, as its blueprint migrates them."""
    recorded = update.known.recorded
    found = update.release.blueprint.coming_from(recorded.blueprint, Version(recorded.version))
    steps, answers = [step for one in found for step in one.answers], answers_of(update.project, migrations)
    if not steps:
        return _Start(answers)
    return _Start(answer_steps.migrated(answers, steps), answer_steps.assumed(answers, steps))


def _with_answers(project: Project, plan: Plan, answers: Answers) -> tuple[Plan, bytes]:
    """Return the plan with a lock that knows the file of answers, and that file as it will be."""
    wishes, blueprint = project.wishes, plan.lock_after.blueprint
    wished = wishes._replace(blueprint=blueprint, answers=answers.recorded, own=_still_own(project, plan))
    written = answers_file.rewritten(project.wishes_file.content, wishes, wished)
    after = plan.lock_after.written_with(written, says_more=not wished.is_in_lock)
    return replace(plan, actions=_said_of_copier(project, plan), lock_after=after), written


def _still_own(project: Project, plan: Plan) -> tuple[str, ...]:
    """Return what the team has made its own, said of files too that the blueprint has moved out of the patterns."""
    files = plan.lock_after.files.items()
    gone = (locked.at or path for path, locked in files if locked.own and not project.owns(path, locked))
    return (*project.wishes.own, *map(pattern_of, gone))


def _said_of_copier(project: Project, plan: Plan) -> tuple[Action, ...]:
    """Return the actions: what Copier itself has written into its answers file is nobody's drift."""
    written = written_since(project)
    why = "as the template renders it now"
    return tuple(
        action._replace(why=why, drift=()) if action.after and action.changes and action.path in written else action
        for action in plan
    )
