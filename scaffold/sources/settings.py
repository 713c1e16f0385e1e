"""What a user has set for every project: a file of their own, outside all of them."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located

VARIABLE = "SCAFFOLD_SETTINGS"


def settings_file() -> Path:
    """Return where the user's settings stand: as SCAFFOLD_SETTINGS says, else in the user's folder for settings."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return (disk.user_folder("config") or Path(os.devnull)) / "settings.yml"


def read() -> Located:
    """Read the settings, of which there may be none; raises FormatError for a file that cannot be read."""
    file = settings_file()
    nothing = Located({}, str(file), {})
    try:
        document = yaml.load(yaml.in_utf8(file.read_bytes(), str(file)), str(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        if VARIABLE not in os.environ:
            return nothing
        raise FormatError(f"there is no such file, and {VARIABLE} names it", where=str(file)) from error
    except OSError as error:
        raise FormatError(f"the settings cannot be read: {error.strerror}", where=str(file)) from error
    if document.data is None:
        return nothing
    document.only({"trust", "defaults"})
    return document


def defaults() -> Mapping[str, Any]:
    """Return the user's own defaults for questions, by name; raises FormatError."""
    return read().optional("defaults", lambda at: {name: value.data for name, value in at.items()}, {})
