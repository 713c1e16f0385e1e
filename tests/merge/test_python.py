import pytest

from scaffold.merge.drivers import ALL
from tests.merge.sides import merge, settled

PATH = "src/app.py"
REST = "\n\ndef run():\n    return 1\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        (
            "import os\nimport sys\n",
            "import json\nimport os\nimport sys\n",
            "import ast\nimport os\nimport sys\n",
            "import ast\nimport json\nimport os\nimport sys\n",
        ),
        ("from a import b, d\n", "from a import b, c, d\n", "from a import b, d, e\n", "from a import b, c, d, e\n"),
        ("from a import b, c\n", "from a import b\n", "from a import b, c, d\n", "from a import b, d\n"),
        ("from a import B, f\n", "from a import B, D, f\n", "from a import CC, B, f\n", "from a import CC, B, D, f\n"),
        (
            "import os\nimport z\nfrom b import x\n",
            "import os\nimport sys\nimport z\nfrom b import x\nfrom d import y\n",
            "import json\nimport os\nimport z\nfrom b import x\nfrom c import y as w\n",
            "import json\nimport os\nimport sys\nimport z\nfrom b import x\nfrom c import y as w\nfrom d import y\n",
        ),
        (
            "import b\nfrom c import x\nimport d\n",
            "import b\nfrom c import x\nimport d\nfrom f import y\n",
            "import b\nfrom c import x\nimport d\nimport e\n",
            "import b\nfrom c import x\nimport d\nimport e\nfrom f import y\n",
        ),
        ("from . import b\n", "from . import b, c as d\n", "from . import a, b\n", "from . import a, b, c as d\n"),
        (
            "from a import (\n    b,\n)\n",
            "from a import (\n    b,\n    c,\n)\n",
            "from a import (\n    b,\n    d,\n)\n",
            "from a import (\n    b,\n    c,\n    d,\n)\n",
        ),
        (
            '__all__ = (\n    "a",\n)\n',
            '__all__ = (\n    "a",\n    "b",\n)\n',
            '__all__ = (\n    "a",\n    "c",\n)\n',
            '__all__ = (\n    "a",\n    "b",\n    "c",\n)\n',
        ),
        (
            '__all__ += [\n    "a",\n]\n',
            '__all__ += [\n    "a",\n    "b",  # ours\n]\n',
            '__all__ += [\n    "a",\n    "c",\n]\n',
            '__all__ += [\n    "a",\n    "b",  # ours\n    "c",\n]\n',
        ),
    ],
)
def test_imports_and_exports_are_merged_by_name(base, ours, theirs, wanted):
    merged = merge(PATH, base + REST, ours + REST, theirs + REST)
    assert merged.content.decode() == wanted + REST
    assert (merged.clean, merged.used) == (True, ("imports",))
    assert settled(PATH, base + REST, ours + REST, theirs + REST, ALL - {"imports", "definitions"}) is None


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param(
            "MIDDLEWARE = [\n    'a',\n]\n", "MIDDLEWARE = [\n    'a',\n    'b',\n]\n",
            "MIDDLEWARE = [\n    'a',\n    'c',\n]\n", id="a list in which the order may count",
        ),
        pytest.param("f(\n    a,\n)\n", "f(\n    a,\n    b,\n)\n", "f(\n    a,\n    c,\n)\n", id="arguments"),
        pytest.param("import os\n", "import os\nfrom a import x\n", "import os\nfrom b import x\n", id="one name twice"),
        pytest.param("import os\n", "import os\nimport a as x\n", "import os\nimport b as x\n", id="one alias twice"),
        pytest.param("import os\n", "import os\nfrom a import *\n", "import os\nimport b\n", id="a star"),
        pytest.param(
            "import sys\n", "from __future__ import annotations\nimport sys\n", "import z\nimport a\nimport sys\n",
            id="the future has to come first",
        ),
        pytest.param("import a\n", "import a  # noqa\n", "import a  # type: ignore\n", id="two comments"),
        pytest.param("from a import b\n", "from a import c\n", "from a import d  # noqa\n", id="a comment beside names"),
        pytest.param(
            's = """\nimport a\n"""\n', 's = """\nimport a\nimport b\n"""\n', 's = """\nimport a\nimport c\n"""\n',
            id="in a string",
        ),
        pytest.param("import a, (\n", "import a, (\nimport b\n", "import a, (\nimport c\n", id="no Python"),
        pytest.param(
            "try:\n    import a\nfinally:\n    pass\n", "try:\n    import a\n    import b\nfinally:\n    pass\n",
            "try:\n    import a\n    import c\nfinally:\n    pass\n", id="in a block",
        ),
        pytest.param("from a import b\n", "from a import c\n", "from a import b as c\n", id="renamed by both"),
        pytest.param("import b\nfrom a import x\n", "import b\nimport c\n", "import b\nfrom d import x\n", id="moved and removed"),
        pytest.param("import a as x\n", "import b\n", "import a as y\n", id="renamed and removed"),
        pytest.param("from a import x, y\n", "from a import x\n", "from a import x\nfrom d import y\n", id="moved, one of two"),
        pytest.param("from a import x, x\n", "from a import x, y, x\n", "from a import x, x, z\n", id="twice on a line"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_to_be_right_stays_in_conflict(base, ours, theirs):
    assert settled(PATH, base + REST, ours + REST, theirs + REST, ALL - {"definitions"}) is None


def test_imports_are_merged_beside_another_conflict_only_where_that_is_shown_too():
    imports = ("import b\n", "import b\nimport c\n", "import b\nimport d\n")
    numbers = ("x = 1\n", "x = 2\n", "x = 3\n")
    merged = merge(PATH, *(f"{one}\n\n{two}" for one, two in zip(imports, numbers, strict=True)))
    assert merged.content.startswith(b"import b\nimport c\nimport d\n\n\n<<<<<<<")
    lists = ("f(\n    a,\n)\n", "f(\n    a,\n    b,\n)\n", "f(\n    a,\n    c,\n)\n")
    merged = merge(PATH, *(f"{one}\n\nrun()\n\n{two}" for one, two in zip(lists, numbers, strict=True)))
    assert merged.content.count(b"<<<<<<<") == 2


def test_the_warnings_of_a_module_are_not_ours():
    sides = (f"import b\n{more}x = '\\d'\n" for more in ("", "import c\n", "import d\n"))
    assert settled(PATH, *sides) == "import b\nimport c\nimport d\nx = '\\d'\n"
