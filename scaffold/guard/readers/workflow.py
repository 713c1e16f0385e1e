"""GitHub workflows and actions as rules see them: jobs, steps and what starts them, each with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import Any, Literal, NamedTuple

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, elements, entries, line_at, mapping
from scaffold.guard.look import Look, once
from scaffold.guard.reached import reached
from scaffold.guard.readers.aside import is_product
from scaffold.guard.readers.pins import OWN
from scaffold.guard.readers.places import ACTIONS, WORKFLOWS

HOSTED = "Default Larger Runners"


def is_true(data: Any) -> bool:
    """Whether a workflow's yes-or-no is yes beyond doubt, however it is written."""
    return str(data).strip().lower() in ("true", "${{ true }}")


def is_false(data: Any) -> bool:
    """Whether it is no beyond doubt."""
    return str(data).strip().lower() in ("false", "${{ false }}")


def texts_in(data: Any) -> Iterator[str]:
    """Yield every text in a value, those of mappings and lists among them."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from texts_in(item)
    elif isinstance(data, list):
        for item in data:
            yield from texts_in(item)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a job, or of a composite action."""

    at: Located

    @property
    def path(self) -> str:
        """The file it is in."""
        return self.at.file

    @property
    def uses(self) -> str:
        """The action that it runs, or nothing."""
        uses = self.at.data.get("uses")
        return uses.strip() if isinstance(uses, str) else ""

    @property
    def action(self) -> str:
        """The same in small letters, without its version."""
        return self.uses.partition("@")[0].lower()

    @property
    def is_checkout(self) -> bool:
        """Whether it checks code out, by actions/checkout or a copy of it."""
        return self.action.endswith("checkout")

    @property
    def run(self) -> str:
        """The script that it runs, or nothing."""
        run = self.at.data.get("run")
        return run if isinstance(run, str) else ""

    def given(self, name: str) -> Any:
        """Return an input of its action; GitHub does not tell their names' case apart."""
        inputs = mapping(self.at.data.get("with"))
        return next((inputs[key] for key in inputs if str(key).lower() == name), None)

    @property
    def is_tolerated(self) -> bool:
        """Whether nobody notices that it fails."""
        return is_true(self.at.data.get("continue-on-error"))

    @property
    def holds(self) -> bool:
        """Whether it is run, as far as can be told, and stops the job where it fails."""
        return not self.is_tolerated and not is_false(self.at.data.get("if"))


class Job(Step):
    """A job of a workflow, which runs a reusable workflow as a step does an action."""

    @property
    def name(self) -> str:
        """Its name in the workflow."""
        return str(self.at.path[-1])

    calls = Step.uses  # the reusable workflow

    @property
    def steps(self) -> Iterator[Step]:
        """Its steps."""
        return steps_in(self.at)

    @property
    def condition(self) -> str:
        """When it runs, as written."""
        return str(self.at.data.get("if", ""))

    @property
    def machine(self) -> Literal["ours", "perhaps ours", "hosted"]:
        """Whose machine it runs on: a group may hold either kind, but for the one that GitHub makes for its own."""
        runner = self.at.data.get("runs-on")
        if "self-hosted" in texts_in(runner):
            return "ours"
        group = mapping(runner).get("group")
        return "perhaps ours" if group and group != HOSTED else "hosted"

    @property
    def needs(self) -> frozenset[str]:
        """The jobs that it waits for."""
        needs = self.at.data.get("needs")
        return frozenset(map(str, needs if isinstance(needs, list) else [needs] if needs else []))


def steps_in(at: Located | None) -> Iterator[Step]:
    """Yield the steps of a job, or of what a composite action runs."""
    return (Step(step) for step in elements(below(at, "steps")) if isinstance(step.data, Mapping))


class Workflow(NamedTuple):
    """A workflow file."""

    path: str
    at: Located

    @property
    def events(self) -> Mapping[str, Any]:
        """What starts it, with its filters."""
        on = self.at.data.get("on")
        if isinstance(on, str):
            return {on: None}
        if isinstance(on, list):
            return {str(event): None for event in on}
        return mapping(on)

    @property
    def events_line(self) -> int:
        """The line of `on`."""
        return line_at(self.at, "on")

    @property
    def jobs(self) -> Iterator[Job]:
        """Its jobs."""
        return (Job(job) for _, job in entries(below(self.at, "jobs")) if isinstance(job.data, Mapping))

    @property
    def is_called_only(self) -> bool:
        """Whether nothing but other workflows starts it."""
        return self.events.keys() == {"workflow_call"}

    @property
    def is_release(self) -> bool:
        """Whether it runs for a tag or a release."""
        return "release" in self.events or "tags" in mapping(self.events.get("push"))


def workflows(look: Look) -> Iterator[Workflow]:
    """Yield every workflow that can be read."""
    for path in look.paths(*WORKFLOWS):
        if (workflow := workflow_at(look, path)) is not None:
            yield workflow


def workflow_at(look: Look, path: str) -> Workflow | None:
    """Return the workflow at a path, where there is one."""
    document = look.data(path)
    return Workflow(path, document) if document is not None and isinstance(document.data, Mapping) else None


def composite_steps(look: Look) -> Iterator[Step]:
    """Yield the steps of the repository's own actions."""
    for path in own_actions(look):
        yield from action_steps(look, path)


@once
def own_actions(look: Look) -> Iterator[str]:
    """Yield the files of the repository's own actions: all that are part of the product, and those that CI uses."""
    used = (step for workflow in workflows(look) for job in workflow.jobs for step in job.steps)
    first = [path for path in look.paths(*ACTIONS) if is_product(path)]
    first += [path for step in used for path in called_paths(look, step)]
    return reached(first, lambda path: (one for step in action_steps(look, path) for one in called_paths(look, step)))


def has_ci(look: Look) -> bool:
    """Whether there are workflows, or actions of the repository's own."""
    return bool(look.paths(*WORKFLOWS) or own_actions(look))


def action_steps(look: Look, path: str) -> Iterator[Step]:
    """Yield the steps of the action at a path."""
    return steps_in(below(look.data(path), "runs"))


def all_steps(look: Look) -> Iterator[Step]:
    """Yield the steps of all jobs, and of the repository's own actions."""
    for workflow in workflows(look):
        for job in workflow.jobs:
            yield from job.steps
    yield from composite_steps(look)


def steps_of(look: Look, job: Job) -> Iterator[Step]:
    """Yield the steps of a job, with those of the repository's own workflows and actions that it calls, each once."""
    return _with_called(look, job, set())


def _with_called(look: Look, part: Step, seen: set[str]) -> Iterator[Step]:
    inner = list[Step]()
    if part.uses.startswith(OWN) and part.uses not in seen:
        seen.add(part.uses)
        called = workflow_at(look, part.uses[2:]) if isinstance(part, Job) else None
        inner += called.jobs if called is not None else called_steps(look, part)
    for one in (*inner, *(part.steps if isinstance(part, Job) else ())):
        if not isinstance(one, Job):
            yield one
        yield from _with_called(look, one, seen)


def called_steps(look: Look, step: Step) -> Iterator[Step]:
    """Yield the steps of the repository's own action that a step uses."""
    for path in called_paths(look, step):
        yield from action_steps(look, path)


def called_paths(look: Look, step: Step) -> Iterator[str]:
    """Yield the file of the repository's own action that a step uses."""
    if step.uses.startswith(OWN):
        folder = normpath(step.uses[2:].strip("/"))
        places = (name if folder == "." else f"{folder}/{name}" for name in ("action.yml", "action.yaml"))
        yield from (path for path in places if path in look)
