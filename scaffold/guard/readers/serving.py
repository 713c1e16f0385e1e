"""Whether a repository holds a service that answers over HTTP or works unasked, and where it is set up."""

from typing import NamedTuple

from scaffold.guard.code.engine import in_code
from scaffold.guard.look import Look
from scaffold.guard.readers.compose import AT_DESK
from scaffold.guard.readers.dockerfile import dockerfiles
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


def process(look: Look) -> Place:
    """Return where a service is set up that answers over HTTP, or that works in a container until it is told to stop.

    Programs for people are told to stop too, but nobody packs those into an image. Raises NotApplicable.
    """
    try:
        return service(look)
    except NotApplicable:
        packed = any(not AT_DESK.search(file.path) for file in dockerfiles(look))
        for found in in_code(look, "works") if packed else ():
            return Place(found.path or "", found.line or 1)
        raise NotApplicable(
            "there is no code here that answers over HTTP, or works in a container until told to stop"
        ) from None
