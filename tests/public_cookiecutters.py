"""Render public Cookiecutter templates with scaffold and with Cookiecutter, without hooks, and compare every byte.

Like tests/public_templates.py, whose manifest it reads; an entry may also name the `directory` of its template. Run it as

    python -m tests.public_cookiecutters MANIFEST [--only WORD]

docs/reference/cookiecutter-format.md holds what it found. Differences in lines that hold the folders of this machine are
counted apart.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cookiecutter.main import cookiecutter
from packaging.version import Version
from pathspec import PathSpec

from scaffold import disk
from scaffold.blueprint.cookiecutter import parse_layer
from scaffold.blueprint.plain import plain_release
from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.git.objects import open_repository
from scaffold.render.means import Means
from scaffold.sources import reading
from scaffold.templating.limits import Limits
from scaffold.tree import File
from tests.public_templates import Made, answer_sets, compare, ours, quietly, read

MACHINE = (b"_output_dir", b"_repo_dir", b"_template", b"_checkout")
COUNTED = (
    "versions",
    "renders",
    "files",
    "sandbox alone",
    "with the clock",
    "by Cookiecutter",
    "equal",
    "folders only",
)


def files_at(path: str, ref: str) -> Mapping[str, File]:
    """Read a template's repository at a tag or commit."""
    repository = open_repository(Path(path))
    commit = next(filter(None, (repository.commit_of(name) for name in (f"refs/tags/{ref}", ref))))
    return reading.at_commit(repository.history, commit, Limits(), path).files


def release_of(files: Mapping[str, File], directory: str) -> Release:
    """Make a release of a template that may lie below the top."""
    found = {"cookiecutter.json": File(b"{}")}
    base = plain_release(found, address="template", version=Version("1"), commit=None, described=None)
    layer = parse_layer("template", files, directory)
    return replace(base, layers=(layer,), questions=layer.questions)


def by_cookiecutter(
    files: Mapping[str, File], entry: Mapping[str, Any], data: Mapping[str, Any], scratch: Path
) -> Made:
    """Let Cookiecutter render it, in a folder of its own; raises what it raises."""
    for path, file in files.items():
        disk.write(scratch / "template" / path, file)
    config = scratch / "config.yml"
    config.write_text(f"cookiecutters_dir: {scratch}/cloned\nreplay_dir: {scratch}/replay\n")
    made = cookiecutter(
        str(scratch / "template" / entry.get("directory", "")),
        no_input=True,
        extra_context=dict(data),
        output_dir=str(scratch / "output"),
        config_file=str(config),
        accept_hooks=False,
        overwrite_if_exists="--overwrite-if-exists" in entry.get("extra_args", []),
    )
    return read(Path(made))


def without_folders(made: Made) -> Made:
    """Leave out the lines that hold folders of this machine."""
    files, folders = made
    kept = {
        path: (b"\n".join(line for line in content.split(b"\n") if not any(word in line for word in MACHINE)), mode)
        for path, (content, mode) in files.items()
    }
    return kept, folders


def check(entry: Mapping[str, Any]) -> Counter[str]:
    """Render all versions of a template with all its answers."""
    counts: Counter[str] = Counter()
    nothing = PathSpec.from_lines("gitignore", [])
    for ref in entry["refs"]:
        files = files_at(entry["path"], ref)
        counts["versions"] += 1
        for data in answer_sets(entry, ref):
            try:
                mine, rendered = ours(
                    release_of(files, entry.get("directory", "")), data, Means(trust=True, skip_tasks=True)
                )
            except ScaffoldError as refusal:
                print(f"    {ref[:12]}: refused: {refusal}", file=sys.stderr)
                counts["refused"] += 1
                continue
            theirs: list[Made] = []
            with TemporaryDirectory() as name:
                error = quietly(lambda: theirs.append(by_cookiecutter(files, entry, data, Path(name))))  # noqa: B023
            if error is not None:
                print(f"    {ref[:12]}: skipped: {' '.join(str(error).split())}", file=sys.stderr)
                continue
            note = rendered.notes[0] if rendered.notes else ""
            counts["by Cookiecutter" if "rendered by" in note else "with the clock" if note else "sandbox alone"] += 1
            counts["renders"] += 1
            counts["files"] += len(theirs[0][0])
            found = list(compare(mine, theirs[0], nothing))
            only = found and not list(compare(without_folders(mine), without_folders(theirs[0]), nothing))
            counts["folders only" if only else "differ" if found else "equal"] += 1
            if found and not only:
                print(f"    {ref[:12]}: {'; '.join(found[:8])}", file=sys.stderr)
    return counts


def main() -> int:
    """Read the arguments; exit 1 where anything differs or is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--only", default="", help="templates whose name holds this")
    given = parser.parse_args()
    total: Counter[str] = Counter()
    print(f"| template | {' | '.join(COUNTED)} |\n|{'---|' * (len(COUNTED) + 1)}")
    for entry in json.loads(given.manifest.read_text()):
        if entry["kind"] == "cookiecutter" and entry.get("works", True) and given.only in entry["name"]:
            counts = check(entry)
            total += counts
            print(f"| {entry['name']} | {' | '.join(str(counts[column]) for column in COUNTED)} |", flush=True)
    print(f"| all | {' | '.join(str(total[column]) for column in COUNTED)} |")
    return int(bool(total["differ"] or total["refused"]))


if __name__ == "__main__":
    sys.exit(main())
