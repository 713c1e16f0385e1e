"""What each rule says of each case, word for word: `python -m tests.guard.test_messages` writes it anew."""

import json
from pathlib import Path

import pytest

from tests.guard.service import stamped
from tests.guard.test_rules import CASES

FROZEN = Path(__file__).with_name("messages.json")
NAMES = {f"{case.rule}: {case.what}": case for case in CASES}


def said(case):
    """What a person reads of it, each finding as a list of severity, place, message and fix."""
    verdict = case.bad(stamped()).verdict(case.rule, **(case.parameters or {}))
    return [[one.severity, f"{one.path}:{one.line}", one.message, one.fix] for one in verdict.findings]


def test_every_case_is_frozen():
    assert json.loads(FROZEN.read_text()).keys() == NAMES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_says_what_it_said(name):
    assert said(NAMES[name]) == json.loads(FROZEN.read_text()).get(name)


if __name__ == "__main__":
    FROZEN.write_text(json.dumps({name: said(case) for name, case in NAMES.items()}, indent=1) + "\n")
