"""Tables of rules and readers, kept as JSON beside the code that they are for."""

from json import loads
from pkgutil import get_data
from typing import Any


def table(name: str) -> Any:
    """Return the table of a name such as `readers/languages`."""
    return loads(get_data(__package__, f"{name}.json") or b"")
