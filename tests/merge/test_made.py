"""Edits in two places that go together by line, and make a module that cannot be imported, or says one thing twice."""

import ast

import pytest

from scaffold.merge.code.made import contradictions
from scaffold.merge.readable import fault
from tests.merge.sides import settled

GAP = "\n\ndef between():\n    return 0\n\n\n"
DATA = "from dataclasses import KW_ONLY, dataclass, field\n\n\n@dataclass{}\nclass A:\n    a: int{}\n    b: int\n    c: int{}\n"
METHOD = "\n    def m(self):\n        return 0\n"
SLOTS = 'class A:\n    __slots__ = ("a", "b"{})\n\n    one = 1\n    two = 2\n    three = 3\n    four = 4\n{}'


def found(text):
    return {kind for kind, _ in contradictions(ast.parse(text))}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(DATA.format("", "", ""), set(), id="no defaults"),
        pytest.param(DATA.format("", "", " = 1"), set(), id="a default at the end"),
        pytest.param(DATA.format("", " = 1", ""), {"class"}, id="a default too early"),
        pytest.param(DATA.format("", " = field(default=1)", ""), {"class"}, id="a field that has one"),
        pytest.param(DATA.format("", " = field(default_factory=int)", ""), {"class"}, id="a field that makes one"),
        pytest.param(DATA.format("", " = field(repr=False)", ""), set(), id="a field without one"),
        pytest.param(DATA.format("", " = field(init=False, default=1)", ""), set(), id="a field that nobody gives"),
        pytest.param(DATA.format("", " = field(kw_only=True, default=1)", ""), set(), id="a field given by name"),
        pytest.param(DATA.format("(kw_only=True)", " = 1", ""), set(), id="all are given by name"),
        pytest.param(DATA.format("(frozen=True)", " = 1", ""), {"class"}, id="called"),
        pytest.param(DATA.format("", "\n    _: KW_ONLY\n    d: int = 1", ""), set(), id="by name from here on"),
        pytest.param(DATA.format("", "\n    d: ClassVar[int] = 1", ""), set(), id="of the class"),
        pytest.param("class A(NamedTuple):\n    a: int = 1\n    b: int\n", {"class"}, id="a tuple"),
        pytest.param("class A(BaseModel):\n    a: int = 1\n    b: int\n", set(), id="what takes them by name"),
        pytest.param("class A(B, C, B):\n    pass\n", {"class"}, id="a base twice"),
        pytest.param("class A:\n    __slots__ = ('a',)\n    a = 1\n", {"class"}, id="a slot with a value"),
        pytest.param("class A:\n    __slots__ = ('a',)\n    a: int\n", set(), id="a slot with a type"),
        pytest.param("x = 1\nx = 2\n", {"twice"}, id="a name"),
        pytest.param("x = 1\nx = x + 1\n", set(), id="a name that goes on"),
        pytest.param("class E(Enum):\n    A = 1\n    A = 2\n", {"twice"}, id="a member"),
        pytest.param("x = {'a': 1, 'b': 2, 'a': 3}\n", {"twice"}, id="a key"),
        pytest.param("x = ['a', 'b', 'a']\n", {"twice"}, id="a text of a list"),
        pytest.param("@a\n@b\n@a\ndef f(): ...\n", {"twice"}, id="a decorator"),
        pytest.param("x = f()\n\n\ndef f(): ...\n", {"early"}, id="read too early"),
        pytest.param("def g():\n    return f()\n\n\ndef f(): ...\n", set(), id="read when it runs"),
        pytest.param(
            "class A:\n    @x.setter\n    def y(self): ...\n\n    def x(self): ...\n", {"early"}, id="in a class"
        ),
        pytest.param("class A:\n    y: int\n\n    def int(self): ...\n", set(), id="what everybody has"),
        pytest.param("x = [y for y in ()]\n\ny = 1\n", set(), id="a name inside"),
    ],
)
def test_what_is_wrong_with_a_module(text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["return 1\n", "def f():\n    await g()\n", "break\n", "f(a=1, a=2)\n", "def f(a, a): ...\n", "nonlocal a\n",
     "a = 1\nfrom __future__ import annotations\n", "def f():\n    from a import *\n",
     "try:\n    a\nexcept:\n    b\nexcept C:\n    d\n", "def f():\n    a = 1\n    global a\n"],
)  # fmt: skip
def test_what_only_the_compiler_refuses_cannot_be_read(text):
    assert "is not valid Python" in str(fault("a.py", text.encode()))


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param(
            DATA.format("", "", "") + METHOD,
            DATA.format("", "", " = 1") + METHOD,
            DATA.format("", "", "") + METHOD + "\n    d: int\n",
            id="a field after a default",
        ),
        pytest.param(
            SLOTS.format("", ""), SLOTS.format(', "c"', ""), SLOTS.format("", "    c = 1\n"), id="a slot and its value"
        ),
        pytest.param(f"A = 1{GAP}B = 1\n", f"X = 1\nA = 1{GAP}B = 1\n", f"A = 1{GAP}B = 1\nX = 2\n", id="a name twice"),
        pytest.param(
            "class E(Enum):\n    A = 1\n    B = 2\n    C = 3\n    D = 4\n",
            "class E(Enum):\n    X = 9\n    A = 1\n    B = 2\n    C = 3\n    D = 4\n",
            "class E(Enum):\n    A = 1\n    B = 2\n    C = 3\n    D = 4\n    X = 5\n", id="a member twice",
        ),
        pytest.param(
            "X = {\n    'a': 1,\n    'b': 2,\n    'c': 3,\n}\n", "X = {\n    'x': 1,\n    'a': 1,\n    'b': 2,\n    'c': 3,\n}\n",
            "X = {\n    'a': 1,\n    'b': 2,\n    'c': 3,\n    'x': 2,\n}\n", id="a key twice",
        ),
        pytest.param(
            "X = [\n    'a',\n    'b',\n    'c',\n]\n", "X = [\n    'x',\n    'a',\n    'b',\n    'c',\n]\n",
            "X = [\n    'a',\n    'b',\n    'c',\n    'x',\n]\n", id="a text of a list twice",
        ),
        pytest.param(
            f"def f():\n    return 0\n{GAP}A = 1\n", f"X = f()\n\n\ndef f():\n    return 0\n{GAP}A = 1\n",
            f"def f():\n    return 0\n{GAP}A = 1\n".replace("def f():\n    return 0\n", "import os\n")
            + "\n\ndef f():\n    return 0\n", id="read before it is there",
        ),
        pytest.param(
            "def f(\n    a,\n    b,\n    c,\n    d,\n): ...\n", "def f(\n    x,\n    a,\n    b,\n    c,\n    d,\n): ...\n",
            "def f(\n    a,\n    b,\n    c,\n    d,\n    x,\n): ...\n", id="a parameter twice",
        ),
        pytest.param(
            "f(\n    a=1,\n    b=1,\n    c=1,\n    d=1,\n)\n", "f(\n    x=1,\n    a=1,\n    b=1,\n    c=1,\n    d=1,\n)\n",
            "f(\n    a=1,\n    b=1,\n    c=1,\n    d=1,\n    x=2,\n)\n", id="an argument twice",
        ),
        pytest.param(
            "async def f():\n    a()\n    b()\n    c()\n    d()\n", "def f():\n    a()\n    b()\n    c()\n    d()\n",
            "async def f():\n    a()\n    b()\n    c()\n    await d()\n", id="an await without its async",
        ),
        pytest.param(
            "for a in b:\n    c()\n    d()\n    e()\n    f()\n", "if b:\n    c()\n    d()\n    e()\n    f()\n",
            "for a in b:\n    c()\n    d()\n    e()\n    f()\n    break\n", id="a break without its loop",
        ),
    ],
)  # fmt: skip
def test_edits_that_do_not_go_together_are_a_conflict(base, ours, theirs):
    for one, other in ((ours, theirs), (theirs, ours)):
        assert settled("a.py", base, one, other) is None


def test_what_a_side_has_itself_is_merged_none_the_less():
    base = f"x = 1\nx = 2{GAP}b = 1\n"
    assert settled("a.py", base, base.replace("b = 1", "b = 2"), f"import os\n\n{base}") is not None
