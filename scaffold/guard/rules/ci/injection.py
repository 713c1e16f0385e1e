"""The rule on scripts of CI: none holds an expression, and none evaluates what strangers write."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, mapping
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.expressions import Values, outcomes, values_of
from scaffold.guard.readers.places import WORKFLOWS
from scaffold.guard.readers.scripts import Lines
from scaffold.guard.readers.shell import SHELLS, commands
from scaffold.guard.readers.workflow import (
    Step,
    action_steps,
    has_ci,
    own_actions,
    workflows,
)
from scaffold.guard.rule import NotApplicable

SHOWN = 60  # characters of an expression that a finding repeats
UNTRUSTED = regex(
    r"github\.event\.(?!repository\.|organization\.|workflow_run\.name\b)(?:[\w.*\[\]]{0,200}\.)?"
    r"(?:title|body|message|name|email|label|ref|default_branch|page_name|head_branch|display_title|description)\b"
    r"|github\.head_ref\b|\bgithub\.event\s*(?![\w.\s])|toJSON\(\s*github\b|github\.event\.client_payload",
    re.IGNORECASE,
)
# Inputs of well-known actions that are run as code.
SCRIPTS: Mapping[str, str] = {
    "actions/github-script": "script",
    "appleboy/ssh-action": "script",
    "azure/cli": "inlinescript",
    "azure/powershell": "inlinescript",
    "nick-fields/retry": "command",
}
INSECURE = "ACTIONS_ALLOW_UNSECURE_COMMANDS"


def injection(look: Look) -> Iterator[Found]:
    """Look for `${{ }}` in what is run."""
    if not has_ci(look):
        raise NotApplicable("there are no workflows")
    seen, lines = set(), Lines(look)
    yield from _insecure_commands(look)
    yield from _shells(look)
    for values in _all_values(look):
        for step in values.steps:
            at = _script(step)
            yield from _handed_to_a_shell(values, step, lines)
            if at is None or "${{" not in at.data:
                continue
            first = lines.first(at)
            for written, below_first in _expressions(at.data):
                line = first + below_first
                if (step.path, line, written) in seen:
                    continue
                seen.add((step.path, line, written))
                shown = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
                if any(UNTRUSTED.search(values.behind(one, step)) for one in outcomes(written)):
                    yield Found(f"the script holds {shown}, which others write", step.path, line)
                else:
                    yield Found(f"the script holds the expression {shown}", step.path, line, severity="medium")


def _shells(look: Look) -> Iterator[Found]:
    """Yield an expression in the command that runs scripts: the shell of a workflow, or of a job."""
    for workflow in workflows(look):
        for at in (workflow.at, *(job.at for job in workflow.jobs)):
            shell = below(at, "defaults", "run", "shell")
            if shell is not None and "${{" in str(shell.data):
                yield Found("the shell that runs every script holds an expression", workflow.path, line_of(shell))


def _insecure_commands(look: Look) -> Iterator[Found]:
    """Yield where the commands are let in again by which a log line sets variables."""
    for path in dict.fromkeys((*look.paths(*WORKFLOWS), *own_actions(look))):
        for number, line in enumerate((look.text(path) or "").splitlines(), start=1):
            if INSECURE in line and not line.lstrip().startswith("#") and "false" not in line.lower():
                yield Found(f"{INSECURE} lets whatever is printed set variables", path, number, fix="Take it out.")


def _handed_to_a_shell(values: Values, step: Step, lines: Lines) -> Iterator[Found]:
    """Yield where a script evaluates a variable that others write, or hands it to all later steps."""
    env = mapping(step.at.data.get("env"))
    theirs = {
        str(name)
        for name in env
        if any(UNTRUSTED.search(values.behind(one, step)) for text in _inside(str(env[name])) for one in outcomes(text))
    }
    at = below(step.at, "run")
    for command in commands(step.run) if theirs and at is not None else ():
        written = " ".join(command.words)
        named = next((name for name in sorted(theirs) if re.search(rf"\$\{{?{re.escape(name)}\b", written)), None)
        if named is None or at is None:
            continue
        line = lines.first(at) + command.line
        if "GITHUB_ENV" in written or "GITHUB_PATH" in written:
            yield Found(f"{named}, which others write, is handed to all later steps", step.path, line)
        elif command.program == "eval" or (command.program in SHELLS and "-c" in command.words):
            yield Found(f"{named}, which others write, is evaluated by {command.program}", step.path, line)


def _inside(text: str) -> Iterator[str]:
    return (written for written, _ in _expressions(text))


def _all_values(look: Look) -> Iterator[Values]:
    """Yield the steps of each job, and of the repository's own actions, with what they refer to."""
    for workflow in workflows(look):
        yield from (values_of(workflow, job) for job in workflow.jobs)
    for path in own_actions(look):
        yield Values(tuple(action_steps(look, path)))


def _script(step: Step) -> Located | None:
    """Return what a step runs as code."""
    if step.run:
        return below(step.at, "run")
    name = SCRIPTS.get(step.action)
    inputs = below(step.at, "with")
    if name is None or inputs is None or not isinstance(inputs.data, Mapping):
        return None
    found = next((inputs.child(key) for key in inputs.data if str(key).lower() == name), None)
    return found if found is not None and isinstance(found.data, str) else None


def _expressions(script: str) -> Iterator[tuple[str, int]]:
    """Yield what stands in each `${{ }}`, and how many lines below the first."""
    lines, counted = 0, 0
    start = script.find("${{")
    while start >= 0 and (end := script.find("}}", start)) >= 0:
        lines += script.count("\n", counted, start)
        counted = start
        yield " ".join(script[start + 3 : end].split()), lines
        start = script.find("${{", end)
