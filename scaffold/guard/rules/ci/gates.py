"""Rules on what every change must pass: the gates, all of them in one status, and the lint of CI itself."""

import re
from collections.abc import Iterator

from scaffold.formats.lookup import below, line_of
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.expressions import dotted
from scaffold.guard.readers.gitlab import pipelines
from scaffold.guard.readers.makefile import TOP, makefile
from scaffold.guard.readers.places import OTHER_CI, TASK_FILES, WORKFLOWS
from scaffold.guard.readers.scripts import in_makefiles
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, Workflow, is_false, steps_of, texts_in, workflows
from scaffold.guard.rule import CannotTell, NotApplicable
from scaffold.guard.rules.ci.gate_steps import Running, weakened
from scaffold.guard.rules.ci.makefiles import taken_away

RESULTS = regex(r"needs\.[*\w-]+\.result|toJSON\(\s*needs\s*\)|contains\(\s*needs\.\*", re.IGNORECASE)
CAN_FAIL = regex(r"\bexit\s+[\"'$\w]|\bfalse\b|\[\[?\s|\btest\s|setFailed|jq\s+-e|grep|core\.error|==|!=")
SHRUGGED = regex(r"(?:\[\[?|\btest\b|\bgrep\b|\bjq\b)[^\n|]*\|\|\s*(?:echo|printf|true|:)[^\n]*")
LENIENT = frozenset({"--no-exit-codes", "--exit-zero", "-ignore"})  # with which a linter is green whatever it finds
LINTERS = ("zizmor", "actionlint")


def aggregate(look: Look) -> Iterator[Found]:
    """Look for the gates in what pull requests start, and for the job that waits for all."""
    gate = look.parameters["gate"]
    found = pipelines(look)
    if not found and not look.paths(*WORKFLOWS):
        if other := look.paths(*OTHER_CI):
            raise CannotTell(f"CI is set up in {other[0]}, and GitHub's and GitLab's alone are understood here")
        yield Found(f"no CI runs `{gate}`", ".github/workflows")
        return
    on_requests = [one for one in found if "pull_request" in one.events]
    running = [Running(one, *there) for one in on_requests for job in one.jobs for there in _running(look, job, gate)]
    if not running:
        first = (on_requests or found)[0].path if found else look.paths(*WORKFLOWS)[0]
        yield Found(f"no workflow runs `{gate}` on pull requests", first)
        return
    yield from min((list(weakened(look, one, gate)) for one in running), key=len)  # one that holds is enough
    if gate.split()[0] == "make":
        yield from _left_out(look, gate)
        yield from taken_away(look)
    for workflow in {one.workflow.path: one.workflow for one in running}.values():
        if workflow.path in look.paths(*WORKFLOWS):  # GitLab's pipeline has one status by itself
            yield from _not_waited_for(workflow)


def _running(look: Look, job: Job, gate: str) -> Iterator[tuple[Job, Step]]:
    """Yield the steps of a job, or of what it calls, that run the gate."""
    program, *words = gate.split()
    if is_false(job.condition):
        return
    for step in steps_of(look, job):
        runs = program in step.run and any(command.runs(program, *words) for command in commands(step.run))
        if runs and not is_false(step.at.data.get("if")):
            yield job, step


def _left_out(look: Look, gate: str) -> Iterator[Found]:
    """Yield each gate that the Makefile's target no longer runs."""
    make, target = makefile(look), gate.rsplit(maxsplit=1)[-1]
    reached = make.reached(target)
    missing = [name for name in look.parameters["gates"] if name not in reached]
    if (line := make.line(target)) and missing:
        yield Found(f"`{gate}` does not run {', '.join(missing)}", next(iter(look.paths(*TOP)), "Makefile"), line)


def _not_waited_for(workflow: Workflow) -> Iterator[Found]:
    """Yield what is wrong with the job that stands for all others of a workflow."""
    jobs = list(workflow.jobs)
    waiting = [job for job in jobs if "always()" in job.condition and job.needs]
    if not waiting:
        if len(jobs) > 1:
            message = "no job waits for all others with `if: always()`, so no one status stands for all"
            at = below(workflow.at, "jobs")
            yield Found(message, workflow.path, line_of(at) if at is not None else 1)
        return
    best = max(waiting, key=lambda job: len(job.needs))
    if missed := sorted({job.name for job in jobs} - {job.name for job in waiting} - best.needs):
        needs = best.at.child("needs")
        yield Found(f"the job {best.name} does not wait for {', '.join(missed)}", workflow.path, line_of(needs))
    written = dotted("\n".join(texts_in(best.at.data)))
    if "alls-green" in written:
        return
    if not RESULTS.search(written):
        message = f"the job {best.name} does not look at the results of the jobs that it waits for"
        yield Found(message, workflow.path, line_of(best.at))
    elif not CAN_FAIL.search(SHRUGGED.sub("", written)):
        yield Found(f"the job {best.name} only prints the results, and cannot fail", workflow.path, line_of(best.at))


def linted(look: Look) -> Iterator[Found]:
    """Look for a linter of workflows where CI, the Makefile or a hook runs it."""
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    ignored: Found | None = None
    for workflow in workflows(look):
        for job in workflow.jobs:
            for step in (*job.steps, Step(job.at)):
                if not _lints(step):
                    continue
                tolerated = job.is_tolerated or step.is_tolerated or _shrugged_off(step)
                if not tolerated and not is_false(step.at.data.get("if")) and not is_false(job.condition):
                    return
                ignored = Found("the lint of CI may fail and nobody notices", workflow.path, line_of(step.at))
    if not _runs_elsewhere(look):
        yield ignored or Found("nothing lints the workflows", look.paths(*WORKFLOWS)[0])


def _lints(step: Step) -> bool:
    if any(name in step.uses.lower() for name in LINTERS):
        return True
    return any(name in step.run for name in LINTERS) and any(_is_lint(one) for one in commands(step.run))


def _is_lint(command: Command) -> bool:
    return any(command.calls(name) for name in LINTERS) and LENIENT.isdisjoint(command.words)


def _shrugged_off(step: Step) -> bool:
    found = [command for command in commands(step.run) if _is_lint(command)]
    return bool(found) and all(command.tolerated for command in found)


def _runs_elsewhere(look: Look) -> bool:
    """Whether a hook, or what makefiles and runners of tasks are told, runs a linter, called by CI or by people."""
    scripts = (one for one in in_makefiles(look) if any(name in one.text for name in LINTERS))
    if any(_is_lint(command) for script in scripts for _, command in script.commands()):
        return True
    texts = (text for _, text in look.texts("/package.json", *TASK_FILES))
    written = (line for text in texts for line in text.splitlines() if not line.lstrip().startswith(("#", "//")))
    return any(name in line for line in written for name in LINTERS)
