import ast
import random
import re

import pytest

from scaffold.merge.budget import Unprovable
from scaffold.merge.code.proof import prove
from scaffold.merge.code.python import layout, parsed
from scaffold.merge.drivers import ALL
from scaffold.merge.files import merge_files
from tests.kit import LABELS
from tests.merge.edits import MODULES, edited, runs, source
from tests.merge.sides import merge, settled, taken

PATH = "src/app.py"


@pytest.mark.parametrize("name", MODULES[:6])
def test_a_module_taken_apart_and_put_together_is_the_same(name):
    text = source(name)
    if text is None:
        pytest.skip(f"this Python has no {name}")
    assert layout(text, parsed(text)).text == text


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        pytest.param(
            "@a\ndef f(x):\n    return x\n", "@a\n@b\ndef f(x):\n    return x\n",
            "@a\ndef f(x) -> int:\n    return x\n", "@a\n@b\ndef f(x) -> int:\n    return x\n", id="decorator and head",
        ),
        pytest.param(
            "def f(x):\n    return x\n", "def f(x, y=1):\n    return x\n", "def f(x) -> int:\n    return x\n",
            "def f(x, y=1) -> int:\n    return x\n", id="parameter and result",
        ),
        pytest.param(
            "def f():\n    return 1\n", "def f():\n    return 1\n\n\ndef g():\n    return 2\n",
            "def f():\n    return 1\n\n\ndef h():\n    return 3\n",
            "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef h():\n    return 3\n", id="two new functions",
        ),
        pytest.param(
            "class A:\n    x = 1\n", "class A:\n    x = 1\n\n    def f(self):\n        pass\n",
            "class A:\n    x = 1\n\n    def g(self):\n        pass\n",
            "class A:\n    x = 1\n\n    def f(self):\n        pass\n\n    def g(self):\n        pass\n", id="two new methods",
        ),
        pytest.param("A = 1\nB = 2\n", "A = 3\nB = 2\n", "A = 1\nB = 4\n", "A = 3\nB = 4\n", id="neighbours"),
        pytest.param(
            "A = {'a': 1}\n", "A = {'a': 1, 'b': 2}\n", "A = {'a': 1, 'c': 3}\n", "A = {'a': 1, 'b': 2, 'c': 3}\n",
            id="entries of a mapping",
        ),
        pytest.param(
            "f(\n    a=1,\n)\n", "f(\n    a=1,\n    b=2,\n)\n", "f(\n    a=1,\n    c=3,\n)\n",
            "f(\n    a=1,\n    b=2,\n    c=3,\n)\n", id="arguments by name",
        ),
        pytest.param("A = f([1, 2], a=3)\n", "A = f([0, 1, 2], a=3)\n", "A = f([1, 2], a=4)\n", "A = f([0, 1, 2], a=4)\n", id="brackets"),
        pytest.param(
            "A = [1, 2]  # noqa\nB = 1\n", "A = [\n    1,\n    2,\n]  # noqa\nB = 1\n", "A = [1, 2, 3]  # noqa\nB = 2\n",
            "A = [1, 2, 3]  # noqa\nB = 2\n", id="a change of form alone",
        ),
        pytest.param(
            "def f():\n    a()\n\n\nX = 1\n", "X = 1\n", "def f():\n\n    a()\n\n\nX = 2\n", "X = 2\n",
            id="removed, and changed in space alone",
        ),
        pytest.param(
            "import os\n\nX = 1\n", "import os\n\nX = 1\nY = os.sep\n", "X = 1\n", "import os\n\nX = 1\nY = os.sep\n",
            id="an import that is used stays",
        ),
        pytest.param(
            "from a import b, c\n\nb(c)\n", "from a import c\n\nc()\n", '"""Doc."""\n\nfrom a import b, c, d\n\nb(c)\n',
            '"""Doc."""\n\nfrom a import c, d\n\nc()\n', id="a name removed and another added",
        ),
        pytest.param(
            "import b\n\nx = b\n", "from __future__ import annotations\n\nimport b\n\nx = b\n", '"""Doc."""\n\nimport b\n\nx = b\n',
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport b\n\nx = b\n', id="what has to come first",
        ),
        pytest.param(
            "def f():\n    one(1)\n    two(2)\n    three(3)\n\n\nX = 1\n",
            "X = 1\n\n\ndef f():\n    one(1)\n    two(2)\n    three(3)\n",
            "def f():\n    one(1)\n    two(2)\n    three(4)\n\n\nX = 1\n",
            "X = 1\n\n\ndef f():\n    one(1)\n    two(2)\n    three(4)\n", id="moved and changed",
        ),
        pytest.param(
            "def f():\n    one(1)\n    two(2)\n    three(3)\n", "def g():\n    one(1)\n    two(2)\n    three(3)\n",
            "def f():\n    one(1)\n    two(2)\n    three(4)\n", "def g():\n    one(1)\n    two(2)\n    three(4)\n",
            id="renamed and changed",
        ),
    ],
)  # fmt: skip
def test_definitions_and_statements_are_merged_one_by_one(base, ours, theirs, wanted):
    assert settled(PATH, base, ours, theirs) == wanted


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param("a()\n", "a()\nb()\n", "a()\nc()\n", id="two calls in one place"),
        pytest.param("x = 1\n", "x = 1\ny = x\n", "x = 1\nx = 2\n", id="one reads what the other binds"),
        pytest.param("A = [1]\n", "A = [1, 2]\n", "A = [1, 3]\n", id="a list has an order"),
        pytest.param("f(1)\n", "f(1, 2)\n", "f(1, 3)\n", id="arguments by place"),
        pytest.param("def f(a):\n    pass\n", "def f(a, b=1):\n    pass\n", "def f(a, c=2):\n    pass\n", id="parameters"),
        pytest.param("a = 1\n", "a = 1\nimport b as x\n", "a = 1\nimport c as x\n", id="two imports of one name"),
        pytest.param("from a import b\n", "from a import c\n", "from a import b as c\n", id="one name from two"),
        pytest.param("import os\n", "import os\nfrom a import *\n", "import os\nimport b\n", id="a star"),
        pytest.param(
            "def f():\n    return 1\n", "def f():\n    return 2\n", "", id="the blueprint drops what the team has changed",
        ),
        pytest.param("def f():\n    return 1\n\n\nx = 1\n", "x = 1\n", "def f():\n    return 2\n\n\nx = 1\n", id="the other way"),
        pytest.param(
            "def f():\n    a()\n    return 1\n", "def f():\n    return 1\n", "def f():\n    a()\n    b()\n    return 1\n",
            id="put in beside what was taken out",
        ),
        pytest.param(
            "def f():\n    a(1)\n    return 1\n", "def f():\n    a(2)\n    return 1\n", "def f():\n    a(1)\n    b()\n    return 1\n",
            id="put in beside what was changed",
        ),
        pytest.param(
            "def f():\n    x = 1\n    use(x)\n", "def f():\n    y = 1\n    use(y)\n", "def f():\n    x = 1\n    more(x)\n    use(x)\n",
            id="a name that is gone",
        ),
        pytest.param(
            "def f():\n    return 1\n\n\ndef g():\n    return f()\n\n\nclass A:\n    x = 1\n",
            "def h():\n    return 1\n\n\ndef g():\n    return h()\n\n\nclass A:\n    x = 1\n",
            "def f():\n    return 1\n\n\ndef g():\n    return f()\n\n\nclass A:\n    x = 1\n    y = f()\n",
            id="lines merge, and a function has another name",
        ),
        pytest.param(
            "class A:\n    x = 1\n\n\nclass B:\n    x = 1\n\n\nclass C:\n    x = 1\n",
            "def new():\n    return 1\n\n\nclass A:\n    x = 1\n\n\nclass B:\n    x = 1\n\n\nclass C:\n    x = 1\n",
            "class A:\n    x = 1\n\n\nclass B:\n    x = 1\n\n\nclass C:\n    x = 1\n\n\ndef new():\n    return 2\n",
            id="lines merge, and a function is there twice",
        ),
        pytest.param(
            "def f(a):\n    return a\n\n\nx = f(1)\ny = 1\nz = 1\n",
            "def f(a, b):\n    return a\n\n\nx = f(1, 2)\ny = 1\nz = 1\n",
            "def f(a):\n    return a\n\n\nx = f(1)\ny = 1\nz = f(3)\n",
            id="lines merge, and a new call lacks an argument",
        ),
        pytest.param("@a\ndef f():\n    pass\n", "@a\n@b\ndef f():\n    pass\n", "@a\n@c\ndef f():\n    pass\n", id="decorators"),
        pytest.param(
            "class A:\n    def f(self):\n        self.a = 1\n        return self.a\n\n    x = 1\n\n    def g(self):\n        pass\n",
            "class A:\n    def f(self):\n        self.b = 1\n        return self.b\n\n    x = 1\n\n    def g(self):\n        pass\n",
            "class A:\n    def f(self):\n        self.a = 1\n        return self.a\n\n    x = 1\n\n    def g(self):\n        use(self.a)\n",
            id="lines merge, and an attribute has another name",
        ),
        pytest.param("a = (1,)\n", "a = (1)\n", "a = (1, 2)\n", id="a tuple"),
        pytest.param("a = 1\n", "b = 1\n", "c = 1\n", id="renamed by both"),
        pytest.param("range(1, 2)\n", "range(3, 2)\n", "range(1, 4)\n", id="arguments by place, each by one side"),
        pytest.param("class A:\n    x = 1\n", "class A:\n    x = 1\n    y = 2\n", "class A:\n    x = 1\n    z = 2\n", id="fields"),
        pytest.param(
            "def f():\n    return 1\n", "def g():\n    print(5)\n\n\nA = 1\n", "def h(x, y):\n    x.y()\n\n\nB = 1\n",
            id="replaced by both",
        ),
        pytest.param("a()\nb()\nc()\n", "b()\na()\nc()\n", "a()\nb(1)\nc()\n", id="moved past what was changed"),
        pytest.param('A = """a\nb\n"""\n', 'A = """a\nc\n"""\n', 'A = """a\nd\n"""\n', id="a text"),
        pytest.param("x = f'{a}'\n", "x = f'{b}'\n", "x = f'{c}'\n", id="a text with names in it"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_to_be_right_is_a_conflict(base, ours, theirs):
    assert settled(PATH, base, ours, theirs) is None
    assert settled(PATH, base, theirs, ours) is None


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        (PATH, "A = 1\nB = 2\n", "A = 3\nB = 2\n", "A = 1\nB = 4\n", "A = 3\nB = 4\n"),
        ("a.md", "# A\n\n- a\n- b\n", "# A\n\n- c\n- b\n", "# A\n\n- a\n- d\n", "# A\n\n- c\n- d\n"),
    ],
)
def test_lines_that_end_in_a_return_too_are_merged_alike(path, base, ours, theirs, wanted):
    sides = (text.replace("\n", "\r\n") for text in (base, ours, theirs))
    assert settled(path, *sides) == wanted.replace("\n", "\r\n")
    sides = (text.replace("\n", "\r\n") for text in (base, ours, ours.replace("3", "5").replace("c", "e")))
    merged = merge(path, *sides)
    assert not merged.clean
    assert merged.content.count(b"\n") == merged.content.count(b"\r\n")


def test_two_modules_that_have_nothing_in_common_are_not_joined():
    ours, theirs = b"def f():\n    return 1\n", b"def g():\n    return 2\n"
    assert not merge_files(PATH, None, ours, theirs, LABELS, ALL).clean


def test_a_conflict_is_no_larger_than_the_statement():
    base = "@a\ndef f(x):\n    one()\n    return 1\n"
    merged = merge(PATH, base, base.replace("1", "2").replace("@a", "@b"), base.replace("1", "3").replace("(x)", "(y)"))
    assert merged.content.startswith(b"@b\ndef f(y):\n    one()\n<<<<<<<")
    for side in ("ours", "theirs"):
        ast.parse(taken(merged, side))


def test_each_side_keeps_its_form_of_line_ends_and_of_the_end():
    base, ours, theirs = "A = 1\nB = 2\n", "A = 3\nB = 2", "A = 1\nB = 4\n"
    assert settled(PATH, base, ours, theirs) == "A = 3\nB = 4"


def _pair(seed: int, most: int):
    chance = random.Random(seed)
    names = [name for name in MODULES if (text := source(name)) and len(text) < 40_000]
    base = source(chance.choice(names))
    return base, edited("ours", base, chance, most), edited("theirs", base, chance, most)


def check(seed: int, most: int) -> bool:
    """Whether a pair of edited modules merges; where it does, the module runs and has what both sides made of it."""
    base, ours, theirs = _pair(seed, most)
    merged = settled("module.py", base, ours.text, theirs.text)
    if merged is None:
        return False
    assert runs(merged), (seed, ours.done, theirs.done)
    for side in (ours, theirs):
        for mark in side.marks:
            here, there = (len(re.findall(rf"(?i)\b{mark}\b", text)) for text in (merged, side.text))
            assert here >= there if "rename" in side.done else here == there, (seed, mark, ours.done, theirs.done)
        for name in side.gone:
            assert not re.search(rf"\b{name}\b", merged) or re.search(rf"\b{name}\b", side.text), (seed, name)
    assert settled("module.py", ours.text, ours.text, merged) == merged
    again = settled("module.py", base, merged, theirs.text)
    assert again is None or again.split() == merged.split()
    return True


def test_random_edits_of_real_modules_merge_to_modules_that_run():
    assert sum(check(seed, 6) for seed in range(6)) >= 3


@pytest.mark.long
@pytest.mark.limit(900)
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_random_pairs_of_edits(first):
    assert sum(check(seed, 12) for seed in range(1000 + first, 1020 + first)) >= 5


def swapped(seed: int, most: int) -> None:
    base, ours, theirs = _pair(seed, most)
    one, other = (settled("module.py", base, *two) for two in ((ours.text, theirs.text), (theirs.text, ours.text)))
    assert (one is None) == (other is None), seed
    if one is not None and other is not None:
        assert sorted(one.split()) == sorted(other.split()), seed


@pytest.mark.parametrize("seed", range(3))
def test_sides_that_are_swapped_merge_to_the_same_definitions(seed):
    swapped(seed, 6)


@pytest.mark.long
@pytest.mark.limit(900)
@pytest.mark.parametrize("first", range(0, 350, 50))
def test_heavily_edited_sides_that_are_swapped_merge_to_the_same_definitions(first):
    for seed in range(first, first + 50):
        swapped(seed, 30)


def test_where_both_have_moved_something_it_is_a_conflict_whoever_is_called_ours():
    one, two, three, four = (f"def {name}():\n    return '{name}'\n\n\n" for name in ("one", "two", "three", "four"))
    sides = (two + one + three + four).replace("'one'", "1"), one + two + four + three
    assert settled(PATH, one + two + three + four, *sides) is None
    assert settled(PATH, one + two + three + four, *sides[::-1]) is None


def test_a_function_that_has_become_two_that_are_like_it_is_neither():
    """Which of both the other side's change belongs to, nobody can tell."""
    body = "".join(f"    step_{number}(value)\n" for number in range(9))
    base = f"A = 1\n\n\ndef old(value):\n{body}    return value\n"
    ours = base.replace("def old", "@skip\ndef old")
    one, two = (base.partition("\n\n\n")[2].replace("old", name).replace("step_4", name) for name in ("one", "two"))
    assert settled(PATH, base, ours, f"A = 1\n\n\n{one}\n\n{two}") is None
    assert settled(PATH, base, ours, f"A = 1\n\n\n{one}") == f"A = 1\n\n\n@skip\n{one}"


MUTATIONS = {
    "a line is lost": lambda text: text.replace("    two = 2\n", ""),
    "a line is there twice": lambda text: text.replace("    two = 2\n", "    two = 2\n    two = 2\n"),
    "a function is lost": lambda text: text.replace("def ours():\n    return 1\n\n\n", ""),
    "a function is there twice": lambda text: text + "\n\ndef ours():\n    return 1\n",
    "a comment is lost": lambda text: text.replace("# about it\n", ""),
    "statements change places": lambda text: text.replace("A = 1\nB = A\n", "B = A\nA = 1\n"),
    "an import comes from elsewhere": lambda text: text.replace("from a import b", "from c import b"),
    "what was removed is back": lambda text: text + "\n\ndef gone():\n    return 0\n",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_proof_finds_what_is_wrong(mutation):
    rest = "from a import b\n\nA = 1\nB = A\n\n\nclass C:\n    one = 1\n"
    base = f"{rest}\n\ndef gone():\n    return 0\n"
    ours = f"def ours():\n    return 1\n\n\n{rest}\n\ndef gone():\n    return 0\n"
    theirs = f"# about it\n{rest}    two = 2\n"
    merged = f"def ours():\n    return 1\n\n\n# about it\n{rest}    two = 2\n"
    prove(base, ours, theirs, merged, tuple(map(parsed, (base, ours, theirs, merged))))
    wrong = MUTATIONS[mutation](merged)
    assert wrong != merged
    with pytest.raises(Unprovable):
        prove(base, ours, theirs, wrong, tuple(map(parsed, (base, ours, theirs, wrong))))


@pytest.mark.limit(60)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda v: "pass\n" * 1500 + f"x = {v}\n", id="the same again and again"),
        pytest.param(lambda v: "".join(f"f{i}({v}, {i})\n" for i in range(1500)), id="all changed by both"),
        pytest.param(lambda v: "x = 1\n" + "".join(f"{'abc'[v]}{i} = {i}\n" for i in range(1500)), id="all new"),
        pytest.param(lambda v: f"x = {'(' * 80}{v}{')' * 80}\n", id="brackets in brackets"),
        pytest.param(lambda v: "".join(f"{' ' * i}if a:\n" for i in range(90)) + f"{' ' * 90}x = {v}\n", id="blocks in blocks"),
        pytest.param(lambda v: f"x = [{', '.join(str(i + v) for i in range(8000))}]\n", id="a long list"),
        pytest.param(
            lambda v: "".join(f"def {'abc'[v]}{i}():\n    a = {v}\n    return a + {i}\n" for i in range(1000)), id="all renamed",
        ),
    ],
)  # fmt: skip
def test_no_input_takes_long(text):
    assert not merge(PATH, text(0), text(1), text(2)).clean
