"""How a project stands, apart from the other results: `status` is asked most often, and starts with nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import PurePath

    from scaffold.answers.pause import Pause
    from scaffold.guard.waivers import Stood
    from scaffold.plan.drift import Drift


class Offered(NamedTuple):
    """An update that waits on a branch of a remote, as last fetched: most likely a pull request."""

    branch: str
    version: str


class Status(NamedTuple):
    """How a project stands. `latest` and `behind` are None where the library could not be read.

    `ahead`: the version comes after the latest, as a commit that is not released. After an adoption, until an update:
    `missing` are the blueprint's files that are not here, and `unlike` those that share too little with it.
    """

    root: PurePath
    blueprint: str
    source: str
    version: str
    latest: str | None
    behind: bool | None
    drift: tuple[Drift, ...]
    conflicts: tuple[str, ...]
    edited_answers: tuple[str, ...]
    interrupted: str  # what was killed on its way, and the command that ends it
    notes: tuple[str, ...] = ()
    unfinished: bool = False  # every conflict is resolved, and the update waits for `--continue`
    waivers: tuple[Stood, ...] = ()
    ahead: bool = False
    own: tuple[str, ...] = ()  # files of the blueprint that the team has made its own
    missing: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    files: int = 0  # that the version has
    uncommitted: str = ""  # what is applied and staged, and was to be committed
    paused: Pause | None = None  # while it lasts
    offers: tuple[Offered, ...] = ()
    withdrawn: str = ""  # that its version was, and why
    refused: str = ""  # why an update would refuse an answer that was edited

    @property
    def state(self) -> str:
        """The most pressing of what is said of it, from `interrupted` to `current`."""
        states = {
            "interrupted": bool(self.interrupted),
            "conflicts": bool(self.conflicts) or self.unfinished,
            "uncommitted": bool(self.uncommitted),
            "withdrawn": bool(self.withdrawn),
            "drifted": bool(self.drift),
            "edited": bool(self.edited_answers),
            "incomplete": bool(self.missing or self.unlike),
            "behind": self.behind is True,
            "unknown": self.behind is None,
        }
        return next((name for name, holds in states.items() if holds), "current")
