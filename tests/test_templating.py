import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import LimitError, NotNativeError, RenderError
from scaffold.templating.templates import Templates
from tests.kit import laws


def templates(files, **more):
    return Templates({name: text.encode() for name, text in files.items()}, "t", **more)


def rendered(source, context=None, **files):
    made = templates({"main": source, **{name.replace("_", "."): text for name, text in files.items()}})
    return made.render("main", context or {})


def test_a_template_sees_the_context_and_keeps_its_last_newline():
    assert rendered("Hello {{ name }}\n", {"name": "you"}) == "Hello you\n"
    assert rendered("{{ name }}", {"name": "you"}) == "you"


@pytest.mark.parametrize("name", ["{% if a == 'b' %}x{% endif %}", 'a"b', "a'b\"c", "a\\b"])
def test_the_path_of_a_template_may_hold_quotes(name):
    made = templates({name: "[{{ 'x' if no else 'y' }}{{ 'x' if no }}]"})
    assert made.render(name, {"no": False}) == "[y]"


@laws
@given(st.text(st.characters(exclude_characters="{}\r", exclude_categories=("Cs",))))
def test_text_without_braces_is_left_alone(source):
    made = templates({"main": source})
    assert made.render("main", {}) == source
    assert made.render_text(source, {}, "here") == source


def test_templates_include_import_and_extend_each_other():
    assert rendered("a{% include 'x.txt' %}c", {"b": "B"}, x_txt="{{ b }}") == "aBc"
    assert rendered("{% from 'm.txt' import f %}{{ f('x') }}", m_txt="{% macro f(a) %}<{{ a }}>{% endmacro %}") == "<x>"
    assert rendered("{% extends 'p.txt' %}{% block b %}new{% endblock %}",
                    p_txt="[{% block b %}old{% endblock %}]") == "[new]"  # fmt: skip


@pytest.mark.parametrize(
    ("source", "where", "said"),
    [
        ("a\nb\n{% if %}\n", "t/main:3", "Expected an expression"),
        ("a\n{{ x.y.z }}\n", "t/main:2", "has no attribute|is undefined"),
        ("\n\n{{ 1 // 0 }}", "t/main:3", "ZeroDivisionError"),
        ("{{ name", "t/main:1", "unexpected end"),
        ("a\n{{ x | nothing }}", "t/main:2", "No filter named 'nothing'"),
        ("{% include 'gone.txt' %}", "t/main:1", "no template 'gone.txt' to include"),
        ("{% include '../../etc/passwd' %}", "t/main:1", "no template '../../etc/passwd' to include"),
    ],
)
def test_an_error_names_file_and_line(source, where, said):
    with pytest.raises(RenderError, match=said) as caught:
        rendered(source, {"x": {}})
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("part", "where"),
    [("fine\n{{ 1 // 0 }}", "t/part.txt:2"), ("\n\n{% endif %}", "t/part.txt:3")],
    ids=["while-running", "while-compiling"],
)
def test_an_error_in_an_included_file_names_that_file(part, where):
    with pytest.raises(RenderError) as caught:
        rendered("a\nb\nc\nd\n{% include 'part.txt' %}", part_txt=part)
    assert caught.value.where == where


def test_an_error_in_a_macro_of_another_file_names_the_macro():
    with pytest.raises(RenderError) as caught:
        rendered("{% import 'm.txt' as m %}\n{{ m.f() }}", m_txt="{% macro f() %}\n\n{{ 1 // 0 }}{% endmacro %}")
    assert caught.value.where == "t/m.txt:3"


def test_a_piece_of_text_fails_at_the_place_it_stands_at():
    with pytest.raises(RenderError) as caught:
        templates({}).render_text("{{ nope.no }}", {}, "t/copier.yml:7")
    assert caught.value.where == "t/copier.yml:7"


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__']['__mro__'] }}",
        "{{ (''|attr('__class__')).__subclasses__() }}",
        "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ f.__globals__.os }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__['os'] }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{{ '%s'.__class__.mro() }}",
        "{{ ({}).__class__.__bases__[0].__subclasses__() }}",
        "{% for c in ().__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
    ],
)
def test_the_sandbox_lets_nothing_out(escape):
    with pytest.raises(RenderError) as caught:
        rendered("line\n" + escape, {"f": rendered})
    assert caught.value.where == "t/main:2"


@pytest.mark.parametrize("source", ["{{ f.__globals__ }}", "{{ ''.__class__ }}", "{{ ''.format.__self__ }}"])
def test_what_the_sandbox_hides_is_not_there(source):
    assert rendered(source, {"f": rendered}) == ""


@pytest.mark.parametrize(
    "endless", ["{% for i in range(10 ** 9) %}{% endfor %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"]
)
def test_what_would_not_end_is_an_error(endless):
    with pytest.raises(RenderError):
        rendered(endless)


IMPURE = [
    "[1, 2] | random", "lipsum()", "9 | ans_random", "[1] | shuffle", "'00:00' | random_mac", "'%Y' | strftime",
    "'*' | fileglob", "'~' | expanduser", "'$HOME' | expandvars", "'x' | realpath", "'/x' | relpath('y')",
]  # fmt: skip


@pytest.mark.parametrize("impure", IMPURE)
def test_what_differs_each_time_is_left_to_copier(impure):
    with pytest.raises(NotNativeError) as caught:
        rendered(f"\n{{{{ {impure} }}}}")
    assert caught.value.where == "t/main:2"
    assert impure.split("|")[-1].split("(")[0].strip() in caught.value.message


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 'x' | hash('sha256') | length }}", "64"),
        ("{{ {'b': [1], 'a': 2} | to_nice_yaml }}", "a: 2\nb:\n- 1\n"),
        ("{{ 'a/b.c' | basename | splitext | first }}", "b"),
        ("{{ '/a/c' | relpath('/a/b') }}", "../c"),
        ("{{ 'yes' | bool }}{{ [3, [1]] | flatten }}", "True[3, 1]"),
        ("{{ pathjoin('a', 'b', mode='windows') }}", "a\\b"),
    ],
)
def test_ansibles_filters_are_known(source, text):
    assert rendered(source) == text


def test_a_filter_is_only_looked_for_when_a_template_names_it():
    assert rendered("{{ 'to_json' is filter }}{{ 'random' is filter }}{{ 'nope' is filter }}") == "TrueTrueFalse"


@pytest.mark.parametrize(
    ("huge", "said"), [("'x' * 10 ** 9", "1,000,000,000 items"), ("9 ** (9 ** 9)", "a number of .* digits")]
)
def test_one_expression_does_not_fill_the_memory(huge, said):
    with pytest.raises(RenderError, match=said):
        rendered(f"{{{{ {huge} }}}}")


def test_a_file_that_grows_too_long_is_stopped():
    long = templates({"main": "{% for i in range(100000) %}" + "x" * 100 + "{% endfor %}"})
    with pytest.raises(LimitError, match="more than 1 MB of one file") as caught:
        long.render("main", {}, megabytes=1)
    assert caught.value.where == "t/main"
    assert caught.value.hint == "raise it with --limit megabytes=…"


@pytest.mark.parametrize(
    ("envops", "source", "text"),
    [
        ({"variable_start_string": "[[", "variable_end_string": "]]"}, "[[ x ]]{{ x }}", "1{{ x }}"),
        ({"block_start_string": "[%", "block_end_string": "%]"}, "[% if x %]y[% endif %]{% if %}", "y{% if %}"),
        ({"comment_start_string": "<#", "comment_end_string": "#>"}, "a<# x #>b{# c #}", "ab{# c #}"),
        ({"trim_blocks": True, "lstrip_blocks": True}, "  {% if x %}\na\n  {% endif %}\n", "a\n"),
        ({"keep_trailing_newline": False}, "{{ x }}\n", "1"),
        ({"keep_trailing_newline": False}, "plain\n\n", "plain\n"),
        ({"newline_sequence": "\r\n"}, "plain\n{{ x }}\n", "plain\r\n1\r\n"),
        ({"newline_sequence": "\r\n"}, "plain\na\rb\r\n", "plain\r\na\r\nb\r\n"),
        ({"line_statement_prefix": "%%"}, "%% if x\nyes\n%% endif\n", "yes\n"),
        ({"line_comment_prefix": "##"}, "a ## b\n", "a\n"),
        ({"autoescape": True}, "{{ '<' }}", "&lt;"),
    ],
)
def test_envops_are_obeyed(envops, source, text):
    assert templates({"main": source}, envops=envops).render("main", {"x": 1}) == text


LOOP = "{% yield name from names %}{{ name }}.txt{% endyield %}"


def test_a_yield_makes_one_path_many():
    made = templates({}).expand(f"a-{LOOP}", {"names": ["x", "y"]}, "here")
    assert list(made) == [("a-x.txt", {"name": "x"}), ("a-y.txt", {"name": "y"})]
    assert list(templates({}).expand(LOOP, {"names": []}, "here")) == []
    assert list(templates({}).expand("{{ n }}", {"n": 1}, "here")) == [("1", {})]


def test_a_yield_stands_in_no_file_and_only_once_in_a_part():
    with pytest.raises(RenderError, match="cannot stand in a file") as caught:
        rendered(LOOP, {"names": ["x"]})
    assert caught.value.where == "t/main"
    with pytest.raises(RenderError, match="one `yield` tag, not two"):
        list(templates({}).expand(LOOP + LOOP, {"names": ["x"]}, "here"))
    assert rendered("{{ 1 }}") == "1"  # nothing is left of the one that failed


def test_what_a_template_does_to_an_answer_stays_in_it():
    context = {"names": ["a"], "deep": {"list": [1]}}
    source = "{% set _ = names.append('b') %}{% set _ = deep.list.append(2) %}{{ names }}{{ deep.list }}"
    made = templates({"main": source})
    assert made.render("main", context) == made.render("main", context) == "['a', 'b'][1, 2]"
    assert made.render_text(source, context, "here") == "['a', 'b'][1, 2]"
    assert context == {"names": ["a"], "deep": {"list": [1]}}


def test_what_is_undefined_is_empty_unless_strict():
    assert rendered("[{{ nothing }}]") == "[]"
    strict = templates({"main": "a\n[{{ nothing }}]"}, envops={"undefined": "jinja2.StrictUndefined"})
    with pytest.raises(RenderError, match="'nothing' is undefined") as caught:
        strict.render("main", {})
    assert caught.value.where == "t/main:2"


@pytest.mark.long
def test_all_that_a_template_can_reach_is_the_same_on_each_machine_and_each_time():
    """Each filter, test and attribute of each kind of value, in two processes of another zone, hash seed and time."""
    command, here = [sys.executable, "-m", "tests.reached"], Path(__file__).parents[1]
    worlds = [{"TZ": "UTC", "PYTHONHASHSEED": "1"}, {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2"}]
    running = [subprocess.Popen(command, cwd=here, env=os.environ | world, stdout=subprocess.PIPE) for world in worlds]
    one, other = (json.loads(process.communicate()[0]) for process in running)
    assert len(one) > 5_000 and one.keys() == other.keys()
    assert {source: (text, other[source]) for source, text in one.items() if text != other[source]} == {}
    addresses = {source: text for source, text in one.items() if re.search("0x[0-9a-f]{6}", text)}
    assert addresses == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ ('2020-01-01 00:00:00' | to_datetime).now() }}", "`now` of a datetime"),
        ("{{ '{:%s}'.format('2020-01-01 00:00:00' | to_datetime) }}", "the directive %s"),
        ("{{ '{:{}}'.format('2020-01-01 00:00:00' | to_datetime, '%c') }}", "the directive %c"),
        ("{{ '{0.today}'.format('2020-01-01 00:00:00' | to_datetime) }}", "`today` of a datetime"),
        ("{{ (joiner() | string | md5) }}", "the text of a Joiner"),
        ("{{ [pathjoin] }}", "the text of a function"),
        ("{{ '!!set {a, b}' | from_yaml }}", "the order of a set"),
    ],
)
def test_what_differs_with_the_machine_is_refused_with_the_line(source, said):
    with pytest.raises(RenderError, match=said) as caught:
        rendered(f"\n{source}")
    assert caught.value.where == "t/main:2"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ ('2020-02-03 04:05:06' | to_datetime).strftime('%d.%m.%Y %H:%M') }}", "03.02.2020 04:05"),
        ("{{ '{:%Y}'.format('2020-02-03 04:05:06' | to_datetime) }}", "2020"),
        ("{{ (('2020-02-03' | from_yaml) - ('2020-02-01' | from_yaml)).days }}", "2"),
        ("{% set comma = joiner(', ') %}{% for x in 'ab' %}{{ comma() }}{{ x }}{% endfor %}", "a, b"),
        ("{% set row = cycler(1, 2) %}{{ row.next() }}{{ row.next() }}{{ row.current }}{{ row.reset() }}", "121None"),
        ("{% for x in [1, 2] | map('string') | map('upper') %}{{ x }}{{ loop.cycle('a', 'b') }}{% endfor %}", "1a2b"),
        ("{% set up = 'a'.upper %}{{ up() }}{{ [3, 1] | sort | reverse | list }}", "A[3, 1]"),
        ("{{ [1, 2] | select('odd') | first }}{{ [1, 2, 3] | batch(2) | list }}", "1[[1, 2], [3]]"),
        ("{{ [1] | select is iterable }}{{ joiner() is callable }}{{ [1] | select is callable }}", "TrueTrueFalse"),
        ("{% block b %}x{% endblock %}{{ self.b() }}", "xx"),
    ],
)
def test_what_is_the_same_each_time_is_not_refused(source, text):
    assert rendered(source) == text
