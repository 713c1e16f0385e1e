"""The rule on cryptography: what is broken is not used where it has to protect something."""

from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.code.engine import in_code, sources
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.protocols.commands import in_commands, scripts

_HINT = regex(r"openssl|ssh-keygen|keytool|jarsigner|gpg|htpasswd|mcrypt")


def cryptography(look: Look) -> Iterator[Found]:
    """Look at what hashes, encrypts and makes secrets, in code and in scripts."""
    if not (sources(look) or scripts(look)):
        raise NotApplicable("there is no code here in a language that is looked into")
    yield from in_code(look, "SP-05")
    yield from in_commands(look, "cryptography", _HINT)
