"""Declared steps on files: what a service becomes by them, and what they leave to a person."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from scaffold.blueprint.file_steps import parse
from scaffold.blueprint.manifest import Migration
from scaffold.blueprint.ownership import Ownership
from scaffold.formats import values, yaml
from scaffold.lock import Lock
from scaffold.plan.make import Target, make
from tests.kit import file, laws, tree

S = "settings.toml"
OLD = '# how it is built\n[build]\nflags = ["a"]  # why\nlevel = 1\nold = true\n'
NEW = '# how it is built\n[build]\noptions = ["a"]  # why\nlevel = 1\n'
RENAMED = "- rename: {settings.toml: {build.flags: build.options}}\n- drop: {settings.toml: [build.old]}\n"


def head(version):
    return Lock("0.1.0", "demo", "lib", version, None, {}, {})


class World:
    """A service that was stamped with `old`, and the plan that brings it to `new` by steps."""

    def __init__(self, owner, old, keys=None):
        self.owner = lambda _: Ownership(owner, keys or {})
        self.base = {path: file(text) for path, text in old.items()}
        self.ours = dict(self.base)
        self.lock = make(head("1.0.0"), {}, self.target(old, "1.0.0"), lambda *_: None).lock_after

    def target(self, files, version, *migrations):
        return Target(tree=tree(files), ownership=self.owner, migrations=migrations, lock=head(version))

    def edit(self, path, text):
        self.ours[path] = file(text)
        return self

    def to(self, new, text, version="2.0.0", earlier=(), **more):
        """Plan an update, and take it."""
        steps = Migration(Version(version), {}, (), "", parse(yaml.load(text.encode(), "blueprint.yml")))
        target = replace(self.target(new, version, *earlier, steps), **more)
        blobs = {f.blob: f.content for f in (*self.base.values(), *self.ours.values())}
        before = dict(self.ours)
        plan = make(self.lock, self.ours, target, lambda _, locked: blobs.get(locked.blob))
        assert plan.lock_before == self.lock
        for action in plan:
            assert action.before is None or action.before is before[action.path]
            if action.changes:
                self.ours.pop(action.path, None)
                self.ours |= {action.path: action.after} if action.after else {}
        self.base |= dict(plan.given)
        self.lock = plan.lock_after
        self.earlier = (*earlier, steps)
        return plan

    def text(self, path=S):
        return self.ours[path].content.decode()


def said(plan, path=S):
    return {action.path: action for action in plan}[path]


def test_a_renamed_key_takes_the_teams_value_along():
    world = World("managed", {S: OLD}).edit(S, OLD.replace('"a"', '"a", "b"'))
    plan = world.to({S: NEW}, RENAMED)
    assert not plan.conflicts
    assert world.text() == NEW.replace('"a"', '"a", "b"')
    without = World("managed", {S: OLD}).edit(S, OLD.replace('"a"', '"a", "b"')).to({S: NEW}, "[]")
    assert [action.path for action in without.conflicts] == [S], "or the step shows nothing"


def test_a_seeded_file_is_edited_and_stays_the_teams():
    mine = "# mine\n" + OLD.replace("level = 1", "level = 7")
    world = World("seeded", {S: OLD}).edit(S, mine)
    plan = world.to({S: NEW}, RENAMED)
    assert world.text() == mine.replace("flags", "options").replace("old = true\n", "")
    assert said(plan).verb == "merge"
    assert said(plan).why == (
        "seeded: the team's; 2.0.0 renames `build.flags` to `build.options`; 2.0.0 drops `build.old`"
    )
    assert not world.to({S: NEW}, "[]", "2.1.0", world.earlier).changes


@pytest.mark.parametrize("owner", ["managed", "seeded"])
@pytest.mark.parametrize(
    ("step", "edit"),
    [
        ("drop: {settings.toml: [build.old]}", ("old = true", "old = false")),
        ("set: {settings.toml: {build.level: 2}}", ("level = 1", "level = 7")),
        ("set: {settings.toml: {build.level: 2}}", ("level = 1\n", "")),
    ],
)
def test_what_the_team_has_changed_is_in_conflict_and_never_lost(owner, step, edit):
    world = World(owner, {S: OLD}).edit(S, OLD.replace(*edit))
    plan = world.to({S: OLD}, f"- {step}")
    (conflict,) = plan.conflicts
    assert "which the team has changed" in conflict.why
    assert conflict.stages.ours.content.decode() == OLD.replace(*edit)
    assert values.parse(S, conflict.stages.base.content) == values.parse(S, OLD.encode())
    assert "<<<<<<<" in world.text()
    wanted = values.parse(S, conflict.stages.theirs.content)
    assert wanted["build"].get("old", None) is None or wanted["build"]["level"] == 2
    entry = plan.lock_after.files[S]
    assert entry.pending is not None
    assert entry.blob == file(OLD).blob


@pytest.mark.parametrize("owner", ["managed", "seeded"])
def test_what_the_team_has_left_is_set(owner):
    world = World(owner, {S: OLD}).edit(S, f"{OLD}[own]\nx = 1\n")
    plan = world.to({S: OLD}, "- set: {settings.toml: {build.level: 2, tool.demo.on: [1, x]}}")
    assert not plan.conflicts
    data = values.parse(S, world.ours[S].content)
    assert data["build"]["level"] == 2
    assert data["tool"]["demo"]["on"] == [1, "x"]
    assert data["own"] == {"x": 1}
    assert "# how it is built" in world.text()


def test_a_key_is_no_conflict_for_what_an_earlier_step_has_made_of_it():
    mine = f"{OLD}[own]\nx = 1\n"
    world = World("seeded", {S: OLD}).edit(S, mine)
    assert not world.to({S: OLD}, "- set: {settings.toml: {build.level: 2}}").conflicts
    plan = world.to({S: OLD}, "- set: {settings.toml: {build.level: 3}}", "3.0.0", world.earlier)
    assert not plan.conflicts
    assert "level = 3" in world.text()


@pytest.mark.parametrize(
    ("mine", "verb"), [(OLD, "delete"), (f"{OLD}# mine\n", "conflict")], ids=["untouched", "edited"]
)
@pytest.mark.parametrize("owner", ["managed", "seeded"])
def test_a_file_is_dropped_unless_the_team_has_edited_it(owner, mine, verb):
    world = World(owner, {S: OLD, "keep.md": "x\n"}).edit(S, mine)
    plan = world.to({"keep.md": "x\n"}, "- drop: [settings.toml, '*.cfg']")
    assert said(plan).verb == verb
    assert (S in world.ours) == (verb == "conflict")


def test_a_seeded_file_is_dropped_as_an_earlier_step_has_left_it():
    world = World("seeded", {S: OLD})
    world.to({S: OLD}, "- set: {settings.toml: {build.level: 2}}")
    assert said(world.to({}, "- drop: [settings.toml]", "3.0.0", world.earlier)).verb == "delete"


def test_what_is_not_the_blueprints_is_left_alone():
    world = World("seeded", {"a/x.cfg": "old\n"})
    world.edit("a/own.cfg", "old\n").edit("b/x.cfg", "old\n")
    world.to({"a/x.cfg": "new\n"}, "- replace: {'*.cfg': {old: new}}")
    assert [world.text(path) for path in ("a/x.cfg", "a/own.cfg", "b/x.cfg")] == ["new\n", "old\n", "old\n"]
    world.to({}, "- drop: ['*.cfg']", "3.0.0")
    assert sorted(world.ours) == ["a/own.cfg", "b/x.cfg"]


def test_what_the_team_has_made_its_own_is_left_alone():
    world = World("managed", {S: OLD})
    plan = world.to({S: NEW}, f"{RENAMED}- drop: [settings.toml]", own=lambda *_: True)
    assert not plan.changes


def test_a_locked_file_is_as_the_template_has_it():
    world = World("locked", {S: OLD})
    world.to({S: NEW}, "- set: {settings.toml: {build.level: 5}}")
    assert world.text() == NEW


def test_a_text_goes_wherever_it_stands_and_an_edit_of_it_is_a_conflict_as_ever():
    old, new = "use: acme/old@1\nwith: x\n", "use: acme/new@1\nwith: x\n"
    step = "- replace: {ci.txt: {acme/old: acme/new}}"
    mine = "use: acme/old@1 # here\nwith: y\nuse: acme/old@1\n"
    world = World("managed", {"ci.txt": old}).edit("ci.txt", mine)
    assert not world.to({"ci.txt": new}, step).conflicts
    assert world.text("ci.txt") == mine.replace("old", "new")
    other = World("managed", {"ci.txt": old}).edit("ci.txt", "use: acme/mine@1\nwith: x\n")
    assert other.to({"ci.txt": new}, step).conflicts


def test_a_text_that_is_part_of_the_new_one_is_replaced_once():
    world = World("seeded", {"ci.txt": "use: x@v1\n"}).edit("ci.txt", "use: x@v1\nuse: x@v1.2\n")
    world.to({"ci.txt": "use: x@v1.2\n"}, "- replace: {ci.txt: {x@v1: x@v1.2}}")
    assert world.text("ci.txt") == "use: x@v1.2\nuse: x@v1.2\n"


def test_line_ends_are_the_files():
    world = World("seeded", {"a.md": "one\ntwo\nthree\n"}).edit("a.md", "one\r\ntwo\r\nthree\r\nfour\r\n")
    world.to({"a.md": "1\n2\nthree\n"}, '- replace: {a.md: {"one\\ntwo\\n": "1\\n2\\n"}}')
    assert world.text("a.md") == "1\r\n2\r\nthree\r\nfour\r\n"


def test_both_names_of_a_key_are_a_conflict():
    mine = OLD.replace("level = 1", 'level = 1\noptions = ["b"]')
    world = World("seeded", {S: OLD}).edit(S, mine)
    (conflict,) = world.to({S: NEW}, "- rename: {settings.toml: {build.flags: build.options}}").conflicts
    assert conflict.stages.ours.content.decode() == mine
    assert values.parse(S, conflict.stages.theirs.content)["build"]["options"] == ["a"]


def test_a_seeded_file_that_cannot_be_read_is_a_conflict_that_says_so():
    world = World("seeded", {S: OLD}).edit(S, "[build\n")
    (conflict,) = world.to({S: NEW}, RENAMED).conflicts
    assert "2.0.0 renames `build.flags` to `build.options`, which cannot be done: " in conflict.why
    assert world.text() == "[build\n"


def test_each_step_that_clashes_or_fails_is_told():
    world = World("seeded", {S: OLD}).edit(S, OLD.replace("level = 1", "level = 7"))
    steps = "- set: {settings.toml: {build.level: 2}}\n- set: {settings.toml: {build.flags.x: 1, build.new: 1}}\n"
    (conflict,) = world.to({S: OLD}, steps).conflicts
    assert conflict.why.startswith(
        "2.0.0 sets `build.level`, which the team has changed; 2.0.0 sets `build.flags.x`, which"
    )
    assert "=======\nlevel = 2\n>>>>>>>" in world.text()
    assert "new = 1" in world.text()


def test_a_step_finds_a_file_by_the_name_of_its_version():
    world = World("seeded", {"old.toml": OLD}).edit("old.toml", f"{OLD}# mine\n")
    first = Migration(
        Version("2.0.0"),
        {"old.toml": "mid.toml"},
        (),
        "",
        parse(yaml.load(b"- set: {mid.toml: {build.level: 2}}", "b")),
    )
    second = Migration(Version("3.0.0"), {"mid.toml": S}, (), "", ())
    plan = world.to({S: NEW}, "- rename: {settings.toml: {build.flags: build.options}}", "3.0.1", (first, second))
    assert "3.0.1 renames" in said(plan, "old.toml").why, "what is the team's stays where it is"
    assert world.text("old.toml") == f"{OLD}# mine\n".replace("level = 1", "level = 2").replace("flags", "options")


def test_a_locked_key_goes_along_and_is_still_put_back():
    keys = {("build", "flags"): "locked"}
    world = World("managed", {S: OLD}, keys).edit(S, OLD.replace('"a"', '"z"'))
    world.owner = lambda _: Ownership("managed", {("build", "options"): "locked"})
    plan = world.to({S: NEW}, RENAMED)
    assert not plan.conflicts
    assert world.text() == NEW
    assert said(plan).drift == ("build.options",)


names = st.sampled_from(["a", "b", "c"])
documents = st.dictionaries(names, st.integers(0, 2), max_size=3)
step_texts = st.one_of(
    st.tuples(st.just("set"), names, st.integers(0, 2)).map(lambda s: f"- set: {{f.json: {{{s[1]}: {s[2]}}}}}"),
    names.map(lambda name: f"- drop: {{f.json: [{name}]}}"),
    st.tuples(names, names).filter(lambda s: s[0] != s[1]).map(lambda s: f"- rename: {{f.json: {{{s[0]}: {s[1]}}}}}"),
)


@laws
@given(st.sampled_from(["managed", "seeded"]), documents, documents, documents, st.lists(step_texts, max_size=3))
def test_no_value_of_the_teams_is_lost_without_a_word(owner, base, ours, theirs, steps):
    marked = {name: value + 100 for name, value in ours.items()}  # values that only the team has
    text = {"base": base, "ours": {**base, **marked}, "theirs": theirs}
    old, mine, new = (json.dumps(one, indent=1) + "\n" for one in text.values())
    world = World(owner, {"f.json": old}).edit("f.json", mine)
    plan = world.to({"f.json": new}, "\n".join(steps) or "[]")
    kept = plan.conflicts[0].stages.ours.content if plan.conflicts else world.ours["f.json"].content
    assert {*marked.values()} <= {*json.loads(kept).values()}
