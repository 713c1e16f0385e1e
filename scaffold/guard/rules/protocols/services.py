"""Rules on security protocols: what a service lets in, what analyses its code, and whom to tell of a weakness."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.lookup import below, line_of, listed
from scaffold.formats.regex import regex
from scaffold.guard.code.engine import code, in_code, sources
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.run_by_ci import run_by_ci
from scaffold.guard.readers.workflow import Workflow, workflows
from scaffold.guard.rule import NotApplicable


def inbound(look: Look) -> Iterator[Found]:
    """Look at how servers are set up, in code and in settings."""
    found = in_code(look, "SP-06")
    if not found and not sources(look):
        raise NotApplicable("there is no code here in a language that is looked into")
    yield from found


ANALYSERS = regex(
    r"github/codeql-action/(?:init|analyze)|semgrep|opengrep|sonarsource/|sonar-scanner|sonar:sonar|snyk code"
    r"|checkmarx|veracode|\bbandit\b|\bgosec\b|gitlab-org/.{0,40}sast|Jobs/SAST|Security/SAST|fortify|coverity|horusec",
    re.IGNORECASE,
)
LINTS = {"ruff": ("ruff", "check"), "golangci-lint": ("golangci-lint",)}
HOOKS = frozenset({"pre-commit", "prek", "lefthook", "trunk"})
RUNNERS = frozenset({"hatch", "poe", "pdm", "mise", "rye"})  # of tasks that are not all looked up
GOLANGCI = (".golangci.yml", ".golangci.yaml", ".golangci.toml")


def analysis(look: Look) -> Iterator[Found]:
    """Look for an analyser in CI, or for the security rules of a linter that CI runs."""
    if not code(look, "python", "typescript", "javascript", "go", "java", "kotlin", "c#", "ruby", "c", "c++", "rust"):
        raise NotApplicable("there is no code here in a language that is analysed")
    ours = [
        one for one in workflows(look) if {"pull_request", "merge_group", "pull_request_target"} & one.events.keys()
    ]
    gitlab = look.text(".gitlab-ci.yml") if ".gitlab-ci.yml" in look else None
    does = "\n".join((*(_what_runs(one) for one in ours), gitlab or ""))
    if ANALYSERS.search(does):
        return
    linter = _linter(look)
    if linter is None:
        yield Found("nothing analyses the code for weaknesses on each pull request", _likeliest(ours))
    elif linter.known:
        yield linter
    elif not (ours or gitlab) or not _is_run(look, linter.key or "", does):
        yield Found("the linter knows weaknesses, and no pull request runs it", linter.path, linter.line)


def _is_run(look: Look, linter: str, does: str) -> bool:
    """Whether CI runs a linter: itself, by an action of that name, by hooks, or by a task that is called so."""
    if f"/{linter}-action" in does or any(f"/{hook}" in does or f"{hook}/" in does for hook in HOOKS):
        return True
    return any(
        command.calls(*LINTS[linter])
        or any(name in HOOKS for _, name in command.names())
        or (command.program in RUNNERS and not {"check", "lint", "all"}.isdisjoint(command.words))
        for command in run_by_ci(look)
    )


def _likeliest(found: list[Workflow]) -> str | None:
    """Return the workflow where an analyser would stand: one that is called after what it checks."""
    paths = [one.path for one in found]
    named = (path for path in paths if re.search(r"/(?:codeql|security|sast|ci|checks?|tests?|build|pr|pull)\b", path))
    return next(named, paths[0] if paths else None)


def _what_runs(workflow: Workflow) -> str:
    lines: list[str] = []
    for job in workflow.jobs:
        lines.append(job.calls)
        for step in job.steps:
            lines += (step.uses, step.run)
    return "\n".join(lines)


def _linter(look: Look) -> Found | None:
    """Return what a linter is told of weaknesses: a finding, not known to be one where it looks for them; or None."""
    for path, way in (
        ("ruff.toml", ("lint",)),
        (".ruff.toml", ("lint",)),
        ("pyproject.toml", ("tool", "ruff", "lint")),
    ):
        document = look.data(path) if path in look else None
        lint = below(document, *way) if document is not None else None
        if lint is None or not isinstance(lint.data, Mapping):
            continue
        selected = [str(one) for name in ("select", "extend-select") for one in listed(lint.data.get(name))]
        ignored = [str(one) for name in ("ignore", "extend-ignore") for one in listed(lint.data.get(name))]
        told = below(lint, "select") or lint
        if not {"S", "ALL"} & set(selected) or "S" in ignored:
            return Found("ruff does not look for weaknesses: S is not among its rules", path, line_of(told))
        return Found("", path, line_of(told), key="ruff", known=False)
    for path in GOLANGCI:
        text = look.text(path) if path in look else None
        if text is not None:
            looks = re.search(
                r"^\s*(?:-\s*|[^#\n]*[\[,]\s*)[\"']?gosec\b|^\s*(?:enable-all|default)\s*[:=]\s*[\"']?(?:true|all)",
                text,
                re.MULTILINE,
            )
            why = "golangci-lint does not look for weaknesses: gosec is off"
            return Found(why, path, key="golangci-lint" if looks else None, known=not looks)
    return None


# The first of these is what GitHub shows.
POLICIES = (
    ".github/SECURITY.md", ".github/SECURITY.rst", "SECURITY.md", "SECURITY.rst", "SECURITY.txt", "docs/SECURITY.md",
)  # fmt: skip
CONTACT = regex(
    r"[\w.+-]{1,64}@[\w-]{1,63}\.\w|@[\w-]{1,40}/[\w-]|https?://|report a vulnerability|security advisor", re.IGNORECASE
)
LINK = regex(r"\]\(/?([\w./-]{1,200}\.(?:md|rst|txt))\)")
PRIVATE = regex(
    r"privat|confiden|report a vulnerability|security advisor|/security/advisories|encrypt|\bpgp\b|hackerone|bugcrowd"
    r"|(?:e-?mail|write to|contact|report)[^.]{0,200}@|security@|do not[^.]{0,80}\bissue",
    re.IGNORECASE,
)
IN_TIME = regex(
    r"\b(?:\d{1,3}|one|two|three|five|seven|ten|fourteen|thirty|ninety|a|an)[\s-]{1,9}(?:\(\d{1,3}\)[\s-]{1,9})?(?:\w{1,12}[\s-]{1,9})?(?:hour|day|week|month)s?\b",
    re.IGNORECASE,
)


ANSWERS = regex(
    r"answer|respon[ds]|\brepl(?:y|ies)|acknowledg|\bhear\b|confirm|triage|disclos|embargo|\bfix|\bpatch|resol[uv]|address"
    r"|investigat|assess|contact|get back|receipt|notif|inform|remediat|mitigat|\bwithin\b",
    re.IGNORECASE,
)
PARAGRAPH = regex(r"\n[ \t]*\n(?![ \t]*[-*|\d])")  # a list or a table belongs to what is above it


def policy(look: Look) -> Iterator[Found]:
    """Look for the three in the security policy."""
    path = next((path for path in POLICIES if path in look), None)
    if path is None:
        yield Found("there is no SECURITY.md", "SECURITY.md")
        return
    text = look.text(path)
    if text is None:
        return
    linked = (name for name in LINK.findall(text) if name in look)
    text = "\n".join((text, *(look.text(name) or "" for name in linked)))
    for pattern_, lacks in (
        (CONTACT, "it names no contact"),
        (PRIVATE, "it names no private way to report a weakness"),
    ):
        if not pattern_.search(text):
            yield Found(f"{path}: {lacks}", path)
    if not any(IN_TIME.search(part) and ANSWERS.search(part) for part in PARAGRAPH.split(text)):
        yield Found(f"{path}: it does not say when a report is answered", path)
