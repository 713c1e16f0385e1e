"""Three-way merges of one file's content."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scaffold.merge.files import doubt as doubt
    from scaffold.merge.files import merge_files as merge_files


def __getattr__(name: str) -> Any:
    """Load what merges files when the first one has to be merged: it is thirty modules, and most updates need none."""
    if name in ("merge_files", "doubt"):
        return getattr(import_module("scaffold.merge.files"), name)
    raise AttributeError(f"module 'scaffold.merge' has no attribute {name!r}")
