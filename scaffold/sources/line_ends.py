"""The line ends that a template's own `.gitattributes` ask for, as in the clone that Copier and Cookiecutter read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scaffold.blueprint.globs import like_git
from scaffold.tree import SYMLINK, File, is_text

ATTRIBUTES = ".gitattributes"
LONE_LF = re.compile(rb"(?<!\r)\n")


def checked_out(files: Mapping[str, File]) -> Mapping[str, File]:
    """Return files, as git stores them, with CR LF where `eol=crlf` says so.

    Neither the user's settings of git nor their work tree count: one template gives everybody the same bytes. They are
    why libgit2 is not asked, which looks at the index and the work tree before it looks at the commit.
    """
    if not any(path.endswith(ATTRIBUTES) and b"eol=crlf" in file.content for path, file in files.items()):
        return files
    return {path: _with_line_ends(files, path, file) for path, file in files.items()}


def _with_line_ends(files: Mapping[str, File], path: str, file: File) -> File:
    said = _attributes(files, path)
    if file.mode == SYMLINK or said.get("eol") != "crlf" or said.get("text") == "-":
        return file
    if said.get("text") == "auto" and (b"\r" in file.content or not is_text(file.content)):
        return file
    return replace(file, content=LONE_LF.sub(b"\r\n", file.content))


def _attributes(files: Mapping[str, File], path: str) -> Mapping[str, str]:
    """Return the attributes `text` and `eol` of a path, of which the last word counts; `-`: unset."""
    found: dict[str, str] = {}
    folders = path.split("/")[:-1]
    for depth in range(len(folders) + 1):
        above = "".join(f"{folder}/" for folder in folders[:depth])
        for pattern, words in _lines(files.get(f"{above}{ATTRIBUTES}")):
            if _means(pattern, path[len(above) :]):
                for word in words:
                    found |= _said(word)
    return found


def _lines(file: File | None) -> Iterator[tuple[str, list[str]]]:
    for line in (file.content if file else b"").decode(errors="replace").splitlines():
        pattern, *words = line.split() or [""]
        if pattern and not pattern.startswith(("#", "[attr]", "!")):
            yield pattern, words


def _means(pattern: str, path: str) -> bool:
    return like_git((pattern,)).matches(path if "/" in pattern else path.rpartition("/")[2])


def _said(word: str) -> Mapping[str, str]:
    if word == "binary":  # git's own macro
        return {"text": "-"}
    name, _, value = word.lstrip("-!").partition("=")
    return {name: "-" if word.startswith("-") else "" if word.startswith("!") else value}
