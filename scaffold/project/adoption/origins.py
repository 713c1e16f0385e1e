"""What a repository was made from, as files in it say: Copier's answers, cruft's state, Cookiecutter's replay."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scaffold import disk
from scaffold.blueprint.cookiecutter import answers_in
from scaffold.blueprint.patterns import pattern_of
from scaffold.errors import FormatError, ProjectError, SourceError
from scaffold.formats import json, toml, values, yaml
from scaffold.formats.located import Located, text, texts
from scaffold.git.listing import UNKNOWN
from scaffold.project.adoption.ground import Ground
from scaffold.project.seen import Seen
from scaffold.sources.address import Address, expand, is_remote, parted
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK

Read = Callable[[Path], bytes | None]  # a file's content, or None where there is none
Tool = Literal["Copier", "cruft", "Cookiecutter"]
CRUFT = ".cruft.json"
CONVENTIONAL = re.compile(r"\.copier-answers.*\.ya?ml")
MOST_BYTES = 256 * 1024  # of an answers file of any name
HEAD = 16 * 1024  # the bytes of it that have to tell
TELLS = re.compile(rb"^(['\"]?)_src_path\1[ \t]*:", re.MULTILINE)
FROM_ADDRESS = "say where it is now with --source ADDRESS"
_NONE: tuple[str, ...] = ()
ONE_AT_A_TIME = "adopt takes one at a time: name it with --answers-file"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of the project it belongs to.

    `written` is the template's address as recorded; `ref` its version, tag or commit; `folder` where the template
    lies in its repository; `follow` the branch that the tool went by; `lines` where each answer stands; `own` the files
    that it was told to skip, as patterns.
    """

    tool: Tool
    file: Path
    written: str
    ref: str | None
    answers: Mapping[str, Any] = field(repr=False)
    lines: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    follow: str = ""
    own: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The address to open; raises SourceError for one that is relative, or a folder that is gone."""
        address, folder = parted(expand(within(self.written, self.folder)))
        if is_remote(address):
            return str(Address(address, folder))
        place = disk.expand(address)
        if not place.is_absolute():
            why = f"the template's address {self.written!r} is relative to a folder that is not recorded"
            raise SourceError(why, where=str(self.file), hint=FROM_ADDRESS)
        if not place.exists():
            raise SourceError(
                f"there is no template at {self.written} any more", where=str(self.file), hint=FROM_ADDRESS
            )
        return str(Address(str(place), folder))


def within(address: str, folder: str) -> str:
    """Return the address of a folder in a repository, unless the address names one itself."""
    return address if parted(address).folder else str(Address(address, folder))


def find(start: Path, ground: Ground, named: Path | None = None) -> Origin | None:
    """Return what the files at, below or above `start` say, the nearest first; None where nothing is said.

    Raises ProjectError where several would do, and FormatError with the line of a mistake. A file that is `named` may
    be anywhere on the disk.
    """
    if named is not None:
        return _read(_named(start, named), _on_disk)
    candidates = list(_candidates(start, ground))
    for folder in (start, *(folder for folder in start.parents if folder.is_relative_to(ground.top))):
        here = [file for file in candidates if file.parent == folder]
        if folder == start and not here:
            here = [file for file in candidates if file.is_relative_to(start)]
        if here:
            return _read(_only(here, start), lambda file: _content_in(ground, file))
    return None


def _named(start: Path, named: Path) -> Path:
    for place in (start / named, Path.cwd() / named):
        if place.is_file():
            return place.resolve()
    raise ProjectError(
        "there is no such file", where=str(start / named), hint="--answers-file names one in the project"
    )


def _candidates(start: Path, ground: Ground) -> Iterator[Path]:
    """Yield the files that may tell, those that git ignores in the folders from the start up among them."""
    entries = {path: entry for path, entry in ground.seen.entries().items() if entry[0] in (REGULAR, EXECUTABLE)}
    for folder in (start, *(folder for folder in start.parents if folder.is_relative_to(ground.top))):
        names = ground.seen.names(_way(ground, folder))
        beside = (_way(ground, folder / name) for name in names if _is_conventional(name))
        entries |= {path: (REGULAR, UNKNOWN) for path in beside if path not in entries}
    for path, (_, id_) in sorted(entries.items()):
        place = ground.top / path
        if not (start.is_relative_to(place.parent) or place.is_relative_to(start)):
            continue
        if _is_conventional(place.name):
            file = ground.seen.standing([path])[path]
            if file is not None and file.mode != SYMLINK:
                yield place
        elif place.suffix in (".yml", ".yaml") and _tells(ground.seen, path, id_):
            yield place


def _way(ground: Ground, place: Path) -> str:
    way = place.relative_to(ground.top).as_posix()
    return "" if way == "." else way


def _is_conventional(name: str) -> bool:
    return name == CRUFT or CONVENTIONAL.fullmatch(name) is not None


def _tells(seen: Seen, path: str, id_: str) -> bool:
    """Whether a file of any name holds what Copier records; a large one, or one that may not be read, does not."""
    try:
        if seen.size(path, id_) > MOST_BYTES:
            return False
        file = seen.standing([path])[path]
    except ProjectError:
        return False
    return file is not None and file.mode != SYMLINK and TELLS.search(file.content[:HEAD]) is not None


def _only(here: list[Path], start: Path) -> Path:
    if len(here) == 1:
        return here[0]
    folders = sorted({file.parent for file in here})
    if len(folders) == 1:
        names = ", ".join(str(file.relative_to(start)) if file.is_relative_to(start) else str(file) for file in here)
        raise ProjectError(f"several templates were applied here: {names}", where=str(folders[0]), hint=ONE_AT_A_TIME)
    names = ", ".join(str(folder.relative_to(start)) for folder in folders)
    hint = "adopt each by itself, as in scaffold adopt FOLDER"
    raise ProjectError(f"several projects were made by templates here: {names}", where=str(start), hint=hint)


def _read(file: Path, read: Read) -> Origin:
    content = read(file) or b""
    return _cruft(file, content, read) if file.suffix == ".json" else _copier(file, content)


def _content_in(ground: Ground, file: Path) -> bytes | None:
    path = _way(ground, file)
    found = ground.seen.standing([path])[path]
    return found.content if found else None


def _on_disk(file: Path) -> bytes | None:
    return _content(file) if file.is_file() else None


def _copier(file: Path, content: bytes) -> Origin:
    document = yaml.load(content, str(file))
    if not isinstance(document.data, dict):
        raise FormatError("Copier's answers file holds no answers", where=str(file))
    ref = document.data.get("_commit")
    answers = {name: value for name, value in document.items() if not name.startswith("_")}
    return Origin(
        tool="Copier",
        file=file,
        written=document.required("_src_path", text),
        ref=None if ref is None else str(ref),
        answers=_plain(answers),
        lines=_lines(answers),
    )


def _cruft(file: Path, content: bytes, read: Read) -> Origin:
    document = _json(file, content)
    answers = dict(document.required("context", answers_in))
    skipped = (*document.optional("skip", texts, _NONE), *_skipped_in(file.parent / "pyproject.toml", read))
    return Origin(
        tool="cruft",
        file=file,
        written=document.required("template", text),
        ref=document.required("commit", text),
        answers=_plain(answers),
        lines=_lines(answers),
        folder=document.optional("directory", text, ""),
        follow=document.optional("checkout", text, ""),
        own=tuple(_pattern(path) for path in skipped),
    )


def _skipped_in(file: Path, read: Read) -> tuple[str, ...]:
    """Return what `[tool.cruft]` says to skip; raises FormatError."""
    content = read(file)
    if content is None:
        return ()
    document = toml.load(content, str(file))
    for key in ("tool", "cruft"):
        document = document.child(key) if key in document.a(dict) else document._replace(data={})
    return document.optional("skip", texts, _NONE)


def _pattern(written: str) -> str:
    """Return the pattern of what cruft skips: a path below the project's folder, or where it has a `*` a glob."""
    path = PurePosixPath(written).as_posix()
    return f"/{path}" if "*" in path else pattern_of(path)


def replayed(file: Path) -> Origin:
    """Read what Cookiecutter keeps of its last run with a template; raises FormatError."""
    document = _json(file, _content(file))
    answers = dict(answers_in(document))
    context = document.child("cookiecutter")
    return Origin(
        tool="Cookiecutter",
        file=file,
        written=context.optional("_template", text, ""),
        ref=context.optional("_checkout", text, "") or None,
        answers=_plain(answers),
        lines=_lines(answers),
    )


def replay_of(name: str) -> Path | None:
    """Return where Cookiecutter keeps its last run with the template of that name, if it does."""
    place = disk.expand("~/.cookiecutter_replay") / f"{name}.json"
    return place if place.is_file() else None


def _json(file: Path, content: bytes) -> Located:
    located = json.load(content, str(file))
    return located._replace(data=values.READERS[".json"](content, str(file)))  # mappings that YAML can be written from


def _plain(answers: Mapping[str, Located]) -> dict[str, Any]:
    return {name: value.data for name, value in answers.items()}


def _lines(answers: Mapping[str, Located]) -> dict[str, str]:
    return {name: value.where for name, value in answers.items()}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProjectError(f"the file cannot be read: {error.strerror}", where=str(file)) from error
