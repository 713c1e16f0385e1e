"""The layers of a code base, and which imports cross them: found from the files, without the language's own tool."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from itertools import accumulate
from posixpath import dirname, normpath
from typing import NamedTuple

from scaffold.guard.look import Look
from scaffold.guard.readers import imports, tsconfig
from scaffold.guard.readers.imports import Import
from scaffold.guard.readers.languages import endings

ENDINGS = {
    "python": endings("python"), "typescript": endings("typescript", "javascript"), "go": endings("go"),
}  # fmt: skip
LANGUAGE_OF = {ending: language for language, endings in ENDINGS.items() for ending in endings}
FEWEST = 2  # layers side by side, from which on they are taken for such and no folders that happen to be called so
# Where a folder is what the interpreter starts from, and so a name without it is one of ours.
STARTS = ("", "src", "lib", "app")
INDEXES = ("__init__", "index")  # what a folder is, imported by its own name


class Edge(NamedTuple):
    """One import: what it names, and the place in the repository that this is, without ending; None is from outside."""

    name: str
    line: int
    place: str | None


class Home(NamedTuple):
    """Where a file belongs: the folder that its layers are in, the layer, and what it is part of in that."""

    root: str
    layer: str
    unit: str


class Asked(NamedTuple):
    """What a blueprint asks of the layers, outermost first, by the parameters of its rules on them."""

    layers: Sequence[str]
    core: Sequence[str]
    independent: Sequence[str]
    platform: str | None
    forbidden: Mapping[str, Sequence[str]] | None

    @property
    def names(self) -> tuple[str, ...]:
        """All that a folder beside the layers may be called to count as one of them."""
        return (*self.layers, *([self.platform] if self.platform else ()))


def product_files(look: Look, besides: Sequence[str]) -> dict[str, list[str]]:
    """Return the files of each language that layers are known of, without tests and what else is no product."""
    left_out = frozenset(look.paths(*besides))
    files: dict[str, list[str]] = {}
    for path in look.paths("*"):
        language = LANGUAGE_OF.get(path[path.rfind(".") :]) if "." in path else None
        if language and path not in left_out:
            files.setdefault(language, []).append(path)
    return files


def roots_of(files: Sequence[str], layers: Sequence[str]) -> tuple[str, ...]:
    """Return the folders that hold at least two of the layers, the outermost ones."""
    found: dict[str, set[str]] = {}
    for path in files:
        parts = stem(path).split("/")
        for depth, part in enumerate(parts):
            if part in layers:
                found.setdefault("/".join(parts[:depth]), set()).add(part)
    roots = sorted(root for root, held in found.items() if len(held) >= FEWEST)
    homes = {f"{root}/{layer}".lstrip("/") for root in roots for layer in layers}
    return tuple(root for root in roots if homes.isdisjoint(accumulate(root.split("/"), "{}/{}".format)))


def stem(path: str) -> str:
    """Return a path without the ending of a source."""
    ending = path[path.rfind(".") :] if "." in path else ""
    return path.removesuffix(ending) if ending in LANGUAGE_OF else path


@dataclass(frozen=True, slots=True)
class Code:
    """The product code of one language: its files, and the folders that hold its layers."""

    look: Look
    language: str
    files: Sequence[str]
    roots: Sequence[str]
    asked: Asked
    stems: Mapping[str, Sequence[str]] = field(default_factory=dict)  # a file without its ending, or a folder of some
    reached: dict[str, tuple[Edge, ...]] = field(default_factory=dict)
    aliases: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # of a folder of TypeScript or Go
    places: dict[str, str | None] = field(default_factory=dict)  # of a name of Python
    hasty: bool = True  # taking for an import whatever looks like one

    def home(self, place: str) -> Home | None:
        """Return where a place belongs; None is outside all layers."""
        for root in self.roots:
            if place.startswith(f"{root}/") or not root:
                layer, _, rest = place[len(root) :].lstrip("/").partition("/")
                if layer in self.asked.names:
                    unit = rest.partition("/")[0]
                    named = f"{root}/{layer}/{unit}".lstrip("/") in self.stems and unit not in INDEXES
                    return Home(root, layer, unit if named else "")
        return None

    def exact(self, name: str) -> str | None:
        """Return the place of a dotted name of Python, where it is there."""
        return _absolute(self, name, whole=True)

    def edges(self, path: str) -> Iterator[Edge]:
        """Yield the imports of a file."""
        read, lead = _LANGUAGES[self.language]
        for found in read(self, path):
            yield Edge(f"{'.' * found.level}{found.target}", found.line, lead(self, dirname(path), found))

    def aliases_of(self, folder: str) -> tuple[tuple[str, str], ...]:
        """Return the patterns by which names stand for places, for the files in a folder."""
        if folder not in self.aliases:
            find = _go_module if self.language == "go" else tsconfig.aliases
            self.aliases[folder] = tuple(find(self.look, folder))
        return self.aliases[folder]

    def beyond(self, place: str) -> tuple[Edge, ...]:
        """Return what a place outside the layers imports in the end: layers, and what is from outside."""
        if place not in self.reached:
            ends: dict[tuple[str, str | None], Edge] = {}
            waiting, seen = [place], {place}
            while waiting:
                for path in self.stems.get(waiting.pop(), ()):
                    for edge in self.edges(path):
                        if edge.place is None or self.home(edge.place):
                            ends.setdefault((edge.name, edge.place), edge)
                        elif edge.place not in seen:
                            seen.add(edge.place)
                            waiting.append(edge.place)
            self.reached[place] = tuple(ends.values())
        return self.reached[place]


def code_of(look: Look, language: str, files: Sequence[str], asked: Asked) -> Code:
    """Return the code of a language."""
    stems: dict[str, list[str]] = {}
    for path in files:
        place = stem(path)
        name = place.rpartition("/")[2]
        stems.setdefault(place, []).append(path)
        folder = dirname(path)
        if language == "go" or name in INDEXES:
            stems.setdefault(folder, []).append(path)
        while folder and folder not in stems:
            stems[folder] = []
            folder = dirname(folder)
    return Code(look, language, files, roots_of(files, asked.layers), asked, stems)


def breaches(code: Code) -> Iterator[tuple[str, Edge, str]]:
    """Yield each import that breaks the layers: the file, the import, and what is wrong with it."""
    exact = replace(code, hasty=False, reached={})
    for path in code.files:
        if next(_breaches_of(code, path), None) is not None:
            yield from ((path, edge, wrong) for edge, wrong in _breaches_of(exact, path))


def _breaches_of(code: Code, path: str) -> Iterator[tuple[Edge, str]]:
    home = code.home(dirname(path) if code.language == "go" else stem(path))
    if home is None:
        return
    said = {""}
    for edge in code.edges(path):
        wrong = _wrong(code, home, edge)
        if wrong not in said:
            said.add(wrong)
            yield edge, wrong


def _wrong(code: Code, home: Home, edge: Edge) -> str:
    there = code.home(edge.place) if edge.place is not None else None
    if edge.place is not None and there is None:
        for end in code.beyond(edge.place) if home.layer in (*code.asked.core, code.asked.platform) else ():
            if wrong := _wrong_directly(code, home, end):
                return f"{wrong} (by way of {edge.name})"
        return ""
    return _wrong_directly(code, home, edge)


def _wrong_directly(code: Code, home: Home, edge: Edge) -> str:
    asked = code.asked
    said = f"{home.layer} imports {edge.name}"
    if edge.place is None:
        listed = home.layer in asked.core and is_forbidden(edge.name, (asked.forbidden or {}).get(code.language, ()))
        return f"{said}, and the core knows no framework" if listed else ""
    there = code.home(edge.place)
    if there is None or there == home:
        return ""
    if home.layer == asked.platform:
        return f"{said}, and the platform knows no product code" if there.layer in asked.layers else ""
    if there.layer == asked.platform:
        return f"{said}, and the core does not know the platform" if home.layer in asked.core else ""
    if asked.layers.index(there.layer) < asked.layers.index(home.layer):
        return f"{said}, and imports point inwards only: {' → '.join(asked.layers)}"
    apart = home.layer == there.layer and home.layer in asked.independent and home.unit and there.unit
    return f"{said}, and {home.layer} do not know each other" if apart else ""


def is_forbidden(name: str, listed: Sequence[str]) -> bool:
    """Whether a name, or what it is part of, is listed."""
    return any(
        fnmatchcase(name, one) if "*" in one else name == one or name.startswith((f"{one}.", f"{one}/"))
        for one in listed
    )


def _read_python(code: Code, path: str) -> Iterable[Import]:
    source = code.look.content(path)
    if source is None:
        return ()
    found = imports.likely(source) if code.hasty else None
    if found is not None:
        return found
    tree = code.look.python(path)
    return imports.of_python(tree, source) if tree is not None else ()


def _python(code: Code, folder: str, found: Import) -> str | None:
    if found.level:
        return _deepest(code, _up(folder, found.level - 1), found.target, 0)
    if found.target not in code.places:
        code.places[found.target] = _absolute(code, found.target)
    return code.places[found.target]


def _up(folder: str, times: int) -> str:
    parts = folder.split("/")
    return "/".join(parts[: max(len(parts) - times, 0)])


def _absolute(code: Code, target: str, *, whole: bool = False) -> str | None:
    for root in code.roots:
        starts = root.rpartition("/")[2] in STARTS and f"{root}/__init__.py".lstrip("/") not in code.look
        for times in range(0 if starts else 1, root.count("/") + 2 if root else 1):
            place = _deepest(code, _up(root, times), target, target.count(".") + 1 if whole else 1)
            if place is not None:
                return place
    return None


def _deepest(code: Code, folder: str, target: str, fewest: int) -> str | None:
    """Return the place that a dotted name leads to below a folder, as far as there is one; None: not that far."""
    parts = target.split(".") if target else []
    for count in range(len(parts), fewest - 1, -1):
        place = "/".join(part for part in (folder, *parts[:count]) if part)
        if place in code.stems:
            return place
    return None


def _script(code: Code, folder: str, found: Import) -> str | None:
    if found.target.startswith("."):
        place = stem(normpath(f"{folder}/{found.target}" if folder else found.target))
        return place if not place.startswith("../") else None
    places = map(stem, tsconfig.meant(code.aliases_of(folder), found.target))
    return next((place for place in places if place in code.stems), None)


def _go_module(look: Look, folder: str) -> Iterator[tuple[str, str]]:
    """Yield how the module of the nearest go.mod, and what is in it, is called in imports."""
    path = tsconfig.nearest(look, folder, "go.mod")
    if path is not None and (module := imports.module_of_go(look.text(path) or "")):
        yield module, dirname(path)
        yield f"{module}/*", f"{dirname(path)}/*".lstrip("/")


_Read = Callable[[Code, str], Iterable[Import]]
_Lead = Callable[[Code, str, Import], str | None]
# How the imports of a language are read, and to which place in the repository one leads.
_LANGUAGES: Mapping[str, tuple[_Read, _Lead]] = {
    "python": (_read_python, _python),
    "typescript": (lambda code, path: imports.of_script(code.look.text(path) or ""), _script),
    "go": (
        lambda code, path: imports.of_go(code.look.text(path) or ""),
        lambda code, folder, found: next(tsconfig.meant(code.aliases_of(folder), found.target), None),
    ),
}
