"""The ways to list repositories in `fleet.yml`, each under a key of its own; another one is a line in SOURCES."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from scaffold import disk
from scaffold.errors import FormatError, ScaffoldError, ScriptError
from scaffold.fleet import organisations
from scaffold.fleet.organisations import Asking
from scaffold.fleet.repository import Kind, Place, Repository
from scaffold.formats import json
from scaffold.formats.located import Located, text, texts
from scaffold.git.objects import is_repository
from scaffold.process.outputs import output
from scaffold.sources.address import apart, expand, is_remote

SAID = frozenset({"owner", "mission", "labels", "library"})
SECONDS = 60  # that a program may take
SHOWN = 300  # characters of what it said that an error repeats
BUILT_IN = "builtin"
_NONE: Mapping[str, str] = {}
HELPER = "leave it to a credential helper of git's"


class Around(NamedTuple):
    """What an entry is read in: the folder that its paths start at, and how organisations are asked."""

    base: Path
    asking: Asking


class Source(NamedTuple):
    """A way to list repositories, and which keys go with it; `rank` says who counts where several list one."""

    read: Callable[[Located, Around], Iterator[Repository]]
    more: frozenset[str]
    rank: int


def listed(at: Located, around: Around) -> tuple[Source, list[Repository]]:
    """Read one entry; raises FormatError, ScriptError of a program that fails, and ForgeError."""
    at.only({*SOURCES, *SAID}.union(*(source.more for source in SOURCES.values())))
    named = [key for key in at.a(dict) if key in SOURCES]
    if len(named) != 1:
        raise FormatError(f"{at.name} must have one of {', '.join(SOURCES)}, not {len(named)}", where=at.where)
    source = SOURCES[named[0]]
    for key, value in at.items():
        if key not in {named[0], *SAID, *source.more}:
            raise FormatError(f"`{value.name}` does not go with `{named[0]}`", where=value.where)
    return source, list(source.read(at, around))


def library(at: Located, base: Path) -> str:
    """Read a library: `builtin`, an address, or a folder from `base` on."""
    written = expand(text(at))
    return written if written == BUILT_IN or is_remote(written) else _path(at, base)


def _one(kind: Kind) -> Callable[[Located, Around], Iterator[Repository]]:
    def read(at: Located, around: Around) -> Iterator[Repository]:
        where, base = at.child(kind), around.base
        place = Place(kind, _address(where) if kind == "url" else _path(where, base))
        yield Repository(at.optional("name", _line, _name(place)), place, at.where, **_said(at, base))

    return read


def _glob(at: Located, around: Around) -> Iterator[Repository]:
    pattern, base = at.child("glob"), around.base
    written = disk.expand(_line(pattern))
    start = Path(written.anchor) if written.is_absolute() else base
    try:
        paths = sorted(start.glob(str(written).removeprefix(written.anchor)))
        found = [path.resolve() for path in paths if is_repository(path)]
    except (ValueError, OSError, NotImplementedError) as error:
        raise FormatError(f"`{pattern.data}` cannot be looked up: {error}", where=pattern.where) from error
    if not found:
        raise FormatError(f"`{pattern.data}` matches no git repository", where=pattern.where)
    for path in found:
        place = Place("folder" if (path / ".git").exists() else "bare", str(path))
        yield Repository(_name(place), place, at.where, **_said(at, base))


def _command(at: Located, around: Around) -> Iterator[Repository]:
    """Run a program, which prints one JSON object a line; what the entry says holds where a line says nothing else."""
    words, base = at.required("command", texts), around.base
    if not words or not words[0]:
        at.child("command").fail("a list: a program and its arguments")
    said, name = _said(at, base), words[0]
    for number, line in enumerate(_printed(at, words, base).splitlines(), start=1):
        where = f"{at.where}: line {number} that {name} printed"
        if line.strip():
            entry = Located(_object(line, where), at.file, {(): where})
            entry.only({*ALONE, *SAID, "name"})
            named = [key for key in ALONE if key in entry.data]
            if len(named) != 1:
                raise FormatError(f"it must have one of {', '.join(ALONE)}, not {len(named)}", where=where)
            (found,) = SOURCES[named[0]].read(entry, around)
            own = {key: value for key in said if (value := getattr(found, key))}
            labels = {**said["labels"], **found.labels}
            yield found._replace(**{**said, **own, "labels": labels})


def _organisation(at: Located, around: Around) -> Iterator[Repository]:
    """Ask a forge; what the entry says holds for all that it has."""
    said = _said(at, around.base)
    for url in organisations.listed(at, around.asking):
        place = Place("url", url)
        yield Repository(_name(place), place, at.where, **said)


def _printed(at: Located, words: tuple[str, ...], base: Path) -> str:
    """Run the program in the folder of `fleet.yml` and return what it prints."""
    program = str(base / words[0]) if "/" in words[0] else words[0]
    seconds = at.optional("seconds", lambda value: value.a(int), SECONDS)
    try:
        # The user's own program, with the user's own environment: it may need a token.
        done = output((program, *words[1:]), base, seconds=seconds, environment=os.environ)
    except ScriptError as error:
        raise ScriptError(error.message, where=at.where, hint="`seconds` in that entry gives it more time") from error
    if done.code:
        said = " ".join(done.err.split())[-SHOWN:]
        raise ScriptError(f"{words[0]} failed with exit code {done.code}{said and f': {said}'}", where=at.where)
    return done.out


def _object(line: str, where: str) -> Any:
    try:
        return json.read(line.encode(), where)
    except FormatError as error:
        raise FormatError(error.message, where=where, hint="it prints one JSON object a line") from error


def _said(at: Located, base: Path) -> dict[str, Any]:
    return {
        "owner": at.optional("owner", _line, ""),
        "mission": at.optional("mission", _line, ""),
        "labels": at.optional("labels", _labels, _NONE),
        "library": at.optional("library", lambda value: library(value, base), ""),
    }


def _labels(at: Located) -> Mapping[str, str]:
    found = {}
    for name, value in at.items():
        if not isinstance(value.data, str | int):
            value.fail("text, a whole number, or true or false")
        found[name] = str(value.data).lower() if isinstance(value.data, bool) else str(value.data)
    return found


def _line(at: Located) -> str:
    if not isinstance(at.data, str) or not at.data.strip() or not at.data.isprintable():
        at.fail("a line of text")
    return at.data.strip()


def _path(at: Located, base: Path) -> str:
    return str((base / disk.expand(_line(at))).resolve())


def _address(at: Located) -> str:
    """Read an address without a login in it, since others read `fleet.yml` and what is reported of it."""
    address = expand(_line(at))
    if not is_remote(address):
        at.fail("an address that git can fetch from")
    try:
        address, login = apart(address)
    except ScaffoldError as error:
        raise FormatError(error.message, where=at.where, hint=error.hint) from error
    if login:
        raise FormatError(f"`{at.name}` holds a login", where=at.where, hint=HELPER)
    return address


def _name(place: Place) -> str:
    """Name a repository by its folder, or by its path at a host."""
    path = place.address
    if place.kind == "url" and not path.startswith("file:"):
        has_scheme = "://" in path
        return unquote(urlsplit(path).path if has_scheme else path.partition(":")[2]).strip("/").removesuffix(".git")
    return PurePath(unquote(path) if place.kind == "url" else path).name.removesuffix(".git")


NAMED = frozenset({"name"})
SOURCES: Mapping[str, Source] = {
    "folder": Source(_one("folder"), NAMED, 0),
    "bare": Source(_one("bare"), NAMED, 0),
    "url": Source(_one("url"), NAMED, 0),
    "command": Source(_command, frozenset({"seconds"}), 1),
    "glob": Source(_glob, frozenset(), 2),
    "org": Source(_organisation, organisations.KEYS, 2),
}
ALONE = ("folder", "bare", "url")  # of these a program prints one a line
