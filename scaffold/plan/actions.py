"""The values of a plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scaffold.lock import Lock
from scaffold.tree import File

Verb = Literal["create", "replace", "merge", "delete", "keep", "leave", "conflict"]
OURS = "yours"  # what the project's side is called in conflict markers
CHANGING: tuple[Verb, ...] = ("create", "replace", "merge", "delete", "conflict")


class Stages(NamedTuple):
    """A conflict's three sides, as git's index holds them."""

    base: File | None
    ours: File | None
    theirs: File | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What happens to one path: `after` is what will stand there (None: nothing).

    `drift` names what a locked file or key is put back from: "" for the whole file, else the key path.
    """

    path: str
    verb: Verb
    why: str
    before: File | None
    after: File | None
    stages: Stages | None = None
    drift: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the path, or git's index for it, will differ afterwards."""
        return self.verb in CHANGING


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All actions, in order of path, and the lock that follows from them."""

    actions: tuple[Action, ...]
    lock_before: Lock
    lock_after: Lock

    def __iter__(self) -> Iterator[Action]:
        """Iterate over the actions."""
        return iter(self.actions)

    @property
    def changes(self) -> tuple[Action, ...]:
        """The actions that change something."""
        return tuple(action for action in self.actions if action.changes)

    @property
    def conflicts(self) -> tuple[Action, ...]:
        """The actions that leave a person something to decide."""
        return tuple(action for action in self.actions if action.verb == "conflict")
