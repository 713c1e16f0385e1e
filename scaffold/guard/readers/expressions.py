"""Expressions of workflows: one spelling for each, and what they stand for as far as the workflow itself says it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scaffold.formats.lookup import mapping
from scaffold.formats.regex import regex
from scaffold.guard.readers.workflow import Job, Step, Workflow, texts_in

MOST = 50  # references that are followed from one place
_INDEX = regex(r"\s{0,5}\[\s{0,5}'([\w-]{1,100})'\s{0,5}\]")
_REFERENCE = regex(
    r"\benv\.(?P<env>\w{1,100})|\bsteps\.(?P<step>[\w-]{1,100})\.outputs\.(?P<output>[\w-]{1,100})"
    r"|\bneeds\.(?P<job>[\w-]{1,100})\.outputs\.(?P<handed>[\w-]{1,100})",
    re.IGNORECASE,
)
_VARIABLE = regex(r"\$\{?(\w{1,100})")


def dotted(text: str) -> str:
    """Return a text with `x['y']` written as `x.y`, which means the same."""
    return _INDEX.sub(r".\1", text) if "['" in text or "[ " in text else text


_WORD = regex(r"'(?:[^']|'')*'")
_TRUTH = regex(
    r"^!|^(?:contains|startsWith|endsWith|always|success|failure|cancelled)\(.*\)$|[=!<>]=|[<>]|^(?:true|false|null|[\d.]+)$",
    re.IGNORECASE,
)


def outcomes(expression: str) -> Iterator[str]:
    """Yield what an expression may come to, but for words of our own, numbers, and yes or no.

    Of `a && b || c` that is b or c: what decides between them is not written anywhere.
    """
    plain = _WORD.sub("''", dotted(expression))
    for alternative in _split(plain, "||"):
        last = _split(alternative, "&&")[-1].strip()
        inner = last[1:-1] if last.startswith("(") and last.endswith(")") else ""
        if inner:
            yield from outcomes(inner)
        elif last not in ("", "''") and not _TRUTH.search(last):
            yield last


def _split(text: str, sign: str) -> list[str]:
    """Split an expression at a sign that stands in no parentheses."""
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth and text.startswith(sign, at):
            parts.append(text[start:at])
            start = at + len(sign)
    return [*parts, text[start:]]


class _Place(NamedTuple):
    """Where a text stands: what it can refer to."""

    text: str
    job: Job | None
    step: Step | None


@dataclass(frozen=True, slots=True)
class Values:
    """What the expressions in a job's steps, or in an action's, stand for."""

    steps: tuple[Step, ...]
    job: Job | None = None
    workflow: Workflow | None = None

    def behind(self, text: str, step: Step | None = None) -> str:
        """Return a text with all that it refers to: variables, and the outputs of earlier steps and jobs."""
        parts: list[str] = []
        seen: set[tuple[str, str]] = set()
        waiting = [_Place(text, self.job, step)]
        while waiting:
            place = waiting.pop()
            parts.append(dotted(place.text))
            for match in _REFERENCE.finditer(parts[-1]):
                key = (place.job.name if place.job else "", match[0].lower())
                if key not in seen and len(seen) < MOST:
                    seen.add(key)
                    waiting += self._meant(match, place)
        return "\n".join(parts)

    def _meant(self, match: re.Match[str], place: _Place) -> Iterator[_Place]:
        steps = self.steps if place.job is self.job or place.job is None else tuple(place.job.steps)
        if name := match["env"]:
            scopes = (place.step, place.job, self.workflow)
            given = [mapping(one.at.data.get("env")) for one in scopes if one is not None]
            found = next((env[name] for env in given if name in env), None)
            if found is not None:
                yield _Place(str(found), place.job, place.step)
                return
            for step in steps:
                if "GITHUB_ENV" in step.run and f"{name}=" in step.run:
                    yield _Place(written(step, name), place.job, step)
        elif match["step"]:
            for step in steps:
                if str(step.at.data.get("id")).lower() == match["step"].lower():
                    yield _Place(written(step, match["output"]), place.job, step)
        elif self.workflow is not None:
            job = next((one for one in self.workflow.jobs if one.name == match["job"]), None)
            if job is not None:
                yield _Place(str(mapping(job.at.data.get("outputs")).get(match["handed"], "")), job, None)


def values_of(workflow: Workflow, job: Job) -> Values:
    """Return what the expressions of a job stand for."""
    return Values(tuple(job.steps), job, workflow)


def written(step: Step, name: str) -> str:
    """Return what a step sets an output or a variable from: the lines that name it, with what they refer to."""
    inputs: Any = step.at.data.get("with")
    if not step.run:
        said = "\n".join(texts_in(inputs))
        return "\n".join(line for line in said.splitlines() if f"'{name}'" in line or f'"{name}"' in line) or said
    lines = step.run.splitlines()
    found = [line for line in lines if f"{name}=" in line] or lines
    env: Mapping[str, Any] = mapping(step.at.data.get("env"))
    used = {variable for line in found for variable in _VARIABLE.findall(line)}
    found += [line for line in lines if line.strip().partition("=")[0] in used]
    used |= {variable for line in found for variable in _VARIABLE.findall(line)}
    return "\n".join((*found, *(str(env[one]) if one in env else f"env.{one}" for one in sorted(used))))
