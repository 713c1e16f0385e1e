"""Which renderer does it, and Copier itself where our own does not."""

import tempfile
import warnings

import pytest
from packaging.version import Version

from scaffold.blueprint.plain import plain_release
from scaffold.errors import AnswerError, FormatError, LimitError, NotNativeError, RenderError
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.render.means import Means
from scaffold.templating.limits import Limits
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK
from tests.kit import executable, file, link, release

ANSWERS = "{{ _copier_answers|to_nice_yaml -}}\n"
EXTENSION = {
    "copier.yml": "\n_jinja_extensions:\n  - a_missing_package.Extension\nname: shop\n",
    "a.jinja": "{{ name }}\n",
}
OWN_EXTENSION = {
    "copier.yml": "_jinja_extensions: [tests.render.extension.Shout]\nname: '{{ \"shop\" | shout }}'\n"
                  "_message_after_copy: 'Made {{ name | shout }}'\n_skip_if_exists: ['{{ name }}/*']\n",
    "{{ name | lower }}.txt.jinja": "{{ name | shout }} {{ _copier_conf.answers_file }}\n",
    "{{ _copier_conf.answers_file }}.jinja": ANSWERS, "run": executable("#!/bin/sh\n"), "sub/b.bin": b"\xff\0",
    "{% yield x from [1, 2] %}n{{ x }}{% endyield %}.jinja": "{{ x }}", "empty/{% if false %}x{% endif %}": "",
}  # fmt: skip


def template(files):
    made = {path: file(content) for path, content in files.items()}
    return plain_release(made, address="gh:acme/shop", version=Version("1.2"), commit="c" * 40, described="v1.2")


def render(files, given=None, *, ask=None, previous=None, operation="copy", **means):
    return engine.render(
        template(files), given=given or {}, previous=previous or {}, surroundings=Surroundings("demo", operation), ask=ask,
        means=Means(**means),
    )  # fmt: skip


def texts(rendered):
    return {path: f.content.decode() for path, f in rendered.tree.items()}


def test_a_template_is_rendered_by_scaffold_itself_where_it_can_be():
    made = render(
        {
            "a.jinja": "{{ _folder_name }} {{ _src_path }} {{ _commit }}",
            "{{ _copier_conf.answers_file }}.jinja": ANSWERS,
        }
    )
    assert texts(made) == {
        "a": "demo gh:acme/shop v1.2", ".copier-answers.yml": "_commit: v1.2\n_src_path: gh:acme/shop\n",
    }  # fmt: skip
    assert made.notes == ()
    assert made.answers_file == ".copier-answers.yml"


@pytest.mark.parametrize(
    ("source", "why"),
    [("{{ [1] | random }}", "the filter `random`"), ("{{ now().year > 2000 }}", "the function `now`"),
     ("{{ '%Y' | strftime | length }}", "the filter `strftime`"), ("{{ make_secret() | length }}", "the function `make_secret`")],
)  # fmt: skip
def test_what_differs_each_time_is_rendered_by_copier_and_said(source, why):
    made = render({"a.jinja": f"\n{source}"})
    assert made.notes == (f"rendered by Copier: {why} does not give the same each time (a.jinja:2)",)
    assert texts(made)["a"].strip() in ("1", "True", "4", "128")


def test_copier_gives_what_scaffold_gives():
    files = {
        "copier.yml": "_preserve_symlinks: true\nname: {type: str, default: x}\nhidden: {default: h, when: false}\n",
        "{{ name }}/a.jinja": "{{ hidden }}{{ _copier_phase }}", "run": executable("r"), "l": link("run"),
        "{{ _copier_conf.answers_file }}.jinja": ANSWERS, "none/{% if false %}x{% endif %}": "", "b": b"\xff",
    }  # fmt: skip
    ours, theirs = render(files, {"name": "y"}, engine="native"), render(files, {"name": "y"}, engine="copier")
    assert ours.tree == theirs.tree
    assert ours.tree.folders == theirs.tree.folders == ("none",)
    assert {f.origin for f in ours.tree.values()} == {f.origin for f in theirs.tree.values()}
    assert ours.answers.recorded == theirs.answers.recorded == {"name": "y"}
    assert {path: f.mode for path, f in theirs.tree.items() if path in ("run", "l", "b")} == {
        "run": EXECUTABLE, "l": SYMLINK, "b": REGULAR,
    }  # fmt: skip


def test_a_template_with_code_of_its_own_needs_trust():
    with pytest.raises(
        RenderError, match="extension tests.render.extension.Shout is code".replace(".", r"\.")
    ) as caught:
        render(OWN_EXTENSION)
    assert caught.value.where == "copier.yml:1"
    assert "--trust" in caught.value.hint
    made = render(OWN_EXTENSION, trust=True)
    assert {path: f.content for path, f in made.tree.items()} == {
        "shop!.txt": b"SHOP!! .copier-answers.yml\n", "run": b"#!/bin/sh\n", "sub/b.bin": b"\xff\0", "n1": b"1", "n2": b"2",
        ".copier-answers.yml": b"_commit: v1.2\n_src_path: gh:acme/shop\nname: SHOP!\n",
    }  # fmt: skip
    assert made.messages == ("Made SHOP!!",)
    assert made.ownership("SHOP!/x").file == "seeded"
    assert made.tree.folders == ("empty",)
    layer = template(OWN_EXTENSION).layers[0]
    assert made.texts(layer).render_text("{{ 'x' | shout }}", made.answers.context, "here") == "X!"


def test_an_extension_that_is_not_installed_is_named_with_its_line():
    with pytest.raises(RenderError) as caught:
        render(EXTENSION, trust=True)
    assert (
        caught.value.message == "the template needs the extension a_missing_package.Extension, which is not installed"
    )
    assert caught.value.where == "copier.yml:3"
    assert caught.value.hint == "install its package beside scaffold, as in: pip install a-missing-package"


def test_an_extension_that_fails_is_told_as_that():
    with pytest.raises(RenderError, match="does not load: ZeroDivisionError: division by zero"):
        render({"copier.yml": "_jinja_extensions: [tests.render.extension.Broken]\n", "a": ""}, trust=True)


def test_only_native_refuses_what_it_does_not_do():
    with pytest.raises(NotNativeError) as caught:
        render({"a.jinja": "{{ [1] | random }}"}, engine="native")
    assert caught.value.where == "a.jinja:1"


def test_an_engine_of_another_format_is_refused():
    with pytest.raises(RenderError, match="not a Cookiecutter template"):
        render({"a.jinja": ""}, engine="cookiecutter")
    for engine_ in ("auto", "copier"):
        with pytest.raises(RenderError):
            engine.render(
                release({"base": {"a.jinja": "{{ [1] | random }}"}}), given={}, previous={},
                surroundings=Surroundings("d"), means=Means(engine_),
            )  # fmt: skip


def test_a_person_is_asked_once_though_two_renderers_go_through_the_questions():
    asked = []

    def ask(one):
        asked.append(one.question.name)
        return "typed"

    files = {"copier.yml": "a: x\nb: '{{ now().year }}'\nc: y\n", "f.jinja": "{{ a }}{{ c }}"}
    assert texts(render(files, ask=ask)) == {"f": "typedtyped"}
    assert asked == ["a", "b", "c"]


def test_a_task_may_say_what_differs_each_time():
    made = render({"copier.yml": "name: x\n_tasks: [make]\n", "a.jinja": "{{ name }}"})
    texts = made.texts(template({"a": ""}).layers[0])
    assert made.notes == ()
    assert (
        texts.render_text("{{ name }}{{ now().year > 2000 }}{{ [1] | random }}", made.answers.context, "w") == "xTrue1"
    )


def test_copier_is_refused_what_we_refuse():
    forced = {"engine": "copier"}
    with pytest.raises(AnswerError, match="no question `nam`"):
        render({"copier.yml": "name: x\n", "a": ""}, {"nam": "y"}, **forced)
    with pytest.raises(RenderError, match="both give a") as caught:
        render({"{{ 'a' }}": "1", "a": "2"}, **forced)
    assert caught.value.where in ("a", "{{ 'a' }}")
    with pytest.raises(LimitError, match="more than 1 files"):
        render({"a": "", "b": ""}, limits=Limits(files=1), **forced)
    with pytest.raises(LimitError, match="more than 1 MB"):
        render({"a.jinja": "{{ 'x' * 3000000 }}"}, limits=Limits(megabytes=1), **forced)
    with pytest.raises(RenderError, match="leads out of the project"):
        render({"copier.yml": "_preserve_symlinks: true\n", "a": link("../../x")}, **forced)
    with pytest.raises(RenderError, match="git's own folder"):
        render({"copier.yml": "x: .GIT\n", "{{ x }}/config": ""}, **forced)
    with pytest.raises(RenderError, match="ZeroDivisionError") as caught:
        render({"sub/a.jinja": "\n{{ 1 // 0 }}"}, **forced)
    assert caught.value.where == "sub/a.jinja:2"


def test_nothing_is_left_behind_and_nothing_said(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # one of its own: other tests run beside it
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render({"a.jinja": "{{ now().year }}", "sub/{{ _copier_conf.answers_file }}.jinja": ANSWERS})
    with pytest.raises(RenderError):
        render({"a.jinja": "{{ now().year }}{{ 1 // 0 }}"})
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_copier_does_not_see_is_refused_unless_copier_is_asked_for():
    files = {"copier.yml": "_skip_if_exist: [a]\nname: {typ: str, colour: red, default: 3}\n", "a.jinja": "{{ name }}"}
    with pytest.raises(FormatError, match="`_skip_if_exist` is not a setting") as caught:
        render(files)
    assert caught.value.where == "copier.yml:1"
    assert caught.value.hint == "did you mean `_skip_if_exists`? --engine copier goes on without it"
    made = render(files, engine="copier")
    assert texts(made) == {"a": "3"}
    assert made.notes == (
        "left out, as Copier does: copier.yml:1: `_skip_if_exist` is not a setting of a template",
        "left out, as Copier does: copier.yml:2: `name.typ` is not a key that scaffold knows",
    )
    assert texts(render({"copier.yml": "name: {colour: red, default: 3}\n", "a.jinja": "{{ name }}"})) == {"a": "3"}


def test_an_update_is_told_to_exclude_patterns_alone():
    files = {
        "copier.yml": "_exclude: [copier.yml, \"{% if _copier_operation == 'update' %}once{% endif %}\"]\n",
        "once": "", "a.jinja": "{{ _copier_operation is defined }}",
    }  # fmt: skip
    for how in ("native", "copier"):
        assert texts(render(files, engine=how)) == {"a": "False", "once": ""}
        assert texts(render(files, engine=how, operation="update")) == {"a": "False"}


def test_what_an_extension_adds_to_the_context_is_there():
    config = "_jinja_extensions: [tests.render.extension.Adding]\nname: shop\n"
    made = render({"copier.yml": config, "a.jinja": "{{ added }}\n"}, trust=True)
    assert texts(made)["a"] == "shop added\n"
    assert made.tree["a"].inputs == {"hook"}, "and what it reads nobody knows"


def test_external_data_sees_the_answers_and_names_its_file():
    files = {
        "copier.yml": "_external_data: {more: '{{ which }}.yml'}\nwhich: one\nport: '{{ _external_data.more.port }}'\n",
        "a.jinja": "{{ port }} {{ _external_data.more.port }}",
    }
    there = {"two.yml": "port: ñ\n".encode("utf-16"), "bad.yml": b"port: [\n"}

    def made(which):
        surroundings = Surroundings("demo", read=there.get)
        return engine.render(template(files), given={"which": which}, previous={}, surroundings=surroundings)

    assert texts(made("two")) == {"a": "ñ ñ"}
    with pytest.raises(RenderError) as caught:
        made("bad")
    assert caught.value.where.startswith("bad.yml:")


@pytest.mark.parametrize("engine_", ["native", "copier"])
def test_what_is_to_be_read_before_comes_with_the_first_question_or_first_of_all(engine_):
    files = {
        "copier.yml": "_message_before_copy: 'Welcome to {{ _folder_name }}{{ name }}'\n"
        "_message_after_copy: Bye {{ name }}\nname: {type: str, qmark: '!'}\nmore: x\n",
        "a": "",
    }
    seen = []

    def ask(asked):
        seen.append((asked.question.name, asked.question.qmark, asked.intro))
        return "shop"

    made = render(files, {"name": "shop"}, engine=engine_)
    assert (made.notes[0], made.messages) == ("Welcome to demo", ("Bye shop",))
    assert render(files, ask=ask, engine=engine_).messages == ("Bye shop",)
    assert seen == [("name", "!", ("Welcome to demo",)), ("more", "", ())]


def test_no_path_that_can_be_read_reaches_code_of_a_template():
    conf = (
        "{{ _copier_conf.src_path | kind }} {{ _copier_conf.dst_path | kind }} {{ _copier_conf.answers_file | kind }}"
    )
    files = {"copier.yml": "_jinja_extensions: [tests.render.extension.Kinds]\n", "a.jinja": conf}
    assert texts(render(files, trust=True)) == {"a": " ".join(["PurePosixPath"] * 3)}
