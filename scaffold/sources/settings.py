"""What is set for every project, outside all of them: by a user in a file of their own, and by a machine in its."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold import disk
from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located

VARIABLE = "SCAFFOLD_SETTINGS"
OF_MACHINE = {"policy", "require_signature", "allowed_signers"}
KEYS = {"trust", "defaults", "forges", *OF_MACHINE}


def settings_file() -> Path:
    """Return where the user's settings stand: as SCAFFOLD_SETTINGS says, else in the user's folder for settings."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return (disk.user_folder("config") or Path(os.devnull)) / "settings.yml"


def read() -> Located:
    """Read the settings, of which there may be none; raises FormatError for a file that cannot be read."""
    document = _read(settings_file(), named=bool(os.environ.get(VARIABLE)))
    document.only(KEYS)
    return document


def of_machine() -> Located:
    """Read the settings of the machine, of which there may be none; raises FormatError as `read` does."""
    document = _read(disk.machine_folder() / "settings.yml", named=False)
    document.only(OF_MACHINE)
    return document


def _read(file: Path, *, named: bool) -> Located:
    nothing = Located({}, str(file), {})
    try:
        document = yaml.load(yaml.in_utf8(file.read_bytes(), str(file)), str(file))
    except (FileNotFoundError, NotADirectoryError) as error:
        if not named:
            return nothing
        raise FormatError(f"there is no such file, and {VARIABLE} names it", where=str(file)) from error
    except OSError as error:
        raise FormatError(f"the settings cannot be read: {error.strerror}", where=str(file)) from error
    return nothing if document.data is None else document


def defaults() -> Mapping[str, Any]:
    """Return the user's own defaults for questions, by name; raises FormatError."""
    return read().optional("defaults", lambda at: {name: value.data for name, value in at.items()}, {})
