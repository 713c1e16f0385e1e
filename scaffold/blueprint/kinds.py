"""Which tool's template a folder of files is, by their names."""

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["copier", "cookiecutter"]
CONFIG = re.compile(r"copier\.(?:[^/]*\.)?(?i:ya?ml)[^./]*")  # as Copier looks for it
COOKIECUTTER = "cookiecutter.json"
SUFFIX = ".jinja"


def config_of(paths: Iterable[str]) -> str | None:
    """Return the name of a Copier template's configuration, or None where it has none."""
    return next((name for name in sorted(paths) if CONFIG.fullmatch(name)), None)


def kind_of(paths: Iterable[str]) -> Kind | None:
    """Return which tool's template has files of these names, or None where it is none's."""
    names = set(paths)
    if config_of(names):
        return "copier"
    if COOKIECUTTER in names:
        return "cookiecutter"
    return "copier" if any(path.endswith(SUFFIX) for path in names) else None
