"""The commands by which platform engineers write, test and release blueprints."""

from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

import scaffold
from scaffold.cli import completion, console
from scaffold.cli.options import FormatOption, Today
from scaffold.cli.run import run
from scaffold.errors import ScaffoldError
from scaffold.process.loading import later
from scaffold.report import comparing, libraries, linting, testing
from scaffold.report import data as as_data
from scaffold.report.text import Line

if TYPE_CHECKING:
    from scaffold.authoring import trial
    from scaffold.report import compared_page
else:
    compared_page = later("scaffold.report.compared_page")
    trial = later("scaffold.authoring.trial")

NOT_CLEAN = 3
EVERY = 0.1  # seconds between two looks at the files
Target = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIR|NAME]", help="A library's folder, or one of its blueprints; else all of them.",
        show_default=False, autocompletion=completion.blueprints,
    ),
]  # fmt: skip
Library = Annotated[Path, typer.Option("--library", metavar="DIR", help="The library, with its work tree as it is.")]
LintForm = Annotated[linting.Form, typer.Option("--format", help="How to report on standard output.")]


Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The blueprint.", show_default=False, autocompletion=completion.blueprints)
]
Case = Annotated[str, typer.Argument(metavar="CASE", help="One of its cases.", show_default=False)]
Dest = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.", show_default=False)]
Accept = Annotated[bool, typer.Option("--accept", help="Take what the cases render to as their snapshots.")]
Brief = Annotated[bool, typer.Option("--brief", help="With --accept: write digests in place of the texts.")]
Gates = Annotated[
    bool, typer.Option("--gates", help="Run `make setup check` of each case in a clean folder: code of the templates.")
]
Trust = Annotated[bool, typer.Option("--trust", help="Run tasks, and migrations of code that updates meet, on copies.")]
Watch = Annotated[bool, typer.Option("--watch", help="Test again whenever a file of the library is saved.")]


Version = Annotated[str, typer.Argument(metavar="VERSION", help="The released version.", show_default=False)]
Reason = Annotated[str, typer.Argument(metavar="REASON", help="Why, for those on it to read.", show_default=False)]
Old = Annotated[str, typer.Argument(metavar="NAME@VERSION", help="The one state.", show_default=False)]
New = Annotated[
    str | None,
    typer.Argument(metavar="[VERSION]", help="The other; else the files of the library's folder.", show_default=False),
]
DiffForm = Annotated[Literal["text", "json", "markdown", "html"], typer.Option("--format", help="How to report.")]


def lint(target: Target = None, library: Library = Path(), format_: LintForm = "text") -> None:
    """Find mistakes in blueprints before anybody stamps them, committed or not; exits 3 where there are some.

    Every finding says where it is, why it matters, and what mends it.
    """
    is_folder = target is not None and (Path(target).is_dir() and ("/" in target or target == "." or _is_read(target)))
    folder = Path(target) if target is not None and is_folder else None
    name = None if folder is not None else target
    with console.progress(spinner=True):
        found = scaffold.lint(name, library=folder or library)
    with console.reporting():
        if format_ == "text":
            console.show(linting.text(found))
        else:
            console.write(linting.written(format_, found))
    if not linting.is_clean(found):
        raise typer.Exit(NOT_CLEAN)


def _is_read(target: str) -> bool:
    """Whether a folder is what lint reads: a library, or a Copier template."""
    return any((Path(target) / name).exists() for name in ("blueprints", "copier.yml", "copier.yaml"))


def try_(
    name: Name,
    library: Library = Path(),
    accept: Accept = False,
    brief: Brief = False,
    gates: Gates = False,
    trust: Trust = False,
    watch: Watch = False,
    today: Today = None,
    format_: FormatOption = "text",
) -> None:
    """Render every case and all pairs of choices, and hold them against snapshots, guardrails and earlier releases.

    Every case is updated from each release that may be in use, with edits as teams make them, and must merge clean.
    Exits 3 where something fails.
    """
    if watch and (gates or format_ != "text"):
        raise typer.BadParameter("it goes neither with --gates nor with --format json", param_hint="--watch")
    if brief and not accept:
        raise typer.BadParameter("it goes with --accept", param_hint="--brief")
    taken: bool | Literal["brief"] = "brief" if brief else accept
    if watch:
        _watch(name, library, accept=taken, trust=trust)
    day = today.date() if today else None
    run(
        lambda notify: scaffold.try_blueprint(
            name, library=library, accept=taken, gates=gates, trust=trust, today=day, notify=notify
        ),
        format_,
        text=testing.text,
        data=testing.data,
        clean=lambda result: result.passes,
        done=lambda _: "the snapshots were written" if accept else "",
    )


def _watch(name: str, library: Path, *, accept: bool | Literal["brief"], trust: bool) -> NoReturn:
    """Test again and again, until it is interrupted; what cannot be read while it is being written is told."""
    before = ""
    while True:
        now = trial.fingerprint(name, library)
        if now != before:
            before = now
            try:
                console.show(testing.text(scaffold.try_blueprint(name, library=library, accept=accept, trust=trust)))
            except ScaffoldError as error:
                console.show([Line(str(error), "bad")])
        sleep(EVERY)


def diff(old: Old, new: New = None, library: Library = Path(), format_: DiffForm = "text") -> None:
    """Say what changes between two states of a blueprint, in terms of a stamped service.

    The cases that stand in the library's folder are rendered with both. What is the same in several is shown once.
    """
    with console.progress(spinner=True):
        found = scaffold.compare_blueprints(old, new, library=library)
    with console.reporting():
        if format_ == "text":
            console.show(comparing.text(found))
        elif format_ == "json":
            console.show_json(comparing.data(found))
        else:
            made = comparing.markdown(found) if format_ == "markdown" else compared_page.html(found)
            console.write(made.encode("utf-8", "backslashreplace"))


def withdraw(
    name: Name, version: Version, reason: Reason, library: Library = Path(), format_: FormatOption = "text"
) -> None:
    """Withdraw a released version: nobody is offered it any more, and those on it are told why.

    The manifest says so on the branch that is checked out, which projects must look at; it is committed. The tag stays.
    """
    run(
        lambda _: scaffold.withdraw(name, version, reason, library=library),
        format_,
        text=libraries.blueprint_withdraw,
        data=as_data.blueprint_withdraw,
        done=lambda result: f"{result.name} {result.version} was withdrawn",
    )


def render(name: Name, case: Case, dest: Dest, library: Library = Path()) -> None:
    """Write what a case of a blueprint renders to into a new folder, for a look; it is no project."""
    with console.progress(spinner=True):
        tree = scaffold.render_blueprint(name, case, dest, library=library)
    with console.reporting(f"{dest} was written"):
        console.show([Line(f"Rendered {name}, case {case}, to {dest}: {len(tree)} files", "good")])
