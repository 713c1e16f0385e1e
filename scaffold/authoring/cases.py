"""Cases of a blueprint: answer sets that must render, one file each, and what each becomes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scaffold import disk
from scaffold.answers.question import Answers
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release
from scaffold.formats import yaml
from scaffold.formats.located import Located, texts
from scaffold.project.planning.guardrails import decided
from scaffold.project.stamp import refuse_unrecorded, with_tasks
from scaffold.render import engine, native
from scaffold.render.context import Surroundings
from scaffold.render.engine import Rendered
from scaffold.render.means import Means

SETTINGS = {"_conflicts", "_before"}  # what a case says beside answers; no question can begin so


class Case(NamedTuple):
    """Answers by question under a name, and the paths that an update of it may leave in conflict.

    `before` are answers to questions that older versions ask, and this one does not.
    """

    name: str
    where: str
    answers: dict[str, Any]
    conflicts: tuple[str, ...] = ()
    before: Mapping[str, Any] = {}


def cases_folder(name: str) -> str:
    """Return where a library keeps the cases of a blueprint."""
    return f"{manifest_path(name).rpartition('/')[0]}/cases"


def read_cases(root: Path, name: str) -> tuple[Case, ...]:
    """Read all cases of a blueprint, in order of their names; raises FormatError."""
    folder = cases_folder(name)
    found = disk.walk(root / folder) if (root / folder).is_dir() else {}
    return tuple(
        read_case(path.removesuffix(".yml"), f"{folder}/{path}", file.content)
        for path, file in found.items()
        if path.endswith(".yml") and "/" not in path
    )


def read_case(name: str, where: str, content: bytes) -> Case:
    """Read one case; raises FormatError."""
    document = yaml.load(content, where)
    if document.data is None:
        document = Located({}, where, document.lines)
    given = {key: value.data for key, value in document.items()}
    Located({key: given[key] for key in given if key.startswith("_")}, where, document.lines).only(SETTINGS)
    answers = {key: value for key, value in given.items() if not key.startswith("_")}
    none: tuple[str, ...] = ()
    conflicts = document.optional("_conflicts", texts, none)
    nothing: Mapping[str, Any] = {}
    before = document.optional("_before", lambda at: {key: value.data for key, value in at.items()}, nothing)
    return Case(name, where, answers, conflicts, before)


def as_asked_by(release: Release, case: Case) -> Case:
    """Return a case with its answers to what an older release asks, also those that it gives for the time before."""
    asked = {question.name for question in release.questions}
    answered = {**case.answers, **case.before}
    return case._replace(answers={name: value for name, value in answered.items() if name in asked})


def answer_case(release: Release, case: Case) -> Answers:
    """Answer a release's questions as a case does; raises AnswerError or RenderError."""
    return native.resolve(release, given=case.answers, previous={}, surroundings=Surroundings(case.name))


def render_case(release: Release, case: Case, *, trust: bool = False) -> Rendered:
    """Render a case as `scaffold new` would, guardrails left aside, with trust its tasks too; raises ScaffoldError."""
    around = Surroundings(case.name)
    rendered = engine.render(release, given=case.answers, previous={}, surroundings=around)
    return done(release, rendered, around, trust=trust)


def done(release: Release, rendered: Rendered, around: Surroundings, *, trust: bool) -> Rendered:
    """Return what was rendered as its tasks leave it, which run with trust; raises ScaffoldError."""
    if trust and release.has_scripts:
        rendered = with_tasks(release, rendered, around, Means(trust=True), lambda _: None)
    refuse_unrecorded(release, rendered)
    return rendered


def tasks_of(release: Release) -> tuple[str, ...]:
    """Return where the code stands that stamping a release runs: tasks and hooks."""
    tasks = (task.where for layer in release.layers for task in layer.settings.tasks)
    return (*tasks, *(layer.where(hook) for layer in release.layers for hook in layer.settings.hooks))


def stamp_case(release: Release, case: Case, *, trust: bool = False) -> Rendered:
    """Render a case as `scaffold new` would stamp it; raises ScaffoldError for a release that nobody could stamp."""
    rendered = render_case(release, case, trust=trust)
    decided(release, rendered.answers)
    return rendered
