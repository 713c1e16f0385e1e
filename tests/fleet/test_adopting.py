"""Members that Copier, cruft or nobody made, planned to be adopted: as `scaffold adopt --commit` does it in a clone."""

import json
import shutil
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import ScaffoldError
from tests import kit
from tests.fleet.company import TODAY
from tests.kit import git
from tests.scenarios import test_adopt as adoptions
from tests.scenarios import world

COPIER = {
    "copier.yml": adoptions.COPIER,
    **{f"template/{path}": text for path, text in adoptions.FIRST.items()},
}
COOKIES = {**adoptions.COOKIES, "{{cookiecutter.slug}}/extra.txt": "given\n"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Repositories of each kind, and the library that is looked through for those of which nothing is recorded."""
    root = tmp_path_factory.mktemp("company")
    template = kit.repo(root / "origin/service", COPIER, "v1.0.0")
    cookies = kit.repo(root / "origin/cookies", COOKIES, "1.0.0")
    for name, words in {"orders": (), "shop": ("-d", "docs=false"), "below": (), "moved": (), "damaged": ()}.items():
        place = root / "members" / name / ("services/a" if name == "below" else "")
        place.parent.mkdir(parents=True, exist_ok=True)
        world.copier("copy", "--defaults", "-d", f"name={name}", *words, template, place, where=root)
        kit.repo(root / "members" / name, {"own.txt": "ours\n"})
    edited = (root / "members/shop/README.md").read_text().replace("one", "one, ours")
    kit.repo(root / "members/shop", {"README.md": edited, "docs/index.md": "ours\n"})
    (root / "members/shop/old.txt").unlink()
    kit.repo(root / "members/shop", {})
    for name, old, new in (("damaged", "name: damaged", "name: ["), ("moved", "_src_path: ", "_src_path: /gone")):
        answers = root / "members" / name / adoptions.ANSWERS
        kit.repo(root / "members" / name, {adoptions.ANSWERS: answers.read_text().replace(old, new)})
    state = adoptions.cruft_state(cookies, skip=["setup.cfg"])
    pay = {"README.md": "# Pay Day\n\none, ours\n\ntwo\n\nthree\n", "setup.cfg": "[metadata]\nname = pay-day\n"}
    kit.repo(root / "members/pay-day", {**pay, "extra.txt": "given\n", ".cruft.json": state})
    kit.repo(root / "members/odd", {"README.md": "# By hand\n"})
    library = world.make_library(root / "library")
    world.release(library, "1.1.0", world.NEXT)
    world.stamp(library, root / "members/by-hand", "--data", "name=tool")
    shutil.rmtree(root / "members/by-hand/.git")
    shutil.rmtree(root / "members/by-hand/.scaffold")
    (root / "members/by-hand/old.txt").unlink()
    kit.repo(root / "members/by-hand", {"app.py": "pass\n", "settings.toml": "entirely = 'ours'\n"})
    git(root, "clone", "--quiet", "--bare", str(root / "members/orders"), "members/far.git")
    world.stamp(library, root / "members/adopted")
    (root / "fleet.yml").write_text("library: library\nmembers:\n  - glob: members/*\n")
    return root


@pytest.fixture(scope="module")
def planned(made):
    before = {place: git(place, "for-each-ref") for place in (made / "members").iterdir()}
    found = scaffold.fleet_plan(made / "fleet.yml", adopt=True, today=TODAY, run_on="loop")
    assert {place: git(place, "for-each-ref") for place in before} == before
    return {one.name: one for one in found.plan.results}, found


def alone(made, name, into):
    """The tree and the message of an adoption in a clone, or why there is none."""
    place = made / "members" / (f"{name}.git" if name == "far" else name)
    clone = into / name
    git(into, "clone", "--quiet", str(place), str(clone))
    try:
        scaffold.adopt(clone, library=str(made / "library"), yes=name == "by-hand", commit=True)
    except ScaffoldError as error:
        return str(error).replace(f"{clone}/", "").replace(f"{clone}: ", ""), None
    return git(clone, "log", "-1", "--format=%T").strip(), git(clone, "log", "-1", "--format=%B").strip()


@pytest.mark.parametrize("name", ["orders", "shop", "below", "far", "pay-day", "by-hand"])
def test_a_member_gets_what_an_adoption_gives_it_in_a_clone(made, planned, tmp_path, name):
    one = planned[0][name]
    tree, message = alone(made, name, tmp_path)
    assert (one.state, one.tree, one.message) == ("clean", tree, message), one.why
    assert (one.version, bool(one.to), bool(one.group)) == ("", True, True)
    assert one.prefix == ("services/a" if name == "below" else "")
    assert set(one.files) >= {f"{one.prefix}/.scaffold/lock.json".lstrip("/")}


@pytest.mark.parametrize("name", ["moved", "damaged", "odd"])
def test_one_that_cannot_be_adopted_is_blocked_with_its_reason(made, planned, tmp_path, name):
    one = planned[0][name]
    why, none = alone(made, name, tmp_path)
    assert none is None
    assert (one.state, one.why) == ("blocked", why.replace(str(tmp_path / name), str(made / "members" / name)))


def test_who_is_adopted_is_planned_as_before_and_nobody_is_adopted_unasked(made, planned):
    plan = scaffold.fleet_plan(made / "fleet.yml", today=TODAY, run_on="loop").plan.results
    unasked = {one.name: one for one in plan}
    assert unasked["adopted"] == planned[0]["adopted"]
    others = {(one.state, one.why) for name, one in unasked.items() if name != "adopted"}
    assert others == {("blocked", "unadopted: no blueprint was applied here (scaffold adopt)")}


def test_adoptions_are_groups_of_their_own(planned):
    found, plan = planned
    groups = {group.digest: group for group in plan.plan.groups}
    assert groups[found["orders"].group].projects == ("below", "far", "orders")
    assert groups[found["by-hand"].group].diff == "adopt demo 1.0.0\n"
    assert "-_src_path" in groups[found["orders"].group].diff
    assert len({found[name].group for name in ("orders", "pay-day", "by-hand", "adopted")}) == 4
    notes = found["shop"].notes
    assert notes[0].startswith("made by Copier from ")
    assert "deleted since: old.txt" in notes
    assert "not here until an update brings it: old.txt" in found["by-hand"].notes


def test_the_address_of_a_template_keeps_no_login_in_a_plan(made, tmp_path, monkeypatch):
    place = tmp_path / "members/orders"
    shutil.copytree(made / "members/orders", place)
    answers = (place / adoptions.ANSWERS).read_text()
    source = next(line for line in answers.splitlines() if line.startswith("_src_path"))
    kit.repo(place, {adoptions.ANSWERS: answers.replace(source, "_src_path: https://me:s3cr3t@127.0.0.1:9/x.git")})
    (tmp_path / "fleet.yml").write_text("members:\n  - glob: members/*\n")
    kit.repo(place, {"other.txt": "1\n"})
    config = {"COUNT": "1", "KEY_0": f"url.{made / 'origin/service'}.insteadOf", "VALUE_0": "https://127.0.0.1:9/x.git"}
    for name, value in config.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    found = scaffold.fleet_plan(tmp_path / "fleet.yml", adopt=True, today=TODAY, run_on="loop")
    assert found.plan.results[0].state == "clean", found.plan.results[0].why
    assert "-_src_path: https://127.0.0.1:9/x.git" in found.plan.groups[0].diff
    assert b"s3cr3t" not in (found.folder / "plan.json").read_bytes()


def test_a_blueprint_is_named_and_answers_are_given(made, tmp_path):
    words = ("fleet", "plan", "--where", "name=by-hand", "--into", tmp_path, "--format", "json")
    done = world.scaffold(*words, "--adopt", "--blueprint", "demo@1.1.0", "--data", "name=other", where=made)
    assert done.code == 0, done.err
    one = json.loads(done.out)["projects"][0]
    assert (one["to"], one["message"]) == ("1.1.0", "chore: adopt demo 1.1.0")
    clone = tmp_path / "by-hand"
    git(tmp_path, "clone", "--quiet", str(made / "members/by-hand"), str(clone))
    scaffold.adopt(clone, source=str(made / "library"), blueprint="demo@1.1.0", data={"name": "other"}, commit=True)
    assert git(clone, "log", "-1", "--format=%T").strip() == one["tree"]
    wrong = world.scaffold(*words, "--blueprint", "demo", where=made)
    assert (wrong.code, "--blueprint" in wrong.err) == (2, True)


def test_a_mirror_is_adopted_by_the_name_of_its_address(made, tmp_path):
    far = made / "members/far.git"
    (tmp_path / "fleet.yml").write_text(f"members:\n  - url: {Path(far).as_uri()}\n")
    one = scaffold.fleet_plan(tmp_path / "fleet.yml", adopt=True, today=TODAY, run_on="loop").plan.results[0]
    git(tmp_path, "clone", "--quiet", Path(far).as_uri(), "far")
    scaffold.adopt(tmp_path / "far", commit=True)
    assert one.tree == git(tmp_path / "far", "log", "-1", "--format=%T").strip(), one.why
