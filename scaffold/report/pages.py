"""Pages of HTML out of the templates of a package: what others have written is text there, and is seen as it is."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pkgutil import get_data
from typing import Any

import jinja2

from scaffold.formats.shown import shown


@cache
def templates(package: str) -> jinja2.Environment:
    """Return the templates that lie beside a package's modules: all is escaped, and what is undefined an error."""
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: part(package, name)),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
    )


def part(package: str, name: str) -> str:
    """Return a file of a package; raises jinja2.TemplateNotFound."""
    found = get_data(package, name)
    if found is None:
        raise jinja2.TemplateNotFound(name)
    return found.decode()


def digest(text: str) -> str:
    """Return a text's digest as a page's policy names what it may run (Content Security Policy, "hash-source")."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _visible(value: Any) -> Any:
    """Return a text of others without what steers a reader's eye; a part of the page is left as it is."""
    return shown(value) if type(value) is str else value
