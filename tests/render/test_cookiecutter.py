"""Cookiecutter itself as the oracle: what we render of its format has its bytes and modes."""

import json
import sys
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from scaffold import disk
from scaffold.blueprint.plain import plain_release
from scaffold.errors import AnswerError, FormatError, LimitError, RenderError, ScaffoldError, ScriptError
from scaffold.project.stamp import stamp, surroundings_of
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.render.means import Means
from scaffold.tree import File
from tests.kit import executable, few, file, link, write
from tests.limits import TIMES

TOP = "{{cookiecutter.slug}}"
SLUG = {"name": "My App", "slug": "{{ cookiecutter.name | lower | replace(' ', '-') }}"}
TRUSTED = Means(trust=True)


def release(files):
    made = {path: file(content) for path, content in files.items()}
    return plain_release(made, address="the/template", version=Version("1"), commit=None, described="1.0")


def template(variables, files, **beside):
    """Files of a template, by what its project folder holds and what stands beside it."""
    text = variables if isinstance(variables, str) else json.dumps(variables, indent=2)
    return {"cookiecutter.json": text, **{f"{TOP}/{path}": content for path, content in files.items()}, **beside}


def ours(files, means=Means(), ask=None, previous=(), **data):
    return engine.render(
        release(files), given=data, previous=dict(previous), surroundings=Surroundings("made"), ask=ask, means=means
    )


def tree_of(files, means=Means(), **data):
    return {path: (found.content, found.mode) for path, found in ours(files, means, **data).tree.items()}


def theirs(tmp_path, files, **data):
    """What the library makes of the template, with nothing of the user's."""
    place = write(tmp_path / "template", {path: file(content) for path, content in files.items()})
    config = tmp_path / "config.yml"
    config.write_text(f"cookiecutters_dir: {tmp_path}/cloned\nreplay_dir: {tmp_path}/replay\n")
    made = cookiecutter(
        str(place),
        no_input=True,
        extra_context=data,
        output_dir=str(tmp_path / "output"),
        config_file=str(config),
        accept_hooks=False,
        overwrite_if_exists=True,
    )
    return {path: (found.content, found.mode) for path, found in disk.walk(Path(made)).items()}


VARIABLES = {
    **SLUG,
    "port": 8000,
    "ratio": 0.50,
    "big": 1e3,
    "nothing": None,
    "flag": True,
    "license": ["MIT", "{{ cookiecutter.name }} License", "none"],
    "level": [3, 1, 2],
    "either": [False, True],
    "data": {"a": "{{ cookiecutter.slug }}", "b": {"c": [1, "{{ cookiecutter.license }}", None, True]}},
    "_private": "{{ not rendered }}",
    "_list": ["{{ x }}", {"b": 1, "a": 2}],
    "__shout": "{{ cookiecutter.name | upper }}",
    "__deep": {"{{ cookiecutter.slug }}": ["{{ cookiecutter.port }}", 1]},
    "__prompts__": {"name": "What is it?", "license": {"__prompt__": "Which?", "MIT": "The MIT one"}},
    "_copy_without_render": ["*.raw", "kept", "docs/*.html"],
    "last": "{{ cookiecutter.__shout }}-{{ cookiecutter._private }}",
}
MIXED = {
    "README.md": "# {{ cookiecutter.name }}\n\n{{ cookiecutter.port }} {{ cookiecutter.ratio }} {{ cookiecutter.big }}\n"
    "{{ cookiecutter.nothing }} {{ cookiecutter.flag }} {{ cookiecutter.license }} {{ cookiecutter.level }}\n"
    "{{ cookiecutter.either }} {{ cookiecutter.data }} {{ cookiecutter._list }} {{ cookiecutter.last }}\n"
    "{{ cookiecutter.__deep }} {{ 'Ünï cödé' | slugify }} {{ cookiecutter.data | jsonify }} {{ [1] | jsonify(2) }}\n"
    "{% for key in cookiecutter %}{% if key[0] != '_' %}{{ key }} {% endif %}{% endfor %}\n"
    "{{ _cookiecutter.license }} {{ _cookiecutter.slug }} {{ _cookiecutter.port }} no newline at the end",
    "src/{{ cookiecutter.slug }}/__init__.py": "",
    "{% if cookiecutter.flag %}yes.txt{% endif %}": "yes\n",
    "{% if not cookiecutter.flag %}no.txt{% endif %}": "no\n",
    "empty/{% if false %}x{% endif %}": "x",
    "page.html": "{% extends 'base/page.html' %}{% block b %}{{ super() }}{% include 'shared.txt' %}{% endblock %}\n",
    "base/page.html": "<{% block b %}{{ cookiecutter.name }}{% endblock %}>\n",
    "copied.raw": "{{ cookiecutter.name }}\n",
    "kept/{{ cookiecutter.slug }}/x.txt": "{{ y }}\n",
    "docs/index.html": "{{ z }}\n",
    "docs/{{ cookiecutter.slug }}.html": "{{ z }}\n",
    "docs/index.md": "{{ cookiecutter.slug }}\n",
    "picture.png": "{{ cookiecutter.slug }}\n",
    "blob": b"\0\1\2{{ cookiecutter.slug }}" * 50,
    "crlf.txt": b"a {{ cookiecutter.slug }}\r\nb\r\n",
    "cr.txt": b"a {{ cookiecutter.slug }}\rb\r",
    "mixed.txt": b"a {{ cookiecutter.slug }}\r\nb\nc\r\n",
    "plain-crlf.txt": b"a\r\nb\nc\r\n",
    "bom.txt": b"\xef\xbb\xbf{{ cookiecutter.slug }}\n",
    "run.sh": executable("#!/bin/sh\necho {{ cookiecutter.slug }}\n"),
    "tool": executable("#!/bin/sh\n"),
    "to-file": link("run.sh"),
    "to-page": link("../template-note.txt"),
    "to-folder": link("docs"),
    "ümlaut-{{ cookiecutter.slug }}.txt": "grüße\n",
    "changes.txt": "{% set _ = cookiecutter.update({'port': 'changed'}) %}{{ cookiecutter.port }}\n",
    "sees.txt": "{{ cookiecutter.port }}\n",
}
BESIDE = {"templates/shared.txt": "shared by {{ cookiecutter.slug }}", "template-note.txt": "{{ cookiecutter.slug }}\n"}


@pytest.mark.parametrize(
    "data",
    [{}, {"name": "Other", "flag": False, "license": "none", "level": 2, "either": True, "data": {"a": "x", "b": "1"}}],
    ids=["defaults", "given"],
)
def test_a_template_of_all_features_comes_out_as_from_cookiecutter(tmp_path, data):
    files = template(VARIABLES, MIXED, **BESIDE)
    if data:  # of an answer Cookiecutter shows a given one there, and we what the template's author wrote
        files[f"{TOP}/README.md"] = MIXED["README.md"].split("{{ _cookiecutter")[0]
    expected = theirs(tmp_path, files, **data)
    assert tree_of(files, Means(engine="native"), **data) == expected
    assert tree_of(files, TRUSTED._replace(engine="cookiecutter"), **data) == expected


OPTIONS = [
    {"_new_lines": "\r\n"},
    {"_new_lines": "\n"},
    {"_jinja2_env_vars": {"trim_blocks": True, "lstrip_blocks": True}},
    {"_jinja2_env_vars": {"line_statement_prefix": "#", "newline_sequence": "\r\n"}},
    {"_jinja2_env_vars": {"autoescape": True}},
    {"_extensions": ["jinja2.ext.do", "jinja2.ext.loopcontrols", "cookiecutter.extensions.SlugifyExtension"]},
    {"_copy_without_render": ["*"]},
    {"_copy_without_render": ["[ab]", "a/*", "?.txt"]},
    {"_copy_without_render": ["kept", "linked"]},
    {"_copy_without_render": ["kept/*/*", "*.png"]},
]
PIECES = [
    "{{ cookiecutter.name }}", "{{ cookiecutter.slug | slugify }}", "{{ cookiecutter.data | jsonify }}", "text <b>", "é",
    "\n", "\r\n", "\r", "  {% if cookiecutter.flag %}yes  {% endif %}\n", "{# gone #}\n", "{% raw %}{{ x }}{% endraw %}",
    "{{ '\\n' }}", "{% include ['inc', 'shared.txt', 'b'] ignore missing %}", "{{ cookiecutter.data.k }}", "\0\1\2" * 9,
    "{%- for k in cookiecutter %}\n  {{ k }}\n{%- endfor %}\n", "{{ _cookiecutter.slug }}", "\xa0", "\v", "\u2028",
]  # fmt: skip
FAULTS = ["{{ cookiecutter.missing }}", "{{ name }}", "{% if %}", "{{ 1 / 0 }}", "{{ 'x' | no_such_filter }}"]
NAMES = ["a", "b", "c.txt", "d.png", "{{ cookiecutter.slug }}", "{{ cookiecutter.name }}.txt"]
NAMES += ["{% if cookiecutter.flag %}only.txt{% endif %}", "{% if false %}never{% endif %}"]
FOLDERS = ["", "a/", "src/{{ cookiecutter.slug }}/", "{{ cookiecutter.name }}/", "kept/{{ cookiecutter.slug }}/"]
TEXTS = st.text(st.sampled_from("aB1 .-_é'\"&\n"), max_size=8)


@st.composite
def templates(draw):
    variables = {"name": draw(TEXTS.filter(lambda text: text.strip(" .\n"))), "slug": "demo"}
    variables |= {"flag": draw(st.booleans()), "data": {"k": draw(TEXTS)}}
    for option in draw(st.lists(st.sampled_from(OPTIONS), max_size=2)):
        variables |= option
    files = {}
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(FOLDERS)) + draw(st.sampled_from(NAMES))
        pieces = draw(st.lists(st.sampled_from(PIECES), max_size=6))
        if draw(st.integers(0, 19)) == 0:
            pieces.append(draw(st.sampled_from(FAULTS)))
        if not any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in files):
            files[path] = File("".join(pieces).encode(), draw(st.sampled_from(["100644", "100755"])))
    if draw(st.booleans()):
        files["linked"] = link(draw(st.sampled_from([*files, "../templates/shared.txt", "../templates"])))
    return template(variables, files, **{"templates/shared.txt": "shared {{ cookiecutter.slug }}\n"})


@settings(few, max_examples=120 * TIMES)
@given(templates())
@example(template({"slug": "x", "_jinja2_env_vars": {"newline_sequence": "\r\n"}}, {"a": b"\r\n", "b": b"\n"}))
def test_mixed_templates_come_out_as_from_cookiecutter(tmp_path_factory, files):
    try:
        expected = theirs(tmp_path_factory.mktemp("oracle"), files)
    except Exception:  # noqa: BLE001 - it wraps some errors and lets others through
        expected = None
    try:
        made = tree_of(files, Means(engine="native"))
    except ScaffoldError as error:
        made = None
        if "where case does not count" in error.message:
            return
    assert made == expected


def test_binary_files_are_told_as_cookiecutter_tells_them(tmp_path):
    from binaryornot.check import is_binary

    from scaffold.render.native_cookiecutter import _is_binary

    samples = {
        "x.png": b"text", "x.txt": b"", "y": bytes(range(256)), "z": b"a" * 600 + b"\0", "w": b"\xff\xfea\0b\0",
        "v.PNG": b"", "u": "grüße {{ x }}".encode("latin-1") * 40, "t": b"%PDF-1.4", "s.svg": b"<svg/>", "r": b"\0",
    }  # fmt: skip
    for name, content in samples.items():
        (tmp_path / name).write_bytes(content)
        assert _is_binary(name, content) == is_binary(str(tmp_path / name)), name


def test_empty_folders_stay():
    made = ours(template(SLUG, {"empty/{% if false %}x{% endif %}": "x", "a": ""}))
    assert made.tree.folders == ("empty",)
    assert list(made.tree) == ["a"]


def test_answers_are_recorded_without_what_is_computed_and_kept_at_the_next_render():
    made = ours(template(VARIABLES, MIXED, **BESIDE), name="X")
    assert list(made.answers.recorded) == [
        "name", "slug", "port", "ratio", "big", "nothing", "flag", "license", "level", "either", "last", "data",
    ]  # fmt: skip
    again = ours(template(VARIABLES, MIXED, **BESIDE), previous=made.answers.recorded)
    assert (again.answers.recorded, dict(again.tree)) == (made.answers.recorded, dict(made.tree))


def test_an_answer_is_text_and_not_a_template():
    assert tree_of(template(SLUG, {"a": "{{ cookiecutter.name }}"}), name="{{ 1 }}")["a"][0] == b"{{ 1 }}"


def test_each_question_is_put_once_with_its_choices_and_prompts():
    asked = []

    def ask(question):
        asked.append((question.question.name, question.help, question.default, question.choices))
        return question.default

    variables = {**SLUG, "kind": ["a", "{{ cookiecutter.slug }}"], "year": "{% now 'utc', '%Y' %}"}
    variables["__prompts__"] = {"name": "[bold]What[/] is it?", "kind": {"__prompt__": "Which?", "a": "The {{ a }}"}}
    ours(template(variables, {"x": ""}), ask=ask)
    assert [name for name, *_ in asked] == ["name", "slug", "kind", "year"]
    assert asked[0][1:] == ("What is it?", "My App", None)
    assert asked[2][1:] == ("Which?", "a", {"The {{ a }}": "a", "my-app": "my-app"})


CLOCK = {"year.txt": "{% now 'utc', '%Y' %} {% now 'local' %} {{ random_ascii_string(3) | length }} {{ uuid4() | length }}\n"
         "{{ ['x'] | random }}\n"}  # fmt: skip


def test_the_clock_and_chance_are_cookiecutters_own_in_the_sandbox_without_trust(tmp_path):
    files = template(SLUG, CLOCK)
    made = ours(files)
    assert {path: (found.content, found.mode) for path, found in made.tree.items()} == theirs(tmp_path, files)
    assert "the tag `now` does not give the same each time ({{cookiecutter.slug}}/year.txt:1)" in made.notes[0]
    with pytest.raises(RenderError, match="the tag `now` does not give the same each time"):
        ours(files, Means(engine="native"))


LOCAL = {
    "local_extensions.py": "from cookiecutter.utils import simple_filter\n\n\n@simple_filter\ndef twice(text):\n    return text * 2\n"
}


def test_extensions_of_its_own_go_through_cookiecutter_with_trust(tmp_path):
    variables = {"name": "x", "slug": "{{ cookiecutter.name | twice }}", "_extensions": ["local_extensions.twice"]}
    for factor in (2, 3):  # a module of the same name in another version is another module
        beside = {path: text.replace("* 2", f"* {factor}") for path, text in LOCAL.items()}
        files = template(
            variables, {"{{ cookiecutter.slug }}/a": "{{ 'ab' | twice }}", "e/{% if false %}x{% endif %}": ""}, **beside
        )
        made = ours(files, TRUSTED)
        assert made.tree[f"{'x' * factor}/a"] == File(
            b"ab" * factor, origin=f"template/{TOP}/{{{{ cookiecutter.slug }}}}/a"
        )
        assert made.tree.folders == ("e",)
        assert "local_extensions" not in sys.modules
    assert theirs(tmp_path, files)["xxx/a"][0] == b"ababab"


def test_what_leaves_the_sandbox_needs_trust_and_one_clear_sentence():
    files = template(SLUG, {"a.txt": "x\n{{ ''.__class__.__name__ }}\n"})
    with pytest.raises(RenderError, match="Cookiecutter itself has to render it, which lets it run any code") as caught:
        ours(files)
    assert caught.value.where == f"{TOP}/a.txt:2"
    assert "--trust" in caught.value.hint
    assert tree_of(files, TRUSTED)["a.txt"][0] == b"x\nstr\n"


HOOKS = {
    "hooks/pre_gen_project.py": 'import pathlib, sys\nprint(\'{{ cookiecutter.update({"port": "9"}) }}\')\n'
    "pathlib.Path('made-before').write_text('{{ cookiecutter.name }}')\nassert not pathlib.Path('a').exists()\n",
    "hooks/post_gen_project.sh": "#!/bin/sh\nset -e\nrm '{% raw %}b{% endraw %}'\necho \"{{ cookiecutter.port }} $(pwd)\" > port\n"
    "test -f '{{ cookiecutter._repo_dir }}/cookiecutter.json'\nmkdir .git .venv\ntouch .venv/x .git/y\nprintf .venv >.gitignore\n",
    "hooks/post_gen_project.sh~": "exit 1\n",
}


def stamped(tmp_path, files, means):
    return stamp(release(files), surroundings_of(tmp_path / "dest"), given={}, previous={}, means=means)


def test_hooks_run_on_a_copy_with_trust(tmp_path, capfd):
    files = template(SLUG, {"a": "{{ cookiecutter.port }}", "b": "x"}, **HOOKS)
    made = stamped(tmp_path, files, TRUSTED)
    contents = {path: found.content for path, found in made.tree.items()}
    assert contents.pop("port").startswith(b"9 /")
    assert contents == {"a": b"9", "made-before": b"My App", ".gitignore": b".venv"}
    assert made.tree["made-before"].origin == "hooks/pre_gen_project.py"
    assert made.notes == ("made by hooks and ignored by git, so left out: .venv/",)
    assert capfd.readouterr() == ("", "")
    assert not (tmp_path / "dest").exists()


def test_hooks_see_one_folder_from_the_first_to_the_last(tmp_path):
    hooks = {
        "hooks/pre_gen_project.sh": "git init --quiet && echo early > b && mkdir kept && touch kept/x",
        "hooks/post_gen_project.sh": "test -d .git && cat b > seen && git status --porcelain > status",
    }
    shell = {path: executable(f"#!/bin/sh\nset -e\n{text}\n") for path, text in hooks.items()}
    made = stamped(tmp_path, template(SLUG, {"b": "late"}, **shell), TRUSTED)
    assert {path: file.content for path, file in made.tree.items()} == {
        "b": b"late", "kept/x": b"", "seen": b"late", "status": b"?? b\n?? kept/\n?? seen\n?? status\n",
    }  # fmt: skip


def test_a_folder_of_a_hook_in_the_place_of_a_file_is_one_sentence(tmp_path):
    files = template(SLUG, {"b": "x"}, **{"hooks/pre_gen_project.sh": executable("#!/bin/sh\nmkdir b\n")})
    with pytest.raises(ScriptError, match="b was made as a folder, and the template has a file there"):
        stamped(tmp_path, files, TRUSTED)


def test_hooks_need_trust_and_can_be_left_out(tmp_path):
    files = template(SLUG, {"b": "x"}, **HOOKS)
    with pytest.raises(RenderError, match="the template wants to run code: 2 hooks") as caught:
        stamped(tmp_path, files, Means())
    assert caught.value.where == "hooks/pre_gen_project.py"
    assert list(stamped(tmp_path, files, Means(skip_tasks=True)).tree) == ["b"]


@pytest.mark.parametrize("hook", ["pre_gen_project", "post_gen_project"])
def test_a_failing_hook_is_one_sentence_with_what_it_said(tmp_path, hook):
    files = template(
        SLUG, {"b": "x"}, **{f"hooks/{hook}.py": "import sys\nprint('not {{ cookiecutter.name }}')\nsys.exit(3)\n"}
    )
    with pytest.raises(ScriptError, match="failed with exit code 3, and said: not My App") as caught:
        stamped(tmp_path, files, TRUSTED)
    assert caught.value.where == f"hooks/{hook}.py"


def test_the_hook_before_the_questions_may_change_them(tmp_path):
    hook = "import json\nv = json.load(open('cookiecutter.json'))\nv['name'] = 'Found'\njson.dump(v, open('cookiecutter.json', 'w'))\n"
    files = template(SLUG, {"a": "{{ cookiecutter.name }}"}, **{"hooks/pre_prompt.py": hook})
    assert stamped(tmp_path, files, TRUSTED).tree["a"].content == b"Found"
    assert stamped(tmp_path, files, Means(skip_tasks=True)).tree["a"].content == b"My App"


def nested(offer):
    one = {"name": "One", "slug": "one", "only_one": "1"}
    return {
        "cookiecutter.json": json.dumps(offer),
        "sub/one/cookiecutter.json": json.dumps(one),
        f"sub/one/{TOP}/a": "{{ cookiecutter.name }} {{ cookiecutter.only_one }}",
        f"sub/one/{TOP}/b": link("../../two/shared.txt"),
        "sub/two/cookiecutter.json": json.dumps({"name": "Two", "slug": "two"}),
        "sub/two/shared.txt": "of {{ cookiecutter.name }}",
        f"sub/two/{TOP}/c": "{{ cookiecutter.name }}",
    }


NEW_STYLE = {"templates": {"one": {"path": "./sub/one", "title": "One"}, "two": {"path": "sub/two", "title": "Two"}}}
OLD_STYLE = {"template": ["One (./sub/one)", "Two (sub/two)"]}


@pytest.mark.parametrize(("offer", "second"), [(NEW_STYLE, "two"), (OLD_STYLE, "Two (sub/two)")], ids=["new", "old"])
def test_of_several_templates_one_is_chosen_by_an_answer(tmp_path, offer, second):
    files = nested(offer)
    assert tree_of(files) == theirs(tmp_path, files)
    made = ours(files, template=second, name="Named")
    assert dict(made.answers.recorded) == {"template": second, "name": "Named", "slug": "two"}
    assert [(path, found.content) for path, found in made.tree.items()] == [("c", b"Named")]
    assert ours(files, template=second, only_one="x").answers.unasked == ("only_one",)
    with pytest.raises(AnswerError, match="the answer 'three' to `template`"):
        ours(files, template="three")


BAD = {
    "undefined in a file": (SLUG, {"a.txt": "x\n{{ cookiecutter.nme }}\n"}, f"{TOP}/a.txt:2", "has no attribute 'nme'"),
    "undefined in a name": (SLUG, {"{{ cookiecutter.nme }}": ""}, f"{TOP}/{{{{ cookiecutter.nme }}}}", "has no attribute 'nme'"),
    "undefined in a default": ('{"slug": "x",\n"a": "{{ cookiecutter.b }}"}', {"a": ""}, "cookiecutter.json:2", "has no attribute"),
    "bare name": (SLUG, {"a.txt": "{{ name }}"}, f"{TOP}/a.txt:1", "'name' is undefined"),
    "syntax": (SLUG, {"a.txt": "\n\n{% if %}"}, f"{TOP}/a.txt:3", "Expected an expression"),
    "up": (SLUG, {"{{ '..' }}/a": "x"}, f"{TOP}/{{{{ '..' }}}}/a", "does not stay inside the project"),
    "absolute": ({**SLUG, "root": "/tmp/x"}, {"{{ cookiecutter.root }}": "x"}, f"{TOP}/{{{{ cookiecutter.root }}}}", "does not stay inside the project"),
    "git": (SLUG, {"{{ '.git' }}/config": "x"}, f"{TOP}/{{{{ '.git' }}}}/config", "git's own folder"),
    "device": (SLUG, {"{{ 'con' }}.txt": "x"}, f"{TOP}/{{{{ 'con' }}}}.txt", "names a device on Windows"),
    "case": (SLUG, {"a": "", "{{ 'A' }}": ""}, "cookiecutter.json", "where case does not count"),
    "link": (SLUG, {"a": link("../../outside")}, f"{TOP}/a", "leads out of the template"),
    "dangling": (SLUG, {"a": link("nothing")}, f"{TOP}/a", "which the template does not have"),
    "latin-1": (SLUG, {"a.txt": "{{ cookiecutter.name }} grüße".encode("latin-1")}, f"{TOP}/a.txt", "must be UTF-8"),
    "include": (SLUG, {"a.txt": "{% include 'no' %}"}, f"{TOP}/a.txt:1", "there is no template 'no' to include"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("means", [Means(), TRUSTED._replace(engine="cookiecutter")], ids=["ours", "the library"])
def test_bad_templates_are_one_sentence_with_a_place(name, means):
    variables, files, where, said = BAD[name]
    with pytest.raises(ScaffoldError) as caught:
        ours(template(variables, files), means)
    assert said in caught.value.message
    if means.engine == "auto" or not where.endswith(".txt"):
        assert caught.value.where == where


def test_there_must_be_one_folder_that_is_the_project():
    with pytest.raises(FormatError, match="no folder could be the project") as caught:
        ours({"cookiecutter.json": "{}", "a/b": ""})
    assert caught.value.where == "cookiecutter.json"
    with pytest.raises(FormatError, match="two folders could be the project"):
        ours(template(SLUG, {"a": ""}, **{"x-{{cookiecutter.slug}}/b": ""}))


def test_an_extension_that_is_not_installed_is_named():
    files = template({**SLUG, "_extensions": ["no_such_thing.Extension"]}, {"a": ""})
    with pytest.raises(RenderError, match=r"the extension no_such_thing\.Extension is code of its own") as caught:
        ours(files)
    assert caught.value.where == "cookiecutter.json"
    with pytest.raises(RenderError, match=r"needs an extension that cannot be had: .*no_such_thing"):
        ours(files, TRUSTED)


def test_the_other_tools_engine_is_refused():
    with pytest.raises(RenderError, match="this is a Cookiecutter template"):
        ours(template(SLUG, {"a": ""}), Means(engine="copier"))
    with pytest.raises(RenderError, match="--engine cookiecutter runs a template unchecked"):
        ours(template(SLUG, {"a": ""}), Means(engine="cookiecutter"))


def test_templates_that_make_too_much_are_stopped():
    files = template(SLUG, {"a": "x" * 600_000, "b": "y" * 600_000})
    with pytest.raises(LimitError, match="makes more than 1 MB"):
        ours(files, Means(limits=Means().limits._replace(megabytes=1)))
    with pytest.raises(LimitError, match="makes more than 1 files"):
        ours(files, Means(limits=Means().limits._replace(files=1)))
