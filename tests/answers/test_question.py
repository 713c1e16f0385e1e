import dataclasses

import pytest

from scaffold.answers.question import MISSING, Answers, parse_question
from scaffold.errors import FormatError
from scaffold.formats import yaml


def question(text):
    document = yaml.load(text.encode(), "templates/base/copier.yml")
    ((name, at),) = document.items()
    return parse_question(name, at)


def test_a_question_takes_all_of_copiers_keys():
    made = question(
        """\
service:
  type: str
  help: Its name
  choices: [a, b]
  multiselect: true
  default: a
  placeholder: orders
  qmark: "?"
  multiline: true
  validator: "{% if not service %}no{% endif %}"
  when: "{{ yes }}"
  ask: "{{ no }}"
"""
    )
    shown = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    assert shown == {
        "name": "service", "where": "templates/base/copier.yml:1", "type": "str", "help": "Its name",
        "choices": ["a", "b"], "multiselect": True, "default": "a", "secret": False, "placeholder": "orders", "qmark": "?",
        "multiline": True, "validator": "{% if not service %}no{% endif %}", "when": "{{ yes }}",
        "ask": "{{ no }}", "computed": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "type_", "default"),
    [("x", "str", "x"), ("3", "int", 3), ("3.5", "float", 3.5), ("true", "bool", True), ("[1]", "yaml", [1]),
     ("null", "yaml", None), ("2024-01-02x", "str", "2024-01-02x")],
)  # fmt: skip
def test_a_bare_value_is_the_default_and_gives_the_type(written, type_, default):
    for text in (f"q: {written}", f"q:\n  default: {written}"):
        made = question(text)
        assert (made.type, made.default) == (type_, default)


def test_without_type_and_default_a_question_is_yaml_and_required():
    made = question("q:\n  help: x\n")
    assert made.type == "yaml"
    assert made.default is MISSING
    assert made.when is True


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        (
            "q:\n  type: string\n",
            2,
            "`q.type` must be one of str, int, float, bool, json, yaml, path, not 'string'",
            None,
        ),
        ("q:\n  defualt: 1\n", 2, "`q.defualt` is not a key that scaffold knows", "did you mean `default`?"),
        ("q:\n  help: 3\n", 2, "`q.help` must be text, not 3", None),
        ("q:\n  type: str\n  choices: 3\n", 3, "`q.choices` must be a list, a mapping, or a template", None),
        ("q:\n  choices: []\n", 2, "`q.choices` must be a list, a mapping, or a template", None),
        ("q:\n  multiselect: maybe\n", 2, "`q.multiselect` must be true or false", None),
        ("q:\n  secret: 1\n", 2, "`q.secret` must be true or false", None),
        ("q:\n  multiline: []\n", 2, "`q.multiline` must be true or false", None),
        ("q:\n  validator: [x]\n", 2, "`q.validator` must be text", None),
        ("q:\n  placeholder: {}\n", 2, "`q.placeholder` must be text", None),
        (
            "q:\n  type: str\n  secret: true\n",
            1,
            "the secret question `q` has no default",
            "an update could not answer it",
        ),
    ],
)
def test_each_wrong_key_or_value_gives_file_line_key_and_expectation(text, line, said, hint):
    with pytest.raises(FormatError) as caught:
        question(text)
    assert caught.value.where == f"templates/base/copier.yml:{line}"
    assert said in caught.value.message
    assert caught.value.hint == hint


def test_two_questions_are_the_same_wherever_they_stand():
    one, other = question("q:\n  default: 1\n"), question("\n\nq:\n  default: 1\n")
    assert one.where != other.where
    assert one.same_as(other)
    assert not one.same_as(question("q:\n  default: 2\n"))
    assert not one.same_as(question("q:\n  default: 1\n  help: x\n"))


def test_the_repr_of_answers_holds_no_secret():
    assert "hunter2" not in repr(Answers({"a": 1}, {"a": 1, "token": "hunter2"}))
