"""A policy: what a project is held against from outside."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from packaging.version import Version

from scaffold.errors import without_credentials
from scaffold.guard.finding import Severity

COMMAND = "--policy"


class Policy(NamedTuple):
    """What a project is held against: a library, and a version in place of the one that the lock names.

    With `strict` what could not be checked fails, and so does what is as severe as `fail_on`. `answers` are those that
    every project has to have given. `said` is who says so; with `at_least` the version is no older than the lock's.
    """

    library: str
    version: Version | None = None
    strict: bool = False
    fail_on: Severity | None = None
    answers: Mapping[str, Any] = {}
    said: str = COMMAND
    at_least: bool = False

    @property
    def written(self) -> str:
        """The policy as it is given on the command line, without credentials."""
        return without_credentials(self.library) + (f"@{self.version}" if self.version else "")
