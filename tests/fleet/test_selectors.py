"""Selectors: what they mean, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import FormatError
from scaffold.fleet.selectors import KEYS, STATES, WORDS, Selector, Term, chosen, parse
from tests.kit import laws

FACTS = {
    "name": ["acme/orders"],
    "blueprint": ["python-http-service"],
    "version": ["1.4.0"],
    "owner": ["@acme/shop @acme/sre"],
    "mission": ["selling things"],
    "label": ["tier:1", "area:eu,west"],
    "state": ["behind", "drift"],
}
TRUE = [
    "", "behind", "behind drift", "!current", "current,drift", "!current,conflict", "blueprint=python-*", "name=*orders",
    "blueprint=python-*,go-*", "blueprint!=go-*", "owner=@acme/shop", "owner=@ACME/*", "owner=acme/sre",
    "owner=group:default/acme/shop", "label=tier:1", "label=tier:[12]", "label!=tier:2", "label!=team:*",
    "mission='selling things'", "'mission=selling *'", "library!=*", "version=1.* behind owner=@acme/* label=tier:1",
]  # fmt: skip
FALSE = [
    "current", "!behind", "!current,drift", "behind current", "blueprint=python", "blueprint!=python-*", "name=Acme/*",
    "owner=@other/*", "owner!=@acme/sre", "label=tier", "label=tier:2", "library=*", "mission=selling",
]  # fmt: skip


@pytest.mark.parametrize("written", TRUE)
def test_a_member_is_meant(written):
    assert parse(written).matches(FACTS)


@pytest.mark.parametrize("written", FALSE)
def test_a_member_is_not_meant(written):
    assert not parse(written).matches(FACTS)


REFUSED = {
    "behnd": "`behnd` is nothing that members are selected by (did you mean `behind`?)",
    "red": "`red` is nothing that members are selected by (a word is one of behind, conflict, current,",
    "blueprnt=a": "`blueprnt` is nothing that members are selected by (did you mean `blueprint`?)",
    "colour=red": "(there are name=, blueprint=, version=, library=, owner=, mission=, label=)",
    "owner=": "`owner=` names no value (owner=* is any)",
    "owner=,": "`owner=,` names no value",
    "=a": "`=a` is nothing that members are selected by",
    "!": "`!` is nothing that members are selected by",
    "mission='a": "`mission='a` cannot be read: No closing quotation",
}


@pytest.mark.parametrize("written", REFUSED)
def test_what_nobody_knows_is_refused_with_what_there_is(written):
    with pytest.raises(FormatError) as caught:
        parse(written)
    assert str(caught.value).startswith("--where: ")
    assert REFUSED[written] in str(caught.value)


def select(written, members=("a", "b")):
    return chosen(parse(written), members, lambda name: {"name": [name], "state": ["behind"]})


def test_who_is_meant_is_chosen_and_nobody_is_an_error():
    assert select("") == ("a", "b")
    assert select("name=b behind") == ("b",)
    with pytest.raises(FormatError, match=r"^--where: `name=c` matches none of the 2 members \(there are a, b\)$"):
        select("name=c")
    with pytest.raises(
        FormatError, match=r"^--where: `drift` alone matches none of the 2 members \(there is only behind\)$"
    ):
        select("name=a drift")
    with pytest.raises(
        FormatError, match=r"^--where: `name=a name=b` matches none of the 2 members \(there are a, b\)$"
    ):
        select("name=a name=b")
    with pytest.raises(FormatError, match=r"matches none of the 2 members \(nobody says any owner\)$"):
        select("owner=*")
    with pytest.raises(FormatError, match=r"\(there are mx, m0, m1, m2, m3, m4, m5, m6 and 5 more\)$"):
        select("name=mxx", ("mx", *(f"m{number}" for number in range(12))))
    with pytest.raises(FormatError, match=r"^--where: there are no members$"):
        select("", ())


VALUES = st.sampled_from(["a", "ab", "b", "a b", "'", "tier:1", "@acme/a", "é", "!x", "a=b"])
PATTERNS = st.sampled_from(["a", "*", "a*", "?", "[ab]", "a b", "'\"", "@acme/*", "tier:?", "!x", "a=b", "é"])
TERMS = st.one_of(
    st.builds(Term, st.sampled_from(KEYS), st.lists(PATTERNS, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(
        Term, st.just(STATES), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple), st.booleans()
    ),
)
SELECTORS = st.lists(TERMS, max_size=4).map(lambda terms: Selector(tuple(terms)))
MEMBERS = st.fixed_dictionaries(
    {key: st.lists(VALUES, max_size=2) for key in KEYS} | {STATES: st.sets(st.sampled_from(WORDS))}
)


@given(SELECTORS, SELECTORS, MEMBERS)
@laws
def test_laws(one, other, facts):
    assert parse(str(one)) == one
    both = parse(f"{one} {other}")
    assert both.matches(facts) == (one.matches(facts) and other.matches(facts))
    for term in one.terms:
        assert term.matches(facts) != term._replace(negated=not term.negated).matches(facts)
        each = [term._replace(patterns=(pattern,), negated=False).matches(facts) for pattern in term.patterns]
        assert term._replace(negated=False).matches(facts) == any(each)
    known = {key: facts[key] for key in list(facts)[:4]}
    assert one.may_match(known) or not one.matches(facts), "what may still be meant is never left out"
    assert one.may_match(facts) == one.matches(facts)
