"""What a team's own makefiles may hold, beside the platform's that includes them: an allow-list, line by line."""

import re
from collections.abc import Iterator, Mapping

from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.make_lines import READ, RUNNING, Line, makefiles

OWN_VERBS = "Take it out: a team's own verbs have names of their own, and leave alone how the platform's are run."
WRITE = "Write variables as `NAME := value`, and verbs as `name: needs` with their recipe on the lines below."
SPECIAL = frozenset({
    ".PHONY", ".SILENT", ".NOTPARALLEL", ".DELETE_ON_ERROR", ".PRECIOUS", ".INTERMEDIATE", ".SECONDARY", ".SUFFIXES",
})  # fmt: skip
_SHELL = regex(r"\$[({]shell\b")
_ASKED = regex(r"\$[({]if[ \t]++\$[({](\w{1,80})[)}]|^[ \t]*+ifn?def[ \t]++(\w{1,80})", re.MULTILINE)


def taken_away(look: Look) -> Iterator[Found]:
    """Yield what the makefiles that the platform's includes take from it, or may, for all that can be told."""
    read = makefiles(look)
    main = next(iter(read), "")
    platform = _Platform(look.text(main) or "", read) if read else None
    for path, found in read.items():
        for line in found:
            message = _changed(line) if path == main or platform is None else platform.refuses(line)
            if message:
                yield Found(message, path, line.number, fix=WRITE if line.kind == "unknown" else OWN_VERBS)


def _changed(line: Line) -> str:
    """Say that a line makes recipes run otherwise than they are written, or nothing."""
    if line.kind == "special" and (odd := sorted({*line.names} - SPECIAL)):
        return f"{odd[0]} changes what the failure of a recipe means, or how it runs"
    if line.kind == "variable" and line.names[0] in RUNNING and not RUNNING[line.names[0]].fullmatch(line.value):
        return f"{line.names[0]} changes how every recipe runs"
    return ""


class _Platform:
    """What the platform's makefile has, and others may not change."""

    def __init__(self, text: str, read: Mapping[str, tuple[Line, ...]]) -> None:
        own = next(iter(read.values()))
        included = (name for found in read.values() for line in found if line.kind == "include" for name in line.names)
        self._makefiles = frozenset({*READ, *read, *(name.removeprefix("./") for name in included)})
        self._verbs = {name for line in own if line.kind == "rule" for name in line.names}
        self._set = {name for line in own if line.kind == "variable" and line.sign != "?" for name in line.names}
        self._asked = {match[1] or match[2] for match in _ASKED.finditer(text)}

    def refuses(self, line: Line) -> str:
        """Say why a team's makefile may not have a line, or nothing."""
        at_once = line.kind != "recipe" and (line.sign == "!" or _SHELL.search(line.value))
        if line.kind == "unknown" or at_once:  # the shell runs whenever the makefile is read, before any gate
            return "only make can work out what this line does, so it may replace a gate"
        return _changed(line) or (self._rule(line) if line.kind == "rule" else self._variable(line))

    def _rule(self, line: Line) -> str:
        mine = [name for name in line.names if name in self._verbs or name == "%"]
        if line.variable:
            every = any("%" in name for name in line.names)
            return f"{line.variable} is set for {', '.join(mine) or 'every target'}" if mine or every else ""
        if line.has_recipe and mine:
            return f"the recipe of {', '.join(mine)} is replaced"
        made = sorted(self._makefiles.intersection(line.names) - self._verbs) if line.has_recipe else ()
        return f"{made[0]}, which make reads itself, is made by a recipe" if made else ""

    def _variable(self, line: Line) -> str:
        if line.kind != "variable" or line.names[0] in RUNNING:
            return ""
        name = line.names[0]
        is_set = name in self._asked or (name in self._set and line.sign != "?")
        return f"{name}, which the gates are run with, is set" if is_set else ""
