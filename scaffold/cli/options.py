"""Options that most commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

INDEX_FILE = "SCAFFOLD_INDEX_FILE"  # git's GIT_INDEX_FILE, of a commit that a hook looks at
Format = Literal["text", "json"]
FormatOption = Annotated[Format, typer.Option("--format", help="Text for people, or JSON with stable keys.")]
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The project, or a folder in it.", show_default=False)]
Today = Annotated[
    datetime | None,
    typer.Option("--today", metavar="DAY", formats=["%Y-%m-%d"], help="Judge waivers as on this day."),
]
Revision = Annotated[
    str | None, typer.Option("--rev", metavar="COMMIT", help="A commit, a tag or a branch instead of the files here.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use what was fetched before; touch no network.")]
Prereleases = Annotated[bool, typer.Option("--prereleases", help="The newest version may be a pre-release.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")]
