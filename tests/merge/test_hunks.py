import pytest

from scaffold.merge.drivers import ALL
from tests.merge.sides import merge, settled


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs", "wanted"),
    [
        ("run.sh", "a b\n", "a b \n", "a c\n", "a c\n"),
        ("main.go", "a b\n", "a c\n", "  a  b\n", "a c\n"),
        ("app.py", "x = 1\n", "x =  1\n", "x = 2\n", "x = 2\n"),
        ("app.py", "x = 1\n", "x = 1  \n", "x = 2\n", "x = 2\n"),
        ("app.js", "f();\n", "  f();\n", "f(1);\n", "f(1);\n"),
    ],
)
def test_a_change_of_space_alone_gives_way(path, base, ours, theirs, wanted):
    merged = merge(path, base, ours, theirs)
    assert (merged.clean, merged.content, merged.used) == (True, wanted.encode(), ("space",))
    assert settled(path, base, ours, theirs, ALL - {"space", "definitions"}) is None


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        pytest.param(
            "app.py", "if a:\n    b()\n", "if a:\n        b()\n", "if a:\n    c()\n", id="Python's indentation"
        ),
        pytest.param("tool", "if a:\n  b()\n  c()\n", "if a:\n  b()\nc()\n", "if a:\n  b()\n  d()\n", id="no ending"),
        pytest.param(
            "deploy.sh", "a <<E\n  b: 1\nE\n", "a <<E\nb: 1\nE\n", "a <<E\n  b: 2\nE\n", id="text of a script"
        ),
        pytest.param("a.go", "x := `\n  a`\n", "x := `\na`\n", "x := `\n  b`\n", id="a long text"),
        pytest.param(
            "a.go", "x := `\n  \n  a`\n", "x := `\n\n  a`\n", "x := `\n  \n  b`\n", id="the end of a line of it"
        ),
        pytest.param("run.sh", "a \\\n  b\n", "a \\ \n  b\n", "c \\\n  b\n", id="a line that goes on"),
        pytest.param("Makefile", "a:\n\tb\n", "a:\n    b\n", "a:\n\tc\n", id="a recipe's tab"),
        pytest.param("justfile", "a:\n  b\n", "a:\n    b\n", "a:\n  c\n", id="a recipe's indentation"),
        pytest.param("a.cfg", "[s]\na = 1\n  b = 2\n", "[s]\na = 1\nb = 2\n", "[s]\na = 1\n  b = 3\n", id="continued"),
        pytest.param("a.toml", 's = """\n  a\n"""\n', 's = """\n    a\n"""\n', 's = """\n  c\n"""\n', id="long string"),
        pytest.param("a.sh", 'echo "a b"\n', 'echo "a  b"\n', 'echo "a c"\n', id="in quotes"),
        pytest.param("a.json", '{"a": "x y"}\n', '{"a": "x  y"}\n', '{"a": "z y"}\n', id="a value of JSON"),
        pytest.param("a.tsv", "a\tb\n", "a b\n", "a\tc\n", id="tabs that divide"),
        pytest.param("fix.patch", " a b\n", "  a b\n", " a c\n", id="a patch"),
        pytest.param("a.md", "a\n", "a  \n", "b\n", id="a line break of Markdown"),
        pytest.param("run.sh", "a b\n", "ab\n", "a c\n", id="words joined"),
    ],
)
def test_space_that_means_something_is_a_change(path, base, ours, theirs):
    assert settled(path, base, ours, theirs, ALL - {"definitions"}) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        ("one\ntwo\n", "two\n", "one\ntwo\n"),
        ("one\n", "one\ntwo\n", "one\ntwo\n"),
        ("\none\n", "one\ntwo\n", "one\ntwo\n"),  # blank lines do not count
    ],
)
def test_what_both_sides_inserted_is_kept_once(ours, theirs, wanted):
    merged = merge("notes.txt", "a\nb\n", f"a\n{ours}b\n", f"a\n{theirs}b\n")
    assert (merged.clean, merged.content, merged.used) == (True, f"a\n{wanted}b\n".encode(), ("insertions",))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("one\n", "two\n", id="something else"),
        pytest.param("one\ntwo\nthree\n", "two\n", id="in the middle of something else"),
        pytest.param("while true {\n}\n", "}\n", id="no word"),
        pytest.param("someone\n", "one\n", id="part of a line"),
    ],
)
def test_two_insertions_stay_two(ours, theirs):
    assert settled("notes.txt", "a\nb\n", f"a\n{ours}b\n", f"a\n{theirs}b\n") is None


def test_the_newer_pin_of_a_line():
    base, ours, theirs = "FROM python:3.11-slim\n", "FROM python:3.12-slim\n", "FROM python:3.13-slim\n"
    assert settled("Dockerfile", base, ours, theirs) == theirs
    assert settled("Dockerfile", base, ours, theirs, ALL - {"pins"}) is None


def test_a_line_beside_a_pin_has_to_be_the_same():
    base, ours, theirs = "x@v1\na\n", "x@v2\nb\n", "x@v3\na\n"
    assert settled("notes.txt", base, ours, theirs) is None


@pytest.mark.parametrize("line", ['version = "{}"', '__version__ = "{}"', '  "version": "{}"'])
def test_the_project_s_own_version_is_no_pin(line):
    assert settled("about", *(f"{line.format(version)}\n" for version in ("1.0.0", "1.1.0", "2.0.0"))) is None


def test_a_file_of_bytes_that_are_no_utf_8_is_merged_by_line_all_the_same():
    from scaffold.merge.files import merge_files
    from tests.kit import LABELS

    sides = (b"v1.0.0 \xe9\n", b"v1.1.0 \xe9\n", b"v1.2.0 \xe9\n")
    assert not merge_files("a.txt", *sides, LABELS, ALL).clean
    assert merge_files("a.yaml", sides[0], sides[0], sides[2], LABELS, ALL).content == sides[2]
