"""The rule on transport: certificates are verified, TLS is of today, and what leaves the machine is encrypted."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scaffold.guard.code.engine import in_code, sources
from scaffold.guard.code.hosts import is_far
from scaffold.guard.code.patterns import table
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.readers.places import PLACES
from scaffold.guard.readers.scripts import Script, in_files, in_images, in_makefiles, in_workflows
from scaffold.guard.readers.shell import Command
from scaffold.guard.rule import NotApplicable

# Files that hold one command a line, as lists of a pipeline or scripts of a package.
LISTS = (
    "/.gitlab-ci.yml", "Jenkinsfile", "justfile", "Taskfile.yml", "docker-compose*.yml", "docker-compose*.yaml",
    "compose*.yml", "compose*.yaml", "package.json",
)  # fmt: skip
IN_LIST = re.compile(
    r"""[ \t]*(?:-[ \t]+(?!name:)|sh[ \t(]+|"[\w:.-]{1,60}":[ \t]*|(?:command|test|cmd):[ \t]*)"""
    r"""["']?(.{1,2000}?)["']?[,)]*$"""
)
HERE = re.compile(r"https?://(?:localhost|127\.|\[::1\])")
VARIABLES = re.compile(
    r"\b(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\s{0,9}[=:]\s{0,9}[\"']?0\b"
    r"|\b(GIT_SSL_NO_VERIFY)\s{0,9}[=:]\s{0,9}[\"']?(?:1|true)\b|\b(GOINSECURE)=[\w*]"
)
COMMENT = re.compile(r"(?m)(?:^|[ \t])#[^\n]*")


def transport(look: Look) -> Iterator[Found]:
    """Look at clients and servers in code, at commands in scripts, and at settings."""
    scripts = [script for script in look.once(_scripts) if is_product(script.path)]
    if not (sources(look) or scripts or look.paths(*PLACES["settings"])):
        raise NotApplicable("there is no code here in a language that is looked into")
    found = [*in_code(look, "SP-01"), *(one for script in scripts for one in _in_script(script))]
    yield from dict.fromkeys(found)


def _scripts(look: Look) -> tuple[Script, ...]:
    return (*in_workflows(look), *in_makefiles(look), *in_images(look), *in_files(look), *_lines(look))


def _lines(look: Look) -> Iterator[Script]:
    for path, text in look.texts(*LISTS):
        for number, line in enumerate(text.splitlines(), start=1):
            if match := IN_LIST.match(line):
                yield Script(path, number, match[1])


def _in_script(script: Script) -> Iterator[Found]:
    """Look at the commands of a script, and at variables that turn checks off."""
    if not _HINT.search(script.text):
        return
    for line, command in script.commands():
        yield from (found._replace(path=script.path, line=line) for found in _in_command(command))
    text = COMMENT.sub("", script.text)
    for match in VARIABLES.finditer(text):
        line = script.line + text.count("\n", 0, match.start())
        name = next(filter(None, match.groups()))
        yield Found(_SAYS["unverified"].format(name), script.path, line)


def _in_command(command: Command) -> Iterator[Found]:
    words = " ".join(command.words[1:])
    if HERE.search(words):
        return
    for said in _COMMANDS:
        match = re.search(said["words"], words) if re.fullmatch(said["program"], command.program) else None
        if match and ("far" not in said or is_far(match["host"])):
            what = said["what"].format(*match.groups(), program=command.program, **match.groupdict())
            yield Found(_SAYS[said.get("says", "unverified")].format(what), severity=said.get("severity"))


_TABLE: Mapping[str, Any] = table("transport")
_SAYS, _COMMANDS = _TABLE["says"], _TABLE["commands"]
_HINT = re.compile(
    r"curl|wget|sslVerify|-host\b|tls|ssl|http://|_VERIFY|UNAUTHORIZED|HTTPSVERIFY|HostKey|insecure|INSECURE|verify"
)
