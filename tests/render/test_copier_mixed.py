"""Copier itself as the oracle, over templates put together at random from all that its format has."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import copier
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from scaffold import disk
from scaffold.blueprint.plain import plain_release
from scaffold.errors import ScaffoldError
from scaffold.render import native
from scaffold.render.context import Surroundings
from scaffold.tree import EXECUTABLE, SYMLINK, File
from tests.kit import write
from tests.limits import TIMES

FOLDER = "shop-front"
mixed = settings(
    max_examples=110 * TIMES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

# Each delimiter's role, so that any text can be written for any `_envops`.
DELIMITERS = [
    {},
    {"variable_start_string": "[[", "variable_end_string": "]]", "block_start_string": "[%", "block_end_string": "%]",
     "comment_start_string": "[#", "comment_end_string": "#]"},
    {"variable_start_string": "<%=", "variable_end_string": "%>", "block_start_string": "<%!", "block_end_string": "!%>"},
]  # fmt: skip
OPTIONS = [
    {}, {"trim_blocks": True}, {"lstrip_blocks": True, "trim_blocks": True}, {"newline_sequence": "\r\n"},
    {"keep_trailing_newline": False}, {"undefined": "jinja2.StrictUndefined"}, {"autoescape": True},
    {"line_statement_prefix": "%%", "line_comment_prefix": "##"}, {"undefined": "jinja2.Undefined"},
]  # fmt: skip


def spelled(source: str, envops: dict[str, Any]) -> str:
    """Write a text in the delimiters of a template."""
    roles = {
        "{{": "variable_start_string", "}}": "variable_end_string", "{%": "block_start_string",
        "%}": "block_end_string", "{#": "comment_start_string", "#}": "comment_end_string",
    }  # fmt: skip
    for ours, role in roles.items():
        source = source.replace(ours, envops.get(role, ours))
    return source


# --- questions -------------------------------------------------------------------------------------------------------
NAMES = ["alpha", "beta", "gamma", "delta", "eps"]
RAW = ["x", "", "7", "0", "1.5", "yes", "no", "[a, b]", '{"k": [1, null]}', "null", "a", "b", "{{ alpha }}", "t", "off"]
# Of each type: defaults, answers, and choices that fit it.
KINDS: dict[str, tuple[list[Any], list[Any], list[Any]]] = {
    "str": (
        ["x", "", "{{ alpha }}", "{{ _folder_name }}-y", "{{ beta | default('none') }}", "{{ alpha | upper }}", 3, 1.5,
         "{{ undefined_name }}", "{% if beta %}yes{% else %}no{% endif %}", "{# c #}a", "{{ _copier_phase }}", True,
         "{{ _copier_answers | length }}{{ _copier_conf.sep }}", "{{ 'a' if alpha else UNSET }}", "{{ gamma }}"],
        ["x", "", "{{ alpha }}", "a/b", 7, True, "ü"],
        [["a", "b", "c"], {"A": "a", "{{ alpha }}": "b"}, [["First", "a"], ["Second", "{{ alpha }}"]], ["a", "a", "b"],
         "{{ ['a', 'b'] }}", "- a\n- b\n", "[a, {% if beta %}b,{% endif %} c]", "{{ [] }}",
         {"A": {"value": "a"}, "B": {"value": "b", "validator": "{{ 'no' if alpha else '' }}"}}],
    ),
    "int": (["7", 7, "{{ 1 + 2 }}", "{{ delta | length if delta else 0 }}", True, 2.0], ["7", 0, "-1"],
            [[1, 2, 3], {"One": 1, "Two": "{{ 2 }}"}, "{{ [1, 2] }}", ["1", "2"]]),
    "float": ([3, "1.5", "{{ 3 / 2 }}", 1.25, True], ["3", 2, "1e3"], [[1, 2.5], ["1.0", 3]]),
    "bool": (["yes", "no", True, False, "{{ alpha }}", "", "0", "{{ beta }}", "some words"], ["yes", False, "off", 1],
             [[True, False], {"Y": "yes", "N": "no"}]),
    "json": (['{"k": [1, null]}', "null", [1, "{{ alpha }}"], {"k": "{{ alpha }}"}, "{{ [1] }}", None, '"s"'],
             ["[1]", "null", [1, {"a": 2}]], [["1", "[2]"], ['{"a": 1}']]),
    "yaml": (["a: [1, no]", "", "text", "{{ ['a', 'b'] }}", ["x", "{{ alpha }}"], None, {"k": 1}, "2024-01-02", "{{ none }}"],
             ["[a, b]", "x", None, ["a"], 5], [["a", "[b]"], {"A": [1, 2], "B": "{x: 1}"}, "{{ ['a', 'b'] }}"]),
    "path": (["a/b", "{{ alpha }}/x", "."], ["a", "~/x"], [["a", "b"]]),
}  # fmt: skip
SEVERAL = [["a"], ["b", "a"], [], "[a]", "{{ ['b'] }}", "- a\n- b\n", "['a', \"b\"]"]
conditions = st.sampled_from([True, False, "yes", "no", "", "{{ alpha }}", "{{ 'maybe' }}", "{{ beta }}", "{{ 0.0 }}"])


def rarely(draw, of: int) -> bool:
    return draw(st.integers(1, of)) == of


@st.composite
def questions(draw):
    """The questions of a template, and answers to some of them."""
    found: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5)):
        kind = draw(st.sampled_from(["str", "str", *KINDS]))
        defaults, answers, fitting = KINDS[kind]
        if rarely(draw, 25):  # what does not fit has to be refused by both
            defaults, answers = RAW, RAW
        default = draw(st.sampled_from(defaults))
        if rarely(draw, 5) and not isinstance(default, dict):
            found[name] = default
            continue
        question: dict[str, Any] = {"type": kind if draw(st.booleans()) else "{{ '" + kind + "' }}"}
        if rarely(draw, 3):
            question["choices"] = draw(st.sampled_from(fitting))
            default = (question["choices"] or [default])[0] if isinstance(question["choices"], list) else default
            default = default[1] if isinstance(default, list) else "a" if kind == "str" else default
            answers = [default, default, *answers]
            if kind == "str" and draw(st.booleans()):
                question["multiselect"] = True
                default, answers = draw(st.sampled_from(SEVERAL)), SEVERAL
        if not rarely(draw, 20):
            question["default"] = default
        if rarely(draw, 4):
            question["when"] = draw(conditions)
        if rarely(draw, 6):
            question["ask"] = draw(conditions)
        if rarely(draw, 6):
            blank = ["", "{% if " + name + " == 'impossible' %}bad{% endif %}", "  {{ '' }} \n"]
            question["validator"] = draw(st.sampled_from([*blank, *blank, "{{ alpha }}"]))
        if rarely(draw, 6) and "default" in question:
            question["secret"] = True
        if rarely(draw, 6):
            question |= {
                "help": "Help {{ alpha }}",
                "placeholder": "{{ beta }}",
                "multiline": "{{ alpha }}",
                "qmark": "?",
            }
        found[name] = question
        if rarely(draw, 3):
            data[name] = draw(st.sampled_from(answers))
    return found, data


# --- files -----------------------------------------------------------------------------------------------------------
PARTS = [
    "a", "b.txt", "sub", "deep", "{{ alpha }}", "{{ _folder_name }}", "{% if beta %}maybe{% endif %}", "x{{ gamma }}y",
    "{% if not beta %}not{% endif %}", "~tmp", "c.pyc", "ümlaut", "with space", "{{ 'p' }}", "a.jinja", "v1.2", ".hidden",
    "{% yield one from ['r', 's'] %}{{ one }}{% endyield %}", "{% yield two from delta or [1] %}n{{ two }}{% endyield %}",
    "{{ one }}-{{ two }}", "__pycache__", "{{ _copier_conf.answers_file }}", "{{ [alpha, 'q'] | join('-') }}", "keep",
]  # fmt: skip
CONTENTS = [
    "plain\n", "", "no newline", "{{ alpha }}\n", "{{ alpha }} {{ beta }} {{ gamma }} {{ delta }} {{ eps }}\n",
    "{{ undefined_name }}|\n", "a\r\nb\r\n{{ alpha }}\r\n", "{{ _copier_answers | to_nice_yaml -}}\n", "\n\n{{ 1 }}\n\n",
    "{{ _copier_conf.answers_file }} {{ _copier_conf.os }} {{ _copier_conf.sep }} {{ _copier_phase }}\n",
    "{% for i in delta or [] %}\n  - {{ i }}\n{% endfor %}\n", "  {% if beta %}\n    x\n  {% endif %}\nend",
    "{% raw %}{{ x }}{% endraw %}", "{# comment #}\n{{ _folder_name }}", "{% set x = 1 %}{{ x }}", "}} %} #}\n",
    "{% include 'parts/head' %}", "{% import 'parts/m' as m %}{{ m.f(1) }}", "{% from 'parts/m' import f %}{{ f(alpha) }}\n",
    "{% extends 'parts/base' %}{% block b %}own {{ super() }}{% endblock %}", "{{ one }}{{ two }}",
    "%% if alpha\nstatement ## gone\n%% endif\n", "\ufeff{{ 1 }}\n", "<b>{{ '<i>' }}</b>{{ '<u>' | e }}",
    "{{ _copier_operation is defined }}{{ _external_data.x.key }}{{ _external_data.none | default('-') }}",
    "{{ pathjoin('a', 'b') }}{{ _src_path is defined }}{{ _commit is defined }}{{ now is defined }}",
    "{% include ['nowhere', 'parts/head'] %}",
    "{% include 'parts/head' ignore missing %}{% include 'nowhere' ignore missing %}", "tab\t{{ '\t' }}\f{{ 1 }}\x0b",
    "{{ _copier_answers | tojson }}\n",
]  # fmt: skip
BROKEN = ["{{ 7 // 0 }}", "{% include 'nowhere' %}", "{% if %}", "{{ alpha.x.y }}", "{% endif %}"]
FILTERS = [
    "{{ ['b', 'a', 'b'] | unique | list }}", "{{ alpha | b64encode }}{{ 'eA==' | b64decode }}", "{{ 'a/b.c' | basename }}",
    "{{ 'a/b.c' | dirname }}{{ 'a/b.c' | splitext }}", "{{ 'yes' | bool }}{{ 'no' | bool }}{{ none | bool }}",
    "{{ 'x' | checksum }}{{ 'x' | md5 }}{{ 'x' | sha1 }}{{ 'x' | hash('sha512') }}", "{{ {'a': 1} | combine({'b': 2}) }}",
    "{{ 'a\nb' | comment }}{{ 'a' | comment('xml') }}", "{{ 1 | extract(['x', 'y']) }}", "{{ [1, [2, [3]]] | flatten }}",
    "{{ '{\"a\": 1}' | from_json }}{{ 'a: [1]' | from_yaml }}", "{{ 'a: 1\n---\nb: 2' | from_yaml_all | list }}",
    "{{ alpha | mandatory }}", "{{ 'a b' | quote }}", "{{ 'a.b' | regex_escape }}{{ 'a1b2' | regex_findall('[0-9]') }}",
    "{{ 'abc' | regex_replace('b', 'x') }}{{ 'abc' | regex_search('b') }}", "{{ 'a/b' | relpath('a') }}",
    "{{ [{'a': 1, 'b': [1, 2]}] | subelements('b') }}", "{{ beta | ternary('y', 'n') }}", "{{ 'x' | to_uuid }}",
    "{{ '2024-01-02 03:04:05' | to_datetime }}", "{{ [1, 'a', none] | to_json }}{{ {'b': 1, 'a': [1]} | to_nice_json }}",
    "{{ {'b': ['x', {'c': none}], 'a': 'ü'} | to_nice_yaml }}", "{{ {'b': [1]} | to_yaml }}", "{{ delta | type_debug }}",
    "{{ 'c:\\\\x\\\\y' | win_basename }}{{ 'c:\\\\x\\\\y' | win_dirname }}{{ 'c:\\\\x' | win_splitdrive }}",
    "{{ [{'k': 1}, {'k': 2}] | ans_groupby('k') }}", "{{ _copier_conf.answers_file | to_json }}", "{{ delta | to_nice_yaml }}",
]  # fmt: skip
SHARED = {
    "parts/head": "# {{ alpha }} {{ _folder_name }}\n", "parts/base": "[{% block b %}base{% endblock %}]\n",
    "parts/m": "{% macro f(x) -%}\n<{{ x }}>\n{%- endmacro %}",
}  # fmt: skip
SUFFIXES = [None, None, None, ".jinja", "", ".tmpl", ".my.tmpl", "-tmpl", ".j2"]
EXCLUDES = [
    ["copier.yml", "parts"], ["copier.*", "parts/", "*.bak"], ["*", "!a*", "!sub/**"], [], ["/sub", "copier.yml"],
    ["{% if beta %}a{% endif %}", "copier.yml"], ["copier.yml\nparts\n*.txt"], ["deep/", "!deep/keep", "copier.yml"],
    ["{% if _copier_operation == 'copy' %}sub{% endif %}", "copier.yml"], ["copier.yml", "{{ alpha }}"],
]  # fmt: skip


@st.composite
def templates(draw):
    """A template's files, and the answers that are given to it."""
    asked, data = draw(questions())
    config: dict[str, Any] = dict(asked)
    envops = {**draw(st.sampled_from(DELIMITERS)), **draw(st.sampled_from(OPTIONS))} if draw(st.booleans()) else {}
    suffix = draw(st.sampled_from(SUFFIXES))
    below = draw(st.sampled_from(["", "", "", "project", "{{ 'project' }}", "./project/"]))
    root = "project/" if below else ""
    known = {
        "_envops": envops or None, "_templates_suffix": suffix, "_subdirectory": below or None,
        "_exclude": draw(st.sampled_from([None, None, *EXCLUDES])),
        "_answers_file": draw(st.sampled_from([None, None, ".answers.yml", ".cfg/{{ alpha }}.yml", "./x.yml"])),
        "_skip_if_exists": draw(st.sampled_from([None, ["a"]])),
        "_preserve_symlinks": draw(st.sampled_from([None, False, True])),
        "_secret_questions": ["beta"] if rarely(draw, 5) and has_default(asked.get("beta")) else None,
        "_external_data": draw(st.sampled_from([None, {"x": "gone.yml"}, {"x": "{{ alpha }}.yml", "none": "n.yml"}])),
        "_message_after_copy": draw(st.sampled_from([None, "Done {{ alpha }}"])),
        "_migrations": draw(st.sampled_from([None, [{"version": "v1", "command": "false"}]])),
        "_tasks": draw(st.sampled_from([None, ["false", ["exit", "1"]]])),
        "_jinja_extensions": draw(st.sampled_from([None, None, None, ["jinja2.ext.do", "jinja2.ext.loopcontrols"]])),
        "_custom": draw(st.sampled_from([None, "ignored"])),
    }  # fmt: skip
    config |= {setting: value for setting, value in known.items() if value is not None}
    files: dict[str, Any] = dict(SHARED)
    ends = st.sampled_from([suffix or ".jinja" if suffix != "" else "", suffix or ".jinja", "", ".bak"])
    for _ in range(draw(st.integers(1, 6))):
        parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3))
        path = root + "/".join(parts) + draw(ends)
        content = draw(st.sampled_from(CONTENTS) | st.sampled_from(FILTERS))
        if rarely(draw, 60):
            content = draw(st.sampled_from(BROKEN))
        if rarely(draw, 40 if suffix != "" and path.endswith(suffix or ".jinja") else 8):
            files[path] = draw(st.sampled_from([b"\xff\xfe\0", b"caf\xe9 {{ alpha }}\n"]))
        elif rarely(draw, 8):
            target = draw(
                st.sampled_from(["a", "sub", "../parts", "parts/head", "./a", "{{ alpha }}", "folder-link", "b/"])
            )
            files[path] = File(target.encode(), SYMLINK)
        elif rarely(draw, 5):
            files[path] = File(spelled(content, envops).encode(), EXECUTABLE)
        else:
            files[path] = spelled(content, envops)
    files = {spelled(path, envops): spelled(c, envops) if isinstance(c, str) else c for path, c in files.items()}
    files |= configured(
        draw, spelled(yaml.safe_dump(config, sort_keys=False, width=10_000, allow_unicode=True), envops)
    )
    return {path: content for path, content in files.items() if possible(path, files)}, data


def has_default(question: Any) -> bool:
    return question is not None and (not isinstance(question, dict) or "default" in question)


def configured(draw, text: str) -> dict[str, str]:
    """Write the configuration in one of the ways in which it may be found."""
    how = draw(st.integers(0, 5))
    if how == 1:
        return {"copier.yaml": text}
    if how == 2:
        return {"copier.yml": "---\n_exclude: [one]\nalpha: first\n---\n" + text}
    if how == 3:
        return {"copier.YML": "!include parts/c*.yml\n", "parts/conf.yml": text}
    if how == 4:
        return {
            "copier.yml": "- !include parts/conf.yml\n- eps: last\n",
            "parts/conf.yml": f"---\n{text}\n---\n_skip_if_exists: [z]\n",
        }
    return {"copier.yml": text}


def possible(path: str, files: dict[str, Any]) -> bool:
    """Whether a file system can hold the path beside the others, and there is no case in which we refuse on purpose."""
    parents = {path[:end] for end, letter in enumerate(path) if letter == "/"}
    return not parents & files.keys() and not any(other.startswith(f"{path}/") for other in files)


def by_copier(template: Path, dest: Path, data: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_copy(
            str(template),
            dest,
            data=data,
            defaults=True,
            quiet=True,
            unsafe=True,
            skip_tasks=True,
            settings=copier.Settings(),
        )
    files = {path: (file.content, file.mode) for path, file in disk.walk(dest).items()}
    folders = [folder for folder in dest.rglob("*") if folder.is_dir() and not folder.is_symlink()]
    return files, {f.relative_to(dest).as_posix() for f in folders if not any(f.iterdir())}


def by_us(template: Path, data: dict[str, Any]) -> Any:
    release = plain_release(
        disk.walk(template), address=str(template), version=Version("0"), commit=None, described=None
    )
    answers = native.resolve(release, given=data, previous={}, surroundings=Surroundings(FOLDER))
    made = native.render(release, answers)
    return ({path: (file.content, file.mode) for path, file in made.items()}, set(made.folders)), answers


# What we refuse on purpose, by what the error says (docs/reference/copier-format.md).
ON_PURPOSE = [
    "both give",
    "would be a file, and a folder",
    "where case does not count",
    "leads out of the project",
    "reaches into git",
    "does not stay inside",
]


@mixed
@given(templates())
@pytest.mark.long
def test_a_mixed_template_comes_out_as_from_copier(made):
    files, data = made
    with TemporaryDirectory() as name:
        template = write(Path(name) / "template", files)
        try:
            (ours, folders), answers = by_us(template, data)
        except ScaffoldError as error:
            if any(said in str(error) for said in ON_PURPOSE):
                return
            assert refused_by_copier(template, Path(name) / FOLDER, data), f"Copier does it, we said: {error}"
            return
        # What turns out not to be asked is not used, on purpose; but the questions before have seen that it was given.
        asked = {key: value for key, value in data.items() if key not in answers.unasked}
        if asked != data:
            (ours, folders), _ = by_us(template, asked)
        try:
            theirs, their_folders = by_copier(template, Path(name) / FOLDER, asked)
        except NotADirectoryError:
            return  # it makes the folder of a file that it then leaves out, where another file has that name
    assert ours == theirs
    assert folders == their_folders


def refused_by_copier(template: Path, dest: Path, data: dict[str, Any]) -> bool:
    try:
        by_copier(template, dest, data)
    except Exception:  # noqa: BLE001 - it fails in many ways
        return True
    return False
