"""Paths by pattern: exactly what the patterns match one by one, in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.globs import globs
from scaffold.blueprint.patterns import pattern_of
from scaffold.guard.paths import Paths, literal
from tests.kit import laws

NAMES = st.sampled_from(["a", "b", "ab", "a.py", "b.yml", "x.test.ts", ".github", "deploy", "a b", "ü", "A.PY"])
PATHS = st.lists(st.lists(NAMES, min_size=1, max_size=4).map("/".join), unique=True, max_size=12)
PIECES = st.sampled_from(
    ["a", "b", "*", "**", "*.py", "*.yml", "?", "a*b", "deploy", ".github", "[ab]", "*.test.*", "a b"]
)
PATTERNS = st.builds(
    lambda no, root, parts, end: f"{no}{root}{'/'.join(parts)}{end}",
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(PIECES, min_size=1, max_size=3),
    st.sampled_from(["", "/", "/**"]),
)


@laws
@given(PATHS, st.lists(PATTERNS, min_size=1, max_size=4).map(tuple))
def test_law_it_is_what_the_patterns_match_one_by_one(paths, patterns):
    spec = globs(patterns)
    assert Paths(paths).matching(patterns) == tuple(path for path in paths if spec.matches(path))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.py", ".py"),
        ("/.github/workflows/*.yml", ".github/workflows"),
        ("**/b", "b"),
        ("deploy/**", "deploy"),
        ("*", ""),
        ("[ab].py", ""),
        (r"\!x", ""),
    ],
)
def test_the_literal_piece_of_a_pattern(pattern, expected):
    assert literal(pattern) == expected


ODD = st.text(st.sampled_from("ab[]*?!#\\ .-{}"), min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
ODD_PATHS = st.lists(ODD, min_size=1, max_size=3).map("/".join)


@laws
@given(ODD_PATHS, ODD_PATHS)
def test_law_a_path_has_a_pattern_that_matches_it_alone(path, other):
    spec = globs((pattern_of(path),))
    assert spec.matches(path)
    assert spec.matches(other) == (other == path or other.startswith(f"{path}/"))
