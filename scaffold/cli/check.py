"""The commands about guardrails."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import console, reports
from scaffold.cli.options import INDEX_FILE, Directory
from scaffold.guard.finding import Severity
from scaffold.report.checks import fixed
from scaffold.report.checks.text import text
from scaffold.report.checks.written import Form, written

NOT_CLEAN = 3
Revision = Annotated[
    str | None, typer.Option("--rev", metavar="COMMIT", help="A commit, a tag or a branch instead of the files here.")
]
Staged = Annotated[bool, typer.Option("--staged", help="What is staged, as a commit hook needs it.")]
IndexFile = Annotated[
    Path | None,
    typer.Option("--index-file", envvar=INDEX_FILE, help="With --staged: another index, as git gives to hooks."),
]
Fix = Annotated[bool, typer.Option("--fix", help="Put right what the blueprint knows how to mend, and stage it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --fix: show the plan and write nothing.")]
Commit = Annotated[bool, typer.Option("--commit", help="With --fix: commit it.")]
Today = Annotated[
    datetime | None,
    typer.Option("--today", metavar="DAY", formats=["%Y-%m-%d"], help="Judge waivers as on this day."),
]
Rules = Annotated[list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; may be repeated.")]
Judges = Annotated[
    str | None,
    typer.Option(
        "--judges",
        metavar="NAMES",
        help="Ask other tools as well, such as `zizmor,hadolint`, or `all`; one that is not installed is unknown.",
    ),
]
FailOn = Annotated[
    Severity, typer.Option("--fail-on", help="Exit 3 only for a finding of this severity or worse.")
]  # fmt: skip
FormOption = Annotated[Form, typer.Option("--format", help="How to report on standard output.")]


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
    fail_on: FailOn = "low",
    format_: FormOption = "text",
    report: reports.Reports = None,
) -> None:
    """Check a project against its guardrails; exits 3 where something fails.

    DIR may also be a bare repository, or a folder in one: then its newest commit is checked, without a checkout.
    """
    asked = [] if judges is None else judges.split(",")
    _refuse_at_odds(
        fix=fix, rev=revision is not None, staged=staged, dry_run=dry_run, commit=commit, judges=bool(asked)
    )
    files, rules, day = reports.asked(report), rule or (), today.date() if today else None
    with console.progress(spinner=True) as notify:
        if fix:
            mended = scaffold.fix(directory, rules=rules, dry_run=dry_run, commit=commit, today=day, notify=notify)
            checked = mended.checked
        else:
            mended, index = None, (index_file or True) if staged else False
            checked = scaffold.check(
                directory, revision=revision, staged=index, today=day, rules=rules, judges=asked, notify=notify
            )
    for place, form in files.items():
        reports.write(place, written(form, checked))
    if format_ == "text":
        console.show(text(checked) if mended is None else fixed.text(mended), wrapped=True)
    elif format_ == "json" and mended is not None:
        console.show_json(fixed.data(mended))
    else:
        console.write(written(format_, checked))
    if checked.fails(fail_on):
        raise typer.Exit(NOT_CLEAN)


def _refuse_at_odds(*, fix: bool, rev: bool, staged: bool, dry_run: bool, commit: bool, judges: bool) -> None:
    """Raise BadParameter for options that do not go together."""
    wrong = {
        ("--staged", "it does not go with --rev"): staged and rev,
        ("--fix", "it mends the files here, not a commit or the index"): fix and (staged or rev),
        ("--judges", "it does not go with --fix, which mends nothing that they find"): fix and judges,
        ("--dry-run", "it goes with --fix"): dry_run and not fix,
        ("--commit", "it goes with --fix"): commit and not fix,
        ("--commit", "it does not go with --dry-run"): commit and dry_run,
    }
    for (option, message), holds in wrong.items():
        if holds:
            raise typer.BadParameter(message, param_hint=option)
