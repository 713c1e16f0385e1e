"""JSON Schemas beside the files that a person writes in a library, named in each of them so that editors use them."""

from __future__ import annotations

import re
from pkgutil import get_data
from typing import TYPE_CHECKING

from scaffold.formats import modeline
from scaffold.tree import File

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "schemas"
KINDS: Mapping[str, re.Pattern[str]] = {
    "blueprint": re.compile(r"blueprints/[^/]+/blueprint\.yml"),
    "cases": re.compile(r"blueprints/[^/]+/cases/[^/]+\.yml"),
    "template": re.compile(r"templates/[^/]+/copier\.ya?ml"),
    "fleet": re.compile(r"fleet\.yml"),
}


def schema_files() -> dict[str, File]:
    """Return the schemas by their paths in a library."""
    package = "scaffold.report"
    return {f"{FOLDER}/{kind}.json": File(get_data(package, f"schemas/{kind}.json") or b"") for kind in KINDS}


def naming(path: str, text: str) -> str:
    """Return the text of a library's file with its schema named in the first line; any other file's as it is."""
    kind = next((kind for kind, pattern in KINDS.items() if pattern.fullmatch(path)), None)
    if kind is None:
        return text
    return modeline.naming(text, f"{'../' * path.count('/')}{FOLDER}/{kind}.json")
