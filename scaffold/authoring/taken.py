"""What a blueprint is started from: the files of a folder, but for what must not be in a template, which is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.blueprint.template import DEFAULT_EXCLUDE
from scaffold.errors import ProjectError, RenderError
from scaffold.git.objects import find_repository
from scaffold.guard.readers import secrets
from scaffold.render.paths import check_link, matcher
from scaffold.tree import SYMLINK, File, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LARGEST = 1_000_000  # bytes of a file that is part of a template
LEFT_OUT = (".git/", ".scaffold/", ".copier-answers.yml")  # of git, of scaffold, of Copier: not the team's


def taken(folder: Path | str) -> tuple[dict[str, File], list[str]]:
    """Return the files of a folder that git does not ignore, and what was left out with why; raises ProjectError."""
    place = Path(folder).resolve()
    if not place.is_dir():
        raise ProjectError("there is no such folder", where=str(place), hint="name a repository's folder")
    files, left, nested = {}, [], set()
    ignored = _ignored(place)

    def outside(path: str) -> bool:
        if path.endswith("/") and (place / path / ".git").exists():
            nested.add(path.rstrip("/"))
        return path.rstrip("/") in nested or path.startswith(LEFT_OUT) or ignored(path)

    for path, _ in disk.modes(place, outside):
        why = f"it has {size:,} bytes" if (size := os.lstat(place / path).st_size) > LARGEST else ""
        file = None if why else disk.read(place, path)
        if file is not None and not (why := _why_not(path, file)):
            files[path] = file
        elif why:
            left.append(f"{path}: {why}")
    return files, [*left, *(f"{path}/: it is a repository of its own" for path in sorted(nested))]


def _ignored(place: Path) -> Callable[[str], bool]:
    repository = find_repository(place)
    root = repository.root.resolve() if repository is not None else place
    if repository is None or not place.is_relative_to(root):
        return lambda _: False
    above = "".join(f"{part}/" for part in place.relative_to(root).parts)
    return lambda path: repository.is_ignored(f"{above}{path}")


def _why_not(path: str, file: File) -> str:
    """Say why a file cannot be part of a template; nothing where it can."""
    if matcher(DEFAULT_EXCLUDE, "")(path):
        return "templates leave out what is called so"
    if file.mode == SYMLINK:
        try:
            check_link(path, file, "")
        except RenderError as error:
            return error.message
    elif is_text(file.content) and (secret := next(iter(secrets.find(file.content, path)), None)):
        return f"line {secret.line} holds what looks like {secret.kind}"
    return ""


def words_in(files: Mapping[str, File]) -> str:
    """Return all text of some files and their paths, to look for words in."""
    texts = (file.content.decode(errors="replace") for file in files.values() if is_text(file.content))
    return "\n".join([*files, *texts])
