"""What a team and an author are told on their first days is true, and says what to do."""

import re

import pytest

from tests import kit
from tests.authoring.shelf import QUIET, shelf
from tests.scenarios import world
from tests.scenarios.world import COPIER, MANIFEST, NEXT, commit, git, release, scaffold

M, B, CASES = "blueprints/tool/blueprint.yml", "templates/base/copier.yml", "blueprints/tool/cases"


def whys(done):
    return {row["path"]: row["why"] for row in done.json["changed"]}


def edit(project, before, after):
    place = project / ".scaffold/answers.yml"
    assert before in place.read_text()
    place.write_text(place.read_text().replace(before, after))


def test_a_file_that_the_blueprint_has_given_up_is_not_said_never_to_have_come_from_it(library, project):
    release(library, "1.1.0", {"src/main.py": None})
    assert scaffold("update", "--commit", where=project).code == 0
    said = scaffold("explain", "src/main.py", where=project).out
    assert "the blueprint, as it was applied, has no such file" in " ".join(said.split())


def test_an_update_to_other_answers_says_so(project):
    edit(project, "name: demo", "name: renamed")
    done = scaffold("update", "--dry-run", "--format", "json", where=project)
    assert whys(done) == {"notes.md": "changed by your answer to `name`"}


def test_an_update_to_another_release_says_so_whatever_the_answers(library, project):
    release(library, "1.1.0", NEXT)
    edit(project, "name: demo", "name: renamed")
    assert (
        whys(scaffold("update", "--dry-run", "--format", "json", where=project))["notes.md"]
        == "changed in the blueprint"
    )


def test_files_that_answers_bring_and_take_are_said_to_be_theirs(library, tmp_path):
    switch = "name:\n  type: str\n  default: demo\nhow: {type: str, default: a, choices: [a, b]}\nwho: {type: str, default: x}\n"
    files = {
        "copier.yml": switch,
        "{% if how == 'a' %}a.txt{% endif %}": "a\n",
        "{% if how == 'b' %}b.txt{% endif %}": "b\n",
        "who.txt.jinja": "{{ who }}\n",
    }
    release(library, "1.1.0", files)
    project = tmp_path / "switched"
    assert scaffold("new", "demo", project, "--source", library, where=tmp_path).code == 0
    done = scaffold("update", "--dry-run", "--data", "how=b", "--format", "json", where=project)
    assert whys(done) == {"a.txt": "dropped by your answer to `how`", "b.txt": "new with your answer to `how`"}
    done = scaffold("update", "--dry-run", "--data", "how=b", "--data", "who=y", "--format", "json", where=project)
    assert whys(done) == {
        "a.txt": "dropped by your answers", "b.txt": "new with your answers", "who.txt": "changed by your answers",
    }  # fmt: skip


def test_an_answer_that_is_refused_is_said_to_be_by_status_with_its_line(library, tmp_path):
    release(library, "1.1.0", {"copier.yml": COPIER + "level: {type: str, default: low, choices: [low, high]}\n"})
    project = tmp_path / "levelled"
    assert scaffold("new", "demo", project, "--source", library, where=tmp_path).code == 0
    edit(project, "level: low", "level: Low")
    lines = (project / ".scaffold/answers.yml").read_text().splitlines()
    place = f".scaffold/answers.yml:{next(n for n, line in enumerate(lines, 1) if 'level:' in line)}"
    said = "the answer 'Low' to `level` is not valid: it must be one of low, high"
    stood = scaffold("status", where=project)
    assert stood.code == 3
    assert "scaffold update applies it" not in stood.out
    refused = scaffold("status", "--format", "json", where=project).json["refused"]
    updated = scaffold("update", where=project)
    assert updated.code == 1
    for told in (refused, " ".join(updated.err.split())):
        assert f"{place}: {said} (write another one there, or give --data level=…)" in told
    edit(project, "level: Low", "level: high")
    assert scaffold("status", "--format", "json", where=project).json["refused"] is None
    assert scaffold("update", where=project).code == 0


def test_what_does_not_apply_is_counted_and_listed_when_asked_for(library, tmp_path):
    world.release(library, "1.1.0", {}, manifest=MANIFEST + "guardrails: {{use: [SC-04, OW-01]}}\n")
    project = tmp_path / "guarded"
    assert scaffold("new", "demo", project, "--source", library, where=tmp_path).code == 0
    short, full = (" ".join(scaffold("check", *words, where=project).out.split()) for words in ((), ("--all",)))
    assert "2 rules do not apply: --all lists them" in short
    assert "(SC-04)" not in short
    assert "2 rules do not apply:" in full
    assert "(SC-04)" in full


@pytest.fixture
def shelved(tmp_path):
    return kit.repo(shelf(tmp_path / "library", {M: QUIET}), {}, "tool/v1.0.0")


def test_in_a_library_of_ones_own_it_is_said_how_to_name_it(shelved, tmp_path):
    assert "this folder is a library too: --source . lists" in " ".join(
        scaffold("blueprint", "list", where=shelved).out.split()
    )
    assert "is a library too" not in scaffold("blueprint", "list", "--source", ".", where=shelved).out
    below = shelved / "templates/base"
    for words in (("blueprint", "show", "tool"), ("new", "tool", tmp_path / "x")):
        assert "this folder is a library that has it: add --source ." in " ".join(
            scaffold(*words, where=shelved).err.split()
        )
        assert f"add --source {shelved}" in scaffold(*words, where=below).err
    wrong = scaffold("new", "tool", tmp_path / "x", "--library", ".", where=shelved)
    assert wrong.code == 2
    assert "did you mean --source .?" in " ".join(wrong.err.replace("│", " ").split())
    assert "--library" not in scaffold("new", "--help", where=shelved).out


def test_a_case_that_lacks_an_answer_is_mended_in_its_file(tmp_path):
    root = shelf(
        tmp_path / "library",
        {
            M: QUIET,
            B: ("size:\n", "team:\n  type: str\n  help: Who\nsize:\n"),
            "templates/base/README.md.jinja": "# {{ name }} {{ team }}{{ size }}\n",
        },
    )
    fix = f"rite `team: …` into {CASES}/small.yml, or give the question a default"
    found = scaffold("blueprint", "lint", "--format", "json", where=root).json["findings"]
    assert any(fix in (one["fix"] or "") for one in found if one["rule"] == "BP-31"), found
    done = scaffold("blueprint", "test", "tool", where=root)
    said = " ".join(done.out.split())
    assert done.code == 3
    assert fix in said
    assert "--data" not in said
    assert "2 sets of choices: 2 not rendered, as nothing answers `team`" in said
    assert "validator" not in said


def test_one_question_has_sets_and_no_pairs(tmp_path):
    root = shelf(tmp_path / "library", {M: QUIET})
    assert "all 2 sets of choices rendered" in scaffold("blueprint", "test", "tool", where=root).out


def test_a_conditional_file_is_told_of_once_with_the_case_to_write(tmp_path):
    path = "templates/app/{% if size == 'large' %}big{% endif %}.txt"
    root = shelf(
        tmp_path / "library",
        {M: QUIET, path: "x\n", f"{CASES}/large.yml": None, "templates/base/README.md.jinja": "# {{ name }}\n"},
    )
    found = scaffold("blueprint", "lint", "--format", "json", where=root).json["findings"]
    about = [one for one in found if one["path"] == path]
    assert [one["rule"] for one in about] == ["BP-22"]
    assert f"Write {CASES}/size-large.yml with `size: large`" in about[0]["fix"]
    kit.write(root, {f"{CASES}/size-large.yml": "size: large\n"})
    assert scaffold("blueprint", "lint", where=root).code == 0


def test_a_release_that_is_refused_for_snapshots_says_what_to_do(shelved):
    assert scaffold("blueprint", "test", "tool", "--accept", where=shelved).code == 0
    kit.repo(shelved, {"templates/base/.editorconfig": "root = false\n"})
    done = scaffold("blueprint", "release", "tool", where=shelved)
    said = " ".join(done.err.split())
    assert done.code == 1
    assert "large, small differ from their snapshots" in said
    assert "scaffold blueprint test tool --accept, look at git diff, commit, and release again" in said


def test_a_changelog_tells_of_no_cases_and_a_step_that_was_asked_for_is_told_apart(shelved):
    for path, text, message in (
        ("templates/base/.editorconfig", "root = false\n", "fix: no root"),
        (f"{CASES}/tiny.yml", "name: tiny\n", "test: a tiny case"),
    ):
        kit.write(shelved, {path: text})
        commit(shelved, message)
    report = scaffold("blueprint", "release", "tool", "--dry-run", "--format", "json", where=shelved).json
    assert report["notes"] == ["- fix: no root"]
    done = scaffold("blueprint", "release", "tool", "--bump", "minor", where=shelved)
    assert "the changes ask for: patch; --bump says minor" in done.out
    assert "Next: add a remote, then git push --follow-tags" in done.out
    assert "scaffold new" not in done.out
    version = re.search(r" as tool/v(\S+)", done.out)[1]
    taken_back = scaffold("blueprint", "withdraw", "tool", version, "it loses data", where=shelved)
    assert "Next: add a remote, then git push\n" in taken_back.out


def test_a_first_release_says_how_to_use_it(tmp_path):
    root = kit.repo(shelf(tmp_path / "library", {M: QUIET}), {})
    git("remote", "add", "origin", str(tmp_path / "elsewhere"), where=root)
    done = scaffold("blueprint", "release", "tool", where=root)
    assert "Next: git push --follow-tags" in done.out
    assert f"scaffold new tool DIR --source {root}" in " ".join(done.out.split())
    made = scaffold("new", "tool", tmp_path / "made", "--source", root, where=tmp_path)
    assert "add a remote, then git push it" in made.out


def test_a_difference_is_to_the_newest_release_where_none_is_named(shelved):
    kit.repo(shelved, {"templates/base/.editorconfig": "root = false\n"})
    assert scaffold("blueprint", "release", "tool", where=shelved).code == 0
    kit.repo(shelved, {"templates/base/.editorconfig": "root = maybe\n"})
    done = scaffold("blueprint", "diff", "tool", "--format", "json", where=shelved)
    assert (done.code, done.json["from"], done.json["to"]) == (0, "1.0.1", "1.0.1 as it stands"), done.err
    git("tag", "-d", "tool/v1.0.0", "tool/v1.0.1", where=shelved)
    bare = scaffold("blueprint", "diff", "tool", where=shelved)
    assert "name a branch or a commit, as in tool@HEAD" in " ".join(bare.err.split())
    assert scaffold("blueprint", "diff", "tool@HEAD", where=shelved).code == 0


def test_an_impact_ends_with_the_command_that_shows_one_member(library, project, tmp_path):
    stamped = tmp_path / "plain"
    assert scaffold("new", "demo", stamped, "--source", library, where=tmp_path).code == 0
    world.write(project, {"notes.md": (project / "notes.md").read_text().replace("first", "ours")})
    commit(project)
    world.write(tmp_path, {"fleet.yml": "members:\n  - glob: p*\n"})
    world.write(library, {"templates/base/notes.md.jinja": "# {{ name }}\n\ntheirs\n\nsecond\n\nthird\n"})
    done = scaffold("blueprint", "impact", "demo", "--fleet", tmp_path / "fleet.yml", where=library)
    assert done.code == 3, done.err
    assert "as they stand, compared with 1.0.0, the newest release" in " ".join(done.out.split())
    assert "as it stands" not in done.out
    assert "notes.md (no owner is known)" in done.out
    last = done.out.splitlines()[-1]
    assert last.endswith(str(project))
    shown = scaffold(*last.removeprefix("Next: scaffold ").split(), where=library)
    assert shown.code == 0, shown.err
    assert "+theirs" in shown.out


def test_a_seeded_file_that_the_blueprint_has_changed_since_is_told_of_once(library, project):
    note = "yours, and changed in the blueprint since: src/main.py (scaffold diff --upstream --seeded shows it)"
    release(library, "1.1.0", {"src/main.py": "print('hello again')\n"})
    done = scaffold("update", "--commit", "--format", "json", where=project)
    assert note in done.json["notes"]
    assert (project / "src/main.py").read_text() == "print('hello')\n"
    shown = scaffold("diff", "--upstream", "--seeded", "--format", "json", where=project).json["files"]
    assert [(one["path"], one["ownership"], one["what"]) for one in shown] == [("src/main.py", "seeded", "left")]
    assert "+print('hello again')" in shown[0]["diff"]
    assert scaffold("diff", "--upstream", "--format", "json", where=project).json["files"] == []
    assert scaffold("diff", "--seeded", where=project).code == 2
    release(library, "1.2.0", {"ci.yml": "steps: [two]\n"})
    edit(project, "name: demo", "name: renamed")
    notes = scaffold("update", "--commit", "--format", "json", where=project).json["notes"]
    assert "yours, and changed" not in str(notes)
