"""Snapshots: what a case renders to, as one text a case, committed beside it and read in reviews."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from scaffold.authoring.cases import cases_folder
from scaffold.git.objects import unified_diff
from scaffold.tree import is_text

if TYPE_CHECKING:
    from scaffold.render.engine import Rendered
    from scaffold.tree import File

HEAD = "# What the case renders to. Written by scaffold blueprint test --accept.\n"


def snapshot_path(name: str, case: str) -> str:
    """Return where the snapshot of a case stands."""
    return f"{cases_folder(name)}/snapshots/{case}.txt"


def snapshot(rendered: Rendered) -> str:
    """Return all that a case renders to before any task: path, mode, owner and content of each file."""
    parts = [HEAD]
    for path, file in (rendered.plain or rendered.tree).items():
        ownership = rendered.ownership(path)
        keys = "".join(f", {'.'.join(key)} {owner}" for key, owner in sorted(ownership.keys.items()))
        parts.append(f"\n== {path} ({file.mode}, {ownership.file}{keys})\n{_content(file)}")
    return "".join(parts)


def _content(file: File) -> str:
    try:
        text = file.content.decode() if is_text(file.content) else None
    except UnicodeDecodeError:
        text = None
    if text is None or "\r" in text or "\f" in text:
        return f"   {len(file.content)} bytes, sha256 {sha256(file.content).hexdigest()}\n"
    lines = "".join(f" | {line}\n" if line else " |\n" for line in text.removesuffix("\n").split("\n")) if text else ""
    return lines if not text or text.endswith("\n") else f"{lines}   (no newline at the end)\n"


def difference(path: str, old: str, new: str) -> str:
    """Return what is other in a new snapshot, in git's format."""
    return unified_diff(path, old.encode(), new.encode())
