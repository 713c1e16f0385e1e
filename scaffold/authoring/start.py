"""Start a blueprint: from nothing, from one repository, or from what several have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.authoring.cases import cases_folder
from scaffold.authoring.schemas import naming, schema_files
from scaffold.blueprint.places import NAME, manifest_path
from scaffold.errors import ProjectError, SourceError
from scaffold.formats import yaml
from scaffold.git.objects import find_repository
from scaffold.report.results import Started
from scaffold.tree import SYMLINK, File, is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OPENING = re.compile(r"\{\{|\{%|\{#")
WORD = f"{ascii_letters}{digits}_-"
LEAST = 3  # characters of a word that becomes a question: a shorter one stands everywhere
LEFT_OUT = (".git/", ".scaffold/", ".copier-answers.yml")


@dataclass
class Template:
    """Files of a layer by path, the questions with an example of each, and what was left out, with why."""

    files: dict[str, File] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def start_blueprint(
    name: str,
    *,
    library: Path | str = ".",
    title: str = "",
    owner: str = "",
    layers: Sequence[str] = (),
    source: Path | str | None = None,
    words: Mapping[str, str] = {},
    like: Sequence[Path | str] = (),
    dry_run: bool = False,
) -> Started:
    """Write a new blueprint with a layer of its name on top of others, unless it is a dry run; raises ScaffoldError.

    From a `source` folder its files become the layer, and each of `words` a question in place of that text. Of several
    folders that are `like` one another, what they share becomes the layer, and what differs its questions.
    """
    root = Path(library).resolve()
    _refuse(root, name, layers)
    if source is not None and like:
        raise ProjectError("a blueprint starts from one repository or from several", hint="leave out --from or --like")
    made = Template({"README.md.jinja": File(b"# {{ name }}\n")}, {"name": "demo"})
    if source is not None:
        made = from_one(_files(source), words)
    elif like:
        made = from_several([(Path(one).resolve().name, _files(one)) for one in like])
    files = _library_files(root, name, title or name.replace("-", " ").capitalize(), owner, layers, made)
    if not dry_run:
        for path, file in files.items():
            disk.write(root / path, file)
    return Started(root, name, tuple(files), dict(made.questions), tuple(made.left), not dry_run)


def _refuse(root: Path, name: str, layers: Iterable[str]) -> None:
    if not NAME.fullmatch(name):
        raise SourceError(f"{name!r} is no name of a blueprint", hint="write lower-case letters, digits and hyphens")
    for path in (f"blueprints/{name}", f"templates/{name}"):
        if (root / path).exists():
            raise ProjectError(f"{path} is there already", where=str(root), hint="give the blueprint another name")
    for layer in layers:
        if not (root / "templates" / layer).is_dir():
            raise SourceError(f"there is no layer templates/{layer}", where=str(root), hint="name one that there is")


def _files(folder: Path | str) -> dict[str, File]:
    """Return what git has of a folder, or all of it where it is no repository; raises ProjectError."""
    place = Path(folder).resolve()
    if not place.is_dir():
        raise ProjectError("there is no such folder", where=str(place), hint="name a repository's folder")
    repository = find_repository(place)
    found = disk.walk(place)
    inside = repository is not None and repository.root.resolve() == place
    return {
        path: file
        for path, file in found.items()
        if not path.startswith(LEFT_OUT) and not (inside and repository and repository.is_ignored(path))
    }


def from_one(files: Mapping[str, File], words: Mapping[str, str]) -> Template:
    """Return the files as a layer, in which each word stands for a question; raises ProjectError for a short word."""
    for name, word in words.items():
        if not name.isidentifier() or len(word) < LEAST:
            hint = f"give --word QUESTION=TEXT, with a text of at least {LEAST} characters"
            raise ProjectError(f"--word {name}={word} cannot become a question", hint=hint)
    made = Template({}, dict(words))
    longest_first = sorted(words.items(), key=lambda one: -len(one[1]))
    for path, file in files.items():
        where = _worded(path, longest_first)
        if file.mode == SYMLINK or not is_text(file.content):
            made.files[where] = file
            continue
        text = file.content.decode(errors="surrogateescape")
        worded = _worded(text, longest_first)
        made.files[f"{where}.jinja" if worded != text else where] = (
            File(worded.encode(errors="surrogateescape"), file.mode) if worded != text else file
        )
    return made


def _worded(text: str, words: Sequence[tuple[str, str]]) -> str:
    if not any(word in text for _, word in words):
        return text
    text = OPENING.sub(lambda found: "{{ '" + found[0] + "' }}", text)
    pattern = re.compile("|".join(re.escape(word) for _, word in words))
    names = {word: name for name, word in words}
    return pattern.sub(lambda found: "{{ " + names[found[0]] + " }}", text)


def from_several(repositories: Sequence[tuple[str, Mapping[str, File]]]) -> Template:
    """Return what repositories share as a layer: what differs in a line, or in a path, is a question.

    A file that is in all of them, but of which more differs than words in its lines, is left out and told.
    """
    if len(repositories) < 2:  # noqa: PLR2004 - several
        raise ProjectError("--like needs two repositories or more", hint="name more, or use --from")
    names = tuple(name for name, _ in repositories)
    made, known = Template(), {names: "name"}
    made.questions["name"] = names[0]
    paths = [{_worded(path, [("name", name)]): path for path in files} for name, files in repositories]
    shared = [path for path in paths[0] if all(path in other for other in paths)]
    for path in shared:
        files = [found[by[path]] for (_, found), by in zip(repositories, paths, strict=True)]
        if all(file.same_as(files[0]) for file in files):
            made.files[path] = files[0]
        elif (text := _merged(files, known, made)) is not None:
            made.files[f"{path}.jinja"] = File(text.encode(errors="surrogateescape"), files[0].mode)
        else:
            made.left.append(f"{path}: it differs by more than words")
    made.left += [f"{path}: it is not in all of them" for path in sorted({*paths[0]} - {*shared})]
    return made


def _merged(files: Sequence[File], known: dict[tuple[str, ...], str], made: Template) -> str | None:
    """Return a text with a question for each place where the files differ; None where the lines do not pair up."""
    if any(file.mode == SYMLINK or not is_text(file.content) for file in files):
        return None
    texts = [file.content.decode(errors="surrogateescape").splitlines(keepends=True) for file in files]
    if len({len(lines) for lines in texts}) > 1:
        return None
    merged = []
    for lines in zip(*texts, strict=True):
        line = OPENING.sub(lambda found: "{{ '" + found[0] + "' }}", lines[0])
        if len(set(lines)) > 1:
            before, values, after = _apart(lines)
            merged.append(f"{before}{{{{ {_asked(values, known, made)} }}}}{after}")
        else:
            merged.append(line)
    return "".join(merged)


def _apart(lines: Sequence[str]) -> tuple[str, tuple[str, ...], str]:
    """Return what lines begin and end with alike, and the words between, whole ones."""
    head = _alike(lines)
    tail = _alike([line[len(head) :][::-1] for line in lines])[::-1]
    head, tail = head.rstrip(WORD), tail.lstrip(WORD)
    return head, tuple(line[len(head) : len(line) - len(tail)] for line in lines), tail


def _alike(lines: Sequence[str]) -> str:
    """Return what all lines begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*lines, strict=False))
    return "".join(letters[0] for letters in alike)


def _asked(values: tuple[str, ...], known: dict[tuple[str, ...], str], made: Template) -> str:
    if values not in known:
        known[values] = f"value_{len(known)}"
        made.questions[known[values]] = values[0]
    return known[values]


def _library_files(
    root: Path, name: str, title: str, owner: str, layers: Sequence[str], made: Template
) -> dict[str, File]:
    manifest = {
        "name": name,
        "version": "0.1.0",
        "title": title,
        "owners": [owner or "@platform/engineering"],
        "layers": [*layers, name],
        "ownership": {"*": "managed"},
    }
    paths = " ".join(made.files)
    questions = {
        key: _question(key, example, in_path=f"{{{{ {key} }}}}" in paths) for key, example in made.questions.items()
    }
    files = {
        manifest_path(name): yaml.dump(manifest),
        f"blueprints/{name}/CHANGELOG.md": f"# Changelog\n\nWhat changes for the repositories made from {name}.\n",
        f"{cases_folder(name)}/minimal.yml": yaml.dump(dict(made.questions)),
        f"templates/{name}/copier.yml": yaml.dump(questions),
    }
    written = {path: File(naming(path, text).encode()) for path, text in files.items()}
    written |= {path: file for path, file in schema_files().items() if not (root / path).exists()}
    return {**written, **{f"templates/{name}/{path}": file for path, file in made.files.items()}}


def _question(name: str, example: str, *, in_path: bool) -> dict[str, str]:
    """Return a question; an answer that is part of a path is held to what a path may be."""
    asked = {"type": "str", "help": f"What stands for {example!r}" if name != "name" else "Name of the service"}
    asked |= {"default": "{{ _folder_name }}"} if name == "name" else {"placeholder": example}
    if not in_path:
        return asked
    refuses = f"{{% if '/' in {name} or {name}[:1] == '.' %}}must hold no slash and begin with no dot{{% endif %}}"
    return asked | {"validator": refuses}
