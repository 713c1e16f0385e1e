"""Held answers: the answers of a project that decide who grants its exceptions, and who holds it."""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.answers.question import MISSING
from scaffold.blueprint.places import manifest_path
from scaffold.blueprint.release import Release
from scaffold.formats.equal import as_text
from scaffold.guard.finding import Found
from scaffold.lock import PATH
from scaffold.project.checking.notes import WORKFLOW
from scaffold.templating.templates import Templates

SAY_SO = "Name it among the policy's `answers`, or make it the default of the question in the library."


def against_answers(answers: Mapping[str, Any], release: Release, demanded: Mapping[str, Any]) -> Iterator[Found]:
    """Hold a lock's answers against what the platform demands, and against what its blueprint answers itself.

    An answer that decides who approves is the judged one's own word. Where neither the policy nor the blueprint's
    default bears it out, nobody outside has said so, and it is unknown.
    """
    for name, value in demanded.items():
        if answers.get(name) != value:
            yield _found(name, f"{name} is {_shown(answers.get(name))}, and the policy says {_shown(value)}")
    defaults = {question.name: question.default for question in release.questions}
    for name in sorted((approving(release) | {WORKFLOW}) & answers.keys() - demanded.keys()):
        value, default = answers[name], defaults.get(name, MISSING)
        if not isinstance(default, str) or "{{" in default or default == value:
            continue
        if default and (not value or (name == WORKFLOW and _place(value) != _place(default))):
            yield _found(name, f"{name} is {_shown(value)}, and the platform's is {default}")
        elif default and name != WORKFLOW:
            yield _found(name, f"nobody outside says that {name} is {value}, and not {default}")._replace(
                known=False, fix=SAY_SO
            )


def approving(release: Release) -> set[str]:
    """Return the answers that decide who may approve."""
    guardrails, where = release.blueprint.guardrails, manifest_path(release.blueprint.name)
    texts = Templates({}, where)
    return {name for one in (guardrails.approvers if guardrails else ()) for name in texts.names_in(one, where)}


def _found(name: str, message: str) -> Found:
    return Found(message, PATH, key=f"answers.{name}")


def _shown(value: Any) -> str:
    return as_text(value) if value else "not answered"


def _place(workflow: Any) -> str:
    """Return a workflow without the commit that it is called at."""
    return str(workflow).partition("@")[0]
