"""What the scripts of a project run, held against the commands of a table."""

import re
from collections.abc import Iterator

from scaffold.formats.regex import regex
from scaffold.guard.code.hosts import is_far
from scaffold.guard.code.patterns import table
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.readers.scripts import Script, in_files, in_images, in_makefiles, in_workflows
from scaffold.guard.readers.shell import Command

# Files that hold one command a line, as lists of a pipeline or scripts of a package.
LISTS = (
    "/.gitlab-ci.yml", "Jenkinsfile", "justfile", "Taskfile.yml", "docker-compose*.yml", "docker-compose*.yaml",
    "compose*.yml", "compose*.yaml", "package.json",
)  # fmt: skip
IN_LIST = regex(
    r"""[ \t]*(?:-[ \t]+(?!name:)|sh[ \t(]+|"[\w:.-]{1,60}":[ \t]*|(?:command|test|cmd):[ \t]*)"""
    r"""["']?(.{1,2000}?)["']?[,)]*$"""
)
HERE = regex(r"https?://(?:localhost|127\.|\[::1\])")


def scripts(look: Look) -> tuple[Script, ...]:
    """Return the shell of the product, wherever it stands."""
    return look.once(_scripts)


def in_commands(look: Look, name: str, hint: re.Pattern[str]) -> Iterator[Found]:
    """Yield what the commands of a table find in scripts that a hint is in."""
    for script in scripts(look):
        for line, command in script.commands() if hint.search(script.text) else ():
            yield from (found._replace(path=script.path, line=line) for found in _in_command(name, command))


def _scripts(look: Look) -> tuple[Script, ...]:
    found = (*in_workflows(look), *in_makefiles(look), *in_images(look), *in_files(look), *_lines(look))
    return tuple(script for script in found if is_product(script.path))


def _lines(look: Look) -> Iterator[Script]:
    for path, text in look.texts(*LISTS):
        for number, line in enumerate(text.splitlines(), start=1):
            if match := IN_LIST.match(line):
                yield Script(path, number, match[1])


def _in_command(name: str, command: Command) -> Iterator[Found]:
    words, says = " ".join(command.words[1:]), table(name)["says"]
    if HERE.search(words):
        return
    for said in table(name)["commands"]:
        match = re.search(said["words"], words) if re.fullmatch(said["program"], command.program) else None
        if match and ("far" not in said or is_far(match["host"])):
            what = said["what"].format(*match.groups(), program=command.program, **match.groupdict())
            yield Found(says[said.get("says", "unverified")].format(what), severity=said.get("severity"))
