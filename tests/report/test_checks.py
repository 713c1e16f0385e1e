"""The reports of a check: the same findings, and the same waivers, in every form, whatever a repository holds."""

import json
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from packaging.version import Version
from typer.testing import CliRunner

import scaffold
from scaffold.cli import app, console
from scaffold.errors import ProjectError
from scaffold.formats import yaml
from scaffold.guard import waivers
from scaffold.guard.finding import SEVERITIES, Finding, Found, fingerprints
from scaffold.guard.policy import Policy
from scaffold.guard.rule import Rule
from scaffold.guard.verdict import Verdict
from scaffold.guard.waivers import Stood, Waiver
from scaffold.report import marked
from scaffold.report.checked import Checked
from scaffold.report.checks import data, github, sarif
from scaffold.report.checks.written import FORMS, written
from scaffold.report.text import Line
from scaffold.tree import blob_id
from tests.guard.service import ANSWERS, TODAY, Service, stamped
from tests.kit import few

ENTRY = """\
  - rule: {rule}
    scope: {scope}
    reason: The lawyers look at it | <b>now</b>, see `LICENSE`
    owner: "@acme/checkout"
    approver: "@platform/engineering"
    created: 2026-11-20
    expires: {expires}
"""
WAIVERS = "waivers:\n" + "".join(
    ENTRY.format(rule=rule, scope=scope, expires=expires)
    for rule, scope, expires in (
        ("LK-01", "/LICENSE", "2026-12-10"), ("LK-01", "/.editorconfig", "2027-02-01"),
        ("LK-03", "/README.md", "2027-02-01"), ("LK-01", "/none", "2027-02-01"), ("LK-01", "/Makefile", "2026-11-21"),
    )
)  # fmt: skip
CONFLICT = "        == "error: there is no schema chek (there are: answers, blueprint, blueprint-impact, cases, check, fleet, "
        "fleet-apply, fleet-check, fleet-history, fleet-plan, fleet-report, fleet-status, lock, template, waivers)\n"
    )


def run_main() -> int:
    try:
        return app.main()
    except SystemExit as done:
        return int(done.code or 0)


# The command.


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("check") / "orders"
    scaffold.new("python-http-service", root, data=ANSWERS, git=False)
    (root / "Makefile").write_text("all:\n")
    return root


def check(project, *words):
    return CliRunner().invoke(app.app, ["check", str(project), "--rule", "LK-01", "--rule", "LK-02", *map(str, words)])


def test_further_reports_come_of_the_same_run(project, tmp_path):
    places = {form: tmp_path / form for form in FORMS}
    done = check(project, *(word for form in FORMS for word in ("--report", f"{form}={places[form]}")))
    assert done.exit_code == 3
    assert places["text"].read_text() == done.stdout
    for form, place in places.items():
        assert place.read_text() == check(project, "--format", form).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["csv=x"], "must be FORMAT=FILE"),
        (["json"], "must be FORMAT=FILE"),
        (["json=-"], "names no file"),
        (["json=x", "--report", "sarif=x"], "two reports"),
    ],
)
def test_a_report_that_is_asked_for_wrongly_is_refused(project, words, says):
    done = check(project, "--report", *words)
    assert done.exit_code == 2
    assert says in " ".join(re.sub(r"[│╭╰─╮╯]", " ", done.stderr).split())


@pytest.mark.parametrize(("place", "says"), [("", "this is a folder"), ("none/x.json", "there is no such folder")])
def test_a_report_goes_to_a_file_in_a_folder_that_is_there(project, tmp_path, place, says):
    done = check(project, "--report", f"json={tmp_path / place}")
    assert isinstance(done.exception, ProjectError)
    assert says in str(done.exception)
    assert done.stdout == ""
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("least", "code"), [("critical", 0), ("high", 3), ("low", 3)])
def test_severity_decides_on_the_exit_code_where_it_is_asked_to(project, least, code):
    assert check(project, "--fail-on", least).exit_code == code


def test_only_the_rules_that_are_named(project):
    assert [one.rule.id for one in scaffold.check(project, rules=["lk-02"]).verdicts] == ["LK-02"]
    with pytest.raises(ProjectError, match=r"LK-2 is no rule .* \(the nearest is LK-02\)"):
        scaffold.check(project, rules=["LK-2"])
    assert len(scaffold.check(project).verdicts) > 2


def test_a_waiver_of_another_rule_is_no_matter_of_one(checked):
    assert {one.waiver.rule for one in checked.only(["LK-03"]).waivers} == {"LK-03"}
    assert not checked.only(["LK-03"]).fails()
    assert checked.fails("high")
    assert not checked.fails("critical")


# For people.


def test_where_all_is_well_it_is_three_lines(checked):
    calm = checked._replace(verdicts=tuple(one for one in checked.verdicts if one.state == "pass"), waivers=())
    number = len(calm.verdicts)
    assert made("text", calm).splitlines() == [
        "python-http-service 1.1.0: work tree of /p/orders", "", f"{number} of {number} rules pass",
    ]  # fmt: skip


def test_the_guide_shows_what_is_printed():
    page = (Path(__file__).parents[2] / "docs/guides/check.md").read_text()
    entries = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if block.startswith("waivers:"))
    service = stamped().append("README.md", CONFLICT).append("Makefile", "# ours\n").append(".editorconfig", "# ours\n")
    granted = blob_id(service.files[".editorconfig"])
    entries = re.sub(r"content: \w+", f"content: {granted}", entries)
    checked = checked_as(service.add(".scaffold/waivers.yml", entries)).only(["LK-01", "LK-03", "WV-01"])
    shown = page.partition("$ scaffold check\n")[2].partition("```")[0].splitlines()
    lines = made("text", checked._replace(root=PurePosixPath("/home/you/orders"))).splitlines()
    assert shown[: len(lines) - 1] == lines[:-1]  # what follows depends on all the rules


def test_why_nothing_could_be_scored_is_said():
    verdict = of_one(FINDING).verdicts[0]._replace(state="not_applicable", findings=(), why="there is no Dockerfile")
    lines = made("text", of_one(FINDING)._replace(verdicts=(verdict,))).splitlines()
    said = "1 rule does not apply: there is no Dockerfile (X-01)"
    assert lines[-2:] == [said, "no rule could be checked; 1 not applicable"]


def test_lines_are_broken_between_words_and_paths_never(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    path = "src/a-very-long-folder/and-another-one/below-it/module.py:12:"
    lines = [
        line.text for line in console._wrapped([Line(f"  {path} a conflict is marked here and not decided"), Line("")])
    ]
    assert lines == [f"  {path}", "    a conflict is marked here and not", "    decided", ""]


def test_code_stays_code_and_all_else_is_text():
    assert marked.escaped("Set `permissions: {}`, @team: a|b <x> _y_ #12 ` z") == (
        r"Set `permissions: {}`, @&#8203;team: a&#124;b &lt;x&gt; \_y\_ #&#8203;12 \` z"
    )


def test_values_and_properties_are_escaped_as_github_reads_them():
    assert github._escaped("100%\r\n:,", github.IN_VALUE) == "100%25%0D%0A:,"
    assert github._escaped("a:b,c", github.IN_PROPERTY) == "a%3Ab%2Cc"
