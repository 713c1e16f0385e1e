"""What keeps the layers in a language's own tool: whether it is set up, sees the code, and can fail."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

from scaffold.blueprint.globs import like_git
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, elements, entries, line_of, listed, mapping, value
from scaffold.formats.regex import regex
from scaffold.guard.code.scopes import walk
from scaffold.guard.finding import Found
from scaffold.guard.readers import tsconfig
from scaffold.guard.readers.aside import TESTS
from scaffold.guard.readers.inifile import ini
from scaffold.guard.readers.layers import Code
from scaffold.guard.readers.scan import Flavour, tokens, without_comments, without_remarks
from scaffold.guard.readers.shell import Command
from scaffold.guard.tables import table

CANARY = "canary"  # what a planted mistake is called in the test that proves that the gate fails
MANIFESTS = {"python": "pyproject.toml", "typescript": "package.json", "go": "go.mod"}
_SKIPS = regex(r"\b(?:skip|skipif|xfail)\b")
_FLAVOURS: Mapping[str, Flavour] = {"typescript": "script", "go": "go"}


class Gate(NamedTuple):
    """A tool that keeps layers: what CI calls it by, and what its canary mentions it by.

    `files` set it up. Where all patterns of `holds` are found in what they read, which is their strings or, of
    `settings`, all but comments, each layer of the core must be named by `names`, or `says` is what is wrong. A text
    without one of `hints` is not looked into.
    """

    name: str
    calls: tuple[tuple[str, ...], ...]
    canary: tuple[str, ...]
    by: str = "words"
    files: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    reads: str = "strings"
    holds: tuple[str, ...] = ()
    names: str = ""
    says: str = ""

    def is_run_by(self, command: Command) -> bool:
        """Whether a command runs it."""
        return any(command.calls(*words) for words in self.calls)


_TABLE: Mapping[str, Any] = table("readers/layer_gates")
_GATES = {language: tuple(Gate(**gate) for gate in said["gates"]) for language, said in _TABLE.items()}


class Contract(NamedTuple):
    """A contract of import-linter that puts modules into layers, outermost first."""

    layers: tuple[tuple[str, ...], ...]
    ignored: tuple[str, ...]
    path: str
    line: int


def gate_of(code: Code) -> tuple[Gate | None, list[Found]]:
    """Return the tool that keeps the layers, one in order if there is one, and all that is wrong with its setup."""
    found = ((gate, _SET_UP[gate.by](code, gate)) for gate in _GATES[code.language])
    there = [(gate, wrong) for gate, wrong in found if wrong is not None]
    if not there:
        manifest = MANIFESTS[code.language]
        return None, [Found(_TABLE[code.language]["missing"], manifest if manifest in code.look else None)]
    return next((one for one in there if not one[1]), there[0])


def _by_words(code: Code, gate: Gate) -> list[Found] | None:
    """Return what is wrong with a setup that names the layers in words; None where there is none."""
    core = list(_folders(code, code.asked.core))
    parts = (reversed(re.escape(place).split("/")) for place in core)
    ends = "|".join(end for some in parts for end in accumulate(some, "{1}/{0}".format)) or "(?!)"
    for path, text in code.look.texts(*gate.files):
        if gate.hints and not any(hint in text for hint in gate.hints):
            continue
        said = _strings(code, text) if gate.reads == "strings" else re.sub(r"(?m)#.*$", "", text)
        if all(re.search(pattern.replace("{ends}", ends), said) for pattern in gate.holds):
            wrong = [
                Found(gate.says.format(path=path, place=place), path) for place in core if not _names(gate, place, said)
            ]
            return [*wrong, *_blind(code, gate, path, text)]
    return None


def _strings(code: Code, text: str) -> str:
    return "\0".join(token.text for token in tokens(text, _FLAVOURS[code.language]) if token.kind == "string")


def _names(gate: Gate, place: str, said: str) -> bool:
    layer = place.rpartition("/")[2]
    pattern = gate.names.replace("{layer}", re.escape(layer)).replace("{place}", re.escape(place))
    return re.search(pattern, said) is not None


def _blind(code: Code, gate: Gate, path: str, text: str) -> Iterator[Found]:
    """Yield that a tool cannot parse the code: TypeScript 7 has no API for that."""
    if gate.name == "dependency-cruiser" and _typescript_major(code) >= 7 and "swc" not in without_comments(text):  # noqa: PLR2004 - the version
        yield Found("beside TypeScript 7 dependency-cruiser sees no module, but for parser: swc", path)


def _typescript_major(code: Code) -> int:
    package = tsconfig.nearest(code.look, code.roots[0], "package.json")
    wanted = value(code.look.data(package or ""), "devDependencies", "typescript")
    match = re.search(r"\d{1,9}", str(wanted))
    return int(match[0]) if match else 0


def _folders(code: Code, layers: Iterable[str]) -> Iterator[str]:
    """Yield the folders of some layers that are there."""
    places = (f"{root}/{layer}".lstrip("/") for root in code.roots for layer in layers)
    return (place for place in places if place in code.stems)


def _by_contracts(code: Code, _gate: Gate) -> list[Found] | None:
    contracts = list(_contracts(code))
    if not contracts:
        return None
    found = [wrong for contract in contracts for wrong in _about(code, contract)]
    named = {code.exact(name) for contract in contracts for layer in contract.layers for name in layer}
    missing = (place for place in _folders(code, code.asked.layers) if place not in named)
    first = contracts[0]
    return [*found, *(Found(f"no contract of type layers names {place}", first.path, first.line) for place in missing)]


def _about(code: Code, contract: Contract) -> Iterator[Found]:
    order: list[int] = []
    for layer in contract.layers:
        for name in layer:
            if code.exact(name) is None:
                yield Found(f"the contract names {name}, which is not there", contract.path, contract.line)
            elif name.rpartition(".")[2] in code.asked.layers:
                order.append(code.asked.layers.index(name.rpartition(".")[2]))
    if order != sorted(order):
        wanted = ", ".join(code.asked.layers)
        yield Found(f"the contract has the layers in another order than {wanted}", contract.path, contract.line)
    for ignored in contract.ignored:
        yield Found(f"the contract lets {ignored} pass", contract.path, contract.line)


def _contracts(code: Code) -> Iterator[Contract]:
    found = list(elements(below(code.look.data("pyproject.toml"), "tool", "importlinter", "contracts")))
    for section, at in (one for path in (".importlinter", "setup.cfg") for one in entries(ini(code.look, path))):
        found += [at] if section.startswith("importlinter:contract:") else []
    return (_contract(at) for at in found if mapping(at.data).get("type") == "layers")


def _contract(at: Located) -> Contract:
    containers = _texts(at.data.get("containers")) or ("",)
    layers: list[tuple[str, ...]] = []
    for container in containers:
        for layer in listed(at.data.get("layers")):
            words = [layer] if isinstance(layer, str) else _texts(layer)
            names = [name.strip() for word in words for name in re.split(r"[|:]", word)]
            kept = [name for name in names if name and not name.startswith("(")]  # one in brackets may be absent
            layers.append(tuple(f"{container}.{name}".lstrip(".") for name in kept))
    return Contract(tuple(layers), _texts(at.data.get("ignore_imports")), at.file, line_of(at))


def _texts(data: object) -> tuple[str, ...]:
    return tuple(str(one) for one in data) if isinstance(data, list) else (data,) if isinstance(data, str) else ()


def _by_overrides(code: Code, gate: Gate) -> list[Found] | None:
    """Return what is wrong with Biome's overrides, each of which is for the files that it matches."""
    path = next(iter(code.look.paths(*gate.files)), None)
    document = tsconfig.read(code.look, path) if path is not None else None
    rules = list(_restrictions(document))
    if path is None or not rules:
        return None
    matched = [(at, [one for one in code.files if like_git(patterns).matches(one)]) for at, patterns in rules]
    wrong = [
        Found("an override with noRestrictedImports matches no file", path, line_of(at))
        for at, files in matched
        if not files
    ]
    if wrong:  # which says already why a layer is not kept
        return wrong
    kept = tuple(one for _, files in matched for one in files)
    core = _folders(code, code.asked.core)
    return [
        Found(gate.says.format(place=place), path)
        for place in core
        if not any(one.startswith(f"{place}/") for one in kept)
    ]


def _restrictions(document: Located | None) -> Iterator[tuple[Located, tuple[str, ...]]]:
    for at in elements(below(document, "overrides")):
        rule = below(at, "linter", "rules", "style", "noRestrictedImports")
        if rule is not None and "off" not in (rule.data, mapping(rule.data).get("level")):
            patterns = _texts(at.data.get("includes") or at.data.get("include"))
            yield at, tuple(pattern.removeprefix("./") for pattern in patterns)


_SET_UP: Mapping[str, Callable[[Code, Gate], list[Found] | None]] = {
    "words": _by_words, "contracts": _by_contracts, "overrides": _by_overrides,
}  # fmt: skip


def has_canary(code: Code, gate: Gate) -> bool:
    """Whether a test plants a mistake and lets the tool find it."""
    for path in code.look.paths(*TESTS[code.language]):
        text = (code.look.raw(path) or b"").decode(errors="replace")
        if CANARY in text.lower() and any(word in text for word in gate.canary) and _plants(code, path, text):
            return True
    return False


def _plants(code: Code, path: str, text: str) -> bool:
    if code.language != "python":
        return CANARY in without_comments(text, _FLAVOURS[code.language]).lower()
    tree = code.look.python(path)
    lines = without_remarks(text).splitlines()
    for test in walk(tree) if tree is not None else ():
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test"):
            first = min([test.lineno, *(one.lineno for one in test.decorator_list)]) - 1
            marks, whole = lines[first : test.lineno - 1], lines[first : test.end_lineno]
            if CANARY in "\n".join(whole).lower() and not any(map(_SKIPS.search, marks)):
                return True
    return False
