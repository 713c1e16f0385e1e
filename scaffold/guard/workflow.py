"""GitHub workflows as rules see them: jobs, steps and what starts them, each with its line."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.formats.located import Located
from scaffold.guard.look import Look

WORKFLOWS = ("/.github/workflows/*.yml", "/.github/workflows/*.yaml")
ACTIONS = ("action.yml", "action.yaml")


def line_of(at: Located) -> int:
    """Return the line of a value in its document."""
    path = at.path
    while path and path not in at.lines:
        path = path[:-1]
    line = at.lines.get(path, 1)
    return line if isinstance(line, int) else 1


def below(at: Located, *keys: str | int) -> Located | None:
    """Return the value at a way below, or None."""
    for key in keys:
        data = at.data
        if isinstance(key, int):
            if not isinstance(data, list) or not -len(data) <= key < len(data):
                return None
        elif not isinstance(data, Mapping) or key not in data:
            return None
        at = at.child(key)
    return at


class Job(NamedTuple):
    """A job of a workflow."""

    name: str
    at: Located

    @property
    def steps(self) -> Iterator[Located]:
        """Its steps."""
        steps = below(self.at, "steps")
        if steps is not None and isinstance(steps.data, list):
            yield from (step for step in steps.elements() if isinstance(step.data, Mapping))


class Workflow(NamedTuple):
    """A workflow file."""

    path: str
    at: Located

    @property
    def events(self) -> Mapping[str, Any]:
        """What starts it, with its filters."""
        on = self.at.data.get(True, self.at.data.get("on"))  # YAML 1.1 reads a bare `on` as true
        if isinstance(on, str):
            return {on: None}
        if isinstance(on, list):
            return {str(event): None for event in on}
        return on if isinstance(on, Mapping) else {}

    @property
    def events_line(self) -> int:
        """The line of `on`."""
        line = self.at.lines.get(("on",), 1)
        return line if isinstance(line, int) else 1

    @property
    def jobs(self) -> Iterator[Job]:
        """Its jobs."""
        jobs = below(self.at, "jobs")
        if jobs is not None and isinstance(jobs.data, Mapping):
            for name in jobs.data:
                if isinstance(jobs.data[name], Mapping):
                    yield Job(str(name), jobs.child(name))

    @property
    def is_release(self) -> bool:
        """Whether it runs for a tag or a release."""
        push = self.events.get("push")
        return "release" in self.events or (isinstance(push, Mapping) and "tags" in push)


def workflows(look: Look) -> Iterator[Workflow]:
    """Yield every workflow that can be read."""
    for path in look.paths(*WORKFLOWS):
        document = look.data(path)
        if document is not None and isinstance(document.data, Mapping):
            yield Workflow(path, document)
