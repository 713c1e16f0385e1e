"""What takes long to make, and nobody changes: made once for all processes that run tests."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

T = TypeVar("T")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], T]) -> T:
    """What `make` returns for a new folder, in whichever process of this run it is asked for first."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"once-{name}"
    with FileLock(f"{folder}.lock"):
        kept = folder / "kept"
        if not kept.exists():
            folder.mkdir()
            kept.write_bytes(pickle.dumps(make(folder / "made")))
        return pickle.loads(kept.read_bytes())
