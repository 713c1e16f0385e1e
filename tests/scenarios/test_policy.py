"""What an update does to a file: every row of cases.yml, done to real repositories and compared.

docs/generate.py writes the rows into a page. Those that need nothing special share one project, each in a folder of its own, and one update; the others start from a
copy of one small project. A row without a test fails, and so does a test without a row.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.plan.actions import Action, Plan
from scaffold.tree import SYMLINK, File
from tests import kit
from tests.kit import executable, link
from tests.scenarios.world import commit, git, snapshot

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())["updates"]


class Row(NamedTuple):
    """One row: what it says happens, and what is lost."""

    verb: str
    why: str
    lost: str = "nothing"


ROWS = {
    name: Row(case["verb"], case["why"], case.get("lost", "nothing"))
    for part in CASES
    for name, case in part["cases"].items()
}
BASE = "".join(f"@ {number}\n" for number in range(1, 9))
APPLIED = "as applied"


def changed(number: int, to: str, text: str = BASE) -> str:
    """The eight lines with one of them changed; `@` stands for the row's name, so that no two files are alike."""
    return text.replace(f"@ {number}\n", f"@ {to}\n")


OURS, THEIRS, CLASH = changed(2, "ours"), changed(7, "theirs"), changed(2, "theirs")
BOTH = changed(2, "ours", THEIRS)
CRLF = {text: text.replace("\n", "\r\n") for text in (BASE, OURS, THEIRS, BOTH)}
TOML = '[project]\nname = "@"\n\n[tool.lint]\nlevel = 1\n\n[tool.other]\na = 1\n'
Sides = kit.Content | Mapping[str, kit.Content] | None


class Spec(NamedTuple):
    """The three sides of a row: contents, or some below the row's folder; `result` where the verb does not say it."""

    base: Sides
    ours: Sides = APPLIED
    theirs: Sides = APPLIED
    result: kit.Content | None = None
    folder: str = "managed"
    at: str = "f.txt"


def pointer(content: str) -> str:
    digest = sha256(content.encode()).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content.encode())}\n"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


SPECS: dict[str, Spec] = {
    "untouched": Spec(BASE),
    "ours": Spec(BASE, OURS),
    "theirs": Spec(BASE, theirs=THEIRS),
    "both-apart": Spec(BASE, OURS, THEIRS, BOTH),
    "both-at-one-line": Spec(BASE, OURS, CLASH),
    "both-alike": Spec(BASE, OURS, OURS),
    "base-unknown": Spec(BASE, OURS, THEIRS),
    "deleted-by-team": Spec(BASE, None),
    "deleted-by-team-changed": Spec(BASE, None, THEIRS),
    "dropped": Spec(BASE, theirs=None),
    "dropped-edited": Spec(BASE, OURS, None),
    "both-deleted": Spec(BASE, None, None),
    "new": Spec(None, None, THEIRS),
    "both-added-alike": Spec(None, OURS, OURS),
    "both-added": Spec(None, OURS, THEIRS),
    "both-added-by-key": Spec(
        None,
        '# ours\n[a]\nx = "@"\nz = [1]\n',
        '[a]\nx = "@"\ny = 2\n\n[b]\nw = 1  # theirs\n',
        '# ours\n[a]\nx = "@"\nz = [1]\ny = 2\n\n[b]\nw = 1  # theirs\n',
        at="f.toml",
    ),
    "locked": Spec(BASE, theirs=THEIRS, folder="locked"),
    "locked-edited": Spec(BASE, OURS, THEIRS, folder="locked"),
    "locked-deleted": Spec(BASE, None, THEIRS, folder="locked"),
    "locked-dropped": Spec(BASE, theirs=None, folder="locked"),
    "locked-dropped-edited": Spec(BASE, OURS, None, folder="locked"),
    "locked-both-deleted": Spec(BASE, None, None, folder="locked"),
    "locked-new": Spec(None, None, THEIRS, folder="locked"),
    "locked-both-added-alike": Spec(None, OURS, OURS, folder="locked"),
    "locked-both-added": Spec(None, OURS, THEIRS, folder="locked"),
    "becomes-locked": Spec(BASE, OURS, THEIRS, folder="locked-later"),
    "becomes-managed": Spec(BASE, OURS, THEIRS, BOTH, folder="managed-later"),
    "seeded": Spec(BASE, OURS, THEIRS, folder="seeded"),
    "seeded-deleted": Spec(BASE, None, THEIRS, folder="seeded"),
    "seeded-dropped": Spec(BASE, OURS, None, folder="seeded"),
    "seeded-both-deleted": Spec(BASE, None, None, folder="seeded"),
    "seeded-new": Spec(None, None, THEIRS, folder="seeded"),
    "seeded-both-added": Spec(None, OURS, THEIRS, folder="seeded"),
    "key-locked-edited": Spec(TOML, TOML.replace("level = 1", "level = 9"), result=TOML, folder="keys"),
    "key-locked-changed": Spec(
        TOML,
        TOML.replace("a = 1", "a = 9"),
        TOML.replace("level = 1", "level = 2"),
        TOML.replace("a = 1", "a = 9").replace("level = 1", "level = 2"),
        folder="keys",
    ),
    "key-becomes-locked": Spec(
        TOML, TOML.replace("level = 1", "level = 9"), TOML.replace("level = 1", "level = 2"), folder="keys-later"
    ),
    "key-both-added": Spec(None, TOML.replace("level", "other"), TOML, folder="keys"),
    "key-file-deleted": Spec(TOML, None, folder="keys"),
    "key-not-readable": Spec(TOML, "[broken @\n", TOML.replace("level = 1", "level = 2"), folder="keys"),
    "mode-theirs": Spec(BASE, theirs=executable("@\n")),
    "mode-ours": Spec(BASE, executable(BASE)),
    "mode-both": Spec(BASE, executable(BASE), executable(BASE)),
    "mode-ours-content-theirs": Spec(BASE, executable(BASE), THEIRS, executable(THEIRS)),
    "mode-theirs-content-ours": Spec(BASE, OURS, executable(BASE), executable(OURS)),
    "mode-and-lines": Spec(BASE, executable(OURS), THEIRS, executable(BOTH)),
    "link-theirs": Spec(link("@-1"), theirs=link("@-2")),
    "link-ours": Spec(BASE, link("@-ours")),
    "link-became-file": Spec(link("@-1"), theirs=THEIRS),
    "link-here-lines-there": Spec("@-same", link("@-same"), THEIRS),
    "link-there-lines-here": Spec(BASE, OURS, link("@-theirs")),
    "link-both": Spec(link("@-1"), link("@-ours"), link("@-theirs")),
    "binary-ours": Spec(b"\0@ 1", b"\0@ ours"),
    "binary-both": Spec(b"\0@ 1", b"\0@ ours", b"\0@ theirs"),
    "utf-16": Spec(utf16(BASE), utf16(OURS), utf16(THEIRS)),
    "latin-1": Spec(
        changed(4, "ü").encode("latin-1"),
        changed(2, "für", changed(4, "ü")).encode("latin-1"),
        changed(7, "ß", changed(4, "ü")).encode("latin-1"),
        changed(7, "ß", changed(2, "für", changed(4, "ü"))).encode("latin-1"),
    ),
    "crlf-ours": Spec(BASE, CRLF[BASE]),
    "crlf-ours-lines-theirs": Spec(BASE, CRLF[BASE], THEIRS, CRLF[THEIRS]),
    "crlf-ours-lines-both": Spec(BASE, CRLF[OURS], THEIRS, CRLF[BOTH]),
    "crlf-theirs": Spec(BASE, theirs=CRLF[BASE]),
    "crlf-theirs-lines-ours": Spec(BASE, OURS, CRLF[BASE]),
    "crlf-theirs-lines-both": Spec(BASE, OURS, CRLF[THEIRS], BOTH),
    "crlf-both": Spec(BASE, CRLF[OURS], CRLF[THEIRS], CRLF[BOTH]),
    "crlf-added": Spec(None, CRLF[BASE], BASE),
    "no-final-newline": Spec(BASE, BASE[:-1], changed(1, "theirs"), changed(1, "theirs")[:-1]),
    "no-final-newline-both": Spec(BASE[:-1], BASE + "@ ours", BASE + "@ theirs"),
    "lfs-theirs": Spec(pointer("base 1"), theirs=pointer("theirs 1")),
    "lfs-both": Spec(pointer("base 2"), pointer("ours 2"), pointer("theirs 2")),
    "lfs-added": Spec(None, pointer("ours 3"), pointer("theirs 3")),
    "lfs-smudged": Spec(pointer("content 4"), "content 4", pointer("theirs 4"), folder="lfs"),
    "lfs-not-fetched": Spec("content 5\n", pointer("content 5\n"), "theirs 5\n"),
    "lfs-same": Spec("content 6\n", pointer("theirs 6\n"), "theirs 6\n"),
    "case-only-rename": Spec({"README.md": BASE}, {"README.md": OURS}, {"Readme.md": BASE}, OURS, at="Readme.md"),
    "file-to-folder": Spec({"f.txt": BASE}, theirs={"f.txt/g.txt": "@ in\n"}, result="@ in\n", at="f.txt/g.txt"),
    "folder-to-file": Spec({"f.txt/g.txt": BASE}, theirs={"f.txt": "@ out\n"}, result="@ out\n"),
    "folder-here": Spec(BASE, {"f.txt/ours.txt": "@ another\n"}, THEIRS),
    "file-here": Spec({"f.txt/g.txt": BASE}, {"f.txt": "@ ours\n"}, {"f.txt/g.txt": THEIRS}, at="f.txt/g.txt"),
    "in-submodule": Spec({"sub/f.txt": BASE}, {"sub/f.txt": OURS}, {"sub/f.txt": THEIRS}, OURS, at="sub/f.txt"),
    "is-submodule": Spec({"sub": BASE}, {"sub/g.txt": "@ g\n"}, {"sub": THEIRS}, at="sub"),
    "new-in-submodule": Spec(None, {"sub/g.txt": "@ g\n"}, {"sub/f.txt": THEIRS}, at="sub/f.txt"),
    "ignored-edited": Spec(BASE, OURS, THEIRS, BOTH, folder="ignored"),
    "ignored-conflict": Spec(BASE, OURS, CLASH, folder="ignored"),
    "ignored-new": Spec(None, None, THEIRS, folder="ignored"),
    "ignored-added": Spec(None, OURS, THEIRS, folder="ignored"),
    "ignored-dropped": Spec(BASE, theirs=None, folder="ignored"),
    "ignored-dropped-edited": Spec(BASE, OURS, None, folder="ignored"),
    "ignored-locked-edited": Spec(BASE, OURS, THEIRS, folder="ignored/locked"),
}
SUBMODULES = ("in-submodule", "is-submodule", "new-in-submodule")
OWNERSHIP = {
    "/locked/**": "locked",
    "/ignored/locked/**": "locked",
    "/seeded/**": "seeded",
    "/managed-later/**": "locked",
    "/keys/**": {"file": "managed", "keys": {"tool.lint": "locked"}},
}
OWNERSHIP_THEN = OWNERSHIP | {
    "/managed-later/**": "managed",
    "/locked-later/**": "locked",
    "/keys-later/**": {"file": "managed", "keys": {"tool.lint": "locked"}},
}
FILTER = """\
#!/bin/sh
# What git-lfs's clean filter does: a pointer stays, a content becomes one.
cat > "$0.in"
if head -c 8 "$0.in" | grep -q '^version '; then cat "$0.in"; exit; fi
printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:%s\\nsize %s\\n' \
    "$(sha256sum < "$0.in" | cut -d' ' -f1)" "$(wc -c < "$0.in" | tr -d ' ')"
"""


def place_of(name: str, at: str = "") -> str:
    spec = SPECS[name]
    return f"{spec.folder}/{name}/{at or named(name, spec.at)}"


def named(name: str, at: str) -> str:
    return at.replace("f.txt", "f.toml") if SPECS[name].folder.startswith("keys") else at


def filled(name: str, content: kit.Content) -> File:
    """The content with the row's name in it."""
    if isinstance(content, File):
        return File(content.content.replace(b"@", name.encode()), content.mode)
    return kit.file(content.replace("@", name) if isinstance(content, str) else content.replace(b"@", name.encode()))


def side(name: str, sides: Sides) -> dict[str, File]:
    if sides is None:
        return {}
    several = sides if isinstance(sides, Mapping) else {SPECS[name].at: sides}
    return {place_of(name, named(name, at)): filled(name, content) for at, content in several.items()}


def of_blueprint(which: Callable[[Spec], Sides]) -> dict[str, File]:
    return {path: file for name, spec in SPECS.items() for path, file in side(name, which(spec)).items()}


def theirs_of(spec: Spec) -> Sides:
    return spec.base if spec.theirs is APPLIED else spec.theirs


def make_library(root: Path, *versions: tuple[Mapping[str, File], Mapping[str, object]]) -> Path:
    """A library of `demo`, each version tagged; symbolic links are kept."""
    for number, (files, ownership) in enumerate(versions, start=1):
        shutil.rmtree(root / "templates", ignore_errors=True)
        layer = {**files, "copier.yml": "_preserve_symlinks: true\n", "always.txt": f"version {number}\n"}
        kit.library(root, {"base": layer}, version=f"{number}.0.0", ownership=ownership)
        kit.repo(root, {}, f"demo/v{number}.0.0")
    return root


def work(project: Path) -> None:
    """Let the team do its side of every row, and commit."""
    kit.write(project, {".gitignore": "/ignored/\n", ".gitattributes": "/lfs/** filter=lfs -text\n"})
    git("rm", "--quiet", "-r", "--cached", "ignored", where=project)
    for name, spec in SPECS.items():
        if spec.ours is APPLIED:
            continue
        for path in side(name, spec.base):
            if path not in side(name, spec.ours):
                top = project / (path if (project / path).is_file() else path.rpartition("/")[0])
                shutil.rmtree(top) if top.is_dir() and not top.is_symlink() else top.unlink()
                while not any(top.parent.iterdir()) and top.parent != project:
                    top = top.parent
                    top.rmdir()
        for path, file in side(name, spec.ours).items():
            (project / path).unlink(missing_ok=True)
            for parent in (project / path).parents:
                if parent.is_file():
                    parent.unlink()
            kit.write(project, {path: file})
    for name in SUBMODULES:
        git("rm", "--quiet", "-r", "--cached", "--ignore-unmatch", place_of(name, "sub"), where=project)
        kit.repo(project / place_of(name, "sub"), {})
    forget_base(project, "managed/base-unknown/f.txt")
    kit.repo(project, {})


def forget_base(project: Path, path: str) -> None:
    """Have the lock name a base that neither the repository nor the library has."""
    place = project / ".scaffold/lock.json"
    lines = place.read_text().splitlines(keepends=True)
    forgotten = [re.sub(r'"blob": "\w{4}', '"blob": "dead', line) if f'"{path}"' in line else line for line in lines]
    assert forgotten != lines
    place.write_text("".join(forgotten))


class Shared(NamedTuple):
    """The project that most rows share, updated: the plan, and what stood there before."""

    project: Path
    plan: Mapping[str, Action]
    before: Mapping[str, object]
    untouched: Path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    place = tmp_path_factory.mktemp("policy")
    first, then = (of_blueprint(lambda spec: spec.base), OWNERSHIP), (of_blueprint(theirs_of), OWNERSHIP_THEN)
    library = make_library(place / "library", first, then)
    project = scaffold.new("demo@1.0.0", place / "project", source=str(library)).root
    kit.write(place, {"clean": executable(FILTER)})
    git("config", "filter.lfs.clean", str(place / "clean"), where=project)
    work(project)
    assert git("status", "--porcelain", where=project) == ""
    before = snapshot(project)
    untouched = shutil.copytree(project, place / "untouched", symlinks=True)
    updated = scaffold.update(project)
    return Shared(project, {action.path: action for action in updated.plan}, before, untouched)


def stage(project: Path, number: int, path: str) -> bytes | None:
    command = ["git", "cat-file", "blob", f":{number}:{path}"]
    done = subprocess.run(command, cwd=project, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def on_disk(place: Path) -> File | None:
    if place.is_symlink():
        return File(str(place.readlink()).encode(), SYMLINK)
    if not place.is_file():
        return None
    content = place.read_bytes()
    return executable(content.decode()) if place.stat().st_mode & 0o100 else File(content)


def expected(name: str) -> File | None:
    """What is to stand in the work tree of a row that is no conflict."""
    spec = SPECS[name]
    if spec.result is not None:
        return filled(name, spec.result)
    ours = spec.base if spec.ours is APPLIED else spec.ours
    sides = {"create": theirs_of(spec), "replace": theirs_of(spec), "delete": None}
    return side(name, sides.get(ROWS[name].verb, ours)).get(place_of(name))


@pytest.mark.parametrize("name", SPECS)
def test_row(shared, name):
    row, path = ROWS[name], place_of(name)
    action = shared.plan[path]
    why = action.why.replace(f"{SPECS[name].folder}/{name}/", "")
    assert action.verb == row.verb
    assert why == row.why or (row.why.endswith("…") and why.startswith(row.why[:-1]))
    if row.verb == "conflict":
        wanted = [SPECS[name].base, SPECS[name].ours, theirs_of(SPECS[name])]
        wanted[0] = None if name == "base-unknown" else wanted[0]
        contents = [file and file.content for file in (side(name, sides).get(path) for sides in wanted)]
        assert [stage(shared.project, number, path) for number in (1, 2, 3)] == contents
    else:
        found = on_disk(shared.project / path)
        assert (found and (found.content, found.mode)) == ((want := expected(name)) and (want.content, want.mode))


def test_the_plan_at_a_commit_is_the_plan_in_its_folder(shared, tmp_path):
    here = scaffold.update(shared.untouched, dry_run=True).plan
    for there in plans_in_git(shared.untouched, tmp_path):
        for one, other in zip(here, there, strict=True):  # what git ignores is in no commit
            assert one == other or one.path.startswith("ignored/")
        ids = {path: locked for path, locked in here.lock_after.files.items() if not path.startswith("ignored/")}
        assert ids == {path: there.lock_after.files[path] for path in ids}


@pytest.mark.parametrize("name", SPECS)
def test_what_is_lost_is_said(shared, name):
    """Every line that one side wrote is in the work tree or in a conflict's stages, unless the row says otherwise."""
    path = place_of(name)
    here = on_disk(shared.project / path)
    kept = [here.content if here else b"", *(stage(shared.project, number, path) or b"" for number in (2, 3))]
    base = {line for file in side(name, SPECS[name].base).values() for line in file.content.splitlines()}
    stands_for_another = SPECS[name].base and name.startswith("lfs-")  # so its lines say nothing
    for sides in (SPECS[name].ours, theirs_of(SPECS[name])):
        made = None if sides is APPLIED else side(name, sides).get(path)
        if (
            ROWS[name].lost == "nothing"
            and not stands_for_another
            and made is not None
            and shared.plan[path].after is not None
        ):
            written = set(made.content.splitlines()) - base
            assert all(any(line in content for content in kept) for line in written)
    if SPECS[name].folder in ("locked", "keys"):
        assert bool(shared.plan[path].drift) == (
            ROWS[name].lost != "nothing" or (name.endswith("deleted") and bool(here))
        )


def test_undo_takes_every_row_back(shared, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(shared.project, project, symlinks=True)
    scaffold.undo(project)
    assert snapshot(project) == shared.before
    again = scaffold.update(project)
    assert {action.path: (action.verb, action.why) for action in again.plan} == {
        path: (action.verb, action.why) for path, action in shared.plan.items()
    }
    scaffold.undo(project)
    assert snapshot(project) == shared.before


def test_what_was_decided_is_not_asked_again(shared, tmp_path):
    """With every conflict decided for the team, the same update only puts back what is locked now."""
    project = tmp_path / "project"
    shutil.copytree(shared.project, project, symlinks=True)
    undecided = [path for path, action in shared.plan.items() if action.verb == "conflict"]
    for path in undecided:
        git("checkout", "--quiet", "--ours", path, where=project)
        git("add", "--force", path, where=project)
    commit(project)
    again = scaffold.update(project)
    assert {action.path for action in again.plan.changes} == {
        place_of(name)
        for name in ("becomes-locked", "locked-both-added", "key-becomes-locked", "key-both-added", "key-not-readable")
    }


@pytest.mark.parametrize("n", [30, 70, 100, 130, 160, 180])
def test_killed_among_all_these_rows_it_is_as_before_or_as_after(shared, tmp_path, n):
    project = shutil.copytree(shared.untouched, tmp_path / "project", symlinks=True)
    killed = Path(__file__).with_name("killed.py")
    command = [sys.executable, str(killed), str(n), str(project), "update", str(project)]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    if scaffold.status(project).state == "interrupted":
        scaffold.undo(project)
    assert snapshot(project) in (shared.before, snapshot(shared.project))


def test_submodules_keep_their_own_files(shared):
    for name in SUBMODULES:
        module = shared.project / place_of(name, "sub")
        assert git("status", "--porcelain", where=module) == ""
        assert git("ls-files", "--stage", place_of(name, "sub"), where=shared.project).startswith("160000 ")


# Rows about git's index and work tree: each starts from a copy of one project.


SMALL = {"f.txt": filled("small", BASE)}
SMALL_THEN = {"f.txt": filled("small", THEIRS)}
NEW = {"f.txt": filled("new", THEIRS)}


def plans_in_git(project: Path, beside: Path) -> Iterator[Plan]:
    """The plan of an update at HEAD of a project, and in a bare clone of it, with nothing written."""
    bare = beside / "bare.git"
    git("clone", "--quiet", "--bare", str(project), str(bare), where=beside)
    before = snapshot(bare)
    for place in (project, bare):
        yield scaffold.update(place, revision="HEAD", dry_run=True).plan
    assert scaffold.update(bare, dry_run=True).plan.lock_before.version == "1.0.0"
    assert snapshot(bare) == before


MINE = filled("small", OURS).content.decode()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Projects by what the blueprint does to f.txt: change it, bring it, bring it in a folder, or leave it."""
    place = tmp_path_factory.mktemp("small")
    kinds = {
        "changed": (SMALL, SMALL_THEN),
        "new": ({}, NEW),
        "same": (SMALL, SMALL),
        "below": ({}, {"f.txt/g.txt": NEW["f.txt"]}),
    }
    made = {}
    for kind, versions in kinds.items():
        library = make_library(place / f"{kind}-library", *((files, {}) for files in versions))
        made[kind] = scaffold.new("demo@1.0.0", place / kind, source=str(library)).root
    return made


def sparse(project: Path) -> None:
    git("status", where=project)  # a copied index knows no file to be unchanged
    git("sparse-checkout", "set", "--no-cone", "/*", "!/f.txt", where=project)
    assert not (project / "f.txt").exists()


def windows(project: Path, text: str | None) -> None:
    git("config", "core.autocrlf", "true", where=project)
    (project / "f.txt").unlink()
    git("checkout", "--", "f.txt", where=project)
    assert b"\r\n" in (project / "f.txt").read_bytes()
    if text:
        (project / "f.txt").write_bytes(text.replace("\n", "\r\n").encode())
        kit.repo(project, {})


def attributes(project: Path, said: str, line: bytes) -> None:
    kit.write(project, {".gitattributes": f"f.txt text {said}\n"})
    (project / "f.txt").unlink()
    git("checkout", "--", "f.txt", where=project)
    kit.repo(project, {})
    assert line in (project / "f.txt").read_bytes()


def flag(project: Path, name: str, *, edited: bool) -> None:
    git("update-index", name, "f.txt", where=project)
    if edited:
        (project / "f.txt").write_text(MINE)


def staged_only(project: Path) -> None:
    applied = (project / "f.txt").read_text()
    (project / "f.txt").write_text(MINE)
    git("add", "f.txt", where=project)
    (project / "f.txt").write_text(applied)


def intend(project: Path) -> None:
    (project / "f.txt").write_text(MINE)
    git("add", "--intent-to-add", "f.txt", where=project)


def away(project: Path) -> None:
    flag(project, "--skip-worktree", edited=False)
    (project / "f.txt").unlink()


def sparse_index(project: Path) -> None:
    kit.repo(project, {"other/ours.txt": MINE})
    git("sparse-checkout", "set", "--cone", "--sparse-index", ".scaffold", where=project)


ALONE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "uncommitted": ("changed", lambda p: (p / "f.txt").write_text(MINE)),
    "untracked": ("new", lambda p: (p / "f.txt").write_text(MINE)),
    "staged-only": ("changed", staged_only),
    "intent-to-add": ("new", intend),
    "assume-unchanged-edited": ("changed", lambda p: flag(p, "--assume-unchanged", edited=True)),
    "assume-unchanged": ("changed", lambda p: flag(p, "--assume-unchanged", edited=False)),
    "skip-worktree": ("changed", lambda p: flag(p, "--skip-worktree", edited=False)),
    "skip-worktree-edited": ("changed", lambda p: flag(p, "--skip-worktree", edited=True)),
    "skip-worktree-away": ("changed", away),
    "sparse": ("same", sparse),
    "sparse-changed": ("changed", sparse),
    "autocrlf": ("changed", lambda p: windows(p, None)),
    "autocrlf-edited": ("changed", lambda p: windows(p, MINE)),
    "eol-crlf": ("changed", lambda p: attributes(p, "eol=crlf", b"\r\n")),
    "encoding": ("changed", lambda p: attributes(p, "working-tree-encoding=UTF-16LE", b"\n\0")),
    "folder-in-the-way": ("new", lambda p: kit.repo(p, {"f.txt/ours.txt": MINE})),
    "sparse-index": ("changed", sparse_index),
    "split-index": ("changed", lambda p: git("update-index", "--split-index", where=p)),
    "file-in-the-way": ("below", lambda p: kit.repo(p, {"f.txt": MINE})),
}


@pytest.mark.parametrize("name", ALONE)
def test_row_of_its_own(small, tmp_path, name):
    kind, arrange = ALONE[name]
    project = tmp_path / "project"
    shutil.copytree(small[kind], project, symlinks=True)
    arrange(project)
    before, row = snapshot(project), ROWS[name]
    if row.verb == "refused":
        with pytest.raises(ScaffoldError, match=re.escape(row.why)):
            scaffold.update(project)
    else:
        plan = {action.path: action for action in scaffold.update(project).plan}
        assert (plan["f.txt"].verb, plan["f.txt"].why) == (row.verb, row.why)
        assert (project / "always.txt").read_text() == "version 2\n"
        said = git("ls-files", "--stage", "f.txt", where=project)
        assert row.verb == "keep" or plan["f.txt"].after.blob in said, "what is staged is as git would store it"
        scaffold.undo(project)
    assert snapshot(project) == before


@pytest.mark.parametrize("name", ALONE)
def test_row_of_its_own_at_a_commit(small, tmp_path, name):
    """What is in no commit makes no difference there: the plan is the one of a clean clone."""
    kind, arrange = ALONE[name]
    project = shutil.copytree(small[kind], tmp_path / "project", symlinks=True)
    arrange(project)
    git("clone", "--quiet", str(project), str(tmp_path / "clone"), where=tmp_path)
    here = scaffold.update(tmp_path / "clone", dry_run=True).plan
    assert all(there == here for there in plans_in_git(project, tmp_path))


SECRET = "tok: {type: str, default: changeme, secret: true}\n"
# Rows of files that hold a secret: the template file at two versions, the line that the team adds, what is given.
HOLDING: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "secret": ("T={{ tok }}\n", "T={{ tok }}\n", "", {}),
    "secret-elsewhere": ("a\nT={{ tok }}\n", "b\nexport T={{ tok }}\n", "", {}),
    "secret-edited": ("a\n1\nT={{ tok }}\n", "b\n1\nT={{ tok }}\n", "mine\n", {}),
    "secret-there": ("T={{ tok }}\n", "T={{ tok | b64encode }}\n", "", {}),
    "secret-decides": ("{% if tok == 's3cr3t' %}", "{% if tok == 's3cr3t' %}", "", {}),
    "secret-given": ("T={{ tok }}\n", "T={{ tok }}\n", "", {"tok": "rotated"}),
}


@pytest.mark.parametrize("name", HOLDING)
def test_row_of_a_file_with_a_secret(tmp_path, name):
    first, second, added, given = HOLDING[name]
    path = "{% if tok == 's3cr3t' %}f.txt{% endif %}.jinja" if name == "secret-decides" else "f.txt.jinja"
    texts = ("1\n", "2\n") if name == "secret-decides" else (first, second)
    template = kit.repo(tmp_path / "t", {"copier.yml": SECRET, path: texts[0]}, "v1.0.0")
    kit.repo(template, {path: texts[1], "always.txt": "2\n"}, "v2.0.0")
    project, row = tmp_path / "p", ROWS[name]
    scaffold.new(f"{template}@1.0.0", project, data={"tok": "s3cr3t"})
    before = (project / "f.txt").read_text()
    if added:
        kit.repo(project, {"f.txt": before + added})
    kit.repo(project, {})
    here = scaffold.update(project, data=given, dry_run=True).plan
    assert given or all(there == here for there in plans_in_git(project, tmp_path))
    plan = {action.path: action for action in scaffold.update(project, data=given).plan}
    assert (plan["f.txt"].verb, plan["f.txt"].why) == (row.verb, row.why)
    assert ("s3cr3t" in (project / "f.txt").read_text()) == ("s3cr3t" in before and not given)


def test_a_name_that_differs_by_case_only_is_noted(small, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(small["new"], project, symlinks=True)
    kit.repo(project, {"F.txt": MINE})
    updated = scaffold.update(project)
    assert "f.txt differs by case only from F.txt, and both are one file on some systems" in updated.notes
    assert (project / "F.txt").read_text() == MINE


def test_every_row_has_a_test_and_every_test_a_row():
    assert ROWS.keys() == {*SPECS, *ALONE, *HOLDING}
    assert all(len(case["sides"]) == len(part["columns"]) for part in CASES for case in part["cases"].values())
