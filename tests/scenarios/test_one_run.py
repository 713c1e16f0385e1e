"""What one run may wish: questions again, paths left out or left alone, a plan, a recopy, a folder that is in use."""

import json

import pytest

import scaffold
from scaffold.answers import file as answers_file
from scaffold.answers.question import Manner
from scaffold.errors import ProjectError, RenderError
from scaffold.render.means import Means
from tests import kit
from tests.kit import git, repo, write

FILES = {
    "copier.yml": "name: {type: str, default: demo}\nport: 8080\n",
    "app.txt.jinja": "{{ name }} {{ port }}\none\n",
    "extra.txt": "one\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}
AS_NEW = {"app.txt": "demo 8080\none\n", "extra.txt": "one\n"}
NEXT = {"app.txt.jinja": "{{ name }} {{ port }}\ntwo\n", "extra.txt": "two\n"}


LOCKED = {"ci.yml": "locked", "conf.toml": {"keys": {"a": "locked"}}}


@pytest.fixture
def template(tmp_path):
    return repo(tmp_path / "template", FILES, "v1")


@pytest.fixture
def project(template, tmp_path):
    scaffold.new(str(template), tmp_path / "project")
    return tmp_path / "project"


def texts(folder):
    """The text of every file but scaffold's and git's own."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0][0] != ".")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def in_use(folder, files):
    return repo(folder, files)


def asked_of(reply, seen):
    def ask(asked):
        seen[asked.question.name] = asked.default
        return reply

    return ask


def test_a_question_is_asked_again_with_its_last_answer_and_nothing_else_is(project):
    seen = {}
    means = Means(manner=Manner(again=("na*",), only=True))
    scaffold.update(project, ask=asked_of("shop", seen), means=means, data={"port": 1})
    assert seen == {"name": "demo"}
    assert texts(project)["app.txt"] == "shop 1\none\n"


def test_a_question_that_is_asked_again_wins_over_what_was_given(template, tmp_path):
    seen = {}
    means = Means(manner=Manner(again=("port",)))
    ask = asked_of("9", seen)
    scaffold.new(str(template), tmp_path / "p", data={"name": "a", "port": 1}, ask=ask, means=means)
    assert (seen, texts(tmp_path / "p")["app.txt"]) == ({"port": 1}, "a 9\none\n")


@pytest.mark.parametrize(
    ("how", "left"),
    [({"exclude": ("extra.*",)}, "left out by --exclude"), ({"skip": ("extra.*",)}, "it exists, and --skip leaves it")],
    ids=["exclude", "skip"],
)
def test_a_path_is_left_alone_for_one_run_and_comes_along_with_the_next(template, project, how, left):
    repo(template, NEXT, "v2")
    write(project, {"extra.txt": "one\nours\n"})
    plan = scaffold.update(project, means=Means(**how)).plan
    assert {action.path: action.why for action in plan if action.verb == "leave"} == {"extra.txt": left}
    assert texts(project) == {"app.txt": "demo 8080\ntwo\n", "extra.txt": "one\nours\n"}
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=one run")
    assert scaffold.status(project).drift == ()
    assert [action.path for action in scaffold.update(project, to="v2").plan.conflicts] == ["extra.txt"]


@pytest.mark.parametrize("name", ["extra.txt", "here.txt"])
@pytest.mark.parametrize("option", ["exclude", "skip"])
def test_a_file_that_the_team_has_moved_is_left_by_either_of_its_names(template, project, option, name):
    text = "".join(f"{number}\n" for number in range(9))
    repo(template, {"extra.txt": text}, "v2")
    scaffold.update(project, commit=True)
    git(project, "mv", "extra.txt", "here.txt")
    repo(project, {})
    for version in (3, 4):  # the move is not in the lock as yet, and then it is
        repo(template, {"extra.txt": f"{text}{version}\n"}, f"v{version}")
        said = scaffold.update(project, means=Means(**{option: (name,)}), commit=True).plan
        assert [action.path for action in said if action.verb == "leave"] == [
            "here.txt" if version > 3 else "extra.txt"
        ]
        assert texts(project) == {"app.txt": AS_NEW["app.txt"], "here.txt": text if version == 3 else f"{text}3\n"}
        if version == 3:
            scaffold.update(project, to="v3", commit=True)
            assert texts(project)["here.txt"] == f"{text}3\n"
    assert scaffold.update(project, to="v4", commit=True).plan.lock_after.files["extra.txt"].at == "here.txt"
    assert texts(project)["here.txt"] == f"{text}4\n"


@pytest.mark.parametrize("option", ["exclude", "skip"])
def test_a_file_that_the_blueprint_has_moved_is_left_where_it_is_for_one_run(template, project, option):
    text = "".join(f"{number}\n" for number in range(9))
    repo(template, {"extra.txt": text}, "v2")
    scaffold.update(project, commit=True)
    repo(project, {"extra.txt": f"{text}mine\n"})
    git(template, "mv", "extra.txt", "new.txt")
    repo(template, {"new.txt": f"theirs\n{text}"}, "v3")
    scaffold.update(project, means=Means(**{option: ("extra.txt",)}), commit=True)
    assert texts(project) == {"app.txt": AS_NEW["app.txt"], "extra.txt": f"{text}mine\n"}
    scaffold.update(project, to="v3")
    assert texts(project) == {"app.txt": AS_NEW["app.txt"], "new.txt": f"theirs\n{text}mine\n"}


def test_what_is_excluded_is_not_stamped(template, tmp_path):
    scaffold.new(str(template), tmp_path / "p", means=Means(exclude=("*", "!app.txt"), skip=("app.txt",)))
    assert texts(tmp_path / "p") == {"app.txt": AS_NEW["app.txt"]}


@pytest.mark.parametrize("path", ["ci.yml", "conf.toml"])
def test_what_the_platform_owns_is_left_by_no_option(tmp_path, path):
    files = {"copier.yml": "", "ci.yml": "a: 1\n", "conf.toml": "a = 1\n", "own.txt": "x\n"}
    library = kit.library(tmp_path / "library", {"base": files}, ownership=LOCKED)
    for how in ({"exclude": (path,)}, {"exclude": ("*", "!own.txt")}):
        with pytest.raises(RenderError, match=r"--exclude would leave (ci.yml|conf.toml), which demo locks"):
            scaffold.new("demo", tmp_path / "p", source=str(library), means=Means(**how))
    scaffold.new("demo", tmp_path / "p", source=str(library), means=Means(exclude=("own.txt",)))
    for how, said in (({"exclude": (path,)}, "--exclude"), ({"skip": (path,)}, "--skip")):
        with pytest.raises(RenderError, match=f"{said} would leave {path}, which demo locks"):
            scaffold.update(tmp_path / "p", means=Means(**how))


def test_an_answers_file_that_is_not_kept_is_told_of(template, tmp_path):
    means = Means(answers_file="a.yml")
    told = "Copier's answers file is written with keep_copier alone, so only templates see what --answers-file names"
    assert told in scaffold.new(str(template), tmp_path / "p", means=means).notes
    assert told not in scaffold.new(str(template), tmp_path / "q", means=means, keep_copier=True).notes
    repo(template, NEXT, "v2")
    assert told in scaffold.update(tmp_path / "p", means=means).notes
    assert told not in scaffold.update(tmp_path / "q").notes


@pytest.mark.parametrize("engine", ["native", "copier"])
def test_copiers_answers_file_has_another_name_and_keeps_it(template, tmp_path, engine):
    means = Means(engine, answers_file="a/b.yml")
    scaffold.new(str(template), tmp_path / "p", keep_copier=True, means=means)
    repo(template, NEXT, "v2")
    scaffold.update(tmp_path / "p", commit=True)
    assert "_commit: v2" in (tmp_path / "p" / "a" / "b.yml").read_text()
    assert not (tmp_path / "p" / ".copier-answers.yml").exists()


def test_a_project_is_adopted_with_the_answers_file_that_it_has(template, tmp_path):
    answers = f"_src_path: {template}\n_commit: v1\nname: shop\nport: 8080\n"
    project = repo(tmp_path / "p", {**AS_NEW, "app.txt": "shop 8080\none\n", ".mine.yml": answers})
    scaffold.adopt(project, answers_file=".mine.yml", keep_copier=True, commit=True)
    repo(template, NEXT, "v2")
    scaffold.update(project)
    assert "_commit: v2" in (project / ".mine.yml").read_text()
    assert texts(project) == {"app.txt": "shop 8080\ntwo\n", "extra.txt": "two\n"}


def test_a_recopy_gives_edits_up_and_brings_back_what_was_deleted(project):
    repo(project, {"app.txt": "ours\n", "own.txt": "own\n"})
    (project / "extra.txt").unlink()
    repo(project, {})
    updated = scaffold.update(project, recopy=True)
    assert {action.path: (action.verb, action.why) for action in updated.plan.changes} == {
        "app.txt": ("replace", "as the blueprint has it; its edits are given up"),
        "extra.txt": ("create", "new in the blueprint"),
    }
    assert texts(project) == {**AS_NEW, "own.txt": "own\n"}
    scaffold.undo(project)
    assert texts(project) == {"app.txt": "ours\n", "own.txt": "own\n"}


def test_a_recopy_gives_up_nothing_that_git_does_not_have_and_no_edit_of_what_is_dropped(template, project):
    write(project, {"app.txt": "ours\n"})
    with pytest.raises(ProjectError, match=r"uncommitted work: app\.txt"):
        scaffold.update(project, recopy=True)
    repo(project, {"extra.txt": "ours\n"})
    (template / "extra.txt").unlink()
    repo(template, {}, "v2")
    plan = scaffold.update(project, recopy=True).plan
    assert {action.path: action.verb for action in plan.changes} == {"app.txt": "replace", "extra.txt": "conflict"}


def test_a_dry_run_of_new_shows_the_plan_and_writes_nothing(template, tmp_path):
    made = scaffold.new(str(template), tmp_path / "p", dry_run=True)
    assert [(action.path, action.verb) for action in made.plan] == [("app.txt", "create"), ("extra.txt", "create")]
    assert (made.applied, made.repository, (tmp_path / "p").exists()) == (False, "own", False)


def test_a_folder_in_use_is_taken_over_and_what_is_missing_is_brought(template, tmp_path):
    before = {"app.txt": "something else\n", "own.txt": "own\n"}
    project = in_use(tmp_path / "p", before)
    dry = scaffold.new(str(template), project, dry_run=True)
    assert texts(project) == before
    made = scaffold.new(str(template), project)
    assert dry.plan.actions == made.plan.actions
    assert {action.path: action.verb for action in made.plan} == {"app.txt": "conflict", "extra.txt": "create"}
    assert "something else" in texts(project)["app.txt"]
    with pytest.raises(ProjectError, match="scaffold project already"):
        scaffold.new(str(template), project)
    scaffold.resolve([project / "app.txt"], side="theirs")
    scaffold.continue_update(project)
    assert scaffold.status(project).state == "current"
    assert texts(project) == {**AS_NEW, "own.txt": "own\n"}


def test_a_folder_in_use_is_merged_as_git_and_the_blueprint_say(tmp_path):
    files = {"a.txt": "theirs\n", "b.json": '{"a": 1}\n', "c.json": '{"a": 1}\n'}
    mine = {"a.txt": "ours\n", "b.json": '{"b": 1}\n', "c.json": '{"b": 1}\n'}
    library = kit.library(tmp_path / "library", {"base": files}, merge={"keys": False})
    project = in_use(tmp_path / "p", {**mine, ".gitattributes": "a.txt merge=union\nc.json -merge\n"})
    made = scaffold.new("demo", project, source=str(library))
    assert {action.path: action.verb for action in made.plan} == {
        "a.txt": "merge", "b.json": "conflict", "c.json": "conflict"
    }  # fmt: skip
    assert texts(project)["a.txt"] == "ours\ntheirs\n"
    assert b"<<<<<<<" in (project / "b.json").read_bytes()
    assert texts(project)["c.json"] == mine["c.json"]


def test_a_folder_in_use_is_as_before_after_undo_and_after_a_refusal(template, tmp_path):
    before = {"app.txt": "something else\n", "extra.txt": "one\n"}
    project = in_use(tmp_path / "p", before)
    made = scaffold.new(str(template), project, means=Means(skip=("app.txt",)))
    assert made.plan.conflicts == ()
    scaffold.undo(project)
    assert (texts(project), git(project, "status", "--porcelain")) == (before, "")
    write(project, {"app.txt": "not committed\n"})
    with pytest.raises(ProjectError, match=r"uncommitted work: app\.txt"):
        scaffold.new(str(template), project)
    assert not (project / ".scaffold").exists()


def test_a_fresh_clone_without_commits_is_a_folder_in_use(template, tmp_path, monkeypatch):
    project = tmp_path / "p"
    project.mkdir()
    git(project, "init", "--quiet")
    monkeypatch.chdir(project)
    made = scaffold.new(str(template), ".")
    assert (made.repository, texts(project)) == ("existing", AS_NEW)
    scaffold.undo()
    assert texts(project) == {}


def test_a_folder_in_use_without_git_is_refused(template, tmp_path):
    write(tmp_path / "p", {"a": "a\n"})
    with pytest.raises(ProjectError, match="in no git repository"):
        scaffold.new(str(template), tmp_path / "p")
    with pytest.raises(ProjectError, match="a file of this name"):
        scaffold.new(str(template), tmp_path / "p" / "a")


def test_the_users_own_defaults_are_for_questions_that_are_shown(tmp_path, monkeypatch):
    questions = "name: demo\nhidden: {default: computed, when: false}\nkept: one\n"
    template = repo(tmp_path / "t", {"copier.yml": questions, "a.jinja": "{{ name }} {{ hidden }} {{ kept }}"}, "v1")
    settings = tmp_path / "settings.yml"
    settings.write_bytes("defaults: {name: '{{ 1 + 1 }} mañana', hidden: x, kept: two, other: 1}\n".encode("utf-16"))
    scaffold.new(str(template), tmp_path / "p", data={"kept": "one"})
    assert texts(tmp_path / "p") == {"a": "demo computed one"}
    monkeypatch.setenv("SCAFFOLD_SETTINGS", str(settings))
    scaffold.new(str(template), tmp_path / "q", data={"kept": "one"})
    assert texts(tmp_path / "q") == {"a": "2 mañana computed one"}
    assert scaffold.update(tmp_path / "p").up_to_date


MIGRATED = [
    "sed -i s/old/new/ {{ _copier_conf.answers_file }}",
    "sed -i s/old/new/ .scaffold/answers.yml",
]


@pytest.mark.parametrize("command", MIGRATED, ids=["copier's", "scaffold's"])
@pytest.mark.parametrize("keep_copier", [False, True], ids=["", "kept"])
def test_answers_that_a_migration_changes_before_the_update_are_the_answers(tmp_path, command, keep_copier):
    more = "port: 1\nhost: {type: str, default: old}\n"
    template = repo(tmp_path / "t", {**FILES, "copier.yml": f"name: {{type: str, choices: [old]}}\n{more}"}, "v1")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"name": "old"}, keep_copier=keep_copier)
    # What a person has edited is there for the migration, and stays.
    edited = (project / answers_file.PATH).read_text().replace("port: 1", "port: 2").replace("host: old", "host: mine")
    repo(project, {answers_file.PATH: edited})
    migrations = json.dumps([{"version": "v2", "command": command, "when": "{{ _stage == 'before' }}"}])
    repo(template, {"copier.yml": f"name: {{type: str, choices: [new]}}\n{more}_migrations: {migrations}\n"}, "v2")
    updated = scaffold.update(project, means=Means(trust=True))
    assert texts(project)["app.txt"] == "new 2\none\n"
    assert updated.plan.lock_after.answers == {"name": "new", "port": 2, "host": "mine"}
    assert not [action for action in updated.plan.changes if action.drift], "what a migration did is nobody's drift"


def test_a_migration_reads_answers_that_are_kept_as_json_as_json(tmp_path):
    kept = {**FILES, "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | tojson }}"}
    template = repo(tmp_path / "t", {**kept, "copier.yml": "name: old\n"}, "v1")
    project = tmp_path / "p"
    scaffold.new(str(template), project, keep_copier=True)
    repo(project, {})
    code = (
        "import json, pathlib; path = pathlib.Path('.copier-answers.yml'); answers = json.loads(path.read_text()); "
        "answers['title'] = answers.pop('name'); path.write_text(json.dumps(answers))"
    )
    migrations = json.dumps([{"version": "v2", "before": [["python", "-c", code]]}])
    files = {"copier.yml": f"title: new\n_migrations: {migrations}\n", "app.txt.jinja": "{{ title }}\n"}
    repo(template, files, "v2")
    scaffold.update(project, means=Means(trust=True))
    assert texts(project)["app.txt"] == "old\n"
    assert json.loads((project / ".copier-answers.yml").read_text())["title"] == "old"


def test_what_migrations_are_told_of_the_answers_is_no_file_of_the_project(tmp_path):
    template = repo(tmp_path / "t", {**FILES, "gone.txt": "name: demo\nport: 8080\n"}, "v1")
    project = tmp_path / "p"
    scaffold.new(str(template), project, keep_copier=True)
    (project / ".copier-answers.yml").unlink()
    repo(project, {})
    (template / "gone.txt").unlink()
    repo(template, {"copier.yml": FILES["copier.yml"] + "_migrations: ['test -f .copier-answers.yml']\n"}, "v2")
    changes = scaffold.update(project, means=Means(trust=True)).plan.changes
    assert {action.path: action.verb for action in changes} == {".copier-answers.yml": "create", "gone.txt": "delete"}
