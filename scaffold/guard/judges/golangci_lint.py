"""golangci-lint: Go, by its standard linters and gosec.

The project's own configuration is not read: it may name programs to load and files to write. `nolint` comments count,
since the tool offers nothing against them; LG-04 looks at those.

Severities: gosec's own; medium for errcheck, govet and staticcheck; else low. What does not compile, or needs modules
that are not on this machine, cannot be judged.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, document, rule_of

GIVEN: dict[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
MEDIUM = ("errcheck", "gosec", "govet", "staticcheck")
COMPILER = "typecheck"


def parse(said: Said) -> Iterator[Found]:
    """Read `--output.json.path stdout`."""
    for one in document(said, dict)["Issues"] or ():
        linter, place = one["FromLinter"], one["Pos"]
        severity = GIVEN.get(one.get("Severity", "").lower(), "medium" if linter in MEDIUM else "low")
        if linter == COMPILER:
            fix = "Make it compile, and download its modules (go mod download) before the check."
            yield Found(f"this does not compile: {one['Text']}", place["Filename"], fix=fix, known=False)
        else:
            yield Found(one["Text"], place["Filename"], place["Line"], rule=linter, severity=severity)


JUDGE = Judge(
    rule=rule_of("golangci-lint", "high", "Go"),
    files=("*.go",),
    nothing="there is no Go",
    needs=("go.mod", "go.sum", "go.work", "go.work.sum", "vendor/"),
    oldest="2.0",
    command=lambda _: (
        "run", "--no-config", "--default=standard", "--enable=gosec", "--output.json.path=stdout", "--show-stats=false",
        "--issues-exit-code=0", "--max-issues-per-linter=0", "--max-same-issues=0", "--allow-parallel-runners",
        "--color=never", "./...",
    ),
    environment={"GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
    parse=parse,
)  # fmt: skip
