"""actionlint: mistakes in GitHub workflows, from syntax to types of expressions.

Severities, which it has none of: high where text of strangers or a password is used in the open, medium for what will
not run as written, low for what is merely out of date. ShellCheck and pyflakes, which it would start where they are
installed, are not asked: what is found must not depend on that.
"""

from collections.abc import Iterator

from scaffold.guard.finding import Found, Severity
from scaffold.guard.judges.judge import Judge, Said, document, rule_of

KINDS: dict[str, Severity] = {"credentials": "high", "deprecated-commands": "low", "if-cond": "low"}
UNTRUSTED = "potentially untrusted"


def parse(said: Said) -> Iterator[Found]:
    """Read `-format '{{json .}}'`."""
    for one in document(said, list):
        message = one["message"].partition(". see https://")[0]
        severity = "high" if UNTRUSTED in message else KINDS.get(one["kind"], "medium")
        yield Found(message, one["filepath"], one["line"], rule=one["kind"], severity=severity)


JUDGE = Judge(
    rule=rule_of("actionlint", "high", "GitHub workflows"),
    files=("/.github/workflows/*.yml", "/.github/workflows/*.yaml"),
    nothing="there is no GitHub workflow",
    needs=("action.yml", "action.yaml"),
    ours={"actionlint.yaml": "{}\n"},
    repository=True,  # else it does not look at the actions and workflows that a workflow calls
    oldest="1.7",
    version=("-version",),
    command=lambda paths: (
        "-no-color", "-shellcheck=", "-pyflakes=", "-config-file=../ours/actionlint.yaml", "-format={{json .}}", *paths,
    ),
    parse=parse,
    codes=(0, 1),
)  # fmt: skip
