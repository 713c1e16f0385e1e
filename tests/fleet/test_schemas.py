"""The schemas of what is reported of a fleet hold for real reports, and know every key of them."""

import json
from importlib.resources import files

from jsonschema import Draft202012Validator

import scaffold
from scaffold.forges.holding import Settled
from scaffold.plan.campaign import Followed, Rollout, Waved
from scaffold.plan.fleet_settings import SettingsPlan, Stands
from scaffold.plan.settings import Compared
from scaffold.report import machine
from scaffold.report.fleet import campaign, check_data, history, impact, plans, settings, status_data, whole_data
from scaffold.report.fleet.impact import Turned
from scaffold.report.fleet.settings import Done, SettingsApplied
from scaffold.report.machine import Look, Machine
from tests.fleet.company import TODAY
from tests.report import fleets

HOW = {"today": TODAY, "run_on": "loop"}


def schema_of(name):
    return json.loads(files("scaffold.report").joinpath(f"schemas/{name}.json").read_text())


def closed(schema):
    """The schema in which no object may have more than it says."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if schema.get("additionalProperties") is True else {}
    return {key: closed(value) for key, value in schema.items()} | more


def holds(name, report):
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    written = json.loads(json.dumps(report))
    Draft202012Validator(closed(schema)).validate(written)
    for key in schema["required"]:
        assert not Draft202012Validator(schema).is_valid({k: v for k, v in written.items() if k != key})
    if "projects" not in written:
        return written
    more = {**written, "more": 1, "projects": [{**one, "more": 1} for one in written["projects"]]}
    Draft202012Validator(schema).validate(more)
    return written


def test_fleet_plan(company):
    found = holds("fleet-plan", plans.data(scaffold.fleet_plan(company.file, **HOW).plan))
    assert {one["state"] for one in found["projects"]} >= {"clean", "unchanged", "conflict", "blocked", "unreadable"}
    assert found["groups"]


def test_fleet_apply():
    waved = Waved("canary", ("a", "b"), 1.0)
    members = (Followed("a", "open", failing=("lint",), waiting_for=("ada",)), Followed("b", refused=("c: no",)))
    found = Rollout("id", "waiting", "why", "next", (waved,), (("rest", 3),), members, ("note",), 7.5)
    report = holds("fleet-apply", campaign.data(found))
    assert report["summary"]["open"] == 1


def test_fleet_settings():
    compared = (Compared("approvals", 1, None, "unknown", "no right"), Compared("topics", ("a",), ("b",), "looser"))
    stands = (Stands("https://git.acme.example/a", ("a",), "main", compared), Stands("b", ("b",), why="gone"))
    found = holds("fleet-settings", settings.data(SettingsPlan("id", "1", "2026-11-30", "", stands)))
    assert found["summary"] == {"unknown": 1, "looser": 1, "unreadable": 1}


def test_fleet_settings_that_were_applied():
    done = (Done("a", ("a",), (Settled("approvals", 1, "set"), Settled("topics", ("a",), "refused", "no right"))),)
    holds("fleet-settings-apply", settings.applied_data(SettingsApplied("id", done)))


def test_self_check():
    looks = (Look("git", "good", "git 2.47.0"), Look("cache", "wrong", "no room", "make some"))
    assert holds("self-check", machine.data(Machine(looks)))["clean"] is False


def test_fleet_status(company):
    found = holds("fleet-status", status_data.data(scaffold.fleet_status(company.file, check=True, **HOW)))
    assert any(one["score"] for one in found["projects"])


def test_fleet_check(company):
    assert holds("fleet-check", check_data.data(scaffold.fleet_check(company.file, **HOW)))["rules"]


def test_blueprint_impact(company):
    found = scaffold.blueprint_impact("web", library=company.library, fleet=company.file, **HOW)
    turned = Turned("SP-01", "Is so", "high", "fails", None, "fail")
    report = holds("blueprint-impact", impact.data(found._replace(turned={found.plan.results[0].name: (turned,)})))
    assert report["files"]
    assert report["rules"]
    holds("blueprint-impact", impact.data(found._replace(now=None, released=None)))


def test_fleet_report():
    found = holds("fleet-report", whole_data.data(fleets.report(120, days=3)))
    assert found["plans"][0]["stuck"]
    assert found["plans"][0]["gates"]["early"]
    assert found["plans"][1]["campaign"] is None
    assert found["waivers"]
    for part, name in (("status", "fleet-status"), ("check", "fleet-check")):
        Draft202012Validator(schema_of(name)).validate(found[part])
    Draft202012Validator(schema_of("fleet-apply")).validate(found["plans"][0]["campaign"])
    for day in found["history"]:
        Draft202012Validator(closed(schema_of("fleet-history"))).validate(day)


def test_fleet_history():
    report = fleets.report(20, days=1)
    holds("fleet-history", history.data(history.of_status(report.status, report.day)))
