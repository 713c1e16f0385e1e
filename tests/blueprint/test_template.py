import pytest

from scaffold.answers.question import MISSING
from scaffold.blueprint import template
from scaffold.blueprint.kinds import config_of
from scaffold.blueprint.scripts import Migration, Script
from scaffold.blueprint.template import Settings
from scaffold.errors import FormatError
from tests.kit import file, link

MESSAGES = dict.fromkeys(("before_copy", "after_copy", "before_update", "after_update"), "")


def parse_layer(files):
    return template.parse_layer("base", "templates/base", {path: file(content) for path, content in files.items()})


def layer(text, name="copier.yml", **more):
    return parse_layer({name: text, **more})


def error_of(text, **more):
    with pytest.raises(FormatError) as caught:
        layer(text, **more)
    return caught.value


def test_a_layer_may_have_no_copier_yml_or_an_empty_one():
    assert parse_layer({"a": "x"}).settings == Settings()
    for made in (layer(""), layer("# nothing\n", "copier.yaml"), layer("---\n---\n", "copier.YML")):
        assert made.settings == Settings(messages=MESSAGES)
        assert made.questions == ()


def test_settings_begin_with_an_underscore_and_the_rest_are_questions():
    made = layer("""\
_templates_suffix: .tmpl
_exclude: ['*.bak']
_skip_if_exists: [notes]
_envops: {undefined: jinja2.StrictUndefined, trim_blocks: true, cache_size: 3}
_jinja_extensions: [jinja2.ext.do]
_subdirectory: "{{ kind }}"
_answers_file: x
_preserve_symlinks: true
_external_data: {parent: a.yml}
_message_after_copy: Done
_min_copier_version: '9'
_secret_questions: [port]
_tasks: [make, [git, init], {command: ls, when: "{{ yes }}", working_directory: sub}]
_of_the_template: what Copier ignores
service: orders
port: {type: int, default: 1}
""")
    place = "templates/base/copier.yml:13"
    assert made.settings == Settings(
        suffix=".tmpl", exclude=("*.bak",), skip_if_exists=("notes",),
        envops={"undefined": "jinja2.StrictUndefined", "trim_blocks": True}, extensions=("jinja2.ext.do",),
        subdirectory="{{ kind }}", answers_file="x", preserve_symlinks=True, external_data={"parent": "a.yml"},
        messages=MESSAGES | {"after_copy": "Done"},
        tasks=(Script("make", place), Script(("git", "init"), place), Script("ls", place, "{{ yes }}", "sub")),
    )  # fmt: skip
    assert [(q.name, q.type, q.where, q.secret) for q in made.questions] == [
        ("service", "str", "templates/base/copier.yml:15", False), ("port", "int", "templates/base/copier.yml:16", True),
    ]  # fmt: skip


def test_migrations_run_after_the_update_unless_they_say_otherwise():
    made = layer("""\
_envops: {variable_start_string: "[[", variable_end_string: "]]"}
_migrations:
  - one
  - {version: v2.0.0, command: [a, b], when: "[[ _stage == 'before' ]]"}
  - {version: 1.0, before: [c], after: [[d, e], f]}
""")
    after = '[[ _stage == "after" ]]'
    assert [(m.script.command, m.script.when, m.written, m.stage) for m in made.settings.migrations] == [
        ("one", after, None, None), (("a", "b"), "[[ _stage == 'before' ]]", "v2.0.0", None),
        ("c", True, "1.0", "before"), (("d", "e"), True, "1.0", "after"), ("f", True, "1.0", "after"),
    ]  # fmt: skip
    assert isinstance(made.settings.migrations[0], Migration)


DOCUMENTS = """\
_exclude: [a]
_skip_if_exists: [s]
one: 1
two: 1
---
---
_exclude: [b]
two: 2
three: {type: strr}
---
three: 3
"""


def test_later_documents_lie_over_earlier_ones_and_lists_are_joined():
    made = layer(DOCUMENTS)
    assert made.settings.exclude == ("a", "b")
    assert made.settings.skip_if_exists == ("s",)
    assert [(q.name, q.default, q.where[-3:]) for q in made.questions] == [
        ("one", 1, "l:3"), ("two", 2, "l:8"), ("three", 3, ":11"),
    ]  # fmt: skip
    assert error_of(DOCUMENTS.replace("three: 3", "_exclude: [c, 4]")).where == "templates/base/copier.yml:11"


def test_of_a_key_written_twice_the_last_counts_as_copier_has_it():
    assert [q.default for q in layer("a: 1\na: 2\n").questions] == [2]


def test_other_files_are_included_by_a_glob_of_their_path():
    made = layer(
        "!include parts/*.yml\n---\nlast: 1\n",
        **{
            "parts/b.yml": "b: 1\n---\nb2: {type: int}\n",
            "parts/a.yml": "- a: 1\n- a2: 2\n",
            "parts/deep/c.yml": "c: 1",
        },
    )
    assert [(q.name, q.where) for q in made.questions] == [
        ("a", "templates/base/parts/a.yml:1"), ("a2", "templates/base/parts/a.yml:2"),
        ("b", "templates/base/parts/b.yml:1"), ("b2", "templates/base/parts/b.yml:3"),
        ("last", "templates/base/copier.yml:3"),
    ]  # fmt: skip
    assert made.questions[3].default is MISSING


def test_an_included_file_may_give_one_value_and_include_more():
    made = layer(
        "q:\n  choices: !include '**/list.yml'\n",
        **{
            "x/list.yml": "[a, b]\n---\n!include /c.yml\n".replace("/c", "c"),
            "c.yml": "- d\n",
            "y/z/list.yml": "- {e: f}\n",
        },
    )
    assert made.questions[0].choices == ["a", "b", "d", {"e": "f"}]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("_templates_suffix: 3\n", 1, "`_templates_suffix` must be text"),
        ("_exclude: '*.bak'\n", 1, "`_exclude` must be a list"),
        ("_exclude:\n  - 3\n", 2, "`_exclude.0` must be text"),
        ("_envops: {block_start: '[%'}\n", 1, "`_envops.block_start` is not a key"),
        ("_envops:\n  undefined: my.Undefined\n", 2, "must be one of jinja2.Undefined, jinja2.StrictUndefined"),
        ("_envops:\n  keep_trailing_newline: 3\n", 2, "`_envops.keep_trailing_newline` must be true or false"),
        ("_preserve_symlinks: some\n", 1, "`_preserve_symlinks` must be true or false"),
        ("_external_data: [x]\n", 1, "`_external_data` must be a mapping"),
        ("_min_copier_version: new\n", 1, "must be a version such as 9.2.0"),
        ("a: 1\n_min_copier_version: 99.0.0\n", 2, "needs Copier 99.0.0, and scaffold knows the format of 9.19.1"),
        ("_tasks:\n  - a\n  - {comand: b}\n", 3, "`_tasks.1.comand` is not a key"),
        ("_tasks: [{when: true}]\n", 1, "`command` is missing"),
        ("_tasks: [3]\n", 1, "`_tasks.0` must be"),
        ("_migrations:\n  - {version: x, command: b}\n", 2, "must be a version, not 'x'"),
        ("_subdirectry: x\n", 1, "`_subdirectry` is not a setting of a template"),
        ("q: {typ: str}\n", 1, "`q.typ` is not a key"),
        ("now: 1\n", 1, "no question can be called `now`"),
        ("- 1\n", 1, "must be a mapping"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "not valid YAML"),
        ("a: !include\n  - b\n", 1, "`!include` takes the path of a file"),
        ("x: 1\na: !include ../b.yml\n", 2, "leads out of the template"),
        ("a: !include /etc/passwd\n", 1, "leads out of the template"),
        ("1: x\n", 1, "the key 1"),
    ],
)
def test_each_wrong_key_or_value_gives_file_line_key_and_expectation(text, line, said):
    error = error_of(text)
    assert said in error.message
    assert error.where == f"templates/base/copier.yml:{line}"


def test_an_unknown_setting_near_a_known_one_suggests_it():
    assert error_of("_skip_if_exist: [x]\n").hint == "did you mean `_skip_if_exists`?"


def test_a_mistake_in_an_included_file_names_that_file():
    error = error_of("!include parts.yml\n", **{"parts.yml": "a: 1\nq: {typ: str}\n"})
    assert (error.where, error.hint) == ("templates/base/parts.yml:2", "did you mean `type`?")
    assert error_of("!include parts.yml\n", **{"parts.yml": "a: 1\nb: [\n"}).where == "templates/base/parts.yml:3"


def test_files_that_include_one_another_are_named():
    error = error_of("a: !include b.yml\n", **{"b.yml": "\nx: !include c.yml\n", "c.yml": "!include b.yml\n"})
    assert error.where == "templates/base/c.yml:1"
    assert error.message.startswith("this file includes itself: templates/base/copier.yml -> templates/base/b.yml -> ")


def test_two_configurations_are_one_too_many():
    error = error_of("", **{"copier.yaml": ""})
    assert error.message == "a template has one copier.yml, not two"
    assert error.where == "templates/base/copier.yml"


def test_a_configuration_may_be_a_link_to_one():
    made = parse_layer({"copier.yml": link("sub/real.yml"), "sub/real.yml": "a: 1\n"})
    assert [q.name for q in made.questions] == ["a"]


def test_the_configuration_is_found_whatever_the_case_of_its_ending():
    assert config_of({"copier.YAML": file("")}) == "copier.YAML"
    assert config_of({"sub/copier.yml": file(""), "copier.yml.bak": file("")}) is None
