"""Pins: the commits of foreign actions that a blueprint allows, and a workflow's text with them in it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import documents
from scaffold.formats.equal import at
from scaffold.formats.located import KeyPath
from scaffold.formats.regex import regex

OWN = ("./", "$/")  # how `uses:` names what is in the same repository
PINNED = regex(r"[0-9a-f]{40}")
_VERSION = regex(r"(?<![\w.])v?(\d[\w.+-]*)")
_NAME = regex(r"[\w.-]+/[\w.-]+(?:/[\w./-]+)?")


class Pin(NamedTuple):
    """A commit of an action, and the version that it is."""

    sha: str
    version: str


class Used(NamedTuple):
    """What a `uses:` names: an action or a reusable workflow of another repository, at a commit, a tag or a branch."""

    action: str
    ref: str

    @property
    def repository(self) -> str:
        """Its repository, as OWNER/NAME in small letters."""
        return "/".join(self.action.lower().split("/")[:2])


def used(value: Any) -> Used | None:
    """Read what `uses:` holds; None for what is in this repository, for an image, and for what is no name at all."""
    if not isinstance(value, str) or value.startswith((*OWN, "docker://")):
        return None
    action, _, ref = value.strip().partition("@")
    return Used(action, ref) if _NAME.fullmatch(action) else None


def pins_of(said: Mapping[str, Any]) -> Mapping[str, tuple[Pin, ...]]:
    """Read the pins as a blueprint spells them, of which the first is preferred; raises FormatError."""
    pins: dict[str, tuple[Pin, ...]] = {}
    for action, allowed in said.items():
        some = allowed if isinstance(allowed, list) else [allowed]
        for one in some:
            if not isinstance(one, Mapping) or not PINNED.fullmatch(str(one.get("sha"))) or not one.get("version"):
                raise FormatError(f"the pin of {action} must be a `sha` of 40 hexadecimal digits and its `version`")
        pins[action.lower()] = tuple(Pin(one["sha"], str(one["version"])) for one in some)
    return pins


def version_in(line: str, ref: str) -> str | None:
    """Return the version that the comment of a `uses:` line names, without its `v`."""
    _, _, comment = line.partition(ref)[2].partition("#")
    match = _VERSION.search(comment)
    return match[1] if match else None


def same_version(written: str, version: str) -> bool:
    """Whether a comment names a version, or the major or minor version that it belongs to."""
    return f"{version.removeprefix('v')}.".startswith(f"{written}.")


def pin(text: str, pins: Mapping[str, Any]) -> str:
    """Return a workflow with every action that is pinned at its pin and with its version; all else stays as it is.

    What already is at a pin keeps it. A text that is no workflow comes back untouched. Raises FormatError for bad pins.
    """
    allowed = pins_of(pins)
    try:
        document = documents.load("", text.encode(), ".yaml")[0]
    except (FormatError, IndexError, UnicodeEncodeError):
        return text
    lines = text.splitlines(keepends=True)  # breaks lines where YAML does
    for number, value in _uses(document.data, document.lines):
        name = used(value)
        if name and name.repository in allowed and number <= len(lines):
            lines[number - 1] = _pinned(lines[number - 1], name, allowed[name.repository])
    return "".join(lines)


def _uses(document: Any, lines: Mapping[KeyPath, int | str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the value of every `uses` of a job or a step, each place once."""
    seen = set()
    for path, line in lines.items():
        if path[-1:] == ("uses",) and isinstance(line, int) and _is_place(path):
            value = at(document, path)
            if isinstance(value, str) and (line, value) not in seen:
                seen.add((line, value))
                yield line, value


def _is_place(path: KeyPath) -> bool:
    match path:
        case ("jobs", _, "uses") | ("jobs", _, "steps", int(), "uses") | ("runs", "steps", int(), "uses"):
            return True
    return False


def _pinned(line: str, name: Used, allowed: tuple[Pin, ...]) -> str:
    wanted = next((one for one in allowed if one.sha == name.ref), allowed[0])
    place = line.find(f"{name.action}@{name.ref}")
    if place < 0:  # the value stands on a line of its own, or is written with escapes
        return line
    end = place + len(name.action) + 1 + len(name.ref)
    if end < len(line) and not line[end].isspace() and line[end] not in "\"',}]":
        return line
    rest = line[end:]
    body = rest.rstrip("\r\n\x85\u2028\u2029")
    return f"{line[:place]}{name.action}@{wanted.sha}{_commented(body, wanted)}{rest[len(body) :]}"


def _commented(rest: str, wanted: Pin) -> str:
    """Return the rest of a line, with the version in its comment."""
    before, sign, comment = rest.partition("#")
    head = before.rstrip(" \t")
    space = before[len(head) :]
    unclear = "uses" in head or "'" in head[1:] or '"' in head[1:]  # where the value ends, and whose comment it is
    if unclear or (sign and not space):
        return rest
    if not sign:
        return f"{head}{space or ' '}# {wanted.version}"
    written = _VERSION.search(comment)
    if written is None:
        return f"{head}{space}# {wanted.version} {comment.lstrip()}".rstrip()
    if written[1] == wanted.version.removeprefix("v"):
        return rest
    return f"{head}{space}#{comment[: written.start()]}{wanted.version}{comment[written.end() :]}"
