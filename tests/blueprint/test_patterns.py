from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.ownership import OWNERS
from scaffold.blueprint.patterns import Rules, matcher, pattern_of, with_pattern
from scaffold.render import native
from tests.kit import answers, few, release


def rules(ownership):
    return Rules(release({"base": {"a": ""}}, ownership=ownership).blueprint.ownership)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("README.md", "managed"),
        ("src/app/main.py", "seeded"),
        ("src/app/platform/health.py", "managed"),
        (".github/workflows/ci.yml", "locked"),
        (".github/CODEOWNERS", "managed"),
        ("docs/.github/workflows/ci.yml", "managed"),
        ("Makefile", "locked"),
        ("sub/Makefile", "managed"),
        ("deep/down/x.lock", "locked"),
    ],
)
def test_the_last_pattern_that_matches_wins(path, owner):
    found = rules({
        "*": "managed", "/src/**": "seeded", "/src/*/platform/**": "managed", "/.github/workflows/**": "locked",
        "/Makefile": "locked", "*.lock": "locked",
    }).of(path)  # fmt: skip
    assert found.file == owner


def test_a_later_pattern_wins_over_an_earlier_narrower_one():
    assert rules({"/a/b": "locked", "*": "seeded"}).of("a/b").file == "seeded"
    assert rules({"*": "seeded", "/a/b": "locked"}).of("a/b").file == "locked"


def test_what_no_pattern_matches_is_managed():
    assert rules({"/a": "locked"}).of("b").file == "managed"
    assert rules({}).of("b").file == "managed"


def test_a_pattern_brings_its_keys():
    found = rules({"*": "seeded", "pyproject.toml": {"keys": {"tool.ruff": "locked"}}}).of("sub/pyproject.toml")
    assert (found.file, found.keys) == ("managed", {("tool", "ruff"): "locked"})


patterns = st.sampled_from(
    ["*", "/a", "a", "/a/**", "/a/", "a/", "b", "*.py", "/a/b", "/a/*", "**/b", "/*/b/**", "x.py"]
)
paths = st.sampled_from(["a", "b", "x.py", "a/b", "a/x.py", "a/b/x.py", "b/a", "b/a/x.py"])


@cache
def matches(pattern, path):
    return rules({pattern: "seeded"}).of(path).file == "seeded"


@few
@given(st.dictionaries(patterns, st.sampled_from(OWNERS), max_size=5), paths)
def test_together_patterns_say_what_the_last_of_them_says_alone(ownership, path):
    alone = [owner for pattern, owner in ownership.items() if matches(pattern, path)]
    assert rules(ownership).of(path).file == (alone[-1] if alone else "managed")


def test_a_release_is_compiled_once():
    one = release({"base": {"a": ""}}, ownership={"*": "locked"})
    assert native.ownership(one, answers()) == native.ownership(one, answers())
    other = release({"base": {"a": ""}}, ownership={"*": "locked"})
    assert native.ownership(one, answers()) != native.ownership(other, answers())


parts = st.lists(st.sampled_from(["a", "b", "ab", "*", "?", "a*", "[ab]", "**", "\\*"]), min_size=1, max_size=3).map(
    "/".join
)
patterns = st.builds(lambda no, top, path, end: no + top + path + end, *map(st.sampled_from, (["", "!"], ["", "/"])), parts,
                     st.sampled_from(["", "/"]))  # fmt: skip
paths = st.lists(st.sampled_from(["a", "b", "ab", "*", "c"]), min_size=1, max_size=4).map("/".join)


@few
@given(st.lists(patterns, max_size=3).map(tuple), patterns, st.lists(paths, min_size=1, max_size=9))
def test_one_more_pattern_makes_no_other_difference_by_what_goes(held, said, some):
    found = with_pattern(held, said)
    for path in some:
        assert matcher(found)(path) is matcher((*held, said))(path)


def test_what_a_pattern_leaves_nothing_of_goes():
    held = ("/src/", "!/src/a.txt", "/src/**/b", "*.md", "src", "/d/*.md", pattern_of("src/[1] "))
    assert with_pattern(held, "!/src/") == ("*.md", "src", "/d/*.md", "!/src/")
    assert with_pattern(held, "*.md") == (*held[:3], "src", held[-1], "*.md")
    assert matcher(("!/new", "/old"))("new", "old") is False
    assert matcher(("/old",))("new", "old") is True
