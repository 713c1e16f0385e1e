"""Start a blueprint: from nothing, from one repository, or from what several have in common."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import disk
from scaffold.authoring.cases import cases_folder
from scaffold.authoring.schemas import naming, schema_files
from scaffold.authoring.taken import taken
from scaffold.authoring.wording import Template, from_one, from_several
from scaffold.blueprint.places import NAME, manifest_path
from scaffold.errors import ProjectError, SourceError
from scaffold.formats import yaml
from scaffold.report.results import Started
from scaffold.tree import SYMLINK, File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


HARD_SIGNS = ("'", '"', ":", "#")  # that no file in YAML, TOML or JSON takes everywhere


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
        files, left = taken(source)
        if not files:
            raise ProjectError(
                "there is no file to make a template of", where=str(source), hint="name a folder of files"
            )
        made = from_one(files, words)
        made.left += left
    elif like:
        repositories = [(Path(one).resolve().name, *taken(one)) for one in like]
        made = from_several([(name, files) for name, files, _ in repositories])
        made.left += repositories[0][2]
    written = _library_files(root, name, title or name.replace("-", " ").capitalize(), owner, layers, made)
    if not dry_run:
        _write(root, written)
    return Started(
        root, name, tuple(written), dict(made.questions), tuple(made.left), not dry_run, notes=tuple(made.notes)
    )


def _write(root: Path, files: Mapping[str, File]) -> None:
    """Write new files, all or none of them; raises ProjectError."""
    try:
        for path, file in files.items():
            disk.write(root / path, file)
    except BaseException as error:
        for path in files:
            if os.path.lexists(root / path):
                disk.remove(root, path)
        if not isinstance(error, OSError):
            raise
        message, hint = f"the blueprint cannot be written: {error.strerror}", "mend that, then run it again"
        raise ProjectError(message, where=str(error.filename or root), hint=hint) from error


def _refuse(root: Path, name: str, layers: Iterable[str]) -> None:
    if not NAME.fullmatch(name):
        raise SourceError(f"{name!r} is no name of a blueprint", hint="write lower-case letters, digits and hyphens")
    if root.exists() and not root.is_dir():
        raise ProjectError("the library is no folder", where=str(root), hint="name one with --library DIR")
    for path in (f"blueprints/{name}", f"templates/{name}"):
        if (root / path).exists():
            raise ProjectError(f"{path} is there already", where=str(root), hint="give the blueprint another name")
    for layer in layers:
        if not (root / "templates" / layer).is_dir():
            raise SourceError(f"there is no layer templates/{layer}", where=str(root), hint="name one that there is")


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
    links = any(file.mode == SYMLINK for file in made.files.values())
    settings: dict[str, Any] = {"_preserve_symlinks": True} if links else {}
    questions = settings | {
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
    """Return a question; an answer is held to what files may take as it stands, and paths where it is part of one."""
    asked = {"type": "str", "help": f"What stands for {example!r}" if name != "name" else "Name of the service"}
    asked |= {"default": "{{ _folder_name }}"} if name == "name" else {"placeholder": example}
    hard = [f"{sign!r} in {name}" for sign in HARD_SIGNS if sign not in example]
    refuses = [f"{{% if {' or '.join(hard)} %}}must hold none of {' '.join(HARD_SIGNS)}{{% endif %}}"] if hard else []
    if in_path:
        beyond = f"'/' in {name} or {name}[:1] == '.'"
        refuses += [f"{{% if {beyond} %}}must hold no slash and begin with no dot{{% endif %}}"]
    return {**asked, "validator": "".join(refuses)} if refuses else asked
