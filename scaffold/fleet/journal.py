"""The journal of a campaign: what was about to be done outside, and what was done, never changed and never forgotten.

It is SQLite in its WAL mode, beside the plan. One process holds it; a network's folder is no place for it, since WAL
needs shared memory (sqlite.org/wal.html).
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol

from scaffold.errors import FormatError, ProjectError

NAME, HELD = "journal.db", "journal.lock"
FORMAT = 1
PLACE = "free some space, or mend the permissions, and run it again: what was recorded is not lost"
# What may be recorded of the world is known after a failure of power too, by looking there: so no wait for the disk.
SETTINGS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA busy_timeout=5000")
TABLES = (
    "CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS records (
        number INTEGER PRIMARY KEY, at REAL NOT NULL, run TEXT NOT NULL, member TEXT NOT NULL,
        event TEXT NOT NULL, said TEXT NOT NULL)""",
    "CREATE TRIGGER IF NOT EXISTS kept BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'only added to'); END",
    "CREATE TRIGGER IF NOT EXISTS same BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'only added to'); END",
)


class Record(NamedTuple):
    """One line: when (seconds since the epoch), in which run, of which member (empty: the campaign), what, and more."""

    number: int
    at: float
    run: str
    member: str
    event: str
    said: Mapping[str, Any]


class Journal(Protocol):
    """What is recorded, and takes more."""

    run: str
    records: list[Record]

    def add(self, member: str, event: str, **said: Any) -> Record:
        """Record something, and return when it is on the disk; raises ProjectError where it cannot be."""


class Open:
    """An open journal, which threads may share."""

    def __init__(self, database: sqlite3.Connection, run: str, clock: Callable[[], float]) -> None:
        """Take an open database, the name of this run, and what tells the time."""
        self._database, self._clock, self._lock = database, clock, Lock()
        self.run = run
        self.records: list[Record] = []

    def add(self, member: str, event: str, **said: Any) -> Record:
        """Record something, and return when it is on the disk; raises ProjectError where it cannot be."""
        with self._lock:
            at, text = self._clock(), json.dumps(said, sort_keys=True)
            row = (at, self.run, member, event, text)
            try:
                with self._database:
                    number = self._database.execute(
                        "INSERT INTO records (at, run, member, event, said) VALUES (?, ?, ?, ?, ?)", row
                    ).lastrowid
            except sqlite3.Error as error:
                raise ProjectError(f"the campaign's journal cannot be written: {error}", hint=PLACE) from error
            record = Record(number or 0, at, self.run, member, event, json.loads(text))
            self.records.append(record)
            return record


class Closed:
    """A journal that is only read."""

    run = ""

    def __init__(self, records: Iterable[Record]) -> None:
        """Take what is recorded."""
        self.records = [*records]

    def add(self, member: str, event: str, **said: Any) -> Record:
        """Refuse."""
        del said
        raise ProjectError(f"the journal is only read, and {event} of {member} is not for it")


@contextmanager
def held(folder: Path, plan: str, run: str, clock: Callable[[], float]) -> Iterator[Journal]:
    """Open the journal in a campaign's folder for this process alone, making it where there is none.

    Raises ProjectError where another process holds it or the disk fails, and FormatError for another format or plan.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / HELD, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        message = "another scaffold is at work on this campaign"
        raise ProjectError(message, where=str(folder), hint="wait until it is done, or end it") from error
    except OSError as error:
        raise ProjectError(
            f"the campaign's folder cannot be used: {error.strerror}", where=str(folder), hint=PLACE
        ) from error
    try:
        with _opened(folder / NAME, plan) as database:
            journal = Open(database, run, clock)
            journal.records.extend(_records(database))
            yield journal
    finally:
        lock.release()


def read(folder: Path, plan: str) -> tuple[Record, ...]:
    """Return what is recorded of a campaign, nothing where it has not begun; raises as `held` does."""
    if not (folder / NAME).is_file():
        return ()
    with _failing(folder / NAME), closing(_to_read(folder / NAME)) as database:
        _refuse_other(database, folder / NAME, plan)
        return tuple(_records(database))


def _to_read(file: Path) -> sqlite3.Connection:
    """Open a journal that is only read, also in a folder that nobody may write to."""
    address = file.absolute().as_uri()
    with ExitStack() as unread:
        database = sqlite3.connect(f"{address}?mode=ro", uri=True)
        unread.callback(database.close)
        try:
            database.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError:
            if Path(f"{file}-wal").exists():  # what is in there would not be seen
                raise
            return sqlite3.connect(f"{address}?immutable=1", uri=True)
        unread.pop_all()
        return database


@contextmanager
def _opened(file: Path, plan: str) -> Iterator[sqlite3.Connection]:
    with _failing(file), closing(sqlite3.connect(file, check_same_thread=False)) as database:
        for line in SETTINGS:
            database.execute(line)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
            with database:
                for line in TABLES:
                    database.execute(line)
                database.executemany("INSERT INTO about VALUES (?, ?)", (("format", str(FORMAT)), ("plan", plan)))
        _refuse_other(database, file, plan)
        yield database


@contextmanager
def _failing(file: Path) -> Iterator[None]:
    """Turn what SQLite raises into a ProjectError."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        broken = isinstance(error, sqlite3.OperationalError)
        message = f"the campaign's journal cannot be {'used' if broken else 'read'}: {error}"
        raise ProjectError(message, where=str(file), hint=PLACE if broken else None) from error


def _refuse_other(database: sqlite3.Connection, file: Path, plan: str) -> None:
    """Hold a journal against what we know and are asked for."""
    about = dict(database.execute("SELECT key, value FROM about"))
    if about.get("format") != str(FORMAT):
        message = f"the journal has format {about.get('format')}, and this scaffold knows {FORMAT}"
        raise FormatError(message, where=str(file), hint="use the scaffold that has written it, or a newer one")
    if about.get("plan") != plan:
        raise FormatError("the journal belongs to another plan", where=str(file), hint="keep each plan in its folder")


def _records(database: sqlite3.Connection) -> Iterator[Record]:
    for number, at, run, member, event, said in database.execute("SELECT * FROM records ORDER BY number"):
        yield Record(number, at, run, member, event, json.loads(said))
