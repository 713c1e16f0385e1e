"""Outside judges: found on this machine, shown the files under check, and heard."""

import os
import shutil
import sys
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scaffold import disk
from scaffold.blueprint.guardrails import Guardrails
from scaffold.errors import ProjectError, ScaffoldError
from scaffold.guard.finding import Found
from scaffold.guard.judges.judge import TRY, Judge, Said, heard, rule_of, too_old
from scaffold.guard.judges.table import JUDGES
from scaffold.guard.rule import Looked
from scaffold.guard.snapshot import SUBMODULE
from scaffold.process import Notify
from scaffold.process.outputs import output
from scaffold.project.snapshots import View
from scaffold.project.work_tree import WorkTree
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, safe_path

ALL = "all"
AT_ONCE = 2
LARGEST = 10_000_000  # bytes of a file that a judge is shown
MOST = 300_000_000  # bytes that it is shown in all
OWN = (".venv/bin", ".venv/Scripts", "node_modules/.bin")
SECONDS = 60  # to tell its version


def wanted(names: Collection[str], guardrails: Guardrails) -> tuple[str, ...]:
    """Return the judges that are asked for, `all` being those of the blueprint; raises ProjectError."""
    unknown = [name for name in names if name != ALL and name not in JUDGES]
    if unknown:
        hint = f"there are {', '.join(JUDGES)}, and {ALL}"
        raise ProjectError(f"{unknown[0] or 'an empty name'} is no judge that scaffold knows", hint=hint)
    many = (guardrails.judges or tuple(JUDGES)) if ALL in names else ()
    return tuple(dict.fromkeys((*many, *(name for name in names if name != ALL))))


def ask(view: View, names: Iterable[str], notify: Notify = lambda _: None) -> Iterator[Looked]:
    """Yield what each judge reports of the files in view, two of them working at a time, in the order of the names.

    One that is not there, or does not answer as it should, reports that this is unknown.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed  # 5 ms

    names = tuple(names)
    bench = Bench(view, threading.Event(), threading.Lock())
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        asked = {pool.submit(bench.ask, name): name for name in names}
        waiting = list(names)
        notify(f"Asking {', '.join(waiting)}")
        for done in as_completed(asked):
            waiting.remove(asked[done])
            notify(f"Asking {', '.join(waiting)}" if waiting else "Judging")
        reports = {asked[done]: done.result() for done in asked}
    finally:
        bench.stop.set()  # where it was interrupted, what still runs is to be ended
        pool.shutdown(cancel_futures=True)
    yield from (reports[name] for name in names)


class Bench(NamedTuple):
    """What judges work on. `stop` ends those that still run; `reading` is held by who reads from the snapshot."""

    view: View
    stop: threading.Event
    reading: threading.Lock

    def ask(self, name: str) -> Looked:
        """Return what one judge reports."""
        judge = JUDGES.get(name)
        if judge is None:
            why = "this scaffold does not know the judge: a newer one may"
            return Looked(rule_of(name, "medium", "a project"), (Found(why, fix="Upgrade scaffold.", known=False),))
        paths = self._paths(judge.files)
        if not paths:
            return Looked(judge.rule, None, judge.nothing)
        program = find(name, self.view)
        if program is None:
            return Looked(judge.rule, (judge.unknown(f"{name} is not installed"),))
        try:
            with TemporaryDirectory(prefix="scaffold-judge-") as temporary:
                return Looked(judge.rule, tuple(self._asked(judge, program, paths, Path(temporary).resolve())))
        except ScaffoldError as error:
            return Looked(judge.rule, (judge.unknown(error.message, TRY),))
        except OSError as error:
            why = f"the files cannot be laid out for {name}: {error.strerror}"
            return Looked(judge.rule, (judge.unknown(why, "Make room on the disk."),))

    def _paths(self, patterns: tuple[str, ...]) -> tuple[str, ...]:
        modes = self.view.snapshot.modes
        found = self.view.snapshot.paths.matching(patterns) if patterns else ()
        return tuple(path for path in found if modes[path] not in (SYMLINK, SUBMODULE))

    def _asked(self, judge: Judge, program: str, paths: tuple[str, ...], temporary: Path) -> Iterator[Found]:
        said = self._run(judge, (program, *judge.version), temporary, SECONDS)
        if old := too_old(judge, said):
            yield judge.unknown(f"{judge.name} {old} is too old: {judge.oldest} is the oldest that is understood")
            return
        folder, ours = temporary / "files", temporary / "ours"
        shown = tuple(dict.fromkeys((*paths, *self._paths(judge.needs))))
        with self.reading:
            unread = list(_lay_out(self.view, shown, folder))
        disk.fill(ours, {name: File(text.encode()) for name, text in judge.ours.items()})
        if judge.repository:
            (folder / ".git").mkdir()
        there = tuple(f"./{path}" for path in paths if (folder / path).is_file())
        if there:
            done = self._run(judge, (program, *judge.arguments(there)), folder, judge.seconds)
            accounted = [path for path in self._paths(judge.accounts) if (folder / path).is_file()]
            yield from heard(judge, done, self.view.snapshot.modes, str(folder), accounted)
        yield from unread

    def _run(self, judge: Judge, command: tuple[str, ...], folder: Path, seconds: float) -> Said:
        environment = {"NO_COLOR": "1", "PYTHONSAFEPATH": "1", **judge.environment}
        return Said(*output(command, folder, seconds=seconds, environment=environment, stop=self.stop))


def _lay_out(view: View, paths: Iterable[str], folder: Path) -> Iterator[Found]:
    """Write files to a folder of their own, and yield those that a judge cannot be shown."""
    folder.mkdir()
    room = MOST
    known: set[str] = set()
    for path in paths:
        try:
            size = view.snapshot.measure(path)
            if size > LARGEST:
                yield Found(f"the file has {size:,} bytes, and judges are shown {LARGEST:,}", path, known=False)
                continue
            if (room := room - size) < 0:
                yield Found(f"the files have more than the {MOST:,} bytes that judges are shown", path, known=False)
                return
            mode = EXECUTABLE if view.snapshot.modes[path] == EXECUTABLE else REGULAR
            disk.check_way(folder, safe_path(path), known=known)
            disk.write(folder / path, File(view.snapshot.fetch(path), mode))
        except FileExistsError:
            yield Found("another file has this name where case does not count", path, known=False)
        except ScaffoldError as error:
            yield Found(f"the file cannot be shown to judges: {error.message}", path, known=False)


def find(name: str, view: View) -> str | None:
    """Return where a program is: on PATH, installed for the project, or beside scaffold.

    What the project's own repository holds is never run: to check a stranger's files must not be to trust them.
    """
    project = view.project
    places = [place for place in os.get_exec_path() if Path(place).is_absolute()]
    if isinstance(project.seen, WorkTree) and project.repository is not None:
        places += [str(project.root / place) for place in OWN]
    places.append(str(Path(sys.executable).parent))
    for place in places:
        program = shutil.which(name, path=place)
        if program is not None and not _is_checked(Path(program), view):
            return program
    return None


def _is_checked(program: Path, view: View) -> bool:
    """Whether a program, or a folder or link on the way to it, is one of the files under check."""
    root = Path(os.path.realpath(view.project.root))
    for place in (program, Path(os.path.realpath(program.parent)) / program.name, Path(os.path.realpath(program))):
        for base in (view.project.root, root):
            if place.is_relative_to(base):
                way = place.relative_to(base)
                if any(part.as_posix() in view.snapshot.modes for part in (way, *way.parents)):
                    return True
    return False
