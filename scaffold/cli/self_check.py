"""The command that says what on this machine keeps scaffold from its work."""

from typing import Annotated

import typer

import scaffold
from scaffold.cli.options import FormatOption, Offline
from scaffold.cli.run import run
from scaffold.report import machine

Wait = Annotated[float, typer.Option("--wait", metavar="SECONDS", min=0.1, help="How long an answer may take.")]


def self_check(offline: Offline = False, wait: Wait = 1.0, format_: FormatOption = "text") -> None:
    """Say what on this machine keeps scaffold from its work, and how to mend it; exits 3 where something does.

    Git, settings, trust, policy, cache, tokens, the hosts that are named, the project here, and completion are looked
    at side by side. No token is ever shown.
    """
    run(
        lambda _: scaffold.self_check(offline=offline, wait=wait),
        format_,
        text=machine.text,
        data=machine.data,
        clean=lambda result: result.is_clean,
    )
