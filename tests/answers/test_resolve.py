from types import MappingProxyType

import pytest
from jinja2 import pass_context

from scaffold.answers.question import Manner, parse_question
from scaffold.answers.resolve import Resolver
from scaffold.errors import AnswerError, FormatError, RenderError
from scaffold.formats import yaml
from scaffold.templating.templates import Templates

NOTHING = MappingProxyType({})


def resolve(text, given=None, *, previous=None, ask=None, folder="shop", manner=Manner(), files=NOTHING, known=NOTHING):
    document = yaml.load(text.encode(), "copier.yml")
    questions = [parse_question(name, at) for name, at in document.items()]
    resolver = Resolver(
        Templates({name: text.encode() for name, text in files.items()}, "t"),
        given=given or {},
        previous=previous or {},
        known=lambda answers, recorded: {
            "_folder_name": folder,
            "_so_far": dict(answers),
            "_kept": dict(recorded),
            **known,
        },
        ask=ask,
        manner=manner,
    )
    return resolver.resolve(questions)


def refused(text, given=None, **more):
    with pytest.raises(AnswerError) as caught:
        resolve(text, given, **more)
    return caught.value


def nobody(asked):
    pytest.fail(f"{asked.question.name} was asked")


def test_defaults_are_computed_from_the_answers_before_them():
    text = """\
service: "{{ _folder_name }}-api"
package: "{{ service | replace('-', '_') }}"
port: {type: int, default: "{{ 8000 + package | length }}"}
tags: {type: yaml, default: ["{{ service }}", ["{{ package }}"], 3]}
"""
    assert resolve(text).recorded == {
        "service": "shop-api", "package": "shop_api", "port": 8008, "tags": ["shop-api", ["shop_api"], 3],
    }  # fmt: skip
    assert resolve(text, {"package": "x"}).recorded["port"] == 8001


def test_texts_in_a_mapping_are_left_as_they_are():
    assert resolve("a: {type: yaml, default: {b: '{{ 1 }}'}}\n").recorded == {"a": {"b": "{{ 1 }}"}}


def test_what_is_known_grows_with_the_answers_and_tells_no_secret():
    text = "a: x\nt: {secret: true, default: s}\nb: '{{ _so_far.a }}{{ _so_far.t }}{{ _kept.a }}{{ _kept.t }}'\n"
    assert resolve(text).context["b"] == "xsx"


def test_answers_come_from_data_then_from_last_time_then_from_the_default():
    text = "a: default\nb: default\nc: default\n"
    answers = resolve(text, {"a": "given"}, previous={"a": "last", "b": "last"}, ask=None)
    assert answers.recorded == {"a": "given", "b": "last", "c": "default"}


def test_only_what_has_no_answer_yet_is_asked():
    asked = []

    def ask(one):
        asked.append((one.question.name, one.default))
        return "typed"

    answers = resolve("a: x\nb: '{{ a }}!'\nc: x\n", {"a": "given"}, previous={"c": "last"}, ask=ask)
    assert asked == [("b", "given!")]
    assert answers.recorded == {"a": "given", "b": "typed", "c": "last"}


def test_a_person_meets_everything_rendered():
    met = []

    def ask(one):
        met.append(one)
        return "small"

    text = """\
name: x
size: {type: str, help: "Size of {{ name }}", placeholder: "{{ name }}?", choices: {"A {{ name }}": small, B: big}}
"""
    resolve(text, {"name": "box"}, ask=ask)
    (one,) = met
    assert (one.help, one.placeholder, one.default) == ("Size of box", "box?", None)
    assert one.choices == {"A box": "small", "B": "big"}
    assert one.check("small") == ""
    assert one.check("huge") == "it must be one of small, big"


def test_what_is_typed_is_never_rendered():
    assert resolve("a: x\n", ask=lambda _: "{{ 1 + 1 }}").recorded == {"a": "{{ 1 + 1 }}"}
    assert resolve("a: x\n", {"a": "{{ 1 + 1 }}"}).recorded == {"a": "{{ 1 + 1 }}"}


def test_a_typed_reply_that_is_wrong_is_refused():
    assert "(the reply) is not valid" in refused("a: {type: int}\n", ask=lambda _: "x").message


def test_all_that_is_missing_is_listed_in_one_error():
    error = refused("a: {type: str}\nb: {type: int}\nc: {type: str, default: x}\nd: {type: bool}\n", {"b": 1})
    assert error.message == "2 questions have no answer: `a`, `d`"
    assert error.hint == "give --data a=… or --data-file FILE, or run on a terminal to be asked"
    assert refused("a: {type: str}\n").message == "1 question has no answer: `a`"


def test_an_unknown_name_suggests_the_nearest():
    error = refused("service: x\nport: 1\n", {"sevice": "y"})
    assert error.message == "the blueprint has no question `sevice`"
    assert error.hint == "did you mean `service`?"
    assert refused("service: x\nport: 1\n", {"zzz": "y"}).hint == "it asks for: service, port"


@pytest.mark.parametrize(
    ("type_", "raw", "expected"),
    [
        ("int", "many", "it must be a whole number"),
        ("int", None, "it must be a whole number"),
        ("int", [1], "it must be a whole number"),
        ("float", "x", "it must be a number"),
        ("bool", "maybe", "it must be yes or no"),
        ("json", "{", "it must be JSON"),
        ("yaml", "[", "it must be YAML"),
        ("str", ["a"], "it must be text"),
        ("path", None, "it must be text"),
    ],
)
def test_a_wrong_type_is_refused_whoever_gave_it(type_, raw, expected):
    text = f"q: {{type: {type_}}}\n"
    assert refused(text, {"q": raw}).message == f"the answer {str(raw)!r} to `q` (--data) is not valid: {expected}"
    assert "(.scaffold/answers.yml) is not valid" in refused(text, previous={"q": raw}).message


@pytest.mark.parametrize(
    "choices",
    ["[small, big]", "{S: small, B: big}", "[[S, small], [B, big]]", "'{{ sizes }}'", "\"{{ sizes | join('\\n') }}\""],
    ids=["list", "mapping", "pairs", "template", "template-lines"],
)
def test_an_answer_must_be_one_of_the_choices(choices):
    text = f"sizes: {{type: yaml, default: [small, big]}}\nq: {{type: str, choices: {choices}}}\n"
    if "join" in choices:
        text = text.replace("default: [small, big]", "default: ['- small', '- big']")
    assert resolve(text, {"q": "big"}).recorded["q"] == "big"
    assert refused(text, {"q": "huge"}).message.endswith("it must be one of small, big")
    assert refused(text, {"q": "S"}).message.endswith("it must be one of small, big")


def test_choices_have_the_questions_type():
    text = "q: {type: int, choices: ['1', 2, '{{ 1 + 2 }}'], default: '3'}\n"
    assert resolve(text).recorded == {"q": 3}
    assert resolve(text, {"q": "1"}).recorded == {"q": 1}


@pytest.mark.parametrize(
    "choices",
    ["[a, b]", "[[a, 1, 2]]", "[[1]]", "'text'", "'{{ none }}'", "{a: {validator: x}}", "'['"],
    ids=["type", "triples", "ones", "scalar", "none", "no-value", "broken"],
)
def test_choices_that_are_wrong_are_named_with_file_and_line(choices):
    with pytest.raises(FormatError) as caught:
        resolve(f"x: 1\nq: {{type: int, choices: {choices}}}\n", {"q": 1})
    assert caught.value.where.startswith("copier.yml")
    assert "`q`" in caught.value.message or "YAML" in caught.value.message


@pytest.mark.parametrize("choices", ["' '", "'{{ [] }}'", "'{{ {} }}'"])
def test_choices_that_come_out_empty_are_no_choices(choices):
    assert resolve(f"q: {{type: int, choices: {choices}}}\n", {"q": 1}).recorded == {"q": 1}


BARRED = "ok: {type: bool, default: false}\nq: {type: str, choices: {a: {value: A}, b: {value: B, validator: '{% if not ok %}not yet{% endif %}'}}}\n"


def test_a_choice_whose_validator_speaks_cannot_be_taken():
    assert resolve(BARRED, {"q": "A"}).recorded["q"] == "A"
    assert refused(BARRED, {"q": "B"}).message.endswith("is not valid: not yet")
    assert refused(BARRED, {"q": "C"}).message.endswith("it must be one of A")
    assert resolve(BARRED, {"q": "B", "ok": True}).recorded["q"] == "B"


MULTI = "q: {type: str, multiselect: true, choices: [a, b, c, d]}\n"


@pytest.mark.parametrize(
    ("raw", "value"),
    [(["c", "a"], ["a", "c"]), ([], []), ("[d, b]", ["b", "d"]), ("- c\n- a\n", ["a", "c"]), (["a", "a"], ["a"])],
    ids=str,
)
def test_several_choices_come_in_the_order_of_the_question(raw, value):
    assert resolve(MULTI, {"q": raw}).recorded == {"q": value}


@pytest.mark.parametrize(
    ("raw", "said"),
    [(raw, "it must be one of a, b, c, d") for raw in (["a", "x"], [["a"]])]
    + [(raw, "it must be a list, as in [one, two]") for raw in ("a", 3, {"a": 1}, "[", None)],
    ids=str,
)
def test_of_several_choices_an_unknown_one_and_what_is_no_list_are_refused(raw, said):
    assert refused(MULTI, {"q": raw}).message.endswith(said)


def test_several_of_no_choices_are_none():
    assert resolve("q: {type: str, multiselect: true, default: [a]}\n").recorded == {"q": []}


def test_several_choices_have_a_default():
    assert resolve(MULTI.replace("{type", "{default: [d, a], type")).recorded == {"q": ["a", "d"]}
    assert resolve(MULTI.replace("{type", "{default: '[d, a]', type")).recorded == {"q": ["a", "d"]}


WHEN = "kind: x\ndb: {type: str, default: 'pg-{{ kind }}', when: \"{{ kind == 'web' }}\"}\n"


def test_a_question_that_does_not_apply_is_not_recorded_but_has_its_default():
    answers = resolve(WHEN, {"kind": "job"}, previous={"db": "mine"}, ask=nobody)
    assert answers.recorded == {"kind": "job"}
    assert answers.context["db"] == "pg-job"
    assert answers.dropped == ("db",)


def test_a_question_that_does_apply_is_answered():
    assert resolve(WHEN, {"kind": "web"}, previous={"db": "mine"}).recorded == {"kind": "web", "db": "mine"}


def test_a_question_that_does_not_apply_needs_no_answer():
    answers = resolve("q: {type: str, when: false}\n")
    assert answers.recorded == {}
    assert "q" not in answers.context


@pytest.mark.parametrize(
    ("when", "shown"), [("true", True), ("'no'", False), ("'{{ 0 }}'", False), ("''", False), ("1", True)]
)
def test_when_is_read_as_yes_or_no(when, shown):
    assert bool(resolve(f"q: {{default: x, when: {when}}}\n").recorded) is shown


def test_a_question_that_need_not_be_asked_keeps_its_answer_or_takes_its_default():
    text = "q: {default: x, ask: false}\nr: {type: str, ask: false}\n"
    assert resolve(text, ask=nobody).recorded == {"q": "x"}
    assert resolve(text, previous={"q": "y"}, ask=nobody).recorded == {"q": "y"}


def test_what_is_given_for_a_question_that_does_not_apply_is_named():
    assert resolve(WHEN, {"kind": "job", "db": "x"}).unasked == ("db",)


def test_unset_takes_a_default_away():
    text = "a: {type: bool, default: true}\nb: {type: str, default: '{{ \"x\" if a else UNSET }}'}\n"
    assert resolve(text).recorded["b"] == "x"
    assert refused(text, {"a": False}).message == "1 question has no answer: `b`"


def test_a_default_for_yes_or_no_that_says_neither_is_a_yes():
    assert resolve("q: {type: bool, default: 'some text'}\n").recorded == {"q": True}


PORT = "port: {type: int, default: 80, validator: '{% if port < 1024 %}must be 1024 or more{% endif %}'}\n"


def test_a_validator_says_what_is_wrong():
    assert refused(PORT, {"port": 1}).message == "the answer '1' to `port` (--data) is not valid: must be 1024 or more"
    assert refused(PORT).message == "the answer '80' to `port` (its default) is not valid: must be 1024 or more"
    assert "(.scaffold/answers.yml)" in refused(PORT, previous={"port": 2}).message
    assert resolve(PORT, {"port": "8080"}).recorded == {"port": 8080}


def test_a_validator_that_breaks_is_a_render_error_at_the_question():
    with pytest.raises(RenderError) as caught:
        resolve("x: 1\nq: {default: a, validator: '{{ q.b.c }}'}\n")
    assert caught.value.where == "copier.yml:2"


def test_a_default_that_is_wrong_is_named_with_file_and_line():
    with pytest.raises(FormatError, match="the default of `q` must be a whole number") as caught:
        resolve("x: 1\nq: {type: int, default: many}\n")
    assert caught.value.where == "copier.yml:2"
    for text in ("q: {type: str, default: c, choices: [a, b]}\n", MULTI.replace("{type", "{default: [a, x], type")):
        with pytest.raises(FormatError, match="the default of `q` must be one of its choices"):
            resolve(text)


TOKEN = "token: {type: str, secret: true, default: none}\nurl: 'x'\n"


def test_a_secret_is_known_to_templates_and_never_recorded():
    answers = resolve(TOKEN, {"token": "hunter2"})
    assert answers.context["token"] == "hunter2"
    assert answers.recorded == {"url": "x"}
    assert "hunter2" not in repr(answers)


def test_a_secret_of_last_time_is_dropped():
    assert resolve(TOKEN, previous={"token": "x"}).dropped == ("token",)


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("type: int", "hunter2"),
        ("type: str, choices: [none, a]", "hunter2"),
        ("type: str, validator: '{{ t }} is too short'", "hunter2"),
        ("type: str, validator: 'must not be {{ t | upper | lower }}'", "hunter2"),
        ("type: json", "hunter2"),
        ("type: yaml", "[hunter2"),
        ("type: str", ["hunter2"]),
    ],
)
def test_a_secrets_value_is_never_in_an_error(more, value):
    default = "0" if "int" in more else "'{}'" if "json" in more else "none"
    error = refused(f"t: {{secret: true, default: {default}, {more}}}\n", {"t": value})
    assert "`t`" in str(error)
    assert "hunter2" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("text", "given", "recorded"),
    [
        ("a: \"{% include 'inc' %}/x\"\n", {}, {}),
        ("a: \"{% include 'inc' %}\"\n", {"a": "mine"}, {"a": "mine"}),
        ("a: \"{% include 'inc' %}\"\n", {"a": "2retnuh"}, {}),
        ("a: \"{% from 'mac' import f with context %}{{ f() }}\"\n", {}, {}),
        ("a: \"{% import 'mac' as m with context %}{{ m.f() }}\"\n", {}, {}),
        ("a: \"{% extends 'base' %}{% block b %}{{ super() }}{% endblock %}\"\n", {}, {}),
        ("a: \"{% from 'mac' import g %}{{ g(t) }}\"\n", {}, {}),
        ("a: \"{% from 'mac' import h %}{% call h() %}{{ t }}{% endcall %}\"\n", {}, {}),
        ("a: '{% set x %}{{ t }}{% endset %}{{ x | b64encode }}'\n", {}, {}),
        ("a: '{% for c in t %}{{ loop.index }}{% endfor %}'\n", {}, {}),
        ("a: '{% if t == 1 %}x{% else %}y{% endif %}'\n", {}, {}),
        ("a: '{{ [1] | map(\"string\") | join(t[0]) }}'\n", {}, {}),
        ("b: {default: '{{ t | sha1 }}', when: false}\na: '{{ b[:4] }}'\n", {}, {}),
        ("a: {type: int, default: '{{ t | length }}'}\n", {}, {}),
        ("a: {choices: ['{{ t | b64encode }}', b]}\n", {"a": "aHVudGVyMg=="}, {}),
        ('a: {choices: "{% if t %}[a, b]{% else %}[a]{% endif %}"}\n', {"a": "b"}, {"a": "b"}),
        (
            "a: {choices: [a, b], help: '{{ t }}', placeholder: '{{ t }}', validator: '{{ t[:0] }}'}\n",
            {"a": "b"},
            {"a": "b"},
        ),
        ("a: 'see hunter2'\n", {}, {"a": "see hunter2"}),
        ("a: x\n", {"a": "typed hunter2"}, {"a": "typed hunter2"}),
        ("a: {type: yaml, default: ['{{ t }}']}\n", {}, {}),
        ("a: {choices: ['pre-{{ t }}', other], default: other}\n", {"a": "pre-hunter2"}, {}),
        ("a: {choices: {it: 'pre-{{ t }}'}, default: '{{ t }}', type: str}\n", {"a": "pre-hunter2"}, {}),
        ("a: {choices: ['pre-{{ t }}', other], default: other}\n", {}, {"a": "other"}),
        ("a: {choices: \"['{{ t }}', b]\", multiselect: true, default: [b]}\n", {"a": "[hunter2, b]"}, {}),
        ("a: {when: false, default: '{{ t }}'}\nb: '{{ a | upper }}'\n", {}, {}),
        ("n: hunter2000\na: '{{ n }}-x'\n", {}, {"n": "hunter2000", "a": "hunter2000-x"}),
    ],
)
def test_what_holds_a_secret_is_not_recorded_unless_a_person_typed_it(text, given, recorded):
    files = {
        "inc": "{{ t | reverse }}",
        "mac": "{% macro f() %}{{ t }}{% endmacro %}{% macro g(v) %}{{ v }}{% endmacro %}"
        "{% macro h() %}{{ caller() }}{% endmacro %}",
        "base": "{% block b %}{{ t[0] }}{% endblock %}",
    }
    answers = resolve("t: {type: str, secret: true, default: none}\n" + text, {"t": "hunter2", **given}, files=files)
    assert answers.recorded == recorded


def test_code_that_reads_the_context_past_jinja_is_seen_too():
    @pass_context
    def spy(context, how):
        ways = {
            "get": lambda: context.get("t"),
            "parent": lambda: context.parent["t"],
            "all": lambda: dict(context.get_all().items())["t"],
            "items": lambda: dict(context.items())["t"],
            "values": lambda: len(list(context.values())),
            "derived": lambda: context.derived().resolve("t"),
        }
        return ways[how]()

    for way in ("get", "parent", "all", "items", "values", "derived"):
        known = {"spy": spy}
        text = f"t: {{secret: true, default: none}}\na: '{{{{ spy(\"{way}\") }}}}'\n"
        assert resolve(text, {"t": "hunter2"}, known=known).recorded == {}, way


def test_what_is_wrong_is_said_unless_that_tells_a_secret():
    short = "{% if t | length < 8 %}too short{% endif %}"
    said = {short: "too short", "no {{ t | b64encode }}": "its validator", "{{ t | reverse }}": "its validator"}
    for validator, expected in said.items():
        error = refused(
            f"t: {{type: str, secret: true, default: long-enough, validator: '{validator}'}}\n", {"t": "hunter2"}
        )
        assert expected in error.message
        assert not any(shape in str(error) for shape in ("hunter2", "aHVudGVyMg", "2retnuh"))
    secret = "t: {secret: true, default: none}\n"
    error = refused(secret + "a: {choices: ['{{ t | upper }}', b]}\n", {"t": "hunter2", "a": "c"})
    assert "HUNTER2" not in str(error) and "'c'" in str(error)
    error = refused(secret + "a: {type: str, default: '{{ t | upper }}', validator: 'no'}\n", {"t": "hunter2"})
    assert "HUNTER2" not in str(error) and "no" in error.message


def test_a_secret_that_is_asked_for_is_checked_and_kept_out_of_the_record():
    answers = resolve(TOKEN, {"url": "y"}, ask=lambda _: "typed")
    assert answers.context["token"] == "typed"
    assert "token" not in answers.recorded


def test_the_order_of_recorded_answers_is_that_of_the_questions():
    assert list(resolve("b: 1\na: 2\nc: 3\n", {"c": 4, "a": 5}).recorded) == ["b", "a", "c"]


def test_what_is_given_or_kept_is_in_sight_of_the_questions_before_it():
    text = "first: '{{ second }}{{ third }}{{ fourth }}'\nsecond: a\nthird: b\nfourth: c\n"
    assert resolve(text, {"second": "x"}, previous={"third": "y"}).recorded == {
        "first": "xy", "second": "x", "third": "y", "fourth": "c",
    }  # fmt: skip


def test_what_a_hidden_question_was_answered_with_is_out_of_sight_from_there_on():
    text = "a: '{{ b }}'\nb: {default: '{{ b | default(1) }}', when: false}\nc: '{{ b }}'\n"
    answers = resolve(text, previous={"b": "last"})
    assert (answers.recorded, answers.context["b"]) == ({"a": "last", "c": "1"}, "1")


def test_a_secret_that_is_given_ahead_is_told_by_no_answer_before_it():
    text = "url: 'https://{{ token }}@x'\nfriend: {type: str, default: x}\ntoken: {secret: true, default: none}\n"
    answers = resolve(text, {"token": "hush-hush"})
    assert (answers.recorded, answers.context["url"]) == ({"friend": "x"}, "https://hush-hush@x")
    assert (
        resolve("kept: '{{ _kept.token }}'\ntoken: {secret: true, default: x}\n", {"token": "y"}).recorded["kept"] == ""
    )


def test_a_choice_of_null_means_its_label():
    text = "q: {type: str, choices: {one: null, two: 2}, default: one}\n"
    assert resolve(text).recorded == {"q": "one"}
    assert resolve("q: {type: yaml, choices: [[label, null], [real, 'null']]}\n", {"q": "null"}).recorded == {"q": None}


@pytest.mark.parametrize("raw", ["\ud800", ["a", "\udfff"]])
def test_half_of_a_character_is_refused(raw):
    assert "half of a character" in refused("q: {type: yaml}\n", {"q": [raw]}).message


def test_the_users_own_defaults_are_cast_and_checked():
    manner = Manner(defaults={"port": "{{ 1 + 1 }}", "hidden": "x"})
    assert resolve("port: 1\nhidden: {default: y, when: false}\n", manner=manner).context == {
        "port": 2,
        "hidden": "y",
    }
    with pytest.raises(FormatError, match="the default of `port` must be a whole number"):
        resolve("port: 1\n", manner=Manner(defaults={"port": "many"}))
