"""The versions of tools that lock files and hooks pin: found in the text, for a lock is long and a tool stands once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scaffold.guard.look import Look
from scaffold.guard.tables import table

# By ecosystem: the files that pin, and how.
_TABLE: Mapping[str, Mapping[str, Any]] = table("readers/versions")


def pinned(look: Look, packages: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Yield path, line and version of each place that pins one of the packages, `ecosystem:name`."""
    for package in packages:
        ecosystem, _, name = package.partition(":")
        said = _TABLE.get(ecosystem, {})
        for path in look.paths(*said.get("locks", ())):
            text = (look.raw(path) or b"").decode(errors="replace")
            pattern = said["written"].format(name=re.escape(name))
            if name in text and (match := re.search(pattern, text, re.MULTILINE)):
                yield path, text.count("\n", 0, match.start()) + 1, match["version"]
