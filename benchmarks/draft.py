"""A library whose blueprint has a change that is not released, and repositories made from what is."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from workload import ANSWERS, CONFIGURATION, QUESTIONS, commit, git, template_files, write

import scaffold

NAME = "job"
FIRST, NEXT = "1.0.0", "1.1.0"
MANIFEST = f"name: {NAME}\nversion: {{version}}\ntitle: A job\nowners: ['@platform']\nlayers: [{NAME}]\n"


def draft(root: Path, files: int) -> Path:
    """Make the library: its first version is released, and what its next one changes lies in the work tree."""
    library = root / "library"
    for version, revision in ((FIRST, 1), (NEXT, 2)):
        made = {path: text for path, text in template_files(files, revision).items() if path not in CONFIGURATION}
        layer = {f"templates/{NAME}/{path}": text for path, text in {"copier.yml": QUESTIONS, **made}.items()}
        write(library, {f"blueprints/{NAME}/blueprint.yml": MANIFEST.format(version=version), **layer})
        if version == FIRST:
            commit(library, "Release")
            git(library, "tag", f"{NAME}/v{version}")
    return library


def members(root: Path, count: int, edited_of_ten: int, cores: int) -> Iterator[Path]:
    """Stamp repositories from the release, in some of which the team has edited three files."""
    with ProcessPoolExecutor(cores) as pool:
        yield from pool.map(
            _member, [(root, number, number % 10 < edited_of_ten) for number in range(count)], chunksize=10
        )


def _member(wanted: tuple[Path, int, bool]) -> Path:
    root, number, edited = wanted
    work, bare = root / f"made/{number:05}", root / f"of-draft/{number:05}.git"
    work.parent.mkdir(exist_ok=True)
    source = f"file://{root / 'library'}"  # as one that lies elsewhere: what is not released is none of it
    scaffold.new(NAME, work, source=source, data={**ANSWERS, "project_name": f"orders{number}"})
    for place in sorted(work.glob("area_0/*"))[:3] if edited else ():
        place.write_text(place.read_text().replace("line 30 ", f"the team's own line 30, {number}, "))
    if edited:
        commit(work, "Edit")
    git(work, "clone", "--quiet", "--bare", str(work), str(bare))
    shutil.rmtree(work)
    return bare
