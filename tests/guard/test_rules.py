"""Each rule passes on a service that is in order, fails on one realistic edit, and passes again once that is mended."""

from dataclasses import replace
from functools import cache

import pytest

from scaffold.guard import catalogue
from scaffold.guard.check import look
from scaffold.guard.verdict import judge
from scaffold.project.commands.check import find_plugin
from tests.guard import (
    cases_architecture,
    cases_containers,
    cases_languages,
    cases_locked,
    cases_operations,
    cases_ownership,
    cases_protocols,
    cases_supply,
    cases_workflows,
)
from tests.guard.service import RULES, TODAY, Case, stamped

FAMILIES = (
    cases_architecture,
    cases_containers,
    cases_languages,
    cases_locked,
    cases_operations,
    cases_ownership,
    cases_protocols,
    cases_supply,
    cases_workflows,
)
CASES: list[Case] = [case for family in FAMILIES for case in family.CASES]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.what}")


@cache
def unknown_when_stamped():
    """SC-01: a lock file is made by `make setup`, and not by the stamp."""
    return {one.rule.id for one in stamped().check().verdicts if one.state == "unknown"}


def test_each_rule_is_described_once_and_its_code_is_there():
    ids = [rule.id for name in ("locked", *catalogue.FAMILIES) for rule in catalogue.family(name)[1]]
    assert len(ids) == len(set(ids))
    for rule in RULES.values():
        assert callable(rule.look.function), rule.id


def test_every_rule_has_a_case():
    assert {case.rule for case in CASES} == RULES.keys()


@each_case
def test_it_passes_on_a_service_in_order(case):
    assert case.good(stamped()).verdict(case.rule, **(case.parameters or {})).state == "pass"


@each_case
def test_one_edit_breaks_it_and_nothing_else(case):
    broken = case.bad(stamped())
    verdict = broken.verdict(case.rule, **(case.parameters or {}))
    assert [finding.state for finding in verdict.findings] == ["fail"], verdict
    finding = verdict.findings[0]
    assert (f"{finding.path}:{finding.line}" if finding.line else finding.path) == case.at
    assert case.says in finding.message
    failing = {one.rule.id for one in broken.check().verdicts if one.state in ("fail", "unknown")}
    assert failing - {case.rule, *case.others, *unknown_when_stamped(), "LK-01", "LK-02"} == set()


@each_case
def test_the_printed_fix_mends_it(case):
    if case.fixed is None:
        assert "--fix" in case.bad(stamped()).verdict(case.rule).findings[0].fix
        return  # tests/scenarios/test_fix.py runs it
    assert case.fixed(stamped()).verdict(case.rule, **(case.parameters or {})).state == "pass"


@each_case
def test_the_finding_comes_from_the_body_of_its_rule(case, monkeypatch):
    """The way of `scaffold check`, with a body taken out of the catalogue: what it found is then found by nobody."""
    service = case.bad(stamped())
    assert case.rule in _failing(service, case)
    hollow = replace(RULES[case.rule], look=lambda _: ())
    rules = {**RULES, case.rule: hollow}
    monkeypatch.setattr(catalogue, "ALWAYS", tuple(rules[rule.id] for rule in catalogue.ALWAYS))
    monkeypatch.setattr(catalogue, "BUILT_IN", {id_: rules[id_] for id_ in catalogue.BUILT_IN})
    assert case.rule not in _failing(service, case)


def _failing(service, case):
    lock = service.lock
    said = lock.guardrails.rules.get(case.rule, {})
    chosen = {case.rule: {**said, "applies": True, "with": {**said.get("with", {}), **(case.parameters or {})}}}
    guardrails = replace(lock.guardrails, rules=chosen if case.rule in catalogue.BUILT_IN else {})
    judged = judge(look(service.snapshot, lock, guardrails, find_plugin), None, guardrails, TODAY)
    return {one.rule.id for one in judged.verdicts if one.state == "fail"}


def test_a_stamped_service_scores_full_marks():
    judged = stamped().check()
    assert {one.rule.id: one.findings for one in judged.verdicts if one.state == "fail"} == {}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_people_need(rule):
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.rationale.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.references or rule.id.startswith(("LK", "WV"))
