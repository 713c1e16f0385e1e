"""Nothing that only a secret, chance, the clock, a hook, a folder's name or another file decides changes with an update."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.lock import parse
from scaffold.render.means import Means
from tests.kit import git, library, repo, write

HEAD = "{{cookiecutter.project_slug}}"
SLUG = '{"project_slug": "demo"%s}'
RANDOM_HOOK = "import uuid\nopen('f', 'a').write('KEY=%s\\n' % uuid.uuid4())\n"
EXTENSION = """\
import uuid
from jinja2.ext import Extension


class E(Extension):
    def __init__(self, environment):
        environment.globals["k"] = lambda: str(uuid.uuid4())
"""
UPPER = "p = 'f'\ntext = open(p).read().upper()\nopen(p, 'w').write(text)\n"


NONE: Mapping[str, str] = MappingProxyType({})


class Case(NamedTuple):
    """A template: its files (`f` has one line that a later version changes), the inputs it has, and what is given."""

    files: dict[str, str]
    inputs: set[str]
    data: Mapping[str, Any] = MappingProxyType({})
    trust: bool = False


def copier(config: str, text: str, inputs: str, more: Mapping[str, str] = NONE, **given: Any) -> Case:
    files = {"copier.yml": f"name: demo\n{config}", "f.jinja": f"one\n{text}\n", "v": "1\n", **more}
    return Case({path: text for path, text in files.items() if text}, {inputs}, **given)


def cookiecutter(text: str, inputs: str, config: str = "", more: Mapping[str, str] = NONE, **given: Any) -> Case:
    files = {"cookiecutter.json": SLUG % config, f"{HEAD}/f": f"one\n{text}", f"{HEAD}/v": "1\n", **more}
    return Case(files, {inputs} if inputs else set(), **given)


TOK = "tok: {type: str, default: changeme, secret: true}\n"
TOLD = {"data": {"tok": "s3cr3t"}}
CASES = {
    "a secret": copier(TOK, "T={{ tok }}", "secret", **TOLD),
    "a secret with an empty default": copier("tok: {default: '', secret: true}\n", "T={{ tok }}", "secret", **TOLD),
    "a secret in an include": copier(
        TOK,
        "{% include 'i' %}",
        "secret",
        {"i": "T={{ tok }}", "copier.yml": "_exclude: [i, copier.yml]\n" + TOK},
        **TOLD,
    ),
    "a secret that decides": copier(
        TOK, "{% if tok == 'changeme' %}no{% else %}T={{ tok }}{% endif %}", "secret", **TOLD
    ),
    "what is computed from a secret": copier(
        TOK + "url: {default: 'x:{{ tok }}@y', when: false}\n", "U={{ url }}", "secret", **TOLD
    ),
    "a file that a secret decides on": copier(
        TOK,
        "T={{ tok }}",
        "secret",
        {"f.jinja": "", "{% if tok != 'changeme' %}f{% endif %}.jinja": "one\nT\n"},
        **TOLD,
    ),
    "a number by chance": copier("", "K={{ 999999999|ans_random }}", "chance"),
    "chance among the questions": copier(
        "k: {default: '{{ 99999999|ans_random }}', when: false}\n", "K={{ k }}", "chance"
    ),
    "a made secret": copier("", "K={{ make_secret() }}", "chance"),
    "a shuffled list": copier("", "K={{ range(40)|list|shuffle }}", "chance"),
    "the time": copier("", "K={{ now() }}", "clock"),
    "the folder's name": copier("", "K={{ _folder_name }} {{ _copier_conf.dst_path }}", "folder"),
    "another file": copier("_external_data: {d: d.yml}\n", "K={{ _external_data.d.k }}", "data"),
    "a task by chance": copier("_tasks: ['cat /proc/sys/kernel/random/uuid >> f']\n", "1", "hook", trust=True),
    "chance out of what is lazy": copier("", "K={{ range(40)|map('string')|shuffle|join(',') }}", "chance"),
    "chance twice on a line": copier("", "K={{ 99999999|ans_random }} {{ 99999999|ans_random }}", "chance"),
    "a random text": cookiecutter("K={{ random_ascii_string(12) }}\n", "chance"),
    "a random choice": cookiecutter("K={{ range(100000)|list|random }} {{ uuid4() }}\n", "chance"),
    "a private variable by chance": cookiecutter("K={{ cookiecutter.__k }}\n", "chance", ', "__k": "{{ uuid4() }}"'),
    "a tag for the time": cookiecutter("K={% now 'utc', '%f' %}\n", "clock"),
    "a hook by chance": cookiecutter("", "hook", more={"hooks/post_gen_project.py": RANDOM_HOOK}, trust=True),
    "an extension by chance": cookiecutter(
        "K={{ k() }}\n", "hook", ', "_extensions": ["ext.E"]', {"ext.py": EXTENSION}, trust=True
    ),
    "a hook that formats": cookiecutter("k\n", "hook", more={"hooks/post_gen_project.py": UPPER}, trust=True),
}


def committed(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message=work")


@pytest.mark.parametrize("name", CASES)
def test_what_no_version_changed_stays_and_what_one_changed_comes(tmp_path, name):
    case = CASES[name]
    template = repo(tmp_path / "t", case.files, "v1.0.0")
    means = Means(trust=case.trust)
    scaffold.new(f"{template}", tmp_path / "p", data=case.data, means=means)
    project = tmp_path / "p"
    write(project, {"d.yml": "k: 5\n"})  # what `_external_data` finds from now on
    committed(project)
    stamped = (project / "f").read_text()
    assert parse((project / ".scaffold/lock.json").read_bytes()).files["f"].inputs == case.inputs

    own = f"{HEAD}/" if "cookiecutter.json" in case.files else ""
    repo(template, {f"{own}v": "2\n"}, "v2.0.0")
    there = tmp_path / "another-name"
    git(tmp_path, "clone", "--quiet", str(project), str(there))
    for place in (there, project):
        done = scaffold.update(place, means=means, commit=True)
        assert [action.path for action in done.plan.changes] == ["v"]
        assert (place / "f").read_text() == stamped
    assert not scaffold.update(project, means=means).plan.changes, "and a second time there is nothing to do"

    source = next(path for path, text in case.files.items() if text.startswith("one\n"))
    repo(template, {source: case.files[source].replace("one", "two", 1)}, "v3.0.0")
    done = scaffold.update(project, means=means, commit=True)
    assert done.plan.conflicts == ()
    assert (project / "f").read_text() == stamped.replace("one", "two").replace("ONE", "TWO")


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].trust and "extension" not in name])
def test_without_scripts_what_they_made_stays(tmp_path, name):
    case = CASES[name]
    template = repo(tmp_path / "t", case.files, "v1.0.0")
    scaffold.new(f"{template}", tmp_path / "p", means=Means(trust=True))
    stamped = (tmp_path / "p/f").read_text()
    own = f"{HEAD}/" if "cookiecutter.json" in case.files else ""
    repo(template, {f"{own}v": "2\n"}, "v2.0.0")
    done = scaffold.update(tmp_path / "p", means=Means(skip_tasks=True), commit=True)
    assert [action.path for action in done.plan.changes] == ["v"]
    assert (tmp_path / "p/f").read_text() == stamped


def test_the_teams_own_lines_and_a_secret_in_an_ignored_file(tmp_path):
    template = repo(tmp_path / "t", {**CASES["a secret"].files, "end.jinja": "{{ tok }}\n\nx\n"}, "v1.0.0")
    scaffold.new(str(template), tmp_path / "p", data={"tok": "s3cr3t"})
    project = tmp_path / "p"
    write(project, {"f": "one\nT=s3cr3t\nmine\n", ".gitignore": "f\n"})
    git(project, "rm", "--quiet", "--cached", "f")
    committed(project)
    repo(template, {"f.jinja": "two\nT={{ tok }}\n", "end.jinja": "{{ tok }}\n\ny\n"}, "v2.0.0")
    done = scaffold.update(project)
    assert (project / "f").read_text() == "two\nT=s3cr3t\nmine\n"
    assert (project / "end").read_text() == "s3cr3t\n\ny\n"
    (note,) = done.notes
    assert note == (
        "secrets are not kept, so these took their default: tok; "
        "held by end (changed around the secret), f (changed around the secret)"
    )


def test_a_secret_that_is_told_goes_into_the_file(tmp_path):
    template = repo(tmp_path / "t", CASES["a secret"].files, "v1.0.0")
    scaffold.new(str(template), tmp_path / "p", data={"tok": "s3cr3t"})
    done = scaffold.update(tmp_path / "p", data={"tok": "rotated"}, commit=True)
    assert (tmp_path / "p/f").read_text() == "one\nT=rotated\n"
    assert done.notes == ()


def test_a_secret_that_is_told_goes_into_files_with_other_inputs_too(tmp_path):
    """Told one secret, an update leaves another, and what chance gave, as they are."""
    questions = "a: {type: str, default: '', secret: true}\nb: {type: str, default: x, secret: true}\n"
    texts = {"env.jinja": "A={{ a }}\nB={{ b }}\n", "key.jinja": "A={{ a }}\nK={{ 99999999|ans_random }}\n"}
    template = repo(tmp_path / "t", {"copier.yml": questions, **texts}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"a": "REAL-A", "b": "REAL-B"})
    key = (project / "key").read_text()
    scaffold.update(project, data={"a": "rotated one"}, commit=True)
    assert (project / "env").read_text() == "A=rotated one\nB=REAL-B\n"
    assert (project / "key").read_text() == key.replace("REAL-A", "rotated one")


@pytest.mark.parametrize("draw", ["99999999|ans_random", "now()", "make_secret()"])
def test_a_line_keeps_what_it_drew_where_the_rest_of_it_changes(tmp_path, draw):
    text = "X={{ draw }}\nK={{ draw }} # old\nK={{ draw }}\n".replace("draw", draw)
    template = repo(tmp_path / "t", {"copier.yml": "name: demo\n", "f.jinja": text}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project)
    stamped = (project / "f").read_text()
    repo(template, {"f.jinja": text.replace("# old", "# new")}, "v2.0.0")
    assert scaffold.update(project).plan.conflicts == ()
    assert (project / "f").read_text() == stamped.replace("# old", "# new")


def test_what_a_script_makes_of_what_has_changed_comes(tmp_path):
    """A generated file, with a time in it, whose sources the blueprint changes and whose script it does not."""
    files = {
        "copier.yml": "_tasks: ['sh gen.sh']\n",
        "gen.sh": "(cat deps; date +at=%s%N) > deps.lock\n",
        "deps": "one\n",
    }
    template = repo(tmp_path / "t", files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, means=Means(trust=True))
    at = (project / "deps.lock").read_text().splitlines()[-1]
    repo(template, {"deps": "one\ntwo\n"}, "v2.0.0")
    assert scaffold.update(project, means=Means(trust=True), commit=True).plan.conflicts == ()
    assert (project / "deps.lock").read_text() == f"one\ntwo\n{at}\n"


def test_a_file_that_was_left_behind_gets_what_changed_meanwhile(tmp_path):
    """Left by an option of one run, while a version went by: the next one starts from where the file is."""
    text = "A=1\n\nT={{ tok }}\n"
    template = repo(tmp_path / "t", {"copier.yml": TOK, "e.jinja": text}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"tok": "s3cr3t"})
    repo(template, {"e.jinja": text.replace("1", "2")}, "v2.0.0")
    scaffold.update(project, means=Means(skip=("e",)), commit=True)
    assert parse((project / ".scaffold/lock.json").read_bytes()).files["e"].version == "1.0.0"
    assert not scaffold.update(project, means=Means(skip=("e",))).plan.changes
    repo(template, {"v": "3\n"}, "v3.0.0")
    scaffold.update(project, commit=True)
    assert (project / "e").read_text() == "A=2\n\nT=s3cr3t\n"
    assert parse((project / ".scaffold/lock.json").read_bytes()).files["e"].version is None


@pytest.mark.parametrize("name", ["a secret", "a number by chance", "a made secret"])
def test_a_file_that_the_template_renames_keeps_what_it_holds(tmp_path, name):
    case = CASES[name]
    template = repo(tmp_path / "t", case.files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data=case.data)
    stamped = (project / "f").read_text()
    git(template, "mv", "f.jinja", "elsewhere.jinja")
    repo(template, {}, "v2.0.0")
    assert scaffold.update(project).plan.conflicts == ()
    assert (project / "elsewhere").read_text() == stamped
    assert not (project / "f").exists()


def test_a_secret_that_is_asked_for_as_none_stays_in_its_file(tmp_path):
    template = repo(tmp_path / "t", CASES["a secret"].files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"tok": "s3cr3t"})
    repo(template, {"copier.yml": "tok: changeme\n"}, "v2.0.0")
    scaffold.update(project, commit=True)
    repo(template, {"f.jinja": "two\n\nT={{ tok }}\n"}, "v3.0.0")
    scaffold.update(project)
    assert "T=s3cr3t\n" in (project / "f").read_text()


def test_what_scripts_made_is_left_at_every_turn_without_them(tmp_path):
    """They append, make, move and delete; with them, without them twice, and with them again."""
    tasks = "_tasks: ['echo tail >> f; echo 1 > made; mv a b; rm gone']\n"
    texts = {"f": "1\n2\n3\n", "a": "1\n2\n3\n", "gone": "1\n"}
    template = repo(tmp_path / "t", {"copier.yml": tasks, **texts}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, means=Means(trust=True))
    for number, means in ((2, Means(skip_tasks=True)), (3, Means(skip_tasks=True)), (4, Means(trust=True))):
        repo(template, {name: text.replace("1", str(number)) for name, text in texts.items()}, f"v{number}.0.0")
        scaffold.update(project, means=means, commit=True)
        here = {path.name: path.read_text() for path in project.iterdir() if path.is_file()}
        changed = f"{number}\n2\n3\n"
        assert here == {"f": f"{changed}tail\n", "made": "1\n", "b": changed if means.trust else "1\n2\n3\n"}


def test_no_stand_in_is_ever_written(tmp_path):
    """A secret in a new place of a file from which it cannot be read off, since a random value stands in it too."""
    text = "T={{ tok }}\n\nK={{ 99999999|ans_random }}\n"
    template = repo(tmp_path / "t", {"copier.yml": TOK, "f.jinja": text}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"tok": "s3cr3t"})
    repo(template, {"f.jinja": f"{text}\nU={{{{ tok }}}}\n", "g.jinja": "{{ tok }}\n"}, "v2.0.0")
    (conflict,) = scaffold.update(project).plan.conflicts
    assert conflict.path == "f"
    assert (project / "g").read_text() == "changeme\n"
    assert not [path for path in project.rglob("*") if path.is_file() and b"standin" in path.read_bytes()]


def test_questions_draw_by_their_names(tmp_path):
    """Though they draw alike, and though one that is new draws before them."""
    draws = "{default: '{{ 99999999|ans_random }}', when: false}\n"
    template = repo(tmp_path / "t", {"copier.yml": f"c: {draws}", "f.jinja": "a=1\n\nc={{ c }}\n"}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project)
    stamped = (project / "f").read_text()
    repo(template, {"copier.yml": f"b: {draws}c: {draws}", "f.jinja": "a=2\n\nc={{ c }}\n"}, "v2.0.0")
    assert scaffold.update(project).plan.conflicts == ()
    assert (project / "f").read_text() == stamped.replace("a=1", "a=2")


def test_in_a_shallow_clone_an_edited_file_with_a_secret_is_merged(tmp_path):
    text = "A=1\nT={{ tok }}\nB=1\nC=1\n"
    template = repo(tmp_path / "t", {"copier.yml": TOK, "e.jinja": text}, "v1.0.0")
    scaffold.new(str(template), tmp_path / "p", data={"tok": "s3cr3t"})
    repo(tmp_path / "p", {"e": "A=mine\nT=s3cr3t\nB=1\nC=1\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}/p", "q")
    repo(template, {"e.jinja": text.replace("C=1", "C=2")}, "v2.0.0")
    assert scaffold.update(tmp_path / "q").plan.conflicts == ()
    assert (tmp_path / "q/e").read_text() == "A=mine\nT=s3cr3t\nB=1\nC=2\n"


def test_what_was_left_out_at_first_comes_later_with_its_secret(tmp_path):
    template = repo(tmp_path / "t", CASES["a secret"].files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, means=Means(exclude=("f",)))
    assert not (project / "f").exists()
    scaffold.update(project)
    assert (project / "f").read_text() == "one\nT=changeme\n"


def test_a_question_that_becomes_a_secret(tmp_path):
    plain = {**CASES["a secret"].files, "copier.yml": "tok: changeme\n"}
    template = repo(tmp_path / "t", plain, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"tok": "mine"})
    repo(template, {"copier.yml": TOK}, "v2.0.0")
    scaffold.update(project, commit=True)
    assert "mine" not in (project / ".scaffold/answers.yml").read_text()
    for number, line in enumerate(("one", "two"), 3):
        repo(template, {"v": f"{number}\n", "f.jinja": f"{line}\nT={{{{ tok }}}}\n"}, f"v{number}.0.0")
        scaffold.update(project, commit=True)
        assert (project / "f").read_text() == f"{line}\nT=mine\n"


def test_chance_is_the_same_for_a_version_that_another_renderer_takes_over(tmp_path):
    """The clock among the questions makes the sandbox give up sooner than at the random text."""
    files = CASES["a random text"].files
    template = repo(tmp_path / "t", files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project)
    stamped = (project / "f").read_text()
    text = files[f"{HEAD}/f"].replace("one", "two")
    repo(template, {"cookiecutter.json": SLUG % ", \"year\": \"{% now 'utc', '%Y' %}\"", f"{HEAD}/f": text}, "v2.0.0")
    assert scaffold.update(project).plan.conflicts == ()
    assert (project / "f").read_text() == stamped.replace("one", "two")


def test_an_answer_that_nothing_asks_for_any_more_drops_no_file(tmp_path):
    """It is seen once more, as by Copier, and then it is gone."""
    path = "{% if ci == 'x' %}f{% endif %}.jinja"
    template = repo(tmp_path / "t", {"copier.yml": "ci: x\n", path: "1\n"}, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project)
    repo(template, {"copier.yml": "name: demo\n"}, "v2.0.0")
    for _ in range(2):
        scaffold.update(project, commit=True)
        assert (project / "f").read_text() == "1\n"


@pytest.mark.parametrize("name", ["a secret", "a made secret", "a secret in an include", "a random text"])
def test_a_template_in_a_folder_that_keeps_no_old_versions(tmp_path, name):
    case, own = CASES[name], f"{HEAD}/" * ("cookiecutter.json" in CASES[name].files)
    template = write(tmp_path / "t", case.files)
    project = tmp_path / "p"
    scaffold.new(str(template), project, data=case.data)
    stamped = (project / "f").read_text()
    write(template, {f"{own}v": "2\n"})
    done = scaffold.update(project, commit=True)
    assert [action.path for action in done.plan.changes] == ["v"]
    assert (project / "f").read_text() == stamped
    source = next(path for path, text in case.files.items() if text.startswith("one\n"))
    write(template, {source: case.files[source].replace("one", "two", 1)})
    (conflict,) = scaffold.update(project).plan.conflicts
    assert "cannot be rendered again to compare" in conflict.why
    assert stamped.splitlines()[1] in (project / "f").read_text()


def test_a_secret_asked_for_again_stays_where_the_default_is_taken(tmp_path):
    template = repo(tmp_path / "t", CASES["a secret"].files, "v1.0.0")
    project = tmp_path / "p"
    scaffold.new(str(template), project, data={"tok": "s3cr3t"})
    for reply, kept in ((None, "s3cr3t"), ("rotated", "rotated")):
        scaffold.update(project, ask=lambda asked, reply=reply: reply or asked.default, commit=True)
        assert (project / "f").read_text() == f"one\nT={kept}\n"


def test_a_project_stamped_before_inputs_were_noted(tmp_path):
    template = repo(tmp_path / "t", CASES["the folder's name"].files, "v1.0.0")
    project = tmp_path / "orders"
    scaffold.new(str(template), project)
    lock = project / ".scaffold/lock.json"
    old = lock.read_text().replace('  "folder": "orders",\n', "").replace(', "inputs": ["folder"]', "")
    lock.write_text(re.sub(r', "recipe": "\w+"', "", old))
    committed(project)
    git(tmp_path, "clone", "--quiet", str(project), str(tmp_path / "build-77"))
    repo(template, {"v": "2\n"}, "v2.0.0")
    for name, known in (("build-77", None), ("orders", "orders")):
        scaffold.update(tmp_path / name, commit=True)
        assert (tmp_path / name / "f").read_text() == "one\nK=orders orders\n"
        assert parse((tmp_path / name / ".scaffold/lock.json").read_bytes()).folder == known


LOCKED_KEY = {"ownership": {"*": "managed", "/f.yml": {"file": "managed", "keys": {"lint": "locked"}}}}


def test_a_locked_key_beside_what_cannot_be_told_is_put_back(tmp_path):
    def version(number: int, token: str) -> None:
        files = {"copier.yml": "name: demo\n", "f.yml.jinja": f"lint: 1\n\nx: 0\n\nkey: {token}\n"}
        library(tmp_path / "lib", {"base": files}, version=f"{number}.0.0", **LOCKED_KEY)
        repo(tmp_path / "lib", {}, f"demo/v{number}.0.0")

    version(1, "{{ _copier_conf.dst_path }}")
    project = tmp_path / "p"
    scaffold.new("demo", project, source=str(tmp_path / "lib"))
    lock = project / ".scaffold/lock.json"
    lock.write_text(lock.read_text().replace('  "folder": "p",\n', ""))
    write(project, {"f.yml": "lint: 2\n\nx: 0\n\nkey: p\n"})
    committed(project)
    version(2, "{{ _copier_conf.dst_path }}-{{ _folder_name }}")
    git(tmp_path, "clone", "--quiet", str(project), str(tmp_path / "q"))
    (action,) = scaffold.update(tmp_path / "q").plan.conflicts
    assert (action.why, action.drift) == ("the blueprint has changed what holds the folder's name", ("lint",))
    assert "||||||| stamped 1.0.0, rendered again" in (tmp_path / "q/f.yml").read_text()
    assert (tmp_path / "q/f.yml").read_text().startswith("lint: 1\n")


def test_a_secret_beside_keys_with_an_owner_is_the_authors_error(tmp_path):
    files = {"copier.yml": TOK, "f.yml.jinja": "lint: 1\ntoken: {{ tok }}\n"}
    made = library(tmp_path / "lib", {"base": files}, **LOCKED_KEY)
    with pytest.raises(ScaffoldError, match=r"f\.yml holds a secret, and has keys with an owner"):
        scaffold.new("demo", tmp_path / "p", source=str(made), data={"tok": "1234"})
    repo(tmp_path / "hand", {"f.yml": "lint: 1\ntoken: x\n"})
    with pytest.raises(ScaffoldError, match=r"f\.yml holds a secret"):
        scaffold.adopt(tmp_path / "hand", library=str(made), blueprint="demo", yes=True)


def test_a_locked_file_holds_nothing_that_is_not_recorded(tmp_path):
    made = library(
        tmp_path / "lib",
        {"base": {"copier.yml": TOK, "f.jinja": "T={{ tok }}\n"}},
        ownership={"*": "locked"},
    )
    with pytest.raises(ScaffoldError) as refused:
        scaffold.new("demo", tmp_path / "p", source=str(made))
    assert refused.value.message == "f is locked, and holds a secret, so that nobody could tell an edit from it"
    assert refused.value.where == "base/f.jinja"
    assert not os.path.lexists(tmp_path / "p")
