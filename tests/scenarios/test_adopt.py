"""Adopt: projects that Copier, cruft and Cookiecutter themselves made, and repositories made by hand."""

import json
import shutil
import signal
import sys
from pathlib import Path

import pexpect
import pytest

import scaffold
from scaffold.errors import ProjectError
from tests.scenarios import world
from tests.scenarios.test_killed import copy_of, run_killed
from tests.scenarios.world import commit, copier, git, run, snapshot, write

ANSWERS = ".copier-answers.yml"
ANSWERS_TEMPLATE = "# NEVER EDIT\n{{ _copier_answers|to_nice_yaml -}}\n"
COPIER = """\
name: {type: str, default: demo}
license: {type: str, choices: [MIT, Apache-2.0], default: MIT}
docs: {type: bool, default: true}
token: {type: str, secret: true, default: none-yet}
_subdirectory: template
_skip_if_exists: [notes.md]
"""
FIRST = {
    "README.md.jinja": "# {{ name }}\n\nLicensed as {{ license }}.\n\none\n\ntwo\n\nthree\n",
    "notes.md": "notes\n",
    "src/{{ name }}/main.py": "x = 1\n",
    "{% if docs %}docs{% endif %}/index.md.jinja": "All about {{ name }}.\n",
    "old.txt": "to be dropped\n",
    "{{ _copier_conf.answers_file }}.jinja": ANSWERS_TEMPLATE,
}
SECOND = {
    "README.md.jinja": "# {{ name }}\n\nLicensed as {{ license }}.\n\none\n\ntwo\n\nthree, changed\n",
    "notes.md": "notes, changed\n",
    "src/{{ name }}/main.py": "x = 2\n",
    "new/file.txt": "new\n",
    "old.txt": None,
}


def tagged(template: Path, files: dict[str, str | None], version: str) -> None:
    for path, text in files.items():
        if text is None:
            (template / "template" / path).unlink()
        else:
            write(template / "template", {path: text})
    commit(template, version)
    git("tag", version, where=template)


@pytest.fixture
def template(tmp_path):
    """A Copier template with v1.0.0."""
    place = tmp_path / "origin" / "service"
    write(place, {"copier.yml": COPIER})
    git("init", "--quiet", "--initial-branch=main", where=place)
    tagged(place, FIRST, "v1.0.0")
    return place


def copied(template, dest, *words):
    """A project that Copier made, committed."""
    copier("copy", "--defaults", "--data", "name=orders", *words, str(template), dest, where=dest.parent)
    return committed(dest)


def committed(project):
    git("init", "--quiet", "--initial-branch=main", where=project)
    commit(project, "stamp")
    return project


@pytest.fixture
def made(template, tmp_path):
    return copied(template, tmp_path / "project")


@pytest.fixture
def worked(made):
    """A Copier project with a team's work."""
    readme = (made / "README.md").read_text()
    write(made, {"README.md": readme.replace("one", "one, ours"), "own.txt": "ours\n", "notes.md": "our notes\n"})
    (made / "docs/index.md").unlink()
    commit(made)
    return made


def adopt(project, *words, code=0, **environment):
    done = world.scaffold("adopt", project, "--format", "json", *words, where=project.parent, **environment)
    assert done.code == code, done.err
    return done.json if done.out else done.err


def files(project):
    return {path: entry for path, entry in snapshot(project)["files"].items() if not path.startswith(".scaffold/")}


def test_a_copier_project(worked, template):
    before, history = files(worked), git("rev-parse", "HEAD", where=worked)
    report = adopt(worked)
    assert report["applied"] is True
    assert (report["blueprint"], report["version"], report["source"]) == ("service", "1.0.0", str(template))
    assert (report["edited"], report["deleted"]) == (["README.md", "notes.md"], ["docs/index.md"])
    assert report["removed"] == [ANSWERS]
    assert any("token" in note for note in report["notes"])
    assert files(worked) == {path: entry for path, entry in before.items() if path != ANSWERS}
    assert git("rev-parse", "HEAD", where=worked) == history
    assert git("status", "--short", where=worked).split() == [
        "D", ANSWERS, "A", ".scaffold/answers.yml", "A", ".scaffold/lock.json",
    ]  # fmt: skip
    found = scaffold.diff(worked).files
    assert [(file.path, file.what) for file in found] == [
        ("README.md", "edited"), ("docs/index.md", "deleted"), ("notes.md", "edited"),
    ]  # fmt: skip
    assert scaffold.status(worked).state == "current"
    assert "already" in adopt(worked, code=1)


def test_edits_are_kept_by_the_next_update(worked, template):
    adopt(worked, "--commit")
    assert git("log", "-1", "--format=%s", where=worked) == "chore: adopt service 1.0.0\n"
    assert git("status", "--short", where=worked) == ""
    tagged(template, SECOND, "v1.1.0")
    assert scaffold.status(worked).latest == "1.1.0"
    assert scaffold.update(worked).plan.conflicts == ()
    assert "one, ours" in (worked / "README.md").read_text()
    assert "three, changed" in (worked / "README.md").read_text()
    assert (worked / "notes.md").read_text() == "our notes\n"
    assert (worked / "src/orders/main.py").read_text() == "x = 2\n"
    assert (worked / "new/file.txt").exists()
    assert not (worked / "old.txt").exists()
    assert not (worked / "docs/index.md").exists()


def more_lines(project):
    write(project, {"README.md": "A badge\n\n" + (project / "README.md").read_text(), "src/orders/own.py": "y = 1\n"})


def made_executable(project):
    (project / "src/orders/main.py").chmod(0o755)


@pytest.mark.parametrize("data", [{}, {"license": "Apache-2.0"}, {"docs": False}], ids=str)
@pytest.mark.parametrize("edit", [more_lines, made_executable], ids=["lines", "mode"])
def test_the_update_gives_what_copier_gives(worked, template, data, edit):
    edit(worked)
    commit(worked)
    twin = copy_of(worked, "twin")
    adopt(worked, "--commit")
    tagged(template, SECOND, "v1.1.0")
    assert scaffold.update(worked, data=data).plan.conflicts == ()
    words = [word for name, value in data.items() for word in ("--data", f"{name}={value}")]
    copier("update", "--defaults", *words, where=twin)
    theirs = files(twin)
    del theirs[ANSWERS]
    assert files(worked) == theirs


def test_undo_is_exact(worked):
    before = snapshot(worked)
    for words in ((), ("--commit",), ("--keep-copier",)):
        adopt(worked, *words)
        scaffold.undo(worked)
        assert snapshot(worked) == before
        assert not (worked / ".scaffold").exists()


def test_a_dry_run_writes_nothing(worked):
    before = snapshot(worked)
    report = adopt(worked, "--dry-run")
    assert report["applied"] is False
    assert report["edited"] == ["README.md", "notes.md"]
    assert snapshot(worked) == before


def test_both_tools_work_where_copier_is_kept(worked, template):
    report = adopt(worked, "--keep-copier", "--commit")
    assert report["kept_copier"] is True
    tagged(template, SECOND, "v1.1.0")
    scaffold.update(worked, commit=True)
    assert "_commit: v1.1.0" in (worked / ANSWERS).read_text()
    tagged(template, {"old.txt": "back\n"}, "v1.2.0")
    copier("update", "--defaults", where=worked)
    assert "_commit: v1.2.0" in (worked / ANSWERS).read_text()
    assert (worked / "old.txt").read_text() == "back\n"
    commit(worked, "copier update")
    assert scaffold.update(worked, commit=True).plan.conflicts == ()
    assert scaffold.status(worked).state == "current"
    tagged(template, {"new/file.txt": "newer\n"}, "v1.3.0")
    scaffold.update(worked, commit=True)
    assert (worked / "new/file.txt").read_text() == "newer\n"
    assert "one, ours" in (worked / "README.md").read_text()
    copier("update", "--defaults", where=worked)
    assert git("status", "--short", where=worked) == ""


def test_the_move_ends_where_copier_is_not_kept_any_more(worked):
    adopt(worked, "--keep-copier", "--commit")
    wishes = worked / ".scaffold/answers.yml"
    write(worked, {".scaffold/answers.yml": wishes.read_text().replace("keep_copier: true\n", "")})
    commit(worked)
    scaffold.update(worked, commit=True)
    assert not (worked / ANSWERS).exists()
    assert scaffold.status(worked).state == "current"


def test_answers_given_to_copier_meanwhile_are_taken_over(worked, template):
    adopt(worked, "--keep-copier", "--commit")
    tagged(template, SECOND, "v1.1.0")
    copier("update", "--defaults", "--data", "license=Apache-2.0", where=worked)
    commit(worked, "copier update")
    assert scaffold.update(worked, commit=True).plan.conflicts == ()
    assert "Licensed as Apache-2.0" in (worked / "README.md").read_text()
    assert "license: Apache-2.0" in (worked / ".scaffold/answers.yml").read_text()


def test_keeping_copier_takes_the_new_address_down(worked, template, tmp_path):
    moved = template.rename(tmp_path / "elsewhere")
    assert "--source" in adopt(worked, code=1)
    adopt(worked, "--source", moved, "--keep-copier")
    assert f"_src_path: {moved}" in (worked / ANSWERS).read_text()
    assert scaffold.diff(worked).files[0].path != ANSWERS


@pytest.mark.parametrize("written", ["./template", "../origin/service", "service"])
def test_a_relative_address_is_given_anew(made, template, written):
    text = (made / ANSWERS).read_text().replace(str(template), written)
    write(made, {ANSWERS: text})
    commit(made)
    before = snapshot(made)
    said = adopt(made, code=1)
    assert "is relative" in said and "--source ADDRESS" in said
    assert snapshot(made) == before
    assert adopt(made, "--source", template)["source"] == str(template)


def test_a_custom_name_is_found_by_its_content(template, tmp_path):
    project = copied(template, tmp_path / "project", "--answers-file", "tooling.yml")
    assert adopt(project)["removed"] == ["tooling.yml"]


def test_a_large_file_is_no_answers_file(made):
    text = (made / ANSWERS).read_text()
    write(made, {"data/large.yml": text + "# more\n" * 40_000, "data/late.yaml": "# x\n" * 5_000 + text})
    commit(made)
    git("rm", "--quiet", ANSWERS, where=made)
    commit(made)
    write(made, {"tooling.yml": text})
    commit(made)
    assert adopt(made)["removed"] == ["tooling.yml"]


def test_copier_is_not_kept_for_a_template_that_it_cannot_fetch(made, template):
    write(template, {"many/service/copier.yml": COPIER})
    for path, content in FIRST.items():
        write(template, {f"many/service/template/{path}": content})
    commit(template)
    git("tag", "v1.0.1", where=template)
    words = ("--source", f"{template}//many/service", "--at", "1.0.1")
    before = snapshot(made)
    said = adopt(made, *words, "--keep-copier", code=1)
    assert f"--keep-copier would record {template}//many/service, and Copier cannot fetch" in said
    assert snapshot(made) == before
    assert adopt(made, *words)["source"] == f"{template}//many/service"


def test_answers_in_a_folder_belong_to_the_project_above(template, tmp_path):
    write(template, {"copier.yml": f"{COPIER}_answers_file: .config/answers.yml\n"})
    tagged(template, {}, "v1.0.1")
    project = copied(template, tmp_path / "project")
    report = adopt(project)
    assert (report["path"], report["removed"]) == (str(project), [".config/answers.yml"])


def test_a_folder_of_a_monorepo(template, tmp_path):
    mono = tmp_path / "mono"
    for name in ("a", "b"):
        copier("copy", "--defaults", "--data", f"name={name}", template, mono / "services" / name, where=tmp_path)
    committed(mono)
    said = adopt(mono, code=1)
    assert "services/a, services/b" in said
    assert adopt(mono / "services/a")["path"] == str(mono / "services/a")
    assert adopt(mono / "services")["path"] == str(mono / "services/b")
    commit(mono)
    tagged(template, SECOND, "v1.1.0")
    scaffold.update(mono / "services/b")
    assert (mono / "services/b/new/file.txt").exists()
    assert not (mono / "services/a/new").exists()


def test_a_folder_in_a_project(worked):
    assert adopt(worked / "src/orders")["path"] == str(worked)


def test_of_several_templates_on_one_folder_one_is_named(template, tmp_path):
    other = tmp_path / "origin" / "licence"
    write(other, {"copier.yml": "holder: {type: str, default: us}\n", "LICENSE.jinja": "(c) {{ holder }}\n"})
    write(other, {"{{ _copier_conf.answers_file }}.jinja": ANSWERS_TEMPLATE})
    committed(other)
    git("tag", "v2.0.0", where=other)
    project = copied(template, tmp_path / "project")
    copier("copy", "--defaults", "--answers-file", ".copier-answers.licence.yml", other, project, where=tmp_path)
    commit(project)
    said = adopt(project, code=1)
    assert ".copier-answers.licence.yml, .copier-answers.yml" in said and "--answers-file" in said
    report = adopt(project, "--answers-file", ".copier-answers.licence.yml")
    assert (report["blueprint"], report["version"]) == ("licence", "2.0.0")
    assert (project / ANSWERS).exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("_commit: v1.0.0", "_commit: v0.9.0", "there is no v0.9.0"),
        ("_commit: v1.0.0", f"_commit: {'d' * 40}", "any more"),
        ("_commit: v1.0.0\n", "", "is not recorded"),
    ],
)
def test_a_version_that_is_gone_is_named_with_at(made, old, new, said):
    write(made, {ANSWERS: (made / ANSWERS).read_text().replace(old, new)})
    commit(made)
    before = snapshot(made)
    error = adopt(made, code=1)
    assert said in error and "--at VERSION" in error
    assert snapshot(made) == before
    assert adopt(made, "--at", "1.0.0")["edited"] == []


def test_a_rewritten_history(made, template):
    tagged(template, SECOND, "v1.1.0")
    git("tag", "--delete", "v1.0.0", where=template)
    assert "there is no v1.0.0" in adopt(made, code=1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: orders", "name: [orders", f"{ANSWERS}:"),
        ("name: orders", "name: orders\nname: other", f"{ANSWERS}:7: the key `name` is written twice"),
        ("license: MIT", "license: BSD", f"{ANSWERS}:5: the answer 'BSD' to `license`"),
        ("_src_path", "_source", None),
    ],
)
def test_a_damaged_answers_file(made, old, new, said):
    write(made, {ANSWERS: (made / ANSWERS).read_text().replace(old, new)})
    commit(made)
    before = snapshot(made)
    error = adopt(made, code=1)
    assert (said or "_src_path` is missing") in error
    assert ".scaffold" not in error
    assert snapshot(made) == before


def test_answers_that_do_not_fit_the_files(made):
    git("rm", "--quiet", "-r", "README.md", "notes.md", "docs", where=made)
    write(made, {ANSWERS: (made / ANSWERS).read_text().replace("orders", "another")})
    commit(made)
    error = adopt(made, code=1)
    assert "of the 5 files" in error and "--yes" in error
    assert adopt(made, "--yes")["deleted"] == ["README.md", "docs/index.md", "notes.md", "src/another/main.py"]


def test_answers_that_nothing_asks_for_are_said(made):
    write(made, {ANSWERS: (made / ANSWERS).read_text() + "colour: red\n"})
    commit(made)
    report = adopt(made)
    assert any("colour" in note for note in report["notes"])
    assert "colour" not in report["answers"]


def test_work_that_git_does_not_have_is_not_touched(made):
    write(made, {ANSWERS: (made / ANSWERS).read_text() + "# mine\n"})
    before = snapshot(made)
    assert "uncommitted work: .copier-answers.yml" in adopt(made, code=1)
    assert snapshot(made) == before
    git("checkout", "--quiet", ANSWERS, where=made)
    write(made, {"README.md": "unfinished\n", "untracked.txt": "mine\n"})
    assert adopt(made)["edited"] == ["README.md"]
    assert (made / "README.md").read_text() == "unfinished\n"


def test_a_template_that_cannot_be_reached(made):
    write(made, {ANSWERS: (made / ANSWERS).read_text().replace("_src_path: /", "_src_path: file:///no/such/place/")})
    commit(made)
    error = adopt(made, code=1)
    assert "git could not reach" in error and "--source" in error


def test_no_repository_around(template, tmp_path):
    copier("copy", "--defaults", template, tmp_path / "project", where=tmp_path)
    assert "in no git repository" in adopt(tmp_path / "project", code=1)
    assert "no such folder" in adopt(tmp_path / "nowhere", code=1)


def test_tasks_of_the_template_run_only_with_trust(template, tmp_path):
    write(template, {"copier.yml": f"{COPIER}_tasks: ['echo made > made.txt', 'echo more >> README.md']\n"})
    tagged(template, {}, "v1.0.1")
    project = copied(template, tmp_path / "project", "--trust")
    report = adopt(project)
    assert report["edited"] == ["README.md"]
    assert any("--trust" in note for note in report["notes"])
    scaffold.undo(project)
    report = adopt(project, "--trust")
    assert report["edited"] == []
    assert "made.txt" in report["files"]


def noting(template, log, more=""):
    """Make the template note each run of its task in a file outside the project."""
    write(template, {"copier.yml": f"{COPIER}{more}_tasks: ['echo ran >> {log}', 'echo made > made.txt']\n"})
    tagged(template, {}, "v1.0.1")


@pytest.mark.parametrize("below", [True, False], ids=["answers-below", "answers-here"])
def test_a_task_runs_once(template, tmp_path, below):
    log = tmp_path / "log"
    noting(template, log)
    project = copied(template, tmp_path / "project", "--trust")
    if below:
        (project / "sub").mkdir()
        git("mv", ANSWERS, f"sub/{ANSWERS}", where=project)
        commit(project)
    log.unlink()
    report = adopt(project, "--trust")
    assert (report["path"], report["edited"], report["deleted"]) == (str(project), [], [])
    assert "made.txt" in report["files"]
    assert log.read_text() == "ran\n"


def test_a_task_runs_once_where_a_fit_is_agreed_to(template, tmp_path):
    log = tmp_path / "log"
    noting(template, log)
    project = copied(template, tmp_path / "project", "--trust")
    (project / ANSWERS).unlink()
    commit(project)
    log.unlink()
    assert "made.txt" in adopt(project, "--from", template, "--trust", "--yes")["files"]
    assert log.read_text() == "ran\n"


# Cookiecutter, with and without cruft.

COOKIES = {
    "cookiecutter.json": json.dumps(
        {"title": "My Service", "slug": "{{ cookiecutter.title|lower|replace(' ', '-') }}"}
    ),
    "{{cookiecutter.slug}}/README.md": "# {{ cookiecutter.title }}\n\none\n\ntwo\n\nthree\n",
    "{{cookiecutter.slug}}/setup.cfg": "[metadata]\nname = {{ cookiecutter.slug }}\n",
}


@pytest.fixture
def cookies(tmp_path):
    place = tmp_path / "origin" / "cookies"
    write(place, COOKIES)
    committed(place)
    git("tag", "1.0.0", where=place)
    return place


@pytest.fixture
def baked(cookies, tmp_path, monkeypatch):
    """A project that Cookiecutter made, in a home of its own for the replay."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    words = ["--no-input", "--checkout", "1.0.0", f"git+{cookies.as_uri()}", "title=Pay Day"]
    done = run([sys.executable, "-m", "cookiecutter", *words], tmp_path, HOME=str(home))
    assert done.code == 0, done.err
    project = committed(tmp_path / "pay-day")
    write(project, {"README.md": "# Pay Day\n\none, ours\n\ntwo\n\nthree\n"})
    commit(project)
    return project


def next_cookies(cookies):
    write(cookies, {"{{cookiecutter.slug}}/README.md": COOKIES["{{cookiecutter.slug}}/README.md"] + "\nfour\n"})
    commit(cookies)
    git("tag", "1.1.0", where=cookies)


def check_cookies(project, cookies):
    next_cookies(cookies)
    scaffold.update(project)
    assert (project / "README.md").read_text() == "# Pay Day\n\none, ours\n\ntwo\n\nthree\n\nfour\n"


def cruft_state(cookies, ref="1.0.0", **more):
    context = {"title": "Pay Day", "slug": "pay-day", "_template": cookies.as_uri()}
    commit_id = git("rev-parse", ref, where=cookies).strip()
    state = {"template": cookies.as_uri(), "commit": commit_id, "checkout": None, "directory": None}
    return json.dumps({**state, "context": {"cookiecutter": context}, **more}, indent=4)


def test_a_cruft_project(baked, cookies):
    write(baked, {".cruft.json": cruft_state(cookies, skip=["setup.cfg"])})
    commit(baked)
    report = adopt(baked)
    assert (report["origin"], report["version"]) == ("cruft", "1.0.0")
    assert (report["edited"], report["removed"]) == (["README.md"], [".cruft.json"])
    assert any("setup.cfg" in note for note in report["notes"])
    check_cookies(baked, cookies)


def test_answers_of_cruft_that_are_mappings_or_wrong(baked, cookies):
    config = {"title": "My Service", "slug": "pay-day", "ports": {"http": "80"}, "kind": ["api", "job"]}
    write(cookies, {"cookiecutter.json": json.dumps(config)})
    commit(cookies)
    git("tag", "1.0.1", where=cookies)
    context = {"title": "Pay Day", "ports": {"http": {"in": "8080"}}, "kind": "api"}
    state = cruft_state(cookies, "1.0.1", context={"cookiecutter": context})
    write(baked, {".cruft.json": state.replace('"api"', '"web"')})
    commit(baked)
    line = 1 + state.split('"kind"')[0].count("\n")
    assert f".cruft.json:{line}: the answer 'web' to `kind`" in adopt(baked, code=1)
    write(baked, {".cruft.json": state})
    commit(baked)
    assert adopt(baked)["answers"]["ports"] == {"http": {"in": "8080"}}
    assert "in: '8080'" in (baked / ".scaffold/answers.yml").read_text()


def test_hooks_that_were_not_run_are_said(baked, cookies):
    write(cookies, {"hooks/post_gen_project.py": "print()\n"})
    commit(cookies)
    git("tag", "1.0.1", where=cookies)
    write(baked, {".cruft.json": cruft_state(cookies, "1.0.1")})
    commit(baked)
    assert any(note.startswith("the template's tasks and hooks were not run") for note in adopt(baked)["notes"])


@pytest.fixture
def many(cookies, tmp_path):
    """The template moved into a folder of its repository, another one beside it, in 1.0.1."""
    cookies = cookies.rename(tmp_path / "git-cookies")  # Cookiecutter looks for the word in an address
    (cookies / "many/service").mkdir(parents=True)
    for name in ("cookiecutter.json", "{{cookiecutter.slug}}"):
        (cookies / name).rename(cookies / "many/service" / name)
    origin = "{{ cookiecutter._template }}\n"
    write(cookies, {"cookiecutter.json": '{"other": "x"}', "many/service/{{cookiecutter.slug}}/origin.txt": origin})
    commit(cookies)
    git("tag", "1.0.1", where=cookies)
    return cookies


@pytest.fixture
def nested(many, tmp_path, monkeypatch):
    """A project that Cookiecutter made of a template in a folder, with the file that cruft writes."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    words = ["--no-input", "--directory", "many/service", "--checkout", "1.0.1", many.as_uri(), "title=Pay Day"]
    done = run([sys.executable, "-m", "cookiecutter", *words], tmp_path, HOME=str(home))
    assert done.code == 0, done.err
    project = committed(tmp_path / "pay-day")
    write(project, {".cruft.json": cruft_state(many, "1.0.1", directory="many/service")})
    commit(project)
    return project


def test_a_cruft_project_whose_template_lies_in_a_folder(nested, many, tmp_path):
    report = adopt(nested)
    source = f"{many.as_uri()}//many/service"
    assert (report["blueprint"], report["version"], report["source"]) == ("service", "1.0.1", source)
    assert (report["edited"], report["deleted"]) == ([], [])
    write(many, {"many/service/{{cookiecutter.slug}}/setup.cfg": "[metadata]\n"})
    commit(many)
    git("tag", "1.1.0", where=many)
    assert scaffold.status(nested).latest == "1.1.0"
    scaffold.update(nested)
    assert (nested / "setup.cfg").read_text() == "[metadata]\n"
    git("reset", "--quiet", "--hard", where=nested)
    moved = many.rename(tmp_path / "elsewhere")
    for given in (moved, f"{moved}//many/service"):
        report = adopt(nested, "--source", given, "--dry-run")
        assert (report["source"], report["edited"]) == (f"{moved}//many/service", ["origin.txt"])


@pytest.mark.parametrize(
    ("folder", "said"), [("many/none", "there is no folder many/none at 1.0.1"), ("../x", "../x is no folder")]
)
def test_a_folder_that_cruft_names_and_is_not_there(nested, many, folder, said):
    write(nested, {".cruft.json": cruft_state(many, "1.0.1", directory=folder)})
    commit(nested)
    before = snapshot(nested)
    error = adopt(nested, code=1)
    assert said in error and ".cruft.json" in error
    assert snapshot(nested) == before


def test_a_cookiecutter_project_of_a_template_in_a_folder(nested, many):
    (nested / ".cruft.json").unlink()
    commit(nested)
    replay = nested.parent / "home/.cookiecutter_replay/service.json"
    report = adopt(nested, "--replay", replay, "--from", f"{many.as_uri()}//many/service")
    assert (report["version"], report["edited"]) == ("1.0.1", [])


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("{", ".cruft.json:1"),
        ("[]", "must be a mapping"),
        ('{"template": "x", "context": {}}', "`cookiecutter` is missing"),
    ],
)
def test_a_damaged_cruft_file(baked, state, said):
    write(baked, {".cruft.json": state})
    commit(baked)
    assert said in adopt(baked, code=1)


def test_a_cookiecutter_project_with_replay(baked, cookies, tmp_path):
    report = adopt(baked, "--replay", tmp_path / "home/.cookiecutter_replay/cookies.json")
    assert (report["origin"], report["version"], report["edited"]) == ("Cookiecutter", "1.0.0", ["README.md"])
    check_cookies(baked, cookies)


def test_a_cookiecutter_project_by_what_the_home_keeps(baked, cookies):
    report = adopt(baked, "--from", cookies, code=3)
    assert report["answers"] == {"title": "Pay Day", "slug": "pay-day"}
    assert adopt(baked, "--from", f"{cookies}@1.0.0", "--yes")["edited"] == ["README.md"]
    check_cookies(baked, cookies)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "it does not say which template it is of (name it with --from"),
        ({"_template": "/nowhere/at/all"}, "there is no template at /nowhere/at/all any more (say where it is now"),
        ({"_template": "COOKIES", "_checkout": "9.9"}, "there is no 9.9 in"),
        ({"_template": "HOME"}, "is neither a library nor a template"),
    ],
)
def test_an_error_about_a_replay_names_it(said, error, cookies, tmp_path):
    project, replay = tmp_path / "by-hand", tmp_path / "a.json"
    write(project, {"x.txt": "x\n"})
    committed(project)
    places = {"COOKIES": str(cookies), "HOME": str(project)}
    replay.write_text(json.dumps({"cookiecutter": {name: places.get(value, value) for name, value in said.items()}}))
    done = world.scaffold("adopt", "--replay", replay, where=project)
    assert done.code == 1
    assert done.err.startswith(f"error: {replay}: ")
    assert error in done.err


def test_a_cookiecutter_project_without_replay(baked, cookies, tmp_path):
    shutil.rmtree(tmp_path / "home/.cookiecutter_replay")
    next_cookies(cookies)
    report = adopt(baked, "--from", f"{cookies}@1.0.0", "--data", "title=Pay Day", "--yes")
    assert (report["version"], report["edited"]) == ("1.0.0", ["README.md"])
    scaffold.update(baked)
    assert (baked / "README.md").read_text() == "# Pay Day\n\none, ours\n\ntwo\n\nthree\n\nfour\n"


# Made by hand.


@pytest.fixture
def by_hand(template, tmp_path):
    """A repository that looks much like what the template makes, at a version that is not the newest."""
    copier("copy", "--defaults", "-d", "name=orders", "-d", "license=Apache-2.0", "-d", "docs=false", template,
           tmp_path / "shop", where=tmp_path)  # fmt: skip
    project = tmp_path / "shop"
    (project / ANSWERS).unlink()
    (project / "old.txt").unlink()
    write(project, {"src/orders/main.py": "entirely = 'ours'\n", "app.py": "pass\n"})
    readme = (project / "README.md").read_text()
    write(project, {"README.md": readme.replace("one", "one, ours")})
    tagged(template, SECOND, "v1.1.0")
    return committed(project)


def test_the_best_fit_is_proposed_and_nothing_written(by_hand, template):
    before = snapshot(by_hand)
    report = adopt(by_hand, "--from", template, code=3)
    assert report["proposed"] is True
    assert report["applied"] is False
    best = report["fits"][0]
    assert (best["blueprint"], best["version"]) == ("service", "1.0.0")
    assert best["answers"] == {"name": "orders", "license": "Apache-2.0", "docs": False}
    assert (report["edited"], report["own"], report["missing"]) == (["README.md"], ["src/orders/main.py"], ["old.txt"])
    assert snapshot(by_hand) == before
    done = world.scaffold("adopt", by_hand, "--from", template, where=by_hand)
    assert done.code == 3
    assert "It fits service 1.0.0 best" in done.out
    assert "--yes" in done.out


def test_what_is_the_teams_own_is_never_overwritten(by_hand, template):
    adopt(by_hand, "--from", template, "--yes", "--commit")
    assert scaffold.status(by_hand).state == "incomplete"
    update = scaffold.update(by_hand)
    assert [action.path for action in update.plan.conflicts] == ["src/orders/main.py"]
    assert "entirely = 'ours'" in (by_hand / "src/orders/main.py").read_text()
    readme = (by_hand / "README.md").read_text()
    assert "one, ours" in readme
    assert "three, changed" in readme
    assert not (by_hand / "docs").exists()


def test_a_version_and_answers_are_named(by_hand, template):
    report = adopt(by_hand, "--from", f"{template}@v1.1.0", "--data", "name=shop", "--yes")
    assert (report["version"], report["answers"]["name"]) == ("1.1.0", "shop")
    assert report["missing"] == ["new/file.txt", "src/shop/main.py"]


def half(library, tmp_path, *, without=("notes.md", "run.sh", "old.txt"), other="entirely = 'ours'\n"):
    """A repository that has but some of what the blueprint brings."""
    project = world.stamp(library, tmp_path / "project")
    shutil.rmtree(project / ".scaffold")
    shutil.rmtree(project / ".git")
    for path in without:
        (project / path).unlink()
    write(project, {"settings.toml": other, "app.py": "pass\n"})
    return committed(project)


def incomplete(project):
    report = world.scaffold("status", "--format", "json", where=project)
    assert report.code == (0 if report.json["state"] == "current" else 3)
    return report.json["state"], report.json["missing"], report.json["unlike"]


TAKE = ("--blueprint", "demo@1.0.0", "--commit")


def test_a_half_filled_repository_is_incomplete_until_an_update(library, tmp_path):
    project = half(library, tmp_path)
    before = snapshot(project)
    adopt(project, "--source", library, *TAKE, "--dry-run")
    assert snapshot(project) == before
    adopt(project, "--source", library, *TAKE)
    left = ("incomplete", ["notes.md", "old.txt", "run.sh"], ["settings.toml"])
    assert incomplete(project) == left
    said = world.scaffold("status", where=project).out
    assert "3 of 6 files that the blueprint has are not here: scaffold update brings them" in said
    assert "1 of 6 files is the team's own throughout (settings.toml)" in said
    assert "nothing to do" not in said
    assert "scaffold update brings it" in world.scaffold("own", "notes.md", where=project).err
    write(project, {"old.txt": "mine\n"})
    world.commit(project)
    wishes = project / ".scaffold/answers.yml"
    wishes.write_text(f"{wishes.read_text()}own: [/run.sh]\n")  # so that no update brings it
    world.commit(project)
    assert incomplete(project) == ("incomplete", ["notes.md"], ["settings.toml"])
    update = scaffold.update(project)
    assert {"notes.md", "settings.toml"} <= {action.path for action in update.plan.changes}
    assert "run.sh" not in {action.path for action in update.plan.changes}
    assert '"missing"' not in (project / ".scaffold/lock.json").read_text()
    assert incomplete(project)[1:] == ([], [])
    assert scaffold.abort_update(project).paths
    assert incomplete(project) == ("incomplete", ["notes.md"], ["settings.toml"])


def test_what_an_update_has_decided_is_incomplete_no_more(library, tmp_path):
    project = half(library, tmp_path, other="[tool.lint]\nlevel = 3\n")
    adopt(project, "--source", library, *TAKE)
    assert incomplete(project)[0] == "incomplete"
    update = scaffold.update(project)
    assert [action.path for action in update.plan.conflicts] == ["settings.toml"]
    assert incomplete(project) == ("conflicts", [], [])
    assert world.scaffold("resolve", "settings.toml", "--ours", where=project).code == 0
    assert world.scaffold("update", "--continue", where=project).code == 0
    world.commit(project)
    assert incomplete(project)[1:] == ([], [])


def test_stamped_into_a_folder_in_use_nothing_is_incomplete(library, tmp_path):
    project = half(library, tmp_path)
    done = world.scaffold("new", "demo", project, "--source", library, "--defaults", where=tmp_path)
    assert done.code in (0, 3)
    assert '"missing"' not in (project / ".scaffold/lock.json").read_text()
    assert incomplete(project)[1:] == ([], [])


LOCKED = {
    "ci.yml": "steps: [ours]\n",
    "settings.toml": '[project]\nname = "x"\n\n[tool.lint]\nlevel = 9\n\n[tool.other]\na = 1\n',
}


def test_what_a_blueprint_locks_is_not_put_back_silently(library, tmp_path):
    project = world.stamp(library, tmp_path / "project")
    shutil.rmtree(project / ".scaffold")
    shutil.rmtree(project / ".git")
    write(project, {"notes.md": "# demo\n\nfirst\n\nsecond, ours\n\nthird\n", **LOCKED})
    committed(project)
    report = adopt(project, "--source", library, "--blueprint", "demo@1.0.0")
    assert (report["edited"], report["own"]) == (["notes.md", "settings.toml"], ["ci.yml"])
    assert scaffold.status(project).drift == ()
    update = scaffold.update(project)
    assert [action.path for action in update.plan.conflicts] == ["ci.yml", "settings.toml"]
    assert "second, ours" in (project / "notes.md").read_text()
    scaffold.undo(project)


def test_the_builtin_library_is_looked_through(tmp_path):
    answers = {"mission": "Checkout", "owner": "@acme/checkout", "outcome": "Orders are paid within a minute"}
    project = scaffold.new("python-http-service", tmp_path / "orders", data=answers, git=False).root
    shutil.rmtree(project / ".scaffold")
    (project / "SECURITY.md").unlink()
    committed(project)
    report = adopt(project, code=3)
    best = report["fits"][0]
    assert best["blueprint"] == "python-http-service"
    assert best["answers"].items() >= answers.items()
    assert report["missing"] == ["SECURITY.md"]
    assert report["edited"] == report["own"] == []
    assert adopt(project, "--yes")["applied"] is True
    assert [action.path for action in scaffold.update(project).plan.changes] == ["SECURITY.md"]


def test_nothing_fits(tmp_path):
    project = tmp_path / "other"
    write(project, {"main.c": "int main() {}\n"})
    committed(project)
    before = snapshot(project)
    assert "no blueprint in builtin fits" in adopt(project, code=1)
    assert "3 questions have no answer" in adopt(project, "--blueprint", "python-http-service", code=1)
    assert snapshot(project) == before


def test_what_hardly_fits_has_to_be_named(template, tmp_path):
    project = tmp_path / "other"
    write(project, {"main.c": "int main() {}\n"})
    committed(project)
    before = snapshot(project)
    for words in ((), ("--yes",)):
        said = adopt(project, "--from", template, *words, code=1)
        assert "service hardly fits this repository: 1.0.0 does best, by 0%" in said
        assert "--at VERSION" in said and "--blueprint service@VERSION" in said
    assert scaffold_refuses(project, template)
    assert snapshot(project) == before
    for words in (("--at", "1.0.0", "--yes"), ("--blueprint", "service"), ("--blueprint", "service@1.0.0")):
        report = adopt(project, "--from", template, *words)
        assert "service 1.0.0 hardly fits this repository" in report["notes"]
        scaffold.undo(project)
    assert snapshot(project) == before


def scaffold_refuses(project, template):
    """Whether nobody is asked to agree to it."""
    with pytest.raises(ProjectError, match="hardly fits"):
        scaffold.adopt(project, template=str(template), confirm=lambda _: pytest.fail("asked"))
    return True


@pytest.mark.parametrize("at", [0, 1, 2], ids=["oldest", "middle", "newest"])
def test_answers_are_looked_for_in_old_versions_too(tmp_path, at):
    greetings = ["hi {{ name }}\n", "good day {{ name }}!\n", "hi {{ name }} two\n"]
    greeter = tmp_path / "origin" / "greeter"
    write(greeter, {"copier.yml": "name: {type: str, default: demo}\n_subdirectory: template\n"})
    git("init", "--quiet", "--initial-branch=main", where=greeter)
    for number, text in enumerate(greetings, 1):
        tagged(greeter, {"hi.txt.jinja": text}, f"v{number}.0.0")
    project = tmp_path / "p4"
    write(project, {"hi.txt": greetings[at].replace("{{ name }}", "p4")})
    committed(project)
    best = adopt(project, "--from", greeter, code=3)["fits"][0]
    assert (best["version"], best["answers"], best["score"]) == (f"{at + 1}.0.0", {"name": "p4"}, 1.0)


def test_a_person_is_asked(by_hand, template):
    seen = []
    refused = scaffold.adopt(by_hand, template=str(template), confirm=seen.append)
    assert refused.applied is False
    assert seen == [refused]
    assert scaffold.adopt(by_hand, template=str(template), confirm=lambda _: True).applied is True


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="plain", marks=pytest.mark.long),
        pytest.param(("--keep-copier",), id="keep", marks=pytest.mark.long),
        pytest.param(("--commit",), id="commit", marks=pytest.mark.long),
    ],
)
def test_killed_at_any_instant(worked, words):
    before = snapshot(worked)
    whole = copy_of(worked, "whole")
    assert run_killed(0, whole, "adopt", *words, str(whole)) == 0
    after = snapshot(whole)
    killed, outcomes = 0, set()
    for n in range(1, 300):
        project = copy_of(worked, str(n))
        code = run_killed(n, project, "adopt", *words, str(project))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        now = snapshot(project)
        if not (now == before or all(now[name] == after[name] for name in ("files", "index", "branch"))):
            with pytest.raises(ProjectError):
                scaffold.adopt(project)
            scaffold.undo(project)
            now = snapshot(project)
            assert now == before, f"killed before touch {n}"
        outcomes.add(now == before)
    assert killed > 10
    assert True in outcomes


@pytest.mark.slow
@pytest.mark.long
def test_undo_killed_at_any_instant(worked):
    before = snapshot(worked)
    adopt(worked)
    for n in range(1, 300):
        project = copy_of(worked, str(n))
        code = run_killed(n, project, "undo", str(project))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if snapshot(project) != before and not (project / ".scaffold/lock.json").exists():
            scaffold.undo(project)
            assert snapshot(project) == before, f"killed before touch {n}"
    assert n > 5


def test_a_terminal_is_asked(by_hand, template):
    words = ["-m", "scaffold", "adopt", str(by_hand), "--from", str(template)]
    for reply, taken in (("n", False), ("y", True)):
        child = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=300, dimensions=(40, 120))
        child.expect("fits service 1.0.0 best")
        child.expect("Take it over like this")
        child.send(reply)
        child.expect(pexpect.EOF)
        child.wait()
        assert (child.exitstatus == 0) is taken
        assert (by_hand / ".scaffold/lock.json").exists() is taken
