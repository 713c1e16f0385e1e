"""The versions of tools that lock files and hooks pin: found in the text, for a lock is long and a tool stands once."""

import re
from collections.abc import Iterable, Iterator

from scaffold.guard.look import Look

LOCKS = {
    "pypi": ("/uv.lock", "/poetry.lock", "/pdm.lock", "/pylock.toml"),
    "npm": ("/package-lock.json",),
    "pre-commit": ("/.pre-commit-config.yaml", "/.pre-commit-config.yml"),
}
WRITTEN = {
    "pypi": r'^name = "{name}"\nversion = "(?P<version>[^"\n]+)"',
    "npm": r'"node_modules/{name}": \{{\s+"version": "(?P<version>[^"\n]+)"',
    "pre-commit": r"repo: \S*{name}(?:\.git)?\s+rev: [\"']?v?(?P<version>[^\s\"']+)",
}


def pinned(look: Look, packages: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Yield path, line and version of each place that pins one of the packages, `ecosystem:name`."""
    for package in packages:
        ecosystem, _, name = package.partition(":")
        for path in look.paths(*LOCKS[ecosystem]) if ecosystem in LOCKS else ():
            text = (look.raw(path) or b"").decode(errors="replace")
            pattern = WRITTEN[ecosystem].format(name=re.escape(name))
            if name in text and (match := re.search(pattern, text, re.MULTILINE)):
                yield path, text.count("\n", 0, match.start()) + 1, match["version"]
