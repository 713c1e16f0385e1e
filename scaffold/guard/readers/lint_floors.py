"""How strict linters and type checkers are set: of what is really in effect, not of what merely stands somewhere."""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname, normpath
from typing import Any

from scaffold.blueprint.globs import globs
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_of, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import tsconfig
from scaffold.guard.readers.inifile import Ini, ini

RUFF_DEFAULT = ("E4", "E7", "E9", "F")
MYPY_STRICT = (
    "disallow_any_generics", "disallow_incomplete_defs", "disallow_subclassing_any", "disallow_untyped_calls",
    "disallow_untyped_decorators", "disallow_untyped_defs", "check_untyped_defs", "no_implicit_optional",
    "strict_equality", "warn_redundant_casts", "warn_return_any", "warn_unused_ignores",
)  # fmt: skip
TS_STRICT = (
    "alwaysStrict", "noImplicitAny", "noImplicitThis", "strictBindCallApply", "strictFunctionTypes",
    "strictNullChecks", "strictPropertyInitialization", "useUnknownInCatchVariables",
)  # fmt: skip
YES = ("true", "1", "yes", "on")
GO_STANDARD = ("errcheck", "govet", "ineffassign", "staticcheck", "unused")


def at_key(path: str, document: Located, *keys: str) -> tuple[str, int, str]:
    """Return path, line and key of a value, or of the nearest thing above it."""
    at = document
    for key in keys:
        at = below(at, key) or at
    return path, line_of(at), ".".join(keys)


def ruff(look: Look, product: Sequence[str], wanted: Sequence[str]) -> Iterator[Found]:
    """Say where Ruff looks for less than is wanted."""
    found = False
    for path, document, keys in _ruff_configs(look):
        at = below(document, *keys) if keys else document
        settings = at.data if at is not None and isinstance(at.data, Mapping) else {}
        if found and "select" not in _merged(settings):  # it extends what stands above it
            continue
        found = True
        yield from _about_ruff(path, document, keys, settings, product, wanted)
    if not found:
        yield Found("Ruff is not set up here", "pyproject.toml" if "pyproject.toml" in look else None)


def _ruff_configs(look: Look) -> Iterator[tuple[str, Located, tuple[str, ...]]]:
    """Yield the configuration that holds, and those of folders below it."""
    top = next((path for path in (".ruff.toml", "ruff.toml") if path in look), None)
    others = [path for path in look.paths("ruff.toml", ".ruff.toml") if "/" in path]
    if top is None and "pyproject.toml" in look:
        document = look.data("pyproject.toml")
        if document is not None and below(document, "tool", "ruff") is not None:
            yield "pyproject.toml", document, ("tool", "ruff")
    for path in (top, *others):
        document = look.data(path) if path is not None else None
        if path is not None and document is not None:
            yield path, document, ()


def _merged(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of Ruff's linter, those of the older spelling among them."""
    inner = settings.get("lint")
    return {**settings, **(inner if isinstance(inner, Mapping) else {})}


def _about_ruff(
    path: str,
    document: Located,
    keys: tuple[str, ...],
    settings: Mapping[str, Any],
    product: Sequence[str],
    wanted: Sequence[str],
) -> Iterator[Found]:
    lint = _merged(settings)

    def place(key: str) -> tuple[str, int, str]:
        inner = settings.get("lint")
        way = (*keys, "lint", key) if isinstance(inner, Mapping) and key in inner else (*keys, key)
        return at_key(path, document, *way)

    selected = (*_texts(lint.get("select", RUFF_DEFAULT)), *_texts(lint.get("extend-select")))
    if missing := [one for one in wanted if not _covers(selected, one)]:
        yield Found(f"Ruff does not look for {', '.join(missing)}", *place("select"))
    for key in ("ignore", "extend-ignore"):
        ignored = _texts(lint.get(key))
        if off := [one for one in wanted if one != "ALL" and _covers(ignored, one)]:
            yield Found(f"Ruff ignores all of {', '.join(off)}", *place(key))
    for key in ("per-file-ignores", "extend-per-file-ignores"):
        given = lint.get(key)
        for pattern, codes in given.items() if isinstance(given, Mapping) else ():
            off = [one for one in wanted if one != "ALL" and _covers(_texts(codes), one)]
            everything = "ALL" in _texts(codes)
            if (off or everything) and _widely(pattern, product, some=everything):
                what = "everything" if everything else ", ".join(off)
                yield Found(f"Ruff ignores {what} in product code, {pattern}", *place(key))


def _covers(codes: Sequence[str], family: str) -> bool:
    return any(code == "ALL" or family.startswith(code) for code in codes)


def _widely(pattern: str, product: Sequence[str], *, some: bool) -> bool:
    """Whether a pattern matches all of the product code, or some of it."""
    negated = pattern.startswith("!")
    try:
        spec = globs((pattern.lstrip("!").removeprefix("./"),))
    except ValueError:
        return False
    matched = [spec.matches(path) != negated for path in product]
    return bool(matched) and (any(matched) if some else all(matched))


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(map(str, given)) if isinstance(given, Sequence) and not isinstance(given, str) else ()


def python_types(look: Look, packages: Sequence[str]) -> Iterator[Found]:
    """Say where neither mypy nor Pyright is strict; `packages` are the names of the product's own."""
    document = look.data("pyproject.toml")
    if any(_pyright_is_strict(look, document)):
        return
    for path in ("mypy.ini", ".mypy.ini"):
        file = ini(look, path)
        if file is not None and "mypy" in file.sections():
            yield from _mypy_ini(file, packages)
            return
    mypy = below(document, "tool", "mypy")
    if document is not None and mypy is not None and isinstance(mypy.data, Mapping):
        yield from _mypy(document, mypy, packages)
        return
    file = ini(look, "setup.cfg")
    if file is not None and "mypy" in file.sections():
        yield from _mypy_ini(file, packages)
        return
    yield Found("neither mypy nor Pyright is set to strict", "pyproject.toml" if document is not None else None)


def _pyright_is_strict(look: Look, document: Located | None) -> Iterator[bool]:
    config = tsconfig.read(look, "pyrightconfig.json") if "pyrightconfig.json" in look else None
    for at in (config, *(below(document, "tool", name) for name in ("pyright", "basedpyright") if document)):
        if at is not None and isinstance(at.data, Mapping):
            yield at.data.get("typeCheckingMode") in ("strict", "all", "recommended") or bool(at.data.get("strict"))


def _mypy(document: Located, mypy: Located, packages: Sequence[str]) -> Iterator[Found]:
    path = document.file
    if mypy.data.get("strict") is not True:
        yield Found("mypy is not strict", *at_key(path, document, "tool", "mypy", "strict"))
        return
    yield from _lowered(mypy, "in all files")
    overrides = below(mypy, "overrides")
    for at in overrides.elements() if overrides is not None and isinstance(overrides.data, list) else ():
        if isinstance(at.data, Mapping):
            modules = at.data.get("module", ())
            names = (modules,) if isinstance(modules, str) else _texts(modules)
            if own := [name for name in names if _is_own(name, packages)]:
                yield from _lowered(at, f"in {', '.join(own)}")


def _lowered(at: Located, where: str) -> Iterator[Found]:
    for flag in MYPY_STRICT:
        if at.data.get(flag) is False:
            yield Found(f"mypy's {flag} is off {where}", at.file, line_of(at.child(flag)), flag)
    if at.data.get("ignore_errors") is True:
        yield Found(f"mypy ignores all errors {where}", at.file, line_of(at.child("ignore_errors")), "ignore_errors")


def _is_own(module: str, packages: Sequence[str]) -> bool:
    return module == "*" or module.partition(".")[0] in packages


def _mypy_ini(file: Ini, packages: Sequence[str]) -> Iterator[Found]:
    if not file.is_set("mypy", "strict", *YES):
        yield Found("mypy is not strict", file.path, file.line("[mypy]"), "mypy.strict")
        return
    for name in file.sections():
        modules = [one.strip() for one in name.removeprefix("mypy-").split(",")]
        if name == "mypy" or (name.startswith("mypy-") and any(_is_own(one, packages) for one in modules)):
            off = [flag for flag in MYPY_STRICT if file.is_set(name, flag, "false", "0", "no", "off")]
            off += ["ignore_errors"] if file.is_set(name, "ignore_errors", *YES) else []
            for flag in off:
                yield Found(f"mypy's {flag} is lowered in [{name}]", file.path, file.line(f"[{name}]"), flag)


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
    on = (on | set(_texts(given.get("enable")))) - set(_texts(given.get("disable")))
    if missing := [one for one in wanted if one not in on]:
        yield Found(f"golangci-lint does not run {', '.join(missing)}", *at_key(path, document, "linters"))
