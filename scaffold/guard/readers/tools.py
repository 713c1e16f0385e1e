"""The tools that gates run, and every place from which each takes its settings: tables that are data, one file a tool.

A table names the documentation that it was read from, and the versions that it holds for.
"""

import ast
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from packaging.specifiers import SpecifierSet

from scaffold.formats.lookup import below, line_at, line_of, mapping
from scaffold.guard.code.scopes import dotted
from scaffold.guard.look import Look
from scaffold.guard.readers.inifile import ini
from scaffold.guard.tables import table

TABLES = (
    "actionlint", "bandit", "biome", "cargo", "checkov", "codeql", "coverage", "dependency-cruiser", "detect-secrets",
    "eslint", "flake8", "gitleaks", "go", "golangci-lint", "gosec", "govulncheck", "gradle", "hadolint",
    "import-linter", "jest", "just", "kube-linter", "make", "maven", "mypy", "nox", "npm", "osv-scanner", "oxlint",
    "pip", "pip-audit", "pnpm", "poetry", "pre-commit", "prek", "pylint", "pyright", "pytest", "python", "ruff",
    "semgrep", "shell", "task", "tox", "trivy", "trufflehog", "typescript", "uv", "vitest", "yamllint", "yarn",
    "zizmor",
)  # fmt: skip


class Place(NamedTuple):
    """Files from which a tool takes settings: all, or those that hold a table, a section, or a name in Python."""

    file: str
    key: str = ""
    section: str = ""
    names: tuple[str, ...] = ()

    def line(self, look: Look, path: str) -> int | None:
        """Return the line where a file holds settings of the tool; None where it holds none."""
        if self.key:
            documents = look.documents(path)
            found = below(documents[0], *self.key.split(".")) if documents else None
            return None if found is None else line_of(found)
        if self.section:
            file = ini(look, path)
            named = next((one for one in mapping(file and file.data) if fnmatchcase(str(one), self.section)), None)
            return None if file is None or named is None else line_at(file, named)
        if self.names:
            tree = look.python(path)
            return None if tree is None else self._line(look, tree, set())
        return 1

    def _line(self, look: Look, tree: ast.Module, seen: set[str]) -> int | None:
        """Return where a module says one of the names, itself or by all that it takes over from another."""
        for name, line in _said(tree):
            if name in self.names:
                return line
            of = f"{name.removesuffix('.*').replace('.', '/')}.py" if name.endswith(".*") else ""
            for path in look.paths(f"**/{of.lstrip('/')}") if of and of not in seen else ():
                there = look.python(path)
                if there is not None and self._line(look, there, seen | {of}):
                    return line
        return None

    def __str__(self) -> str:
        """Name it for people."""
        return self.file.lstrip("/") + (f", {self.key or self.section}" if self.key or self.section else "")


def _said(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield what a module binds as it is loaded, by whatever statement, and the texts that it may bind by name.

    `a.*` is all of another module, and `config.args` what a function sets of what it is given.
    """
    left: list[ast.AST] = [tree]
    for node in left:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if not isinstance(node, ast.Lambda):
                yield node.name, node.lineno
                left += node.decorator_list
            yield from _set_inside(node)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.ImportFrom):
            taken = (one.asname or one.name for one in node.names)
            yield from ((f"{node.module or ''}.*" if name == "*" else name, node.lineno) for name in taken)
        elif isinstance(node, ast.alias):
            yield node.asname or node.name, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
        left += ast.iter_child_nodes(node)


def _set_inside(function: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield dotted(node), node.lineno


class Tool(NamedTuple):
    """A tool: its rule, its programs, and all that decides how it works."""

    name: str
    rule: str
    versions: SpecifierSet
    packages: tuple[str, ...]
    programs: tuple[str, ...]
    places: tuple[Place, ...]
    environment: tuple[str, ...]
    harmless: tuple[str, ...]
    committed: tuple[str, ...]

    def obeys(self, variable: str) -> bool:
        """Whether a variable of the environment decides how it works."""
        return any(fnmatchcase(variable, one) for one in self.environment) and not any(
            fnmatchcase(variable, one) for one in self.harmless
        )

    def settings(self, look: Look) -> Iterator[tuple[Place, str, int]]:
        """Yield each place with a file that holds settings of the tool, and the line."""
        for place in self.places:
            for path in look.paths(place.file):
                if (line := place.line(look, path)) is not None:
                    yield place, path, line


@cache
def tools() -> Mapping[str, tuple[Tool, ...]]:
    """Return all tools by the rule that holds them to their place."""
    found: dict[str, list[Tool]] = {}
    for name in TABLES:
        tool = _tool(table(f"tools/{name}"))
        found.setdefault(tool.rule, []).append(tool)
    return {rule: tuple(some) for rule, some in found.items()}


def _tool(said: Mapping[str, Any]) -> Tool:
    places = (Place(**{**one, "names": tuple(one.get("names", ()))}) for one in said.get("places", ()))
    lists = (tuple(said.get(key, ())) for key in ("environment", "harmless_environment", "committed"))
    return Tool(
        said["tool"], said["rule"], SpecifierSet(said.get("versions", "")), tuple(said.get("packages", ())),
        tuple(said["programs"]), tuple(places), *lists,
    )  # fmt: skip
