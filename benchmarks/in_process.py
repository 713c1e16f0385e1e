"""Time both tools as libraries, in one process, and print the runs as JSON; `compare.py` starts it."""

import gc
import json
import sys
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import copier
from measure import take_turns
from workload import (
    ANSWERS,
    ANSWERS_FILE,
    NEW,
    Project,
    answers_file,
    call,
    check,
    check_files,
    made_files,
    mark_template,
)

import scaffold
from scaffold.blueprint.release import Release
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.sources import compiled
from scaffold.sources.locate import locate
from scaffold.templating import known
from scaffold.tree import Tree

CACHED_FUNCTION = type(lru_cache(len))
Runs = dict[str, list[float]]
T = TypeVar("T")


def timed(act: Callable[[], T]) -> tuple[float, T]:
    """Return how long a call takes, with no garbage of earlier ones to collect, and what it returns."""
    gc.collect()
    start = perf_counter()
    made = act()
    return perf_counter() - start, made


def read_release(template: Path) -> Release:
    """Read the newest version of the template from its repository, as `scaffold.new` does."""
    library = locate(str(template))
    return library.release(library.names()[0], f"v{NEW}")


def render(release: Release) -> Tree:
    """Answer the questions and render all files into memory, as `scaffold.new` and `scaffold.update` do."""
    return engine.render(release, given=ANSWERS, previous={}, surroundings=Surroundings("orders")).tree


def read_and_render(template: Path) -> Tree:
    """Read and render with the code that another process has kept, if one has, as every command does."""
    with compiled.kept(str(template)):
        return render(read_release(template))


def copy(template: Path, place: Path) -> None:
    """Render the newest version into a new folder with Copier."""
    copier.run_copy(str(template), place, data=ANSWERS, vcs_ref=f"v{NEW}", defaults=True, quiet=True)


def check_tree(tree: Tree, files: int, template: Path, mark: str = "") -> None:
    """Raise ValueError unless what was rendered into memory is what it must be."""
    wanted = {**made_files(files, 2, edited=False, mark=mark), ANSWERS_FILE: answers_file(template)}
    check_files("scaffold", {path: file.content.decode() for path, file in tree.items()}, wanted)


def warm(ours: Project, theirs: Project, rounds: int) -> dict[str, Runs]:
    """Time rendering and `new` of a release that was read and compiled before, beside Copier's copy."""
    template = ours.template
    release = read_release(template)

    def by_render(_: str) -> float:
        taken, tree = timed(lambda: render(release))
        check_tree(tree, ours.files, template)
        return taken

    def by_new(name: str) -> float:
        place = ours.folder / f"new-{ours.files}-{name}"
        taken, _ = timed(lambda: scaffold.new(f"{template}@v{NEW}", place, data=ANSWERS, git=False))
        check(ours, place, template, edited=False)
        return taken

    def by_copier(name: str) -> float:
        place = ours.folder / f"copy-{ours.files}-{name}"
        taken, _ = timed(lambda: copy(template, place))
        check(theirs, place, template, edited=False)
        return taken

    contestants = {"render": by_render, "new": by_new, "copier": by_copier}
    runs = take_turns(f"render and new in one process, {ours.files} files", rounds, contestants, ours.files)
    return {name: {"scaffold": runs[name], "copier": runs["copier"]} for name in ("render", "new")}


def cold(ours: Project, theirs: Project, rounds: int) -> dict[str, Runs]:
    """Time rendering from a clone whose files are no others', with nothing of it in the process.

    `first`: nobody has seen it before. `again`: another process has compiled it, and only the code on the disk is left.
    """
    number = count()

    def clone(name: str) -> Path:
        place = ours.folder / f"clone-{ours.files}-{name}-{next(number)}"
        call("git", "clone", "--quiet", str(ours.template), str(place))
        mark_template(place, ours.files, name)
        forget()
        return place

    def by_scaffold(name: str) -> float:
        template = clone(name)
        taken, tree = timed(lambda: read_and_render(template))
        check_tree(tree, ours.files, template, name)
        return taken

    def once_more(name: str) -> float:
        template = clone(name)
        read_and_render(template)
        forget()
        taken, tree = timed(lambda: read_and_render(template))
        check_tree(tree, ours.files, template, name)
        return taken

    def by_copier(name: str) -> float:
        template, place = clone(name), ours.folder / f"cold-{ours.files}-{name}"
        taken, _ = timed(lambda: copy(template, place))
        check(theirs, place, template, edited=False, mark=name)
        return taken

    contestants = {"first": by_scaffold, "again": once_more, "copier": by_copier}
    runs = take_turns(f"cold render in one process, {ours.files} files", rounds, contestants, ours.files)
    return {name: {"scaffold": runs[name], "copier": runs["copier"]} for name in ("first", "again")}


def forget() -> None:
    """Empty what both tools keep: some of it would know a name or a pattern from another clone."""
    known.forget()
    gc.collect()
    for found in gc.get_objects():
        if type(found) is CACHED_FUNCTION and str(found.__module__).split(".")[0] in ("scaffold", "copier"):
            found.cache_clear()


def update(ours: Project, theirs: Project, rounds: int) -> dict[str, Runs]:
    """Time the update of a fresh copy of the project each time."""

    def run(project: Project, name: str, act: Callable[[Path], object]) -> float:
        place = project.fresh(project.folder / f"update-{project.files}-{name}")
        taken, _ = timed(lambda: act(place))
        check(project, place, project.template, edited=True)
        return taken

    def by_scaffold(name: str) -> float:
        return run(ours, name, scaffold.update)

    def by_copier(name: str) -> float:
        return run(theirs, name, lambda place: copier.run_update(place, defaults=True, overwrite=True, quiet=True))

    contestants = {"scaffold": by_scaffold, "copier": by_copier}
    return {"update": take_turns(f"update in one process, {ours.files} files", rounds, contestants, ours.files)}


def main() -> None:
    """Read the folder of the projects and what to time, such as `update-15-9` (files, rounds), and time it."""
    folder, acts = Path(sys.argv[1]), {"warm": warm, "cold": cold, "update": update}
    found: dict[str, dict[str, Runs]] = {}
    for word in sys.argv[2:]:
        name, files, rounds = word.split("-")
        ours, theirs = Project("scaffold", int(files), folder), Project("copier", int(files), folder)
        for what, runs in acts[name](ours, theirs, int(rounds)).items():
            found.setdefault(what, {})[files] = runs
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
