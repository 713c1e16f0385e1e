"""The cheap looks before the real ones: what they leave out, the real ones would have found nothing in."""

import ast
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scaffold.guard
from scaffold.formats.regex import Regex
from scaffold.guard.code.patterns import needles
from scaffold.guard.code.scopes import walk
from scaffold.guard.readers.scan import without_prose
from scaffold.guard.readers.secrets import SHORTEST_KEY, find
from scaffold.guard.tables import table
from scaffold.guard.words import words
from tests.guard.test_secrets import GITHUB

SOURCES = sorted(Path(scaffold.__file__).parent.glob("guard/**/*.py"))


@pytest.mark.parametrize("path", SOURCES[::9], ids=str)
def test_nodes_are_those_that_the_library_walks_in_its_order(path):
    tree = ast.parse(path.read_bytes())
    assert list(map(id, walk(tree))) == list(map(id, ast.walk(tree)))


@given(st.text(st.sampled_from("aB9_- .\n(é"), max_size=60))
def test_each_word_of_a_text_is_among_its_words(text):
    kept = words(text.encode()).decode()
    plain = re.sub("[-_]", "", text.lower())
    assert set(kept.split()) == set(re.findall("[a-z0-9]+", plain))
    assert kept.startswith(" ")
    assert kept.endswith(" ")


def test_a_name_alone_has_no_file_read_of_which_the_rest_is_missing():
    assert needles("python").stand_in(b"import hashlib\nhashlib.md5(a)")
    assert not needles("python").stand_in(b"import hashlib\nhashlib.sha256(a)")
    assert needles("python").stand_in(b"a = 'REDIS://cache'")
    assert not needles("python").stand_in(b"a = 'rediss://cache'")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('"""Says verify=False."""\nx = 1  # verify=False\n', "\nx = 1  \n"),
        ("def f():\n    r'''verify'''\n    return 1\n", "def f():\n    r\n    return 1\n"),
        ('f(\n    """verify""", a="#b")\n', 'f(\n    """verify""", a="#b")\n'),
        ('x = """verify"""\n', 'x = """verify"""\n'),
        ("a = '''verify'''  # it's\nb = 'verify'\n", "a = '''verify'''  \nb = 'verify'\n"),
    ],
)
def test_prose_is_what_no_program_uses(source, left):
    assert without_prose(source) == left


@pytest.mark.parametrize(
    "shape", table("readers/secrets")["shapes"], ids=lambda shape: f"{shape['begins']}{shape['goes_on']}"
)
def test_no_key_is_shorter_than_what_is_looked_at(shape):
    least, _ = re._parser.parse(f"{re.escape(shape['begins'])}{shape['goes_on']}").getwidth()
    before = 8 if "after" in shape else 0
    assert least + before >= SHORTEST_KEY
    assert set(shape["begins"]) <= set(re.findall(r"[\w./:=+-]", shape["begins"]))


@given(
    st.sampled_from(["\n", '"', " ", "é", "(", "x = '"]), st.sampled_from(["\n", "'", ")", ",", ""]), st.integers(0, 40)
)
def test_a_key_is_found_wherever_it_stands_in_a_line(before, behind, blanks):
    content = f"{' ' * blanks}{before}{GITHUB}{behind}".encode()
    assert [one.kind for one in find(content, "a.ini")] == ["a GitHub token"]


def test_every_expression_that_waits_is_one():
    modules = [import_module(one.name) for one in walk_packages(scaffold.guard.__path__, "scaffold.guard.")]
    held = (value for module in modules for value in vars(module).values())
    nested = [one for value in held for one in (value.values() if isinstance(value, dict) else [value])]
    waiting = [one for one in nested if isinstance(one, Regex)]
    assert len(waiting) > 100
    assert all(isinstance(one.pattern, str | bytes) for one in waiting)
