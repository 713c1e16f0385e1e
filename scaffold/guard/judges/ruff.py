"""ruff: Python, by the rules that the project's configuration selects.

That configuration and its `noqa` comments count: the blueprint locks the one, and LG-04 looks at the others.
Severities: high for what is no Python, medium for its rules on security (S), bugs (B, PLE) and names that are not there
(F), else low.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, document, rule_of

BROKEN = "invalid-syntax"
MEDIUM = ("S", "B", "F", "PLE")


def parse(said: Said) -> Iterator[Found]:
    """Read `--output-format json`."""
    for one in document(said, list):
        code = one["code"] or BROKEN
        fix = f"Do what ruff says of it: {one['url']}" if one.get("url") else None
        place = one["filename"], one["location"]["row"]
        yield Found(one["message"], *place, rule=code, severity=severity(code), fix=fix)


def severity(code: str) -> Severity:
    """Return how bad a breach of one of its rules is; the letters of a code name the set that it is from."""
    if code == BROKEN:
        return "high"
    return "medium" if code.rstrip("0123456789") in MEDIUM else "low"


JUDGE = Judge(
    rule=rule_of("ruff", "high", "Python"),
    files=("*.py", "*.pyi"),
    nothing="there is no Python",
    needs=("pyproject.toml", "ruff.toml", ".ruff.toml"),
    oldest="0.9",
    command=lambda _: ("check", "--no-cache", "--quiet", "--exit-zero", "--output-format=json", "."),
    parse=parse,
)
