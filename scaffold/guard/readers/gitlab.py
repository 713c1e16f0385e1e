"""GitLab's pipelines in the shape of GitHub's workflows: one answer to whoever asks for jobs, steps and images.

A line of `script` is a step, an image a container, and a rule that leaves merge requests out a condition. Source:
https://docs.gitlab.com/ci/yaml/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.formats.located import KeyPath, Located
from scaffold.formats.lookup import below, line_of, listed, mapping
from scaffold.guard.look import Look
from scaffold.guard.readers.workflow import Workflow, workflows

FIRST = ".gitlab-ci.yml"
MOST = 50  # files that include each other
# What stands at the top and is no job.
NO_JOBS = frozenset({
    "default", "include", "stages", "variables", "workflow", "image", "services", "before_script", "after_script",
    "cache", "spec", "pages:deploy",
})  # fmt: skip
SCRIPTS = ("before_script", "script", "after_script")
REQUESTS = ("merge_request_event", "$CI_MERGE_REQUEST")


def gitlab_pipelines(look: Look) -> Iterator[Workflow]:
    """Yield the pipeline of GitLab and what it includes from the repository, each as a workflow."""
    waiting, seen = [FIRST], set[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop()
        if path in seen or path not in look:
            continue
        seen.add(path)
        for document in look.documents(path):
            if isinstance(document.data, Mapping):
                waiting += _included(look, document.data.get("include"))
                yield Workflow(path, _as_workflow(document))


def pipelines(look: Look) -> tuple[Workflow, ...]:
    """Return the workflows of GitHub and the pipelines of GitLab."""
    return (*workflows(look), *look.once(_of_gitlab))


def _of_gitlab(look: Look) -> tuple[Workflow, ...]:
    return tuple(gitlab_pipelines(look))


def _included(look: Look, given: Any) -> Iterator[str]:
    for one in listed(given) or [given]:
        local = one if isinstance(one, str) else mapping(one).get("local")
        for name in listed(local) or [local]:
            if isinstance(name, str) and "://" not in name:
                yield from look.paths(f"/{name.lstrip('/')}")


def _as_workflow(document: Located) -> Located:
    lines: dict[KeyPath, int | str] = {}
    jobs: dict[str, Any] = {}
    for name in document.data:
        at = document.child(name)
        if name not in NO_JOBS and isinstance(at.data, Mapping) and not str(name).startswith("."):
            jobs[str(name)] = _job(document, at, ("jobs", str(name)), lines)
    env = mapping(document.data.get("variables"))
    data = {"name": "GitLab", "on": {"pull_request": None, "push": None}, "jobs": jobs, "env": dict(env)}
    return Located(data, document.file, lines)


def _job(document: Located, at: Located, way: KeyPath, lines: dict[KeyPath, int | str]) -> dict[str, Any]:
    lines[way] = line_of(at)
    job: dict[str, Any] = {"steps": [], "if": _condition(at.data), "env": dict(mapping(at.data.get("variables")))}
    for script in SCRIPTS:
        found = _said(document, at, script)
        for line in _items(found) if found is not None else ():
            lines[(*way, "steps", len(job["steps"]), "run")] = line_of(line)
            job["steps"].append({"run": line.data})
    for name, key in (("image", "container"), ("services", "services")):
        if (found := _said(document, at, name)) is not None:
            lines[(*way, key)] = line_of(found)
            job[key] = _images(found.data) if key == "services" else found.data
    if at.data.get("allow_failure") is True:
        job["continue-on-error"] = True
    return job


def _said(document: Located, at: Located, key: str) -> Located | None:
    """Return what a job says, or what it extends, or what holds for all jobs."""
    bases = [mapping(at.data).get("extends")]
    extended = (below(document, str(base)) for given in bases for base in listed(given) or [given] if base)
    places = (at, *extended, below(document, "default"), document)
    return next((found for place in places if (found := below(place, key)) is not None), None)


def _items(at: Located) -> Iterator[Located]:
    if isinstance(at.data, str):
        yield at
    elif isinstance(at.data, list):
        yield from (one for one in at.elements() if isinstance(one.data, str))


def _images(given: Any) -> dict[str, Any]:
    names = (one if isinstance(one, str) else mapping(one).get("name") for one in listed(given))
    return {str(number): {"image": name} for number, name in enumerate(names)}


def _condition(job: Mapping[str, Any]) -> str:
    """Return when a job runs, in words; empty where each merge request starts it."""
    if job.get("when") in ("manual", "never", "delayed"):
        return f"when: {job['when']}"
    rules = [mapping(one) for one in listed(job.get("rules"))]
    for rule in rules:
        text = str(rule.get("if", ""))
        plain = not rule.keys() & {"changes", "exists"} and rule.get("when") not in ("manual", "never", "delayed")
        if plain and (not text or any(word in text for word in REQUESTS) or "||" in text):
            return ""
    limited = job.get("only")
    texts = " ".join(map(str, listed(limited) or [limited])) if limited is not None else ""
    if rules:
        return f"rules: {rules[0].get('if', rules[0].get('changes', ''))}"
    return "" if not texts or "merge_requests" in texts or "branches" in texts else f"only: {texts}"
