"""A project opened: its folder, its repository, its lock, and its files as git would store them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.apply import record as records
from scaffold.apply.record import Place
from scaffold.blueprint.patterns import matcher
from scaffold.errors import FormatError, GitError, ProjectError
from scaffold.git.objects import find_repository
from scaffold.process.loading import later
from scaffold.tree import SYMLINK, File

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scaffold.git.index import Entry
    from scaffold.git.objects import Objects
    from scaffold.lock import Lock, Locked
    from scaffold.merge import ends, manner, pointers, settle
    from scaffold.merge.manner import Manner
    from scaffold.merge.settle import Sides
    from scaffold.plan import actions
    from scaffold.tree import Mode
else:
    ends, manner, pointers = (later(f"scaffold.merge.{name}") for name in ("ends", "manner", "pointers"))
    settle, actions = later("scaffold.merge.settle"), later("scaffold.plan.actions")

FOLDER = ".scaffold"
Standing = Mapping[str, File | None]  # path -> the file that stands there, as it is there


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that holds `.scaffold/`: a whole repository, or a folder of one."""

    root: Path
    repository: Objects | None
    prefix: str
    recorded: Lock = field(repr=False)
    wishes: Wishes = field(repr=False)
    wishes_file: File = field(repr=False)
    unresolved: frozenset[str] = frozenset()
    sided: frozenset[str] = frozenset()  # conflicts that the team's side was taken in

    @property
    def lock(self) -> Lock:
        """The lock, with what was resolved since taken into account."""
        return self.recorded.settled(self.unresolved, self.sided)

    @property
    def place(self) -> Place:
        """Where it stands in its repository; raises ProjectError where it has none."""
        if self.repository is None:
            return place_of(self.root, None)
        return Place(self.root, self.repository, self.prefix)

    @property
    def folder_name(self) -> str:
        """What the project's folder was called when it was stamped; a clone or a work tree may have another name."""
        return self.recorded.folder or self.root.name

    def in_repository(self, path: str) -> str:
        """Return the path as its repository calls it."""
        return f"{self.prefix}/{path}" if self.prefix else path

    def is_own(self, place: str, path: str) -> bool:
        """Whether the team has made a file of the blueprint's its own, by where the project has it, else by its path.

        So one that was its own stays so where the team moves it.
        """
        return bool(self.wishes.own) and matcher(self.wishes.own)(place, path)

    def owns(self, path: str, locked: Locked) -> bool:
        """Whether the team has made its own what the lock has at a path; never what the platform owns."""
        return locked.owner == "managed" and self.is_own(locked.at or path, path)

    def manner(self, path: str) -> Manner:
        """Return how git is told to merge a file; raises GitError."""
        return self.repository.attributes.manner(self.in_repository(path)) if self.repository else manner.UNSAID

    def marked(self, path: str) -> Sides:
        """Return how an update marks a conflict in a file, as it or `git checkout --merge` writes it.

        A document about conflicts has other labels.
        """
        size, theirs = self.manner(path).size, f"{self.recorded.blueprint} {self.recorded.version}"
        labels = (("<", actions.OURS), ("<", "ours"), ("|", "stamped "), (">", theirs), (">", "theirs"))
        lines = tuple(f"{sign * size} {label}{'' if label.endswith(' ') else chr(10)}" for sign, label in labels)
        return settle.Sides(markers=tuple(line.encode() for line in lines), size=size)


def find_root(directory: Path) -> Path:
    """Return the nearest folder at or above `directory` that holds `.scaffold/`; raises ProjectError.

    So does one in which an operation was killed, by its record: `.scaffold/` may not be there yet, or any more.
    """
    start = directory.resolve()
    if not start.is_dir():
        what = "this is a file" if start.exists() else "there is no such folder"
        raise ProjectError(what, where=str(start), hint="name the project's folder, or one in it")
    repository = None
    if not (start / FOLDER).is_dir():
        with suppress(GitError):
            repository = find_repository(start)
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir() or (repository and _is_unfinished(folder, repository)):
            return folder
    message = "this is no scaffold project: neither it nor a folder above it holds .scaffold/"
    raise ProjectError(message, where=str(start), hint="go to one, or make one with scaffold new")


def _is_unfinished(folder: Path, repository: Objects) -> bool:
    if repository.is_bare or not folder.is_relative_to(repository.root.resolve()):
        return False
    return records.unfinished(place_of(folder, repository)) is not None


def prefix_of(root: Path, repository: Objects) -> str:
    """Return the way from the repository's top to `root`, empty at the top; raises ProjectError outside it."""
    top = repository.root.resolve()
    if repository.is_bare or not root.is_relative_to(top):
        raise ProjectError(f"the folder is in no work tree of the repository {top}", where=str(root))
    way = root.relative_to(top).as_posix()
    return "" if way == "." else way


def place_of(root: Path, repository: Objects | None) -> Place:
    """Return where a project stands; raises ProjectError where there is no repository."""
    if repository is None:
        raise ProjectError(
            "the project is in no git repository", where=str(root), hint="git init, git add -A and git commit first"
        )
    return Place(root, repository, prefix_of(root, repository))


def open_project(directory: Path, repository: Objects | None = None) -> Project:
    """Open the project at or above a folder; raises ProjectError, FormatError or GitError.

    `repository` is the one that it stands in, where that is open already.
    """
    root = find_root(directory)
    repository = repository or find_repository(root)
    prefix = prefix_of(root, repository) if repository else ""
    if repository and not all((root / path).exists() for path in (lock.PATH, answers_file.PATH)):
        records.refuse_unfinished(place_of(root, repository))
    recorded = lock.parse(_required(root, lock.PATH).content, str(root / lock.PATH))
    wishes_file = _required(root, answers_file.PATH)
    if repository is not None:
        name = f"{prefix}/{answers_file.PATH}" if prefix else answers_file.PATH
        committed = repository.entries([name]).get(name)
        wishes_file = _as_stored(repository, name, wishes_file, committed, None)
    wishes = Wishes(recorded.blueprint, recorded.source, recorded.answers, recorded.keep_copier)
    if wishes_file.blob != recorded.answers_file:
        wishes = answers_file.parse(wishes_file.content, str(root / answers_file.PATH))
    project = Project(root, repository, prefix, recorded, wishes, wishes_file)
    return replace(project, unresolved=unresolved(project), sided=_sided(project))


def _required(root: Path, path: str) -> File:
    file = disk.read(root, path)
    if file is None:
        raise FormatError("the file is missing", where=str(root / path), hint="put it back from git")
    return file


def unresolved(project: Project) -> frozenset[str]:
    """Return the paths whose conflict is still open: in git's index, or by what is in the file.

    A file that holds no markers and is just as the update left it may be meant so: that is known once the index has the
    lock that tells of it, which is after `git add` or a commit, and not after `git reset`.
    """
    repository = project.repository
    in_index = repository.conflicted() if repository else frozenset()
    own = {path for path in (lock.PATH, answers_file.PATH) if project.in_repository(path) in in_index}
    pending = {project.recorded.files[path].at or path: path for path in project.recorded.pending}
    files = read_ours(project, pending)
    told = _told(project) if pending else {}
    return frozenset(own) | frozenset(
        place
        for place, path in pending.items()
        if project.in_repository(place) in in_index
        or (place in files and settle.marked_line(files[place].content, project.marked(place)))
        or (place in files and _is_as_left(project, path, files[place], told))
    )


def _sided(project: Project) -> frozenset[str]:
    """Return where conflicts were whose file is now what taking the team's side makes of it."""
    pending = {locked.at or path: locked for path, locked in project.recorded.files.items() if locked.mine}
    files = read_readable(project, pending)
    return frozenset(place for place, file in files.items() if file.blob in pending[place].mine)


def _is_as_left(project: Project, path: str, file: File, told: Mapping[str, Locked] | None) -> bool:
    locked = project.recorded.files[path]
    if told is None or locked.left is None or file.blob != locked.left:
        return False
    return path not in told or told[path].pending != locked.pending


def untouched(project: Project, files: Mapping[str, File]) -> set[str]:
    """Return those of some files, by where they are, that are in conflict and would be as the update left them."""
    pending = {project.recorded.files[path].at or path: path for path in project.recorded.pending}
    told = _told(project)
    return {p for p, file in files.items() if p in pending and _is_as_left(project, pending[p], file, told)}


def _told(project: Project) -> Mapping[str, Locked] | None:
    """Return the files of the lock in git's index, or None where the index has no lock to go by."""
    if project.repository is None:
        return None
    name = project.in_repository(lock.PATH)
    entry = project.repository.staged([name])[name].get(0)
    content = project.repository.blob(entry[1]) if entry else None
    if content is None:
        return None
    try:
        return lock.parse(content).files
    except FormatError:
        return None


def read_ours(project: Project, paths: Iterable[str]) -> dict[str, File]:
    """Read the project's files as git would store them, line ends and encoding of a checkout converted back."""
    return as_stored(project, standing(project, paths))


def read_readable(project: Project, paths: Iterable[str]) -> dict[str, File]:
    """Return what `read_ours` does, without what is neither file nor folder, or may not be read."""
    wanted = list(paths)
    try:
        return read_ours(project, wanted)
    except ProjectError:
        if len(wanted) == 1:
            return {}
        return {path: file for one in wanted for path, file in read_readable(project, [one]).items()}


def standing(project: Project, paths: Iterable[str]) -> dict[str, File | None]:
    """Return the file that stands at each of `paths`, as it is there; a folder is none."""
    known: set[str] = set()
    return {path: disk.file_at(project.root, path, known) for path in paths}


def as_stored(project: Project, standing: Standing) -> dict[str, File]:
    """Return what stands at some paths as git would store it, with what a sparse checkout leaves out."""
    files = {path: file for path, file in standing.items() if file is not None}
    repository = project.repository
    if repository is None:
        return files
    if missing := [path for path in standing if path not in files]:
        files |= _not_checked_out(project, repository, missing)
    known = project.recorded.files
    odd = [path for path, file in files.items() if path not in known or not known[path].matches(file)]
    at_head = repository.entries(project.in_repository(path) for path in odd)
    for path in odd:
        name = project.in_repository(path)
        files[path] = _as_stored(repository, name, files[path], at_head.get(name), known.get(path))
    return files


def _not_checked_out(project: Project, repository: Objects, paths: list[str]) -> dict[str, File]:
    """Return what git was told to leave out of the work tree, as the index has it; raises GitError."""
    names = {path: project.in_repository(path) for path in paths}
    skipped, staged = repository.skipped(names.values()), repository.staged(names.values())
    found = {}
    for path, name in names.items():
        if name in skipped:
            mode, id_ = staged[name][0]
            content = repository.blob(id_)
            if content is None:
                raise GitError(
                    f"{path} is neither checked out nor fetched", where=str(project.root), hint="git checkout it"
                )
            found[path] = File(content, cast("Mode", mode))
    return found


def _as_stored(repository: Objects, name: str, file: File, committed: Entry | None, locked: Locked | None) -> File:
    if committed is None:
        return _with_ends_of(repository, locked, file, repository.conversion.stored(name, file))
    mode, id_ = cast("Mode", committed[0]), committed[1]
    if SYMLINK in (file.mode, mode):
        return file
    file = file if repository.keeps_modes() else replace(file, mode=mode)
    if id_ == file.blob:
        return file
    # The blueprint brings a Git LFS pointer, and here stands what it points to.
    if locked and locked.blob and pointers.is_pointer(repository.blob(locked.blob) or b""):
        pointer = repository.blob(id_) or b""
        if pointers.stands_for(pointer, file.content):
            return File(pointer, file.mode)
    return _with_ends_of(repository, locked, file, repository.conversion.stored(name, file))


def _with_ends_of(repository: Objects, locked: Locked | None, file: File, stored: File) -> File:
    """Return the file as it stands where the blueprint brings it with CRLF (eol=crlf), which git does not store."""
    if stored is file or locked is None or locked.blob is None or ends.end_of(file.content) != "CRLF":
        return stored
    return file if ends.end_of(repository.blob(locked.blob) or b"") == "CRLF" else stored
