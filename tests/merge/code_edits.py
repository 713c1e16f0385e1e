"""Edits by chance to real files of other languages, and the tools that say whether such a file is one."""

import json
import os
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from scaffold.merge.code import grammars
from scaffold.merge.code.languages import language_of
from scaffold.merge.code.tree import Block, Item


def _out(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def _go() -> Iterator[Path]:
    root = Path(_out("go", "env", "GOROOT")) / "src"
    yield from (root / name for name in ("container/list/list.go", "encoding/csv/reader.go", "flag/flag.go", "path/path.go",
        "text/tabwriter/tabwriter.go", "bufio/scan.go", "strings/reader.go", "net/url/url.go", "go/scanner/scanner.go"))  # fmt: skip


def _javascript() -> Iterator[Path]:
    for root in (
        Path(shutil.which("node") or "").resolve().parents[1] / "lib/node_modules/npm/lib",
        Path("/usr/share/nodejs"),
    ):
        yield from [*sorted(root.glob("utils/*.js")), *sorted(root.parent.glob("node_modules/*/lib/*.js"))[:200]]


def _shell() -> Iterator[Path]:
    root = Path(_out("git", "--exec-path"))
    yield from (root / name for name in ("git-submodule", "git-mergetool", "git-instaweb", "git-filter-branch", "git-subtree",
        "git-mergetool--lib", "git-sh-setup", "git-web--browse"))  # fmt: skip


@cache
def _java_home() -> Path | None:
    home = Path(shutil.which("javac") or "").resolve().parents[1] if shutil.which("javac") else Path()
    return next((one for one in (home, *home.parent.iterdir()) if (one / "lib/src.zip").exists()), None)


def _java() -> Iterator[str]:
    if home := _java_home():
        with zipfile.ZipFile(home / "lib/src.zip") as held:
            for name in ("Optional", "StringJoiner", "BitSet", "Objects", "UUID", "ArrayDeque", "Scanner", "Timer"):
                yield held.read(f"java.base/java/util/{name}.java").decode()


class Kind(NamedTuple):
    """A language: its tool, where files of it are, and how a function, and a line of one, is written."""

    tool: str
    path: str
    files: Callable[[], Iterator[Path | str]]
    command: tuple[str, ...]
    function: str
    line: str
    comment: str


KINDS = {
    "go": Kind("gofmt", "a.go", _go, ("gofmt", "-e", "-l"), "func NAME(value int) int {\n\treturn value\n}\n", '_ = "NAME"\n', "//"),
    "javascript": Kind(
        "node", "a.js", _javascript, ("node", "--check"), "function NAME(value) {\n  return value\n}\n", "void 'NAME'\n", "//"
    ),
    "shell": Kind("bash", "a.sh", _shell, ("bash", "-n"), "NAME() {\n\treturn 1\n}\n", ": NAME\n", "#"),
    "java": Kind(
        "javac", "A.java", _java, ("javac", "-proc:none", "-Xlint:none", "-d"),
        "    static int NAME(int value) {\n        return value;\n    }\n", 'assert "NAME" != null;\n', "//",
    ),
}  # fmt: skip


@cache
def sources(name: str) -> tuple[tuple[str, str], ...]:
    """The texts of files that a grammar reads and that have some functions, and where each is."""
    kind, found = KINDS[name], []
    for one in kind.files() if shutil.which(kind.tool) else ():
        text = one if isinstance(one, str) else one.read_text() if one.is_file() else ""
        if text.isascii() and text.endswith("\n") and len(text) < 60_000 and len(functions(kind, text)) > 2:
            found.append((text, "" if isinstance(one, str) else str(one)))
    return tuple(found)


def builds(text: str, origin: str, folder: Path) -> bool:
    """Whether a package of Go builds with this text in the place of one of its files."""
    file, overlay = folder / "overlaid.go", folder / "overlay.json"
    file.write_text(text)
    overlay.write_text(json.dumps({"Replace": {origin: str(file)}}))
    command = ["go", "build", "-o", os.devnull, f"-overlay={overlay}", "."]
    return subprocess.run(command, cwd=Path(origin).parent, capture_output=True, check=False).returncode == 0


def is_valid(name: str, text: str, folder: Path) -> bool:
    """Whether the language's own tool takes the file for one."""
    kind, file = KINDS[name], folder / KINDS[name].path
    if name != "java":
        file.write_text(text)
        return subprocess.run([*kind.command, str(file)], capture_output=True, check=False).returncode == 0
    found = re.search(r"^public (?:final )?class (\w+)", text, re.MULTILINE)
    place = folder / "src/java/util" / f"{found[1] if found else 'A'}.java"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    where = ["--patch-module", f"java.base={folder / 'src'}", str(place)]
    tool = str((_java_home() or Path()) / "bin/javac")
    done = subprocess.run([tool, *kind.command[1:], str(folder / "out"), *where], capture_output=True, check=False)
    place.unlink()
    return done.returncode == 0


class Place(NamedTuple):
    """A function, from the first character of its comment to its end, and where its body begins, if it has lines."""

    start: int
    end: int
    name: str
    inside: int | None


def functions(kind: Kind, text: str) -> list[Place]:
    """The functions of a file, or of the first class that has some."""
    language = language_of(kind.path)
    try:
        return list(_places(grammars._File(text, language).block, 0, deep=kind.tool == "javac"))
    except grammars.Unprovable:
        return []


def _places(block: Block, at: int, *, deep: bool) -> Iterator[Place]:
    for item in block.items:
        start = at + len(item.blank)
        at = start + len(item.text)
        if item.kind != "def" or not isinstance(item.key, tuple):
            continue
        bodies = list(_bodies(item, start))
        if deep and "class" in str(item.key[0]):
            for body, inside in bodies:
                yield from _places(body, inside, deep=False)
        elif "type" not in str(item.key[0]) and "class" not in str(item.key[0]):
            yield Place(start, at, str(item.key[1]).rpartition(".")[2], bodies[0][1] if bodies else None)


def _bodies(item: Item, start: int) -> Iterator[tuple[Block, int]]:
    at = start + len(item.lead)
    for part in item.parts:
        if isinstance(part, Block):
            yield part, at
        at += len(part.text)


@dataclass
class Side:
    """One side in the making: its text, the marks that its edits left, and what it has taken out."""

    name: str
    text: str
    kind: Kind
    chance: random.Random
    marks: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def mark(self) -> str:
        self.marks.append(f"{self.name}{len(self.marks)}x")
        return self.marks[-1]

    def places(self) -> list[Place]:
        return functions(self.kind, self.text)

    def put(self, at: int, text: str) -> None:
        self.text = self.text[:at] + text + self.text[at:]


def add(side: Side) -> None:
    places = side.places()
    if places:
        side.put(side.chance.choice(places).end, "\n" + side.kind.function.replace("NAME", side.mark()))


def edit(side: Side) -> None:
    places = [one for one in side.places() if one.inside is not None]
    if places:
        at = side.chance.choice(places).inside or 0
        line = side.text[at:].partition("\n")[0]
        side.put(at, line[: len(line) - len(line.lstrip())] + side.kind.line.replace("NAME", side.mark()))


def comment(side: Side) -> None:
    places = [one for one in side.places() if one.inside is not None]
    if places:
        side.put(side.chance.choice(places).inside or 0, f"{side.kind.comment} about {side.mark()}\n")


def delete(side: Side) -> None:
    unused = [one for one in side.places() if len(re.findall(rf"\b{one.name}\b", side.text[one.start : one.end])) == len(
        re.findall(rf"\b{one.name}\b", side.text))]  # fmt: skip
    if unused:
        one = side.chance.choice(unused)
        side.text = side.text[: one.start] + side.text[one.end :]
        side.gone.add(one.name)


def move(side: Side) -> None:
    places = side.places()
    if len(places) > 1:
        one, other = side.chance.sample(places, 2)
        taken = side.text[one.start : one.end]
        at = other.end if other.end <= one.start else other.end - len(taken)
        side.text = side.text[: one.start] + side.text[one.end :]
        side.put(at, f"\n{taken}")
        side.done.append(f"moved {one.name}")


def rename(side: Side) -> None:
    places = [one for one in side.places() if re.fullmatch(r"[A-Za-z_]\w{3,}", one.name)]
    if places:
        one = side.chance.choice(places)
        side.text = re.sub(rf"\b{one.name}\b", side.mark(), side.text)
        side.gone.add(one.name)


EDITS = (add, edit, comment, delete, move, rename, add, edit)


def edited(name: str, text: str, kind: Kind, chance: random.Random, most: int) -> Side:
    """A side with some edits."""
    side = Side(name, text, kind, chance)
    for _ in range(chance.randint(1, most)):
        one = chance.choice(EDITS)
        side.done.append(one.__name__)
        one(side)
    return side
