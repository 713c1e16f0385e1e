"""Texts of others in Markdown, where they are only text."""

import re

from scaffold.report.checks.words import one_line

PATH = 150  # characters of a path that are shown
ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;", "$": "&#36;"}
# What stays as it is: code. What is escaped: markup. What would call people, or name an issue: is kept apart.
SPECIAL = re.compile(r"`[^`|]+`|[\\`*_\[\]<>|~&$]|@(?=\w)|#(?=\d)|(?<=\bGH)-(?=\d)", re.IGNORECASE)
PLAIN = re.compile(r"[\w./+@=:,$ -]+")


def code(path: str) -> str:
    """Return a path as code, its end where it is long."""
    line = one_line(path)
    line = line if len(line) <= PATH else f"…{line[1 - PATH :]}"  # a file's name is at its end
    return f"`{line}`" if PLAIN.fullmatch(line) and line == line.strip() else escaped(line)


def escaped(text: str, most: int = 0) -> str:
    """Return a text that is only text there, code in backticks apart, in a table too."""
    return SPECIAL.sub(_entity, one_line(text, most))


def _entity(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) > 1:
        return found
    return f"{found}&#8203;" if found in "@#-" else ENTITIES.get(found, f"\\{found}")
