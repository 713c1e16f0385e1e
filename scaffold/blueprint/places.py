"""Where a library keeps what, and how it names a release."""

import re

from packaging.version import Version

MANIFEST = "blueprint.yml"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def manifest_path(name: str) -> str:
    """Return where a library keeps a blueprint's manifest."""
    return f"blueprints/{name}/{MANIFEST}"


def changelog_path(name: str) -> str:
    """Return where a library says what its blueprint's versions change."""
    return f"blueprints/{name}/CHANGELOG.md"


def tag(name: str, version: Version | str) -> str:
    """Return the tag that marks a release."""
    return f"{name}/v{version}"
