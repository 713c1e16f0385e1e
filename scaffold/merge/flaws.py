"""What a merged file must not have unless a side had it: each is a sign that two changes do not go together."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from scaffold.errors import FormatError
from scaffold.merge.budget import Unprovable
from scaffold.merge.code.heads import heads
from scaffold.merge.code.made import contradictions
from scaffold.merge.code.proof import definitions, unbound
from scaffold.merge.code.python import parsed
from scaffold.merge.layouts import known
from scaffold.merge.schema import doubled

_MARKDOWN = re.compile(r"\.(md|markdown)$")
_HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
_FENCED = re.compile(r"^(`{3,}+|~{3,}+).*?^\1", re.MULTILINE | re.DOTALL)


class Flaw(NamedTuple):
    """A flaw, what it is of, and how often."""

    kind: Literal["unreadable", "doubled", "no job", "heading", "unbound", "class", "twice", "early"]
    name: str = ""
    times: int = 1


@lru_cache(maxsize=8)
def flaws(path: str, content: bytes, *, sets: bool) -> frozenset[Flaw]:
    """Return the flaws of a file: none where its format is not known."""
    try:
        text = content.decode()
        kind = known.kind_of(path)
        if path.endswith((".py", ".pyi")):
            return frozenset(_of_python(text))
        if (found := heads(path, text)) is not None:
            return frozenset(Flaw("doubled", name, times) for name, times in found.items() if times > 1)
        if kind is None:
            return frozenset(_repeated_headings(text)) if _MARKDOWN.search(path) else frozenset()
        data = known.values(kind, text)
    except (UnicodeDecodeError, FormatError):
        return frozenset() if known.kind_of(path) == "lines" else frozenset({Flaw("unreadable")})
    repeated = [Flaw("doubled", f"{at} {name}") for at, name in doubled(path, data)] if sets else []
    return frozenset([*repeated, *_missing_jobs(path, data)])


SAID = {
    "unreadable": "it cannot be read any more",
    "doubled": "{} stands in it more often than on either side",
    "heading": "the heading {} stands in it more often than on either side",
    "no job": "a job in it waits for {}, which is not there",
    "unbound": "it reads {}, which nothing in it binds",
    "class": "the class {} in it cannot be made",
    "twice": "{} stands in it more often than on either side",
    "early": "it reads {} before it binds it",
}


def _of_python(text: str) -> Iterator[Flaw]:
    """Walk what a module reads and nothing binds, the definitions it has more than once, and its contradictions."""
    try:
        module = parsed(text)
        yield from (Flaw("unbound", name) for name in unbound(text, module))
    except Unprovable:
        yield Flaw("unreadable")
        return
    counts = Counter(definitions(module))
    yield from (Flaw("doubled", name, times) for name, times in counts.items() if times > 1)
    yield from (Flaw(kind, name, times) for (kind, name), times in Counter(contradictions(module)).items())


def _missing_jobs(path: str, data: Any) -> Iterator[Flaw]:
    """Walk the jobs that a workflow of GitHub waits for and does not have."""
    jobs = data.get("jobs") if path.startswith(".github/workflows/") and isinstance(data, Mapping) else None
    for job in jobs.values() if isinstance(jobs, Mapping) else ():
        needs = job.get("needs", []) if isinstance(job, Mapping) else []
        for name in needs if isinstance(needs, list) else [needs]:
            if isinstance(name, str) and isinstance(jobs, Mapping) and name not in jobs:
                yield Flaw("no job", name)


def _repeated_headings(text: str) -> Iterator[Flaw]:
    """Walk the headings of a Markdown document that stand there more than once, with how often."""
    counts = Counter(heading(line) for line in _FENCED.sub("", text).splitlines())
    yield from (Flaw("heading", title, count) for title, count in counts.items() if title and count > 1)


def heading(line: str) -> str:
    """Return what a line of Markdown has as its heading, or nothing."""
    found = _HEADING.match(line)
    return found[1].rstrip(" #").casefold() if found else ""
