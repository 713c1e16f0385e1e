"""The message of the commit that an update makes: for whoever reads the history, or reviews the change."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from scaffold.formats.shown import on_one_line, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.plan.actions import Plan

MOST = 200  # lines of a section; a commit is read by people
HEADING = re.compile(r"#{1,6}[ \t]+")
# What a forge takes for a word to it: mentions, issues and their closing, and what keeps continuous integration from
# running. Here it is a stranger's, and gets a space.
TO_A_FORGE = re.compile(
    r"(?<![\w@])@(?=\w)|(?<![\w&])#(?=\d)|\b(?:GH|gh)-(?=\d)|\[(?=(?:skip|ci|no)[ -]|actions? skip)|\*{3}(?=NO_CI)|"
    r"(?<=skip-)(?=checks:)",
    re.IGNORECASE,
)
WHAT = {
    "create": "New files",
    "replace": "Changed files",
    "merge": "Merged files",
    "delete": "Deleted files",
    "conflict": "Files decided by hand",
}
UNDECIDED = {"conflict": "Files in conflict, for somebody to decide"}
PUT_BACK = "Put back, for the platform owns it and it had been edited"
TO_DO = "To do"


class Said(NamedTuple):
    """A message taken apart: its subject, what the versions passed say, and what is left to do."""

    subject: str
    changelog: str
    to_do: tuple[str, ...]


def taken_apart(message: str) -> Said:
    """Return what `update_message` made a message of."""
    subject, _, rest = message.partition("\n\n")
    files = re.compile(
        "|".join(
            rf"(?:\A|\n\n)(?={re.escape(what)}:\n- )" for what in (*WHAT.values(), *UNDECIDED.values(), PUT_BACK, TO_DO)
        )
    )
    changelog = files.split(rest, maxsplit=1)[0]
    _, _, last = rest.rpartition(f"{TO_DO}:\n- ")
    to_do = last.split("\n- ") if f"{TO_DO}:\n- " in rest else []
    return Said(subject, changelog.strip(), tuple(to_do))


def update_message(plan: Plan, passed: Iterable[tuple[str, str]], to_do: Iterable[str], *, decided: bool = True) -> str:
    """Return a subject, what the versions passed say, the files by what became of them, and what is left to do.

    `passed` are versions with their changelog, and `to_do` what the blueprint asks a person to do now. Conflicts are
    `decided`, or in the commit as they are.
    """
    sections = [list(_changelog(passed)), list(_files(plan, decided=decided)), list(_to_do(plan, to_do))]
    return "\n\n".join([_subject(plan), *("\n".join(_short(lines)) for lines in sections if lines)])


def _subject(plan: Plan) -> str:
    before, after = plan.lock_before, plan.lock_after
    if before.version == after.version:
        return f"chore: apply the answers of {after.blueprint} {after.version}"
    return f"chore: update {after.blueprint} from {before.version} to {after.version}"


def _changelog(passed: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the text below each version; a heading in it may be a comment to git, and loses its marks."""
    for version, said in passed:
        yield f"{version}:"
        for line in said.splitlines():
            found = HEADING.match(line)
            yield said_by_others(f"{line[found.end() :].strip()}:" if found else line)
        yield ""


def said_by_others(text: str) -> str:
    """Return a text of the blueprint's that steers neither a terminal nor the forge that the commit is pushed to."""
    return TO_A_FORGE.sub(lambda found: f"{found[0]} ", shown(text))


def _files(plan: Plan, *, decided: bool) -> Iterator[str]:
    for verb, what in (WHAT if decided else WHAT | UNDECIDED).items():
        paths = [action.path for action in plan.changes if action.verb == verb and not action.drift]
        if paths:
            yield f"{what}:"
            yield from (f"- {on_one_line(path)}" for path in paths)
    put_back = [action.path for action in plan.changes if action.drift]
    if put_back:
        yield f"{PUT_BACK}:"
        yield from (f"- {on_one_line(path)}" for path in put_back)


def _to_do(plan: Plan, to_do: Iterable[str]) -> Iterator[str]:
    lines = [said_by_others(line.strip()) for said in to_do for line in said.splitlines() if line.strip()]
    lines += [on_one_line(f"{offer.path} may go along to {offer.to}") for offer in plan.offers]
    lines += [on_one_line(f"{action.path} stays as a waiver allows: {action.waiver}") for action in plan.waived]
    if lines:
        yield f"{TO_DO}:"
        yield from (f"- {line}" for line in lines)


def _short(lines: list[str]) -> list[str]:
    kept = list(islice(lines, MOST))
    while kept and not kept[-1]:
        kept.pop()
    return kept if len(lines) <= MOST else [*kept, f"... and {len(lines) - MOST} lines more"]
