"""A project opened: its folder, its repository, its lock, and its files as git would store them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.apply import record as records
from scaffold.apply.record import Place
from scaffold.blueprint.patterns import matcher
from scaffold.errors import FormatError, GitError, ProjectError
from scaffold.git.objects import find_repository, is_repository, open_repository
from scaffold.process.loading import later
from scaffold.project.work_tree import WorkTree
from scaffold.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scaffold.git.objects import Objects
    from scaffold.lock import Lock, Locked
    from scaffold.merge import settle
    from scaffold.merge.decisions import Decision
    from scaffold.merge.manner import Manner
    from scaffold.merge.settle import Sides
    from scaffold.plan import actions
    from scaffold.project import decided, in_git
    from scaffold.project.seen import Seen, Standing
else:
    settle, actions = later("scaffold.merge.settle"), later("scaffold.plan.actions")
    in_git, decided = later("scaffold.project.in_git"), later("scaffold.project.decided")

FOLDER = ".scaffold"
INDEX = b"DIRC"  # how git's index begins


@dataclass(frozen=True, slots=True)
class Project:
    """The folder that holds `.scaffold/`: a whole repository, or a folder of one."""

    root: Path
    repository: Objects | None
    prefix: str
    seen: Seen = field(repr=False)
    recorded: Lock = field(repr=False)
    wishes: Wishes = field(repr=False)
    wishes_file: File = field(repr=False)
    unresolved: frozenset[str] = frozenset()
    sided: frozenset[str] = frozenset()  # conflicts that the team's side was taken in
    decided: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict, repr=False)  # in conflicts, by place

    @property
    def lock(self) -> Lock:
        """The lock, with what was resolved since taken into account."""
        return self.recorded.settled(self.unresolved, self.sided, self.decided)

    @property
    def place(self) -> Place:
        """Where it stands in its repository; raises ProjectError where it has none."""
        if self.repository is None:
            return place_of(self.root, None)
        return Place(self.root, self.repository, self.prefix)

    @property
    def has_folder(self) -> bool:
        """Whether it is seen in its folder, where operations on it are recorded, and not in git."""
        return isinstance(self.seen, WorkTree)

    @property
    def folder_name(self) -> str:
        """What the project's folder was called when it was stamped; a clone or a work tree may have another name."""
        bare = self.repository is not None and self.repository.is_bare
        return self.recorded.folder or (self.root.name.removesuffix(".git") if bare else self.root.name)

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
        return self.seen.manner(path)

    def marked(self, path: str) -> Sides:
        """Return how an update marks a conflict in a file, as it or `git checkout --merge` writes it.

        A document about conflicts has other labels.
        """
        size, theirs = self.manner(path).size, f"{self.recorded.blueprint} {self.recorded.version}"
        labels = (("<", actions.OURS), ("<", "ours"), ("|", "stamped "), (">", theirs), (">", "theirs"))
        lines = tuple(f"{sign * size} {label}{'' if label.endswith(' ') else chr(10)}" for sign, label in labels)
        return settle.Sides(markers=tuple(line.encode() for line in lines), size=size)


def folder_at(directory: Path, hint: str) -> Path:
    """Return a folder that is there, its links followed; raises ProjectError."""
    start = directory.resolve()
    if not start.is_dir():
        what = "this is a file" if start.exists() else "there is no such folder"
        raise ProjectError(what, where=str(start), hint=hint)
    return start


def find_root(directory: Path) -> Path:
    """Return the nearest folder at or above `directory` that holds `.scaffold/`; raises ProjectError.

    So does one in which an operation was killed, by its record: `.scaffold/` may not be there yet, or any more.
    """
    start, repository = folder_at(directory, "name the project's folder, or one in it"), None
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


def enclosing_at(root: Path) -> Objects | None:
    """Return the repository that a new folder would belong to: one around it that does not ignore it."""
    nearest = next(folder for folder in root.parents if folder.exists())
    repository = find_repository(nearest)
    if repository is None or repository.is_bare:
        return None
    prefix = prefix_of(nearest.resolve() / root.relative_to(nearest), repository)
    return None if repository.is_ignored(f"{prefix}/") else repository


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


def place_at(directory: Path) -> Place:
    """Return where the project at or above a folder stands; raises ProjectError."""
    root = find_root(directory)
    return place_of(root, find_repository(root))


def open_project(directory: Path, repository: Objects | None = None) -> Project:
    """Open the project at or above a folder; raises ProjectError, FormatError or GitError.

    `repository` is the one that it stands in, where that is open already.
    """
    root = find_root(directory)
    repository = repository or find_repository(root)
    prefix = prefix_of(root, repository) if repository else ""
    if repository and not all((root / path).exists() for path in (lock.PATH, answers_file.PATH)):
        records.refuse_unfinished(place_of(root, repository))
    return opened(root, repository, prefix, WorkTree(root, repository, prefix))


def open_at(
    directory: Path, revision: str | None = None, *, staged: bool | Path = False, instead: Lock | None = None
) -> Project:
    """Open a project as it is seen at a commit, in the index if `staged` (or that index file), else in its folder.

    A folder may be a bare repository, or the way to a project in one: without a revision that is seen at HEAD.
    `instead` stands for the lock where there is none. Raises ProjectError, FormatError or GitError.
    """
    bare = bare_at(directory)
    if bare is not None:
        repository, way = bare
        return _at_commit(repository, way, revision or "HEAD", instead)
    root = directory.resolve() if instead and _is_bare_of_locks(directory) else find_root(directory)
    if revision is None and not staged:
        return unapplied(root, instead) if instead and not (root / lock.PATH).exists() else open_project(root)
    found = find_repository(root)
    if found is None:
        raise ProjectError("the project is in no git repository", where=str(root), hint="do it without --rev")
    prefix = prefix_of(root, found)
    if revision is not None:
        return _at_commit(found, prefix, revision, instead)
    index_file = staged if isinstance(staged, Path) else None
    if index_file is not None and not (index_file.is_file() and index_file.read_bytes()[:4] == INDEX):
        raise ProjectError("this is no index of git", where=str(index_file), hint="leave --index-file out")
    return seen_in(root, in_git.Index(found, index_file), prefix, instead)


def bare_at(directory: Path) -> tuple[Objects, str] | None:
    """Return the bare repository at or above a path, and the way from it to the project in it."""
    start = Path(os.path.abspath(disk.expand(directory)))  # noqa: PTH100 - what is in it exists in git only
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return None
        if is_repository(folder):
            repository = open_repository(folder)
            way = start.relative_to(folder).as_posix()
            return (repository, "" if way == "." else way) if repository.is_bare else None
    return None


def _is_bare_of_locks(directory: Path) -> bool:
    start = directory.resolve()
    return start.is_dir() and not any((folder / FOLDER).is_dir() for folder in (start, *start.parents))


def _at_commit(repository: Objects, way: str, revision: str, instead: Lock | None) -> Project:
    commit = repository.commit_of(revision)
    if commit is None:
        raise GitError(
            f"there is no commit {revision}", where=str(repository.root), hint="name a branch, a tag or a commit"
        )
    held, parts = in_git.Commit(repository, commit), way.split("/")
    above = ("/".join(parts[:depth]) for depth in range(len(parts), -1, -1))
    prefix = next((one for one in above if held.some([f"{one}/{lock.PATH}".lstrip("/")])), way)
    return seen_in(repository.root / prefix, held, prefix, instead)


def seen_in(root: Path, held: in_git.Commit | in_git.Index, prefix: str, instead: Lock | None = None) -> Project:
    """Open the project in the folder `prefix` of what git has; raises ProjectError, FormatError or GitError."""
    seen = in_git.InGit(root, held, prefix)
    if seen.staged([lock.PATH]):
        return opened(root, held.repository, prefix, seen)
    if instead is not None:
        return nothing_applied(root, held.repository, prefix, seen, instead)
    inside = [path.removesuffix(f"/{lock.PATH}") for path in seen.tracked() if path.endswith(f"/{lock.PATH}")]
    hint = f"name one of the projects in it: {', '.join(inside)}" if inside else "make one with scaffold new"
    raise ProjectError(
        f"this is no scaffold project at {seen.name}: it holds no {lock.PATH}", where=str(root), hint=hint
    )


def opened(root: Path, repository: Objects | None, prefix: str, seen: Seen) -> Project:
    """Return a project as it is seen somewhere; raises FormatError, ProjectError or GitError."""
    found = seen.standing([lock.PATH, answers_file.PATH])
    recorded = lock.parse(_required(root, lock.PATH, found).content, str(root / lock.PATH))
    wishes_file = seen.stored({answers_file.PATH: _required(root, answers_file.PATH, found)}, {})[answers_file.PATH]
    wishes = Wishes(recorded.blueprint, recorded.source, recorded.answers, recorded.keep_copier)
    if wishes_file.blob != recorded.answers_file:
        wishes = answers_file.parse(wishes_file.content, str(root / answers_file.PATH))
    project = Project(root, repository, prefix, seen, recorded, wishes, wishes_file)
    project = replace(project, unresolved=unresolved(project))
    return _with_decisions(project) if recorded.pending else project


def unapplied(root: Path, instead: Lock, repository: Objects | None = None) -> Project:
    """Return a folder as a project that nothing was applied to, as a lock would describe it; raises GitError."""
    repository = repository or find_repository(root)
    prefix = prefix_of(root, repository) if repository else ""
    return nothing_applied(root, repository, prefix, WorkTree(root, repository, prefix), instead)


def nothing_applied(root: Path, repository: Objects | None, prefix: str, seen: Seen, instead: Lock) -> Project:
    """Return what is seen as a project that nothing was applied to."""
    wishes = Wishes(instead.blueprint, instead.source, {})
    return Project(root, repository, prefix, seen, instead, wishes, File(b""))


def _required(root: Path, path: str, found: Standing) -> File:
    file = found[path]
    if file is None:
        raise FormatError("the file is missing", where=str(root / path), hint="put it back from git")
    return file


def unresolved(project: Project) -> frozenset[str]:
    """Return the paths whose conflict is still open: in git's index, or by what is in the file.

    A file that holds no markers and is just as the update left it may be meant so: that is known once the index has the
    lock that tells of it, which is after `git add` or a commit, and not after `git reset`; nor where nobody made that
    commit to decide it, as the lock then says.
    """
    in_index = project.seen.conflicted()
    own = in_index & {lock.PATH, answers_file.PATH}
    pending = project.recorded.conflicts
    files = read_ours(project, pending)
    told = _told(project) if pending else {}
    return own | frozenset(
        place
        for place, path in pending.items()
        if place in in_index
        or (place in files and settle.marked_line(files[place].content, project.marked(place)))
        or (place in files and _is_as_left(project, path, files[place], told))
    )


def _with_decisions(project: Project) -> Project:
    """Return the project with what was decided of conflicts, as far as their files tell."""
    pending = {locked.at or path: locked for path, locked in project.recorded.files.items() if locked.pending}
    files, version = read_readable(project, pending), project.recorded.version
    sided = frozenset(place for place, file in files.items() if file.blob in pending[place].mine)
    found = {
        place: decided.decided(project.repository, pending[place], file, project.marked(place), version)
        for place, file in files.items()
    }
    return replace(project, sided=sided, decided=found)


def _is_as_left(project: Project, path: str, file: File, told: Mapping[str, Locked] | None) -> bool:
    locked = project.recorded.files[path]
    if locked.left is None or file.blob != locked.left:
        return False
    return locked.open or (told is not None and (path not in told or told[path].pending != locked.pending))


def untouched(project: Project, files: Mapping[str, File]) -> set[str]:
    """Return those of some files, by where they are, that are in conflict and would be as the update left them."""
    pending = project.recorded.conflicts
    told = _told(project)
    return {p for p, file in files.items() if p in pending and _is_as_left(project, pending[p], file, told)}


def _told(project: Project) -> Mapping[str, Locked] | None:
    """Return the files of the lock in git's index, or None where the index has no lock to go by."""
    if project.repository is None:
        return None
    entry = project.seen.staged([lock.PATH]).get(lock.PATH)
    content = project.repository.blob(entry[1]) if entry else None
    with suppress(FormatError):
        return None if content is None else lock.parse(content).files
    return None


def read_ours(project: Project, paths: Iterable[str]) -> dict[str, File]:
    """Read the project's files as git would store them, line ends and encoding of a checkout converted back."""
    return as_stored(project, project.seen.standing(paths))


def read_readable(project: Project, paths: Iterable[str]) -> dict[str, File]:
    """Return what `read_ours` does, without what is neither file nor folder, or may not be read."""
    wanted = list(paths)
    try:
        return read_ours(project, wanted)
    except ProjectError:
        if len(wanted) == 1:
            return {}
        return {path: file for one in wanted for path, file in read_readable(project, [one]).items()}


def as_stored(project: Project, standing: Standing) -> dict[str, File]:
    """Return what stands at some paths as git would store it."""
    return project.seen.stored(standing, project.recorded.files)
