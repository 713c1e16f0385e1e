"""Undo is exact, and whatever goes wrong ends as before or as after: a full disk, lost permissions, two at once."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.tree import File
from tests import kit
from tests.limits import TIMES
from tests.scenarios import world
from tests.scenarios.test_refusals import bound_by_permissions, refused
from tests.scenarios.world import NEXT, commit, git, release

HERE = Path(__file__).parent
OURS = {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n", "ci.yml": "steps: [drift]\n"}


def exactly(project: Path) -> dict[str, object]:
    """Everything that undo is to put back: bytes, permissions, the index with its flags, HEAD and all references."""
    files = {}
    for folder, folders, names in os.walk(project):
        folders[:] = [name for name in folders if name != ".git"]
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*names, *links):
            place = Path(folder) / name
            status = place.lstat()
            content = str(place.readlink()).encode() if place.is_symlink() else place.read_bytes()
            files[place.relative_to(project).as_posix()] = (status.st_mode, content)
    heads = git("for-each-ref", "refs/heads", "refs/tags", "refs/stash", where=project)
    return {
        "files": files,
        "index": git("ls-files", "--stage", "-v", where=project),
        "head": (project / ".git/HEAD").read_text(),
        "references": heads,
    }


# Any trees


PATHS = ("a.txt", "l.txt", "s.txt", "d", "d/a.txt", "d/e/l.txt", "x.ign", "d/y.ign", "run")
OWNERSHIP = {"l.txt": "locked", "s.txt": "seeded", "*.ign": "managed"}
CONTENTS = st.one_of(
    st.builds(
        lambda lines: File("".join(lines).encode()), st.lists(st.sampled_from(["1\n", "2\n", "3\r\n", "4"]), max_size=5)
    ),
    st.builds(lambda content: File(b"\0" + content), st.binary(max_size=3)),
    st.sampled_from([kit.executable("1\n2\n"), kit.link("a.txt"), kit.link("nowhere")]),
)


@st.composite
def trees(draw: st.DrawFn) -> Mapping[str, File]:
    """Files of which none is another one's folder."""
    files = draw(st.dictionaries(st.sampled_from(PATHS), CONTENTS, max_size=6))
    return {path: file for path, file in files.items() if not any(other.startswith(f"{path}/") for other in files)}


def lay(root: Path, files: Mapping[str, File]) -> None:
    """Make the team's files what they are to be, in a work tree that may hold others."""
    for path in PATHS:
        place = root / path
        if place.is_symlink() or place.is_file():
            place.unlink()
    for path in ("d/e", "d"):
        if (root / path).is_dir() and not any((root / path).iterdir()):
            (root / path).rmdir()
    kit.write(root, files)


def library_of(root: Path, version: str, files: Mapping[str, File]) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    layer = {"copier.yml": "_preserve_symlinks: true\n", "always.txt": version, **files}
    return kit.library(root, {"base": layer}, version=version, ownership=OWNERSHIP)


@given(trees(), trees(), trees(), trees(), st.booleans())
@settings(kit.few, max_examples=20 * TIMES)
def test_update_and_undo_are_exact_for_any_trees(base, ours, theirs, uncommitted, conceal):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        library = library_of(place / "library", "1.0.0", base)
        project = scaffold.new("demo", place / "project", source=str(library)).root
        (project / ".gitignore").write_text("*.ign\n" if conceal else "")
        git("rm", "--quiet", "-r", "--cached", "--ignore-unmatch", "*.ign", where=project)
        lay(project, ours)
        for place_ in project.glob("*.ign"):
            if not place_.is_symlink():
                place_.chmod(0o600)
        commit(project)
        kit.write(project, {f"untracked/{path}": file for path, file in uncommitted.items()})
        library_of(library, "2.0.0", theirs)
        before = exactly(project)
        try:
            updated = scaffold.update(project)
        except ScaffoldError:  # something is in the way
            assert exactly(project) == before
            return
        after = exactly(project)
        assert after != before
        if not updated.plan.conflicts:
            assert scaffold.update(project).up_to_date
            assert exactly(project) == after, "a second update right after a clean one does nothing"
        scaffold.undo(project)
        assert exactly(project) == before


def test_a_file_that_only_its_owner_may_read_is_that_again_after_undo(tmp_path):
    library = library_of(tmp_path / "library", "1.0.0", {"x.ign": kit.file("secret\n"), "a.txt": kit.file("1\n")})
    project = scaffold.new("demo", tmp_path / "project", source=str(library)).root
    (project / "x.ign").chmod(0o600)
    (project / "a.txt").chmod(0o640)
    library_of(library, "2.0.0", {"a.txt": kit.file("2\n")})
    before = exactly(project)
    scaffold.update(project)
    assert not (project / "x.ign").exists()
    assert (project / "a.txt").stat().st_mode & 0o777 == 0o640
    scaffold.undo(project)
    assert exactly(project) == before


# Two at once


STARTED = "import sys; from scaffold.cli.app import main; import scaffold.project.commands.update, scaffold.project.commands.undo; sys.stdin.read(1); sys.exit(main())"


def at_once(project: Path, *commands: str) -> list[tuple[int, str]]:
    """Start processes that have loaded all they need, let them go in the same moment, and return what they came to."""
    started = [
        subprocess.Popen([sys.executable, "-c", STARTED, command], cwd=project, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for command in commands
    ]  # fmt: skip
    for process in started:
        process.stdin.write("x")
        process.stdin.flush()
    ended = [(process.communicate()[1], process.returncode) for process in started]
    return [(code, said) for said, code in ended]


@pytest.fixture
def worked(library, project):
    """A project with the team's work, behind by one release."""
    world.write(project, OURS)
    commit(project)
    release(library, "1.1.0", NEXT)
    return project


def test_two_updates_at_once(worked):
    before = exactly(worked)
    alone = shutil.copytree(worked, worked.parent / "alone", symlinks=True)
    assert scaffold.update(alone).plan.conflicts
    ended = at_once(worked, "update", "update", "update")
    assert [code for code, _ in ended].count(3) == 1, "one did it"
    for code, said in ended:
        assert code in (1, 3)
        assert code == 3 or "another scaffold is at work" in said or "conflicts are still open" in said
        assert said.count("\n") <= 1
    assert exactly(worked) == exactly(alone)
    scaffold.undo(worked)
    assert exactly(worked) == before


def test_an_update_while_another_is_undone(library, project):
    release(library, "1.1.0", {"ci.yml": "steps: [two]\n"})
    first = exactly(project)
    scaffold.update(project)
    second = exactly(project)
    release(library, "1.2.0", {"ci.yml": "steps: [three]\n"})
    copies = [shutil.copytree(project, project.parent / name, symlinks=True) for name in ("onwards", "back")]
    scaffold.update(copies[0])
    scaffold.undo(copies[1])
    scaffold.update(copies[1])
    ends = [first, second, *(exactly(copy) for copy in copies)]
    ended = at_once(project, "undo", "update")
    assert all(code == 0 or (code == 1 and "another scaffold is at work" in said) for code, said in ended)
    assert exactly(project) in ends
    assert scaffold.status(project).state in ("behind", "current")


# What a disk may do


FULL = """\
set -e
mount -t tmpfs -o size=8m none "$1"
cp -a "$2" "$1/project"
free=$(df --output=avail -k "$1" | tail -1)
dd if=/dev/zero of="$1/ballast" bs=1k count=$((free - $3)) status=none
code=0
"$4" -m scaffold update "$1/project" || code=$?
rm "$1/ballast"
rm -rf "$2"
cp -a "$1/project" "$2"
exit $code
"""


def may_mount() -> list[str]:
    """The words that start a command which may mount a disk of its own; the test says so where there are none."""
    for words in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        probe = [*words, "sh", "-c", 'mount -t tmpfs none "$1"', "sh", tempfile.gettempdir()]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("no small disk can be made here: unshare --mount and mount -t tmpfs are not allowed")


def as_before_or_after(project: Path, done: world.Done, before: object, after: object) -> str:
    """Check how a disturbed update ended, put it right as status says, and return how it was."""
    assert done.code in (0, 1, 3), done.err
    if done.code == 1:
        assert done.err.startswith("error: ")
        assert done.err.count("\n") == 1, "one sentence"
        assert "None" not in done.err
        assert "Errno" not in done.err
        assert str(project.name) in done.err or "small/project" in done.err, "it says where"
        assert "no error" not in done.err
    how = scaffold.status(project).state
    if how == "interrupted":
        scaffold.undo(project)
    now = exactly(project)
    assert now == (after if done.code != 1 and how != "interrupted" else before)
    return "after" if now == after else how


@pytest.fixture
def expected(worked):
    """What the project is before an update and after it."""
    whole = shutil.copytree(worked, worked.parent / "whole", symlinks=True)
    scaffold.update(whole)
    return exactly(worked), exactly(whole)


def test_a_full_disk(worked, expected, tmp_path):
    words, small = may_mount(), tmp_path / "small"
    small.mkdir()
    ended = set()
    for free in (0, 8, 24, 40, 64, 96, 512):  # kilobytes
        project = shutil.copytree(worked, tmp_path / f"free-{free}", symlinks=True)
        command = [*words, "sh", "-c", FULL, "sh", str(small), str(project), str(free), sys.executable]
        ended.add(as_before_or_after(project, world.run(command, tmp_path), *expected))
    assert {"drifted", "after"} <= ended


@pytest.mark.parametrize("most", [0, 60, 500, 1500, 100_000])
def test_a_limit_on_the_size_of_files(worked, expected, most):
    """As under a quota: what is larger is refused in the middle of writing it."""
    done = subprocess.run(
        [sys.executable, "-m", "scaffold", "update"], cwd=worked, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip
    as_before_or_after(worked, world.Done(done.returncode, done.stdout, done.stderr), *expected)


@pytest.mark.parametrize("shut", [".", "new", ".git", ".git/objects", ".git/scaffold/root"])
def test_a_folder_that_becomes_read_only_on_the_way(worked, expected, tmp_path, shut):
    (worked / shut).mkdir(exist_ok=True)
    copies = {n: shutil.copytree(worked, tmp_path / f"at-{n}", symlinks=True) for n in range(1, 25, 3)}
    pairs = [str(word) for n, project in copies.items() for word in (n, project)]
    done = bound([sys.executable, str(HERE / "disturbed.py"), shut, *pairs], tmp_path)
    assert done.code == 0, done.err
    for project, (code, said) in zip(copies.values(), done.json, strict=True):
        (project / shut).chmod(0o755)
        as_before_or_after(project, world.Done(code, "", said), *expected)


def test_what_is_edited_meanwhile_is_kept(library, project):
    """Between planning and writing git switches to the new branch, and runs a hook of the user's."""
    release(library, "1.1.0", NEXT)
    hook = project / ".git/hooks/post-checkout"
    world.write(project, {".git/hooks/post-checkout": "#!/bin/sh\necho mine >> notes.md\n"})
    hook.chmod(0o755)
    before = exactly(project)
    edited = {
        **before["files"],
        "notes.md": (before["files"]["notes.md"][0], b"# demo\n\nfirst\n\nsecond\n\nthird\nmine\n"),
    }
    refused(world.scaffold("update", "--branch", "next", where=project), "notes.md was edited meanwhile")
    assert exactly(project) == {**before, "files": edited}
    assert scaffold.status(project).interrupted == ""


def bound(command: list[str], where: Path) -> world.Done:
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root ignores permissions, and there is no setpriv to stop that")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    return world.run(command, where)


@pytest.mark.parametrize(
    "path", ["notes.md", ".scaffold/lock.json", ".scaffold/answers.yml", ".git/index", ".git/HEAD"]
)
def test_a_file_that_cannot_be_read(worked, path):
    before = exactly(worked)
    mode = (worked / path).stat().st_mode
    (worked / path).chmod(0)
    done = bound_by_permissions("update", worked, where=worked.parent)
    (worked / path).chmod(mode)
    refused(done, path.rpartition("/")[2])
    assert exactly(worked) == before


def test_files_that_are_read_only_are_replaced_and_stay_read_only(worked, expected):
    before, _ = expected
    for path in (".scaffold/lock.json", "notes.md", ".git/index"):
        (worked / path).chmod(0o444)
    assert bound_by_permissions("update", worked, where=worked.parent).code == 3
    assert (worked / ".scaffold/lock.json").stat().st_mode & 0o777 == 0o444
    assert bound_by_permissions("undo", worked, where=worked.parent).code == 0
    for path in (".scaffold/lock.json", "notes.md"):
        assert (worked / path).stat().st_mode & 0o777 == 0o444
        (worked / path).chmod(0o644)
    assert exactly(worked) == before


def test_while_somebody_elses_git_is_at_work(worked):
    before = exactly(worked)
    (worked / ".git/index.lock").touch()
    refused(world.scaffold("update", where=worked), "index is locked", "remove .git/index.lock")
    (worked / ".git/index.lock").unlink()
    assert exactly(worked) == before
    assert world.scaffold("update", where=worked).code == 3


def test_what_an_update_that_failed_starts_from_is_kept(worked):
    """However often it fails, git's clean-up leaves the base that is in force."""
    (worked / ".git/index.lock").touch()
    for _ in range(3):
        with pytest.raises(ScaffoldError, match="index is locked"):
            scaffold.update(worked)
    (worked / ".git/index.lock").unlink()
    kept = git("ls-tree", "-r", "refs/scaffold/root:after", where=worked)
    base = json.loads((worked / ".scaffold/lock.json").read_text())["files"]["notes.md"]["blob"]
    assert base in kept
