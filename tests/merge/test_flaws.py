import pytest

from scaffold.merge.drivers import ALL
from scaffold.merge.flaws import Flaw, flaws
from tests.merge.sides import settled

JOBS = "jobs:\n  a:\n    runs-on: x\n"


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("a.toml", "a = 1\n", set()),
        ("a.toml", "a = \n", {"unreadable"}),
        ("a.yaml", "a: 1\na: 2\n", {"unreadable"}),
        ("a.txt", "a: [\n", set()),
        ("a.txt", "# a\n# a\n", set()),
        (".gitignore", "x\ny\nx\n", {"doubled"}),
        (".github/workflows/ci.yml", JOBS, set()),
        (".github/workflows/ci.yml", f"{JOBS}    needs: b\n", {"no job"}),
        (".github/workflows/ci.yml", f"{JOBS}    needs: [a, b]\n", {"no job"}),
        ("ci.yml", f"{JOBS}    needs: b\n", set()),
        ("README.md", "# One\n\n## Two\n\n## two ##\n", {"heading"}),
        ("README.md", "# One\n\n```\n# One\n```\n", set()),
    ],
)
def test_what_a_merge_must_not_bring(path, text, wanted):
    assert {flaw.kind for flaw in flaws(path, text.encode(), sets=True)} == wanted


def test_the_order_counts_where_lists_are_no_sets():
    assert flaws(".gitignore", b"x\ny\nx\n", sets=False) == frozenset()


def test_a_flaw_says_what_it_is_of():
    assert flaws("a.md", b"# One\n\n# Two\n\n# one\n", sets=True) == {Flaw("heading", "one", 2)}


@pytest.mark.parametrize(
    ("path", "base", "ours", "theirs"),
    [
        pytest.param(
            "README.md", "# One\n\na\n\n## Two\n\nb\n", "# One\n\n## New\n\nx\n\na\n\n## Two\n\nb\n",
            "# One\n\na\n\n## Two\n\nb\n\n## New\n\ny\n", id="a section that both added",
        ),
        *(
            pytest.param(path, gap, head.format("A") + gap, gap + head.format("B"), id=f"{head.split()[0]} in {path}")
            for path, gap, head in (
                ("a.go", "\nfunc b() {}\n\nfunc c() {}\n\nfunc d() {}\n", "func (s *T) new() {{ {}() }}\n"),
                ("a.ts", "\nexport class B {}\n\nlet c = 1;\n\nlet d = 2;\n", "export const a = {};\n"),
                ("A.java", "\n  int b;\n\n  int c;\n\n  int d;\n", "  public static int a(int b) {{ return {}; }}\n"),
                ("a.sh", "\nb\n\nc\n\nd\n", "a() {{ {}; }}\n"),
            )
        ),
        pytest.param("a.toml", "a = 1\n\n\nb = 1\n", "c = 1\na = 1\n\n\nb = 1\n", "a = 1\n\n\nb = 1\nc = 2\n", id="a key"),
    ],
)  # fmt: skip
def test_changes_that_do_not_go_together_are_a_conflict(path, base, ours, theirs):
    assert settled(path, base, ours, theirs) is None


def test_what_a_side_had_is_no_news():
    base = ".gitignore", "x\nx\n\n\ny\n", "x\nx\nz\n\n\ny\n", "x\nx\n\n\ny\nw\n"
    assert settled(*base, ALL) == "x\nx\nz\n\n\ny\nw\n"


def test_an_import_that_both_sides_have_added_stands_there_once():
    pytest.importorskip("tree_sitter")
    base, line = "\nb();\n\nc();\n\nd();\n", "import a from 'a';\n"
    assert settled("a.js", base, line + base, base + line) == line + base
