"""zizmor: the security of GitHub workflows and actions, of Dependabot's and of pre-commit's configuration.

Severities: its High, Medium and Low are ours; what it calls informational is low. With `--format sarif` it exits 0 with
findings and else 14 or less, which nobody here looks at.
"""

import re
from collections.abc import Iterator
from typing import Any

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, Unreadable, document, rule_of

SEVERITIES: dict[str, Severity] = {"High": "high", "Medium": "medium", "Low": "low", "Informational": "low"}
# It goes on without an input that it cannot read, and says so here only.
_UNREAD = re.compile(r"failed to (?:parse|load)[^\n]*", re.IGNORECASE)
FILES = (
    "/.github/workflows/*.yml", "/.github/workflows/*.yaml", "action.yml", "action.yaml", "/.github/dependabot.yml",
    "/.github/dependabot.yaml", "/.pre-commit-config.yaml", "/.pre-commit-hooks.yaml",
)  # fmt: skip


def parse(said: Said) -> Iterator[Found]:
    """Read `--format json-v1`."""
    for one in document(said, list):
        place = _place(one["locations"])
        yield Found(
            f"{one['desc']}: {place['symbolic']['annotation']}",
            _path(place),
            place["concrete"]["location"]["start_point"]["row"] + 1,
            fix=f"Do what zizmor says of it: {one['url']}",
            rule=one["ident"],
            severity=SEVERITIES.get(one["determinations"]["severity"]),
        )
    if unread := _UNREAD.search(said.err):
        raise Unreadable(f"a file is left out, since it {unread[0]}")


def _place(locations: list[Any]) -> Any:
    return next((one for one in locations if one["symbolic"].get("kind") == "Primary"), locations[0])


def _path(place: Any) -> str:
    key = place["symbolic"]["key"]["Local"]
    return str(key.get("verbatim_path") or key["given_path"])


JUDGE = Judge(
    rule=rule_of("zizmor", "high", "GitHub workflows and actions"),
    files=FILES,
    nothing="there is no GitHub workflow or action",
    oldest="1.28",
    command=lambda _: (
        "--offline", "--no-progress", "--color=never", "--format=json-v1", "--persona=pedantic", "--no-config",
        "--no-ignores", "--collect=all", ".",
    ),
    parse=parse,
    codes=(0, 10, 11, 12, 13, 14),
)  # fmt: skip
