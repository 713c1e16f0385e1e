"""Copier itself as the oracle: the native renderer gives its bytes, for the part of its format that we implement."""

import shutil
from pathlib import Path

import copier
import pytest

import scaffold
from scaffold import disk
from scaffold.blueprint.release import assemble, read_manifest
from scaffold.render import native
from tests.kit import executable, manifest, write

TEMPLATES = Path(scaffold.__file__).parents[1] / "templates"


def by_copier(template, dest, data):
    copier.run_copy(str(template), dest, data=data, defaults=True, unsafe=False, quiet=True)
    return {path: (file.content, file.mode) for path, file in disk.walk(dest).items()}


def by_us(template, data, folder_name):
    files = {template.name: disk.walk(template)}
    made = assemble(read_manifest("demo", manifest(layers=(template.name,)).encode()), files, None)
    answers = native.resolve(made, given=data, previous={}, folder_name=folder_name)
    return {path: (file.content, file.mode) for path, file in native.render(made, answers).items()}


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
    assert ours.keys() == theirs.keys()
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
}  # fmt: skip


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_comes_out_as_from_copier(tmp_path, name):
    template = write(tmp_path / "template", FEATURES[name])
    assert by_us(template, {}, "made") == by_copier(template, tmp_path / "made", {})


COMMON = {
    "service": "order-intake", "mission": "Checkout & Payment", "owner": "@acme/checkout", "port": 9090,
    "outcome": 'Nine of ten: "paid"', "description": "Takes orders", "package": "orders", "python": "3.12",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
def test_every_layer_of_the_project_comes_out_as_from_copier(tmp_path, name):
    template = shutil.copytree(TEMPLATES / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    asked = {q.name for q in assemble(
        read_manifest("demo", manifest(layers=(name,)).encode()), {name: disk.walk(template)}, None).questions}  # fmt: skip
    data = {key: value for key, value in COMMON.items() if key in asked}
    assert by_us(template, data, "made") == by_copier(template, tmp_path / "made", data)
