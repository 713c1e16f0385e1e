"""The rule on cryptography: what is broken is not used where it has to protect something."""

from collections.abc import Iterator

from scaffold.guard.code.engine import in_code, sources
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import NotApplicable


def cryptography(look: Look) -> Iterator[Found]:
    """Look at what hashes, encrypts and makes secrets in code."""
    if not sources(look):
        raise NotApplicable("there is no code here in a language that is looked into")
    yield from in_code(look, "SP-05")
