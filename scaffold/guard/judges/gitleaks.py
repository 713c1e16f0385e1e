"""gitleaks: secrets in any file.

Severities: each finding is critical, since a secret that was committed is one no more. It is told to redact them, and
nothing of what it matched is read: a finding names the kind of secret and the place.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found
from scaffold.guard.judges.judge import Judge, Said, document, rule_of

FIX = "Take the secret back where it was issued, read it from the environment instead, and take it out of git."


def parse(said: Said) -> Iterator[Found]:
    """Read `--report-format json`, but for the secrets."""
    for one in document(said, list):
        yield Found(
            f"this looks like a secret of the kind {one['RuleID']}",
            one["File"],
            one["StartLine"],
            rule=one["RuleID"],
            severity="critical",
            fix=FIX,
        )


JUDGE = Judge(
    rule=rule_of("gitleaks", "critical", "all files for secrets"),
    files=("*",),
    nothing="there are no files",
    ours={"gitleaks.toml": "[extend]\nuseDefault = true\n"},
    oldest="8.22",
    version=("version",),
    command=lambda _: (
        "dir", "--no-banner", "--no-color", "--log-level=error", "--redact=100", "--report-format=json",
        "--report-path=-", "--exit-code=0", "--config=../ours/gitleaks.toml", "--gitleaks-ignore-path=../ours",
        "--ignore-gitleaks-allow", ".",
    ),
    parse=parse,
    quotable=False,
)  # fmt: skip
