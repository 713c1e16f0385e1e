"""The command that prints the schemas of what scaffold writes and reads."""

import json
from typing import Annotated

import typer

from scaffold.cli import console
from scaffold.errors import ScaffoldError
from scaffold.report.text import Line


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which one; all are listed without it.", show_default=False)
    ] = None,
) -> None:
    """Print a JSON Schema, so that editors complete and check a file, and programs know what a report holds."""
    from importlib.resources import files  # 5 ms that no other command needs

    texts = {
        entry.name.removesuffix(".json"): entry.read_text(encoding="utf-8")
        for entry in files("scaffold.report").joinpath("schemas").iterdir()
        if entry.name.endswith(".json")
    }
    if name is not None and name not in texts:
        raise ScaffoldError(f"there is no schema {name}", hint=f"there are: {', '.join(sorted(texts))}")
    with console.reporting():
        if name is None:
            width = max(map(len, texts))
            console.show(Line(f"{known:<{width}}  {json.loads(texts[known])['title']}") for known in sorted(texts))
        else:
            console.write(texts[name].encode())
