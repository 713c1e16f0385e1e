"""A merge compares so much and no more, and says where that was too little; the same on every machine."""

import json

import pytest

from scaffold.blueprint.ownership import Ownership
from scaffold.merge import budget
from scaffold.merge.drivers import ALL
from scaffold.merge.files import merge_files
from scaffold.merge.likeness import likeness, words_of
from scaffold.merge.markers import Labels
from scaffold.merge.settle import Sides, settle
from scaffold.plan.make import Target, make
from scaffold.tree import File
from tests.kit import tree
from tests.limits import limited
from tests.plan.test_decide import entry, head

LABELS = Labels("a", "b", "c")


def listed(count, text):
    items = "".join(f"- name: {text[:1]}{number}\n  image: {text}:{number}\n" for number in range(count))
    return f"containers:\n{items}"


def sides(count):
    """Three versions in which both sides have renamed and changed every item."""
    return [listed(count, text).encode() for text in ("old image", "our image", "new image")]


def test_what_is_too_much_is_merged_by_line_and_said(monkeypatch):
    base, ours, theirs = sides(20)
    within = merge_files("a.yml", base, ours, theirs, LABELS, ALL)
    monkeypatch.setattr(budget, "MOST", 10)
    beyond = merge_files("a.yml", base, ours, theirs, LABELS, ALL)
    assert (within.too_much, beyond.too_much) == (False, True)
    assert "keys" not in beyond.used
    assert beyond == merge_files("a.yml", base, ours, theirs, LABELS, ALL)
    managed = Ownership("managed")
    target = Target(tree=tree({"a.yml": theirs}), ownership=lambda _: managed, migrations=(), lock=head("2.0.0", {}))
    locked = {"a.yml": entry(File(base).blob)}
    (action,) = make(head("1.0.0", locked), {"a.yml": File(ours)}, target, lambda *_: base).actions
    assert action.why.endswith("as there is too much in it to compare by key")


def test_nothing_outside_of_a_merge_is_counted():
    budget.spend(10**12)
    with budget.bounded(5) as inner:
        budget.spend(5)
        assert not inner.is_spent
        with pytest.raises(budget.Unprovable):
            budget.spend(1)
    budget.spend(10**12)


def test_no_list_makes_a_merge_go_on_for_ever():
    base = json.dumps({"a": [{"id": n, "v": f"{n * 7919:050b}"} for n in range(400)]}, indent=1)
    with limited(20):
        for change in (("0", "2"), ("v", "w"), ("a", "e")):
            merge_files(
                "x.json", base.encode(), base.replace(*change).encode(), base.replace("1", "3").encode(), LABELS, ALL
            )
        ours, theirs = ("".join(f"{n * step:x}\n" for n in range(20_000)).encode() for step in (7, 11))
        merge_files(".gitignore", b"", ours, theirs, LABELS, ALL)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a b c d", "a b c d", 1.0),
        ("a b", "c d", 0.0),
        ("name: old, image: x, port: 8080", "name: new, image: x, port: 8080", 0.87),
        ("digest 0123456789abcdef", "digest 0123456789abcdeX", 0.95),
        ("", "", 0.0),
    ],
)
def test_likeness_is_the_share_of_words(one, other, alike):
    assert likeness(words_of(one), words_of(other), 0.0) == pytest.approx(alike, abs=0.02)


@pytest.mark.parametrize("inner", [b"=======\n", b"||||||| x\n", b"||||||| x\n=======\n", b"=======\n||||||| x\n"])
def test_no_row_of_markers_makes_reading_go_on_for_ever(inner):
    content = b"<<<<<<< a\n" + inner * 5_000 + b"=======\n>>>>>>> b\n"
    whole = inner * 6_000
    with limited(20):
        for known in (Sides(), Sides(whole, whole, whole), Sides(b"x\n", whole, b"y\n" + whole)):
            settle(content * 3, "ours", known)
