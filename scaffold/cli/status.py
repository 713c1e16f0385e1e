"""The command that says how a project stands."""

from pathlib import Path

import scaffold
from scaffold.cli.options import Directory, FormatOption, Offline, Revision, Today
from scaffold.cli.run import run
from scaffold.report import data as as_data
from scaffold.report import text as as_text


def status(
    directory: Directory = Path(),
    revision: Revision = None,
    offline: Offline = False,
    today: Today = None,
    format_: FormatOption = "text",
) -> None:
    """Say whether a project is behind, has drifted, or has conflicts left; exits 3 where it is not clean.

    DIR may also be a bare repository, or a folder in one: then its newest commit is looked at, without a checkout.
    """
    day = today.date() if today else None
    run(
        lambda notify: scaffold.status(directory, revision=revision, offline=offline, today=day, notify=notify),
        format_,
        text=as_text.status,
        data=as_data.status,
        clean=lambda result: result.state == "current",
    )
