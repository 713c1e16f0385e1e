"""What a repository was made from, as files in it say: Copier's answers, cruft's state, Cookiecutter's replay."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scaffold import disk
from scaffold.errors import FormatError, ProjectError, SourceError
from scaffold.formats import values, yaml
from scaffold.formats.located import Located, text
from scaffold.git.objects import Objects
from scaffold.sources.address import expand, is_remote

Tool = Literal["Copier", "cruft", "Cookiecutter"]
CRUFT = ".cruft.json"
CONVENTIONAL = re.compile(r"\.copier-answers.*\.ya?ml")
TELLS = re.compile(rb"^(['\"]?)_src_path\1[ \t]*:", re.MULTILINE)
FROM_ADDRESS = "say where it is now with --source ADDRESS"
ONE_AT_A_TIME = "adopt takes one at a time: name it with --answers-file"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of the project it belongs to.

    `written` is the template's address as recorded; `ref` its version, tag or commit; `folder` where the template
    lies in its repository; `lines` where each answer stands.
    """

    tool: Tool
    file: Path
    written: str
    ref: str | None
    answers: Mapping[str, Any] = field(repr=False)
    lines: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: str = ""
    skipped: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The address to open; raises SourceError for one that is relative, or a folder that is gone."""
        address = expand(self.written)
        if is_remote(address):
            return address
        place = disk.expand(address)
        if not place.is_absolute():
            why = f"the template's address {self.written!r} is relative to a folder that is not recorded"
            raise SourceError(why, where=str(self.file), hint=FROM_ADDRESS)
        if not place.exists():
            raise SourceError(
                f"there is no template at {self.written} any more", where=str(self.file), hint=FROM_ADDRESS
            )
        return str(place)


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
        if named or (place.suffix in (".yml", ".yaml") and TELLS.search(place.read_bytes())):
            yield place


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
        answers={name: value.data for name, value in answers.items()},
        lines={name: value.where for name, value in answers.items()},
    )


def _cruft(file: Path) -> Origin:
    document = _json(file)
    context = document.required("context", lambda at: at.required("cookiecutter", lambda it: it.a(dict)))
    return Origin(
        tool="cruft",
        file=file,
        written=document.required("template", text),
        ref=document.required("commit", text),
        answers=_asked(context),
        folder=document.optional("directory", text, ""),
        skipped=tuple(document.optional("skip", lambda at: [str(one) for one in at.a(list)], [])),
    )


def replayed(file: Path) -> Origin:
    """Read what Cookiecutter keeps of its last run with a template; raises FormatError."""
    document = _json(file)
    context: dict[str, Any] = document.required("cookiecutter", lambda at: at.a(dict))
    ref = context.get("_checkout")
    return Origin("Cookiecutter", file, str(context.get("_template", "")), str(ref) if ref else None, _asked(context))


def replay_of(name: str) -> Path | None:
    """Return where Cookiecutter keeps its last run with the template of that name, if it does."""
    place = disk.expand("~/.cookiecutter_replay") / f"{name}.json"
    return place if place.is_file() else None


def _json(file: Path) -> Located:
    return Located(values.READERS[".json"](_content(file), str(file)), str(file), {})


def _asked(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in context.items() if not name.startswith("_")}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProjectError(f"the file cannot be read: {error.strerror}", where=str(file)) from error
