"""Render public templates with scaffold and with the tool that each is written for, and compare every byte and mode.

Nothing of the templates is kept here: a manifest names clones of them on this disk. Run it as

    python -m tests.public_templates MANIFEST [--only WORD] [--engine ENGINE] [--json FILE] [--dump FOLDER]

MANIFEST is a list of objects: `name`, `kind` (copier or cookiecutter), `path` of the clone, `refs`, `data`, and perhaps
`more_data` (answers laid over `data`, a render each), `data_by_ref` (instead of `data`), `more_data_refs` (for which refs
alone one of `more_data` is meant), `differs_between_runs` (patterns of files that the tool itself gives anew each time)
and `extra_args` (`--overwrite` is known). Extensions that templates need have to be installed. It is not a test of the
suite: the templates are other people's, and many. docs/reference/copier-format.md holds what it found.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pathspec import PathSpec

from scaffold import disk
from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources.locate import locate
from scaffold.tree import File

FOLDER = "demo"
Made = tuple[dict[str, tuple[bytes, str]], set[str]]  # files with content and mode, and empty folders
Theirs = Callable[[Mapping[str, Any], str, Mapping[str, Any], Path], None]


@dataclass
class Row:
    """What came of one template."""

    name: str
    kind: str
    refs: list[str] = field(default_factory=list)
    renders: int = 0
    files: int = 0
    engines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def note(self, ref: str, rendered: Rendered, means: Means, files: int) -> None:
        """Count a render."""
        by = [note.partition(":")[0] for note in rendered.notes if note.startswith("rendered by ")]
        forced = "native" if means.engine == "auto" else means.engine
        engine = by[0].removeprefix("rendered by ").lower() if by else forced
        self.renders += 1
        self.files += files
        self.refs += [ref] if ref not in self.refs else []
        self.engines += [engine] if engine not in self.engines else []
        self.notes += [note for note in rendered.notes if note not in self.notes]
        self.notes += [f"{name} is not asked" for name in rendered.answers.unasked]


def answer_sets(entry: Mapping[str, Any], ref: str) -> Iterator[Mapping[str, Any]]:
    """Yield the answers to render a version with."""
    base = entry.get("data_by_ref", {}).get(ref, entry["data"])
    yield base
    for number, more in enumerate(entry.get("more_data", [])):
        if ref in entry.get("more_data_refs", {}).get(str(number), [ref]):
            yield {**base, **more}


def by_copier(entry: Mapping[str, Any], ref: str, data: Mapping[str, Any], dest: Path) -> None:
    """Let the Copier library render a version."""
    import copier

    copier.run_copy(
        entry["path"], dest, data=dict(data), vcs_ref=ref, defaults=True, quiet=True, unsafe=True, skip_tasks=True,
        overwrite="--overwrite" in entry.get("extra_args", []),
    )  # fmt: skip


THEIRS: dict[str, Theirs] = {"copier": by_copier}  # kind -> the tool; a second one is added here


def ours(release: Release, data: Mapping[str, Any], means: Means) -> tuple[Made, Rendered]:
    """Render a release as `scaffold new` does, tasks left out."""
    asked = {question.name for question in release.questions}
    rendered = engine.render(
        release,
        given={name: value for name, value in data.items() if name in asked},
        previous={},
        surroundings=Surroundings(FOLDER),
        means=means,
    )
    files = {path: _seen(file) for path, file in rendered.tree.items()}
    return (files, set(rendered.tree.folders)), rendered


def read(root: Path) -> Made:
    """Read what the tool wrote."""
    files = {path: _seen(file) for path, file in disk.walk(root).items()}
    folders = {folder for folder in root.rglob("*") if folder.is_dir() and not folder.is_symlink()}
    empty = {f.relative_to(root).as_posix() for f in folders if not any(f.iterdir())}
    return files, {folder for folder in empty if folder.split("/")[0] != ".git"}


def _seen(file: File) -> tuple[bytes, str]:
    return file.content, file.mode


def compare(one: Made, other: Made, ignored: PathSpec) -> Iterator[str]:
    """Yield what differs between ours and theirs."""
    (our_files, our_folders), (their_files, their_folders) = one, other
    for path in sorted(our_files.keys() | their_files.keys()):
        if ignored.match_file(path):
            continue
        if path not in their_files:
            yield f"{path}: ours alone"
        elif path not in our_files:
            yield f"{path}: theirs alone"
        elif our_files[path][1] != their_files[path][1]:
            yield f"{path}: mode {our_files[path][1]}, theirs {their_files[path][1]}"
        elif our_files[path][0] != their_files[path][0]:
            yield f"{path}: content"
    yield from (f"{folder}/: empty folder, ours alone" for folder in sorted(our_folders - their_folders))
    yield from (f"{folder}/: empty folder, theirs alone" for folder in sorted(their_folders - our_folders))


def check(entry: Mapping[str, Any], means: Means, dump: Path | None) -> Row:
    """Render all versions of a template with all its answers."""
    row = Row(entry["name"], entry["kind"])
    ignored = PathSpec.from_lines("gitignore", entry.get("differs_between_runs", []))
    library = locate(entry["path"])
    for ref in entry["refs"]:
        for number, data in enumerate(answer_sets(entry, ref)):
            label = f"{ref[:12]} #{number}"
            try:
                mine, rendered = ours(library.release(library.names()[0], ref), data, means)
            except ScaffoldError as refusal:
                row.refused.append(f"{label}: {refusal}")
                continue
            # What nothing asks for is left out of both: we do not use it, Copier does without recording it.
            asked = {name: value for name, value in data.items() if name not in rendered.answers.unasked}
            with TemporaryDirectory() as name:
                dest = Path(name) / FOLDER
                error = quietly(lambda: THEIRS[entry["kind"]](entry, ref, asked, dest))  # noqa: B023 - called at once
                if error is not None:
                    row.skipped.append(f"{label}: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
                    continue
                theirs = read(dest)
            row.note(ref, rendered, means, len(theirs[0]))
            found = list(compare(mine, theirs, ignored))
            row.differences += [f"{label}: {what}" for what in found]
            if dump and found:
                keep(dump / entry["name"].replace("/", "__") / label.replace(" ", ""), mine, theirs)
    return row


def quietly(run: Callable[[], None]) -> Exception | None:
    """Run a tool with its words swallowed; return what it raised."""
    said = StringIO()
    with warnings.catch_warnings(), redirect_stdout(said), redirect_stderr(said):
        warnings.simplefilter("ignore")
        try:
            run()
        except Exception as error:  # noqa: BLE001 - the tool, or an extension, may raise anything
            return error
    return None


def keep(folder: Path, *made: Made) -> None:
    """Write both renders, to look at with diff."""
    for name, (files, _) in zip(("ours", "theirs"), made, strict=True):
        for path, (content, mode) in files.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content if mode != "120000" else b"-> " + content)


def table(rows: list[Row]) -> str:
    """Write the rows as Markdown."""
    lines = ["| template | versions | renders | files | differences | rendered by |", "|---|---|---|---|---|---|"]
    for row in rows:
        versions = ", ".join(ref[:12] for ref in row.refs)
        differ = str(len(row.differences)) + (f", {len(row.refused)} refused" if row.refused else "")
        engines = " and ".join(row.engines)
        lines.append(f"| {row.name} | {versions} | {row.renders} | {row.files} | {differ} | {engines} |")
    return "\n".join(lines)


def main() -> int:
    """Read the arguments; exit 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--only", default="", help="templates whose name holds this")
    parser.add_argument("--kind", choices=sorted(THEIRS), help="templates of one tool")
    parser.add_argument("--engine", default="auto", help="what renders ours: auto, native, copier, cookiecutter")
    parser.add_argument("--json", type=Path, help="write all that was found here")
    parser.add_argument("--dump", type=Path, help="write both renders here where they differ")
    given = parser.parse_args()
    entries = [
        entry
        for entry in json.loads(given.manifest.read_text())
        if entry.get("works", True) and entry["kind"] in THEIRS
        and given.only in entry["name"] and given.kind in (None, entry["kind"])
    ]  # fmt: skip
    rows = []
    for entry in entries:
        row = check(entry, Means(given.engine, trust=True, skip_tasks=True), given.dump)
        rows.append(row)
        print(
            f"{row.name}: {row.renders} renders, {row.files} files, {len(row.differences)} differences", file=sys.stderr
        )
        for what in (*row.differences[:8], *row.refused, *row.skipped, *row.notes):
            print(f"    {what}", file=sys.stderr)
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return int(any(row.differences for row in rows))


if __name__ == "__main__":
    sys.exit(main())
