"""tsconfig.json and its kin: JSON with comments, what one extends, and the names that its paths give to folders."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice, pairwise
from posixpath import dirname, normpath
from typing import Any

from scaffold.formats import json
from scaffold.formats.located import Located
from scaffold.formats.lookup import listed, value
from scaffold.guard.look import Look
from scaffold.guard.reached import reached
from scaffold.guard.readers.manifests import folders_up
from scaffold.guard.readers.scan import tokens, without_comments

COMMA, CLOSING = ("sign", ","), (("sign", "}"), ("sign", "]"))
DEEPEST = 8  # files that extend each other


def read(look: Look, path: str) -> Located | None:
    """Return a JSON file that may hold comments and trailing commas; None where there is none, or it is broken."""
    return next(iter(look.documents(path, _load)), None)


def _load(path: str, content: bytes) -> tuple[Located, ...]:
    return (json.load(strict(content.decode("utf-8-sig", errors="replace")).encode(), path),)


def strict(source: str) -> str:
    """Return JSON with comments as plain JSON, each line where it was."""
    bare = without_comments(source, "java")  # which has no template and no pattern
    code = list(tokens(bare, "java"))
    needless = [one.at for one, after in pairwise(code) if one[:2] == COMMA and after[:2] in CLOSING]
    ends = zip((-1, *needless), (*needless, len(bare)), strict=True)
    return " ".join(bare[before + 1 : at] for before, at in ends)


def chain(look: Look, path: str) -> Iterator[Located]:
    """Yield a tsconfig.json and the files here that it extends, nearest first."""
    for one in islice(reached([path], partial(_extended, look)), DEEPEST):
        document = read(look, one)
        if document is not None and isinstance(document.data, dict):
            yield document


def _extended(look: Look, path: str) -> Iterator[str]:
    given = value(read(look, path), "extends")
    for base in reversed([given] if isinstance(given, str) else listed(given)):
        if isinstance(base, str) and base.startswith("."):
            found = normpath(f"{dirname(path)}/{base}".lstrip("/"))
            yield found if found in look else f"{found}.json"


def nearest(look: Look, folder: str, name: str) -> str | None:
    """Return the file of that name in a folder, or in the nearest one above."""
    ways = (f"{above}{name}" for above in folders_up(f"{folder}/" if folder else ""))
    return next((path for path in ways if path in look), None)


def meant(aliases: Iterable[tuple[str, str]], target: str) -> Iterator[str]:
    """Yield the places that a name such as `@/adapters/http` may stand for."""
    for pattern, place in aliases:
        head, star, tail = pattern.partition("*")
        if target == pattern:
            yield place
        elif star and target.startswith(head) and target.endswith(tail) and len(target) >= len(head) + len(tail):
            yield normpath(place.replace("*", target[len(head) : len(target) - len(tail)], 1))


def aliases(look: Look, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the patterns by which package.json and tsconfig.json name places, for the files in a folder."""
    package = nearest(look, folder, "package.json")
    if package is not None:
        yield from _pairs(value(look.data(package), "imports"), dirname(package))
    path = nearest(look, folder, "tsconfig.json")
    configs = list(chain(look, path)) if path is not None else []
    bases = ((one.file, value(one, "compilerOptions", "baseUrl")) for one in configs)
    base = next((normpath(f"{dirname(file)}/{at}".lstrip("/")) for file, at in bases if isinstance(at, str)), None)
    named = ((one.file, value(one, "compilerOptions", "paths")) for one in configs)
    for file, paths in islice((one for one in named if isinstance(one[1], dict)), 1):
        yield from _pairs(paths, dirname(file) if base is None else base)
    if base is not None:
        yield "*", f"{base}/*"


def _pairs(given: Any, folder: str) -> Iterator[tuple[str, str]]:
    for pattern, places in given.items() if isinstance(given, Mapping) else ():
        some = places if isinstance(places, list) else places.values() if isinstance(places, dict) else [places]
        for place in some:
            if isinstance(place, str):
                yield str(pattern), normpath(f"{folder}/{place}".lstrip("/"))
