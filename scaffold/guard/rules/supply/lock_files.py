"""Lock files: which there are, and whose they are."""

import re
from collections.abc import Mapping

from scaffold.errors import ScaffoldError
from scaffold.guard.look import Look
from scaffold.guard.readers.manifests import Ecosystem, Manifest, folders_up
from scaffold.guard.snapshot import LARGEST

LONGEST = 32_000_000  # bytes of a lock, which no one writes by hand
LOCKS: Mapping[Ecosystem, tuple[str, ...]] = {
    "python": ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "pixi.lock", "conda-lock.yml"),
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
}


def lock_of(look: Look, manifest: Manifest) -> str | None:
    """Return the lock of a manifest: beside it, or above it where it is part of a workspace."""
    for folder in folders_up(manifest.folder):
        for place in (f"{folder}{name}" for name in LOCKS[manifest.ecosystem]):
            if place in look and (folder == manifest.folder or _is_member(look, manifest, place)):
                return place
    return None


# How a lock above names the parts of its workspace, whose folder and name are put in.
_MEMBERS: Mapping[str, str] = {
    "uv.lock": r'(?:editable|virtual|directory) = "{folder}"',
    "Cargo.lock": r'^name = "{name}"$',
    "package-lock.json": r'"{folder}": \{{',
    "pnpm-lock.yaml": r"^  '?{folder}'?:",
    "yarn.lock": r"@workspace:{folder}\b",
}


def _is_member(look: Look, manifest: Manifest, lock: str) -> bool:
    """Whether a lock in a folder above is also that of a manifest; where the lock does not say, it is."""
    pattern = _MEMBERS.get(lock.rpartition("/")[2])
    text = lock_text(look, lock) if pattern is not None else None
    if pattern is None or text is None or (lock.endswith("yarn.lock") and "@workspace:" not in text):
        return manifest.ecosystem != "python"
    folder = manifest.folder[lock.rfind("/") + 1 :].rstrip("/")
    named = pattern.format(folder=re.escape(folder), name=re.escape(manifest.name))
    return re.search(named, text, re.MULTILINE) is not None


def lock_text(look: Look, path: str) -> str | None:
    """Return the text of a lock, which may be longer than what people write."""
    try:
        long = LARGEST < look.snapshot.measure(path) <= LONGEST
    except ScaffoldError:
        long = False  # `text` says so
    file = look.file(path) if long else None
    return look.text(path) if file is None else file.content.decode(errors="replace")
