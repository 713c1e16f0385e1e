"""Plans of a fleet: each member gets what `scaffold update` gives it, nothing is written to it, and nothing is edited."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scaffold
from scaffold.errors import FormatError, ProjectError, ScaffoldError
from scaffold.fleet import planfile
from scaffold.fleet.kept import Kept
from scaffold.git.objects import open_repository
from scaffold.git.trees import grown
from tests import kit
from tests.fleet.company import TODAY, made
from tests.kit import git
from tests.once import once
from tests.scenarios.world import scaffold as command

MEMBERS = 60
LOCK = ".scaffold/lock.json"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return once(tmp_path_factory, f"company-of-{MEMBERS}", lambda folder: made(folder, MEMBERS))


@pytest.fixture(scope="module")
def planned(company, tmp_path_factory):
    return once(tmp_path_factory, "plan", lambda _: plan_of(company))


def plan_of(company):
    before = {place: contents(place) for place in sorted((company.root / "repositories").iterdir())}
    found = scaffold.fleet_plan(company.file, today=TODAY, run_on="loop")
    assert {place: contents(place) for place in before} == before, "nothing is written to a member"
    return found


def contents(place: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file() and path.name != "index"
    }


def alone(place: Path, prefix: str, into: Path):
    """What an update with a commit does in a clone of its own: the tree, or why there is none."""
    git(into.parent, "clone", "--quiet", place, into)
    try:
        updated = scaffold.update(into / prefix, commit=True, today=TODAY)
    except ScaffoldError as error:
        return str(error), None
    return updated, git(into, "rev-parse", "HEAD^{tree}").strip()


def tree_of(index: Path) -> str:
    return git(index, "write-tree").strip()


def test_every_member_gets_what_an_update_gives_it_in_a_clone(planned, tmp_path):
    states, without_markers = [], 0
    for number, one in enumerate(planned.plan.results):
        states.append(one.state)
        place, into = Path(one.place), tmp_path / str(number)
        if one.why.startswith("unadopted") or not one.base:
            assert one.state in ("blocked", "unreadable")
            continue
        updated, tree = alone(place, one.prefix, into)
        if one.state in ("blocked", "unreadable"):
            assert isinstance(updated, str), (one, updated)
            assert one.why.replace(str(place), "").rpartition(":")[2] in updated.replace(str(into), "")
            continue
        assert not isinstance(updated, str), (one, updated)
        assert (one.version, one.to) == (updated.plan.lock_before.version, updated.plan.lock_after.version)
        assert [path for path, _ in one.conflicts] == [action.path for action in updated.plan.conflicts]
        assert (one.state == "conflict") == bool(updated.plan.conflicts)
        assert (one.state == "unchanged") == updated.up_to_date
        assert [c.path for c in one.changes] == [action.path for action in updated.plan.changes]
        if one.state == "clean":
            assert one.tree == tree, one
            assert git(into, "log", "-1", "--format=%B").strip() == one.message.strip()
        if one.state == "conflict":
            git(into, "add", "--all")
            changed = [line.split() for line in git(into, "diff", "--cached", "--raw", "--abbrev=40").splitlines()]
            staged = {path: (mode, id_) for _, mode, _, id_, _, path in changed}
            opened = [path for path, side in one.files.items() if staged[path] != side]
            assert (staged.keys(), opened) == (
                one.files.keys(),
                [] if one.tree == tree_of(into) else [f"{one.prefix}/{LOCK}".lstrip("/")],
            )
            without_markers += len(opened)
    assert 0 < without_markers < states.count("conflict"), "of some the lock says that they are open"
    assert {*states} >= {"clean", "unchanged", "conflict", "blocked", "unreadable"}
    assert planned.plan.counts() == {state: states.count(state) for state in planned.plan.counts()}


def test_a_plan_holds_all_that_is_needed_to_apply_it(planned, tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "plan.git")
    shutil.rmtree(tmp_path / "plan.git/objects")
    shutil.copytree(planned.folder / "objects", tmp_path / "plan.git/objects")
    packed = open_repository(tmp_path / "plan.git")
    read = planfile.read(planned.folder)
    assert read == planned.plan
    for one in read.results:
        if one.state in ("clean", "conflict"):
            member = open_repository(Path(one.place))
            assert all(side is None or member.has(side[1]) or packed.has(side[1]) for side in one.files.values())
            assert grown(lambda id_, m=member: m.tree(id_), member.tree_of(one.base), one.files).id == one.tree
    assert len(list((planned.folder / "objects/pack").glob("*.pack"))) == 1


def test_members_with_the_same_patch_are_one_group(planned):
    plan = planned.plan
    assert [name for group in plan.groups for name in group.projects if not plan.groups] == []
    assert sorted(name for group in plan.groups for name in group.projects) == sorted(
        one.name for one in plan.results if one.group
    )
    assert len(plan.groups) < sum(bool(one.group) for one in plan.results)
    sizes = [len(group.projects) for group in plan.groups]
    assert sizes == sorted(sizes, reverse=True)
    assert all(group.diff for group in plan.groups)


def test_the_same_inputs_make_the_same_plan(company, planned):
    again = scaffold.fleet_plan(company.file, today=TODAY, run_on="loop")
    assert (again.plan, again.folder) == (planned.plan, planned.folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda text: text.replace('"state": "conflict"', '"state": "clean"', 1), "was changed since it was made"),
        (lambda text: text.replace('"format": 1', '"format": 2', 1), "another version of scaffold"),
        (lambda text: text[:-20], "this is no plan"),
        (lambda _: "[]", "this is no plan"),
        (lambda text: text.replace('"id"', '"ids"', 1), "was changed since"),
    ],
    ids=["state", "format", "torn", "list", "no id"],
)
def test_a_plan_that_somebody_has_edited_is_refused(planned, tmp_path, edit, message):
    folder = shutil.copytree(planned.folder, tmp_path / "plan")
    file = folder / "plan.json"
    text = file.read_text()
    assert file.stat().st_mode & 0o222 == 0
    file.unlink()
    file.write_text(edit(text))
    with pytest.raises(FormatError, match=message):
        scaffold.fleet_show(folder)


def test_no_plan_there_and_nothing_called_so(planned, tmp_path):
    with pytest.raises(FormatError, match="there is no plan"):
        scaffold.fleet_show(tmp_path)
    with pytest.raises(ProjectError, match="no member and no group is called xyz"):
        scaffold.fleet_show(planned.folder, "xyz")
    group = planned.plan.groups[0]
    assert scaffold.fleet_show(planned.folder, group.digest[:9]).group == group
    assert scaffold.fleet_show(planned.folder, group.projects[0]).member.group == group.digest


def test_a_selector_says_who_is_planned_for(company, planned):
    web = scaffold.fleet_plan(company.file, where="blueprint=web", today=TODAY, run_on="loop").plan
    assert {one.name for one in web.results} == {one.name for one in planned.plan.results if one.blueprint == "web"}
    drifted = scaffold.fleet_plan(company.file, where="drift", today=TODAY, run_on="loop").plan
    standing = scaffold.fleet_status(company.file, where="drift", today=TODAY, run_on="loop")
    assert [one.name for one in drifted.results] == sorted(one.name for one in standing.members)
    with pytest.raises(FormatError, match="none of the"):
        scaffold.fleet_plan(company.file, where="blueprint=nobody", today=TODAY, run_on="loop")


def test_back_to_an_older_version_after_a_bad_release(company, tmp_path):
    plan = scaffold.fleet_plan(
        company.file, where="blueprint=web version=2.0.0", to="1.1.0", today=TODAY, run_on="loop"
    ).plan
    clean = [one for one in plan.results if one.state == "clean"]
    assert clean
    assert {one.to for one in plan.results if one.state in ("clean", "conflict")} == {"1.1.0"}
    git(tmp_path, "clone", "--quiet", clean[0].place, "clone")
    scaffold.update(tmp_path / "clone" / clean[0].prefix, to="1.1.0", commit=True, today=TODAY)
    assert git(tmp_path / "clone", "rev-parse", "HEAD^{tree}").strip() == clean[0].tree


def fleet(root: Path) -> Path:
    (root / "fleet.yml").write_text("members:\n  - glob: members/*\n")
    return root / "fleet.yml"


def member(root: Path, name: str, source: Path, **data: str) -> Path:
    (root / "members").mkdir(exist_ok=True)
    scaffold.new(f"{source}@1.0.0", root / "members" / name, data={"name": name, **data})
    return root / "members" / name


def test_answers_are_changed_over_a_selection(tmp_path):
    template = kit.repo(
        tmp_path / "t",
        {"copier.yml": "name: x\ntier: {type: str, default: low}\n", "a.jinja": "{{ tier }} {{ name }}\n"},
        "v1.0.0",
    )
    for name in ("one", "two"):
        member(tmp_path, name, template)
    plan = scaffold.fleet_plan(fleet(tmp_path), data={"tier": "high"}, today=TODAY, run_on="loop").plan
    assert [one.state for one in plan.results] == ["clean", "clean"]
    assert len(plan.groups) == 1
    assert "+high one" in plan.groups[0].diff
    blocked = scaffold.fleet_plan(fleet(tmp_path), data={"none": "x"}, today=TODAY, run_on="loop").plan
    assert {(one.state, "no question `none`" in one.why) for one in blocked.results} == {("blocked", True)}


SECRET = "copier.yml", "name: x\ntok: {type: str, default: changeme, secret: true}\n"


def test_a_secret_never_enters_a_plan(tmp_path):
    files = {SECRET[0]: SECRET[1], "env.jinja": "a\nT={{ tok }}\n", "b.txt": "1\n"}
    template = kit.repo(tmp_path / "t", files, "v1.0.0")
    kit.repo(template, {"env.jinja": "b\nexport T={{ tok }}\n"}, "v1.1.0")
    member(tmp_path, "one", template, tok="s3cr3t-of-one")
    found = scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop")
    assert (found.plan.results[0].state, found.plan.results[0].why[:13]) == ("blocked", "needs secrets")
    kept = [place for place in (*found.folder.rglob("*"), *(tmp_path / "home").rglob("*")) if place.is_file()]
    assert not any(b"s3cr3t-of-one" in place.read_bytes() for place in kept)
    kit.repo(template, {"env.jinja": "a\nT={{ tok }}\n", "b.txt": "2\n"}, "v1.2.0")  # which touches it no more
    found = scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop")
    assert found.plan.results[0].state == "clean"
    assert not any(b"s3cr3t-of-one" in place.read_bytes() for place in found.folder.rglob("*") if place.is_file())


def test_code_of_a_template_needs_trust(tmp_path):
    template = kit.repo(tmp_path / "t", {"copier.yml": "name: x\n", "a.txt": "1\n"}, "v1.0.0")
    member(tmp_path, "one", template)
    kit.repo(template, {"copier.yml": "name: x\n_tasks: [touch made]\n", "a.txt": "2\n"}, "v1.1.0")
    result = scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop").plan.results[0]
    assert (result.state, result.why[:11]) == ("blocked", "needs trust")


def test_an_end_is_an_end(tmp_path):
    manifest = kit.manifest("demo", "1.0.0", ("base",))
    library = kit.repo(
        tmp_path / "l", {"blueprints/demo/blueprint.yml": manifest, "templates/base/a.txt": "1\n"}, "demo/v1.0.0"
    )
    (tmp_path / "members").mkdir()
    scaffold.new("demo", tmp_path / "members/one", source=str(library))
    ended = (
        manifest.replace("1.0.0", "1.1.0") + "lifecycle: {state: deprecated, sunset: 2027-01-14, replaced_by: other}\n"
    )
    kit.repo(library, {"blueprints/demo/blueprint.yml": ended, "templates/base/a.txt": "2\n"}, "demo/v1.1.0")
    result = scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop").plan.results[0]
    assert (result.state, "use other" in result.why) == ("retired", True)
    kit.repo(
        library,
        {"blueprints/demo/blueprint.yml": ended.replace("1.1.0", "1.2.0").replace("01-14", "02-14")},
        "demo/v1.2.0",
    )
    assert scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop").plan.results[0].state == "clean"
    assert (
        scaffold.fleet_plan(fleet(tmp_path), today=TODAY.replace(day=14), run_on="loop").plan.results[0].state
        == "clean"
    )


def test_what_was_known_is_forgotten_where_its_reason_is_gone(tmp_path, monkeypatch):
    template = kit.repo(tmp_path / "t", {"copier.yml": "name: x\n", "a.txt": "1\n"}, "v1.0.0")
    member(tmp_path, "one", template)

    def planned(**more):
        try:
            found = scaffold.fleet_plan(fleet(tmp_path), today=TODAY, run_on="loop", **more).plan.results
        except FormatError:
            return "nobody"
        return [(one.state, one.to) for one in found]

    assert planned(where="behind") == planned(where="behind") == "nobody"
    assert planned(to="1.1.0") == planned(to="1.1.0") == [("blocked", "")]
    kit.repo(template, {"copier.yml": "name: x\n_tasks: [touch made]\n", "a.txt": "2\n"}, "v1.1.0")
    assert planned(where="behind") == planned() == [("blocked", "")]
    (tmp_path / "settings.yml").write_text(f"trust: ['{template}']\n")
    monkeypatch.setenv("SCAFFOLD_SETTINGS", str(tmp_path / "settings.yml"))
    assert planned() == planned(to="1.1.0") == [("clean", "1.1.0")]


def kept_big():
    """Keep what is larger than a full disk takes, and find out that nothing is known."""
    Kept("plans").put("key", b"x" * 10_000)
    assert Kept("plans").get("key") is None


@pytest.fixture
def small(tmp_path):
    template = kit.repo(
        tmp_path / "t", {"copier.yml": "name: x\n", "a.jinja": "1 {{ name }}\n", "b.txt": "b\n"}, "v1.0.0"
    )
    for name in ("one", "two", "three"):
        member(tmp_path, name, template)
    kit.repo(template, {"a.jinja": "2 {{ name }}\n"}, "v1.1.0")
    return tmp_path


def states(root: Path) -> dict[str, str]:
    found = scaffold.fleet_plan(fleet(root), today=TODAY, run_on="loop").plan.results
    return {one.name: one.state for one in found}


def test_what_has_not_moved_is_not_read_again(small):
    assert states(small) == dict.fromkeys(("one", "two", "three"), "clean")
    kit.repo(small / "members/two", {"ours.txt": "moved\n"})
    for name in ("one", "two"):
        id_ = git(small / f"members/{name}", "rev-parse", "HEAD:a")
        (small / f"members/{name}/.git/objects" / id_[:2] / id_[2:]).unlink()
    assert states(small) == {"one": "clean", "two": "unreadable", "three": "clean"}
    kit.repo(small / "t", {"a.jinja": "3 {{ name }}\n"}, "v1.2.0")
    assert states(small) == {"one": "unreadable", "two": "unreadable", "three": "clean"}, (
        "a release is another question"
    )


def test_what_was_found_out_anew_takes_the_place_of_what_was_known(small):
    assert states(small) == dict.fromkeys(("one", "two", "three"), "clean")
    kit.repo(small / "t", {"a.jinja": "3 {{ name }}\n"}, "v1.2.0")
    assert states(small) == dict.fromkeys(("one", "two", "three"), "clean")
    id_ = git(small / "members/one", "rev-parse", "HEAD:a")
    (small / f"members/one/.git/objects/{id_[:2]}/{id_[2:]}").unlink()
    assert states(small)["one"] == "clean", "it is not read again"


@pytest.mark.parametrize("most", [1, 4], ids=["nothing fits", "a part fits"])
def test_a_full_disk_under_the_cache_costs_time_alone(small, most):
    cache = Path(os.environ["XDG_CACHE_HOME"])
    known = states(small)
    shutil.rmtree(cache)
    script = f"ulimit -f {most}; trap '' XFSZ; exec \"$@\""  # what a file may hold is what a full disk has left
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); from tests.fleet.test_plan import kept_big; kept_big()"
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not [place for place in cache.rglob("*") if place.is_file()], "nothing is left of it"
    assert states(small) == known


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_plan_with_what_is_known_is_the_plan_from_nothing(small, monkeypatch, seed):
    chance = random.Random(seed)
    for name in chance.sample(("one", "two", "three"), chance.randint(0, 3)):
        kit.repo(small / f"members/{name}", {chance.choice(("a", "b.txt", "c.txt")): f"{chance.random()}\n"})
    if chance.random() < 0.3:
        version = len(git(small / "t", "tag").split()) + 1
        kit.repo(small / "t", {"a.jinja": f"{chance.random()} {{{{ name }}}}\n"}, f"v1.{version}.0")
    data = {"name": "other"} if chance.random() < 0.3 else {}
    known = scaffold.fleet_plan(fleet(small), data=data, today=TODAY, run_on="loop").plan
    with monkeypatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(small / f"cache-{seed}"))
        assert scaffold.fleet_plan(fleet(small), data=data, today=TODAY, run_on="loop").plan == known


def test_what_is_wrong_with_one_member_stops_no_other(small):
    two = small / "members/two"
    lock = json.loads((two / ".scaffold/lock.json").read_text())
    for name, wrong in {"other": {"blueprint": "other"}, "newer": {"format": 9}, "version": {"version": "x.y"}}.items():
        shutil.copytree(two, small / f"members/{name}")
        kit.repo(small / f"members/{name}", {".scaffold/lock.json": json.dumps(lock | wrong)})
    huge = shutil.copytree(two, small / "members/huge")
    with (huge / "a").open("wb") as file:
        file.truncate(120_000_000)
    git(huge, "-c", "core.compression=0", "commit", "--quiet", "--all", "--message=huge")
    (small / "members/file").write_text("no repository\n")
    found = scaffold.fleet_plan(fleet(small), today=TODAY, run_on="loop").plan.results
    said = {one.name: (one.state, one.why) for one in found}
    assert {name: state for name, (state, _) in said.items() if name in ("one", "two", "three")} == dict.fromkeys(
        ("one", "two", "three"), "clean"
    )
    assert said["newer"][0] == said["version"][0] == "unreadable"
    assert "120,000,000 bytes" in said["huge"][1]
    assert said["other"][0] in ("blocked", "unreadable", "clean")
    assert all(state in ("clean", "unchanged") or why for state, why in said.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "members:\n  - folder: members/one\n    name: x\n  - folder: members/two\n    name: x\n",
            "two members are called x",
        ),
        ("members:\n  - folder: members/one\n  - folder: members/one\n    name: y\n", "listed twice"),
        ("members:\n  - floder: members/one\n", "folder"),
        ("members: []\n", "no members"),
    ],
    ids=["one name", "listed twice", "misspelt", "nobody"],
)
def test_a_fleet_that_is_none_is_refused(small, text, message):
    (small / "fleet.yml").write_text(text)
    done = command("fleet", "plan", where=small)
    assert (done.code, message in done.err, done.out) == (1, True, ""), done.err
    assert "fleet.yml" in done.err or "--where" in done.err


def test_a_plan_that_cannot_be_written_is_said(small):
    (small / "taken").write_text("")
    done = command("fleet", "plan", "--fleet", fleet(small), "--into", "taken/plans", where=small)
    assert done.code == 1
    assert "the folder cannot be made" in done.err or "taken" in done.err
    assert (small / "taken").read_text() == ""


def test_two_runs_at_once_come_to_the_same(small):
    words = ["fleet", "plan", "--fleet", str(fleet(small)), "--format", "json", "--today", "2027-01-15"]
    words = [sys.executable, "-m", "scaffold", *words]
    both = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=small) for _ in range(2)
    ]
    said = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    one, other = (json.loads(out) for out, _ in said)
    assert one == other
    assert [place.name for place in (small / "campaigns").iterdir()] == [one["id"][:12]]


def test_where_everybody_is_there_there_is_nothing_to_roll_out(tmp_path):
    library = tmp_path / "library"
    kit.repo(
        library, {"blueprints/t/blueprint.yml": kit.manifest("t", "1.0.0", ("t",)), "templates/t/a": "1\n"}, "t/v1.0.0"
    )
    (tmp_path / "members").mkdir()
    scaffold.new("t", tmp_path / "members/one", source=str(library))
    done = command("fleet", "plan", "--fleet", fleet(tmp_path), where=tmp_path)
    assert (done.code, "1 member: 1 unchanged" in done.out) == (0, True), done.err
    assert done.out.endswith(f"There is nothing to roll out: t 1.0.0 is what {library} has.\n")
    assert "Next" not in done.out


def test_several_plans_are_refused_in_a_sentence(small):
    file = fleet(small)
    made = [scaffold.fleet_plan(file, where=where, run_on="loop").folder for where in ("name=one", "name=two")]
    for words in (("show",), ("preflight", "--fleet", file), ("apply", "--local", "--fleet", file)):
        done = command("fleet", words[0], *made, *words[1:], where=small)
        assert done.code == 2
        assert "2 plans were given, name one of" in " ".join(done.err.replace("│", " ").split())
    assert not any((one / "journal.db").exists() for one in made)


def test_the_command_line_says_what_the_plan_says(small):
    done = command("fleet", "plan", "--fleet", fleet(small), where=small)
    assert done.code == 0, done.err
    assert "3 members: 3 clean" in done.out
    plan = next((small / "campaigns").iterdir())
    group = json.loads(command("fleet", "show", plan, "--format", "json", where=small).out)["groups"][0]
    assert "group       members  risk    files\n" in done.out
    shown, said = done.out.split("Next:\n")
    assert command("fleet", "show", plan, where=small).out.startswith(shown)
    for line in said.splitlines():  # each can be run as it is
        words = line.partition("  scaffold ")[2].partition("   ")[0].partition("  ")[0].split()
        assert words[:1] == ["fleet"]
        if words[1] != "apply":
            assert command(*words, where=small).code in (0, 3), line
    assert f"scaffold fleet apply {plan} --fleet {fleet(small)} " in f"{said} "
    assert f"scaffold fleet show {plan} {group['digest'][:10]} " in said
    assert "+2 one" in command("fleet", "show", plan, group["digest"][:8], where=small).out
    assert "one: clean, t 1.0.0 -> 1.1.0" in command("fleet", "show", plan, "one", where=small).out
    wrong = command("fleet", "show", plan, "nobody", where=small)
    assert (wrong.code, "no member and no group is called nobody" in wrong.err) == (1, True)
    shutil.rmtree(small / "members/two/.git/objects")
    done = command("fleet", "plan", "--fleet", fleet(small), where=small)
    assert (done.code, "1 unreadable" in done.out) == (3, True)
