"""Whether a repository holds a service that answers over HTTP, and where it is set up."""

from typing import NamedTuple

from scaffold.guard.code.engine import in_code
from scaffold.guard.look import Look
from scaffold.guard.rule import NotApplicable


class Place(NamedTuple):
    """Where a service is set up."""

    path: str
    line: int


def service(look: Look) -> Place:
    """Return where the service is set up; raises NotApplicable where nothing answers over HTTP."""
    for found in in_code(look, "serves"):
        return Place(found.path or "", found.line or 1)
    raise NotApplicable("there is no code here that answers over HTTP")
