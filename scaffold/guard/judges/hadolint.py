"""hadolint: Dockerfiles.

Severities: its errors are high, warnings medium, and infos and matters of style low; a container that ends up as root
(DL3002), which it only warns of, is high.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, document, rule_of
from scaffold.guard.readers.places import DOCKERFILES

LEVELS: dict[str, Severity] = {"error": "high", "warning": "medium", "info": "low", "style": "low"}
WIKI, SHELLCHECK = "https://github.com/hadolint/hadolint/wiki/", "https://www.shellcheck.net/wiki/"
RAISED: dict[str, Severity] = {"DL3002": "high"}


def parse(said: Said) -> Iterator[Found]:
    """Read `--format json`."""
    for one in document(said, list):
        code = one["code"]
        severity = RAISED.get(code) or LEVELS.get(one["level"])
        fix = f"Do what hadolint says of it: {SHELLCHECK if code.startswith('SC') else WIKI}{code}"
        yield Found(one["message"], one["file"], one["line"], rule=code, severity=severity, fix=fix)


JUDGE = Judge(
    rule=rule_of("hadolint", "high", "Dockerfiles"),
    files=DOCKERFILES,
    nothing="there is no Dockerfile",
    ours={"hadolint.yaml": "{}\n"},
    oldest="2.12",
    command=lambda paths: (
        "--config=../ours/hadolint.yaml", "--disable-ignore-pragma", "--no-color", "--no-fail", "--format=json", *paths,
    ),
    parse=parse,
)  # fmt: skip
