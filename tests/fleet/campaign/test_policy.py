"""`campaign:` in fleet.yml: what it means, and every mistake with its line."""

import json
from datetime import time
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from scaffold.errors import FormatError
from scaffold.fleet.campaign import policy
from scaffold.fleet.campaign.policy import Halt, Limits, Merge, Policy, Share, Wave, Window
from scaffold.fleet.selectors import parse
from scaffold.formats import yaml

SCHEMA = json.loads((files("scaffold.report") / "schemas/fleet.json").read_text())["properties"]["campaign"]
WHOLE = """\
waves:
  - {name: canary, where: label=tier:1, share: 2, soak: 90m}
  - {name: early, share: 10 %, soak: 1d}
  - {name: rest}
halt: {failed: 5 %, conflicts: never, closed: 3, reverted: 0}
limits: {open: 50, open_per_owner: 5}
window: {zone: Europe/Berlin, days: [mon, tue], from: "09:00", to: "17:30"}
conflicts: draft
superseded: keep
labels: [scaffold]
reviewers: nobody
merge: {auto: low, method: squash, never_for: ["@acme/pay"]}
patience: 30m
"""
MISTAKES = {
    "a key": ("wave: []", "fleet.yml:1: `wave` is not a key that scaffold knows"),
    "no waves": ("waves: []", "fleet.yml:1: `waves` must be a list of waves"),
    "no name": ("waves:\n  - share: 3", "fleet.yml:2: `name` is missing"),
    "an empty name": ("waves: [{name: ' '}]", "`waves.0.name` must be a line of text"),
    "two of a name": ("waves:\n  - name: a\n  - name: a", "fleet.yml:3: two waves are called a"),
    "a selector": (
        "waves:\n  - name: a\n    where: own=x",
        "fleet.yml:3: `own` is nothing that members are selected by",
    ),
    "how they stand": ("waves: [{name: a, where: behind}]", "how members stand is not in a plan"),
    "a share": ("waves: [{name: a, share: 101 %}]", "must be at most 100 %"),
    "a share in words": ("waves: [{name: a, share: half}]", "must be a number, or a share such as 10 %"),
    "a number below nothing": ("limits: {open: -1}", "must be no less than 0"),
    "a time": ("patience: soon", "must be a length of time, such as 30m, 2h or 1d"),
    "a threshold": ("halt: {failed: always}", "must be a number, or a share"),
    "a strange threshold": ("halt: {fail: 1}", "did you mean `halt.failed`|did you mean `failed`"),
    "a zone": ("window: {zone: Europe/Nowhere}", "is no time zone that this machine knows"),
    "a day": ("window: {days: [monday]}", "must be one of mon, tue"),
    "a time of day": ("window: {from: 9}", "must be a time of day"),
    "a window over night": ("window: {from: '22:00', to: '06:00'}", "`from` must be before `to`"),
    "a way to merge": ("merge: {method: force}", "must be one of merge, squash, rebase"),
    "conflicts": ("conflicts: merge", "must be one of hold, draft"),
}
NOT_BY_SHAPE = {"two of a name", "a selector", "how they stand", "a zone", "a window over night"}


def read(text):
    return policy.read(yaml.load(text.encode(), "fleet.yml"))


def test_all_that_can_be_said():
    assert read(WHOLE) == Policy(
        (
            Wave("canary", parse("label=tier:1"), Share(2), 5400),
            Wave("early", share=Share(10, of_all=True), soak=86400),
            Wave("rest"),
        ),
        Halt(Share(5, of_all=True), None, Share(3), Share(0)),
        Limits(50, 5),
        Window("Europe/Berlin", ("mon", "tue"), time(9), time(17, 30)),
        "draft",
        "keep",
        ("scaffold",),
        "nobody",
        Merge(auto=True, method="squash", never_for=("@acme/pay",)),
        1800,
    )
    assert read("{}") == Policy()
    assert not Policy().merge.auto


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_a_sentence_with_its_place(case):
    text, said = MISTAKES[case]
    with pytest.raises(FormatError) as error:
        read(text)
    assert any(one in str(error.value) for one in said.split("|"))
    assert str(error.value).startswith("fleet.yml:")


def test_the_schema_says_the_same():
    check = Draft202012Validator(SCHEMA)
    for text in (WHOLE, "{}"):
        assert not list(check.iter_errors(yaml.load(text.encode(), "f").data))
    for case in MISTAKES.keys() - NOT_BY_SHAPE:
        assert list(check.iter_errors(yaml.load(MISTAKES[case][0].encode(), "f").data)), case
    assert set(SCHEMA["properties"]) == policy.KEYS
