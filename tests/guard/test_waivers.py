"""Waivers: what is in order waives, to its last day; what is not waives nothing, and says so."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import people, waivers
from scaffold.guard.waivers import Policy
from tests.guard.service import TODAY, stamped
from tests.kit import few

PATH = ".scaffold/waivers.yml"
ENTRY = {
    "rule": "LK-01",
    "scope": "/LICENSE",
    "reason": "The lawyers want their own words",
    "owner": "@acme/checkout",
    "approver": "@platform/engineering",
    "created": date(2026, 11, 1),
    "expires": date(2027, 1, 15),
}
EDITED = stamped().append("LICENSE", "\nAnd something else.\n")


def with_waivers(service, *entries):
    return service.add(PATH, yaml.safe_dump({"waivers": list(entries)}, sort_keys=False))


def judged(*entries, today=TODAY, service=EDITED):
    return with_waivers(service, *entries).check(today)


def verdict(judged, rule):
    return next(one for one in judged.verdicts if one.rule.id == rule)


def test_a_waiver_in_order_waives_and_does_not_pass():
    found = judged(ENTRY)
    assert verdict(found, "LK-01").state == "waived"
    (finding,) = verdict(found, "LK-01").findings
    assert (finding.state, finding.waiver) == ("waived", f"{PATH}:2")
    assert verdict(found, "WV-01").state == "pass"
    assert [one.state for one in found.waivers] == ["active"]


@pytest.mark.parametrize(
    ("today", "state", "stands"),
    [
        (date(2026, 12, 15), "waived", "active"),
        (date(2026, 12, 16), "waived", "lapsing"),
        (date(2027, 1, 15), "waived", "lapsing"),
        (date(2027, 1, 16), "fail", "expired"),
        (date(2030, 1, 1), "fail", "expired"),
    ],
)
def test_it_holds_to_its_last_day_and_warns_thirty_days_before(today, state, stands):
    found = judged(ENTRY, today=today)
    assert verdict(found, "LK-01").state == state
    assert [one.state for one in found.waivers] == [stands]


def test_an_expired_one_is_named_where_it_would_have_waived():
    (finding,) = verdict(judged(ENTRY, today=date(2027, 2, 1)), "LK-01").findings
    assert "its waiver expired on 2027-01-15" in finding.message


def test_one_that_waives_nothing_is_unused():
    assert [one.state for one in judged(ENTRY, service=stamped()).waivers] == ["unused"]


def test_one_finding_is_waived_by_its_fingerprint():
    service = EDITED.append("SECURITY.md", "\nMore.\n")
    licence, security = sorted(verdict(service.check(), "LK-01").findings, key=lambda one: str(one.path))
    found = judged({**ENTRY, "scope": f"finding:{licence.fingerprint}"}, service=service)
    states = {one.path: one.state for one in verdict(found, "LK-01").findings}
    assert states == {licence.path: "waived", security.path: "fail"}


def test_a_fingerprint_stays_while_the_line_moves():
    bad = '"""Names."""\n<<<<<<< yours\nA = 1\n=======\nA = 2\n>>>>>>> theirs\n'
    before = verdict(stamped().add("src/orders/domain/names.py", bad).check(), "LK-03").findings[0]
    after = verdict(stamped().add("src/orders/domain/names.py", f"# moved\n\n{bad}").check(), "LK-03").findings[0]
    assert before.line != after.line
    assert before.fingerprint == after.fingerprint


MALFORMED = [
    ("no reason", {"reason": None}),
    ("an empty reason", {"reason": "  "}),
    ("no approver", {"approver": None}),
    ("approved by its owner", {"approver": "@Acme/Checkout"}),
    ("approved by somebody who may not", {"approver": "@acme/friends"}),
    ("no end", {"expires": None}),
    ("an end that is no day", {"expires": "soon"}),
    ("an end on a day that there is not", {"expires": "2027-02-30"}),
    ("an end that is a number", {"expires": 20270115}),
    ("an end later than the blueprint allows", {"expires": date(2027, 12, 1)}),
    ("an end before its beginning", {"expires": date(2026, 10, 1)}),
    ("a beginning in the future", {"created": date(2026, 12, 24)}),
    ("no rule", {"rule": None}),
    ("a rule that is not checked", {"rule": "XX-99"}),
    ("a rule that cannot be waived", {"rule": "WV-01"}),
    ("no scope", {"scope": None}),
    ("a key that nobody knows", {"expire": "2027-01-15"}),
]


@pytest.mark.parametrize("changes", [changes for _, changes in MALFORMED], ids=[what for what, _ in MALFORMED])
def test_what_is_malformed_waives_nothing_and_is_a_finding(changes):
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    found = judged(entry)
    assert verdict(found, "LK-01").state == "fail"
    (finding,) = verdict(found, "WV-01").findings
    assert (finding.state, finding.path) == ("fail", PATH)
    assert finding.line is not None
    assert "waives nothing" in finding.message
    assert found.waivers == ()


@pytest.mark.parametrize(
    "content",
    [b"waivers: [", b"\xff\xfe", b"- rule: LK-01\n", b"waivers: soon\n", b"waivers: [1]\n", b"other: []\n", b"\x00"],
)
def test_a_file_that_cannot_be_read_is_a_finding(content):
    found = EDITED.add(PATH, content).check()
    assert verdict(found, "WV-01").state == "fail"
    assert verdict(found, "LK-01").state == "fail"


@pytest.mark.parametrize("content", [b"", b"# none yet\n", b"waivers:\n", b"waivers: []\n"])
def test_an_empty_file_is_in_order(content):
    assert verdict(stamped().add(PATH, content).check(), "WV-01").state == "pass"


def test_one_bad_entry_does_not_spoil_the_others():
    found = judged({**ENTRY, "reason": ""}, ENTRY)
    assert verdict(found, "LK-01").state == "waived"
    assert verdict(found, "WV-01").state == "fail"


def test_the_blueprint_sets_the_longest_term_and_the_approvers():
    lenient = Guardrails(longest={"high": 4000}, approvers=())
    policy = Policy(lenient, {"LK-01": "high"}, TODAY)
    entry = {**ENTRY, "approver": "@acme/anybody", "expires": date(2036, 11, 1)}
    read = waivers.read(yaml.safe_dump({"waivers": [entry]}).encode(), policy)
    assert (len(read.entries), read.malformed) == (1, ())
    strict = replace(lenient, longest={"high": 10})
    assert waivers.read(yaml.safe_dump({"waivers": [entry]}).encode(), policy._replace(guardrails=strict)).malformed


@few
@given(st.integers(-400, 400), st.integers(-400, 400), st.integers(-400, 400))
def test_law_nothing_is_waived_outside_its_term(created, term, now):
    begins = TODAY + timedelta(created)
    content = next(one.content for one in verdict(EDITED.check(), "LK-01").findings)
    entry = {**ENTRY, "content": content, "created": begins, "expires": begins + timedelta(term)}
    today = TODAY + timedelta(now)
    waived = verdict(judged(entry, today=today), "LK-01").state == "waived"
    assert waived == (begins <= today <= entry["expires"] and 0 <= term <= 90)


@few
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_law_no_content_of_the_file_ends_the_check(content):
    judged = EDITED.add(PATH, content).check()
    assert verdict(judged, "LK-01").state == "fail"


@pytest.mark.parametrize(
    "scope", ["/", "*", "**", "/**", "**/*", "/*", "*.*", "?*", "[a-z]*", "./", "!*", "[!x]*", "***/"]
)
def test_a_scope_that_names_nothing_is_refused(scope):
    found = judged({**ENTRY, "scope": scope})
    assert verdict(found, "LK-01").state == "fail"
    assert verdict(found, "WV-01").state == "fail"


@pytest.mark.parametrize("scope", ["/LICENSE", "LICENSE", "LIC*", "/[L]ICENSE"])
def test_a_scope_that_names_something_is_taken(scope):
    assert verdict(judged({**ENTRY, "scope": scope}), "LK-01").state == "waived"


SPELLINGS = (
    "platform/engineering", "@PLATFORM/Engineering", "group:platform/engineering", "group:default/platform/engineering",
    "@platform/engineering/", " @platform//engineering ", "engineering", "@engineering", "\uff20\uff50\uff4c\uff41\uff54\uff46\uff4f\uff52\uff4d/engineering",
    "@platform/engin\u200beering", "@acme/checkout, @platform/engineering", "@acme/checkout @platform/engineering",
    "@pl\u0430tform/engineering",  # with a Cyrillic letter
)  # fmt: skip


@pytest.mark.parametrize("owner", SPELLINGS, ids=ascii)
def test_nobody_approves_their_own_in_whatever_spelling(owner):
    found = judged({**ENTRY, "owner": owner})
    assert verdict(found, "LK-01").state == "fail", [one.message for one in verdict(found, "WV-01").findings]


@pytest.mark.parametrize("approver", ["Platform/Engineering", "group:platform/engineering", "@platform/engineering/"])
def test_an_approver_is_known_in_each_spelling(approver):
    assert verdict(judged({**ENTRY, "approver": approver}), "LK-01").state == "waived"


@pytest.mark.parametrize(
    "approver", ["engineering", "@evil/platform/engineering", "@evil/engineering", "@platform/eng"]
)
def test_who_only_looks_like_an_approver_is_none(approver):
    assert verdict(judged({**ENTRY, "approver": approver}), "LK-01").state == "fail"


NEW = {**ENTRY, "created": date(2026, 12, 2), "expires": date(2027, 1, 15)}
CONTENT = next(one.content for one in verdict(EDITED.check(), "LK-01").findings)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "fail"),
        ({"content": CONTENT}, "waived"),
        ({"content": [CONTENT, "0" * 40]}, "waived"),
        ({"content": "0" * 40}, "fail"),
        ({"content": []}, "fail"),
        ({"content": "HEAD"}, "fail"),
        ({"content": CONTENT, "reason": "temporarily"}, "fail"),
        ({"content": CONTENT, "reason": "x y"}, "fail"),
        ({"content": CONTENT, "reason": "生成器更换之前需要制表符"}, "waived"),
    ],
)
def test_from_a_day_on_a_waiver_says_for_which_content_and_why(changed, state):
    found = judged({**NEW, **changed}, today=date(2026, 12, 3))
    assert verdict(found, "LK-01").state == state


def test_one_granted_before_that_day_holds_to_its_end_for_any_content_and_is_named():
    found = judged(ENTRY, service=EDITED.append("LICENSE", "\nAnd more.\n"), today=date(2027, 1, 15))
    assert verdict(found, "LK-01").state == "waived"
    (stood,) = found.waivers
    assert stood.waiver.is_unbound


def test_the_file_that_is_away_is_waived_as_such_and_not_as_it_comes_back():
    gone = {**NEW, "content": "0" * 40}
    assert verdict(judged(gone, service=stamped().drop("LICENSE"), today=NEW["created"]), "LK-01").state == "waived"
    assert verdict(judged(gone, today=NEW["created"]), "LK-01").state == "fail"


@few
@given(st.text(max_size=40), st.text(max_size=40))
def test_law_a_name_has_one_form_and_likeness_goes_both_ways(one, other):
    assert people.name_of(people.name_of(one)) == people.name_of(one)
    assert people.may_be_same(one, other) == people.may_be_same(other, one)
    assert people.may_be_same(one, f"@{one}") or not people.parties(one)
