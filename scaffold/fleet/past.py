"""The history of a fleet: a small file for each day, in a folder beside `fleet.yml`."""

import re
from pathlib import Path

from scaffold import disk
from scaffold.errors import FormatError, ProjectError
from scaffold.fleet.roll import FILE
from scaffold.formats.shown import to_json
from scaffold.report.fleet import history
from scaffold.report.fleet.history import Day

FOLDER = "history"
DAYS = 1100  # that are read: three years
LARGEST = 8_000_000  # bytes that a day takes at most
_NAME = re.compile(r"\d{4}-\d\d-\d\d\.json")


def folder_of(file: Path) -> Path:
    """Return where a history lies: in `history` beside `fleet.yml`, in `NAME-history` beside `NAME.yml`."""
    name = FOLDER if file.stem == FILE.stem else f"{file.stem}-{FOLDER}"
    return file.absolute().parent / name


def keep(file: Path, day: Day) -> Path:
    """Keep a day beside a `fleet.yml`, in place of what was kept of it before; raises ProjectError."""
    folder = folder_of(file)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ProjectError(f"the history cannot be kept: {error.strerror}", where=str(folder)) from error
    disk.put(folder, f"{day.day}.json", to_json(history.data(day)).encode())
    return folder / f"{day.day}.json"


def read(file: Path) -> tuple[tuple[Day, ...], tuple[str, ...]]:
    """Return the newest days that are kept beside a `fleet.yml`, the oldest first, and why others are left out."""
    folder = folder_of(file)
    try:
        names = sorted(one.name for one in folder.iterdir() if _NAME.fullmatch(one.name))[-DAYS:]
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        return (), (f"the history cannot be read: {folder}: {error.strerror}",)
    days, notes = [], []
    for name in names:
        try:
            days.append(_day(folder / name))
        except FormatError as error:
            notes.append(f"left out of the history: {error}")
    return tuple(days), tuple(notes)


def _day(place: Path) -> Day:
    try:
        if place.stat().st_size > LARGEST:
            raise FormatError("this is too large for one day", where=str(place))
        found = history.parse(place.read_bytes(), str(place))
    except (OSError, RecursionError) as error:
        raise FormatError(f"it cannot be read: {error}", where=str(place)) from error
    if f"{found.day}.json" != place.name:
        raise FormatError(f"it holds {found.day}, another day than its name says", where=str(place))
    return found
