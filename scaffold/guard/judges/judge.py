"""A judge: another tool, how it is asked, and how its answer is read."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from packaging.version import Version

from scaffold.formats.regex import regex
from scaffold.guard.finding import SEVERITIES, Found, Severity
from scaffold.guard.rule import Rule

MOST = 10_000  # findings of one judge that are taken in
SHOWN = 300  # characters of a message
PATHS = "{paths}"
TRY = "Run it by hand to see what is wrong, or do without --judges."
_WRONG = regex(r"\W*(?:error|fatal|[a-z-]+: error)\b", re.IGNORECASE)
_VERSION = regex(r"\d{1,9}(?:\.\d{1,9})+")


class Unreadable(Exception):  # noqa: N818 - no error: what a tool printed is not what it prints for findings
    """A tool's answer cannot be read; the message says what is wrong with it."""


class Said(NamedTuple):
    """What a tool printed, and its exit code."""

    out: str
    err: str = ""
    code: int = 0


class Judge(NamedTuple):
    """A tool. `files` are patterns, as in .gitignore, of what it judges; where there are none, `nothing` says so.

    It is given these and what it `needs` beside them, in a folder of their own, with the files of `ours` in the folder
    `../ours`; with `repository`, that folder looks like the top of a repository. In `command`, `{paths}` stands for the
    paths that it judges; `version` has it tell its own, and `parse` reads what it printed; raises Unreadable. Of each
    file that matches `accounts` it says that it has looked, which `looked` reads: what it passes over has not passed.
    """

    rule: Rule
    files: tuple[str, ...]
    nothing: str
    oldest: str
    command: tuple[str, ...]
    parse: Callable[[Said], Iterable[Found]]
    needs: tuple[str, ...] = ()
    ours: Mapping[str, str] = {}
    repository: bool = False
    version: tuple[str, ...] = ("--version",)
    environment: Mapping[str, str] = {}
    seconds: int = 300
    codes: tuple[int, ...] = (0,)  # with which it exits after it has looked at all, whatever it found
    accounts: tuple[str, ...] = ()
    looked: Callable[[Said], Iterable[str]] = lambda _: ()
    quotable: bool = True  # whether a report may repeat what it said when it failed

    @property
    def name(self) -> str:
        """The tool's name, which is the rule's id and the program's."""
        return self.rule.id

    def arguments(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """Return what it is called with, to judge some paths."""
        return tuple(one for word in self.command for one in (paths if word == PATHS else (word,)))

    def unknown(self, why: str, fix: str | None = None) -> Found:
        """Return what is reported where the tool could not be asked."""
        install = f"Install {self.name} {self.oldest} or newer, or do without --judges."
        return Found(why, fix=fix or install, known=False)


def rule_of(name: str, severity: Severity, about: str) -> Rule:
    """Return the rule that a tool stands for; `severity` is the worst that it reports, which bounds its waivers."""
    return Rule(
        id=name,
        title=f"{name} finds nothing",
        severity=severity,
        rationale=f"{name} looks at {about}, and knows mistakes there that are no rule of scaffold.",
        fix=f"Do what {name} says of it; where it has to stay, waive it by the name that it is reported under.",
        look=lambda _: (),  # the tool looks
    )


def heard(
    judge: Judge, said: Said, paths: Iterable[str], folder: str, accounted: Iterable[str] = ()
) -> tuple[Found, ...]:
    """Return what a tool found in the files under check, by place; what it found elsewhere is none of our business.

    `folder` is where it was run, for tools that print whole paths. Which of the `accounted` it passes over is unknown.
    """
    known = frozenset(paths)
    kept: list[Found] = []
    wrong = None
    try:
        for found in judge.parse(said):
            path = None if found.path is None else inside(found.path, folder)
            if path is None or path in known:
                kept.append(_tidy(found._replace(path=path)))
            elif not found.known:
                kept.append(_tidy(found._replace(path=None, message=f"{found.message}: {found.path}")))
            if len(kept) == MOST:
                wrong = f"finds more than {MOST:,} things, and the rest is left out"
                break
        kept += _passed_over(judge, said, accounted, folder)
    except Unreadable as error:
        wrong = f"printed what cannot be read: {error}"
    except Exception as error:  # noqa: BLE001 - its answer is data from elsewhere, of whatever shape
        wrong = f"printed what cannot be read ({type(error).__name__})"
    if wrong is None and said.code not in judge.codes:  # never what it found, only that it may not have found all
        wrong = f"failed with exit code {said.code}"
    unknown = [] if wrong is None else [judge.unknown(f"{judge.name} {wrong}{quoted(judge, said)}", TRY)]
    return (*sorted(kept, key=_place), *unknown)


def _passed_over(judge: Judge, said: Said, accounted: Iterable[str], folder: str) -> Iterator[Found]:
    """Yield that a file is unknown, of which a tool has to say that it has looked, and does not."""
    looked = {inside(path, folder) for path in judge.looked(said)}
    why = f"{judge.name} passes over the file, and says nothing of it"
    fix = f"See what keeps {judge.name} from it: something in the file, or its name. {TRY}"
    yield from (Found(why, path, fix=fix, known=False) for path in accounted if path not in looked)


def _place(found: Found) -> tuple[str, int, str, str]:
    return found.path or "", found.line or 0, found.rule, found.message


def quoted(judge: Judge, said: Said) -> str:
    """Return what a tool said was wrong, else the last that it said beside its findings, where it may be repeated."""
    lines = [line for line in (" ".join(line.split()) for line in said.err.splitlines()) if line]
    wrong = next((line for line in lines if _WRONG.match(line)), lines[-1] if lines else "")
    shown = wrong if len(wrong) <= SHOWN else f"{wrong[: SHOWN - 1]}…"
    return f", and said: {shown}" if wrong and judge.quotable else ""


def too_old(judge: Judge, said: Said) -> str | None:
    """Return the version that a tool says it has where that is too old; None where it is not, or it does not say."""
    match = _VERSION.search(said.out) or _VERSION.search(said.err)
    if match is None:
        return None
    return match[0] if Version(match[0]) < Version(judge.oldest) else None


def inside(path: str, folder: str) -> str:
    """Return a path as the project has it, without `./` and the way to the folder; empty where it is elsewhere."""
    path, folder = path.removeprefix("file://").replace("\\", "/"), folder.replace("\\", "/").rstrip("/")
    if path.startswith(f"{folder}/"):
        path = path[len(folder) + 1 :]
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "" if path.startswith("/") or ".." in parts else "/".join(parts)


def _tidy(found: Found) -> Found:
    """Return it with a message of one sentence, a line that there can be, and a name that a waiver can have."""
    message = " ".join(found.message.split()).rstrip(".")
    return found._replace(
        message=message if len(message) <= SHOWN else f"{message[: SHOWN - 1]}…",
        line=found.line if isinstance(found.line, int) and found.line > 0 else None,
        rule="-".join(found.rule.split()),
        severity=found.severity if found.severity in SEVERITIES else None,
    )


def document(said: Said, *kinds: type) -> Any:
    """Return the one JSON document that a tool printed, of one of the kinds; raises Unreadable."""
    text = said.out.strip()
    if not text:
        raise Unreadable("nothing at all, where it prints a document even if it finds nothing")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not JSON") from error
    if not isinstance(data, kinds):
        raise Unreadable(f"it is a document of the type {type(data).__name__}, which it is not made to print")
    return data
