"""A repository of a fleet, and what `fleet.yml` says of it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from scaffold.sources.address import expand, parted, spelled

Kind = Literal["folder", "bare", "url"]


class Place(NamedTuple):
    """Where a repository lies: the whole path of a folder or of a bare repository, or an address without a login."""

    kind: Kind
    address: str

    @property
    def identity(self) -> str:
        """What all spellings of one place have in common."""
        return spelled(*parted(expand(self.address))) if self.kind == "url" else self.address


class Repository(NamedTuple):
    """A repository with what `fleet.yml`, or a program that it names, says of it; empty is what nobody says.

    `where` is the place that says so, and `library` what its blueprints are read from instead of the source in a lock.
    """

    name: str
    place: Place
    where: str
    owner: str = ""
    mission: str = ""
    labels: Mapping[str, str] = {}
    library: str = ""
