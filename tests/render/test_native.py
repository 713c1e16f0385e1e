import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scaffold
from scaffold.errors import AnswerError, RenderError
from scaffold.render import native
from scaffold.render.context import Surroundings
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK
from tests.kit import answers, executable, few, link, release, render


def texts(tree):
    return {path: file.content.decode() for path, file in tree.items()}


def error_of(files, context=None, **more):
    with pytest.raises(RenderError) as caught:
        render({"base": files}, context, **more)
    return caught.value


def test_a_template_is_rendered_and_another_file_is_copied():
    made = render({"base": {"a.txt.jinja": "Hello {{ name }}\n", "b.txt": "{{ name }}\n"}}, {"name": "you"})
    assert texts(made) == {"a.txt": "Hello you\n", "b.txt": "{{ name }}\n"}
    assert {path: file.origin for path, file in made.items()} == {"a.txt": "base/a.txt.jinja", "b.txt": "base/b.txt"}


def test_copier_yml_itself_is_left_out():
    assert list(render({"base": {"copier.yml": "a: 1\n", "x": "", "sub/copier.yml": ""}})) == ["x"]


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("{{ name }}.txt", "shop.txt"),
        ("src/{{ name }}/x.py.jinja", "src/shop/x.py"),
        ("{% if big %}big{% endif %}/x", None),
        ("{% if not big %}small{% endif %}/x", "small/x"),
        ("x{% if big %}{% endif %}", "x"),
        ("{{ '' }}.jinja", None),
        ("{{ deep }}/c", "a/b/c"),
        ("{{ name }}.jinja.jinja", "shop.jinja"),
        ("a.jinja/b", "a.jinja/b"),
        ("{{ ' ' }}", " "),
        ("a/b/{{ double }}", "a/b/c/d"),
        ("a/{{ back }}/d", "a/c/d"),
    ],
)
def test_each_part_of_a_path_is_rendered_on_its_own_and_an_empty_one_drops_the_file(source, path):
    context = {"name": "shop", "big": False, "deep": "a/b", "double": "c//d", "back": "b/../c"}
    assert list(render({"base": {source: "x"}}, context)) == ([path] if path else [])


def test_a_file_gives_way_to_a_template_of_its_name():
    assert texts(render({"base": {"a": "plain", "a.jinja": "rendered"}})) == {"a": "rendered"}


def test_two_files_of_a_layer_at_one_path_are_an_error_that_names_both():
    error = error_of({"{{ 'a' }}": "x", "a": "y", "copier.yml": ""})
    assert error.message == "{{ 'a' }} and a both give a"
    assert error.where == "templates/base/a"


def test_two_files_that_give_the_same_are_one():
    assert texts(render({"base": {"{{ 'a' }}": "x", "a": "x", "{% if true %}a{% endif %}.jinja": "{{ 'x' }}"}})) == {
        "a": "x"
    }
    with pytest.raises(RenderError):
        render({"base": {"{{ 'a' }}": "x", "a": executable("x")}})


def test_of_several_answers_files_the_topmost_template_counts():
    made = release({"base": {
        ".copier-answers.yml": "1", "sub/{{ _copier_conf.answers_file }}.jinja": "2",
        "{{ _copier_conf.answers_file }}.jinja": "3",
    }})  # fmt: skip
    resolved = native.resolve(made, given={}, previous={}, surroundings=Surroundings("demo"))
    assert texts(native.render(made, resolved)) == {".copier-answers.yml": "3"}


def test_another_suffix():
    made = render({"base": {"copier.yml": "_templates_suffix: .tmpl\n", "a.tmpl": "{{ 1 + 1 }}", "b.jinja": "{{ 1 }}"}})
    assert texts(made) == {"a": "2", "b.jinja": "{{ 1 }}"}


def test_no_suffix_renders_all_that_is_text():
    made = render({"base": {"copier.yml": "_templates_suffix: ''\n", "a": "{{ 1 + 1 }}", "b": b"\xff{{ 1 }}"}})
    assert {path: file.content for path, file in made.items()} == {"a": b"2", "b": b"\xff{{ 1 }}"}


def test_includes_and_imports_reach_across_the_files_of_a_layer():
    made = render({"base": {
        "copier.yml": "_exclude: [copier.yml, parts]\n",
        "parts/head.txt": "# {{ name }}\n",
        "parts/macros.jinja": "{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}",
        "a.txt.jinja": "{% include 'parts/head.txt' %}{% from 'parts/macros.jinja' import twice %}{{ twice(name) }}",
    }}, {"name": "x"})  # fmt: skip
    assert texts(made) == {"a.txt": "# x\nxx"}


def test_a_layer_does_not_see_the_files_of_another():
    with pytest.raises(RenderError, match="no template 'part' to include") as caught:
        render({"one": {"part": "x"}, "two": {"a.jinja": "\n{% include 'part' %}"}})
    assert caught.value.where == "templates/two/a.jinja:2"


def test_excluded_patterns_are_gitignore_patterns_of_the_rendered_path():
    files = {"copier.yml": "_exclude:\n  - copier.yml\n  - '*.bak'\n  - /docs\n  - '{% if not big %}big{% endif %}'\n"
                           "  - '!keep.bak'\n",
             "x.bak": "", "keep.bak": "", "docs/a": "", "sub/docs/a": "", "{{ name }}": "", "sub/y.bak.jinja": ""}  # fmt: skip
    assert list(render({"base": files}, {"name": "big", "big": False})) == ["keep.bak", "sub/docs/a"]
    assert "big" in render({"base": files}, {"name": "big", "big": True})


def test_the_default_exclude_is_copiers():
    files = dict.fromkeys(["~x", "a.pyc", "a.pyo", "__pycache__/a", ".DS_Store", ".svn/a", "sub/.DS_Store", "a.py"], "")
    assert list(render({"base": files})) == ["a.py"]


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("\n\n{{ name.a.b }}", 3, "has no attribute"),
        ("{{ 1 // 0 }}", 1, "ZeroDivisionError"),
        ("\n{{ ''.__class__.__mro__ }}", 2, "unsafe|undefined|no attribute"),
    ],
    ids=["syntax", "attribute", "exception", "sandbox"],
)
def test_an_error_in_a_template_names_file_and_line(source, line, said):
    error = error_of({"sub/x.txt.jinja": source}, {"name": "n"})
    assert error.where == f"templates/base/sub/x.txt.jinja:{line}"
    assert any(word in error.message for word in said.split("|"))


def test_an_error_in_an_include_names_the_included_file():
    error = error_of({"a.jinja": "x\n{% include 'sub/b' %}", "sub/b": "\n\n{{ n.x.y }}"}, {"n": 1})
    assert error.where == "templates/base/sub/b:3"


def test_an_error_in_a_path_names_the_file():
    assert error_of({"a/{{ n.x.y }}": ""}, {"n": 1}).where == "templates/base/a/{{ n.x.y }}"
    assert error_of({"a/{{ n": ""}).where.startswith("templates/base/a/{{ n")


def test_an_error_in_an_exclude_pattern_names_copier_yml():
    error = error_of({"copier.yml": "_exclude: ['{{ n.x.y }}']\n", "a": ""}, {"n": 1})
    assert error.where == "templates/base/copier.yml"


def test_strict_undefined_is_an_error_where_copier_yml_asks_for_it():
    strict = {"copier.yml": "_envops: {undefined: jinja2.StrictUndefined}\n", "a.jinja": "x\n{{ nothing }}"}
    assert error_of(strict).where == "templates/base/a.jinja:2"
    assert texts(render({"base": {"a.jinja": "[{{ nothing }}]"}})) == {"a": "[]"}


@pytest.mark.parametrize(
    ("source", "name"),
    [("{{ name }}", "../x"), ("{{ name }}/x", ".."), ("{{ name }}", "."), ("{{ name }}", "/etc/passwd"),
     ("{{ name }}/config", ".git"), ("{{ name }}/x", ".GIT"), ("{{ name }}/x", "git~1"), ("{{ name }}", "a\\b"),
     ("{{ name }}", "C:x"), ("a/{{ name }}", "b/../../../x"), ("a/{{ name }}", "/b")],
)  # fmt: skip
def test_no_answer_leads_a_file_out_of_the_project_or_into_git(source, name):
    error = error_of({source: "x"}, {"name": name})
    assert error.where == f"templates/base/{source}"
    assert "inside the project" in error.message or "git's own folder" in error.message


def test_a_template_must_be_utf8_and_another_file_may_be_anything():
    error = error_of({"a.jinja": b"\xff"})
    assert (error.message, error.where) == ("a template must be UTF-8 text", "templates/base/a.jinja")
    assert render({"base": {"a": b"\0\xff"}})["a"].content == b"\0\xff"


def test_the_executable_bit_stays():
    made = render({"base": {"run.sh.jinja": executable("#!/bin/sh\n"), "x": executable("x")}})
    assert {path: file.mode for path, file in made.items()} == {"run.sh": EXECUTABLE, "x": EXECUTABLE}


KEPT = {"copier.yml": "_preserve_symlinks: true\n"}


def test_a_symbolic_link_stays_one_where_the_template_says_so():
    made = render(
        {"base": {**KEPT, "a": "x", "sub/link": link("../a"), "l.jinja": link("{{ x }}"), "d": link("sub/./")}},
        {"x": "y"},
    )
    assert {path: file.content for path, file in made.items() if file.mode == SYMLINK} == {
        "sub/link": b"../a", "l": b"y", "d": b"sub",
    }  # fmt: skip


def test_a_symbolic_link_is_followed_otherwise():
    made = render({"base": {
        "real/a.jinja": "{{ x }}", "real/run": executable("r"), "file": link("to-link"), "to-link": link("real/run"),
        "folder": link("real"), "deep/er": link("../folder"), "through.jinja": link("folder/a.jinja"),
        "b.jinja": "{% include 'folder/a.jinja' %}{% include 'through.jinja' %}",
    }}, {"x": "1"})  # fmt: skip
    assert texts(made) == {
        "real/a": "1", "real/run": "r", "file": "r", "to-link": "r", "folder/a": "1", "folder/run": "r",
        "deep/er/a": "1", "deep/er/run": "r", "through": "1", "b": "11",
    }  # fmt: skip
    modes = {path: file.mode for path, file in made.items() if path in ("real/run", "file", "folder/run")}
    assert modes == {"real/run": EXECUTABLE, "file": REGULAR, "folder/run": EXECUTABLE}
    assert made["folder/a"].origin == "base/folder/a.jinja"


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "sub/../../x", "..", ".git/config"])
def test_a_symbolic_link_does_not_lead_out_of_the_project(target):
    error = error_of({**KEPT, "link": link(target)})
    assert target in error.message
    assert error.where == "templates/base/link"


def test_a_preserved_link_to_the_project_itself_is_fine():
    assert render({"base": {**KEPT, "link": link(".")}})["link"].content == b"."


@pytest.mark.parametrize(
    ("target", "said"),
    [("/etc/passwd", "leads out of the template"), ("../x", "leads out of the template"), ("x", "leads to x, which"),
     (".", "in a circle"), ("link", "in a circle"), ("sub/up", "in a circle"), ("sub/..", "in a circle")],
)  # fmt: skip
def test_a_followed_link_leads_somewhere_in_the_template(target, said):
    files = {"link": link(target), "sub/a": "", **({"sub/up": link("..")} if "up" in target else {})}
    error = error_of(files)
    assert said in error.message
    assert error.where in ("templates/base/link", "templates/base/sub/up")


def test_a_link_that_leads_nowhere_may_be_left_out():
    assert list(render({"base": {"{% if false %}x{% endif %}": link("gone"), "a": ""}})) == ["a"]


def test_two_layers_at_one_path_are_an_error_that_names_both():
    with pytest.raises(RenderError) as caught:
        render({"one": {"a.jinja": "x"}, "two": {"{{ 'a' }}": "y"}})
    assert caught.value.message == "two layers write a: one/a.jinja and two/{{ 'a' }}"
    assert caught.value.where == "blueprints/demo/blueprint.yml"
    assert "compose" in caught.value.hint


@pytest.mark.parametrize(
    ("how", "after"),
    [("override", "b\n\nc\n"), ("append", "a\n\nb\nb\n\nc\n"), ("union", "a\n\nb\n\nc\n")],
)
def test_a_blueprint_says_how_layers_make_one_file(how, after):
    made = render({"one": {"f": "a\n\nb\n"}, "two": {"f": "b\n\nc\n"}}, compose={"f": how})
    assert texts(made) == {"f": after}


def test_three_layers_stack_in_their_order():
    made = render({name: {"f.yml": f"list: [{name}]\nlast: {name}\n"} for name in ("one", "two", "three")},
                  compose={"f.yml": "deep-merge"})  # fmt: skip
    assert texts(made) == {"f.yml": "list: [one, two, three]\nlast: three\n"}
    assert made["f.yml"].origin == "one/f.yml + two/f.yml + three/f.yml"


def test_layers_see_one_anothers_answers():
    base = {"copier.yml": "name: shop\n", "a.jinja": "{{ name }}"}
    web = {"copier.yml": "port: '{{ name | length }}'\n", "b.jinja": "{{ name }}:{{ port }}"}
    made = release({"base": base, "web": web})
    resolved = native.resolve(made, given={"name": "x-y"}, previous={}, surroundings=Surroundings("f"))
    assert resolved.recorded == {"name": "x-y", "port": "3"}
    assert texts(native.render(made, resolved)) == {"a": "x-y", "b": "x-y:3"}


def test_the_folders_name_is_known_to_questions():
    made = release({"base": {"copier.yml": "service: '{{ _folder_name }}'\n", "a": ""}})
    assert native.resolve(made, given={}, previous={}, surroundings=Surroundings("orders")).recorded == {
        "service": "orders"
    }
    with pytest.raises(AnswerError):
        native.resolve(made, given={"other": 1}, previous={}, surroundings=Surroundings("orders"))


def test_messages_are_rendered_line_by_line():
    copier = "_message_after_copy: |\n  make setup\n\n    make run on {{ port }}\n"
    made = release({"base": {"copier.yml": copier, "a": ""}, "web": {"b": ""}})
    assert native.messages(made, answers(port=80)) == ("make setup", "make run on 80")


CHANGING = {
    "base": {
        "{% set _ = names.append('path') %}{{ names | length }}.txt": "",
        "a.jinja": "{% set _ = names.append('a') %}{{ names }}",
        "b.jinja": "{% set _ = names.append('b') %}{{ names }}",
    }
}


def test_templates_do_not_see_what_others_did_to_an_answer():
    resolved = answers(names=["x"])
    made = release(CHANGING)
    first, second = native.render(made, resolved), native.render(made, resolved)
    assert texts(first) == texts(second) == {"2.txt": "", "a": "['x', 'a']", "b": "['x', 'b']"}
    assert resolved.recorded == {"names": ["x"]}


UNORDERED = """\
from scaffold.render import native
from scaffold.render.context import Surroundings
from tests.kit import answers, release
files = {f"{n}.jinja": "{{ words | unique | list }}{{ d }}{% for k in d %}{{ k }}{% endfor %}{{ d | tojson }}" for n in "zabc"}
made = native.render(release({"base": files, "web": {"x": ""}}), answers(words=["b", "a", "b"], d={"z": 1, "a": [2]}))
print([(path, file.blob, file.mode, file.origin) for path, file in made.items()])
"""


def test_the_same_input_gives_the_same_bytes_in_every_process():
    root = Path(scaffold.__file__).parents[1]
    said = {
        subprocess.run(
            [sys.executable, "-c", UNORDERED], env=os.environ | {"PYTHONHASHSEED": seed}, cwd=root,
            capture_output=True, check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }  # fmt: skip
    assert len(said) == 1
    assert b"z" in next(iter(said))


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6)


@few
@given(st.dictionaries(st.sampled_from(["a", "b", "c/{{ x }}", "{{ x }}", "d.jinja"]), names, max_size=4), names)
def test_rendering_gives_a_tree_or_a_render_error_and_twice_the_same(files, x):
    made = release({"base": {"keep": "", **files}})
    try:
        first = native.render(made, answers(x=x))
    except RenderError as error:
        assert error.where
        return
    assert first == native.render(made, answers(x=x))
    assert texts(first)["keep"] == ""
