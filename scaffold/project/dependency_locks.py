"""Lock files of dependencies: made once, behind the render, by the tool of the language, where that can be run.

They are no part of the render: no other machine would make the same, and the blueprint's lock never names them.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from scaffold import disk
from scaffold.errors import ScriptError
from scaffold.process import commands
from scaffold.tree import File

SECONDS = 60  # a resolver that takes longer has no network, or asks somebody something


class Made(NamedTuple):
    """The lock files that were made, and what is left for people to make."""

    files: Mapping[str, File]
    left: tuple[str, ...] = ()


def make_locks(folder: Path, wanted: Mapping[str, Sequence[str]], *, may_run: bool) -> Made:
    """Make the lock files that are not there, each by its command; what hinders that is left to people, in words."""
    files: dict[str, File] = {}
    left: list[str] = []
    for name, words in wanted.items():
        if (folder / name).exists():
            continue
        why = _hindered(folder, tuple(words)) if may_run else "nothing was run"
        file = None if why else disk.read(folder, name)
        if file is None:
            made = f"`{' '.join(words)}` makes {name}, which is to be committed"
            left.append(f"{made} ({why or 'it was run, and made none'})")
        else:
            files[name] = file
    return Made(files, tuple(left))


def _hindered(folder: Path, words: tuple[str, ...]) -> str:
    """Run a command; say why it did nothing, or nothing."""
    if shutil.which(words[0]) is None:
        return f"{words[0]} is not on the PATH"
    try:
        commands.run(words, folder, os.environ, seconds=SECONDS, secrets=None)
    except ScriptError as error:
        return error.message
    return ""
