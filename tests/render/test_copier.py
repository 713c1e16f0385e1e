"""Copier itself as the oracle: the native renderer gives its bytes, feature by feature."""

import shutil
import warnings
from pathlib import Path

import copier
import pytest
from packaging.version import Version

import scaffold
from scaffold import disk
from scaffold.blueprint.plain import plain_release
from scaffold.blueprint.release import assemble, read_manifest
from scaffold.render import native
from scaffold.render.context import Surroundings
from scaffold.sources.locate import locate
from scaffold.tree import EXECUTABLE, REGULAR
from tests.kit import executable, link, manifest, repo, write

TEMPLATES = Path(scaffold.__file__).parents[1] / "templates"


def by_copier(template, dest, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an answers file that is not at the top
        copier.run_copy(str(template), dest, data=data, defaults=True, unsafe=False, quiet=True)
    empty = {
        f.relative_to(dest).as_posix()
        for f in dest.rglob("*")
        if f.is_dir() and not f.is_symlink() and not any(f.iterdir())
    }
    return {path: (file.content, file.mode) for path, file in disk.walk(dest).items()}, empty


def by_us(template, data, folder_name, *, as_layer=False):
    files = disk.walk(template)
    if as_layer:
        made = assemble(read_manifest("demo", manifest(layers=(template.name,)).encode()), {template.name: files}, None)
    else:
        made = plain_release(files, address=str(template), version=Version("0"), commit=None, described=None)
    answers = native.resolve(made, given=data, previous={}, surroundings=Surroundings(folder_name))
    tree = native.render(made, answers)
    return {path: (file.content, file.mode) for path, file in tree.items()}, set(tree.folders)


MIXED = {
    "copier.yml": """\
_exclude: [copier.yml, "*.bak", parts, "{% if not docs %}docs{% endif %}"]
service: {type: str, default: "{{ _folder_name }}"}
package: "{{ service | replace('-', '_') }}"
port: {type: int, default: "{{ 8000 + service | length }}"}
ratio: 3
share: {type: float, default: 0.5}
docs: {type: bool, default: "yes"}
tags: {type: yaml, default: [a, "{{ service }}", {b: 1}]}
data: {type: json, default: '{"x": [1, null, true]}'}
size: {type: str, default: small, choices: {Small: small, "Big {{ service }}": big}}
parts: {type: str, multiselect: true, default: [c, a], choices: [a, b, c]}
deep: "a/{{ service }}"
hidden: {type: str, default: "h-{{ service }}", when: "{{ size == 'big' }}"}
token: {type: str, secret: true, default: none}
""",
    "README.md.jinja": "# {{ service }}\n\n{{ port }} {{ ratio }} {{ share }} {{ docs }} {{ tags }} {{ data }}\n"
    "{{ size }} {{ parts }} {{ hidden }} {{ token }} [{{ undefined_name }}]\n"
    "{% for tag in tags %}\n  - {{ tag }}\n{%- endfor %}\n\n{# gone #}{{ data | tojson }} {{ service | upper }}",
    "src/{{ package }}/__init__.py": "",
    "src/{{ package }}/main.py.jinja": "{% include 'parts/head.py' %}{% import 'parts/m.jinja' as m %}{{ m.f(port) }}\n",
    "parts/head.py": "# {{ service }}\n",
    "parts/m.jinja": "{% macro f(x) -%}\n  {% if x > 1 %}many{% else %}one{% endif %}\n{%- endmacro %}",
    "{% if docs %}docs{% endif %}/index.md": "{{ not rendered }}\n",
    "{% if size == 'big' %}big.txt{% endif %}.jinja": "big\n",
    "{{ deep }}/c.txt": "deep\n",
    "plain": "plain\n",
    "both.txt": "not this\n",
    "both.txt.jinja": "this {{ 1 + 1 }}",
    "old.bak": "x\n",
    "run.sh.jinja": executable("#!/bin/sh\necho {{ service }}\n"),
    "tool": executable("#!/bin/sh\n"),
    "binary.bin": b"\0\xff\xfe",
    "crlf.txt": b"a\r\nb\r\n",
    "crlf.bat.jinja": b"echo {{ service }}\r\nexit\r\n",
    "no-newline.jinja": "{{ port }}",
    "ümlaut-{{ service }}.txt.jinja": "grüße, {{ service }}\n",
    "raw.jinja": "{% raw %}{{ x }}{% endraw %}\n",
}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {
            "service": "order-intake",
            "docs": False,
            "size": "big",
            "parts": ["b"],
            "port": 9,
            "tags": [],
            "data": {"a": 1},
        },
    ],
    ids=["defaults", "given"],
)
def test_a_template_of_all_features_comes_out_as_from_copier(tmp_path, data):
    template = write(tmp_path / "template", MIXED)
    ours = by_us(template, data, "shop-front")
    theirs = by_copier(template, tmp_path / "shop-front", data)
    assert ours == theirs


FEATURES = {
    "suffix": {"copier.yml": "_templates_suffix: .tmpl\n", "a.txt.tmpl": "{{ 1 + 1 }}\n", "b.jinja": "{{ 1 }}\n"},
    "no-suffix": {"copier.yml": "_templates_suffix: ''\n_exclude: [copier.yml]\n", "a": "{{ 1 + 1 }}\n", "b": b"\xff\0"},
    "strict": {"copier.yml": "_envops: {undefined: jinja2.StrictUndefined}\nx: y\n", "a.jinja": "{{ x }}\n"},
    "no-copier-yml": {"a.jinja": "{{ 1 }}\n", "b": "x", "__pycache__/c": "", "~d": "", "sub/e.pyc": ""},
    "exclude-replaces": {"copier.yml": "_exclude: [b]\n", "a": "x", "b": "y", "~c": "z"},
    "negated": {"copier.yml": "_exclude: ['*', '!a.txt']\n", "a.txt": "x", "b.txt": "y"},
    "empty-files": {"a": "", "b.jinja": "", "c.jinja": "\n", "d.jinja": "{# x #}"},
    "spaces": {"{{ 'a b' }} c.txt": "x", " lead": "y"},
    "whitespace": {"a.jinja": "  {% if true %}\n  x\n  {% endif %}\n{%- set y = 1 %}\n\n{{ y }}\n\n\n"},
    "bom": {"a.jinja": b"\xef\xbb\xbf{{ 1 }}\n"},
    "inherit": {"copier.yml": "_exclude: [copier.yml, p]\n", "p": "[{% block b %}x{% endblock %}]\n",
                "a.jinja": "{% extends 'p' %}{% block b %}{{ super() }}y{% endblock %}"},
    "bare-values": {"copier.yml": "a: 1\nb: yes\nc: 1.5\nd: [x]\ne: null\nf: text\n",
                    "x.jinja": "{{ a }}{{ b }}{{ c }}{{ d }}{{ e }}{{ f }}\n"},
    "folder-with-suffix": {"a.jinja/b.txt": "x", "a.jinja/c.jinja": "{{ 1 }}"},
    "odd-suffixes": {"copier.yml": "_templates_suffix: -tmpl\n", "a.txt-tmpl": "{{ 1 }}", "b-tmpl": "{{ 2 }}"},
    "two-dots": {"copier.yml": "_templates_suffix: .my.tmpl\n", "a.txt.my.tmpl": "{{ 1 }}", "b.tmpl": "{{ 2 }}"},
    "loops": {"{% yield a from ['x', 'y'] %}{{ a }}{% endyield %}/{% yield b from [1, 2] %}{{ b }}{% endyield %}.jinja":
              "{{ a }}{{ b }}"},
    "empty-folders": {"a/b/{% if false %}c{% endif %}": "", "d/{% if false %}e{% endif %}/f": "", "g/h.pyc": ""},
    "answers-below": {"sub/deep/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}", "copier.yml":
                      "_answers_file: .a/{{ x }}.yml\nx: y\n"},
    "links": {"real/a.jinja": "{{ 1 }}", "file": link("real/b"), "real/b": "b", "folder": link("real"), "f/g": link("../folder")},
    "kept-links": {"copier.yml": "_preserve_symlinks: true\n", "a": "x", "l": link("./a"), "{{ 'm' }}.jinja": link("{{ 'a' }}"),
                   "sub/n": link("../sub/")},
    "private": {"copier.yml": "a: {default: x, when: false}\nb: {type: str, when: false}\nc: {secret: true, default: s}\n",
                "x.jinja": "{{ a }}[{{ b }}]{{ c }}{{ b is defined }}{{ _copier_answers }}"},
    "documents": {"copier.yml": "!include q/a*.yml\n---\n!include q/b*.yml\n---\n_exclude: [one]\n---\n_exclude: [copier.yml, q]\nz: 1\n", "one": "",
                  "q/a.yml": "a: 1\n", "q/b.yml": "- b: '{{ a }}'\n- c: [x]\n", "x.jinja": "{{ a }}{{ b }}{{ c }}{{ z }}"},
}  # fmt: skip


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_comes_out_as_from_copier(tmp_path, name):
    template = write(tmp_path / "template", FEATURES[name])
    assert by_us(template, {}, "made") == by_copier(template, tmp_path / "made", {})


def test_a_version_in_git_comes_out_as_from_copier(tmp_path):
    files = {
        **MIXED, "real.sh": executable("#!/bin/sh\n"), "linked": link("real.sh"), "folder/x.sh": executable("x"),
        "through": link("folder"), "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml -}}\n",
        "version.jinja": "{{ _commit }} {{ _src_path }} {{ _copier_conf.vcs_ref_hash }} {{ _copier_conf.vcs_ref }}\n",
    }  # fmt: skip
    template = repo(tmp_path / "template", files, "v1.0.0")
    repo(template, {"later": "x"})
    made = locate(str(template)).release("template", "v1.0.0")
    answers = native.resolve(made, given={}, previous={}, surroundings=Surroundings("made"))
    ours = native.render(made, answers)
    copier.run_copy(str(template), tmp_path / "made", vcs_ref="v1.0.0", defaults=True, quiet=True)
    assert {path: (f.content, f.mode) for path, f in ours.items()} == {
        path: (f.content, f.mode) for path, f in disk.walk(tmp_path / "made").items()
    }
    assert ours["linked"].mode == REGULAR
    assert ours["through/x.sh"].mode == EXECUTABLE


COMMON = {
    "service": "order-intake", "mission": "Checkout & Payment", "owner": "@acme/checkout", "port": 9090,
    "outcome": 'Nine of ten: "paid"', "description": "Takes orders", "package": "orders", "python": "3.12",
    "base_image": f"python:3.12@sha256:{'a' * 64}",  # whose default stands in another layer
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
def test_every_layer_of_the_project_comes_out_as_from_copier(tmp_path, name):
    template = shutil.copytree(TEMPLATES / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    asked = {q.name for q in assemble(
        read_manifest("demo", manifest(layers=(name,)).encode()), {name: disk.walk(template)}, None).questions}  # fmt: skip
    data = {key: value for key, value in COMMON.items() if key in asked}
    assert by_us(template, data, "made", as_layer=True) == by_copier(template, tmp_path / "made", data)
