"""The values of a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from scaffold.lock import Lock
from scaffold.tree import File, Tree

if TYPE_CHECKING:
    from scaffold.merge.decisions import Decision

Verb = Literal["create", "replace", "merge", "delete", "keep", "leave", "conflict"]
OURS = "yours"  # what the project's side is called in conflict markers
CHANGING: tuple[Verb, ...] = ("create", "replace", "merge", "delete", "conflict")


class Stages(NamedTuple):
    """A conflict's three sides, as git's index holds them."""

    base: File | None
    ours: File | None
    theirs: File | None


class Action(NamedTuple):
    """What happens to one path: `after` is what will stand there (None: nothing).

    `drift` names what a locked file or key is put back from: "" for the whole file, else the key path; `waiver` says by
    which exception it is not. `decided` is what people decided before and holds here.
    """

    path: str
    verb: Verb
    why: str
    before: File | None
    after: File | None
    stages: Stages | None = None
    drift: tuple[str, ...] = ()
    waiver: str = ""
    decided: "tuple[Decision, ...]" = ()

    @property
    def changes(self) -> bool:
        """Whether the path, or git's index for it, will differ afterwards."""
        return self.verb in CHANGING


class Waived(NamedTuple):
    """What a waiver allows of a file that the platform owns something of: to differ as a whole, or in some keys."""

    waiver: str
    whole: bool
    keys: frozenset[str] = frozenset()


class Offer(NamedTuple):
    """A file of the team's own, in a folder that the blueprint has moved or given as seeded, and where it would go."""

    path: str
    to: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All actions, in order of path, and the lock that follows from them.

    `folders` are those that the blueprint has moved, old name to new, and `offers` the moves of the team's own files in
    them, which nobody makes unasked. `given` is what the blueprint gives the project, as the lock afterwards has it.
    """

    actions: tuple[Action, ...]
    lock_before: Lock
    lock_after: Lock
    folders: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()
    given: Tree = field(default_factory=Tree, repr=False)

    def __iter__(self) -> Iterator[Action]:
        """Iterate over the actions."""
        return iter(self.actions)

    @cached_property
    def changes(self) -> tuple[Action, ...]:
        """The actions that change something."""
        return tuple(action for action in self.actions if action.changes)

    @property
    def conflicts(self) -> tuple[Action, ...]:
        """The actions that leave a person something to decide."""
        return tuple(action for action in self.actions if action.verb == "conflict")

    @property
    def waived(self) -> tuple[Action, ...]:
        """The actions that leave what the platform owns as a waiver allows."""
        return tuple(action for action in self.actions if action.waiver)
