"""Random pairs of edits to real files of Go, JavaScript, Java and shell: what merges is a file, and has all of both."""

import random
import re
import shutil

import pytest

from tests.merge.code_edits import KINDS, builds, edited, is_valid, sources
from tests.merge.sides import settled

pytest.importorskip("tree_sitter")


def check(name, seed, most, folder, *, build=False):
    """Whether a pair of edited files merges; where it does, it is valid and has what both sides made of it."""
    kind, chance = KINDS[name], random.Random(seed)
    base, origin = chance.choice(sources(name))
    ours, theirs = (edited(side, base, kind, chance, most) for side in ("ours", "theirs"))
    merged = settled(kind.path, base, ours.text, theirs.text)
    other = settled(kind.path, base, theirs.text, ours.text)
    told = (name, seed, ours.done, theirs.done)
    assert (merged is None) == (other is None), told
    if merged is None or not all(is_valid(name, side.text, folder) for side in (ours, theirs)):
        return merged is not None
    assert is_valid(name, merged, folder), told
    if build and all(builds(side.text, origin, folder) for side in (ours, theirs)):
        assert builds(merged, origin, folder), told
    assert sorted(merged.split()) == sorted((other or "").split()), told
    for side in (ours, theirs):
        for mark in side.marks:
            here, there = (len(re.findall(rf"\b{mark}\b", text)) for text in (merged, side.text))
            assert here >= there if "rename" in side.done else here == there, (mark, *told)
        for gone in side.gone:
            assert not re.search(rf"\b{gone}\b", merged) or re.search(rf"\b{gone}\b", side.text), (gone, *told)
    return True


def refuse_absent(name):
    if not shutil.which(KINDS[name].tool) or not sources(name):
        pytest.skip(f"there is no {KINDS[name].tool}, or no files for it")


@pytest.mark.parametrize("name", [name for name in KINDS if name != "java"])
def test_random_edits_of_real_files_merge_to_files_that_are_read(name, tmp_path):
    refuse_absent(name)
    assert sum(check(name, seed, 5, tmp_path) for seed in range(4)) >= 1


@pytest.mark.long
@pytest.mark.limit(900)
@pytest.mark.parametrize("first", range(0, 200, 50))
@pytest.mark.parametrize("name", KINDS)
def test_two_hundred_random_pairs_of_edits_of_real_files(name, first, tmp_path):
    refuse_absent(name)
    seeds = range(1000 + first, 1050 + first)
    assert sum(check(name, seed, 9, tmp_path, build=name == "go") for seed in seeds) >= 10
