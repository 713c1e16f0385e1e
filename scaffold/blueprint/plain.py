"""A plain Copier or Cookiecutter template as a release: a library of one blueprint with one layer."""

import re
from collections.abc import Mapping

from packaging.version import Version

from scaffold.blueprint import cookiecutter
from scaffold.blueprint.changelog import NAMES
from scaffold.blueprint.kinds import kind_of
from scaffold.blueprint.manifest import Blueprint, Lifecycle
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import parse_layer
from scaffold.tree import File


def plain_name(address: str) -> str:
    """Return a name for the template at an address: the last part of it, in lower-case letters, digits and hyphens."""
    last = re.split(r"[/:]", address.rstrip("/"))[-1].removesuffix(".git").removesuffix(".bundle")
    return re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-") or "template"


def plain_release(
    files: Mapping[str, File],
    *,
    address: str,
    version: Version,
    commit: str | None,
    described: str | None,
    name: str = "",
) -> Release:
    """Make a release of a template's files; raises FormatError.

    `described` is what Copier records as `_commit`: the tag, or what `git describe` says; `name` is what it is called
    instead of what its address says.
    """
    name = name or plain_name(address)
    kind = kind_of(files) or "copier"
    layer = cookiecutter.parse_layer(name, files) if kind == "cookiecutter" else parse_layer(name, "", files)
    blueprint = Blueprint(
        name=name,
        version=version,
        title=name,
        description=f"A {kind.title()} template",
        owners=(),
        lifecycle=Lifecycle(),
        layers=(name,),
        questions=(),
        ownership={},
        compose={},
    )
    changelog = next((files[name].content for name in NAMES if name in files), b"").decode(errors="replace")
    return Release(blueprint, (layer,), layer.questions, commit, kind, address, described, changelog)
