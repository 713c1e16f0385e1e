"""Typical edits of a team, made by rule and not by chance: what an update has to keep.

Of each file of a project, by its owner:

- `locked`: nothing; a team may not.
- `managed`: a line of the team's own at the top, in the middle or at the end, for three teams that each choose
  another place; in a comment where the format has comments. In JSON, a key of its own.
- `seeded`: by turns the first line is other (in JSON a key is the team's), or the file is gone.
- beside them: a file of the team's own.

What an update brings in conflict wherever a team edits is told. The turns come from a digest of the path, so that a
test fails or passes for ever.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from scaffold.tree import REGULAR, SYMLINK, File, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scaffold.blueprint.ownership import Ownership

COMMENTS = {
    "# ": (".py", ".toml", ".yaml", ".yml", ".sh", ".cfg", ".ini", ".mk", ".rb", ".tf", ".txt"),
    "// ": (".ts", ".tsx", ".js", ".go", ".java", ".kt", ".rs", ".c", ".cs"),
    "": (".md", ".rst"),
}
NAMED = {"Makefile": "# ", "Dockerfile": "# ", ".gitignore": "", "CODEOWNERS": "# ", ".editorconfig": "# "}
OWN = "a line of the team's own"
OWN_FILE = "team/notes.md"
PLACES = (0.0, 0.5, 1.0)  # of the way through a file


def edited(files: Mapping[str, File], ownership: Callable[[str], Ownership], place: float) -> dict[str, File]:
    """Return a project's files as a team may have left them that edits so far through each file."""
    made: dict[str, File] = {OWN_FILE: File(b"Of the team's own.\n")}
    for path, file in files.items():
        owner = ownership(path).file
        if owner == "locked" or file.mode == SYMLINK or not is_text(file.content):
            made[path] = file
        elif owner == "seeded":
            if _number(path) % 2:
                made[path] = _with(file, _first(path, file.content))
        else:
            made[path] = _with(file, _own_line(path, file.content, place))
    return made


def _with(file: File, content: bytes) -> File:
    return File(content, file.mode if file.mode != SYMLINK else REGULAR, file.origin)


def _number(path: str) -> int:
    return int(sha256(path.encode()).hexdigest()[:8], 16)


def _first(path: str, content: bytes) -> bytes:
    if path.endswith(".json"):
        return _own_key(content)
    return b"# the team's\n" + content.partition(b"\n")[2]


def _own_line(path: str, content: bytes, place: float) -> bytes:
    name = path.rpartition("/")[2]
    if name.endswith(".json"):
        return _own_key(content)
    sign = NAMED.get(name)
    if sign is None:
        sign = next((sign for sign, endings in COMMENTS.items() if name.endswith(endings)), None)
    if sign is None or not content.endswith(b"\n"):
        return content
    own = f"{sign}{OWN}\n".encode()
    lines = content.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line[:1] not in b" \t\r\n}])" and not _opens(line)]
    starts.append(len(lines))
    at = starts[round(place * (len(starts) - 1))]
    return b"".join([*lines[:at], own, *lines[at:]])


def _opens(line: bytes) -> bool:
    """Whether a line is part of what must not be torn: the first of a file, or a fence."""
    return line.startswith((b"#!", b"---", b"```", b'"""', b"'''"))


def _own_key(content: bytes) -> bytes:
    try:
        data = json.loads(content)
    except ValueError:
        return content
    if not isinstance(data, dict):
        return content
    return (json.dumps({**data, "team": OWN}, indent=2, ensure_ascii=False) + "\n").encode()
