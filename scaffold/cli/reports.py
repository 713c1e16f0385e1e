"""The option `--report`: what is to be written where, and the writing of it."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold.errors import ProjectError
from scaffold.report.checks.written import FORMS, Form

Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="Write a report to a file as well, in any of these formats; may be repeated.",
    ),
]


def asked(pairs: list[str] | None) -> dict[Path, Form]:
    """Return the formats of reports by their files; raises BadParameter."""
    reports: dict[Path, Form] = {}
    for pair in pairs or []:
        name, _, place = pair.partition("=")
        form = next((form for form in FORMS if form == name), None)
        if place == "-":
            raise typer.BadParameter(f"{pair!r} names no file (--format is for standard output)", param_hint="--report")
        if form is None or not place:
            message = f"{pair!r} must be FORMAT=FILE, where FORMAT is one of {', '.join(FORMS)}"
            raise typer.BadParameter(message, param_hint="--report")
        if Path(place) in reports:
            raise typer.BadParameter(f"two reports are to be written to {place}", param_hint="--report")
        reports[Path(place)] = form
    return reports


def write(place: Path, document: bytes) -> None:
    """Write to a place of the user's choice, which may be a pipe or a device; raises ProjectError."""
    if place.is_dir():
        raise ProjectError("this is a folder, and a report is a file", where=str(place), hint="name a file in it")
    if not place.parent.is_dir():
        raise ProjectError("there is no such folder for the report", where=str(place.parent), hint="make it first")
    if {".scaffold", ".git"} & set(place.resolve().parts):
        raise ProjectError(
            "a report is not written over what scaffold or git keeps", where=str(place), hint="name another place"
        )
    try:
        place.write_bytes(document)
    except OSError as error:
        raise ProjectError(f"the report cannot be written: {error.strerror}", where=str(place)) from error
