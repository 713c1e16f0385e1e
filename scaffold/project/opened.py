"""A project opened: its folder, its repository, its lock, and its files as git would store them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scaffold import disk, lock
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.apply.record import Place
from scaffold.errors import FormatError, ProjectError
from scaffold.git.objects import Objects, find_repository
from scaffold.lock import Lock
from scaffold.tree import File

FOLDER = ".scaffold"


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

    @property
    def lock(self) -> Lock:
        """The lock, with what was resolved since taken into account."""
        return self.recorded.settled(self.unresolved)

    @property
    def place(self) -> Place:
        """Where it stands in its repository; raises ProjectError where it has none."""
        return place_of(self.root, self.repository)

    def in_repository(self, path: str) -> str:
        """Return the path as its repository calls it."""
        return f"{self.prefix}/{path}" if self.prefix else path


def find_root(directory: Path) -> Path:
    """Return the nearest folder at or above `directory` that holds `.scaffold/`; raises ProjectError."""
    start = directory.resolve()
    for folder in (start, *start.parents):
        if (folder / FOLDER).is_dir():
            return folder
    hint = "go to one, or make one with scaffold new" if start.exists() else "there is no such folder"
    message = "this is no scaffold project: neither it nor a folder above it holds .scaffold/"
    raise ProjectError(message, where=str(start), hint=hint)


def prefix_of(root: Path, repository: Objects) -> str:
    """Return the way from the repository's top to `root`, empty at the top; raises ProjectError outside it."""
    top = repository.root.resolve()
    if not root.is_relative_to(top):
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


def open_project(directory: Path) -> Project:
    """Open the project at or above a folder; raises ProjectError, FormatError or GitError."""
    root = find_root(directory)
    recorded = lock.parse(_required(root, lock.PATH).content, str(root / lock.PATH))
    wishes_file = _required(root, answers_file.PATH)
    wishes = answers_file.parse(wishes_file.content, str(root / answers_file.PATH))
    repository = find_repository(root)
    project = Project(
        root, repository, prefix_of(root, repository) if repository else "", recorded, wishes, wishes_file
    )  # fmt: skip
    return Project(
        root, repository, project.prefix, recorded, wishes, wishes_file, unresolved(project)
    )  # fmt: skip


def _required(root: Path, path: str) -> File:
    file = disk.read(root, path)
    if file is None:
        raise FormatError("the file is missing", where=str(root / path), hint="put it back from git")
    return file


def unresolved(project: Project) -> frozenset[str]:
    """Return the paths whose conflict is still open: in git's index, or by markers in the file."""
    pending = project.recorded.pending
    if not pending:
        return frozenset()
    in_index = project.repository.conflicted() if project.repository else frozenset()
    files = disk.read_all(project.root, pending)
    return frozenset(
        path
        for path in pending
        if project.in_repository(path) in in_index or (path in files and has_markers(files[path].content))
    )


def has_markers(content: bytes) -> bool:
    """Whether lines of the content open and close a conflict."""
    lines = content.splitlines()
    return any(line.startswith(b"<<<<<<< ") for line in lines) and any(line.startswith(b">>>>>>> ") for line in lines)


def read_ours(project: Project, paths: Iterable[str]) -> dict[str, File]:
    """Read the project's files as git would store them: what only its filters changed (CRLF) counts as at HEAD."""
    files = disk.read_all(project.root, paths)
    repository = project.repository
    if repository is None:
        return files
    known = project.recorded.files
    odd = [path for path, file in files.items() if path not in known or not known[path].matches(file)]
    at_head = repository.entries(project.in_repository(path) for path in odd)
    for path in odd:
        mode, id_ = at_head.get(project.in_repository(path), ("", ""))
        file = files[path]
        if not id_ or id_ == file.blob or repository.is_modified(project.in_repository(path)):
            continue
        content = repository.blob(id_)
        if content is not None:
            files[path] = File(content, file.mode if file.mode == mode else mode)  # type: ignore[arg-type]
    return files
