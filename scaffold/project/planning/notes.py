"""Notes on a plan: what a user should know of an update beside what it does to each file."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from scaffold.answers import file as answers_file
from scaffold.answers.question import Answers
from scaffold.blueprint.release import Release, retired
from scaffold.errors import ScaffoldError
from scaffold.formats.shown import on_one_line
from scaffold.lock import Locked
from scaffold.plan.actions import Action, Plan, Verb
from scaffold.plan.inputs import Rerendered
from scaffold.project.opening import Project
from scaffold.project.planning.migrations import Migrations
from scaffold.project.planning.prepared import Update
from scaffold.render.engine import Rendered
from scaffold.tree import File

NAMED = 5  # paths in a note
OFTEN = 2  # conflicts of a file in a row that the team has taken its side in
BECAME: Mapping[Verb, str] = {
    "create": "made with the default",
    "replace": "changed around the secret",
    "merge": "changed around the secret",
    "conflict": "in conflict",
    "delete": "deleted",
    "keep": "kept as it is",
    "leave": "kept as it is",
}


def notes_on_update(
    update: Update, rendered: Rendered, then: Rerendered | None, plan: Plan, migrations: Migrations | None
) -> tuple[str, ...]:
    """Return what to know of the way from one version to the other, and of what came of it."""
    project, known = update.project, update.known
    release = update.release.blueprint
    said = dict.fromkeys((retired(release), *update.library.notices(release.name, release.version)))
    notes = [update.library.note, *said, *notes_on_render(rendered, plan)]
    if known is not project:
        version = known.recorded.version
        notes.append(f"Copier has brought the project to {version} since, so the update starts there")
    if then is not None and then.without_scripts:
        notes.append("the template's scripts were not run, and what they had made is left as it is")
    notes += _given_before(update, plan)
    notes += [*answers_file.told_of(project.wishes), *_sided(known), *(migrations.notes if migrations else ())]
    return tuple(note for note in (*notes, *notes_on_cases(project, plan)) if note)


def _given_before(update: Update, plan: Plan) -> list[str]:
    """Name the files that were given once, and that the release gives otherwise than the one before it."""
    before, after = plan.lock_before, plan.lock_after
    if (before.version, before.commit) == (after.version, after.commit) or before.blueprint != after.blueprint:
        return []
    left = {action.path for action in plan if action.verb == "leave" and action.after is not None}
    given = {path: file for path, file in plan.given.items() if path in left and path in before.files}
    found = [path for path, file in given.items() if _is_other(before.files[path], file)]
    if found:
        with suppress(ScaffoldError):  # else nobody knows what is new, and each is named
            old = _sources(update.library.release(before.blueprint, before.ref))
            new = _sources(update.release)
            found = [path for path in found if old.get(origin := given[path].origin) != new.get(origin)]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    said = f"yours, and changed in the blueprint since: {', '.join(found[:NAMED])}{more}"
    return [f"{said} (scaffold diff --upstream --seeded shows it)"] if found else []


def _is_other(locked: Locked, given: File) -> bool:
    return locked.owner == "seeded" and not locked.own and locked.blob not in (None, given.blob)


def _sources(release: Release) -> dict[str, File]:
    """Return the template files of a release as files name what they came from."""
    return {f"{layer.name}/{path}": file for layer in release.layers for path, file in layer.files.items()}


def note_on_assumed(assumed: Mapping[str, Any], answers: Answers) -> list[str]:
    """Say which questions are new, and answered so that nothing changes: whether it should is for a person to say."""
    kept = [name for name, value in assumed.items() if name in answers.recorded and answers.recorded[name] == value]
    said = ", ".join(f"{name}={on_one_line(json.dumps(assumed[name], default=str))}" for name in sorted(kept))
    change = f"look whether you want another answer, and change it in {answers_file.PATH}"
    return [f"new questions, answered so that all stays as it was: {said}; {change}"] if kept else []


def _sided(project: Project) -> list[str]:
    """Suggest to own what was decided for the team's side again and again, where it is not its own."""
    files = project.lock.files.items()
    paths = [locked.at or path for path, locked in files if locked.sided >= OFTEN and not project.owns(path, locked)]
    return [f"{path} was decided for your side {OFTEN} times in a row; scaffold own makes it yours" for path in paths]


def notes_on_render(rendered: Rendered, plan: Plan) -> list[str]:
    """Say what came of a render that is not in its tree."""
    ignored = [f"made by the template's code and ignored by git, so left out: {path}" for path in rendered.ignored]
    return [*rendered.notes, *notes_on_answers(rendered.answers, plan), *ignored]


def notes_on_answers(answers: Answers, plan: Plan) -> list[str]:
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


def _became(action: Action) -> str:
    return "moved" if action.verb == "create" and "moved from" in action.why else BECAME[action.verb]


def notes_on_cases(project: Project, plan: Plan) -> list[str]:
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
