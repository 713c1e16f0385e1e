"""`scaffold fleet check`: every finding against `scaffold check` in a clone of each member, and what people read."""

import csv
import json
import pickle
import re
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator

import scaffold
from scaffold.errors import ProjectError, SourceError
from scaffold.fleet import selectors
from scaffold.fleet.roll import gather
from scaffold.fleet.survey import Asked, Job, look
from scaffold.report.fleet import check_data, status_data
from scaffold.report.fleet.check_text import text
from scaffold.report.fleet.guarded import rules
from scaffold.sources import policy as policies
from tests.fleet import company as companies
from tests.kit import git
from tests.scenarios import world

SCHEMAS = Path(scaffold.__file__).parent / "report/schemas"


@pytest.fixture(autouse=True)
def _own_cache():
    """What is read here needs no cache: so a command line need not start anew, with another environment."""


def checked(company, **more):
    return scaffold.fleet_check(company.file, today=companies.TODAY, **{"run_on": "loop", **more})


@pytest.fixture(scope="module")
def result(company):
    return checked(company)


def command(company, *words):
    return world.scaffold("fleet", "check", "--today", companies.TODAY, "--run-on", "loop", *words, where=company.root)


def as_alone(check):
    """What a check says wherever the project is."""
    return (
        [(v.rule.id, v.rule.severity, v.state, v.why, v.findings) for v in check.verdicts],
        check.waivers,
        check.notes,
    )


@pytest.mark.parametrize("policy", [None, "library"])
def test_every_finding_is_what_check_says_in_a_clone(company, tmp_path, policy):
    library = str(company.library) if policy else None
    members = checked(company, policy=library).members
    compared = 0
    for one in members:
        stands = one.standing
        if stands.status is None:
            assert one.checked is None
            assert one.why_not
            continue
        clone = tmp_path / stands.name.replace("/", "-")
        git(tmp_path, "clone", "--quiet", stands.repository, str(clone))
        alone = scaffold.check(clone / stands.prefix, today=companies.TODAY, policy=library)
        assert one.checked is not None
        assert as_alone(one.checked) == as_alone(alone), stands.name
        assert one.checked.policy == alone.policy
        compared += 1
    assert compared > 10


def test_each_rule_is_counted_over_the_members_that_it_was_checked_in(company, result):
    for one in rules(result):
        states = {name: v.state for name, check in result.checks for v in check.verdicts if v.rule.id == one.rule.id}
        assert {name: state for state, names in one.names.items() for name in names} == states
    told = command(company, "--format", "json").json
    by_id = {one["id"]: one for one in told["rules"]}
    assert by_id["LK-01"]["failing"] == [
        project["name"]
        for project in told["projects"]
        if any((f["rule"], f["state"]) == ("LK-01", "fail") for f in project["findings"])
    ]
    assert by_id["LK-01"]["waiving"] == ["lapsing-8"]
    summary = told["summary"]
    for state in ("pass", "fail", "waived", "not_applicable", "unknown"):
        assert sum(one[state] for one in by_id.values()) == summary[state]
    for groups in ("owners", "missions"):
        for key in ("members", "checked", "clean", "fail", "pass"):
            assert sum(group[key] for group in summary[groups].values()) == summary[key]
    assert told["rules"][0]["fail"] > 0
    assert "fails in" in command(company).out


@pytest.mark.parametrize("report", ["fleet-status", "fleet-check"])
def test_the_schema_is_of_what_is_printed_with_every_key(company, result, report):
    schema = json.loads((SCHEMAS / f"{report}.json").read_text())
    made = check_data.data(result) if report == "fleet-check" else None
    if made is None:
        made = status_data.data(scaffold.fleet_status(company.file, check=True, run_on="loop", today=companies.TODAY))
    printed = json.loads(json.dumps(made))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(printed)
    for part in (schema, *schema["$defs"].values(), schema["properties"]["summary"]):
        if part.get("type") == "object":
            assert set(part["required"]) == set(part["properties"])
    assert set(printed) == set(schema["properties"])
    assert set(printed["projects"][0]) == set(schema["$defs"]["project"]["properties"])
    assert set(printed["summary"]) == set(schema["properties"]["summary"]["properties"])
    assert world.scaffold("schema", report, where=company.root).code == 0


def test_rules_are_picked_and_one_that_nobody_knows_is_refused(company, result):
    some = checked(company, rules=["lk-01"])
    assert {one.rule.id for one in rules(some)} == {"LK-01"}
    assert len(some.members) == len(result.members)
    with pytest.raises(ProjectError, match="LK-99 is no rule that any of these members is checked by"):
        checked(company, rules=["LK-99"])
    with pytest.raises(SourceError, match="names no library"):
        checked(company, policy=" ")


def test_exit_codes(company):
    codes = {
        ("--where", "name=lapsing-8", "--rule", "LK-01"): 0,
        ("--where", "name=locked-1", "--rule", "LK-01"): 3,
        ("--where", "name=locked-1", "--rule", "LK-01", "--fail-on", "critical"): 0,
        ("--where", "name=lapsing-8,copier-12", "--rule", "LK-01"): 3,
        ("--where", "name=zzz"): 1,
        ("--fail-on", "worst"): 2,
    }
    assert {words: command(company, *words).code for words in codes} == codes


def test_sarif_is_one_run_whose_paths_begin_with_the_members_names(company, result):
    done = command(company, "--format", "sarif")
    (run,) = done.json["runs"]
    ids = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    findings = [(name, f) for name, check in result.checks for f in check.findings if f.state != "unknown"]
    assert len(run["results"]) == len(findings)
    for (name, finding), one in zip(findings, run["results"], strict=True):
        assert ids[one["ruleIndex"]] == one["ruleId"] == finding.rule
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote(uri) == f"{name}/{finding.path or '.scaffold/lock.json'}"
        assert one["partialFingerprints"] == {"scaffold/v1": f"{finding.fingerprint}/{name}"}
    said = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert sum("could not be checked: " in one for one in said) >= len(result.unchecked) > 0


def test_csv_has_a_line_for_each_finding_and_each_member_that_could_not_be_checked(company, result):
    rows = list(csv.DictReader(StringIO(command(company, "--format", "csv").out)))
    found = [(name, f.rule, f.state) for name, check in result.checks for f in check.findings]
    assert [(row["name"], row["rule"], row["state"]) for row in rows if row["rule"]] == found
    assert [row["name"] for row in rows if not row["rule"]] == [one.standing.name for one in result.unchecked]
    assert all(row["message"] for row in rows)


def test_text_and_markdown_say_who_fails_once_for_each_thing_found(company, result):
    for width in (80, 200):
        lines = [line.text for line in text(result, width)]
        assert all(len(line) <= width or " " not in line.strip() for line in lines)
        said = " ".join(" ".join(lines).split())
        assert f"{len(result.members)} members of " in said
        assert "ci.yml: the file is locked, and was deleted: deleted-2" in said
        assert said.count("the file is locked, and was deleted") == 1
    shown = command(company, "--format", "markdown").out
    assert re.search(r"^\| LK-01 Locked files .* \| high \| \d+ \| 1 \| 0 \| \d+ \| 0 \|$", shown, re.MULTILINE)
    assert shown.count("<details>") == shown.count("</details>") > 1


def test_what_is_asked_and_answered_can_be_sent_to_another_process(company):
    gathered = gather(company.file, selectors.parse("behind"), offline=True, notify=lambda _: None)
    policy = policies.parse(str(company.library), "--policy")
    for checks, held in (("none", None), ("score", None), ("all", policy)):
        asked = Asked("a run", selectors.parse(""), companies.TODAY, checks=checks, policy=held)
        for found in gathered.found:
            job = Job(found, asked)
            assert pickle.loads(pickle.dumps(job)) == job
            looked = look(job)
            assert pickle.loads(pickle.dumps(looked)) == looked
