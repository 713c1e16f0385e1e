import pytest

from scaffold.blueprint.template import DEFAULT_EXCLUDE, Settings, parse_layer
from scaffold.errors import FormatError
from tests.kit import file


def layer(text, name="copier.yml", **more):
    return parse_layer("base", {name: file(text), **{path: file(content) for path, content in more.items()}})


def test_a_layer_may_have_no_copier_yml_or_an_empty_one():
    for made in (parse_layer("base", {"a": file("x")}), layer(""), layer("# nothing\n", "copier.yaml")):
        assert made.settings == Settings(".jinja", DEFAULT_EXCLUDE, strict=False, message="")
        assert made.questions == ()


def test_settings_begin_with_an_underscore_and_the_rest_are_questions():
    made = layer(
        "_templates_suffix: .tmpl\n_exclude: ['*.bak']\n_envops: {undefined: jinja2.StrictUndefined}\n"
        "_message_after_copy: Done\n_min_copier_version: '9'\n_answers_file: x\nservice: orders\nport: {type: int}\n"
    )
    assert made.settings == Settings(".tmpl", ("*.bak",), strict=True, message="Done")
    assert [(q.name, q.type, q.where) for q in made.questions] == [
        ("service", "str", "templates/base/copier.yml:7"), ("port", "int", "templates/base/copier.yml:8"),
    ]  # fmt: skip


NOT_IMPLEMENTED = [
    "_tasks", "_migrations", "_jinja_extensions", "_external_data", "_secret_questions", "_skip_if_exists",
    "_subdirectory", "_preserve_symlinks", "_unheard_of",
]  # fmt: skip


@pytest.mark.parametrize("setting", NOT_IMPLEMENTED)
def test_a_setting_that_is_not_implemented_is_refused_with_file_and_line(setting):
    with pytest.raises(FormatError, match=f"the template setting `{setting}` is not implemented") as caught:
        layer(f"service: x\n\n{setting}: []\n")
    assert caught.value.where == "templates/base/copier.yml:3"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("_templates_suffix: 3\n", 1, "`_templates_suffix` must be text"),
        ("_exclude: '*.bak'\n", 1, "`_exclude` must be a list"),
        ("_exclude:\n  - 3\n", 2, "`_exclude.0` must be text"),
        ("_envops: {block_start_string: '[%'}\n", 1, "`_envops.block_start_string` is not a key"),
        ("_envops:\n  undefined: my.Undefined\n", 2, "must be one of jinja2.Undefined, jinja2.StrictUndefined"),
        ("_envops:\n  keep_trailing_newline: false\n", 2, "`_envops.keep_trailing_newline` must be true"),
        ("q: {typ: str}\n", 1, "`q.typ` is not a key"),
        ("- 1\n", 1, "`the document` must be a mapping"),
        ("a: 1\na: 2\n", 2, "the key `a` is written twice"),
        ("a: !include b.yml\n", 1, "not valid YAML"),
        ("1: x\n", 1, "the key 1"),
    ],
)
def test_each_wrong_key_or_value_gives_file_line_key_and_expectation(text, line, said):
    with pytest.raises(FormatError) as caught:
        layer(text)
    assert said in caught.value.message
    assert caught.value.where == f"templates/base/copier.yml:{line}"


def test_two_configurations_are_one_too_many():
    with pytest.raises(FormatError, match=r"one copier\.yml, not two") as caught:
        layer("", **{"copier.yaml": ""})
    assert caught.value.where == "templates/base/copier.yaml"
