"""The hidden line in a pull request by which it is known again: whose it is, and which commit was ours."""

import json
import re
from typing import NamedTuple

from scaffold.forges.port import Pull

ESCAPED = "\\u003e"
_LINE = re.compile(r"<!-- scaffold: (\{.{1,2000}?\}) -->")


class Marker(NamedTuple):
    """A campaign by the id of its plan, a member, the run that wrote it and when that began, and the commit pushed."""

    campaign: str
    member: str
    run: str
    began: float
    commit: str

    def line(self) -> str:
        """Return it as it stands in a body."""
        said = json.dumps(self._asdict(), sort_keys=True).replace(">", ESCAPED)  # no name ends the comment
        return f"<!-- scaffold: {said} -->"


def marker_of(pull: Pull) -> Marker | None:
    """Return the marker in a pull request; None where there is none that can be read."""
    found = _LINE.search(pull.body or "")
    try:
        said = json.loads(found[1]) if found else None
        return Marker(
            str(said["campaign"]), str(said["member"]), str(said["run"]), float(said["began"]), str(said["commit"])
        ) if said else None  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None
