"""Patterns: what they mean to pathspec, and so to Copier, in a time that none of them can make explode."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pathspec import PathSpec

from scaffold.blueprint.globs import globs, like_git, whole
from tests.kit import laws
from tests.limits import limited

PIECES = (
    "a",
    "b",
    "*",
    "**",
    "/",
    "?",
    "[ab]",
    "[a-b]",
    "[]a]",
    "[",
    "]",
    "!",
    "\\",
    "\\ ",
    " ",
    "#",
    "**/",
    "/**",
    "/*",
)
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)
PATHS = st.lists(st.text("ab]!c", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")  # of pathspec's own translation
@laws
@given(st.lists(PATTERNS, min_size=1, max_size=3).map(tuple), st.lists(PATHS, min_size=1, max_size=4))
def test_law_they_mean_what_they_mean_to_pathspec(patterns, paths):
    assume("[!" not in "".join(patterns))  # there a slash counts as any other character, and here and in git not
    try:
        theirs = PathSpec.from_lines("gitignore", patterns)
    except (ValueError, re.error):
        with pytest.raises(ValueError, match="is no pattern as in"):
            globs(patterns)
        return
    ours = globs(patterns)
    for path in paths:
        found = theirs.check_file(path)
        assert (ours.says(path), ours.deciding(path)) == (found.include, found.index)


def test_what_stands_in_brackets_matches_no_slash():
    assert not globs(("a[!x]b",)).matches("a/b")
    assert not globs(("a[+-9]b",)).matches("a/b")
    assert globs(("a[!x]b",)).matches("ayb")


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 40 + "b",
        "**/*a" * 40 + "b",
        "a*" * 40 + "/**/b",
        "**/a*/" * 30 + "c",
        "[!b]*" * 40 + "b",
        "*" * 500 + "b",
    ],
)
def test_no_pattern_goes_on_for_ever(pattern):
    deep = "/".join(["a" * 30] * 60)
    with limited(5):
        assert not globs((pattern,)).matches("a" * 250)
        assert not globs((pattern,)).matches(deep)
        assert not whole(pattern).match(deep)


@pytest.mark.parametrize("pattern", ["[z-a]", "!", "a\\", "x/[b-a]/y", "[[z-a]"])
def test_what_is_no_pattern_is_said_in_a_sentence_and_means_nothing_to_git(pattern):
    with pytest.raises(ValueError, match=r"^'.*' is no pattern as in \.gitignore: .+"):
        globs((pattern,))
    assert like_git((pattern, "b")).matches("b")
    assert like_git((pattern,)).says("z") is None


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/b/c", False),
        ("q/*.yml", "q/a.yml", True),
        ("q/*.yml", "q/r/a.yml", False),
        ("q/**", "q/a", True),
        ("q/**", "q/r/a", False),
        ("[!a].yml", "b.yml", True),
    ],
)
def test_a_glob_of_files_is_matched_whole(pattern, path, matches):
    assert bool(whole(pattern).match(path)) == matches
