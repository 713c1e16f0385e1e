"""The command that prints the schemas of what scaffold writes and reads."""

import json
from pathlib import Path
from typing import Annotated

import typer

import scaffold
from scaffold.cli import console
from scaffold.errors import ScaffoldError
from scaffold.report.text import Line


def _texts() -> dict[str, str]:
    from importlib.resources import files  # 5 ms that no other command needs

    folder = files("scaffold.report").joinpath("schemas")
    found = {entry.name.removesuffix(".json"): entry for entry in folder.iterdir() if entry.name.endswith(".json")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def _known(incomplete: str) -> list[str]:
    return [name for name in _texts() if name.startswith(incomplete)]


def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Which one; all are listed without it.", show_default=False, autocompletion=_known
        ),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(
            "--beside", metavar="DIR", help="Write those of a project's own files beside them, and name them there."
        ),
    ] = None,
) -> None:
    """Print a JSON Schema, so that editors complete and check a file, and programs know what a report holds.

    With --beside a project's answers and waivers name theirs in the first line: editors then find it without settings.
    """
    if beside is not None and name is not None:
        raise typer.BadParameter("it goes without NAME", param_hint="--beside")
    if beside is not None:
        changed = scaffold.name_schemas(beside)
        with console.reporting():
            console.show([Line(f"Wrote {', '.join(changed)}" if changed else "They are named already", "good")])
        return
    texts = _texts()
    if name is not None and name not in texts:
        raise ScaffoldError(f"there is no schema {name}", hint=f"there are: {', '.join(texts)}")
    with console.reporting():
        if name is None:
            width = max(map(len, texts))
            console.show(Line(f"{known:<{width}}  {json.loads(text)['title']}") for known, text in texts.items())
        else:
            console.write(texts[name].encode())
