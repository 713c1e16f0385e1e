"""The commands about guardrails."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import scaffold
from scaffold.cli import completion, console, reports
from scaffold.cli.options import INDEX_FILE, Directory, Offline, Revision, Today
from scaffold.guard.finding import Severity
from scaffold.process.loading import later
from scaffold.report.checks import fixed
from scaffold.report.checks.text import text
from scaffold.report.checks.written import FORMS, Form, written

if TYPE_CHECKING:
    from scaffold.report.checked import Checked, Fixed
    from scaffold.sources import policy as policies
else:
    policies = later("scaffold.sources.policy")

NOT_CLEAN = 3
Staged = Annotated[bool, typer.Option("--staged", help="What is staged, as a commit hook needs it.")]
IndexFile = Annotated[
    Path | None,
    typer.Option("--index-file", envvar=INDEX_FILE, help="With --staged: another index, as git gives to hooks."),
]
Fix = Annotated[bool, typer.Option("--fix", help="Put right what the blueprint knows how to mend, and stage it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --fix: show the plan and write nothing.")]
Commit = Annotated[bool, typer.Option("--commit", help="With --fix: commit it.")]
Rules = Annotated[
    list[str] | None,
    typer.Option("--rule", metavar="ID", help="Only this rule; may be repeated.", autocompletion=completion.rules),
]
Judges = Annotated[
    str | None,
    typer.Option(
        "--judges",
        metavar="NAMES",
        help="Ask other tools as well, such as `zizmor,hadolint`, or `all`; one that is not installed is unknown.",
    ),
]
Verify = Annotated[
    bool, typer.Option("--verify", help="Also hold the lock against its blueprint, where that can be had offline.")
]
Policy = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        metavar="LIBRARY[@VERSION]",
        help="Hold it against what this library says, not its lock; else the machine's, the user's or SCAFFOLD_POLICY.",
        show_default=False,
    ),
]
Blueprint = Annotated[
    str | None,
    typer.Option("--blueprint", metavar="NAME", help="With a policy: the blueprint, also of what has no lock."),
]
AtForge = Annotated[
    bool,
    typer.Option("--forge", help="Ask its forge too, whether the repository is set there as the blueprint prescribes."),
]
FailOn = Annotated[
    Severity, typer.Option("--fail-on", help="Exit 3 only for a finding of this severity or worse.")
]  # fmt: skip
Strict = Annotated[bool, typer.Option("--strict", help="Exit 3 also where something could not be checked.")]
FormOption = Annotated[Form, typer.Option("--format", metavar="FORMAT", help=f"How to report: {', '.join(FORMS)}.")]

AT_ODDS = (
    ("--staged", {"--rev"}, "it does not go with --rev"),
    ("--fix", {"--staged", "--rev"}, "it mends the files here, not a commit or the index"),
    ("--judges", {"--fix"}, "it does not go with --fix, which mends nothing that they find"),
    (
        "--fix",
        {"--verify", "--policy", "--blueprint", "--forge"},
        "it mends by the lock, and goes with none of --verify, --policy, --blueprint and --forge",
    ),
    ("--commit", {"--dry-run"}, "it does not go with --dry-run"),
)


def check(
    directory: Directory = Path(),
    revision: Revision = None,
    staged: Staged = False,
    index_file: IndexFile = None,
    fix: Fix = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    today: Today = None,
    rule: Rules = None,
    judges: Judges = None,
    verify: Verify = False,
    policy: Policy = None,
    blueprint: Blueprint = None,
    forge: AtForge = False,
    offline: Offline = False,
    fail_on: FailOn = "low",
    strict: Strict = False,
    format_: FormOption = "text",
    report: reports.Reports = None,
) -> None:
    """Check a project against its guardrails; exits 3 where something fails.

    DIR may also be a bare repository, or a folder in one: then its newest commit is checked, without a checkout.
    """
    asked = [] if judges is None else judges.split(",")
    given = {
        "--fix": fix, "--rev": revision is not None, "--staged": staged, "--dry-run": dry_run, "--commit": commit,
        "--judges": bool(asked), "--verify": verify, "--policy": bool(policy), "--blueprint": blueprint is not None,
        "--forge": forge,
    }  # fmt: skip
    _refuse_at_odds({option for option, is_given in given.items() if is_given})
    if len(policy or ()) > 1:
        raise typer.BadParameter("a project is held against one policy", param_hint="--policy")
    files, rules, day = reports.asked(report), rule or (), today.date() if today else None
    index = (index_file or True) if staged else False
    with console.progress(spinner=True) as notify:
        if fix:
            mended = scaffold.fix(directory, rules=rules, dry_run=dry_run, commit=commit, today=day, notify=notify)
            checked = mended.checked if dry_run or not _is_held() else scaffold.check(directory, rules=rules, today=day)
        else:
            mended = None
            checked = scaffold.check(
                directory, revision=revision, staged=index, today=day, rules=rules, judges=asked, verify=verify,
                policy=policy[0] if policy else None, blueprint=blueprint, forge=forge, offline=offline, notify=notify,
            )  # fmt: skip
    with console.reporting("the fix was applied" if mended and mended.applied else ""):
        for place, form in files.items():
            reports.write(place, written(form, checked))
        _show(format_, checked, mended and mended._replace(checked=checked))
    if checked.fails(fail_on, strict=strict):
        raise typer.Exit(NOT_CLEAN)


def _is_held() -> bool:
    """Whether a machine, the user or the environment names a policy, which mending by the lock may not satisfy."""
    return policies.in_force(None)[0] is not None


def _show(form: Form, checked: "Checked", mended: "Fixed | None") -> None:
    if form == "text":
        console.show(text(checked) if mended is None else fixed.text(mended))
    elif form == "json" and mended is not None:
        console.show_json(fixed.data(mended))
    else:
        console.write(written(form, checked))


def _refuse_at_odds(given: Collection[str]) -> None:
    """Raise BadParameter for options that do not go together."""
    for option, others, message in AT_ODDS:
        if option in given and not others.isdisjoint(given):
            raise typer.BadParameter(message, param_hint=option)
    for option in ("--dry-run", "--commit"):
        if option in given and "--fix" not in given:
            raise typer.BadParameter("it goes with --fix", param_hint=option)
