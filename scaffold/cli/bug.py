"""The log of a bug: where it happened, and no value that anybody gave or a template made."""

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import scaffold
from scaffold import disk
from scaffold.errors import ProjectError


def log(told: Iterable[str], command: Any) -> Path:
    """Write what a bug report needs, such as the `places` of an error; returns where. `command` is click's tree of all.

    Raises OSError, and ProjectError where there is no home.

    What an error says may hold a secret in any spelling, and so may the command line: of the one there is but the kind
    and the places in code, of the other the words that are ours.
    """
    folder = disk.user_folder("log")
    if folder is None:
        raise ProjectError("there is no home folder to keep a log in")
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"bug-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    known = set(_known(command))
    lines = [f"scaffold {scaffold.__version__}, Python {sys.version}, {sys.platform}"]
    lines += [" ".join(_ours(word, known) for word in sys.argv[1:]), *told]
    disk.write_private(place, "\n".join([*lines, ""]).encode())
    return place


def _known(command: Any) -> Iterator[str]:
    """Yield the names of commands and options."""
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    for name, below in getattr(command, "commands", {}).items():
        yield name
        yield from _known(below)


def _ours(word: str, known: set[str]) -> str:
    """Return a word of the command line as far as it is the name of a command or an option."""
    return next((name for name in (word, word.partition("=")[0], word[:2]) if name in known), "...")
