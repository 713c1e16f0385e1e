import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import RenderError
from scaffold.templating import Templates
from tests.kit import laws


def rendered(source, context=None, **files):
    templates = Templates({"main": source, **{name.replace("_", "."): text for name, text in files.items()}}, "t")
    return templates.render("main", context or {})


def test_a_template_sees_the_context_and_keeps_its_last_newline():
    assert rendered("Hello {{ name }}\n", {"name": "you"}) == "Hello you\n"
    assert rendered("{{ name }}", {"name": "you"}) == "you"


@laws
@given(st.text(st.characters(exclude_characters="{}\r", exclude_categories=("Cs",))))
def test_text_without_braces_is_left_alone(source):
    templates = Templates({"main": source}, "t")
    assert templates.render("main", {}) == source
    assert templates.render_text(source, {}, "here") == source


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
        Templates({}, "t").render_text("{{ nope.no }}", {}, "t/copier.yml:7")
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


@pytest.mark.parametrize("chance", ["{{ [1, 2] | random }}", "{{ lipsum() }}"])
def test_there_is_no_chance_in_a_template(chance):
    with pytest.raises(RenderError, match=r"random|lipsum"):
        rendered(chance)


def test_what_a_template_does_to_an_answer_stays_in_it():
    context = {"names": ["a"], "deep": {"list": [1]}}
    source = "{% set _ = names.append('b') %}{% set _ = deep.list.append(2) %}{{ names }}{{ deep.list }}"
    templates = Templates({"main": source}, "t")
    assert templates.render("main", context) == templates.render("main", context) == "['a', 'b'][1, 2]"
    assert templates.render_text(source, context, "here") == "['a', 'b'][1, 2]"
    assert context == {"names": ["a"], "deep": {"list": [1]}}


def test_what_is_undefined_is_empty_unless_strict():
    assert rendered("[{{ nothing }}]") == "[]"
    strict = Templates({"main": "a\n[{{ nothing }}]"}, "t", strict=True)
    with pytest.raises(RenderError, match="'nothing' is undefined") as caught:
        strict.render("main", {})
    assert caught.value.where == "t/main:2"
