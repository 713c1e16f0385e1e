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
    """The lock files that were made, and in words what went wrong with others."""

    files: Mapping[str, File]
    failed: tuple[str, ...] = ()


def make_locks(folder: Path, wanted: Mapping[str, Sequence[str]]) -> Made:
    """Make the lock files that are not there, each by its command.

    A tool that is not here is left to people, as the blueprint's own advice says; one that fails is told of.
    """
    files: dict[str, File] = {}
    failed: list[str] = []
    for name, words in wanted.items():
        if (folder / name).exists() or shutil.which(words[0]) is None:
            continue
        try:
            commands.run(tuple(words), folder, os.environ, seconds=SECONDS, told=commands.Told(secrets=None))
        except ScriptError as error:
            failed.append(
                f"`{' '.join(words)}` makes {name}, which is to be committed; here it failed: {error.message}"
            )
        if (file := disk.read(folder, name)) is not None:
            files[name] = file
    return Made(files, tuple(failed))
