"""Rules that an installed package offers: a real one, made in a folder on the path."""

import importlib
import sys

import pytest

from scaffold.blueprint.guardrails import parse
from scaffold.formats import yaml
from scaffold.guard.check import look
from scaffold.guard.verdict import judge
from scaffold.project.commands.check import find_plugin
from tests.guard.service import TODAY
from tests.guard.trees import repository

pytestmark = pytest.mark.usefixtures("installed")
MODULE = """
from dataclasses import replace
from pathlib import PurePosixPath

from scaffold.guard.finding import Found
from scaffold.guard.rule import CannotTell, NotApplicable, Rule, rule

KIND = {"severity": "high", "rationale": "So.", "fix": "Do."}

@rule("any", "It works", **KIND, parameters={"most": 1})
def works(look):
    for path in look.paths("*.bad"):
        yield Found(f"more than {look.parameters['most']}", path, 3)

@rule("any", "It raises", **KIND)
def raises(look):
    yield Found("seen first")
    raise ZeroDivisionError("no")

@rule("any", "It exits", **KIND)
def exits(look):
    raise SystemExit(3)

@rule("any", "It is for others", **KIND)
def idle(look):
    raise NotApplicable("there is nothing of the kind")

@rule("any", "It cannot tell", **KIND)
def lost(look):
    raise CannotTell("the service is asleep")

@rule("any", "It reports a text", **KIND)
def texts(look):
    return ["a", "b"]

@rule("any", "It reports nothing at all", **KIND)
def nothing(look):
    return None

@rule("any", "It reports a path that is none", **KIND)
def place(look):
    return [Found("m", PurePosixPath("README.md"))]

@rule("any", "It reports a number", **KIND)
def number(look):
    return [Found(7)]

@rule("any", "It has a severity of its own", **KIND)
def grave(look):
    return [Found("m", severity="grave")]

unset = replace(works, parameters=None)
none = "a text"
urgent = Rule(id="any", title="T", severity="urgent", rationale="", fix="", look=lambda look: ())
"""
METADATA = "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n"
NAMES = ["works", "raises", "exits", "idle", "lost", "texts", "nothing", "place", "number", "grave"]
NAMES += ["unset", "none", "urgent", "gone"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with an entry point for each name, and two more for modules that cannot be loaded."""
    (tmp_path / "acme_rules.py").write_text(MODULE)
    (tmp_path / "acme_exits.py").write_text("raise SystemExit('not on this machine')\n")
    info = tmp_path / "acme_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    points = [f"acme.{name} = acme_rules:{name}" for name in NAMES]
    points += ["acme.import = acme_nowhere:rule", "acme.leave = acme_exits:rule"]
    (info / "entry_points.txt").write_text("[scaffold.rules]\n" + "\n".join(points) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield
    for module in ("acme_rules", "acme_exits"):
        sys.modules.pop(module, None)


def judged(name, more=""):
    service = repository({"a.bad": "", "README.md": ""})
    guardrails = parse(yaml.load(f"rules: {{ACME-1: {{plugin: {name}{more}}}}}".encode(), "blueprint.yml"))
    looked = look(service.snapshot, service.lock, guardrails, find_plugin)
    return next(one for one in judge(looked, None, guardrails, TODAY).verdicts if one.rule.id == "ACME-1")


def test_a_rule_that_works():
    one = judged("acme.works", ", severity: low, with: {most: 2}, title: Ours, references: [X-1], files: '*.bad'")
    assert [(found.path, found.line, found.message) for found in one.findings] == [("a.bad", 3, "more than 2")]
    assert (one.rule.id, one.rule.title, one.rule.severity) == ("ACME-1", "Ours", "low")
    assert (one.rule.fix, one.rule.references, one.rule.files) == ("Do.", ("X-1",), ("*.bad",))


OTHERS = [
    ("exits", "unknown", "the rule itself failed: SystemExit: 3"),
    ("lost", "unknown", "the service is asleep"),
    ("texts", "unknown", "the rule itself failed: TypeError: it reports a str"),
    ("nothing", "unknown", "the rule itself failed: TypeError: 'NoneType' object is not iterable"),
    ("none", "unknown", "the plugin acme.none is no rule of scaffold"),
    (
        "place",
        "unknown",
        "the rule itself failed: TypeError: it reports PurePosixPath('README.md') as the path of a finding",
    ),
    ("number", "unknown", "the rule itself failed: TypeError: it reports 7 as the message of a finding"),
    ("grave", "unknown", "the rule itself failed: TypeError: it reports 'grave' as the severity of a finding"),
    ("urgent", "unknown", "the plugin acme.urgent has 'urgent' as its severity"),
    ("unset", "unknown", "the plugin acme.unset has None as its parameters"),
    (
        "gone",
        "unknown",
        "the plugin acme.gone cannot be loaded: AttributeError: module 'acme_rules' has no attribute 'gone'",
    ),
    (
        "import",
        "unknown",
        "the plugin acme.import cannot be loaded: ModuleNotFoundError: No module named 'acme_nowhere'",
    ),
    ("leave", "unknown", "the plugin acme.leave cannot be loaded: SystemExit: not on this machine"),
    ("missing", "unknown", "no installed package offers the rule acme.missing"),
]


@pytest.mark.parametrize(("name", "state", "message"), OTHERS)
def test_a_rule_that_does_not_is_unknown_and_ends_nothing(name, state, message):
    one = judged(f"acme.{name}")
    assert one.state == state
    assert [found.message for found in one.findings] == [message]


def test_what_a_rule_has_found_before_it_fails_counts():
    one = judged("acme.raises")
    assert one.state == "fail"
    assert [found.message for found in one.findings] == ["seen first", "the rule itself failed: ZeroDivisionError: no"]


def test_a_rule_that_is_for_others():
    one = judged("acme.idle")
    assert (one.state, one.why) == ("not_applicable", "there is nothing of the kind")
