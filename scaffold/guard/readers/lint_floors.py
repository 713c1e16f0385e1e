"""How strict linters and type checkers are set: of what is really in effect, not of what merely stands somewhere."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname, normpath
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, mapping, value
from scaffold.guard import floors
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import tsconfig

TS_STRICT = (
    "alwaysStrict", "noImplicitAny", "noImplicitThis", "strictBindCallApply", "strictFunctionTypes",
    "strictNullChecks", "strictPropertyInitialization", "useUnknownInCatchVariables",
)  # fmt: skip
GO_STANDARD = ("errcheck", "govet", "ineffassign", "staticcheck", "unused")


def at_key(path: str, document: Located, *keys: str) -> tuple[str, int, str]:
    """Return path, line and key of a value, or of the nearest thing above it."""
    at = document
    for key in keys:
        at = below(at, key) or at
    return path, line_of(at), ".".join(keys)


def python_types(look: Look, product: Sequence[str]) -> Iterator[Found]:
    """Say where neither mypy nor Pyright is strict."""
    document = look.data("pyproject.toml") if "pyproject.toml" in look else None
    if any(_pyright_is_strict(look, document)):
        return
    yield from floors.below_floors(look, "mypy", product)
    settings = floors.settings_of(look, "mypy")
    packages = {part for path in product for part in path.split("/")[:2]}
    for at, modules in _overrides(settings) if settings is not None and settings.get("strict") else ():
        if own := [name for name in modules if name == "*" or name.partition(".")[0] in packages]:
            yield from _lowered(at, f"in {', '.join(own)}")


def _overrides(settings: floors.Settings) -> Iterator[tuple[Located, tuple[str, ...]]]:
    """Yield what is set for some modules only, with their names."""
    overrides = below(settings.document, *settings.way("overrides"))
    for at in overrides.elements() if overrides is not None and isinstance(overrides.data, list) else ():
        if isinstance(at.data, Mapping):
            yield at, floors.texts(at.data.get("module"))
    for name in mapping(settings.document.data):
        if str(name).startswith("mypy-"):
            modules = tuple(one.strip() for one in str(name).removeprefix("mypy-").split(","))
            yield settings.document.child(name), modules


def _lowered(at: Located, where: str) -> Iterator[Found]:
    for floor in floors.TABLES["mypy"]["floors"]:
        key = floor["keys"][0]
        if "not" in floor and key != "ignore_missing_imports" and at.data.get(key) is floor["not"]:
            message = floor["says"].replace("in all files", where)
            yield Found(message, at.file, line_of(at.child(key)), key)


def _pyright_is_strict(look: Look, document: Located | None) -> Iterator[bool]:
    config = tsconfig.read(look, "pyrightconfig.json") if "pyrightconfig.json" in look else None
    for at in (config, *(below(document, "tool", name) for name in ("pyright", "basedpyright") if document)):
        if at is not None and isinstance(at.data, Mapping):
            yield at.data.get("typeCheckingMode") in ("strict", "all", "recommended") or bool(at.data.get("strict"))


def typescript(look: Look, product: Sequence[str]) -> Iterator[Found]:
    """Say where TypeScript is not strict, or no linter looks."""
    folders = {dirname(path) for path in product}
    tops = sorted({path for folder in folders if (path := tsconfig.nearest(look, folder, "tsconfig.json"))})
    if not tops:
        yield Found("there is no tsconfig.json, so nothing says how strict TypeScript is", "tsconfig.json")
    for path in tops:
        yield from _strict(look, path, set())
    if "biome.json" in look or "biome.jsonc" in look:
        path = "biome.json" if "biome.json" in look else "biome.jsonc"
        document = tsconfig.read(look, path)
        if document is not None and value(document, "linter", "enabled") is False:
            yield Found("Biome's linter is off", *at_key(path, document, "linter", "enabled"))
    elif not look.paths("eslint.config.*", ".eslintrc*", ".oxlintrc.json") and not _is_linted(look):
        yield Found("no linter is set up: neither Biome nor ESLint nor oxlint", "package.json")


def _is_linted(look: Look) -> bool:
    document = look.data("package.json")
    return document is not None and value(document, "eslintConfig") is not None


def _strict(look: Look, path: str, seen: set[str]) -> Iterator[Found]:
    """Say where a tsconfig.json is not strict; one that only refers to others stands for those."""
    documents = list(tsconfig.chain(look, path))
    if not documents or path in seen:
        return
    seen.add(path)
    first = documents[0]
    references = first.data.get("references")
    if first.data.get("files") == [] and isinstance(references, list) and references:
        for reference in references:
            named = reference.get("path") if isinstance(reference, Mapping) else None
            if isinstance(named, str):
                there = normpath(f"{dirname(path)}/{named}".lstrip("/"))
                yield from _strict(look, there if there in look else f"{there}/tsconfig.json", seen)
        return
    options: dict[str, tuple[Any, Located]] = {}
    for document in documents:
        given = value(document, "compilerOptions")
        for name in given if isinstance(given, Mapping) else ():
            options.setdefault(name, (given[name], document))
    strict = options.get("strict")
    if strict is None and not _extends_a_package(documents):
        yield Found("TypeScript is not strict", *at_key(path, first, "compilerOptions", "strict"))
    for name in ("strict", *TS_STRICT):
        set_to, document = options.get(name, (None, first))
        if set_to is False:
            place = at_key(document.file, document, "compilerOptions", name)
            yield Found(f"TypeScript's {name} is off", *place)


def _extends_a_package(documents: Sequence[Located]) -> bool:
    """Whether what is extended comes from a package, as the bases do that all are strict."""
    bases = [document.data.get("extends") for document in documents]
    flat = [one for base in bases for one in (base if isinstance(base, list) else [base])]
    return any(isinstance(one, str) and not one.startswith(".") for one in flat)


def go(look: Look, wanted: Sequence[str]) -> Iterator[Found]:
    """Say where golangci-lint is not set up, or looks for less than is wanted."""
    path = next(iter(look.paths("/.golangci.yml", "/.golangci.yaml", "/.golangci.toml", "/.golangci.json")), None)
    if path is None:
        yield Found("golangci-lint is not set up here", "go.mod")
        return
    document = look.data(path)
    if document is None:
        return
    linters = value(document, "linters")
    given = linters if isinstance(linters, Mapping) else {}
    default = "none" if given.get("disable-all") is True else str(given.get("default", "standard"))
    on = set(GO_STANDARD if default == "standard" else wanted if default == "all" else ())
    on = (on | set(floors.texts(given.get("enable")))) - set(floors.texts(given.get("disable")))
    if missing := [one for one in wanted if one not in on]:
        yield Found(f"golangci-lint does not run {', '.join(missing)}", *at_key(path, document, "linters"))
