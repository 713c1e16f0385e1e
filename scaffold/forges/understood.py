"""What a forge answers in a shape that no adapter knows, as errors of the port in place of a crash."""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, TypeVar

from scaffold.forges.port import ForgeError, UncertainError, UnreachableError

C = TypeVar("C", bound=type)
READS = ("me", "repositories", "repository", "settings", "protection", "lacking", "pulls", "pull", "checks", "review")
WRITES = ("create", "set", "open", "dress", "edit", "comment", "close", "merge_when_green", "delete_branch")
_ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # what reading of such a shape raises


def understood(adapter: C) -> C:
    """Have an adapter raise UnreachableError for what it cannot read, and after a write UncertainError."""
    for name in READS:
        setattr(adapter, name, _told(getattr(adapter, name), UnreachableError))
    for name in WRITES:
        setattr(adapter, name, _told(getattr(adapter, name), UncertainError))
    return adapter


def _told(method: Callable[..., Any], kind: type[ForgeError]) -> Callable[..., Any]:
    def odd(forge: Any, error: Exception) -> ForgeError:
        told = f"{forge.host} answered {method.__name__} in another shape than its kind of forge does"
        return kind(f"{told}: {type(error).__name__} {error}", hint="is `kind` right, and `api`?")

    @wraps(method)
    def one(self: Any, *given: Any, **named: Any) -> Any:
        try:
            return method(self, *given, **named)
        except _ODD as error:
            raise odd(self, error) from error

    @wraps(method)
    def many(self: Any, *given: Any, **named: Any) -> Iterator[Any]:
        try:
            yield from method(self, *given, **named)
        except _ODD as error:
            raise odd(self, error) from error

    return many if isgeneratorfunction(method) else one
