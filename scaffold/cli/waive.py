"""The command that writes an exception down."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import completion
from scaffold.cli.options import Directory, FormatOption, Today
from scaffold.cli.run import run
from scaffold.report.checks import waived


def _day(written: str, today: date) -> date:
    """Read a day, or a number of days from now such as `30d`."""
    try:
        if written.endswith("d") and written[:-1].isdecimal():
            return today + timedelta(days=int(written[:-1]))
        return date.fromisoformat(written)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{written!r} must be a day such as 2027-01-31, or days such as 30d") from error


def waive(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE",
            help="The rule, as scaffold check names it.",
            show_default=False,
            autocompletion=completion.rules,
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why the rule cannot be kept for now.", show_default=False)],
    expires: Annotated[
        str,
        typer.Option(
            "--expires",
            metavar="DAY",
            help="The last day that it holds: 2027-01-31, or 30d for so many days from now.",
            show_default=False,
        ),
    ],
    directory: Directory = Path(),
    path: Annotated[str | None, typer.Option("--path", help="Only in these files: a pattern as in .gitignore.")] = None,
    finding: Annotated[
        str | None, typer.Option("--finding", metavar="FINGERPRINT", help="Only this finding, by its fingerprint.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who answers for it; else the project's owner.")] = None,
    approver: Annotated[
        str | None, typer.Option("--approver", help="Who approves it; else the first whom the blueprint allows.")
    ] = None,
    link: Annotated[str | None, typer.Option("--link", help="Where it was discussed.")] = None,
    today: Today = None,
    format_: FormatOption = "text",
) -> None:
    """Write an exception to a rule into .scaffold/waivers.yml, for what the rule finds now.

    It takes a reason, and a last day no later than the blueprint allows. Whoever is named as approver approves it by
    reviewing the change of that file.
    """
    if path is not None and finding is not None:
        raise typer.BadParameter("it does not go with --path", param_hint="--finding")
    day = today.date() if today else datetime.now(UTC).date()
    last = _day(expires, day)
    run(
        lambda _: scaffold.waive(
            rule, reason=reason, expires=last, directory=directory, path=path, finding=finding, owner=owner,
            approver=approver, link=link, today=day,
        ),
        format_,
        text=waived.text,
        data=waived.data,
        done=lambda _: "it is written into .scaffold/waivers.yml",
    )  # fmt: skip
