"""A template's own code: refused without trust, and run on a copy, so that a failure leaves the project as it was."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, NamedTuple, TypeVar

from packaging.version import Version

from scaffold import disk
from scaffold.answers.cast import truthy
from scaffold.blueprint.release import Release
from scaffold.blueprint.scripts import Migration, Script, Stage, is_part_of_jinja
from scaffold.errors import ProjectError, RenderError, ScaffoldError, ScriptError, TrustError
from scaffold.git import scratch
from scaffold.process import bounds, commands
from scaffold.render.context import Operation
from scaffold.render.paths import check_link, folders_of
from scaffold.templating.inputs import may_tell_secret, watching
from scaffold.templating.limits import Limits, refuse_too_much
from scaffold.tree import File, Tree, safe_path

T = TypeVar("T", bound=Mapping[str, File])
SLACK = 10  # a command may take so many times as long as a render: it may install things
READ_FIRST = "read it, then give --trust"
NOTHING_WRITTEN = "nothing was written"

RenderText = Callable[[str, Mapping[str, Any], str], str]  # source, what to add to the context, place -> text
Bind = Callable[[Path, Path], RenderText]  # the template's and the project's folder, as in `_copier_conf` -> renderer


class Staging(NamedTuple):
    """What scripts are run with. `template` is the template's own files, `secrets` what no error may repeat."""

    folder_name: str
    template: Mapping[str, File]
    bind: Bind
    operation: Operation = "copy"
    limits: Limits = Limits()
    secrets: tuple[str, ...] = ()
    notify: Callable[[str], Any] = lambda _: None


class Versions(NamedTuple):
    """The way that migrations go: versions as the template names them (tag or describe), and as PEP 440 reads them."""

    came_from: str
    to: str
    pep440_from: Version
    pep440_to: Version


class Staged(NamedTuple, Generic[T]):
    """What scripts left.

    `ignored` are new files among the others that `.gitignore` means, such as `.env`: for the disk, but neither for git
    nor for the lock. `left_out` are new folders of which it means everything, such as `.venv/`.
    """

    files: T
    ignored: Mapping[str, File]
    left_out: tuple[str, ...]


def refuse_untrusted(release: Release, *, trust: bool, skip_tasks: bool) -> None:
    """Raise RenderError where making a project runs code of the template, and nobody said that it may."""
    if trust:
        return
    found: list[tuple[str, str]] = []
    for layer in release.layers:
        settings = layer.settings
        if not skip_tasks:
            found += [("task", task.where) for task in settings.tasks]
            found += [("hook", layer.where(hook)) for hook in settings.hooks]
        found += [("extension", layer.line_of(name)) for name in settings.extensions if not is_part_of_jinja(name)]
    without = ", or --skip-tasks to go without its tasks" if {kind for kind, _ in found} <= {"task", "hook"} else ""
    _refuse(found, f"{READ_FIRST}{without}")


def refuse_untrusted_migrations(migrations: Iterable[Migration], *, trust: bool) -> None:
    """Raise RenderError where migrations would run, and nobody said that they may."""
    if not trust:
        _refuse([("migration", migration.script.where) for migration in migrations], READ_FIRST)


def _refuse(found: list[tuple[str, str]], hint: str) -> None:
    if not found:
        return
    counts = Counter(kind for kind, _ in found)
    wanted = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items())
    raise TrustError(f"the template wants to run code: {wanted}", where=found[0][1], hint=hint)


def run_tasks(tasks: Iterable[Script], tree: Tree, staging: Staging) -> Staged[Tree]:
    """Run a template's tasks on a copy of the tree, in order; raises ScriptError, LimitError or RenderError."""
    tasks = tuple(tasks)
    if not tasks:
        return Staged(tree, {}, ())
    with _staged(tree, staging, tree.folders) as stage:
        stage.run_all(tasks)
        return Staged(tree, {}, ()) if stage.found is None else stage.tree()


def run_around(before: Iterable[Script], tree: Tree, after: Iterable[Script], staging: Staging) -> Staged[Tree]:
    """Run scripts in an empty folder, write the tree over what they left, and run others in that same folder.

    Raises ScriptError, LimitError or RenderError.
    """
    before, after = tuple(before), tuple(after)
    if not (before or after):
        return Staged(tree, {}, ())
    with _staged({}, staging) as stage:
        stage.run_all(before)
        stage.put(tree)
        stage.run_all(after)
        return stage.tree()


def applying(migrations: Iterable[Migration], came_from: Version | None, to: Version | None) -> tuple[Migration, ...]:
    """Return the migrations for a way between two versions: those of versions on it, and those of none."""
    if came_from is None or to is None:
        return ()
    return tuple(found for found in migrations if found.version is None or to >= found.version > came_from)


def run_migrations(
    stage: Stage, migrations: Iterable[Migration], files: Mapping[str, File], versions: Versions, staging: Staging
) -> Staged[dict[str, File]]:
    """Run those of the `applying` migrations that belong to a stage, on a copy of the project's files.

    The copy is a git repository with one commit. Raises ScriptError, LimitError or RenderError.
    """
    base = {
        "_stage": stage,
        "_version_from": versions.came_from,
        "_version_to": versions.to,
        "_version_pep440_from": versions.pep440_from,
        "_version_pep440_to": versions.pep440_to,
        "_copier_operation": "update",
        "_copier_phase": "migrate",
    }
    with _staged(files, staging) as staged:
        scratch.commit_of(staged.project, files, "the project before its migrations")
        for script, version, written, only in migrations:
            current = {"_version_current": written, "_version_pep440_current": version} if version else {}
            if only in (None, stage) and staged.wanted(script, base | current):
                staging.notify(f"Running a migration {f'to {written}' if written else stage}")
                staged.run(script, base | current, NOTHING_WRITTEN)
        return Staged(staged.read(), staged.read_ignored(), staged.left_out)


@contextmanager
def _staged(files: Mapping[str, File], staging: Staging, folders: Iterable[str] = ()) -> Iterator["_Stage"]:
    """Write the project and the template into folders of their own, which are removed at the end."""
    with TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as name:
        top = Path(name).resolve()
        project, template = top / "project" / (staging.folder_name or "project"), top / "template"
        for root, content in ((project, files), (template, staging.template)):
            disk.fill(root, content)
        for folder in folders:
            (project / folder).mkdir(parents=True, exist_ok=True)
        yield _Stage(project, top, files, staging, staging.bind(template, project))


class _Stage:
    """A copy of the project that scripts work on, and what they have left there so far."""

    def __init__(
        self, project: Path, top: Path, before: Mapping[str, File], staging: Staging, render: RenderText
    ) -> None:
        self.project = project
        self.found: _Found | None = None  # as it was after the last script that ran
        self.left_out: tuple[str, ...] = ()
        self._top = top
        self._before = before
        self._staging = staging
        self._render = render
        self._where = ""  # of that last script
        self._origins: dict[str, str] = {}  # of files that scripts made: the place of the script
        self._ignored: tuple[str, ...] = ()

    def run_all(self, tasks: Collection[Script]) -> None:
        """Run those of some tasks that are wanted, in order."""
        extra = {"_stage": "task", "_copier_operation": self._staging.operation, "_copier_phase": "tasks"}
        for number, task in enumerate(tasks, 1):
            if self.wanted(task, extra):
                self._staging.notify(f"Running task {number} of {len(tasks)}")
                self.run(task, extra, f"{NOTHING_WRITTEN}; --skip-tasks goes without the template's tasks")

    def put(self, tree: Tree) -> None:
        """Write files and folders over what is there."""
        self._before = {**self.read(), **tree}
        for path in tree:
            place = self.project / path
            if place.is_dir() and not place.is_symlink():
                raise ScriptError(f"{path} was made as a folder, and the template has a file there", where=self._where)
            place.unlink(missing_ok=True)
        disk.fill(self.project, tree)
        for folder in tree.folders:
            (self.project / folder).mkdir(parents=True, exist_ok=True)
        self._look()

    def tree(self) -> Staged[Tree]:
        """Return all that is there now; raises ScriptError for names that cannot be together."""
        found = self.found or _Found([], [], [], [])
        try:
            after = Tree(self.read(), found.folders)
        except ScaffoldError as error:  # two names that differ in case alone
            raise ScriptError(error.message, where=self._where) from error
        return Staged(after, self.read_ignored(), self.left_out)

    def wanted(self, script: Script, extra: Mapping[str, Any]) -> bool:
        """Whether a script's `when` says that it runs."""
        when = script.when if isinstance(script.when, bool) else self._text(script.when, extra, script.where)
        return truthy(when)

    def run(self, script: Script, extra: Mapping[str, Any], hint: str) -> None:
        """Run a script, with what it is told in its environment as well."""
        command = script.command
        with watching():
            if isinstance(command, str):
                rendered: str | tuple[str, ...] = self._text(command, extra, script.where)
            else:
                rendered = tuple(self._text(word, extra, script.where) for word in command)
            secret = may_tell_secret()
        told = {name[1:].upper(): str(value) for name, value in extra.items() if name != "_copier_phase"}
        commands.run(
            rendered,
            self._folder(script, extra),
            # Git is not to find a repository around the scratch folder.
            told | {"GIT_CEILING_DIRECTORIES": str(self._top)},
            seconds=SLACK * self._staging.limits.seconds,
            told=commands.Told(
                written=command if isinstance(command, str) else " ".join(command),
                where=script.where,
                hint=hint,
                late=f"a command may take {SLACK} times what --limit seconds=… says",
                secrets=None if secret else self._staging.secrets,
            ),
        )
        self._where = script.where
        self._look()

    def _text(self, source: str, extra: Mapping[str, Any], where: str) -> str:
        with bounds.limited(self._staging.limits, "rendering a command"):
            return self._render(source, extra, where)

    def _folder(self, script: Script, extra: Mapping[str, Any]) -> Path:
        written = self._text(script.folder, extra, script.where)
        try:
            folder = (self.project / written).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a NUL, or links in a circle
            raise ScriptError(f"`working_directory` is no folder: {written!r}", where=script.where) from error
        if not folder.is_relative_to(self.project):
            raise ScriptError(f"`working_directory` leaves the project: {written!r}", where=script.where)
        if not folder.is_dir():
            raise ScriptError(f"`working_directory` is no folder: {written!r}", where=script.where)
        return folder

    def read(self) -> dict[str, File]:
        """Return the files that are there now."""
        paths = self._before if self.found is None else self.found.paths
        return {path: self._file(path) for path in paths}

    def read_ignored(self) -> dict[str, File]:
        """Return the new files that are ignored."""
        return {path: self._file(path) for path in self._ignored}

    def _file(self, path: str) -> File:
        before = self._before.get(path)
        where = self._where if before else self._origins[path]
        try:
            file = disk.read(self.project, path)
            if file is None:
                raise ScriptError(f"{path} cannot be read back", where=where)
            if before is not None and file.same_as(before):
                return before
            check_link(path, file, where)
        except (ProjectError, RenderError) as error:
            raise ScriptError(error.message, where=where) from error
        inputs = (before.inputs if before else frozenset()) | {"hook"}
        made = File(file.content, file.mode, before.origin if before else where, inputs)
        return made if before else replace(made, placed=frozenset({"hook"}))

    def _look(self) -> None:
        """Look at what is there; raises LimitError where it is too much, ScriptError where it can be no project."""
        where = self._where
        if self.project.is_symlink() or not self.project.is_dir():
            raise ScriptError("the project's own folder was removed", where=where)
        with TemporaryDirectory(dir=self._top) as beside:
            ignored = scratch.ignoring(self.project, Path(beside))
            found = _find(self.project, self._before, ignored, self._staging.limits, where)
        kept = {"", *folders_of(dict.fromkeys(found.paths))}
        single = tuple(path for path in found.ignored if path.rpartition("/")[0] in kept)
        alone = (path for path in found.ignored if path.rpartition("/")[0] not in kept)
        self.found, self._ignored = found, single
        self.left_out = tuple(sorted({_highest(path, kept) for path in (*found.left_out, *alone)}))
        for path in (*found.paths, *single):
            self._origins.setdefault(path, where)


class _Found(NamedTuple):
    """What lies below a folder: files to keep, files that are ignored, empty folders, and ignored folders."""

    paths: list[str]
    ignored: list[str]
    folders: list[str]
    left_out: list[str]


def _find(
    root: Path, before: Mapping[str, File], is_ignored: Callable[[str], bool], limits: Limits, where: str
) -> _Found:
    """Walk a folder without git's own, and without the ignored folders that held nothing before."""
    found = _Found([], [], [], [])
    needed = folders_of(before)
    files = size = 0
    for folder, folders, names in os.walk(root):
        below = Path(folder).relative_to(root).as_posix()
        prefix = "" if below == "." else f"{below}/"
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        deeper = sorted(name for name in folders if name not in links and name != ".git")
        skipped = [name for name in deeper if prefix + name not in needed and is_ignored(f"{prefix}{name}/")]
        folders[:] = [name for name in deeper if name not in skipped]
        found.left_out.extend(f"{prefix}{name}/" for name in skipped)
        for name in sorted(name for name in (*names, *links) if name != ".git"):
            path, status = prefix + name, (Path(folder) / name).lstat()
            _check(path, status.st_mode, before, where)
            known = before.get(path)
            files += known is None
            size += status.st_size if known is None else max(0, status.st_size - len(known.content))
            refuse_too_much(size, files + len(found.folders), limits, where)
            (found.ignored if known is None and is_ignored(path) else found.paths).append(path)
        if prefix and not names and not links and not deeper:
            found.folders.append(below)
    return found


def _check(path: str, mode: int, before: Collection[str], where: str) -> None:
    if path in before:
        return
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise ScriptError(f"{path} was made, which is neither a file nor a link", where=where)
    try:
        path.encode()
        safe_path(path)
    except UnicodeEncodeError as error:
        raise ScriptError(f"the name {path!r} was made, which is not UTF-8", where=where) from error
    except ScaffoldError as error:
        raise ScriptError(error.message, where=where) from error


def _highest(path: str, kept: Collection[str]) -> str:
    """Return the highest folder on the way to a path (a folder, where it ends with a slash) that holds nothing kept."""
    folder = path.rpartition("/")[0]
    while folder.rpartition("/")[0] not in kept:
        folder = folder.rpartition("/")[0]
    return f"{folder}/"
