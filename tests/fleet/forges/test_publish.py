"""A repository born: made, pushed and set by one command, at every forge that there is here, and whatever stops it."""

import json
import os
import subprocess
import sys

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.forges.port import Born, DeniedError, ForgeError
from tests.fleet.forges.conftest import TOKEN
from tests.fleet.forges.test_settings import WORDLESS
from tests.forges.stage import BOT
from tests.kit import git
from tests.scenarios import world as scenario

pytestmark = pytest.mark.long  # many processes, and a forge for each

SET = {
    "checks",
    "approvals",
    "code_owners",
    "block_force_pushes",
    "secret_scanning",
    "private_reporting",
    "topics",
    "delete_merged_branches",
}


@pytest.fixture
def new(library, tmp_path, address):
    def stamped(publish=None, **more):
        return scaffold.new("demo", tmp_path / "orders", source=str(library), publish=publish or address, **more)

    return stamped


@pytest.fixture
def project(library, tmp_path):
    return scaffold.new("demo", tmp_path / "orders", source=str(library)).root


def outcomes(published):
    return {one.setting: one.outcome for one in published.settings}


def is_whole(stage, project, published, visibility="private"):
    """Everything is there: the commit, the remote and what is followed, the settings."""
    path = f"{stage.owner}/orders"
    head = git(project, "rev-parse", "HEAD")
    assert stage.tip(path, "main") == head == published.commit
    assert git(project, "remote", "get-url", "origin") == f"{stage.url}/{path}.git"
    assert git(project, "rev-parse", "@{upstream}") == head
    found = stage.forge.repository(path)
    assert (found.default_branch, found.private) == ("main", visibility != "public")
    assert set(found.topics) == {"demo", "python"}
    wordless = WORDLESS[stage.kind] | ({"private_reporting"} if found.private else set())
    assert {name for name, outcome in outcomes(published).items() if outcome == "no word"} == wordless
    assert {name for name, outcome in outcomes(published).items() if outcome in ("set", "holds")} == SET - wordless
    assert not published.missing


# In one command.


def test_a_new_service_is_at_its_forge_with_its_settings(stage, new):
    result = new()
    is_whole(stage, result.root, result.published)
    assert (result.published.made, result.published.added, result.published.pushed) == (True, True, True)
    assert stage.token not in (result.root / ".git/config").read_text()


def test_a_project_that_exists(stage, project, address):
    is_whole(stage, project, scaffold.publish(address, project, visibility="public"), "public")


def test_twice_does_nothing_more(stage, new, address):
    first = new()
    before = stage.forge.settings(f"{stage.owner}/orders", "main")
    for again in (scaffold.publish(address, first.root), new().published):
        assert (again.made, again.added, again.pushed) == (False, False, False)
        is_whole(stage, first.root, again)
        assert "set" not in outcomes(again).values()
    assert stage.forge.settings(f"{stage.owner}/orders", "main") == before
    assert stage.asked("create") == 1
    assert stage.asked("push") <= 2  # git may ask for leave first


def test_what_was_pushed_since_stays(stage, new, address):
    root = new().root
    stage.branch(f"{stage.owner}/orders", "feature")
    scenario.write(root, {"more.txt": "more\n"})
    scenario.commit(root)
    again = scaffold.publish(address, root)
    assert not again.pushed
    assert any("git push" in note for note in again.notes)
    assert stage.tip(f"{stage.owner}/orders", "feature")


# Stopped.

STEPS = [("repository", 0), ("create", 0), ("repository", 1), ("git-refs", 0), ("push", 0), ("set", 0), ("set", 1)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]}-{step[1]}")
def test_killed_on_the_way_it_goes_on_where_it_was(stage, project, address, step):
    operation, after = step
    if stage.kind == "gitlab" and step not in STEPS[-3:]:
        pytest.skip("up to there the same as at the other")
    words = [sys.executable, "-m", "scaffold", "publish", address, str(project)]
    world = stage.proxy.world if stage.kind == "gitea" else stage.world
    world.victim = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stage.fault("kill", on=operation, after=after)
    out, err = world.victim.communicate()
    assert world.victim.returncode == -9, (out, err)
    is_whole(stage, project, scaffold.publish(address, project))
    assert [one.path for one in stage.forge.repositories(stage.owner)] == [f"{stage.owner}/orders"]
    assert stage.asked("create") == 1


def test_a_new_service_that_was_killed_is_gone_on_with_by_the_same_words(stage, new, address, library, tmp_path):
    words = [sys.executable, "-m", "scaffold", "new", "demo", "orders", "--source", str(library), "--publish", address]
    world = stage.proxy.world if stage.kind == "gitea" else stage.world
    world.victim = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stage.fault("kill", on="create")
    out, err = world.victim.communicate()
    assert world.victim.returncode == -9, (out, err)
    result = new()
    assert not result.published.made
    is_whole(stage, result.root, result.published)
    with pytest.raises(ProjectError, match="a project of demo already"):
        scaffold.new("other", result.root, source=str(library), publish=address)


@pytest.mark.parametrize("operation", ["create", "push", "set"])
def test_an_answer_that_was_lost(stage, project, address, operation):
    stage.fault("reset", on=operation, effect=True)
    is_whole(stage, project, scaffold.publish(address, project))


# Not allowed.


def test_who_may_not_make_one_has_all_the_rest(stage, known, library, tmp_path):
    made = scaffold.new("demo", tmp_path / "orders", source=str(library), publish=known)
    ((what, why),) = made.published.missing
    assert "the repository" in what
    assert why
    assert git(made.root, "log", "--format=%s") == "feat: stamp demo 1.0.0"
    assert git(made.root, "remote", "get-url", "origin") == f"{known}.git"
    stage.lets_create()  # and then somebody gives the right
    is_whole(stage, made.root, scaffold.publish(known, made.root))


def test_a_token_that_may_create_and_not_protect(stage, project, address):
    if stage.kind == "gitea":
        pytest.skip("who makes one there is its administrator")
    stage.world.owners[stage.owner].administer = False
    result = scaffold.publish(address, project)
    assert (result.made, result.pushed) == (True, True)
    lacking = WORDLESS[stage.kind] | {"private_reporting"}
    own = {"block_force_pushes"} if stage.kind == "gitlab" else set()  # which protects a default branch by itself
    assert {what for what, _ in result.missing} == SET - lacking - own
    assert all(why for _, why in result.missing)
    stage.administers(f"{stage.owner}/orders")
    is_whole(stage, project, scaffold.publish(address, project))


def test_a_token_that_may_not_push_workflows(stage, project, address):
    if stage.kind != "github":
        pytest.skip("of github alone")
    scenario.write(project, {".github/workflows/ci.yml": "on: push\n"})
    scenario.commit(project)
    stage.world.tokens[stage.token].rights.discard("workflow")
    result = scaffold.publish(address, project)
    assert [what for what, _ in result.missing] == ["the branch main"]
    assert "workflow" in result.missing[0][1]
    assert outcomes(result) == {
        "secret_scanning": "set",
        "delete_merged_branches": "set",
        "topics": "set",
        "private_reporting": "no word",
    }
    stage.world.tokens[stage.token].rights.add("workflow")
    is_whole(stage, project, scaffold.publish(address, project))


def test_a_forge_that_lacks_a_setting(stage, project, address):
    if stage.kind != "gitlab":
        pytest.skip("of gitlab alone")
    stage.world.paid = False
    result = scaffold.publish(address, project)
    assert {name for name, outcome in outcomes(result).items() if outcome == "no word"} == {
        "approvals", "code_owners", "secret_scanning", "private_reporting",
    }  # fmt: skip
    assert not result.missing


def test_without_a_token(stage, new, address, monkeypatch, tmp_path):
    monkeypatch.delenv(TOKEN)
    made = new()
    assert made.published.missing[0][0] == "publishing"
    assert TOKEN in made.published.missing[0][1]
    assert "scaffold publish" in made.published.notes[0]
    with pytest.raises(DeniedError, match=TOKEN):
        scaffold.publish(address, tmp_path / "orders")
    assert stage.asked("create") == 0


# Not the right place.


def test_a_name_that_is_taken_is_left_alone(stage, new, tmp_path):
    path = stage.repository()
    tip = stage.tip(path, "main")
    with pytest.raises(ProjectError, match="already, and it is not this one"):
        new(publish=f"{stage.url}/{path}")
    assert not (tmp_path / "orders").exists()
    assert stage.tip(path, "main") == tip


@pytest.mark.usefixtures("known")
def test_a_taken_name_for_a_project_that_exists(stage, project):
    path = stage.repository()
    before = stage.forge.settings(path, "main")
    with pytest.raises(ProjectError, match="not this one"):
        scaffold.publish(f"{stage.url}/{path}", project)
    assert git(project, "remote") == ""
    git(project, "remote", "add", "origin", f"{stage.url}/{path}.git")
    with pytest.raises(ProjectError, match="not this one"):
        scaffold.publish(f"{stage.url}/{path}", project)
    assert stage.forge.settings(path, "main") == before


@pytest.mark.usefixtures("known")
def test_a_name_that_is_taken_by_what_we_may_not_see(stage, project):
    stage.lets_create()
    path = stage.repository(private=True)
    if stage.kind == "gitea":
        pytest.skip("a member sees all of the organisation")
    stage.world.give(path, BOT, "none")
    with pytest.raises(ProjectError, match="not this one"):
        scaffold.publish(f"{stage.url}/{path}", project)
    assert git(project, "remote") == ""


def test_an_empty_one_is_taken_where_its_owner_says_so(stage, project, address):
    stage.forge.create(f"{stage.owner}/orders", Born())
    with pytest.raises(ProjectError, match="not this one"):
        scaffold.publish(address, project)
    git(project, "remote", "add", "origin", f"{address}.git")
    result = scaffold.publish(address, project)
    assert (result.made, result.added, result.pushed) == (False, False, True)
    is_whole(stage, project, result)


def test_a_remote_that_leads_elsewhere(stage, project, address):
    git(project, "remote", "add", "origin", "https://git.example/acme/orders.git")
    with pytest.raises(ProjectError, match=r"the remote origin is https://git\.example"):
        scaffold.publish(address, project)
    assert stage.asked("create") == 0


def test_the_command_line_says_it_all(stage, project, address):
    words = [sys.executable, "-m", "scaffold", "publish", address, str(project), "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["made"], said["pushed"], said["branch"], said["missing"]) == (True, True, "main", [])
    assert {"setting": "approvals", "wanted": 1, "outcome": "set", "why": ""} in said["settings"]
    assert stage.token not in done.stdout + done.stderr


# Whatever the forge.

BAD = [
    "orders",
    "gh:orders",
    "git@github.com:acme/orders.git",
    "http://github.com/acme/orders",
    "https://u:p@github.com/a/b",
    "gh:",
]


@pytest.mark.parametrize("written", BAD)
def test_no_address_to_publish_at(library, tmp_path, written):
    with pytest.raises(ProjectError):
        scaffold.new("demo", tmp_path / "orders", source=str(library), publish=written)
    assert not (tmp_path / "orders").exists()


def test_a_host_that_nobody_knows(library, tmp_path):
    with pytest.raises(ForgeError, match=r"nobody says what kind of forge git\.acme\.example is"):
        scaffold.new("demo", tmp_path / "orders", source=str(library), publish="https://git.acme.example/a/b")
    assert not (tmp_path / "orders").exists()


def test_a_folder_of_a_repository_is_not_published(library, tmp_path):
    root = tmp_path / "mono"
    root.mkdir()
    git(root, "init", "--quiet")
    with pytest.raises(ProjectError, match="a folder of the repository"):
        scaffold.new("demo", root / "orders", source=str(library), publish="gh:acme/orders")
    scaffold.new("demo", root / "orders", source=str(library))
    with pytest.raises(ProjectError, match="the project is a folder of"):
        scaffold.publish("gh:acme/orders", root / "orders")


def test_options_at_odds(library, tmp_path):
    for other in ("--no-git", "--dry-run", "--offline"):
        words = ["new", "demo", "orders", "--source", library, "--publish", "gh:acme/orders", other]
        done = scenario.scaffold(*words, where=tmp_path)
        assert done.code == 2, done.err
        assert other in done.err
