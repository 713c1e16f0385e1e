"""Which formats are known, by the names of their files, and one door to their layouts and their data."""

import re
from typing import Any, Literal

from scaffold.merge.layout import Branch
from scaffold.merge.layouts import ini, json, lines, toml, yaml, yaml_values

Format = Literal["toml", "yaml", "json", "ini", "lines"]

_NAMES: dict[str, Format] = {
    "Pipfile": "toml",
    ".yamllint": "yaml",
    ".clang-format": "yaml",
    ".babelrc": "json",
    ".eslintrc": "json",
    ".prettierrc": "json",
    ".coveragerc": "ini",
    ".editorconfig": "ini",
    ".flake8": "ini",
    ".pylintrc": "ini",
    "pylintrc": "ini",
}
_SUFFIXES: dict[str, Format] = {
    "toml": "toml",
    "yml": "yaml",
    "yaml": "yaml",
    "cff": "yaml",
    "json": "json",
    "jsonc": "json",
    "code-workspace": "json",
    "ini": "ini",
    "cfg": "ini",
}
_LAYOUTS = {"toml": toml.layout, "yaml": yaml.layout, "json": json.layout, "ini": ini.layout, "lines": lines.layout}
_VALUES = {
    "toml": toml.values,
    "yaml": yaml_values.values,
    "json": json.values,
    "ini": ini.values,
    "lines": lines.values,
}
_REQUIREMENTS = re.compile(r"(requirements|constraints|dependencies|deps)[^/]*(/[^/]+)?\.(txt|in)$")
_IGNORES = re.compile(r"\.[a-z]+ignore$")


def kind_of(path: str) -> Format | None:
    """Return the format that a file's name speaks of, or None."""
    name = path.rpartition("/")[2]
    if _IGNORES.search(name) or _REQUIREMENTS.search(path):
        return "lines"
    return _NAMES.get(name) or _SUFFIXES.get(name.rpartition(".")[2]) if "." in name else _NAMES.get(name)


def layout(kind: Format, text: str) -> Branch:
    """Take a document apart; raises FormatError where it cannot be."""
    return _LAYOUTS[kind](text)


def values(kind: Format, text: str) -> Any:
    """Return a document's data; raises FormatError where it is not valid, also for a key that is written twice.

    A YAML value with a tag that is not YAML's own is a `Tagged`; a list in INI is a list of its lines.
    """
    return _VALUES[kind](text)
