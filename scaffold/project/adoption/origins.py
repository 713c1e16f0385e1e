"""What a repository was made from, as files in it say: Copier's answers, cruft's state, Cookiecutter's replay."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scaffold import disk
from scaffold.blueprint.cookiecutter import answers_in
from scaffold.blueprint.patterns import pattern_of
from scaffold.errors import FormatError, ProjectError, SourceError
from scaffold.formats import json, toml, values, yaml
from scaffold.formats.located import Located, text, texts
from scaffold.git.objects import Objects
from scaffold.sources.address import Address, expand, is_remote, parted

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


def find(start: Path, repository: Objects, named: Path | None = None) -> Origin | None:
    """Return what the files at, below or above `start` say, the nearest first; None where nothing is said.

    Raises ProjectError where several would do, and FormatError with the line of a mistake.
    """
    if named is not None:
        return _read(_named(start, named))
    top = repository.root.resolve()
    candidates = list(_candidates(start, top, repository))
    for folder in (start, *(folder for folder in start.parents if folder.is_relative_to(top))):
        here = [file for file in candidates if file.parent == folder]
        if folder == start and not here:
            here = [file for file in candidates if file.is_relative_to(start)]
        if here:
            return _read(_only(here, start))
    return None


def _named(start: Path, named: Path) -> Path:
    for place in (start / named, Path.cwd() / named):
        if place.is_file():
            return place.resolve()
    raise ProjectError(
        "there is no such file", where=str(start / named), hint="--answers-file names one in the project"
    )


def _candidates(start: Path, top: Path, repository: Objects) -> Iterator[Path]:
    standing = {top / path for path, is_repository in repository.history.standing().items() if not is_repository}
    for folder in (start, *(folder for folder in start.parents if folder.is_relative_to(top))):
        standing |= {place for place in folder.glob(".c*") if CONVENTIONAL.fullmatch(place.name) or place.name == CRUFT}
    for place in sorted(standing):
        above = start.is_relative_to(place.parent)
        if not (above or place.is_relative_to(start)) or place.is_symlink() or not place.is_file():
            continue
        named = place.name == CRUFT or CONVENTIONAL.fullmatch(place.name)
        if named or (place.suffix in (".yml", ".yaml") and _tells(place)):
            yield place


def _tells(place: Path) -> bool:
    """Whether a file of any name holds what Copier records; a large one, or one that may not be read, does not."""
    try:
        if place.stat().st_size > MOST_BYTES:
            return False
        with place.open("rb") as file:
            return TELLS.search(file.read(HEAD)) is not None
    except OSError:
        return False


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


def _read(file: Path) -> Origin:
    return _cruft(file) if file.suffix == ".json" else _copier(file)


def _copier(file: Path) -> Origin:
    document = yaml.load(_content(file), str(file))
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


def _cruft(file: Path) -> Origin:
    document = _json(file)
    answers = dict(document.required("context", answers_in))
    skipped = (*document.optional("skip", texts, _NONE), *_skipped_in(file.parent / "pyproject.toml"))
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


def _skipped_in(file: Path) -> tuple[str, ...]:
    """Return what `[tool.cruft]` says to skip; raises FormatError."""
    if not file.is_file():
        return ()
    document = toml.load(_content(file), str(file))
    for key in ("tool", "cruft"):
        document = document.child(key) if key in document.a(dict) else document._replace(data={})
    return document.optional("skip", texts, _NONE)


def _pattern(written: str) -> str:
    """Return the pattern of what cruft skips: a path below the project's folder, or where it has a `*` a glob."""
    path = PurePosixPath(written).as_posix()
    return f"/{path}" if "*" in path else pattern_of(path)


def replayed(file: Path) -> Origin:
    """Read what Cookiecutter keeps of its last run with a template; raises FormatError."""
    document = _json(file)
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


def _json(file: Path) -> Located:
    content = _content(file)
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
