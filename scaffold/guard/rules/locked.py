"""Rules that always hold: what the platform owns is as it was applied, and nothing is left half-way."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from scaffold.blueprint.ownership import key_path, spell
from scaffold.formats import values
from scaffold.formats.equal import ABSENT as NOTHING
from scaffold.formats.equal import at, canonical, equal
from scaffold.formats.lookup import line_at
from scaffold.guard.finding import Found, told
from scaffold.guard.look import Look
from scaffold.guard.readers.secrets import is_hidden
from scaffold.guard.rule import CannotTell, NotApplicable
from scaffold.lock import Locked
from scaffold.plan.drift import Drift, digests, drifts, watched

DRIFTS = {
    "modified": "was edited",
    "deleted": "was deleted",
    "mode": "has another mode than it was given",
    "unknown": "cannot be read, so its locked keys cannot be told",
}
OPENS, MIDDLE, ENDS = b"<<<<<<< ", b"=======", b">>>>>>> "
FENCES = (b"```", b"~~~")
ABSENT = "0" * 40  # as git writes the id of what is not there
MOST = 20  # differences of one key that are told
PROSE = (".md", ".mdx", ".markdown")


def locked_files(look: Look) -> Iterator[Found]:
    """Compare every locked file with the lock."""
    if not any(locked.owner == "locked" for locked in _watched(look).values()):
        raise NotApplicable("no locked file was applied here")
    for drift in _drifts(look):
        if drift.key is None and _watched(look)[drift.path].owner == "locked":
            yield Found(f"the file is locked, and {DRIFTS[drift.kind]}", drift.path, content=_content(look, drift))


def locked_keys(look: Look) -> Iterator[Found]:
    """Compare every locked key with the lock."""
    if not any(locked.owner != "locked" for locked in _watched(look).values()):
        raise NotApplicable("no locked key was applied here")
    for drift in _drifts(look):
        content = _content(look, drift)
        if drift.key is not None:
            yield from (one._replace(key=drift.key, content=content) for one in _changed(look, drift.path, drift.key))
        elif _watched(look)[drift.path].owner != "locked":
            yield Found(f"the file holds locked keys, and {DRIFTS[drift.kind]}", drift.path, content=content)


def _changed(look: Look, path: str, key: str) -> Iterator[Found]:
    """Say what of a locked key is otherwise, each place below it with what was given and what is there."""
    quiet = replace(look, unread={})  # of a file that only git's own reader takes, the line alone is not known
    now, blob = quiet.data(path), look.lock.files[path].blob
    content = look.snapshot.recall(blob) if blob is not None else None
    if now is None or content is None:
        yield Found(f"{key} is locked, and was changed", path, line_at(now, *key_path(key, now)) if now else None)
        return
    way = key_path(key, now)
    given = at(values.parse(path, content), way)
    for below_it in islice(_differing(given, at(now.data, way)), MOST):
        there = (*way, *below_it)
        was, is_ = at(given, below_it), at(now.data, there)
        hidden = is_hidden(spell(there), canonical(is_)) or is_hidden("", canonical(was))
        told = "was changed" if hidden else f"is {_shown(is_)} where the blueprint gave {_shown(was)}"
        yield Found(f"{spell(there)} is locked, and {told}", path, line_at(now, *there))


def _differing(one: Any, other: Any) -> Iterator[tuple[str, ...]]:
    """Yield the ways to the smallest parts in which two values differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        if not equal(one, other):
            yield ()
        return
    for key in dict.fromkeys((*one, *other)):
        yield from ((key, *way) for way in _differing(one.get(key, NOTHING), other.get(key, NOTHING)))


def _shown(value: Any) -> str:
    return "not set" if value is NOTHING else told(canonical(value))


def open_conflicts(look: Look) -> Iterator[Found]:
    """Look for conflict markers in every file, and for files that are still as an update with a conflict left them."""
    marked = set()
    left = {look.lock.files[path].at or path: look.lock.files[path].left for path in look.lock.pending}
    for path in look.paths("*"):
        content = look.raw(path)
        if content is not None and (line := _marker(content, is_prose=path.endswith(PROSE) and path not in left)):
            marked.add(path)
            yield Found("a conflict is marked here and not decided", path, line)
    for path, blob in left.items():
        file = look.file(path) if blob is not None and path not in marked else None
        if file is not None and file.blob == blob:
            yield Found("the update's conflict is not decided", path)


def lock_unasked(_: Look) -> Iterator[Found]:
    """Say that the lock itself is looked at only where somebody asks for it."""
    raise CannotTell("it is asked with --verify only")


def _watched(look: Look) -> dict[str, Locked]:
    return dict(watched(look.lock))


def _drifts(look: Look) -> Iterator[Drift]:
    return drifts(look.lock, look.file)


def _content(look: Look, drift: Drift) -> str:
    """Return an id of what an exception would be for: git's of the file, or the digest of the key's value."""
    file = look.file(drift.path)
    if file is None:
        return ABSENT
    if drift.key is None:
        return file.blob
    kept = digests(drift.path, _watched(look)[drift.path].ownership, file.content)
    return next(digest for key, (_, digest) in kept.items() if spell(key) == drift.key)


def _marker(content: bytes, *, is_prose: bool) -> int | None:
    """Return the line of the first conflict that is marked whole, from its first line to its last.

    Prose shows one between two fences, to explain it.
    """
    if OPENS not in content:
        return None
    opened, halved, fence = 0, False, b""
    for number, line in enumerate(content.splitlines(), start=1):
        if is_prose and line.lstrip()[:3] in FENCES and fence in (b"", line.lstrip()[:3]):
            fence = b"" if fence else line.lstrip()[:3]
        elif fence:
            continue
        elif line.startswith(OPENS):
            opened, halved = number, False
        elif line == MIDDLE:
            halved = True
        elif opened and halved and line.startswith(ENDS):
            return opened
    return None
