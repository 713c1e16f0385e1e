"""A person decides once: the same conflict of a later release is settled as before, until that is taken back."""

import json

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.fleet import planfile
from scaffold.report import conflicts as as_text_of_conflicts
from scaffold.report import data as as_data
from scaffold.report import text as as_text
from scaffold.tree import blob_id
from tests import kit
from tests.fleet.company import TODAY
from tests.kit import git
from tests.scenarios import world as world_of

LINES = "".join(f"{number}\n" for number in range(1, 20))
TOML = '[a]\nlevel = {}\nname = "x"\n\n[b]\nother = {}\n'


def lines(**at):
    return "".join(f"{at.get(f'l{number}', number)}\n" for number in range(1, 20))


class World:
    """A template with a release for each state of a file, and a project in which a team has edited it."""

    def __init__(self, root, path, first, mine):
        self.root, self.path, self.number = root, path, 1
        kit.repo(root / "template", {"copier.yml": "name: demo\n", path: first, "other": "1\n"}, "v1.0.0")
        self.project = root / "project"
        scaffold.new(f"{root / 'template'}@v1.0.0", self.project)
        self.team(mine)

    def team(self, content):
        kit.repo(self.project, {self.path: content})

    def comes(self, content, **options):
        """Release another state, and update to it; what is clean is committed."""
        self.number += 1
        kit.repo(self.root / "template", {self.path: content, "other": f"{self.number}\n"}, f"v{self.number}.0.0")
        return self.update(**options)

    def update(self, **options):
        return scaffold.update(self.project, commit=True, **options)

    def decide(self, how):
        """Take a side, or write what was decided by hand, and finish the update."""
        if how in ("ours", "theirs", "both"):
            scaffold.resolve([self.project / self.path], side=how)
        else:
            kit.write(self.project, {self.path: how})
        assert scaffold.continue_update(self.project).conflicts == ()

    @property
    def content(self):
        return (self.project / self.path).read_bytes().decode()

    @property
    def entry(self):
        return json.loads((self.project / ".scaffold/lock.json").read_text())["files"][self.path]


def before(done):
    assert done.plan.conflicts == ()
    return [(one["path"], one["taken"], one["version"]) for one in as_data.update(done)["decided_before"]]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, "f", LINES, lines(l5="mine"))


def test_what_was_decided_holds_in_the_next_releases_and_the_report_says_so(world):
    assert [one.path for one in world.comes(lines(l5="theirs")).plan.conflicts] == ["f"]
    world.decide("ours")
    done = world.comes(lines(l5="theirs", l15="new"))
    assert before(done) == [("f", "yours", "2.0.0")]
    assert any("decided before: yours" in line.text for line in as_text.update(done))
    assert world.content == lines(l5="mine", l15="new")
    about = scaffold.explain(world.project / "f")
    assert as_data.explain(about)["decided_before"] == [{"taken": "yours", "version": "2.0.0"}]
    assert any("decided before" in line.text and "2.0.0" in line.text for line in as_text.explain(about))
    done = world.comes(lines(l5="theirs", l15="new"))
    assert before(done) == [("f", "yours", "2.0.0")], "also where nothing changes in the file"
    assert any("f " in line.text and "decided before: yours" in line.text for line in as_text.update(done))


def test_the_same_change_that_comes_again_is_not_asked_again(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    assert world.comes(lines(l15="new")).plan.conflicts, "taking it back is another change"
    world.decide("ours")
    done = world.comes(lines(l5="theirs", l15="newer"))
    assert before(done) == [("f", "yours", "2.0.0")]
    assert world.content == lines(l5="mine", l15="newer")
    assert world.comes(lines(l15="newest")).plan.conflicts == (), "and so is the way back"


def test_a_change_that_differs_a_little_is_asked(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    assert world.comes(lines(l5="theirs,")).plan.conflicts


def test_where_the_update_was_taken_back_so_is_the_decision(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    assert "decided" in world.entry
    scaffold.undo(world.project)
    assert "decided" not in world.entry
    assert world.comes(lines(l5="theirs")).plan.conflicts


def test_a_clone_and_a_bare_repository_know_it_too(world, tmp_path):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines(l15="new"))
    world.decide("ours")
    git(tmp_path, "clone", "--quiet", "--bare", "project", "bare.git")
    git(tmp_path, "clone", "--quiet", "project", "clone")
    world.comes(lines(l5="theirs", l15="newer"), dry_run=True)
    for place in ("clone", "bare.git"):
        assert before(scaffold.update(tmp_path / place, dry_run=True)) == [("f", "yours", "2.0.0")]


def test_the_plan_of_a_fleet_asks_no_more_than_an_update_does(world, tmp_path):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines())
    world.decide("ours")
    world.comes(lines(l5="theirs", l15="new"), dry_run=True)
    (tmp_path / "fleet.yml").write_text("members: [{folder: project}]\n")
    (one,) = planfile.read(scaffold.fleet_plan(tmp_path / "fleet.yml", today=TODAY, run_on="loop").folder).results
    assert (one.state, one.files["f"][1]) == ("clean", blob_id(lines(l5="mine", l15="new").encode()))
    world.team(lines(l5="mine", l9="mine"))
    world.comes(lines(l5="theirs", l9="theirs", l15="new"), dry_run=True)
    (one,) = planfile.read(scaffold.fleet_plan(tmp_path / "fleet.yml", today=TODAY, run_on="loop").folder).results
    assert one.state == "conflict", "and what is new is asked"


def test_it_is_learned_from_a_commit_made_by_hand(world):
    world.comes(lines(l5="theirs"))
    kit.repo(world.project, {"f": lines(l5="mine")})
    assert before(world.comes(lines(l5="theirs", l15="new"))) == [("f", "yours", "2.0.0")]
    assert "marked" not in world.entry


@pytest.mark.parametrize(
    ("how", "taken", "stands"),
    [
        ("theirs", "the blueprint's", lines(l5="theirs")),
        ("both", "both", lines(l5="mine\ntheirs")),
        (lines(l5="mine and theirs"), "by hand", lines(l5="mine and theirs")),
    ],
)
def test_another_decision_is_remembered_too(world, how, taken, stands):
    world.comes(lines(l5="theirs"))
    world.decide(how)
    assert (world.entry["decided"][0]["taken"], world.content) == (taken, stands)
    done = world.comes(lines(l5="theirs", l15="new"))
    assert before(done) == ([] if how == "theirs" else [("f", taken, "2.0.0")])
    assert world.content == stands.replace("15\n", "new\n")


def test_two_places_of_a_file_are_two_decisions(tmp_path):
    world = World(tmp_path, "f", LINES, lines(l5="mine", l12="mine"))
    world.comes(lines(l5="theirs", l12="theirs"))
    world.decide(lines(l5="mine", l12="theirs"))
    assert [one["taken"] for one in world.entry["decided"]] == ["yours", "the blueprint's"]
    assert before(world.comes(lines(l5="theirs", l12="theirs", l18="new"))) == [("f", "yours", "2.0.0")]
    world.team(lines(l5="mine", l12="mine", l18="new"))
    world.comes(lines(l18="new"))
    world.decide("ours")
    done = world.comes(lines(l5="theirs", l12="theirs", l18="newer"))
    assert {taken for _, taken, _ in before(done)} == {"yours", "the blueprint's"}
    assert world.content == lines(l5="mine", l12="theirs", l18="newer")


def test_what_is_known_of_one_place_leaves_the_other_to_decide(tmp_path):
    world = World(tmp_path, "f", LINES, lines(l5="mine", l12="mine"))
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines())
    world.decide("ours")
    done = world.comes(lines(l5="theirs", l12="theirs"))
    (left,) = done.plan.conflicts
    assert left.why.endswith("decided before: yours")
    assert world.content.count("<<<<<<<") == 1
    assert "\nmine\n6\n" in world.content
    world.decide("theirs")
    assert world.content == lines(l5="mine", l12="theirs")


def test_it_is_taken_back_and_the_next_update_asks_again(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines(l5="theirs", l15="new"))
    said = scaffold.forget([world.project])
    assert [(one.path, one.conflicts) for one in said.files] == [("f", 1)]
    assert any("f  what was decided in 1 place" in line.text for line in as_text_of_conflicts.resolve(said))
    kit.repo(world.project, {})
    done = world.update()
    assert [one.why for one in done.plan.conflicts] == ["what was decided before is taken back"]
    assert "<<<<<<< yours\nmine\n||||||| stamped 3.0.0\ntheirs\n=======\ntheirs\n>>>>>>>" in world.content
    world.decide("theirs")
    assert world.content == lines(l5="theirs", l15="new")
    assert not world.update().plan.conflicts
    assert "asked" not in world.entry


def test_a_conflict_that_comes_again_after_that_is_asked(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines())
    world.decide("ours")
    scaffold.forget([world.project / "f"])
    kit.repo(world.project, {})
    assert world.comes(lines(l5="theirs")).plan.conflicts


def test_nothing_is_forgotten_where_nothing_was_decided_or_something_is_open(world):
    with pytest.raises(ProjectError, match="nothing was decided here"):
        scaffold.forget([world.project / "f"])
    world.comes(lines(l5="theirs"))
    with pytest.raises(ProjectError, match="not finished"):
        scaffold.forget([world.project / "f"])


def test_line_ends_make_no_difference(tmp_path):
    def windows(**at):
        return lines(**at).replace("\n", "\r\n")

    world = World(tmp_path, "f", LINES, windows(l5="mine"))
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    world.comes(lines(l15="new"))
    world.decide("ours")
    assert before(world.comes(lines(l5="theirs", l15="newer"))) == [("f", "yours", "2.0.0")]
    assert world.content == windows(l5="mine", l15="newer")
    scaffold.forget([world.project / "f"])
    kit.repo(world.project, {})
    assert world.update().plan.conflicts
    world.decide("theirs")
    assert world.content == windows(l5="theirs", l15="newer")


def test_a_file_without_lines_is_one_decision(tmp_path):
    world = World(tmp_path, "f", "\0first", "\0mine")
    world.comes("\0theirs")
    world.decide("ours")
    assert before(world.comes("\0theirs")) == [("f", "yours", "2.0.0")]
    world.comes("\0first")
    world.decide("ours")
    assert before(world.comes("\0theirs")) == [("f", "yours", "2.0.0")]
    assert world.content == "\0mine"
    scaffold.forget([world.project / "f"])
    kit.repo(world.project, {})
    assert world.update().plan.conflicts
    world.decide("theirs")
    assert world.content == "\0theirs"


def test_a_file_that_the_team_has_moved_takes_it_along(world):
    world.comes(lines(l5="theirs"))
    world.decide("ours")
    git(world.project, "mv", "f", "moved")
    kit.repo(world.project, {})
    assert before(world.comes(lines(l5="theirs", l15="new"))) == [("moved", "yours", "2.0.0")]
    scaffold.forget([world.project / "moved"])


def test_a_file_merged_by_key_is_asked_by_key(tmp_path):
    world = World(tmp_path, "f.toml", TOML.format(1, 1), TOML.format('"mine"', 1))
    world.comes(TOML.format('"theirs"', 1))
    world.decide("ours")
    world.comes(TOML.format(1, 2))
    world.decide("ours")
    assert before(world.comes(TOML.format('"theirs"', 3))) == [("f.toml", "yours", "2.0.0")]
    assert world.content == TOML.format('"mine"', 3)


def test_locked_keys_are_the_platforms_whatever_was_decided_beside_them(tmp_path):
    library = world_of.make_library(tmp_path / "library")
    project = world_of.stamp(library, tmp_path / "project")
    path, text = "settings.toml", world_of.TEMPLATES["settings.toml"]

    def comes(version, other, level):
        changed = text.replace("a = 1", f"a = {other}").replace("level = 1", f"level = {level}")
        world_of.release(library, version, {path: changed})
        return scaffold.update(project, commit=True)

    kit.repo(project, {path: text.replace("a = 1", "a = 'mine'")})
    for version, other, level in (("1.1.0", "'theirs'", 2), ("1.2.0", 1, 3)):
        assert comes(version, other, level).plan.conflicts
        scaffold.resolve([project / path], side="ours")
        assert scaffold.continue_update(project).conflicts == ()
    assert before(comes("1.3.0", "'theirs'", 4)) == [(path, "yours", "1.1.0")]
    assert (project / path).read_text() == text.replace("a = 1", "a = 'mine'").replace("level = 1", "level = 4")
