"""The command that proves what a project is made of."""

from pathlib import Path

import scaffold
from scaffold.cli.options import Directory, FormatOption, Offline, Revision, Today
from scaffold.cli.run import run
from scaffold.report import verified


def verify(
    directory: Directory = Path(),
    revision: Revision = None,
    offline: Offline = False,
    today: Today = None,
    format_: FormatOption = "text",
) -> None:
    """Prove that a project's locked files are byte for byte those of a signed release; exits 3 where they are not.

    Who may sign is said by the machine and the user, never by the project. JSON is an in-toto statement.
    """
    day = today.date() if today else None
    run(
        lambda notify: scaffold.verify(directory, revision=revision, offline=offline, today=day, notify=notify),
        format_,
        text=verified.text,
        data=verified.data,
        clean=lambda result: result.holds,
    )
