"""The values of a plan for the settings of many repositories at their forges, and of what became of it."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from scaffold.blueprint.forge import Prescribed, Value, of
from scaffold.plan.settings import Compared, joined, to_set


class Stands(NamedTuple):
    """One repository beside what its projects prescribe together; `why` says why it could not be asked."""

    repository: str
    projects: tuple[str, ...]
    branch: str = ""
    settings: tuple[Compared, ...] = ()
    why: str = ""

    @property
    def prescribed(self) -> Prescribed:
        """What it was compared with."""
        return of({one.setting: one.wanted for one in self.settings})

    @property
    def is_known(self) -> bool:
        """Whether all that is prescribed of it could be told."""
        return not self.why and not any(one.state == "unknown" for one in self.settings)


class SettingsPlan(NamedTuple):
    """All repositories that are meant, by address; `id` is the digest of all of it, and `made` the day."""

    id: str
    scaffold: str
    made: str
    where: str
    repositories: tuple[Stands, ...]

    @property
    def to_set(self) -> tuple[Stands, ...]:
        """Those in which anything is looser than prescribed."""
        return tuple(one for one in self.repositories if to_set(one.settings))

    @property
    def is_clean(self) -> bool:
        """Whether all of them could be asked."""
        return all(one.is_known for one in self.repositories)

    def counts(self) -> Mapping[str, int]:
        """Count settings by their state, and the repositories that could not be asked."""
        states = Counter[str](setting.state for one in self.repositories for setting in one.settings)
        return {**states, "unreadable": sum(bool(one.why) for one in self.repositories)}


def together(prescribed: list[Prescribed]) -> Prescribed:
    """Return what several projects prescribe of the one repository they are in: the strictest of each."""
    found: dict[str, Value] = {}
    for one in prescribed:
        for name, value in one.wanted.items():
            found[name] = joined(value, found[name]) if name in found else value
    return of(found)
