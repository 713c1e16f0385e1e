"""repo-review, with the checks of those of its plugins that are installed, such as sp-repo-review.

Severities: medium for its family `security`, else low: its checks are conventions.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, Unreadable, document, rule_of


def parse(said: Said) -> Iterator[Found]:
    """Read `--format json`; a check whose result is null had nothing to look at."""
    data = document(said, dict)
    if not data["checks"]:
        raise Unreadable("no check was made; none of its plugins may be installed")
    for id_, one in data["checks"].items():
        if one["result"] is False:
            severity: Severity = "medium" if one["family"] == "security" else "low"
            message = f"this does not hold: {one['description']}"
            fix = f"Do what repo-review says of it: {one['url']}" if one.get("url") else None
            yield Found(message, "pyproject.toml", rule=id_, severity=severity, fix=fix)


JUDGE = Judge(
    rule=rule_of("repo-review", "medium", "how a Python project is set up"),
    files=("/pyproject.toml",),
    nothing="there is no pyproject.toml",
    needs=("*",),
    oldest="1.0",
    # What the project has it leave out is set aside: `-` is no check.
    command=lambda _: ("--format=json", "--select=*", "--ignore=-", "."),
    parse=parse,
    codes=(0, 3),
)
