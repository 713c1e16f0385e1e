"""tsconfig.json and its kin: JSON with comments, what one extends, and the names that its paths give to folders."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from posixpath import dirname, normpath
from typing import Any

from scaffold.formats import json
from scaffold.formats.located import Located
from scaffold.guard.look import Look
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
    waiting, seen = [path], set[str]()
    while waiting and len(seen) < DEEPEST:
        path = waiting.pop(0)
        document = read(look, path) if path in look and path not in seen else None
        seen.add(path)
        if document is None or not isinstance(document.data, dict):
            continue
        yield document
        extended = document.data.get("extends", ())
        for base in [extended] if isinstance(extended, str) else extended[::-1] if isinstance(extended, list) else []:
            if isinstance(base, str) and base.startswith("."):
                found = normpath(f"{dirname(path)}/{base}".lstrip("/"))
                waiting.append(found if found in look else f"{found}.json")


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
    if package is not None and (document := look.data(package)) is not None and isinstance(document.data, dict):
        yield from _pairs(document.data.get("imports"), dirname(package))
    path = nearest(look, folder, "tsconfig.json")
    paths = base = None
    for document in chain(look, path) if path is not None else ():
        options = document.data.get("compilerOptions")
        if not isinstance(options, dict):
            continue
        here = dirname(document.file)
        if base is None and isinstance(options.get("baseUrl"), str):
            base = normpath(f"{here}/{options['baseUrl']}".lstrip("/"))
        if paths is None and isinstance(options.get("paths"), dict):
            paths = (options["paths"], base if base is not None else here)
    if paths is not None:
        yield from _pairs(*paths)
    if base is not None:
        yield "*", f"{base}/*"


def _pairs(given: Any, folder: str) -> Iterator[tuple[str, str]]:
    for pattern, places in given.items() if isinstance(given, Mapping) else ():
        some = places if isinstance(places, list) else places.values() if isinstance(places, dict) else [places]
        for place in some:
            if isinstance(place, str):
                yield str(pattern), normpath(f"{folder}/{place}".lstrip("/"))
