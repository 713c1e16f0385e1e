"""Rules on the supply chain: what is depended on, how it is kept current and audited, and what may not be in git."""

from collections.abc import Iterator

from scaffold.errors import ScaffoldError
from scaffold.formats.lookup import line_of
from scaffold.guard.finding import Found, Severity
from scaffold.guard.kinds import ENDINGS, ending_of
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside
from scaffold.guard.readers.manifests import manifests
from scaffold.guard.readers.places import WORKFLOWS
from scaffold.guard.readers.scripts import in_makefiles, in_workflows
from scaffold.guard.readers.shell import Command, commands
from scaffold.guard.readers.workflow import Job, Step, all_steps, is_false, steps_of, workflows
from scaffold.guard.rule import NotApplicable
from scaffold.guard.snapshot import LARGEST
from scaffold.guard.tables import table
from scaffold.tree import is_text

_KNOWN = table("rules/supply/audits")  # what audits, and which wrappers are binaries for a reason
CALLED = ("dependency-review", "osv-scanner", "govulncheck", "pip-audit", "vulnerab", "snyk", "trivy")
MAGIC = (
    b"\x7fELF", b"\0asm", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe", b"!<arch>\n", b"hsqs",  # the last is a snap, whose ending is also that of test snapshots
)  # fmt: skip
LONGEST = 32_000_000  # bytes of a file that is looked into for what it is
GRADLE = "gradle/wrapper/gradle-wrapper.jar"


def audited(look: Look) -> Iterator[Found]:
    """Look for an audit in what pull requests start, and for audits that cannot fail."""
    if next(manifests(look), None) is None:
        raise NotApplicable("nothing here has dependencies")
    if not look.paths(*WORKFLOWS):
        raise NotApplicable("there are no workflows")
    made = _audit_targets(look)
    found, idle = False, None
    for workflow in workflows(look):
        if "pull_request" not in workflow.events:
            continue
        for job in workflow.jobs:
            for step in (Step(job.at), *steps_of(look, job)):
                if not _audits(step, made) or is_false(job.condition):
                    continue
                if why := _idle(job, step, made):
                    idle = Found(f"the audit {why}", step.path, line_of(step.at))
                else:
                    found = True
    if not found:
        yield idle or Found("nothing audits the dependencies on pull requests", look.paths(*WORKFLOWS)[0])
    yield from _lenient(look)


def _audit_targets(look: Look) -> frozenset[str]:
    """Return the verbs of the Makefile that audit, by their usual name."""
    runs = any(
        _is_audit(c) for s in in_makefiles(look) if any(w in s.text for w in _KNOWN["words"]) for _, c in s.commands()
    )
    return frozenset({"audit", "security", "vuln"}) if runs else frozenset()


def _audits(step: Step, made: frozenset[str]) -> bool:
    called = step.action.rpartition("/.github/workflows/")[2] if "/.github/workflows/" in step.action else ""
    if any(word in called for word in CALLED):  # another repository's workflow, into which nobody can look from here
        return True
    audits = step.action.startswith(tuple(_KNOWN["actions"]))
    return audits or any(_is_audit(one) or _makes(one, made) for one in _commands(step))


def _commands(step: Step) -> tuple[Command, ...]:
    return commands(step.run) if any(word in step.run for word in (*_KNOWN["words"], "make")) else ()


def _makes(command: Command, made: frozenset[str]) -> bool:
    return command.program == "make" and not made.isdisjoint(command.words)


def _is_audit(command: Command) -> bool:
    if any(command.runs(*words) for words in _KNOWN["commands"]):
        return True
    return any(name in _KNOWN["programs"] or name.startswith("dependency-check") for _, name in command.names())


def _idle(job: Job, step: Step, made: frozenset[str]) -> str:
    """Say why an audit keeps nothing out, or nothing."""
    if job.is_tolerated or step.is_tolerated:
        return "may fail and nobody notices"
    for name, harmless in _KNOWN["inputs"].get(step.action, {}).items():
        given = step.given(name)
        if given is not None and (not harmless or str(given).lower() not in harmless):
            return (
                "only warns" if name == "warn-only" else f"is told {name}: {str(given)[:40]}, and leaves weaknesses out"
            )
    found = [one for one in _commands(step) if _is_audit(one) or _makes(one, made)]
    return "may fail and nobody notices" if found and all(one.tolerated for one in found) else ""


def _lenient(look: Look) -> Iterator[Found]:
    """Yield each pip-audit that is green where it could not audit."""
    for script in (*in_workflows(look), *in_makefiles(look)):
        for line, command in script.commands() if "pip-audit" in script.text else ():
            lenient = _is_audit(command) and not {"--strict", "-S"} & set(command.words)
            if lenient and command.calls("pip-audit"):
                yield Found("pip-audit passes over what it cannot audit", script.path, line, fix="Give it --strict.")


def binaries(look: Look) -> Iterator[Found]:
    """Look at the endings of all files, and at the first bytes of those that are no text."""
    for path in look.paths("*", *(f"!{pattern}" for pattern in look.parameters["allowed"])):
        ending = ending_of(path)
        if ending in ENDINGS["seen"] or not _is_binary(look, path, known=ending in ENDINGS["program"]):
            continue
        name = path.rpartition("/")[2]
        if path.endswith(GRADLE) and any(step.action in _KNOWN["validates"] for step in all_steps(look)):
            continue
        aside: Severity | None = "medium" if is_aside(path) else None
        yield Found(
            f"{name} is a binary that nobody can review", path, fix=_KNOWN["wrappers"].get(name), severity=aside
        )


def _is_binary(look: Look, path: str, *, known: bool) -> bool:
    """Whether a file is a program or a library; `known` by its ending."""
    try:
        size = look.snapshot.measure(path)
    except ScaffoldError:
        size = 0  # `content` says so
    if size > LONGEST and known:
        return True
    file = look.file(path) if LARGEST < size <= LONGEST else None
    content = look.content(path) if file is None else file.content
    if content is None or is_text(content):
        return content is not None and (content.startswith(b"!<arch>\n") or b"f0VMRgIBAQ" in content)  # ELF in base64
    return known or content.startswith(MAGIC) or _is_windows_program(content)


def _is_windows_program(content: bytes) -> bool:
    start = int.from_bytes(content[60:64], "little") if content.startswith(b"MZ") else 0
    return start > 0 and content[start : start + 4] == b"PE\0\0"
