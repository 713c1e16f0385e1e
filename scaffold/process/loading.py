"""Modules loaded when they are first used, so that a command starts with what it runs and nothing else."""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def later(name: str) -> Any:
    """Return a stand-in for a module, which loads it when something of it is first asked for.

    Python 3.15 has this as a statement, `lazy import` (PEP 810). Beside it stands the import under `TYPE_CHECKING`, for
    type checkers and for the test of which room may import which.
    """
    return _Later(name)
