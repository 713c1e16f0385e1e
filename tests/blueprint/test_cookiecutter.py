import json

import pytest

from scaffold.blueprint.cookiecutter import (
    Deep,
    Verbatim,
    answers_in,
    hooks_of,
    is_offer,
    parse_layer,
    variables,
)
from scaffold.errors import FormatError
from scaffold.formats import json as json_format
from tests.kit import file

TOP = "{{cookiecutter.x}}/a"


def layer(written, directory="", **more):
    text = written if isinstance(written, str) else json.dumps(written, indent=1)
    files = {"cookiecutter.json": text, TOP: "", **more}
    return parse_layer("demo", {path: file(content) for path, content in files.items()}, directory)


def test_variables_become_questions_of_their_type():
    made = layer(
        {"x": "a {{ cookiecutter.y }}", "n": 3, "f": 0.5, "b": True, "none": None, "c": ["a", 1, False], "d": {"k": 1},
         "_p": "{{ z }}", "__q": ["{{ cookiecutter.x }}"]},
    )  # fmt: skip
    assert [(q.name, q.type, q.default, q.choices, q.computed) for q in made.questions] == [
        ("x", "str", "a {{ cookiecutter.y }}", None, False),
        ("n", "str", "3", None, False),
        ("f", "str", "0.5", None, False),
        ("b", "bool", True, None, False),
        ("none", "yaml", None, None, False),
        ("c", "str", "a", ["a", "1", "False"], False),
        ("d", "json", '{"k": 1}', None, False),
        ("_p", "json", '"{{ z }}"', None, True),
        ("__q", "json", '["{{ cookiecutter.x }}"]', None, True),
    ]
    kinds = {q.name: type(q.default) for q in made.questions}
    assert (kinds["d"], kinds["_p"], kinds["__q"]) == (Deep, Verbatim, Deep)
    assert [q.where for q in made.questions][:3] == [
        "cookiecutter.json:2",
        "cookiecutter.json:3",
        "cookiecutter.json:4",
    ]
    assert made.kind == "cookiecutter"


def test_prompts_are_help_and_labels_as_they_are_written():
    prompts = {"x": "[bold yellow]Name[/] {{ y }}", "c": {"__prompt__": "Which?", "a": "The [b]A[/b] (1)"}}
    made = {q.name: q for q in layer({"x": "", "c": ["a", "b"], "__prompts__": prompts}).questions}
    assert made["x"].help == "Name {{ y }}"
    assert (made["c"].help, made["c"].choices) == ("Which?", [["The A (1)", "a"], "b"])
    assert made.keys() == {"x", "c"}


def test_settings_are_the_private_variables_that_cookiecutter_knows():
    made = layer(
        {"_copy_without_render": ["*.js"], "_extensions": ["jinja2_time.TimeExtension", "my.Own"],
         "_jinja2_env_vars": {"trim_blocks": True, "cache_size": 3}, "_new_lines": "\r\n", "__prompts__": {}},
        **{"hooks/post_gen_project.py": "", "hooks/pre_gen_project.sh": "", "hooks/pre_gen_project.py": "",
           "hooks/pre_gen_project.py~": "", "hooks/README.md": "", "hooks/sub/pre_prompt.py": ""},
    )  # fmt: skip
    assert made.settings.copy_without_render == ("*.js",)
    assert made.settings.extensions == ("my.Own",)
    assert made.settings.envops == {"trim_blocks": True, "undefined": "jinja2.StrictUndefined"}
    assert made.settings.hooks == ("hooks/pre_gen_project.py", "hooks/pre_gen_project.sh", "hooks/post_gen_project.py")
    assert hooks_of(made, "post_gen_project") == ("hooks/post_gen_project.py",)
    assert "__prompts__" not in variables(made)


def test_a_template_may_lie_below_the_top():
    made = layer("{}", "sub/", **{"sub/cookiecutter.json": '{"x": "y"}', "sub/hooks/pre_prompt.sh": ""})
    assert (made.config, made.settings.subdirectory) == ("sub/cookiecutter.json", "sub")
    assert (made.settings.hooks, [q.where for q in made.questions]) == (
        ("sub/hooks/pre_prompt.sh",),
        ["sub/cookiecutter.json:1"],
    )
    for wrong in ("no", "../x", "/etc"):
        with pytest.raises(FormatError, match=r"the template has no .*cookiecutter\.json"):
            layer("{}", wrong)


def test_a_choice_of_templates_asks_for_it_and_for_what_any_of_them_asks():
    offer = {"templates": {"a": {"path": "./a", "title": "A", "description": "the first"}, "b": {"path": "b"}}}
    subs = {
        "a/cookiecutter.json": '{"x": "1", "only": "2"}',
        "b/cookiecutter.json": '{"x": "3"}',
        "b/hooks/pre_gen_project.py": "",
    }
    made = layer(offer, **subs)
    assert is_offer(made)
    assert [q.name for q in made.questions] == ["template", "x", "only"]
    assert made.questions[0].choices == [["A (the first)", "a"], ["b", "b"]]
    assert made.settings.hooks == ("b/hooks/pre_gen_project.py",)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('{"x": "a",\n "y": }', 2, "not valid JSON: Expecting value"),
        ("{'x': 1}", 1, "not valid JSON: Expecting property name"),
        ("", 1, "not valid JSON: Expecting value"),
        ("\ufeff{}", 1, "Unexpected UTF-8 BOM"),
        ("[1]", 1, "`the document` must be a mapping"),
        ('{"x": "a",\n "c": []}', 2, "`c` must be a list of choices that is not empty"),
        ('{"_copy_without_render":\n "*"}', 1, "`_copy_without_render` must be a list"),
        ('{"_copy_without_render": ["a",\n 3]}', 2, "`_copy_without_render.1` must be text"),
        ('{"_extensions": {}}', 1, "`_extensions` must be a list"),
        ('{"_new_lines": "x"}', 1, r"`_new_lines` must be an end of line: \\n, \\r\\n or \\r"),
        ('{"_jinja2_env_vars": {\n"trim_block": true}}', 2, "`_jinja2_env_vars.trim_block` is not a key"),
        ('{"_jinja2_env_vars": {"undefined": "x"}}', 1, "`_jinja2_env_vars.undefined` is not a key"),
        ('{"__prompts__": []}', 1, "`__prompts__` must be a mapping"),
        ('{"template": "x"}', 1, "`template` must be the templates to choose from"),
        ('{"template": ["no path"]}', 1, "`template.0` must be a name with a path in parentheses"),
        ('{"templates": {"a": {}}}', 1, "`path` is missing from templates.a"),
        ('{"templates": {"a": {"path": "../b"}}}', 1, "the path '../b' leaves the template"),
        ('{"templates": {"a": {"path": "/b"}}}', 1, "the path '/b' leaves the template"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_line(text, line, said):
    with pytest.raises(FormatError, match=said) as caught:
        layer(text)
    assert caught.value.where == f"cookiecutter.json:{line}"


def test_templates_offered_by_an_offered_template_are_refused():
    offer = '{"template": ["A (a)"]}'
    with pytest.raises(FormatError, match="a template offered by another has a variable `template`"):
        layer(offer, **{"a/cookiecutter.json": '{"template": ["B (b)"]}', "a/b/cookiecutter.json": "{}"})


def test_json_that_is_too_deep_or_not_text_is_no_crash():
    for content in (b"[" * 100_000, b"\xff{}", b'{"x": ' + b"9" * 5000 + b"}"):
        with pytest.raises(FormatError):
            json_format.load(content, "cookiecutter.json")


def test_lines_of_keys_and_elements_are_known_whatever_the_layout():
    text = '{"a": 1, "b": [\n1,\n{"c": "}:,",\n"d\\"":\n[\n]}],\n\t"e" : "x", "e":"y"}'
    lines = json_format.load(text.encode(), "f").lines
    assert lines[("a",)] == 1
    assert (lines[("b",)], lines[("b", 1, "c")], lines[("b", 1, 'd"')], lines[("e",)]) == (1, 3, 4, 7)


def test_answers_that_cookiecutter_and_cruft_recorded_come_without_private_keys():
    recorded = """{"cookiecutter": {"x": "1",
        "d": {"k": 1}, "_template": "gh:a/b", "__y": "z"}, "_cookiecutter": {"x": "0"}}"""
    answers = dict(answers_in(json_format.load(recorded.encode(), "replay.json")))
    assert {name: at.data for name, at in answers.items()} == {"x": "1", "d": {"k": 1}}
    assert answers["d"].where == "replay.json:2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[]", "`the document` must be a mapping, not []"),
        (b"{}", "`cookiecutter` is missing from the document"),
        (b'{\n"cookiecutter": 1}', "`cookiecutter` must be a mapping, not 1"),
    ],
)
def test_recorded_answers_that_cannot_be_read_are_one_sentence(content, said):
    with pytest.raises(FormatError) as caught:
        answers_in(json_format.load(content, "replay.json"))
    assert caught.value.message == said
    assert caught.value.where == f"replay.json:{1 + content.count(10)}"
