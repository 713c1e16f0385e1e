"""Templates that are wrong, hostile, or too much: one sentence each, with the file and the line."""

import re
from typing import Any

import pytest
from packaging.version import Version

from scaffold.blueprint.plain import plain_release
from scaffold.errors import LimitError, RenderError, ScaffoldError
from scaffold.render import engine
from scaffold.render.context import Surroundings
from scaffold.render.means import Means
from scaffold.templating.limits import Limits
from tests.kit import file, link


def render(files: dict[str, Any], limits: Limits = Limits(), **given: Any) -> engine.Rendered:
    made = {path: file(content) for path, content in files.items()}
    release = plain_release(made, address="gh:acme/shop", version=Version("1"), commit=None, described=None)
    return engine.render(
        release, given=given, previous={}, surroundings=Surroundings("demo"), means=Means("native", limits=limits)
    )


NAME = {"copier.yml": "name: shop\n"}
LINKS = {"copier.yml": "_preserve_symlinks: true\n"}
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join([f'*{chr(ord(c) - 1)}'] * 9)}]\n" for c in "bcdefg"
)
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str | None]] = {
    "malformed": ({"copier.yml": "a: 1\nb: [1,\n"}, {}, "not valid YAML", "copier.yml:3"),
    "not-a-mapping": ({"copier.yml": "- 1\n"}, {}, "must be a mapping", "copier.yml:1"),
    "config-not-utf8": ({"copier.yml": b"a: \xff\n"}, {}, "not UTF-8 text", "copier.yml"),
    "two-configurations": ({"copier.yml": "", "copier.yaml": ""}, {}, "one copier.yml, not two", "copier.yml"),
    "python-tag": ({"copier.yml": "a: !!python/name:os.system\n"}, {}, "not valid YAML", "copier.yml:1"),
    "unknown-setting": ({"copier.yml": "a: 1\n_exlude: []\n"}, {}, "`_exlude` is not a setting", "copier.yml:2"),
    "unknown-key": ({"copier.yml": "a:\n  defualt: 1\n"}, {}, "`a.defualt` is not a key", "copier.yml:2"),
    "bad-type": ({"copier.yml": "a:\n  type: string\n"}, {}, "must be one of str, int", "copier.yml:2"),
    "newer-copier": ({"copier.yml": "_min_copier_version: '99'\n"}, {}, "needs Copier 99", "copier.yml:1"),
    "include-cycle": (
        {"copier.yml": "x: 1\n---\n!include a.yml\n", "a.yml": "!include b.yml\n", "b.yml": "\n!include a.yml\n"}, {},
        "this file includes itself: copier.yml -> a.yml -> b.yml -> a.yml", "b.yml:2",
    ),
    "include-outside": ({"copier.yml": "\na: !include ../x.yml\n"}, {}, "leads out of the template", "copier.yml:2"),
    "yaml-bomb": ({"copier.yml": BOMB}, {}, "more than 100,000 values", "copier.yml"),
    "unknown-answer": (NAME, {"nane": "x"}, "no question `nane`", None),
    "jinja-cycle": ({"a.jinja": "{% include 'a.jinja' %}"}, {}, "includes or calls itself without end", "a.jinja:1"),
    "jinja-syntax": ({"sub/a.jinja": "\n\n{% if %}"}, {}, "Expected an expression", "sub/a.jinja:3"),
    "include-missing": ({"a.jinja": "\n{% include 'b' %}"}, {}, "there is no template 'b' to include", "a.jinja:2"),
    "include-up": ({"a.jinja": "{% include '../b' %}"}, {}, "there is no template '../b' to include", "a.jinja:1"),
    "not-utf8": ({"a.jinja": b"x\n\xff"}, {}, "a template must be UTF-8 text", "a.jinja"),
    "yield-in-file": ({"a.jinja": "{% yield x from [1] %}{% endyield %}"}, {}, "cannot stand in a file", "a.jinja"),
    "up": ({**NAME, "{{ name }}": ""}, {"name": "../x"}, "does not stay inside the project", "{{ name }}"),
    "up-folder": ({**NAME, "{{ name }}/a": ""}, {"name": ".."}, "does not stay inside the project", "{{ name }}/a"),
    "absolute": ({**NAME, "a/{{ name }}": ""}, {"name": "/etc/x"}, "does not stay inside the project", "a/{{ name }}"),
    "backslash": ({**NAME, "{{ name }}": ""}, {"name": "..\\x"}, "does not stay inside the project", "{{ name }}"),
    "drive": ({**NAME, "{{ name }}": ""}, {"name": "C:x"}, "does not stay inside the project", "{{ name }}"),
    "git": ({**NAME, "{{ name }}/hooks/a": ""}, {"name": ".git"}, "git's own folder", "{{ name }}/hooks/a"),
    "git-case": ({**NAME, "{{ name }}/a": ""}, {"name": ".Git"}, "git's own folder", "{{ name }}/a"),
    "device": ({**NAME, "{{ name }}.txt": ""}, {"name": "aux"}, "names a device on Windows", "{{ name }}.txt"),
    "case": ({**NAME, "{{ name }}": "1", "Shop": "2"}, {}, "one file where case does not count", "{{ name }}"),
    "file-and-folder": ({**NAME, "{{ name }}": "1", "shop/a": "2"}, {}, "would be a file, and a folder", "{{ name }}"),
    "two-sources": ({**NAME, "{{ name }}": "1", "shop": "2"}, {}, "both give shop", "shop"),
    "no-subdirectory": ({"copier.yml": "_subdirectory: x\n", "a": ""}, {}, "no folder of the template", "copier.yml"),
    "subdirectory-up": ({"copier.yml": "_subdirectory: ../x\n", "a": ""}, {}, "no folder of the template", "copier.yml"),
    "bad-pattern": ({"copier.yml": "_exclude: ['!']\n", "a": ""}, {}, "is no pattern as in .gitignore", "copier.yml:1"),
    "bad-range": ({"copier.yml": "x: 1\n_skip_if_exists:\n- '[z-a]'\n", "a": ""}, {}, "no pattern as in .gitignore", "copier.yml:3"),
    "bad-exclude": ({"copier.yml": "_exclude:\n- '[z-a]'\n", "a": ""}, {}, "bad character range z-a", "copier.yml:2"),
    "link-up": ({"a": link("../x")}, {}, "leads out of the template, to ../x", "a"),
    "link-absolute": ({"a": link("/etc/passwd")}, {}, "leads out of the template, to /etc/passwd", "a"),
    "link-circle": ({"a": link("b"), "b": link("a")}, {}, "leads in a circle", "a"),
    "link-folder-circle": ({"sub/a": link("../sub")}, {}, "leads in a circle", "sub/a"),
    "link-through-link": ({"d": link("sub"), "sub/x": "", "a": link("d/../../y")}, {}, "leads out of the template", "a"),
    "kept-link-up": ({**LINKS, "sub/a": link("../../x")}, {}, "leads out of the project, to ../../x", "sub/a"),
    "kept-link-git": ({**LINKS, "a": link(".git/config")}, {}, "leads out of the project", "a"),
    "kept-link-folder": ({**LINKS, "{{ 'a' }}": link("b"), "a/x": "1"}, {}, "a file, and a folder", "{{ 'a' }}"),
    "sandbox": ({"a.jinja": "{{ ''.__class__.__mro__ }}"}, {}, "unsafe", "a.jinja:1"),
    "power": ({"a.jinja": "\n{{ 9 ** (9 ** 9) }}"}, {}, "OverflowError", "a.jinja:2"),
    "repeat": ({"a.jinja": "{{ 'x' * 10 ** 12 }}"}, {}, "OverflowError", "a.jinja:1"),
    "range": ({"a.jinja": "{% for i in range(10 ** 9) %}x{% endfor %}"}, {}, "OverflowError", "a.jinja:1"),
    "external-outside": (
        {"copier.yml": "_external_data: {x: ../y.yml}\n", "a.jinja": "\n{{ _external_data.x }}"}, {},
        "does not stay inside the project", "a.jinja:2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_each_is_refused_in_one_sentence_with_its_place(case):
    files, given, said, where = REFUSED[case]
    with pytest.raises(ScaffoldError) as caught:
        render(files, **given)
    assert said in caught.value.message
    assert caught.value.where == where
    assert "\n" not in str(caught.value)
    assert not re.search(r"Traceback|object at 0x", str(caught.value))


@pytest.mark.parametrize(
    ("files", "limits", "said", "hint"),
    [
        ({"a.jinja": "{% for i in range(20) %}{{ 'x' * 100000 }}{% endfor %}"}, Limits(megabytes=1),
         "more than 1 MB", "raise it with --limit megabytes=…"),
        ({f"{n}.jinja": "{{ 'x' * 400000 }}" for n in "abc"}, Limits(megabytes=1),
         "more than 1 MB", "raise it with --limit megabytes=…"),
        ({"{% yield n from range(9999) %}f{{ n }}{% endyield %}": ""}, Limits(files=100),
         "more than 100 files", "raise it with --limit files=…"),
        ({"{% yield n from range(9) %}{{ n }}{% endyield %}/{% yield m from range(9) %}{{ m }}{% endyield %}": ""},
         Limits(files=80), "more than 80 files", "raise it with --limit files=…"),
    ],
)  # fmt: skip
def test_what_makes_too_much_is_stopped_and_the_limit_named(files, limits, said, hint):
    with pytest.raises(LimitError) as caught:
        render(files, limits)
    assert said in caught.value.message
    assert caught.value.hint == hint
    assert render(files).tree


def test_two_names_that_differ_in_case_alone_are_named():
    with pytest.raises(RenderError) as caught:
        render({**NAME, "{{ name }}/a": "1", "Shop/A": "2"})
    assert "Shop/A and shop/a" in caught.value.message
