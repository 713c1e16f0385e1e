import pytest

from scaffold.errors import FormatError
from scaffold.formats.located import Located
from scaffold.merge.drivers import ALL, SAYS, UNSAID, chosen, explained, parse_switches
from tests.merge.sides import merge, settled

# For each driver, a file that needs it and no other but `keys`: path, base, ours, theirs, result.
NEEDS = {
    "keys": ("a.yaml", "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 1\nb: 2\n", "a: 2\nb: 2\n"),
    "sets": (
        ".gitignore", "x\nz\n", "x\na\nz\n", "x\nb\nz\n", "x\na\nb\nz\n",
    ),
    "pins": ("a.txt", "x@v1\n", "x@v2\n", "x@v3\n", "x@v3\n"),
    "space": ("a.txt", "x y\n", "x y \n", "x z\n", "x z\n"),
    "comments": (
        "a.yaml", "a: 1\n# one\nb: 1\n", "a: 1\n# mine\nb: 2\n", "a: 2\n# new\nb: 1\n", "a: 2\n# mine\nb: 2\n",
    ),
    "insertions": ("a.txt", "x\n", "x\na\nb\n", "x\nb\n", "x\na\nb\n"),
    "removed": (
        "a.toml", "a = 1\n\n[t]\nb = 1\n", "a = 2\n", "a = 1\n\n[t]\nb = 2\n", "a = 2\n",
    ),
    "dropped": (
        ".pre-commit-config.yaml", "repos:\n- repo: q\n- repo: r\n  rev: v1\n", "repos:\n- repo: q\n- repo: r\n  rev: v2\n",
        "repos:\n- repo: q\n", "repos:\n- repo: q\n",
    ),
    "definitions": ("a.py", "A = [1]\nB = 1\n", "A = [1]\nB = 2\n", "A = [1, 2]\nB = 1\n", "A = [1, 2]\nB = 2\n"),
    "sections": ("a.md", "- a\n- b\n", "- c\n- b\n", "- a\n- d\n", "- c\n- d\n"),
    "imports": ("a.py", "import b\n", "import b\nimport c\n", "import b\nimport d\n", "import b\nimport c\nimport d\n"),
}  # fmt: skip

OTHERS = {"imports": ["definitions"]}  # that would settle the same


@pytest.mark.parametrize("driver", SAYS)
def test_each_driver_settles_says_so_and_can_be_switched_off(driver):
    path, base, ours, theirs, wanted = NEEDS[driver]
    merged = merge(path, base, ours, theirs)
    assert (merged.clean, merged.content.decode()) == (True, wanted)
    assert driver in merged.used
    assert set(merged.used) <= {driver, "keys", "sets"}
    assert SAYS[driver] in explained(merged.used)
    assert settled(path, base, ours, theirs, ALL - {driver, *OTHERS.get(driver, ())}) is None
    assert settled(path, base, ours, theirs, frozenset()) is None


def test_drivers_are_explained_in_one_order():
    assert explained(["pins", "keys"]) == explained(("keys", "pins")) == "merged by key, took the newer of two pins"
    assert explained([]) == ""


def test_the_project_has_the_last_word():
    assert chosen() == chosen(UNSAID, UNSAID) == ALL
    assert chosen({"pins": False}) == ALL - {"pins"}
    assert chosen({"pins": False, "keys": False}, {"pins": True}) == ALL - {"keys"}


def test_switches_are_read():
    assert parse_switches(Located({"pins": False, "keys": True}, "blueprint.yml", {})) == {"pins": False, "keys": True}


@pytest.mark.parametrize("said", [{"pin": False}, {"pins": "no"}, ["pins"]])
def test_switches_that_make_no_sense(said):
    with pytest.raises(FormatError):
        parse_switches(Located(said, "blueprint.yml", {}))
