"""GitLab's pipelines in the shape of GitHub's workflows: one answer to whoever asks for jobs, steps and images.

A line of `script` is a step, an image a container, and a rule that leaves merge requests out a condition. What a job
extends, refers to or has by default may stand in any file that the pipeline includes from the repository. Source:
https://docs.gitlab.com/ci/yaml/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scaffold.formats.equal import Tagged
from scaffold.formats.located import KeyPath, Located
from scaffold.formats.lookup import below, line_of, listed, mapping, value
from scaffold.guard.look import Look
from scaffold.guard.readers.workflow import Workflow, workflows

FIRST = ".gitlab-ci.yml"
MOST = 50  # files that include each other
DEEPEST = 10  # references to references, and lists within lists, as GitLab allows it
# What stands at the top and is no job.
NO_JOBS = frozenset({
    "default", "include", "stages", "variables", "workflow", "image", "services", "before_script", "after_script",
    "cache", "spec", "pages:deploy",
})  # fmt: skip
SCRIPTS = ("before_script", "script", "after_script")  # the last of which fails unnoticed
# Conditions that hold for each change: of a merge request, or of the branch that it is from.
EVERY = re.compile(
    r"(?<!!)(?<!=)==\s*[\"'](?:merge_request_event|push)[\"']|=~\s*/[^/]*merge_request_event|\$\{?CI_MERGE_REQUEST_I?ID\b(?!\s*[!=])"
    r"|\$\{?CI_COMMIT_BRANCH\}?\s*(?:$|[&|])|\|\|"
)
NOT_RUN = ("manual", "never", "delayed")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


def pipelines(look: Look) -> tuple[Workflow, ...]:
    """Return the workflows of GitHub and the pipelines of GitLab."""
    return (*workflows(look), *look.once(_of_gitlab))


def _of_gitlab(look: Look) -> tuple[Workflow, ...]:
    """Return the pipeline of GitLab and what it includes from the repository, each file as a workflow."""
    waiting, files = [FIRST], dict[str, list[Located]]()
    while waiting and len(files) < MOST:
        path = waiting.pop(0)
        if path in files or path not in look:
            continue
        files[path] = [one for one in look.documents(path) if isinstance(one.data, Mapping)]
        for document in files[path]:
            given = [document.data.get("include"), *(value(job, "trigger", "include") for _, job in _jobs(document))]
            waiting += (one for include in given for one in _included(look, include))
    return tuple(_Pipeline([one for some in files.values() for one in some]).workflows())


def _jobs(document: Located) -> Iterator[tuple[str, Located]]:
    for name in document.data:
        if name not in NO_JOBS and isinstance(document.data[name], Mapping) and not str(name).startswith("."):
            yield str(name), document.child(name)


def _included(look: Look, given: Any) -> Iterator[str]:
    for one in listed(given) or [given]:
        local = one if isinstance(one, str) else mapping(one).get("local")
        for name in listed(local) or [local]:
            if isinstance(name, str) and "://" not in name:
                yield from look.paths(f"/{name.lstrip('/')}")


class _Pipeline:
    """All files of a pipeline, of which those before win over those that they include."""

    def __init__(self, documents: Sequence[Located]) -> None:
        self._documents = documents
        self._env = _variables(documents)

    def workflows(self) -> Iterator[Workflow]:
        """Yield each file as a workflow; a job that several files tell of is the first one's."""
        rules = next((found for one in self._documents if (found := below(one, "workflow"))), None)
        every = rules is None or not _condition(self._merged(rules))
        seen = set[str]()
        for document in self._documents:
            lines: dict[KeyPath, int | str] = {}
            jobs = {name: self._job(at, ("jobs", name), lines) for name, at in _jobs(document) if name not in seen}
            seen |= jobs.keys()
            events = {"push": None} | ({"pull_request": None} if every else {})
            data = {"name": "GitLab", "on": events, "jobs": jobs, "env": self._env}
            yield Workflow(document.file, Located(data, document.file, lines))

    def _job(self, at: Located, way: KeyPath, lines: dict[KeyPath, int | str]) -> dict[str, Any]:
        def note(found: Located, *keys: str | int) -> None:
            lines[(*way, *keys)] = line_of(found if found.file == at.file else at)

        note(at)
        said = self._merged(at)
        env = _variables([*self._lineage(at)])
        steps: list[dict[str, Any]] = []
        job: dict[str, Any] = {
            "steps": steps,
            "if": _condition(said),
            "env": env,
            "needs": list(_needs(said.get("needs"))),
        }
        for script in SCRIPTS:
            for line in self._items(self._said(at, script)):
                if isinstance(line.data, str):
                    note(line, "steps", len(steps), "run")
                    steps.append({"run": line.data, "continue-on-error": script == "after_script"})
        if isinstance(said.get("release"), Mapping):
            steps.append({"run": "release-cli create"})
        for name, key in (("image", "container"), ("services", "services")):
            if (found := self._said(at, name)) is not None:
                note(found, key)
                images = _images(found.data) if key == "services" else found.data
                job[key] = _filled(images, self._env | env)
        if said.get("allow_failure") or next(map(_may_fail, filter(_is_for_every, _rules(said))), False):
            job["continue-on-error"] = True
        return job

    def _merged(self, at: Located) -> dict[str, Any]:
        """Return what decides when a job runs and what follows, wherever that is said; lists within lists are one."""
        keys = {str(key) for place in self._lineage(at) for key in place.data}
        found = {key: self._said(at, key) for key in keys}
        rules = [one.data for one in self._items(found.get("rules"))]
        return {key: one.data for key, one in found.items() if one is not None} | {"rules": rules}

    def _said(self, at: Located, key: str) -> Located | None:
        """Return what a job says, or what it extends, or what holds for all jobs."""
        defaults = [] if value(at, "inherit", "default") is False else [*self._named("default"), *self._documents]
        places = (*self._lineage(at), *(defaults if key in (*SCRIPTS, "image", "services") else ()))
        found = next((found for place in places if (found := below(place, key)) is not None), None)
        return self._referred(found)

    def _named(self, name: str) -> Iterator[Located]:
        yield from (
            one for document in self._documents if (one := below(document, name)) and isinstance(one.data, Mapping)
        )

    def _lineage(self, at: Located) -> Iterator[Located]:
        """Yield a job, what other files say of it, and what it extends, the nearest first and each once."""
        waiting, seen = [at], set[tuple[str, KeyPath]]()
        while waiting:
            one = waiting.pop(0)
            others = self._named(str(one.path[0])) if len(one.path) == 1 else ()
            told = [place for place in (one, *others) if (place.file, place.path) not in seen]
            seen |= {(place.file, place.path) for place in told}
            yield from told
            bases = (mapping(place.data).get("extends") for place in told)
            names = (name for base in bases for name in reversed(listed(base) or [base]) if name)
            waiting[:0] = [found for name in names if (found := next(self._named(str(name)), None)) is not None]

    def _referred(self, at: Located | None, depth: int = DEEPEST) -> Located | None:
        """Return what `!reference` stands for, or the value itself."""
        if at is None or not isinstance(at.data, Tagged) or not depth:
            return at
        way = [str(one) for one in listed(at.data.value)]
        found = next(self._named(way[0]), None) if way else None
        if found is None or len(way) == 1:
            return None
        return self._referred(below(self._said(found, way[1]), *way[2:]), depth - 1)

    def _items(self, at: Located | None, depth: int = DEEPEST) -> Iterator[Located]:
        """Yield the elements of a list, those of lists within it and of what it refers to among them."""
        found = self._referred(at)
        if found is not None and isinstance(found.data, list) and depth:
            for one in found.elements():
                yield from self._items(one, depth - 1)
        elif found is not None:
            yield found


def _variables(places: Sequence[Located]) -> dict[str, Any]:
    """Return the variables that some places set, those before over those behind."""
    said = ((str(name), one) for place in reversed(places) for name, one in mapping(value(place, "variables")).items())
    return {name: one.get("value") if isinstance(one, Mapping) else one for name, one in said}


def _needs(given: Any) -> Iterator[str]:
    for one in listed(given):
        name = one if isinstance(one, str) else mapping(one).get("job")
        if isinstance(name, str):
            yield name


def _images(given: Any) -> dict[str, Any]:
    names = (one if isinstance(one, str) else mapping(one).get("name") for one in listed(given))
    return {str(number): {"image": name} for number, name in enumerate(names)}


def _filled(data: Any, env: Mapping[str, Any]) -> Any:
    """Return a value with its variables filled in, as far as the pipeline sets them."""
    if isinstance(data, Mapping):
        return {key: _filled(one, env) for key, one in data.items()}
    if not isinstance(data, str):
        return data
    return _VARIABLE.sub(lambda match: str(env.get(match[1] or match[2], match[0])), data)


def _rules(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [mapping(one) for one in listed(said.get("rules"))]


def _is_for_every(rule: Mapping[str, Any]) -> bool:
    return "if" not in rule or EVERY.search(str(rule["if"])) is not None


def _may_fail(rule: Mapping[str, Any]) -> bool:
    return bool(rule.get("allow_failure"))


def _condition(said: Mapping[str, Any]) -> str:
    """Return when a job runs, in words; empty where each merge request starts it."""
    if said.get("when") in NOT_RUN:
        return f"when: {said['when']}"
    rules = _rules(said)
    for rule in rules:
        text = str(rule.get("if", ""))
        for_every = _is_for_every(rule)
        if for_every and rule.get("when") in NOT_RUN:
            return f"rules: {text} when: {rule['when']}"
        own = [name for match in _VARIABLE.findall(text) if not (name := "".join(match)).startswith("CI_")]
        if for_every and not own and not rule.keys() & {"changes", "exists"}:
            return ""
    if rules:
        return f"rules: {rules[0].get('if', rules[0].get('changes', ''))}"
    for key, is_left_out in (("only", False), ("except", True)):
        given = mapping(said.get(key)).get("refs", said.get(key))
        texts = " ".join(map(str, listed(given) or [given])) if given is not None else ""
        if texts and ("merge_requests" in texts or (not is_left_out and "branches" in texts)) == is_left_out:
            return f"{key}: {texts}"
    return ""
