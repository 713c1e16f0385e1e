"""The impact of what is not released: it is what an update does once that is released, and it touches nobody."""

import json
import pickle
import shutil
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import FormatError, ProjectError, ScaffoldError, SourceError
from scaffold.fleet.impact import Job, impact_on
from scaffold.fleet.offered import Draft, sides_of
from scaffold.fleet.plan import Job as Planning
from scaffold.fleet.planning import Wanted
from scaffold.fleet.releases import digest_of
from scaffold.fleet.roll import gather
from scaffold.fleet.selectors import Selector
from scaffold.git.objects import open_repository
from scaffold.project.conditions import Conditions
from scaffold.project.in_git import Changed, Commit
from scaffold.render.means import Means
from scaffold.report.fleet import impact as reports
from scaffold.report.fleet.impact_text import markdown, text
from tests import kit
from tests.fleet.company import OWNERSHIP, TODAY, made
from tests.kit import git
from tests.scenarios.world import scaffold as command

MEMBERS = 22
RULES = {"use": ["SP-01", "OW-01", "SC-01"], "waivers": {"approvers": ["@acme/security"]}}
DRAFT = {
    "templates/web/ci.yml": "steps: [9]\n",
    "templates/web/notes.md.jinja": "# {{ name }}\n\nFIRST\n\nsecond\n\nversion next\n",
    "templates/web/new.txt": "new\n",
}


def everything(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}


def manifest(version: str) -> str:
    return kit.manifest("web", version, ("web",), ownership=OWNERSHIP, guardrails=RULES)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company whose library has edits that nobody has committed, and that raise the version."""
    found = made(tmp_path_factory.mktemp("company"), MEMBERS)
    for name, version in (("later", "2.0.0"), ("sooner", "1.0.0"), ("ahead", "2.1.0rc1")):
        folder = found.root / "repositories" / name
        shutil.copytree(found.root / "stamps" / f"web-{version}", folder)
        kit.repo(folder, {"notes.md": (folder / "notes.md").read_text().replace("first", "ours")})
        found.list("edited", name, folder=f"repositories/{name}", owner="@acme/search")
    kit.write(found.library, {**DRAFT, "blueprints/web/blueprint.yml": manifest("2.2.0")})
    return found


@pytest.fixture(scope="module")
def impact(company):
    places = [company.library, company.root / "repositories"]
    before = [everything(place) for place in places]
    found = impact_of(company, check=True)
    assert [everything(place) for place in places] == before, "nothing is written to members, or to the library"
    return found


def impact_of(company, name="web", **options):
    return scaffold.blueprint_impact(
        name, library=company.library, fleet=company.file, today=TODAY, run_on="loop", **options
    )


@pytest.fixture(scope="module")
def released(company, tmp_path_factory):
    """The same company in which the same content was released."""
    root = tmp_path_factory.mktemp("released")
    git(root, "clone", "--quiet", str(company.library), "library")
    kit.repo(root / "library", {**DRAFT, "blueprints/web/blueprint.yml": manifest("2.2.0")}, "web/v2.2.0")
    return root / "library"


def alone(one, company, library, into):
    """What an update with that release does in a clone, and the check before and after; or why there is none."""
    git(into.parent, "clone", "--quiet", one.place, into)
    folder = into / one.prefix
    answers = folder / ".scaffold/answers.yml"
    for place in (answers, folder / ".scaffold/lock.json"):
        place.write_text(place.read_text().replace(str(company.library), str(library)))
    git(into, "commit", "--quiet", "--all", "--message=another library")
    try:
        before = scaffold.check(folder, today=TODAY)
        dry = scaffold.update(folder, dry_run=True, today=TODAY)
        if not dry.plan.conflicts:
            scaffold.update(folder, commit=True, today=TODAY)
        return dry.plan, before, scaffold.check(folder, today=TODAY)
    except ScaffoldError as error:
        return str(error)


def test_it_is_what_an_update_does_once_that_is_released(company, impact, released, tmp_path):
    seen = set()
    assert impact.plan.counts() == {
        state: sum(one.state == state for one in impact.plan.results) for state in impact.plan.counts()
    }
    for number, one in enumerate(impact.plan.results):
        seen.add(one.state)
        if not one.blueprint:  # nobody can say whether it is of this blueprint
            assert (one.state, bool(one.why)) == ("unreadable", True)
            continue
        assert one.blueprint == "web"
        found = alone(one, company, released, tmp_path / str(number))
        if one.state == "blocked":
            assert isinstance(found, str), one
            continue
        assert not isinstance(found, str), (one, found)
        plan, before, after = found
        touched = [action for action in plan.changes if not action.path.startswith(".scaffold/")]
        assert one.to == plan.lock_after.version
        assert [path for path, _ in one.conflicts] == [action.path for action in plan.conflicts]
        assert one.state == ("conflict" if plan.conflicts else "clean" if touched else "unchanged"), one
        assert [(c.path, c.verb) for c in one.changes if not c.path.startswith(".scaffold/")] == [
            (action.path, action.verb) for action in touched
        ]
        if one.state == "clean":
            states = [{v.rule.id: v.state for v in checked.verdicts} for checked in (before, after)]
            turned = {rule.rule: (rule.before, rule.after) for rule in impact.turned[one.name]}
            assert {id_: pair for id_, pair in turned.items() if pair[1] == "fail"} == {
                id_: (states[0].get(id_), state)
                for id_, state in states[1].items()
                if state == "fail" != states[0].get(id_)
            }
            assert {id_ for id_, pair in turned.items() if pair[0] == "fail"} == {
                id_ for id_, state in states[0].items() if state == "fail" and states[1].get(id_) != "fail"
            }
    assert seen >= {"clean", "conflict", "unreadable"}, seen
    assert any(impact.turned.values()), "a locked file that was edited is put back"


def test_what_it_adds_is_told_from_what_the_newest_release_does(company, impact):
    assert (impact.released, impact.version, impact.commit) == ("2.0.0", "2.2.0", None)
    plan = scaffold.fleet_plan(company.file, where="blueprint=web", today=TODAY, run_on="loop").plan
    states = {one.name: one for one in plan.results}
    for one in impact.now.results:
        if one.blueprint and one.name in states:
            theirs = states[one.name]
            expected = "unchanged" if theirs.state == "clean" and not theirs.group else theirs.state
            assert (one.state, one.conflicts, one.group) == (expected, theirs.conflicts, theirs.group)
    added = impact.added()
    new = {
        one.name: {path for path, _ in one.conflicts} - {path for path, _ in now.conflicts}
        for one, now in zip(impact.plan.results, impact.now.results, strict=True)
    }
    assert any(new.values())
    for file in reports.contested(impact):
        assert set(file.added) == {name for name, paths in new.items() if file.path in paths}
        assert sorted(name for names in file.owners.values() for name in names) == sorted(
            one.name for one in impact.plan.results if file.path in dict(one.conflicts)
        )
    assert all("new.txt" in added[one.name] for one in impact.plan.results if one.state == "clean" and one.group)


def test_it_is_reported_in_three_ways(impact):
    found = reports.data(impact)
    assert json.loads(json.dumps(found)) == found
    assert (found["blueprint"], found["from"], found["to"]) == ("web", "2.0.0", "2.2.0")
    for one in found["projects"]:
        state = "conflict" if one["conflicts"] else "clean" if one["clean"] else "unchanged" if one["unchanged"] else ""
        assert one["state"] == state or (not state and one["state"] in ("blocked", "unreadable", "retired"))
    assert sum(found["summary"][state] for state in ("clean", "conflict", "unchanged")) < len(found["projects"])
    lines = [line.text for line in text(impact, 80) if not line.whole]
    assert max(map(len, lines)) <= 80 or not any(" " in line.strip()[:70] for line in lines if len(line) > 80)
    said = "\n".join(line.text for line in text(impact, every=True))
    for wanted in ("web 2.2.0", "with 2.0.0 alone", "In conflict", "notes.md", "starts to pass", "Unreadable"):
        assert wanted in said
    assert "notes.md" in markdown(impact)
    assert not impact.is_clean


def test_the_command_says_so_with_its_exit_code(company, tmp_path):
    options = ["--library", company.library, "--fleet", company.file, "--run-on", "loop", "--today", "2027-01-15"]
    done = command("blueprint", "impact", "web", *options, "--check", "--format", "json", where=tmp_path)
    assert (done.code, done.json["blueprint"], done.json["summary"]["rules"]["fails"]) == (3, "web", 0)
    done = command("blueprint", "impact", "web", *options, "--format", "markdown", where=tmp_path)
    assert (done.code, done.out[:12]) == (3, "### web 2.2.")


BASE = {
    "templates/base/copier.yml": "name: {type: str, default: x}\n",
    "templates/base/a.txt.jinja": "one {{ name }}\ntwo\n",
    "templates/base/b.txt": "b\n",
}


def blueprint(version: str, **more: object) -> dict[str, str]:
    return {"blueprints/demo/blueprint.yml": kit.manifest("demo", version, ("base",), **more)}


class Small:
    """A library with one release, two members, and a fleet."""

    def __init__(self, root: Path) -> None:
        self.root, self.library = root, kit.repo(root / "library", {**BASE, **blueprint("1.0.0")}, "demo/v1.0.0")
        (root / "members").mkdir()
        for name in ("one", "two"):
            self.member(name)
        (root / "fleet.yml").write_text("members:\n  - glob: members/*\n")

    def member(self, name: str, source: object = "") -> Path:
        scaffold.new("demo", self.root / "members" / name, source=str(source or self.library), data={"name": name})
        return self.root / "members" / name

    def impact(self, name: str = "demo", **options: object):
        options = {"library": self.library, "fleet": self.root / "fleet.yml", "today": TODAY, **options}
        return scaffold.blueprint_impact(name, run_on="loop", **options)

    def states(self, **options: object) -> dict[str, str]:
        return {one.name: one.state for one in self.impact(**options).plan.results}


@pytest.fixture
def small(tmp_path):
    return Small(tmp_path)


def test_a_version_that_is_released_already_is_compared_as_it_stands(small):
    kit.repo(small.root / "members/two", {"a.txt": "one mine\ntwo\n"})
    kit.write(small.library, {"templates/base/a.txt.jinja": "ONE {{ name }}\ntwo\n"})
    found = small.impact()
    assert (found.version, found.released) == ("1.0.0 as it stands", "1.0.0")
    assert f"demo: the files in {small.library} as they stand, compared with 1.0.0, the newest release" in [
        line.text for line in text(found)
    ]
    assert found.notes == ()
    assert {one.name: one.state for one in found.plan.results} == {"one": "clean", "two": "conflict"}
    assert found.now.counts()["unchanged"] == 2
    assert found.added() == {"one": ("a.txt",), "two": ("a.txt",)}


def test_a_conflict_that_the_newest_release_brings_too_is_not_added(small):
    kit.repo(small.root / "members/two", {"a.txt": "one mine\ntwo\n"})
    kit.repo(
        small.library, {"templates/base/a.txt.jinja": "ONE {{ name }}\ntwo\n", **blueprint("1.1.0")}, "demo/v1.1.0"
    )
    kit.write(small.library, {"templates/base/b.txt": "B\n", **blueprint("1.2.0")})
    found = small.impact()
    assert (found.plan.counts()["conflict"], found.now.counts()["conflict"]) == (1, 1)
    assert found.added() == {"one": ("b.txt",), "two": ("b.txt",)}
    assert [(file.path, file.owners, file.added) for file in reports.contested(found)] == [
        ("a.txt", {"": ("two",)}, ())
    ]


def test_a_commit_is_compared_while_the_files_stand_otherwise(small):
    git(small.library, "switch", "--quiet", "--create", "draft")
    kit.repo(small.library, {"templates/base/b.txt": "B\n", **blueprint("1.1.0")})
    commit = git(small.library, "rev-parse", "HEAD")
    git(small.library, "switch", "--quiet", "main")
    kit.write(small.library, {"blueprints/demo/blueprint.yml": "name: [\n"})
    found = small.impact(revision="draft")
    assert (found.version, found.commit, found.is_clean) == ("1.1.0", commit, True)
    assert [(one.state, one.to) for one in found.plan.results] == [("clean", "1.1.0")] * 2
    assert small.impact(revision="demo/v1.0.0").plan.counts()["unchanged"] == 2
    with pytest.raises(FormatError, match=r"blueprint\.yml:"):
        small.impact()
    with pytest.raises(SourceError, match="no demo nowhere"):
        small.impact(revision="nowhere")
    git(small.root, "clone", "--quiet", "--bare", str(small.library), "bare.git")
    bare = small.impact(library=small.root / "bare.git", revision="draft", sources=[str(small.library)])
    assert bare.plan.groups == found.plan.groups


def test_what_a_release_brings_to_no_file_changes_nothing(small):
    kit.write(small.library, blueprint("1.1.0"))
    found = small.impact()
    assert (found.plan.counts()["unchanged"], found.is_clean, found.plan.groups) == (2, True, ())
    kit.write(small.library, blueprint("1.0.0"))
    assert "it holds nothing that 1.0.0 does not" in small.impact().notes
    kit.write(small.library, blueprint("0.9.0"))
    found = small.impact()
    assert any("0.9.0 is older than 1.0.0" in note for note in found.notes)
    assert found.plan.counts()["unchanged"] == 2, "nobody goes back"


def test_tags_that_moved_and_a_history_that_was_rewritten_are_no_obstacle(small):
    kit.repo(small.library, {"templates/base/b.txt": "other\n"})
    git(small.library, "commit", "--quiet", "--amend", "--message=anew")
    git(small.library, "tag", "--force", "demo/v1.0.0")
    kit.write(small.library, {"templates/base/b.txt": "B\n"})
    assert small.states() == {"one": "clean", "two": "clean"}
    git(small.library, "checkout", "--quiet", "--orphan", "new", "--force")
    kit.repo(small.library, {**BASE, **blueprint("1.2.0"), "templates/base/b.txt": "B\n"}, "demo/v1.2.0")
    git(small.library, "tag", "--delete", "demo/v1.0.0")
    git(small.library, "branch", "--quiet", "-D", "main")
    git(small.library, "reflog", "expire", "--expire=now", "--all")
    git(small.library, "gc", "--quiet", "--prune=now")
    assert small.states() == {"one": "clean", "two": "clean"}


def test_only_members_of_this_library_count_in_any_spelling(small, tmp_path):
    shutil.copytree(small.library, tmp_path / "other")
    small.member("other", tmp_path / "other")
    git(tmp_path, "clone", "--quiet", str(small.library), "clone")
    kit.write(tmp_path / "clone", {"templates/base/b.txt": "B\n"})
    found = small.impact(library=tmp_path / "clone")
    assert {one.name for one in found.plan.results} == {"one", "two"}, "a clone stands for what it came from"
    assert [note for note in found.notes if "another library" in note]
    with pytest.raises(ProjectError, match=r"of another library, .*: 2; --source takes"):
        small.impact(library=tmp_path / "other", where="name=one,two")
    assert set(small.states(sources=[str(tmp_path / "other")])) == {"one", "two", "other"}
    git(tmp_path / "other", "remote", "add", "origin", "https://git.example/acme/library.git")
    (tmp_path / "fleet.yml").write_text("library: git@git.example:acme/library\nmembers:\n  - glob: members/*\n")
    assert set(small.states(library=tmp_path / "other")) == {"one", "two", "other"}


def test_what_cannot_be_asked_is_an_error(small):
    with pytest.raises(SourceError, match="no blueprint 'nothing'"):
        small.impact("nothing")
    with pytest.raises(SourceError, match="no library at"):
        small.impact(library=small.root / "nowhere")
    kit.repo(small.library, {"blueprints/new/blueprint.yml": kit.manifest("new", "0.1.0", ("base",))})
    with pytest.raises(ProjectError, match="no member is made from new"):
        small.impact("new")
    with pytest.raises(FormatError, match="`name=nobody` matches none of the 2 members"):
        small.impact(where="name=nobody")
    with pytest.raises(ProjectError, match="no member is made from new"):
        small.impact("new", where="name=one")
    kit.repo(small.root / "members/odd", {".scaffold/lock.json": "{"})
    with pytest.raises(ProjectError, match=r"no member is made from new.*1 cannot be read"):
        small.impact("new")
    assert small.states() == {"odd": "unreadable", "one": "unchanged", "two": "unchanged"}
    assert set(small.states(where="name=one")) == {"one"}
    assert set(small.states(where="current")) == {"one", "two"}


def own_rule(title: str, file: str, *values: str) -> dict[str, object]:
    said = {"title": title, "severity": "high", "rationale": "so", "fix": "do it"}
    return {**said, "value": {"files": file, "key": "data", "one_of": [*values]}}


def test_guardrails_that_would_start_to_fail_to_pass_or_are_asked_no_more(small):
    first, gone = own_rule("Public", "/s.yml", "public"), own_rule("Gone", "/team.yml", "y")
    files = {"templates/base/s.yml": "data: hidden\n"}
    kit.repo(
        small.library, files | blueprint("1.1.0", guardrails={"rules": {"A-01": first, "A-03": gone}}), "demo/v1.1.0"
    )
    for name, said in (("three", "x"), ("four", "y"), ("five", "x")):
        kit.repo(small.member(name), {"team.yml": f"data: {said}\n"})
    kit.repo(small.root / "members/five", {"b.txt": "mine\n", "s.yml": "data: public\n"})
    later = {"A-01": first, "A-02": own_rule("Team", "/team.yml", "y")}
    files = {"templates/base/s.yml": "data: public\n", "templates/base/b.txt": "B\n"}
    kit.write(small.library, files | blueprint("1.2.0", guardrails={"rules": later}))
    found = small.impact(where="name=three,four,five", check=True)
    turns = {name: {one.rule: one.turn for one in rules} for name, rules in found.turned.items()}
    assert turns == {
        "three": {"A-01": "passes", "A-02": "fails", "A-03": "dropped"},
        "four": {"A-01": "passes", "A-03": "dropped"},
        "five": {"A-02": "fails", "A-03": "dropped"},  # in spite of a conflict, which is left as the team has it
    }
    assert [one.state for one in found.plan.results] == ["conflict", "clean", "clean"]
    told = {one["rule"]: (one["fails"], one["passes"], one["dropped"]) for one in reports.data(found)["rules"]}
    assert told["A-02"] == (["five", "three"], [], [])
    assert told["A-03"] == ([], [], ["five", "four", "three"])
    assert small.impact(where="name=four", check=True).is_clean
    assert not small.impact(where="name=three", check=True).is_clean
    assert small.impact(where="name=three").is_clean, "nobody asked"
    assert small.impact(where="name=three", check=True).turned == {"three": found.turned["three"]}, "kept"


def test_code_of_a_template_needs_trust(small):
    kit.write(small.library, {"templates/base/copier.yml": "name: {type: str, default: x}\n_tasks: [touch made]\n"})
    found = small.impact()
    assert {(one.state, one.why[:11]) for one in found.plan.results} == {("blocked", "needs trust")}
    assert small.states(means=Means(trust=True)) == {"one": "clean", "two": "clean"}


def test_what_has_not_moved_is_not_planned_again(small):
    kit.write(small.library, {"templates/base/a.txt.jinja": "ONE {{ name }}\ntwo\n"})
    assert small.states() == {"one": "clean", "two": "clean"}
    for name in ("one", "two"):
        id_ = git(small.root / f"members/{name}", "rev-parse", "HEAD:a.txt")
        (small.root / f"members/{name}/.git/objects" / id_[:2] / id_[2:]).unlink()
    kit.repo(small.root / "members/two", {"ours.txt": "moved\n", "a.txt": "one two\ntwo\n#\n"})
    assert small.states()["one"] == "clean"
    kit.write(small.library, {"templates/base/a.txt.jinja": "other {{ name }}\ntwo\n"})
    assert small.states()["one"] == "unreadable", "another state is another question"


def test_files_that_change_meanwhile_are_no_answer(small):
    draft = Draft(str(small.library), "demo")
    digest = digest_of(sides_of("first", draft, offline=True).draft.offered)
    kit.write(small.library, {"templates/base/b.txt": "B\n"})
    with pytest.raises(SourceError, match="were changed while"):
        sides_of("second", draft._replace(digest=digest), offline=True)


def test_a_commit_with_changed_files_is_the_commit_that_has_them(tmp_path):
    root = kit.repo(
        tmp_path / "r", {"a/b.txt": "b\n", "a/c.txt": "c\n", "d.txt": "d\n", ".gitattributes": "*.x text\n"}
    )
    base = git(root, "rev-parse", "HEAD")
    files = {"a/b.txt": kit.file("B\n"), "a/c.txt": None, "a/n/e.txt": kit.executable("e\n"), "d.txt": kit.file("d\n")}
    held = Changed(open_repository(root), base, files)
    (root / "a/c.txt").unlink()
    kit.repo(root, {path: file for path, file in files.items() if file})
    real = Commit(open_repository(root), git(root, "rev-parse", "HEAD"))
    for folder in ("", "a", "a/n", "none"):
        assert [*held.all(folder).items()] == [*real.all(folder).items()]
    paths = ["a/b.txt", "a/c.txt", "a/n/e.txt", "d.txt", "none"]
    assert held.some(paths) == real.some(paths)
    for _, id_ in held.some(paths).values():
        assert (held.repository.blob(id_), held.repository.size(id_)) == (
            real.repository.blob(id_),
            real.repository.size(id_),
        )


def test_a_library_that_has_released_nothing_has_nothing_beside_it(small):
    folder = shutil.copytree(small.library, small.root / "folder", ignore=shutil.ignore_patterns(".git"))
    small.member("three", folder)
    kit.write(folder, {"templates/base/b.txt": "B\n"})
    found = small.impact(library=folder)
    assert (found.released, found.now, found.version) == (None, None, "1.0.0")
    assert [(one.name, one.state) for one in found.plan.results] == [("three", "clean")]
    assert reports.data(found)["projects"][0]["released"] is None
    assert next(line.text for line in text(found)).endswith("nothing is released yet")
    with pytest.raises(SourceError, match="no demo main"):
        small.impact(library=folder, revision="main")


def test_a_template_of_another_tool_is_a_library_too(tmp_path):
    template = kit.repo(tmp_path / "t", {"copier.yml": "name: x\n", "a.jinja": "1 {{ name }}\n"}, "v1.0.0")
    (tmp_path / "members").mkdir()
    scaffold.new(str(template), tmp_path / "members/one")
    (tmp_path / "fleet.yml").write_text("members:\n  - glob: members/*\n")
    kit.write(template, {"a.jinja": "2 {{ name }}\n"})
    found = scaffold.blueprint_impact("t", library=template, fleet=tmp_path / "fleet.yml", run_on="loop", today=TODAY)
    assert (found.released, [one.state for one in found.plan.results]) == ("1.0.0", ["clean"])
    assert found.now.counts()["unchanged"] == 1


def test_what_a_job_asks_and_answers_can_be_sent_to_another_process(small):
    kit.write(small.library, {"templates/base/b.txt": "B\n"})
    found = gather(small.root / "fleet.yml", Selector(), offline=True, notify=lambda _: None).found[0]
    wanted = Wanted("run", conditions=Conditions(today=TODAY))
    job = Job(Planning(found, Selector(), wanted), Draft(str(small.library), "demo"), check=True)
    looked = impact_on(pickle.loads(pickle.dumps(job)))
    assert pickle.loads(pickle.dumps(looked)) == looked
    assert [one.state for one in looked.draft.planned.results] == ["clean"]
