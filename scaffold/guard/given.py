"""What the blueprint gave a project, and so prescribes; a project without a lock is held to nothing of the kind."""

from scaffold.blueprint.globs import like_git
from scaffold.guard.look import Look


def is_given(look: Look, path: str) -> bool:
    """Whether a file may hold settings of the gates' tools: the blueprint gave it, or allows it by name."""
    files = look.lock.files
    return not files or path in files or like_git(allowed(look)).matches(path)


def allowed(look: Look) -> tuple[str, ...]:
    """Return what the blueprint allows by name: patterns of files, and variables."""
    return tuple(map(str, look.parameters.get("allowed", ())))


def is_as_given(look: Look, path: str) -> bool:
    """Whether a file is locked, and stands as the blueprint gave it."""
    locked = look.lock.files.get(path)
    if locked is None or locked.owner != "locked":
        return False
    blob = look.snapshot.blobs.get(path)  # which a folder without git has not
    file = look.file(path) if blob is None else None
    return locked.blob == (file.blob if file is not None else blob)
