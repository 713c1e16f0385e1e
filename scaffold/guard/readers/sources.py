"""Source files as rules see them: which are the service's own code, and their text without comments."""

import ast
import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import NamedTuple

from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside, is_foreign
from scaffold.guard.readers.languages import ENDINGS
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.scan import Flavour, without_comments

CODE = PLACES["code"]
# Where an address is written for people, for a machine of their own, or as a mere name.
_NEAR = re.compile(
    r"(?:^|\.)(?:localhost|local|localdomain|internal|svc|cluster\.local|test|example|invalid|lan|home\.arpa"
    r"|example\.(?:com|org|net))$"
)
_NAMES_ONLY = re.compile(
    r"^(?:www\.)?(?:w3\.org|purl\.org|json-schema\.org|opengis\.net|xmlsoap\.org|java\.sun\.com|apache\.org"
    r"|springframework\.org|openid\.net|docbook\.org|oasis-open\.org|xml\.org|relaxng\.org)$"
    r"|^(?:schemas?|xmlns|ns|maven|json-schema|docs)\."
)


def code(look: Look, *languages: str) -> tuple[str, ...]:
    """Return the files of the service's own code in some languages, tests and what is brought in left out."""
    patterns = tuple(f"*.{ending}" for language in languages for ending in ENDINGS[language])
    return tuple(path for path in look.paths(*patterns) if not is_aside(path) and not is_foreign(path))


def holding(look: Look, paths: Iterable[str], *needles: bytes) -> Iterator[str]:
    """Yield the paths of text files that hold one of the needles: the cheap look before the real one."""
    for path in paths:
        content = look.raw(path)
        if content is not None and any(needle in content for needle in needles):
            yield path


def flavour_of(path: str) -> Flavour:
    """Return how a file of a language with braces is scanned."""
    if path.endswith(".go"):
        return "go"
    return "java" if path.endswith((".java", ".kt", ".kts")) else "script"


def numbered(text: str, matches: Iterable[re.Match[str]]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield matches, which come in order, with their lines."""
    line, position = 1, 0
    for match in matches:
        line += text.count("\n", position, match.start())
        position = match.start()
        yield line, match


class Pattern(NamedTuple):
    """What breaks a rule in a language without a parser of ours; `needle` stands in every match, and is looked for.

    `code` is matched where strings are blanked, and else where they stay: what is within quotes is mostly text.
    """

    needle: str
    regex: re.Pattern[str]
    message: str
    code: bool = True


def pattern(needle: str, regex: str, message: str, *, code: bool = True) -> Pattern:
    """Make a pattern; `{0}` in the message is the first group of the match."""
    return Pattern(needle, re.compile(regex), message, code)


def breaches(text: str, flavour: Flavour, patterns: Iterable[Pattern]) -> Iterator[tuple[int, str]]:
    """Yield line and message of everything that patterns match in a source."""
    for one in patterns:
        if one.needle in text:
            seen = without_comments(text, flavour, strings=not one.code)
            for line, match in numbered(seen, one.regex.finditer(seen)):
                yield line, one.message.format(*(match.groups() or ("",)))


def is_far(host: str) -> bool:
    """Whether a host is another machine, out there: not this one, not a neighbour, not an example, not a mere name."""
    host = host.lower().strip("[]")
    try:
        return ip_address(host).is_global
    except ValueError:
        pass
    is_name = re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", host) is not None
    return is_name and not _NEAR.search(host) and not _NAMES_ONLY.search(host)


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` as it is written; the empty text for what is no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments of a call that are given by name."""
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def value_of(node: ast.expr | None) -> object:
    """Return a literal's value, and `...` for what is none."""
    return node.value if isinstance(node, ast.Constant) else ...


def assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield target and value of each assignment."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield target, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value


def calls(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    """Yield each call."""
    return (node for node in nodes if isinstance(node, ast.Call))
