"""A merge by key under way: what it may do, and what it has decided so far."""

from dataclasses import dataclass, field
from typing import Any

from scaffold.merge.drivers import Drivers
from scaffold.merge.layouts.known import Format
from scaffold.merge.rename import Said, added
from scaffold.merge.schema import KeyPath, List, list_at

OURS, THEIRS = 1, 2  # places in a triple of base, ours and theirs


@dataclass(slots=True)
class Work:
    """One merge: the file, the data of its three sides, and the drivers that may be used.

    `hold` are sections to be left in conflict, and `host` the side whose layout the result has. `decided` gives the
    value of each key path at which a driver chose one, `held` the paths that are in conflict, `used` the drivers.
    """

    path: str
    kind: Format
    drivers: Drivers
    data: tuple[Any, Any, Any]
    hold: frozenset[KeyPath]
    host: int = OURS
    decided: dict[KeyPath, Any] = field(default_factory=dict)
    held: set[KeyPath] = field(default_factory=set)
    used: dict[str, None] = field(default_factory=dict)
    _added: list[Said] | None = None

    @property
    def added(self) -> list[Said]:
        """What the team has put at other keys than the base has."""
        if self._added is None:
            self._added = added(self.data[0], self.data[OURS])
        return self._added

    def may(self, driver: str) -> bool:
        """Whether a driver is on."""
        return driver in self.drivers

    def decide(self, driver: str, at: KeyPath, value: Any) -> None:
        """Note that a driver has chosen a value."""
        self.used[driver] = None
        self.decided[at] = value

    def list_at(self, at: KeyPath) -> List | None:
        """Return what the schema knows of a list, where lists may be merged as sets."""
        return list_at(self.path, at) if self.may("sets") else None
