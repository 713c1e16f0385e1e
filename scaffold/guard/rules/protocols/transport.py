"""The rule on transport: certificates are verified, TLS is of today, and what leaves the machine is encrypted."""

from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.code.engine import in_code, sources
from scaffold.guard.code.patterns import table
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.scripts import Script
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.protocols.commands import in_commands, scripts

VARIABLES = regex(
    r"\b(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\s{0,9}[=:]\s{0,9}[\"']?0\b"
    r"|\b(GIT_SSL_NO_VERIFY)\s{0,9}[=:]\s{0,9}[\"']?(?:1|true)\b|\b(GOINSECURE)=[\w*]"
)
COMMENT = regex(r"(?m)(?:^|[ \t])#[^\n]*")


def transport(look: Look) -> Iterator[Found]:
    """Look at clients and servers in code, at commands in scripts, and at settings."""
    if not (sources(look) or scripts(look) or look.paths(*PLACES["settings"])):
        raise NotApplicable("there is no code here in a language that is looked into")
    found = [*in_code(look, "SP-01"), *in_commands(look, "transport", _HINT)]
    yield from dict.fromkeys((*found, *(one for script in scripts(look) for one in _variables(script))))


def _variables(script: Script) -> Iterator[Found]:
    """Look for variables that turn checks off."""
    text = COMMENT.sub("", script.text)
    for match in VARIABLES.finditer(text) if _HINT.search(script.text) else ():
        line = script.line + text.count("\n", 0, match.start())
        name = next(filter(None, match.groups()))
        yield Found(table("transport")["says"]["unverified"].format(name), script.path, line)


_HINT = regex(
    r"curl|wget|sslVerify|-host\b|tls|ssl|http://|_VERIFY|UNAUTHORIZED|HTTPSVERIFY|HostKey|insecure|INSECURE|verify"
)
