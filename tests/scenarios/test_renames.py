"""Files and folders that either side has moved, in real repositories."""

import json

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.render.means import Means
from tests import kit
from tests.scenarios import world
from tests.scenarios.world import commit, git, snapshot

LINES = "".join(f"line {number}\n" for number in range(1, 13))
OTHER = "".join(f"other {number}\n" for number in range(1, 13))
THIRD = "".join(f"third {number}\n" for number in range(1, 13))
QUESTIONS = "pkg: {type: str, default: old}\n"


def changed(text: str, number: int, to: str) -> str:
    rows = text.splitlines()
    rows[number - 1] = to
    return "\n".join(rows) + "\n"


class Case:
    """A library with the blueprint demo, and a project of its first version."""

    def __init__(self, place, files, ownership=None, questions=QUESTIONS):
        self.more = {"ownership": ownership or {"*": "managed"}}
        self.root = kit.library(place / "library", {"base": {"copier.yml": questions, **files}}, **self.more)
        kit.repo(self.root, {}, "demo/v1.0.0")
        self.project = place / "project"
        scaffold.new("demo@1.0.0", self.project, source=str(self.root))

    def release(self, version, files, *gone, **more):
        """Change template files, remove others, and tag a release."""
        for path in gone:
            (self.root / "templates/base" / path).unlink()
        kit.library(self.root, {"base": files}, version=version, **self.more, **more)
        kit.repo(self.root, {}, f"demo/v{version}")

    def work(self, files=(), *gone, moves=()):
        """Let the team move, remove and write files, and commit."""
        for old, new in dict(moves).items():
            (self.project / new).parent.mkdir(parents=True, exist_ok=True)
            (self.project / old).rename(self.project / new)
        for path in gone:
            (self.project / path).unlink()
        kit.write(self.project, dict(files))
        commit(self.project)

    def update(self, **more):
        """Update, and take it back and make it again: undo is exact, and the second time is as the first."""
        before = snapshot(self.project)
        scaffold.update(self.project, **more)
        after = snapshot(self.project)
        scaffold.undo(self.project)
        assert snapshot(self.project) == before
        done = scaffold.update(self.project, **more)
        assert snapshot(self.project) == after
        return done

    def settled(self):
        """Commit; nothing is left to do."""
        commit(self.project, "updated")
        assert scaffold.status(self.project).state == "current"
        assert scaffold.update(self.project).up_to_date

    def read(self, path):
        return (self.project / path).read_text()

    def files(self):
        """The project's files, without scaffold's own."""
        paths = git("ls-files", where=self.project).split()
        return {path for path in paths if not path.startswith(".scaffold")}

    @property
    def lock(self):
        return json.loads(self.read(".scaffold/lock.json"))["files"]


def verbs(done):
    return {action.path: action.verb for action in done.plan if action.changes}


def whys(done):
    return {action.path: action.why for action in done.plan}


PACKAGE = {
    "src/{{ pkg }}/__init__.py": "",
    "src/{{ pkg }}/app.py.jinja": "import {{ pkg }}\n" + LINES,
    "src/{{ pkg }}/run.sh": kit.executable("#!/bin/sh\n"),
}


def test_another_answer_moves_a_package_with_the_teams_edits(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({"src/old/app.py": "import old\n" + changed(LINES, 6, "ours")})
    done = case.update(data={"pkg": "new"})
    assert not done.plan.conflicts
    assert case.files() == {"src/new/__init__.py", "src/new/app.py", "src/new/run.sh"}
    assert case.read("src/new/app.py") == "import new\n" + changed(LINES, 6, "ours")
    assert (case.project / "src/new/run.sh").stat().st_mode & 0o100
    assert not (case.project / "src/old").exists()
    case.settled()


def test_the_teams_own_files_in_a_renamed_package_are_offered_the_move_and_never_moved_unasked(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({"src/old/mine.py": "mine\n", "src/old/sub/deep.py": "deep\n", "src/other.py": "x\n"})
    case.work({f"src/{package}/twice.py": f"{package}\n" for package in ("old", "new")})
    kit.write(case.project, {"src/old/scratch.txt": "not in git\n"})
    asked = []
    done = case.update(data={"pkg": "new"}, move_own=asked.append)
    offered = [("src/old/mine.py", "src/new/mine.py"), ("src/old/sub/deep.py", "src/new/sub/deep.py")]
    assert list(done.plan.offers) == list(asked[0]) == offered
    assert done.plan.folders == {"src/old": "src/new"}
    assert case.read("src/old/mine.py") == "mine\n"
    assert "left where it was, since git does not have it: src/old/scratch.txt" in done.notes
    assert any(note.startswith("left where it was") and note.endswith("src/old/twice.py") for note in done.notes)
    scaffold.undo(case.project)

    done = case.update(data={"pkg": "new"}, move_own=True)
    assert done.plan.offers == ()
    assert (case.read("src/new/mine.py"), case.read("src/new/sub/deep.py")) == ("mine\n", "deep\n")
    assert case.read("src/old/scratch.txt") == "not in git\n"
    assert whys(done)["src/new/mine.py"] == "yours, moved from src/old/mine.py"
    assert "src/new/mine.py" not in case.lock, "it stays the team's own"
    assert {path for path in case.files() if path.startswith("src/old")} == {"src/old/twice.py"}
    case.settled()


def test_what_holds_work_or_finds_its_place_taken_is_left(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({f"src/old/{name}.py": f"{name}\n" for name in ("dirty", "staged", "there", "free")})
    kit.write(case.project, {"src/old/dirty.py": "work\n", "src/old/staged.py": "work\n", "src/new/there.py": "own\n"})
    git("add", "src/old/staged.py", where=case.project)
    done = case.update(data={"pkg": "new"}, move_own=True)
    assert [offer.path for offer in done.plan.offers] == ["src/old/dirty.py", "src/old/staged.py", "src/old/there.py"]
    assert [case.read(f"src/old/{name}.py") for name in ("dirty", "staged", "there")] == ["work\n", "work\n", "there\n"]
    assert (case.read("src/new/there.py"), case.read("src/new/free.py")) == ("own\n", "free\n")
    assert sum("not moved to" in note for note in done.notes) == 3


def test_a_folder_that_is_still_there_is_not_moved(tmp_path):
    case = Case(tmp_path, {**PACKAGE, "src/old/kept.py": "kept\n"})
    case.work({"src/old/mine.py": "mine\n"})
    done = case.update(data={"pkg": "new"}, move_own=True)
    assert (done.plan.folders, done.plan.offers) == ({}, ())
    assert case.read("src/old/mine.py") == "mine\n"


def test_the_command_line_offers_and_moves(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({"src/old/mine.py": "mine\n"})
    words = ("update", "--data", "pkg=new", "--defaults")
    said = world.scaffold(*words, "--dry-run", where=case.project)
    assert "the same update with --move-own moves them\n  src/old/mine.py  -> src/new/mine.py\n" in said.out
    done = world.scaffold(*words, "--format", "json", where=case.project)
    assert done.json["offers"] == [{"from": "src/old/mine.py", "to": "src/new/mine.py"}]
    assert world.scaffold("undo", where=case.project).code == 0
    moved = world.scaffold(*words, "--move-own", "--commit", "--format", "json", where=case.project)
    assert (moved.code, moved.json["offers"]) == (0, [])
    assert {row["path"] for row in moved.json["changed"]} >= {"src/old/mine.py", "src/new/mine.py"}
    assert git("status", "--porcelain", where=case.project) == ""


SWAP = "first: {type: str, default: a}\nsecond: {type: str, default: b}\n"


def test_two_files_swap_their_names(tmp_path):
    files = {"{{ first }}.txt": LINES, "{{ second }}.txt": OTHER}
    case = Case(tmp_path, files, questions=SWAP)
    case.work({"a.txt": changed(LINES, 2, "ours"), "b.txt": changed(OTHER, 2, "ours")})
    case.release("1.1.0", {"{{ first }}.txt": changed(LINES, 11, "theirs")})
    done = case.update(data={"first": "b", "second": "a"})
    assert not done.plan.conflicts
    assert case.read("b.txt") == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert case.read("a.txt") == changed(OTHER, 2, "ours")
    assert verbs(done) == {"a.txt": "replace", "b.txt": "merge"}
    case.settled()


def test_a_chain_of_names(tmp_path):
    case = Case(tmp_path, {"{{ first }}.txt": LINES, "{{ second }}.txt": OTHER}, questions=SWAP)
    case.work({"a.txt": changed(LINES, 2, "ours"), "b.txt": changed(OTHER, 2, "ours")})
    done = case.update(data={"first": "b", "second": "c"})
    assert not done.plan.conflicts
    assert (case.read("b.txt"), case.read("c.txt")) == (changed(LINES, 2, "ours"), changed(OTHER, 2, "ours"))
    assert verbs(done) == {"a.txt": "delete", "b.txt": "replace", "c.txt": "create"}
    case.settled()


def test_a_chain_whose_end_is_taken_is_no_move_and_loses_nothing(tmp_path):
    case = Case(tmp_path, {"{{ first }}.txt": LINES, "{{ second }}.txt": OTHER}, questions=SWAP)
    case.work({"a.txt": changed(LINES, 2, "ours"), "b.txt": changed(OTHER, 2, "ours"), "c.txt": "the team's\n"})
    done = case.update(data={"first": "b", "second": "c"})
    assert {action.path for action in done.plan.conflicts} == {"a.txt", "b.txt", "c.txt"}
    assert "ours" in case.read("a.txt")
    assert "ours" in case.read("b.txt")
    assert "the team's" in case.read("c.txt")


def test_a_chain_whose_first_file_the_team_has_deleted(tmp_path):
    case = Case(tmp_path, {"{{ first }}.txt": LINES, "{{ second }}.txt": OTHER}, questions=SWAP)
    case.work({"b.txt": changed(OTHER, 2, "ours")}, "a.txt")
    case.update(data={"first": "b", "second": "c"})
    assert case.files() == {"c.txt"}
    assert case.read("c.txt") == changed(OTHER, 2, "ours")
    case.settled()


def test_a_file_moves_away_and_a_new_one_comes_to_its_place(tmp_path):
    case = Case(tmp_path, {"{{ first }}.txt": LINES}, questions=SWAP)
    case.work({"a.txt": changed(LINES, 2, "ours")})
    case.release("1.1.0", {"{{ second }}.txt": OTHER})
    done = case.update(data={"first": "c", "second": "a"})
    assert not done.plan.conflicts
    assert (case.read("c.txt"), case.read("a.txt")) == (changed(LINES, 2, "ours"), OTHER)
    case.settled()


def test_seeded_files_that_the_team_has_made_its_own_stay_unless_another_comes_to_their_place(tmp_path):
    owned = {"*": "seeded"}
    case = Case(tmp_path, {"{{ first }}.txt": LINES, "{{ second }}.txt": OTHER}, owned, SWAP)
    case.work({"a.txt": "ours a\n", "b.txt": "ours b\n"})
    case.update(data={"first": "b", "second": "a"})
    assert (case.read("a.txt"), case.read("b.txt")) == ("ours b\n", "ours a\n")
    case.settled()
    done = case.update(data={"first": "x", "second": "y"})
    assert (case.read("a.txt"), case.read("b.txt")) == ("ours b\n", "ours a\n")
    assert (case.lock["x.txt"]["at"], case.lock["y.txt"]["at"]) == ("b.txt", "a.txt")
    assert done.plan.offers == (("a.txt", "y.txt"), ("b.txt", "x.txt"))
    scaffold.undo(case.project)
    case.update(data={"first": "x", "second": "y"}, move_own=True)
    assert case.files() == {"x.txt", "y.txt"}
    assert (case.read("x.txt"), case.read("y.txt")) == ("ours a\n", "ours b\n")
    assert "at" not in case.lock["x.txt"]
    case.settled()


LOOP = "names: {type: yaml, default: [user, order]}\npkg: {type: str, default: old}\n"
ITEM = "src/{{ pkg }}/{% yield name from names %}{{ name }}{% endyield %}.py.jinja"


def loop(tmp_path, item=ITEM, text="model {{ name }}\n" + LINES):
    case = Case(tmp_path, {item: text}, questions=LOOP)
    case.work({f"src/old/{name}.py": f"model {name}\n{changed(LINES, 3, name)}" for name in ("user", "order")})
    return case


def test_files_of_a_loop_are_paired_by_its_value(tmp_path):
    case = loop(tmp_path)
    done = case.update(data={"pkg": "new", "names": ["order", "user", "more"]})
    assert not done.plan.conflicts
    for name in ("user", "order"):
        assert case.read(f"src/new/{name}.py") == f"model {name}\n{changed(LINES, 3, name)}"
    assert case.read("src/new/more.py") == f"model more\n{LINES}"
    case.settled()


def test_a_renamed_value_of_a_loop_is_known_by_its_content(tmp_path):
    case = loop(tmp_path)
    done = case.update(data={"names": ["customer", "order"]})
    assert not done.plan.conflicts
    assert case.read("src/old/customer.py") == f"model customer\n{changed(LINES, 3, 'user')}"
    case.settled()


def test_another_value_of_a_loop_is_not_the_old_one(tmp_path):
    case = loop(tmp_path, text="one {{ name }}\ntwo {{ name }}\nthree {{ name }}\n")
    done = case.update(data={"names": ["customer", "order"]})
    assert [action.path for action in done.plan.conflicts] == ["src/old/user.py"]
    assert "user" in case.read("src/old/user.py"), "the team's edit stays, as a conflict"
    assert case.read("src/old/customer.py") == "one customer\ntwo customer\nthree customer\n"


def test_where_both_have_moved_a_file_to_one_place_it_is_merged_there(tmp_path):
    case = Case(tmp_path, {"notes.txt": LINES, "{{ pkg }}.txt": OTHER})
    case.work({"docs/notes.txt": changed(LINES, 2, "ours")}, "notes.txt", moves={"old.txt": "new.txt"})
    case.release("1.1.0", {"docs/notes.txt": changed(LINES, 11, "theirs")}, "notes.txt")
    done = case.update(data={"pkg": "new"})
    assert not done.plan.conflicts
    assert case.read("docs/notes.txt") == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert case.read("new.txt") == OTHER
    assert case.files() == {"docs/notes.txt", "new.txt"}
    case.settled()


def test_where_both_have_moved_a_file_to_two_places_it_stays_at_the_teams(tmp_path):
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"ours/notes.txt": changed(LINES, 2, "ours")}, "notes.txt")
    case.release("1.1.0", {"theirs/notes.txt": changed(LINES, 11, "theirs")}, "notes.txt")
    done = case.update()
    assert case.files() == {"ours/notes.txt"}
    assert case.read("ours/notes.txt") == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert "the team has moved it from notes.txt" in whys(done)["ours/notes.txt"]
    assert case.lock["theirs/notes.txt"]["at"] == "ours/notes.txt"
    case.settled()
    case.release("1.2.0", {"theirs/notes.txt": changed(changed(LINES, 11, "theirs"), 6, "again")})
    case.update()
    assert "again" in case.read("ours/notes.txt")


def test_a_new_file_at_the_place_where_the_team_moved_another_is_a_conflict(tmp_path):
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work(moves={"notes.txt": "mine.txt"})
    case.release("1.1.0", {"notes.txt": changed(LINES, 2, "theirs")})
    case.update()
    assert case.lock["notes.txt"]["at"] == "mine.txt"
    commit(case.project, "updated")
    case.release("1.2.0", {"mine.txt": OTHER})
    done = case.update()
    assert [action.path for action in done.plan.conflicts] == ["mine.txt"]
    assert "theirs" in case.read("mine.txt")


def test_a_new_file_goes_to_where_the_team_has_moved_the_folder(tmp_path):
    files = {"src/old/a.py": LINES, "src/old/b.py": OTHER, "src/old/__init__.py": ""}
    case = Case(tmp_path, files)
    case.work({"src/mine/own.py": "own\n"}, moves={path: path.replace("old", "mine") for path in files})
    case.release("1.1.0", {"src/old/new.py": "new\n", "src/old/sub/deep.py": "deep\n"})
    done = case.update()
    assert not done.plan.conflicts
    new = {"src/mine/new.py", "src/mine/sub/deep.py"}
    assert case.files() == {*(path.replace("old", "mine") for path in files), "src/mine/own.py", *new}
    assert whys(done)["src/mine/new.py"] == "new in the blueprint; the team has moved the folder src/old to src/mine"
    assert case.lock["src/old/__init__.py"]["at"] == "src/mine/__init__.py"
    case.settled()
    case.release("1.2.0", {"src/old/new.py": "newer\n", "src/old/last.py": "last\n"})
    case.update()
    assert (case.read("src/mine/new.py"), case.read("src/mine/last.py")) == ("newer\n", "last\n")


@pytest.mark.parametrize("in_git", [True, False], ids=["tracked", "untracked"])
def test_a_file_of_the_teams_where_a_new_one_would_follow_the_folder_is_not_overwritten(tmp_path, in_git):
    case = Case(tmp_path, {"src/old/a.py": LINES, "src/old/b.py": OTHER})
    case.work(moves={f"src/old/{name}.py": f"src/mine/{name}.py" for name in "ab"})
    kit.write(case.project, {"src/mine/new.py": "the team's\n"})
    if in_git:
        commit(case.project)
    case.release("1.1.0", {"src/old/new.py": "new\n"})
    if not in_git:
        with pytest.raises(ProjectError, match="uncommitted work"):
            case.update()
    else:
        done = case.update()
        assert [action.path for action in done.plan.conflicts] == ["src/mine/new.py"]
    assert "the team's\n" in case.read("src/mine/new.py")


def test_a_locked_file_does_not_follow_the_teams_folder(tmp_path):
    files = {"ci/a.yml": LINES, "ci/b.yml": OTHER}
    case = Case(tmp_path, files, {"*": "managed", "/ci/locked*": "locked"})
    case.work(moves={path: path.replace("ci", "mine") for path in files})
    case.release("1.1.0", {"ci/locked.yml": "locked\n", "ci/more.yml": "more\n"})
    case.update()
    assert case.files() == {"mine/a.yml", "mine/b.yml", "mine/more.yml", "ci/locked.yml"}
    case.settled()


def test_where_both_have_moved_a_folder_new_files_go_to_the_teams(tmp_path):
    case = Case(tmp_path, {"src/{{ pkg }}/a.py": LINES, "src/{{ pkg }}/b.py": OTHER})
    case.work(moves={f"src/old/{name}.py": f"src/mine/{name}.py" for name in "ab"})
    case.release("1.1.0", {"src/{{ pkg }}/c.py": "c\n"})
    case.update(data={"pkg": "new"})
    assert case.files() == {"src/mine/a.py", "src/mine/b.py", "src/mine/c.py"}
    case.settled()


def test_a_folder_that_the_blueprint_renames_keeps_edits_empty_files_and_modes(tmp_path):
    files = {
        "lib/__init__.py": "", "lib/sub/__init__.py": "", "lib/a.py": LINES, "lib/sub/b.py": OTHER,
        "lib/run": kit.executable(THIRD), "lib/icon.png": kit.file(b"\x89PNG\0icon"),
    }  # fmt: skip
    case = Case(tmp_path, files)
    case.work({"lib/a.py": changed(LINES, 2, "ours"), "lib/own.py": "own\n", "lib/__init__.py": "# ours\n"})
    renamed = {path.replace("lib", "src/core"): content for path, content in files.items()}
    case.release("2.0.0", {**renamed, "src/core/a.py": changed(LINES, 11, "theirs")}, *files)
    done = case.update(move_own=True)
    assert not done.plan.conflicts
    assert case.files() == {*renamed, "src/core/own.py"}
    assert case.read("src/core/a.py") == changed(changed(LINES, 2, "ours"), 11, "theirs")
    assert case.read("src/core/__init__.py") == "# ours\n"
    assert (case.project / "src/core/run").stat().st_mode & 0o100
    case.settled()


def test_a_binary_file_that_was_renamed_and_changed_is_another_one(tmp_path):
    lines = b"line\n" * 20
    case = Case(tmp_path, {"a.bin": kit.file(b"\0" + lines)})
    case.work({"a.bin": kit.file(b"\0ours" + lines)})
    case.release("1.1.0", {"b.bin": kit.file(b"\0theirs" + lines)}, "a.bin")
    done = case.update()
    assert [action.path for action in done.plan.conflicts] == ["a.bin"]
    assert (case.project / "a.bin").read_bytes() == b"\0ours" + lines


def test_a_name_that_changes_in_its_case_only(tmp_path):
    case = Case(tmp_path, {"Readme.md": LINES})
    case.work({"Readme.md": changed(LINES, 2, "ours")})
    case.release("1.1.0", {"README.md": changed(LINES, 11, "theirs")}, "Readme.md")
    case.update()
    assert case.files() == {"README.md"}
    assert case.read("README.md") == changed(changed(LINES, 2, "ours"), 11, "theirs")
    case.settled()


def test_a_locked_file_is_put_right_where_the_blueprint_has_moved_it(tmp_path):
    case = Case(tmp_path, {"{{ pkg }}.yml": LINES}, {"*": "locked"})
    case.work({"old.yml": changed(LINES, 2, "ours")})
    done = case.update(data={"pkg": "new"})
    assert (case.files(), case.read("new.yml")) == ({"new.yml"}, LINES)
    assert [action.path for action in done.plan if action.drift] == ["new.yml"]
    case.settled()


def test_a_locked_file_that_the_team_has_moved_is_put_back_and_the_teams_stays_its_own(tmp_path):
    case = Case(tmp_path, {"ci.yml": LINES}, {"*": "locked"})
    case.work(moves={"ci.yml": "mine.yml"})
    case.release("1.1.0", {"ci.yml": changed(LINES, 2, "theirs")})
    case.update()
    assert (case.read("ci.yml"), case.read("mine.yml")) == (changed(LINES, 2, "theirs"), LINES)
    case.settled()


def test_a_file_with_locked_keys_is_not_followed_either(tmp_path):
    owned = {"*": "managed", "/settings.toml": {"file": "managed", "keys": {"tool.lint": "locked"}}}
    text = "[tool.lint]\nlevel = 1\n\n[tool.other]\n" + "".join(f"key{n} = {n}\n" for n in range(9))
    case = Case(tmp_path, {"settings.toml": text, "x": "1\n"}, owned)
    case.work(moves={"settings.toml": "conf/settings.toml"})
    case.release("1.1.0", {"x": "2\n"})
    case.update()
    assert (case.read("settings.toml"), case.read("conf/settings.toml")) == (text, text)
    case.settled()


def test_a_conflict_that_was_resolved_at_another_place_is_followed_there(tmp_path):
    case = Case(tmp_path, {"notes.txt": LINES})
    case.work({"notes.txt": changed(LINES, 2, "ours")})
    case.release("1.1.0", {"notes.txt": changed(LINES, 2, "theirs")})
    assert case.update().plan.conflicts
    case.release("1.2.0", {"docs/notes.txt": changed(changed(LINES, 2, "theirs"), 11, "later")}, "notes.txt")
    with pytest.raises(ProjectError, match="conflicts are still open"):
        scaffold.update(case.project)
    case.work({"mine.txt": changed(LINES, 2, "both")}, "notes.txt")
    done = case.update()
    assert case.files() == {"mine.txt"}
    assert case.read("mine.txt").endswith("later\nline 12\n")
    assert [action.path for action in done.plan.conflicts] == []
    case.settled()


def test_back_to_the_version_before_moves_back(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({"src/old/app.py": "import old\n" + changed(LINES, 6, "ours")})
    app = "src/{{ pkg }}/app.py.jinja"
    case.release("1.1.0", {"lib/{{ pkg }}/app.py.jinja": PACKAGE[app]}, app)
    case.update()
    assert case.read("lib/old/app.py") == "import old\n" + changed(LINES, 6, "ours")
    case.settled()
    case.update(to="1.0.0")
    assert case.files() == {f"src/old/{name}" for name in ("__init__.py", "app.py", "run.sh")}
    assert case.read("src/old/app.py") == "import old\n" + changed(LINES, 6, "ours")


def test_what_the_team_has_moved_and_the_blueprint_drops(tmp_path):
    case = Case(tmp_path, {"plain.txt": LINES, "edited.txt": OTHER})
    case.work({"edited.txt": changed(OTHER, 2, "ours")})
    case.work(moves={"plain.txt": "mine/plain.txt", "edited.txt": "mine/edited.txt"})
    case.release("1.1.0", {}, "plain.txt", "edited.txt")
    done = case.update()
    assert verbs(done) == {"mine/plain.txt": "delete", "mine/edited.txt": "conflict"}
    assert case.read("mine/edited.txt") == changed(OTHER, 2, "ours")


def test_a_deleted_file_stays_deleted_where_the_blueprint_moves_it(tmp_path):
    case = Case(tmp_path, PACKAGE)
    case.work({}, "src/old/app.py")
    done = case.update(data={"pkg": "new"})
    assert case.files() == {"src/new/__init__.py", "src/new/run.sh"}
    assert "the blueprint has moved it to src/new/app.py" in whys(done)["src/old/app.py"]
    case.settled()


def test_a_file_that_is_not_in_git_is_not_overwritten_by_what_a_template_with_migrations_brings(tmp_path):
    config = "_migrations:\n  - command: 'true'\n"
    template = kit.repo(tmp_path / "template", {"copier.yml": config, "notes.txt": LINES}, "v1.0.0")
    scaffold.new(f"{template}@v1.0.0", tmp_path / "project", means=Means(trust=True))
    kit.write(tmp_path / "project", {"added.txt": "the team's\n"})
    kit.repo(template, {"added.txt": "the template's\n"}, "v1.1.0")
    with pytest.raises(ProjectError, match=r"uncommitted work: added\.txt"):
        scaffold.update(tmp_path / "project", means=Means(trust=True))
    assert (tmp_path / "project/added.txt").read_text() == "the team's\n"


def test_swaps_and_moves_in_a_folder_of_a_repository(tmp_path):
    case = Case(tmp_path, PACKAGE)
    kit.repo(tmp_path / "mono", {"top.txt": "top\n"})
    where = tmp_path / "mono/apps/one"
    scaffold.new("demo@1.0.0", where, source=str(case.root))
    case.project = where
    case.work({"src/old/app.py": "import old\n" + changed(LINES, 6, "ours"), "src/old/mine.py": "mine\n"})
    case.update(data={"pkg": "new"}, move_own=True)
    assert case.files() == {f"src/new/{name}" for name in ("__init__.py", "app.py", "mine.py", "run.sh")}
    case.settled()


def test_two_folders_that_become_one_offer_a_name_once(tmp_path):
    case = Case(tmp_path, {"one/a.txt": LINES, "two/b.txt": OTHER})
    case.work({"one/mine.txt": "one\n", "two/mine.txt": "two\n"})
    case.release("1.1.0", {"all/a.txt": LINES, "all/b.txt": OTHER}, "one/a.txt", "two/b.txt")
    done = case.update(move_own=True)
    assert (case.read("all/mine.txt"), case.read("two/mine.txt")) == ("one\n", "two\n")
    assert any("two/mine.txt" in note for note in done.notes)
    case.settled()
