"""Updates in which other tools lose work or say too much: each case by name, on a plain Copier template with tags.

Where it is cheap, Copier does the same beside us: that shows the case to be one. What it does wrong is asserted for the
one release that was looked at, since a later one may have mended it.
"""

import json
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import copier
import pytest

from tests import kit
from tests.scenarios.test_refusals import refused
from tests.scenarios.world import Done, commit, git, scaffold, snapshot, write

pytestmark = [pytest.mark.slow, pytest.mark.long]  # each beside the other tools

LOOKED_AT = "9.19.1"
ANSWERS = {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n"}
QUESTIONS = "name: {type: str, default: demo}\n"
LINES = "".join(f"line {number}\n" for number in range(1, 13))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


class Case:
    """A template, and a project of its first version for each of the two tools."""

    def __init__(self, place: Path, files: Mapping[str, kit.Content], config: str = QUESTIONS) -> None:
        self.place = place
        self.template = kit.repo(place / "template", {"copier.yml": config, **ANSWERS, **files}, "v1.0.0")
        self.ours, self.theirs = place / "ours", place / "theirs"
        done = scaffold("new", f"{self.template}@v1.0.0", self.ours, "--defaults", "--trust", where=place)
        assert done.code == 0, done.err
        by_copier(copier.run_copy, str(self.template), self.theirs, vcs_ref="v1.0.0")
        kit.repo(self.theirs, {})

    def release(
        self, files: Mapping[str, kit.Content], *gone: str, config: str | None = None, tag: str = "v2.0.0"
    ) -> None:
        """Release a version of the template with some files changed and others gone."""
        for path in gone:
            (self.template / path).unlink()
        kit.repo(self.template, {**({"copier.yml": config} if config else {}), **files}, tag)

    def work(self, files: Mapping[str, kit.Content], *gone: str) -> None:
        """Let the team of either project change some files, remove others, and commit."""
        for project in (self.ours, self.theirs):
            for path in gone:
                (project / path).unlink()
            kit.write(project, files)
            commit(project)

    def update(self, *words: str, **environment: str) -> Done:
        """Update our project; the report is JSON."""
        return scaffold("update", "--defaults", "--trust", "--format", "json", *words, where=self.ours, **environment)

    def updated_by_copier(self) -> bool:
        """Update the other project with Copier, where it is the release that was looked at."""
        if version("copier") != LOOKED_AT:
            return False
        by_copier(copier.run_update, self.theirs, overwrite=True)
        return True

    @property
    def lock(self) -> Any:
        return json.loads((self.ours / ".scaffold/lock.json").read_text())


def by_copier(run: Callable[..., Any], *words: Any, **options: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run(*words, defaults=True, unsafe=True, quiet=True, **options)


def verbs(done: Done) -> dict[str, str]:
    """What the plan says of each path."""
    rows = [*done.json["changed"], *done.json["kept"]]
    return {row["path"]: row["action"] for row in rows} | {row["path"]: "conflict" for row in done.json["conflicts"]}


def clean(case: Case, done: Done) -> None:
    """Nothing is left to decide; once it is committed the project is current, and the same update does nothing."""
    assert done.code == 0, done.err
    assert done.json["conflicts"] == []
    assert case.lock["version"] == "2.0.0"
    assert git("ls-files", "--unmerged", where=case.ours) == ""
    assert git("diff", "--name-only", where=case.ours) == "", "all of it is staged"
    commit(case.ours, "updated")
    assert scaffold("status", where=case.ours).code == 0
    before = snapshot(case.ours)
    again = case.update()
    assert (again.code, again.json["up_to_date"]) == (0, True)
    assert snapshot(case.ours) == before


def conflicted(case: Case, done: Done, *paths: str) -> None:
    """Just these paths are left to decide, and everything says so."""
    assert done.code == 3, done.err
    assert [row["path"] for row in done.json["conflicts"]] == list(paths)
    unmerged = git("ls-files", "--unmerged", where=case.ours).splitlines()
    assert {line.partition("\t")[2] for line in unmerged} == set(paths)
    status = scaffold("status", "--format", "json", where=case.ours)
    assert (status.code, status.json["conflicts"]) == (3, [{"path": path} for path in paths])
    again = scaffold("update", where=case.ours)
    refused(again, "conflicts are still open", *paths)


def stage(case: Case, number: int, path: str) -> bytes:
    """One side of a conflict, as git's index holds it."""
    command = ["git", "cat-file", "blob", f":{number}:{path}"]
    return subprocess.run(command, cwd=case.ours, capture_output=True, check=True).stdout


def changed(text: str, number: int, to: str) -> str:
    """The twelve lines with one of them changed."""
    return text.replace(f"line {number}\n", f"{to}\n")


# The cases


def blocks(*names: str, **timeouts: int) -> str:
    body = "a = 1\nb = 2\nc = 3\nd = 4\ntimeout = {}\ne = 5\nf = 6\ng = 7\nh = 8\n"
    return "".join(f"[{name}]\n{body.format(timeouts.get(name, 10))}" for name in names)


def test_a_repeated_block_that_the_template_shifted_is_changed_in_its_own_place(tmp_path):
    # repeated blocks shifted by template: wrong block changed, silent
    case = Case(tmp_path, {"blocks.ini": blocks("one", "two", "three")})
    case.work({"blocks.ini": blocks("one", "two", "three", two=99)})
    case.release({"blocks.ini": blocks("zero", "one", "two", "three")})
    clean(case, case.update())
    assert (case.ours / "blocks.ini").read_text() == blocks("zero", "one", "two", "three", two=99)
    if case.updated_by_copier():
        assert (case.theirs / "blocks.ini").read_text() == blocks("zero", "one", "two", "three", one=99)


def test_a_binary_file_that_only_the_team_changed_is_kept(tmp_path):
    # user changed binary, template did not: reverted, silent
    case = Case(tmp_path, {"logo.png": PNG, "notes.md": "one\n"})
    case.work({"logo.png": PNG + b"\0ours"})
    case.release({"notes.md": "two\n"})
    done = case.update()
    assert verbs(done)["logo.png"] == "keep"
    clean(case, done)
    assert (case.ours / "logo.png").read_bytes() == PNG + b"\0ours"
    if case.updated_by_copier():
        assert (case.theirs / "logo.png").read_bytes() == PNG


def test_a_binary_file_that_both_changed_is_a_conflict_with_both_sides_at_hand(tmp_path):
    # both changed binary: template wins, silent
    case = Case(tmp_path, {"logo.png": PNG, "notes.md": "one\n"})
    case.work({"logo.png": PNG + b"\0ours"})
    case.release({"logo.png": PNG + b"\0theirs", "notes.md": "two\n"})
    base = case.lock["files"]["logo.png"]["blob"]
    conflicted(case, case.update(), "logo.png")
    assert [stage(case, number, "logo.png") for number in (1, 2, 3)] == [PNG, PNG + b"\0ours", PNG + b"\0theirs"]
    assert (case.ours / "logo.png").read_bytes() == PNG + b"\0ours"
    assert (case.ours / "notes.md").read_text() == "two\n"
    assert case.lock["files"]["logo.png"]["blob"] == base, "as long as it is open, the base is the old one"
    if case.updated_by_copier():
        assert (case.theirs / "logo.png").read_bytes() == PNG + b"\0theirs"


@pytest.mark.parametrize("theirs", [LINES, changed(LINES, 11, "theirs")], ids=["renamed", "renamed-and-changed"])
def test_edits_follow_a_file_that_the_template_renamed(tmp_path, theirs):
    # template renamed file, user edited: edit lost, silent
    case = Case(tmp_path, {"old.txt": LINES})
    case.work({"old.txt": changed(LINES, 2, "ours")})
    case.release({"docs/new.txt": theirs}, "old.txt")
    done = case.update()
    assert verbs(done)["old.txt"] == "delete"
    clean(case, done)
    assert (case.ours / "docs/new.txt").read_text() == changed(theirs, 2, "ours")
    assert not (case.ours / "old.txt").exists()
    if case.updated_by_copier():
        assert (case.theirs / "docs/new.txt").read_text() == theirs
        assert not (case.theirs / "old.txt").exists()


def test_a_renamed_file_that_both_changed_alike_is_a_conflict_at_its_new_place(tmp_path):
    # template renamed file, user edited: edit lost, silent
    case = Case(tmp_path, {"old.txt": LINES})
    case.work({"old.txt": changed(LINES, 2, "ours")})
    case.release({"new.txt": changed(LINES, 2, "theirs")}, "old.txt")
    conflicted(case, case.update(), "new.txt")
    sides = [LINES, changed(LINES, 2, "ours"), changed(LINES, 2, "theirs")]
    assert [stage(case, number, "new.txt").decode() for number in (1, 2, 3)] == sides
    assert not (case.ours / "old.txt").exists()


def test_a_file_that_the_template_deleted_and_the_team_edited_is_a_conflict(tmp_path):
    # template deleted file, user edited: deleted, silent
    case = Case(tmp_path, {"old.txt": LINES, "notes.md": "one\n"})
    case.work({"old.txt": changed(LINES, 2, "ours")})
    case.release({"notes.md": "two\n"}, "old.txt")
    conflicted(case, case.update(), "old.txt")
    assert (case.ours / "old.txt").read_text() == changed(LINES, 2, "ours")
    assert [stage(case, number, "old.txt").decode() for number in (1, 2)] == [LINES, changed(LINES, 2, "ours")]
    commit(case.ours, "keep it")
    assert scaffold("status", where=case.ours).code == 0
    assert case.update().json["up_to_date"] is False, "the lock lets go of what is the team's now"
    commit(case.ours, "let go")
    assert "old.txt" not in case.lock["files"]
    assert (case.ours / "old.txt").exists()
    if case.updated_by_copier():
        assert not (case.theirs / "old.txt").exists()


@pytest.mark.parametrize("edited", [False, True], ids=["moved", "moved-and-edited"])
def test_what_the_template_changes_goes_to_where_the_team_moved_the_file(tmp_path, edited):
    # user moved file, template changed it: template change dropped, silent
    mine = changed(LINES, 2, "ours") if edited else LINES
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"docs/ours.txt": mine}, "notes.txt")
    case.release({"notes.txt": changed(LINES, 11, "theirs")})
    clean(case, case.update())
    assert (case.ours / "docs/ours.txt").read_text() == changed(mine, 11, "theirs")
    assert not (case.ours / "notes.txt").exists()
    if case.updated_by_copier():
        assert (case.theirs / "docs/ours.txt").read_text() == mine


def test_a_file_that_the_team_deleted_stays_away_and_the_plan_names_it(tmp_path):
    # user deleted file, template changed it: stays deleted, silent (and pain 9)
    case = Case(tmp_path, {"extra.txt": LINES, "notes.md": "one\n"})
    case.work({}, "extra.txt")
    case.release({"extra.txt": changed(LINES, 2, "theirs"), "notes.md": "two\n"})
    said = scaffold("update", "--dry-run", where=case.ours)
    assert "extra.txt" in said.out, "also for people: the template's change does not arrive"
    done = case.update()
    [row] = [row for row in done.json["kept"] if row["path"] == "extra.txt"]
    assert (row["action"], row["why"]) == ("leave", "the team has deleted it, though the blueprint has changed it")
    clean(case, done)
    assert not (case.ours / "extra.txt").exists()


ENV = "A=1\n\nB=2\n\nC=3\n"


def ignored(tmp_path: Path, mine: str) -> Case:
    """A template file that git ignores and does not track, edited by the team."""
    case = Case(tmp_path, {".gitignore.jinja": ".env\n", ".env": ENV, "notes.md": "one\n"})
    for project in (case.ours, case.theirs):
        assert git("ls-files", ".env", where=project) == ""
        write(project, {".env": mine})
    return case


def test_an_ignored_file_that_the_team_edited_is_merged(tmp_path):
    # gitignored template file edited by user: overwritten, unrecoverable
    case = ignored(tmp_path, "A=mine\n\nB=2\n\nC=3\n")
    case.release({".env": "A=1\n\nB=2\n\nC=theirs\n"})
    done = case.update()
    assert done.code == 0, done.err
    assert (case.ours / ".env").read_text() == "A=mine\n\nB=2\n\nC=theirs\n"
    assert git("ls-files", ".env", where=case.ours) == "", "git is not given what it is to ignore"
    assert scaffold("undo", where=case.ours).code == 0
    assert (case.ours / ".env").read_text() == "A=mine\n\nB=2\n\nC=3\n"
    if case.updated_by_copier():
        assert (case.theirs / ".env").read_text() == "A=1\n\nB=2\n\nC=theirs\n"


@pytest.mark.parametrize("gone", [False, True], ids=["changed", "deleted"])
def test_an_ignored_file_that_both_changed_is_a_conflict(tmp_path, gone):
    # gitignored template file edited by user: overwritten, unrecoverable
    mine = "A=mine\n\nB=2\n\nC=3\n"
    case = ignored(tmp_path, mine)
    case.release({}, ".env") if gone else case.release({".env": "A=theirs\n\nB=2\n\nC=3\n"})
    conflicted(case, case.update(), ".env")
    assert "A=mine\n" in (case.ours / ".env").read_text()
    assert stage(case, 2, ".env").decode() == mine
    assert scaffold("undo", where=case.ours).code == 0
    assert (case.ours / ".env").read_text() == mine


def test_a_conflict_is_never_a_success(tmp_path):
    # conflict exit code: 0 (and pain 4)
    case = Case(tmp_path, {"notes.txt": LINES, "other.txt": "one\n"})
    case.work({"notes.txt": changed(LINES, 6, "ours")})
    case.release({"notes.txt": changed(LINES, 6, "theirs"), "other.txt": "two\n"})
    assert case.update("--dry-run").code == 3, "foreseen is not solved"
    done = case.update("--commit")
    conflicted(case, done, "notes.txt")
    assert done.json["commit"] is None, "markers are not committed"
    text = (case.ours / "notes.txt").read_text()
    assert "<<<<<<< yours\nours\n" in text
    assert "=======\ntheirs\n>>>>>>> template 2.0.0\n" in text
    if version("copier") == LOOKED_AT:
        command = [sys.executable, "-m", "copier", "update", "--defaults", "--trust", "--quiet"]
        assert subprocess.run(command, cwd=case.theirs, capture_output=True, check=False).returncode == 0
        assert "<<<<<<<" in (case.theirs / "notes.txt").read_text()


def test_one_file_that_cannot_be_merged_holds_no_other_one_back(tmp_path):
    # one hard failure: rest unaffected (cruft: everything downgraded to .rej)
    names = [f"src/{number}.txt" for number in range(20)]
    case = Case(tmp_path, {"logo.png": PNG, **dict.fromkeys(names, LINES)})
    case.work({"logo.png": PNG + b"\0ours", **dict.fromkeys(names, changed(LINES, 2, "ours"))})
    case.release({"logo.png": PNG + b"\0theirs", **dict.fromkeys(names, changed(LINES, 11, "theirs"))})
    done = case.update()
    conflicted(case, done, "logo.png")
    assert {verbs(done)[name] for name in names} == {"merge"}
    both = changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert {(case.ours / name).read_text() for name in names} == {both}
    assert {git("show", f":{name}", where=case.ours) for name in names} == {both}
    assert not list(case.ours.rglob("*.rej"))


def test_text_that_is_not_utf_8_is_merged_byte_for_byte(tmp_path):
    # non-UTF-8 text (cruft: crash in render)
    latin = changed(LINES, 6, "grüße").encode("latin-1")
    mine, theirs = (
        latin.replace(b"line 2\n", "für uns\n".encode("latin-1")),
        latin.replace(b"line 11\n", b"theirs\xff\n"),
    )
    case = Case(tmp_path, {"notes.txt": latin})
    case.work({"notes.txt": mine})
    case.release({"notes.txt": theirs})
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_bytes() == mine.replace(b"line 11\n", b"theirs\xff\n")


def test_a_conflict_in_text_that_is_not_utf_8_keeps_its_bytes(tmp_path):
    # non-UTF-8 text (cruft: crash in render)
    latin, ours, theirs = (changed(LINES, 6, word).encode("latin-1") for word in ("grüße", "für uns", "für die"))
    case = Case(tmp_path, {"notes.txt": latin})
    case.work({"notes.txt": ours})
    case.release({"notes.txt": theirs})
    conflicted(case, case.update(), "notes.txt")
    assert [stage(case, number, "notes.txt") for number in (1, 2, 3)] == [latin, ours, theirs]
    text = (case.ours / "notes.txt").read_bytes()
    assert b"f\xfcr uns\n" in text
    assert b"f\xfcr die\n" in text


def test_line_ends_that_git_changes_on_the_way_are_no_edits(tmp_path):
    # the row "CRLF, autocrlf=true, LFS-like filter"
    case = Case(tmp_path, {"notes.txt": LINES, "same.txt": LINES, "plain.txt": LINES})
    git("config", "core.autocrlf", "true", where=case.ours)
    for name in ("notes.txt", "same.txt", "plain.txt"):
        (case.ours / name).unlink()
    git("checkout", "--", ".", where=case.ours)
    windows = LINES.replace("\n", "\r\n").encode()
    assert (case.ours / "plain.txt").read_bytes() == windows
    (case.ours / "notes.txt").write_bytes(windows.replace(b"line 2\r", b"ours\r"))
    commit(case.ours)
    case.release({name: changed(LINES, 11, "theirs") for name in ("notes.txt", "plain.txt")})
    done = case.update()
    assert {path: verb for path, verb in verbs(done).items() if verb != "keep"} == {
        "notes.txt": "merge", "plain.txt": "replace",
    }  # fmt: skip
    clean(case, done)
    assert git("show", "HEAD:notes.txt", where=case.ours) == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert (case.ours / "notes.txt").read_bytes().split() == changed(
        changed(LINES, 2, "ours"), 11, "theirs"
    ).encode().split()
    assert (case.ours / "same.txt").read_bytes() == windows, "what nobody changed is not touched"


STORE = """\
#!/bin/sh
# As git-lfs does: a pointer for git, the content in a store.
set -e
if [ "$1" = clean ]; then
    cat > "$0.new"; id=$(sha256sum < "$0.new" | cut -d' ' -f1); mv "$0.new" "$0.$id"; echo "pointer $id"
else
    cat > "$0.new"; read -r word id < "$0.new"
    if [ "$word" = pointer ]; then cat "$0.$id"; else cat "$0.new"; fi
fi
"""


def with_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a filter that keeps contents out of git."""
    store = tmp_path / "store"
    kit.write(tmp_path, {"store": kit.executable(STORE)})
    home = tmp_path / "home"
    write(home, {".gitconfig": f'[filter "store"]\nclean = {store} clean\nsmudge = {store} smudge\nrequired = true\n'})
    monkeypatch.setenv("HOME", str(home))


LARGE = {".gitattributes.jinja": "*.dat filter=store -text\n"}


@pytest.mark.parametrize(
    ("mine", "theirs", "code"),
    [("", "theirs", 0), ("ours", "", 0), ("ours", "theirs", 3)],
    ids=["template", "team", "both"],
)
def test_a_file_behind_a_filter_is_compared_by_what_people_see(tmp_path, monkeypatch, mine, theirs, code):
    # LFS-like filter: OK in Copier; a merge of what git stores would merge pointers
    with_store(tmp_path, monkeypatch)
    case = Case(tmp_path, {**LARGE, "big.dat": PNG, "notes.md": "one\n"})
    assert git("show", "HEAD:big.dat", where=case.ours).startswith("pointer ")
    if mine:
        (case.ours / "big.dat").write_bytes(PNG + mine.encode())
        commit(case.ours)
    case.release({"big.dat": PNG + theirs.encode(), "notes.md": "two\n"})
    done = case.update()
    assert done.code == code, done.err
    assert (case.ours / "notes.md").read_text() == "two\n"
    assert (case.ours / "big.dat").read_bytes() == PNG + (mine or theirs).encode()
    if code == 0:
        clean(case, done)
        assert git("show", "HEAD:big.dat", where=case.ours).startswith("pointer ")
    else:
        conflicted(case, done, "big.dat")
        commit(case.ours, "ours it is")
        assert git("show", "HEAD:big.dat", where=case.ours).startswith("pointer ")
        assert scaffold("status", where=case.ours).code == 0


def test_a_text_behind_a_filter_is_merged(tmp_path, monkeypatch):
    # LFS-like filter: OK in Copier; a merge of what git stores would merge pointers
    with_store(tmp_path, monkeypatch)
    case = Case(tmp_path, {**LARGE, "text.dat": LINES})
    write(case.ours, {"text.dat": changed(LINES, 2, "ours")})
    commit(case.ours)
    case.release({"text.dat": changed(LINES, 11, "theirs")})
    clean(case, case.update())
    assert (case.ours / "text.dat").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert git("show", "HEAD:text.dat", where=case.ours).startswith("pointer ")


def test_a_file_that_the_team_reformatted_takes_what_the_blueprint_changed(tmp_path):
    # user reformatted whole file: one whole-file conflict
    code = "".join(f"def f{number}():\n  return {number}\n" for number in range(6))
    reformatted = code.replace("  return", "\treturn").replace("def f", "def  f")
    case = Case(tmp_path, {"code.py": code, "notes.md": "one\n"})
    case.work({"code.py": reformatted})
    case.release({"code.py": code.replace("return 3", "return 33"), "notes.md": "two\n"})
    clean(case, case.update())
    # The function in which the team has changed nothing but its looks is the blueprint's, and all others are the team's.
    merged = reformatted.replace("def  f3():\n\treturn 3\n", "def f3():\n  return 33\n")
    assert (case.ours / "code.py").read_text() == merged
    assert (case.ours / "notes.md").read_text() == "two\n"


BEFORE = '_migrations: [{{version: v2.0.0, command: "{}", when: "{{{{ _stage == \'before\' }}}}"}}]\n'


@pytest.mark.parametrize("command", ["mv old.txt new.txt", "git mv old.txt new.txt"])
def test_a_migration_that_moves_a_file_takes_the_teams_edits_along(tmp_path, command):
    # `before` migration mv unstaged: its effect on user content lost; git mv: add/add conflict without base
    case = Case(tmp_path, {"old.txt": LINES})
    case.work({"old.txt": changed(LINES, 2, "ours")})
    new = "".join(f"another {number}\n" for number in range(40)) + changed(LINES, 11, "theirs")
    case.release({"new.txt": new}, "old.txt", config=QUESTIONS + BEFORE.format(command))
    clean(case, case.update())
    assert (case.ours / "new.txt").read_text() == changed(new, 2, "ours"), "too little alike to be found by content"
    assert not (case.ours / "old.txt").exists()
    if case.updated_by_copier():
        assert (case.theirs / "new.txt").read_text() != changed(new, 2, "ours")


def test_a_migration_that_edits_files_edits_what_the_team_wrote_too(tmp_path):
    # `before` migration sed unstaged: its effect on user content lost
    case = Case(tmp_path, {"app.txt": "import alpha\n\n\n\nx = 1\n"})
    case.work({"app.txt": "import alpha\n\n\n\nx = 1\n\n\nalpha.ours()\n", "ours.txt": "alpha.mine()\n"})
    command = "sed -i s/alpha/beta/ app.txt ours.txt"
    case.release({"app.txt": "import beta\n\n\n\nx = 1\n"}, config=QUESTIONS + BEFORE.format(command))
    done = case.update()
    assert verbs(done)["ours.txt"] == "replace", "the plan names what only the migration changed"
    clean(case, done)
    assert (case.ours / "app.txt").read_text() == "import beta\n\n\n\nx = 1\n\n\nbeta.ours()\n"
    assert (case.ours / "ours.txt").read_text() == "beta.mine()\n"
    if case.updated_by_copier():
        assert "alpha.ours()" in (case.theirs / "app.txt").read_text()


def test_a_task_that_fails_leaves_the_project_as_it_was(tmp_path):
    # task fails in new version: project left half-updated, `_commit` already new, no rollback
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours"), "untracked-soon.txt": "x\n"})
    config = QUESTIONS + "_tasks: ['echo half > notes.txt', 'echo no disk >&2; exit 7']\n"
    case.release({"notes.txt": changed(LINES, 11, "theirs"), "more.txt": "x\n"}, config=config)
    before = snapshot(case.ours)
    refused(case.update(), "failed with exit code 7", "no disk", "copier.yml", "nothing was written")
    assert snapshot(case.ours) == before
    assert case.lock["version"] == "1.0.0"
    refused(scaffold("undo", where=case.ours), "since it was stamped")
    if version("copier") == LOOKED_AT:
        with pytest.raises(copier.errors.TaskError):
            case.updated_by_copier()
        assert "ours" not in (case.theirs / "notes.txt").read_text()
        assert "_commit: v2.0.0" in (case.theirs / ".copier-answers.yml").read_text()


def test_files_follow_answers_that_were_edited_by_hand(tmp_path):
    # hand-edited answers: files do not follow the answers
    text = "# {{ name }}\n\n\n" + LINES
    case = Case(tmp_path, {"notes.txt.jinja": text})
    mine = changed(text, 11, "ours").replace("{{ name }}", "demo")
    case.work({"notes.txt": mine})
    for file in (case.ours / ".scaffold/answers.yml", case.theirs / ".copier-answers.yml"):
        file.write_text(file.read_text().replace("name: demo", "name: shop"))
    status = scaffold("status", "--format", "json", where=case.ours)
    assert (status.code, status.json["edited_answers"]) == (3, ["name"])
    commit(case.ours)
    commit(case.theirs)
    case.release({})
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_text() == mine.replace("demo", "shop")
    assert case.lock["answers"] == {"name": "shop"}
    if case.updated_by_copier():
        assert (case.theirs / "notes.txt").read_text() == mine


@pytest.mark.parametrize("by_hand", [False, True], ids=["given", "written"])
def test_a_template_by_relative_path_is_found_from_anywhere(tmp_path, by_hand):
    # relative template path: ValueError: Local template must be a directory, traceback
    kit.repo(tmp_path / "in/template", {"copier.yml": QUESTIONS, "notes.md": "one\n"}, "v1.0.0")
    (tmp_path / "in/there").mkdir()
    done = scaffold("new", "../template@v1.0.0", "project", "--defaults", where=tmp_path / "in/there")
    assert done.code == 0, done.err
    project = tmp_path / "in/there/project"
    if by_hand:  # what a person writes there counts from the project, wherever scaffold runs
        answers = project / ".scaffold/answers.yml"
        answers.write_text(answers.read_text().replace(f"source: {tmp_path}/in/template", "source: ../../template"))
        assert "source: ../../template" in answers.read_text()
        commit(project)
    kit.repo(tmp_path / "in/template", {"notes.md": "two\n"}, "v2.0.0")
    done = scaffold("update", project, where=tmp_path)
    assert done.code == 0, done.err
    assert (project / "notes.md").read_text() == "two\n"


def test_a_dry_run_shows_the_whole_plan_and_writes_nothing(tmp_path):
    # `--pretend` on update: prints one line, no plan
    case = Case(tmp_path, dict.fromkeys(("merged", "replaced", "deleted", "both", "kept", "moved"), LINES))
    mine = changed(LINES, 2, "ours")
    case.work({"merged": mine, "both": mine, "kept": mine})
    case.release(
        {
            "merged": changed(LINES, 11, "theirs"),
            "replaced": changed(LINES, 11, "theirs"),
            "both": changed(LINES, 2, "theirs"),
            "created": "new\n",
            "further/on": changed(LINES, 1, "on"),
        },
        "deleted", "moved",
    )  # fmt: skip
    before = snapshot(case.ours)
    foreseen = case.update("--dry-run")
    said = scaffold("update", "--dry-run", where=case.ours)
    assert (foreseen.code, said.code) == (3, 3)
    assert snapshot(case.ours) == before
    assert foreseen.json["applied"] is False
    assert {path: verb for path, verb in verbs(foreseen).items() if verb != "keep"} == {
        "merged": "merge", "replaced": "replace", "both": "conflict", "created": "create", "deleted": "delete",
        "moved": "delete", "further/on": "create",
    }  # fmt: skip
    for path, verb in verbs(foreseen).items():
        assert verb == "keep" or f"{verb:<8} {path}" in said.out, said.out
    done = case.update()
    for key in ("from", "to", "changed", "conflicts", "kept"):
        assert done.json[key] == foreseen.json[key], "what was foreseen is what happens"


@pytest.mark.parametrize("where", ["here", "in a clone"])
def test_a_conflict_that_was_resolved_is_not_raised_again(tmp_path, where):
    # re-raising a resolved conflict: not re-raised
    case = Case(tmp_path, {"notes.txt": LINES, "other.txt": "one\n"})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    case.release({"notes.txt": changed(LINES, 2, "theirs"), "other.txt": "two\n"})
    conflicted(case, case.update(), "notes.txt")
    write(case.ours, {"notes.txt": changed(LINES, 2, "both")})
    commit(case.ours, "resolved")
    assert scaffold("status", where=case.ours).code == 0
    if where == "in a clone":  # which has neither our objects nor what undo keeps
        git("clone", "--quiet", "--no-local", str(case.ours), str(tmp_path / "clone"), where=tmp_path)
        case.ours = tmp_path / "clone"
    theirs = changed(changed(LINES, 2, "theirs"), 11, "later")
    case.release({"notes.txt": theirs, "other.txt": "three\n"}, tag="v3.0.0")
    done = case.update()
    assert done.code == 0, done.json["conflicts"]
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "both"), 11, "later")
    assert (case.ours / "other.txt").read_text() == "three\n"


# The pains


def test_the_same_update_gives_the_same_each_time(tmp_path):
    # pain 6: same update gives different result the second time
    case = Case(tmp_path, {"notes.txt": LINES, "both.txt": LINES, "old.txt": LINES})
    mine = changed(LINES, 2, "ours")
    case.work({"notes.txt": mine, "both.txt": mine, "old.txt": mine})
    case.release(
        {"notes.txt": changed(LINES, 11, "theirs"), "both.txt": changed(LINES, 2, "theirs"), "x/new": LINES}, "old.txt"
    )
    found = []
    for _ in range(2):
        done = case.update()
        found.append((done.code, done.json, snapshot(case.ours)))
        assert scaffold("undo", where=case.ours).code == 0
    git("clone", "--quiet", "--no-local", str(case.ours), str(tmp_path / "else/ours"), where=tmp_path)
    case.ours = tmp_path / "else/ours"
    done = case.update()
    found.append((done.code, done.json | {"path": found[0][1]["path"]}, snapshot(case.ours)))
    assert found[0][0] == 3
    assert found[0] == found[1]
    assert found[0][:2] == found[2][:2]
    assert found[0][2]["files"] == found[2][2]["files"]
    assert found[0][2]["index"] == found[2][2]["index"]


def test_edits_follow_a_folder_that_an_answer_renames(tmp_path):
    # pain 10: renames (template or answer-driven) leave old dir / break
    case = Case(
        tmp_path,
        {
            "src/{{ name }}/main.py.jinja": LINES + "{{ name }}\n",
            "src/{{ name }}/__init__.py": "",
            "src/{{ name }}/logo.png": PNG,
        },
    )
    mine = changed(LINES, 2, "ours") + "demo\n"
    case.work({"src/demo/main.py": mine, "src/demo/logo.png": PNG + b"ours"})
    case.release({"src/{{ name }}/main.py.jinja": changed(LINES, 6, "theirs") + "{{ name }}\n"})
    clean(case, case.update("--data", "name=shop"))
    assert (case.ours / "src/shop/main.py").read_text() == changed(mine.replace("demo", "shop"), 6, "theirs")
    assert (case.ours / "src/shop/logo.png").read_bytes() == PNG + b"ours"
    assert (case.ours / "src/shop/__init__.py").read_text() == ""
    assert not (case.ours / "src/demo").exists()


def test_the_old_version_need_not_run_again(tmp_path):
    # pain 11: old version must be re-rendered: breaks when an extension or tool changes
    tool = tmp_path / "old-tool"
    kit.write(tmp_path, {"old-tool": kit.executable("#!/bin/sh\necho made > made.txt\n")})
    case = Case(tmp_path, {"notes.txt": LINES}, config=QUESTIONS + f"_tasks: ['{tool}']\n")
    tool.unlink()
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    case.release({"notes.txt": changed(LINES, 11, "theirs"), "made.txt": "made\n"}, config=QUESTIONS)
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")
    if version("copier") == LOOKED_AT:
        with pytest.raises(copier.errors.TaskError):
            case.updated_by_copier()


def test_the_old_versions_extension_need_not_be_installed(tmp_path, monkeypatch):
    # pain 11: old version must be re-rendered: breaks when an extension or tool changes
    write(
        tmp_path / "lib",
        {"old_extension.py": "from jinja2.ext import Extension\n\n\nclass Old(Extension):\n    pass\n"},
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    case = Case(tmp_path, {"notes.txt": LINES}, config=QUESTIONS + "_jinja_extensions: [old_extension.Old]\n")
    monkeypatch.delenv("PYTHONPATH")
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    case.release({"notes.txt": changed(LINES, 11, "theirs")}, config=QUESTIONS)
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")


def test_a_task_runs_once_for_each_update(tmp_path):
    # pain 12: tasks run 3x per update, in temp dirs outside git
    ran = tmp_path / "ran"
    case = Case(tmp_path, {"notes.md": "one\n"}, config=QUESTIONS + f"_tasks: ['echo ran >> {ran}']\n")
    case.release({"notes.md": "two\n"})
    ran.unlink()
    assert case.update().code == 0
    assert ran.read_text() == "ran\n"
    ran.unlink()
    if case.updated_by_copier():
        assert ran.read_text() == "ran\n" * 3


@pytest.mark.parametrize("name", ["template", "renamed-template"])
def test_a_template_may_move_to_another_address(tmp_path, name):
    # pain 15: cannot change template URL; relative `_src_path` stored
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    case.release({"notes.txt": changed(LINES, 11, "theirs")})
    (tmp_path / "new-home").mkdir()
    case.template.rename(tmp_path / "new-home" / name)
    refused(case.update(), "there is no library at", str(case.template))
    answers = case.ours / ".scaffold/answers.yml"
    answers.write_text(answers.read_text().replace(f"source: {case.template}", f"source: {tmp_path}/new-home/{name}"))
    status = scaffold("status", "--format", "json", where=case.ours)
    assert (status.code, status.json["edited_answers"]) == (3, ["source"])
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert case.lock["source"] == f"{tmp_path}/new-home/{name}"


def test_a_template_need_not_bring_an_answers_file(tmp_path):
    # pain 16: update never works if the template forgot the answers-file template
    template = kit.repo(
        tmp_path / "template", {"copier.yml": QUESTIONS, "notes.md.jinja": "{{ name }} one\n"}, "v1.0.0"
    )
    project = tmp_path / "project"
    assert scaffold("new", f"{template}@v1.0.0", project, "--data", "name=shop", where=tmp_path).code == 0
    kit.repo(template, {"notes.md.jinja": "{{ name }} two\n"}, "v2.0.0")
    assert scaffold("update", where=project).code == 0
    assert (project / "notes.md").read_text() == "shop two\n"


@pytest.mark.parametrize(
    ("config", "parts"),
    [
        (QUESTIONS + "_exlude: [x]\n", ("_exlude", "copier.yml:2", "_exclude")),
        ("name: {type: str, defualt: demo}\n", ("defualt", "copier.yml:1", "default")),
        ("name: {type: string, default: demo}\n", ("string", "copier.yml:1", "str")),
    ],
    ids=["setting", "key", "type"],
)
def test_what_copier_yml_may_not_say_is_caught(tmp_path, config, parts):
    # pain 18: no schema / typo detection for copier.yml
    case = Case(tmp_path, {"notes.md": "one\n"})
    case.release({"notes.md": "two\n"}, config=config)
    before = snapshot(case.ours)
    refused(case.update(), *parts)
    assert snapshot(case.ours) == before
    refused(scaffold("new", case.template, tmp_path / "new", "--defaults", where=tmp_path), *parts)
    assert not (tmp_path / "new").exists()


def test_executable_bits_and_links_come_along(tmp_path):
    # pain 19: executable bits, symlinks
    links = QUESTIONS + "_preserve_symlinks: true\n"
    script = "#!/bin/sh\necho one\n"
    case = Case(
        tmp_path,
        {"run.sh": script, "edited.sh": script, "drop.sh": kit.executable(script), "a.txt": "a\n", "b.txt": "b\n",
         "now": kit.link("a.txt"), "turns": kit.link("a.txt")},
        config=links,
    )  # fmt: skip
    assert (case.ours / "now").readlink() == Path("a.txt")
    case.work({"edited.sh": script + "echo ours\n"})
    (case.template / "now").unlink()
    case.release(
        {"run.sh": kit.executable(script), "edited.sh": kit.executable(script), "drop.sh": script, "now": kit.link("b.txt"),
         "more": kit.link("b.txt"), "turns.tmp": "a file now\n"}
    )  # fmt: skip
    (case.template / "turns").unlink()
    (case.template / "turns.tmp").rename(case.template / "turns")
    kit.repo(case.template, {}, "v2.0.1")
    done = case.update()
    assert done.code == 0, done.err
    modes = {name: (case.ours / name).stat().st_mode & 0o111 != 0 for name in ("run.sh", "edited.sh", "drop.sh")}
    assert modes == {"run.sh": True, "edited.sh": True, "drop.sh": False}
    assert (case.ours / "edited.sh").read_text() == script + "echo ours\n"
    assert [(case.ours / name).readlink() for name in ("now", "more")] == [Path("b.txt"), Path("b.txt")]
    assert not (case.ours / "turns").is_symlink()
    staged = git("ls-files", "--stage", where=case.ours).splitlines()
    assert {line.partition("\t")[2]: line[:6] for line in staged if ".scaffold/" not in line} == {
        "a.txt": "100644", "b.txt": "100644", "drop.sh": "100644", "edited.sh": "100755", "more": "120000",
        "now": "120000", "run.sh": "100755", "turns": "100644",
    }  # fmt: skip


HOSTILE = """\
[commit]
gpgSign = true
[tag]
gpgSign = true
[gpg]
program = false
[core]
hooksPath = {place}/hooks
excludesFile = {place}/excludes
attributesFile = {place}/attributes
whitespace = trailing-space
[init]
templateDir = {place}/init
[apply]
whitespace = error
[merge]
conflictStyle = merge
[diff]
noprefix = true
external = false
[color]
ui = always
"""


def test_a_users_signing_hooks_and_settings_for_git_do_not_disturb(tmp_path):
    # pain 20: git environment: gpg signing, hooks
    case = Case(tmp_path, {"notes.txt": LINES, "both.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours  "), "both.txt": changed(LINES, 2, "ours")})
    config = QUESTIONS + "_migrations: ['echo migrated > by-migration.txt']\n_tasks: ['git init -q . && rm -rf .git']\n"
    case.release({"notes.txt": changed(LINES, 11, "theirs"), "new.txt": "new\n"}, config=config)
    place = tmp_path / "hostile"
    write(
        place, {".gitconfig": HOSTILE.format(place=place), "excludes": "*.txt\n", "attributes": "*.txt text eol=crlf\n"}
    )
    for name in ("pre-commit", "post-checkout", "reference-transaction", "commit-msg", "post-index-change"):
        kit.write(
            place, {f"{folder}/{name}": kit.executable("#!/bin/sh\nexit 1\n") for folder in ("hooks", "init/hooks")}
        )
    done = case.update(HOME=str(place))
    assert done.code == 0, done.err
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours  "), 11, "theirs")
    assert (case.ours / "by-migration.txt").read_text() == "migrated\n"
    assert (case.ours / "new.txt").read_text() == "new\n"
    refused(case.update("--data", "name=x", "--commit", HOME=str(place)), "git could not commit", "scaffold undo")


def test_a_tag_that_was_moved_is_refused_and_shown(tmp_path):
    # pain 21: moved tags ("Copier isn't compatible with moving tags")
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    was = git("rev-parse", "v1.0.0", where=case.template).strip()
    case.release({"notes.txt": changed(LINES, 11, "theirs")})
    git("tag", "--force", "v1.0.0", where=case.template)
    now = git("rev-parse", "v1.0.0", where=case.template).strip()
    said = f"the tag of template 1.0.0 was moved: it marked {was[:10]} when it was applied, and now {now[:10]}"
    status = scaffold("status", "--format", "json", where=case.ours)
    assert (status.code, status.json["behind"], status.json["notes"]) == (3, True, [said])
    before = snapshot(case.ours)
    refused(case.update(), said, "--to")
    assert snapshot(case.ours) == before
    clean(case, case.update("--to", "2.0.0"))
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")


def test_a_tag_that_was_deleted_is_not_needed(tmp_path):
    # pain 21: versions
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    git("tag", "--delete", "v1.0.0", where=case.template)
    case.release({"notes.txt": changed(LINES, 11, "theirs")})
    clean(case, case.update())
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")


def rewrite(case: Case, files: Mapping[str, kit.Content], tag: str) -> None:
    """Give the template a new history with one commit, and nothing of the old one."""
    shutil.rmtree(case.template)
    kit.repo(case.template, {"copier.yml": QUESTIONS, **ANSWERS, **files}, tag)


def test_a_history_that_was_rewritten_is_taken_where_that_is_asked_for(tmp_path):
    # pain 21: versions
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    rewrite(case, {"notes.txt": changed(LINES, 11, "theirs")}, "v2.0.0")
    before = snapshot(case.ours)
    refused(case.update(), "the history", "was rewritten", "--to 2.0.0")
    assert snapshot(case.ours) == before
    clean(case, case.update("--to", "2.0.0"))
    assert (case.ours / "notes.txt").read_text() == changed(changed(LINES, 2, "ours"), 11, "theirs")


def test_a_history_that_was_rewritten_to_less_is_refused(tmp_path):
    # pain 21: versions
    case = Case(tmp_path, {"notes.txt": LINES})
    rewrite(case, {"notes.txt": changed(LINES, 11, "theirs")}, "v0.9.0")
    before = snapshot(case.ours)
    refused(case.update(), "the history", "was rewritten", "0.9.0", "--to 0.9.0")
    assert snapshot(case.ours) == before


def test_each_command_asks_the_template_once_and_offline_never(tmp_path):
    # what an update costs: 3 ls-remote and 5 remote updates, which may see different tags
    template = kit.repo(tmp_path / "template", {"copier.yml": QUESTIONS, "notes.txt": LINES}, "v1.0.0")
    url, project, trace = f"file://{template}", tmp_path / "project", tmp_path / "trace"

    def contacts(*words: Any, where: Path = project, code: int = 0) -> int:
        trace.unlink(missing_ok=True)
        done = scaffold(*words, where=where, GIT_TRACE=str(trace))
        assert done.code == code, done.err
        return trace.read_text().count("built-in: git upload-pack") if trace.exists() else 0

    assert contacts("new", f"{url}@v1.0.0", project, "--defaults", where=tmp_path) == 1
    kit.repo(template, {"notes.txt": changed(LINES, 11, "theirs")}, "v2.0.0")
    assert contacts("status", "--offline") == 0, "and nothing is known of what was not fetched"
    assert contacts("status", code=3) == 1
    assert contacts("diff", "--upstream") == 1
    assert contacts("update", "--dry-run") == 1
    shutil.rmtree(template)
    assert contacts("update", "--offline") == 0
    assert (project / "notes.txt").read_text() == changed(LINES, 11, "theirs")
