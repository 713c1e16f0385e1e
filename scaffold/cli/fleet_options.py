"""Options that all commands have which go over a whole fleet."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Option("--fleet", metavar="FILE", help="The file that lists the repositories.")]
Where = Annotated[
    str,
    typer.Option(
        "--where",
        metavar="SELECTOR",
        help="Only these members, as in 'blueprint=python-* owner=@acme/* label=tier:1 behind'.",
        show_default=False,
    ),
]
RunOn = Annotated[
    str,
    typer.Option(
        "--run-on",
        metavar="ENGINE",
        help="Where the work is done: `loop` (this process), `processes` (all cores), or `dask://HOST:PORT`.",
    ),
]
Every = Annotated[bool, typer.Option("--all", help="In text, list every member and every name.")]
