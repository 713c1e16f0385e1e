"""Snapshots: what a case renders to, as one text a case, committed beside it and read in reviews.

A brief one has a line a file, with a digest: of a hundred files the texts would drown what is to be reviewed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from scaffold.authoring.cases import cases_folder
from scaffold.git.objects import unified_diff
from scaffold.tree import is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.render.engine import Rendered
    from scaffold.tree import File

HEAD = "# What the case renders to. Written by scaffold blueprint test --accept.\n"

BRIEF = "# What the case renders to, by digest. Written by scaffold blueprint test --accept --brief.\n"
DIGITS = 16  # of a digest: whoever changes a template means no harm to the snapshot


def snapshot_path(name: str, case: str) -> str:
    """Return where the snapshot of a case stands."""
    return f"{cases_folder(name)}/snapshots/{case}.txt"


def snapshot(rendered: Rendered) -> str:
    """Return all that a case renders to before any task: path, mode, owner and content of each file."""
    files = _files(rendered).items()
    return HEAD + "".join(f"\n== {path} ({_held(rendered, path)})\n{_content(file)}" for path, file in files)


def brief(rendered: Rendered) -> str:
    """Return the same with a digest in place of each content."""
    files = _files(rendered).items()
    return BRIEF + "".join(f"{_digest(file)} {path} ({_held(rendered, path)})\n" for path, file in files)


def _files(rendered: Rendered) -> Mapping[str, File]:
    return rendered.plain or rendered.tree


def _held(rendered: Rendered, path: str) -> str:
    ownership = rendered.ownership(path)
    keys = "".join(f", {'.'.join(key)} {owner}" for key, owner in sorted(ownership.keys.items()))
    return f"{_files(rendered)[path].mode}, {ownership.file}{keys}"


def _digest(file: File) -> str:
    return sha256(file.content).hexdigest()[:DIGITS]


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


def texts(kept: str, rendered: Rendered, before: Iterable[Rendered]) -> str:
    """Return what changes in the texts behind a brief snapshot, as far as one of some earlier renders is the same."""
    was = {line[DIGITS + 1 :].rpartition(" (")[0]: line[:DIGITS] for line in kept.splitlines()[1:]}
    changed = {path: file for path, file in _files(rendered).items() if path in was and was[path] != _digest(file)}
    shown = []
    for path, file in changed.items():
        trees = (_files(one) for one in before) if changed else ()
        old = next((tree[path] for tree in trees if path in tree and _digest(tree[path]) == was[path]), None)
        shown.append(unified_diff(path, old.content, file.content) if old is not None else "")
    return "".join(shown)
