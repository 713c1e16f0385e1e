"""What keeps the layers in a language's own tool: whether it is set up, sees the code, and can fail."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from scaffold.blueprint.globs import like_git
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, line_of, mapping
from scaffold.guard.finding import Found
from scaffold.guard.readers import tsconfig
from scaffold.guard.readers.aside import TESTS
from scaffold.guard.readers.inifile import ini
from scaffold.guard.readers.layers import Code
from scaffold.guard.readers.scan import Flavour, tokens, without_comments
from scaffold.guard.readers.shell import Command

CANARY = "canary"  # what a planted mistake is called in the test that proves that the gate fails


class Gate(NamedTuple):
    """A tool that keeps layers: what CI calls it by, and what its canary mentions it by."""

    name: str
    calls: tuple[tuple[str, ...], ...]
    words: tuple[bytes, ...]

    def is_run_by(self, command: Command) -> bool:
        """Whether a command runs it."""
        return any(command.calls(*words) for words in self.calls)


IMPORT_LINTER = Gate(
    "import-linter", (("lint-imports",), ("import-linter",), ("importlinter",)), (b"lint-imports", b"importlinter")
)
CRUISER = Gate("dependency-cruiser", (("depcruise",), ("dependency-cruiser",)), (b"depcruise", b"dependency-cruiser"))
BIOME = Gate("Biome", (("biome", "ci"), ("biome", "check"), ("biome", "lint")), (b"biome",))
ESLINT = Gate("ESLint", (("eslint",),), (b"eslint",))
ARCH_TEST = Gate("the architecture test", (("go", "test"), ("gotestsum",)), (b"go/",))
GOLANGCI = Gate("golangci-lint", (("golangci-lint",),), (b"golangci-lint", b"depguard"))
GO_ARCH_LINT = Gate("go-arch-lint", (("go-arch-lint",),), (b"go-arch-lint",))


class Contract(NamedTuple):
    """A contract of import-linter that puts modules into layers, outermost first."""

    layers: tuple[tuple[str, ...], ...]
    ignored: tuple[str, ...]
    path: str
    line: int


def gate_of(code: Code, found: list[Found]) -> Gate | None:
    """Return the tool that keeps the layers, with all that is wrong with how it is set up in `found`."""
    return _GATES[code.language](code, found)


def _python(code: Code, found: list[Found]) -> Gate | None:
    contracts = list(_contracts(code))
    if not contracts:
        where = "pyproject.toml" if "pyproject.toml" in code.look else None
        found.append(Found("import-linter has no contract of type layers here, so nothing keeps the layers", where))
        return None
    for contract in contracts:
        found += _about(code, contract)
    named = {code.exact(name) for contract in contracts for layer in contract.layers for name in layer}
    for root in code.roots:
        for layer in code.asked.layers:
            place = f"{root}/{layer}".lstrip("/")
            if place in code.stems and place not in named:
                first = contracts[0]
                found.append(Found(f"no contract of type layers names {place}", first.path, first.line))
    return IMPORT_LINTER


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
    look = code.look
    document = look.data("pyproject.toml")
    contracts = below(document, "tool", "importlinter", "contracts")
    if contracts is not None and isinstance(contracts.data, list):
        for at in contracts.elements():
            if isinstance(at.data, dict) and at.data.get("type") == "layers":
                yield _contract(at.data, at.file, line_of(at))
    for path in (".importlinter", "setup.cfg"):
        file = ini(look, path)
        for name, section in mapping(file and file.data).items():
            if file is not None and name.startswith("importlinter:contract:") and section.get("type") == "layers":
                yield _contract(section, path, line_at(file, name))


def _contract(data: Mapping[str, object], path: str, line: int) -> Contract:
    containers = _texts(data.get("containers")) or ("",)
    layers: list[tuple[str, ...]] = []
    given = data.get("layers")
    for container in containers:
        for layer in given if isinstance(given, list) else []:
            words = [layer] if isinstance(layer, str) else _texts(layer)
            names = [name.strip() for word in words for name in re.split(r"[|:]", word)]
            kept = [name for name in names if name and not name.startswith("(")]  # one in brackets may be absent
            layers.append(tuple(f"{container}.{name}".lstrip(".") for name in kept))
    return Contract(tuple(layers), _texts(data.get("ignore_imports")), path, line)


def _texts(data: object) -> tuple[str, ...]:
    return tuple(str(one) for one in data) if isinstance(data, list) else (data,) if isinstance(data, str) else ()


def _typescript(code: Code, found: list[Found]) -> Gate | None:
    problems: list[Found] = []
    for gate in (_by_cruiser, _by_biome, _by_eslint):
        wrong: list[Found] = []
        tool = gate(code, wrong)
        if tool is not None and not wrong:
            return tool
        problems += wrong
    if problems:
        found.append(problems[0])
    else:
        message = "neither dependency-cruiser nor Biome's noRestrictedImports nor ESLint keeps the layers here"
        found.append(Found(message, "package.json" if "package.json" in code.look else None))
    return None


def _core_folders(code: Code) -> Iterator[str]:
    for root in code.roots:
        for layer in code.asked.core:
            place = f"{root}/{layer}".lstrip("/")
            if place in code.stems:
                yield place


def _by_cruiser(code: Code, wrong: list[Found]) -> Gate | None:
    path = next(iter(code.look.paths("/.dependency-cruiser.*")), None)
    text = code.look.text(path) if path is not None else None
    if path is None or text is None:
        return None
    wrong += _not_named(code, path, text)
    if _typescript_major(code) >= 7 and "swc" not in without_comments(text):  # noqa: PLR2004 - which has no API to parse by
        wrong.append(Found("beside TypeScript 7 dependency-cruiser sees no module, but for parser: swc", path))
    return CRUISER


def _not_named(code: Code, path: str, text: str) -> Iterator[Found]:
    strings = [token.text for token in tokens(text) if token.kind == "string"]
    for place in _core_folders(code):
        layer = place.rpartition("/")[2]
        if not any(re.search(rf"(?<![\w-]){re.escape(layer)}(?![\w-])", one) for one in strings):
            yield Found(f"no rule in {path} names {place}", path)


def _typescript_major(code: Code) -> int:
    package = tsconfig.nearest(code.look, code.roots[0], "package.json")
    document = code.look.data(package) if package is not None else None
    wanted = below(document, "devDependencies", "typescript")
    match = re.search(r"\d{1,9}", str(wanted.data)) if wanted is not None else None
    return int(match[0]) if match else 0


def _by_biome(code: Code, wrong: list[Found]) -> Gate | None:
    path = next(iter(code.look.paths("/biome.json", "/biome.jsonc")), None)
    document = tsconfig.read(code.look, path) if path is not None else None
    if path is None or document is None:
        return None
    rules = list(_restrictions(document))
    if not rules:
        return None
    kept: set[str] = set()
    for at, patterns in rules:
        matched = [one for one in code.files if _matches(patterns, one)]
        if not matched:
            wrong.append(Found("an override with noRestrictedImports matches no file", path, line_of(at)))
        kept.update(place for place in _core_folders(code) for one in matched if one.startswith(f"{place}/"))
    wrong += [
        Found(f"no override with noRestrictedImports is about {place}", path)
        for place in _core_folders(code)
        if place not in kept and len(wrong) < len(rules)
    ]
    return BIOME


def _restrictions(document: Located) -> Iterator[tuple[Located, tuple[str, ...]]]:
    overrides = below(document, "overrides")
    for at in overrides.elements() if overrides is not None and isinstance(overrides.data, list) else ():
        rule = below(at, "linter", "rules", "style", "noRestrictedImports")
        if rule is None or rule.data == "off" or (isinstance(rule.data, dict) and rule.data.get("level") == "off"):
            continue
        patterns = _texts(at.data.get("includes") or at.data.get("include"))
        yield at, tuple(pattern.removeprefix("./") for pattern in patterns)


def _matches(patterns: Sequence[str], path: str) -> bool:
    return like_git(patterns).matches(path)


def _by_eslint(code: Code, wrong: list[Found]) -> Gate | None:
    for path, text in code.look.texts("/eslint.config.*", "/.eslintrc*"):
        strings = " ".join(token.text for token in tokens(text) if token.kind == "string")
        if re.search(r"boundaries|no-restricted-(?:imports|paths)", strings):
            wrong += _not_named(code, path, text)
            return ESLINT
    return None


def _go(code: Code, found: list[Found]) -> Gate | None:
    for path, text in code.look.texts("*_test.go"):
        if '"go/' in text or "golang.org/x/tools/go/packages" in text:
            strings = [token.text for token in tokens(text, "go") if token.kind == "string"]
            reads = {"go/parser", "go/build", "go/ast", "golang.org/x/tools/go/packages"} & set(strings)
            if reads and any(_ends(place, one) for place in _core_folders(code) for one in strings):
                found += _missing_in(code, path, strings)
                return ARCH_TEST
    for path, text in code.look.texts("/.golangci.*"):
        live = re.sub(r"(?m)#.*$", "", text)
        if "depguard" in live:
            found += [
                Found(f"depguard names no rule for {one}", path) for one in _core_folders(code) if one not in live
            ]
            return GOLANGCI
    for path, text in code.look.texts("/.go-arch-lint.*"):
        found += [
            Found(f"no component is {one}", path) for one in _core_folders(code) if one.rpartition("/")[2] not in text
        ]
        return GO_ARCH_LINT
    message = "there is no test, depguard or go-arch-lint that keeps the layers here"
    found.append(Found(message, "go.mod" if "go.mod" in code.look else None))
    return None


def _ends(place: str, text: str) -> bool:
    named = text.strip("/")
    return bool(named) and f"/{place}".endswith(f"/{named}")


def _missing_in(code: Code, path: str, strings: Sequence[str]) -> Iterator[Found]:
    for place in _core_folders(code):
        layer = place.rpartition("/")[2]
        if not any(layer in one.split("/") for one in strings):
            yield Found(f"the test says nothing of {place}", path)


_GATES: Mapping[str, Callable[[Code, list[Found]], Gate | None]] = {
    "python": _python,
    "typescript": _typescript,
    "go": _go,
}


def has_canary(code: Code, gate: Gate) -> bool:
    """Whether a test plants a mistake and lets the tool find it."""
    for path in code.look.paths(*TESTS[code.language]):
        content = code.look.raw(path)
        if content is None or CANARY.encode() not in content.lower() or not any(word in content for word in gate.words):
            continue
        if code.language == "python":
            tree = code.look.python(path)
            if tree is not None and any(_plants(node) for node in ast.walk(tree)):
                return True
        elif CANARY in without_comments(content.decode(errors="replace"), _FLAVOURS[code.language]).lower():
            return True
    return False


_FLAVOURS: Mapping[str, Flavour] = {"typescript": "script", "go": "go"}


def _plants(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
        return False
    asides = [ast.unparse(one) for one in node.decorator_list]
    return CANARY in ast.unparse(node).lower() and not any(
        re.search(r"\b(?:skip|skipif|xfail)\b", one) for one in asides
    )
