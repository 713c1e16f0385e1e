"""`scaffold fleet report` over real repositories, the history that it keeps, and a campaign as its journal tells it."""

import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import FormatError
from scaffold.fleet import past
from scaffold.fleet.campaign.policy import Halt, Policy, Share, Wave
from scaffold.fleet.campaign.telling import POINTS, moments, told
from scaffold.fleet.journal import Record
from scaffold.plan.fleet import FleetPlan, Result
from scaffold.report.fleet import history
from tests import kit
from tests.fleet import company as companies
from tests.kit import git
from tests.report import fleets
from tests.scenarios import world

HOW = {"today": companies.TODAY, "run_on": "loop"}
LATER = companies.TODAY.replace(day=16)


@pytest.fixture
def fleet(company, tmp_path):
    """The company's fleet.yml in a folder of its own, where a history is its own too."""
    text = company.file.read_text().replace(": repositories/", f": {company.root}/repositories/")
    (tmp_path / "fleet.yml").write_text(text)
    return tmp_path / "fleet.yml"


def command(fleet, *words):
    return world.scaffold(
        "fleet", *words, "--today", companies.TODAY, "--run-on", "loop", "--quiet", where=fleet.parent
    )


def test_a_page_and_the_same_as_data(fleet):
    plan = scaffold.fleet_plan(fleet, into=fleet.parent / "campaigns", **HOW).folder
    done = command(fleet, "report", "--check", "--plan", plan)
    assert done.code == 3, done.err
    assert "The report on 31 members is in fleet-report.html" in done.out
    page = (fleet.parent / "fleet-report.html").read_text()
    shown = command(fleet, "report", "--check", "--plan", plan, "--format", "json")
    report = json.loads(shown.out)
    assert report["status"] == command(fleet, "status", "--check", "--format", "json").json
    assert report["check"]["rules"] == command(fleet, "check", "--format", "json").json["rules"]
    assert report["plans"][0]["campaign"] is None
    assert [one["day"] for one in report["history"]] == [str(companies.TODAY)]
    for one in report["status"]["projects"]:
        assert f">{one['name']}<" in page
    assert command(fleet, "report", "--into", "-").out.startswith("<!doctype html>")
    shutil.copy(fleet, fleet.parent / "teams.yml")
    done = command(fleet, "report", "--fleet", "teams.yml")
    assert "is in teams-report.html" in done.out
    assert (fleet.parent / "fleet-report.html").read_text() == page
    assert command(fleet, "report", "--format", "markdown", "--into", "x.md").out.endswith("is in x.md\n")


def test_a_day_is_kept_once_and_only_of_the_whole_fleet(fleet):
    folder = fleet.parent / past.FOLDER
    scaffold.fleet_report(fleet, where="behind", **HOW)
    assert not folder.exists()
    refused = command(fleet, "status", "--keep", "--where", "behind")
    assert refused.code == 1
    assert "the history of a fleet is of all its members" in refused.err
    kept = command(fleet, "status", "--keep", "--format", "json").json["summary"]
    scaffold.fleet_report(fleet, **HOW)
    assert [one.name for one in folder.iterdir()] == [f"{companies.TODAY}.json"]
    (day,), notes = past.read(fleet)
    assert not notes
    assert day.members == kept["members"]
    assert {name: sum(counts.values()) for name, counts in day.blueprints.items()} == {
        name: counts["members"] for name, counts in kept["blueprints"].items() if name
    }
    scaffold.fleet_status(fleet, keep=True, **(HOW | {"today": LATER}))
    assert [one.day for one in past.read(fleet)[0]] == [companies.TODAY, LATER]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "this is no JSON"),
        (b"\xff", "this is no JSON"),
        (b"[]", "no history of format 1"),
        (b'{"format": 2}', "no history of format 1"),
        (b'{"format": 1}', "this is no history: 'day'"),
        (b"[" * 100_000, "it cannot be read"),
        ({"members": -1}, "-1 is no number of members"),
        ({"members": True}, "True is no number of members"),
        ({"owners": []}, "this is no history"),
        ({"blueprints": {"web": 3}}, "this is no history"),
        ({"states": {"behind": "3"}}, "'3' is no number of members"),
        ({"day": "2026-01-01"}, "another day than its name says"),
    ],
)
def test_a_broken_day_is_said_and_left_out(tmp_path, content, why):
    report = fleets.report(9, days=2)
    for day in report.history:
        past.keep(tmp_path / "fleet.yml", day)
    broken = tmp_path / past.FOLDER / f"{report.history[0].day}.json"
    if isinstance(content, dict):
        content = json.dumps(history.data(report.history[0]) | content).encode()
    broken.write_bytes(content)
    days, notes = past.read(tmp_path / "fleet.yml")
    assert days == report.history[1:]
    assert len(notes) == 1
    assert why in notes[0]
    assert str(broken) in notes[0]


def test_two_fleets_in_one_folder_have_a_history_each(tmp_path):
    (day,) = fleets.report(3, days=1).history
    past.keep(tmp_path / "fleet.yml", day)
    past.keep(tmp_path / "forge.yml", day._replace(members=7))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["forge-history", "history"]
    assert [one.members for one in past.read(tmp_path / "forge.yml")[0]] == [7]


def test_what_cannot_be_kept_is_said_and_the_report_is_made(fleet):
    (fleet.parent / past.FOLDER).write_text("a file")
    found = scaffold.fleet_report(fleet, **HOW)
    assert "the history of this day is not kept" in found.status.notes[0]
    refused = command(fleet, "status", "--keep")
    assert refused.code == 1
    assert "the history cannot be kept" in refused.err


def test_what_is_no_plan_is_refused(fleet):
    with pytest.raises(FormatError, match="there is no plan"):
        scaffold.fleet_report(fleet, plans=[fleet.parent / "nothing"], **HOW)


def test_a_report_asks_no_organisation_for_a_plan(fleet):
    """What a program lists is listed once, however many plans there are."""
    plan = scaffold.fleet_plan(fleet, into=fleet.parent / "campaigns", **HOW).folder
    other = shutil.copytree(plan, fleet.parent / "again")
    count = fleet.parent / "count"
    fleet.write_text(fleet.read_text() + f"- command: [sh, -c, 'echo once >> {count}']\n")
    found = scaffold.fleet_report(fleet, plans=[plan, other], **HOW)
    assert len(found.carried) == 2
    assert count.read_text() == "once\n"


NAMES = [f"m{number}" for number in range(20)]
PLAN = FleetPlan("id", "0.1.0", "2027-01-15", "", None, {}, (), tuple(Result(name, "clean") for name in NAMES), ())
POLICY = Policy((Wave("first", share=Share(50, of_all=True)), Wave("rest")), Halt(failed=Share(10, of_all=True)))


def recorded(*events):
    return [Record(at, float(at), "run", member, event, said) for at, (member, event, said) in enumerate(events)]


def telling(tmp_path, *events, now=1000.0):
    return told(PLAN, recorded(*events), POLICY, str(tmp_path), now)


def test_a_campaign_that_has_not_begun(tmp_path):
    found = telling(tmp_path)
    assert (found.rollout.state, found.moments) == ("ready", ())
    assert sum(count for _, count in found.rollout.ahead) == 20


def test_a_campaign_under_way(tmp_path):
    opened = ("", "wave opened", {"name": "first", "members": NAMES[:10]})
    checks = ("m1", "looked", {"tested": "failed", "failing": ["lint"]})
    found = telling(
        tmp_path, opened, *((name, "open", {"number": 1}) for name in NAMES[:3]), checks, ("m0", "merged", {})
    )
    assert found.rollout.state == "waiting"
    assert found.rollout.why == "7 of the wave first have no pull request yet"
    gate = found.gates["first"][0]
    assert (gate.causes, gate.of, gate.most, gate.passed) == (("m1",), 10, "10 %", False)
    assert [one.counts for one in found.moments][-1] == {"waiting": 17, "open": 2, "merged": 1}
    assert found.moments[-1].at == 1000.0
    assert found.marks == ((0.0, "wave opened: first"),)


def test_a_campaign_that_halted_went_on_and_was_ended(tmp_path):
    opened = ("", "wave opened", {"name": "first", "members": NAMES[:10]})
    halted = ("", "halted", {"why": "too much", "causes": ["m0"]})
    resumed = ("", "resumed", {"reason": "mended", "by": "Ada"})
    aborted = ("", "aborted", {"reason": "bad"})
    assert telling(tmp_path, opened, halted).rollout.next.startswith("scaffold fleet resume")
    assert telling(tmp_path, opened, halted, resumed).rollout.state == "waiting"
    assert telling(tmp_path, opened, halted, resumed, aborted).rollout.state == "aborted"


def test_a_campaign_that_is_done(tmp_path):
    waves = (("", "wave opened", {"name": name, "members": members}) for name, members in (("first", NAMES[:10]), ("rest", NAMES[10:])))  # fmt: skip
    found = telling(tmp_path, *waves, *((name, "merged", {}) for name in NAMES))
    assert (found.rollout.state, found.moments[-1].counts) == ("done", {"merged": 20})


def test_a_long_history_is_thinned_and_keeps_its_ends():
    names = [f"m{number}" for number in range(1000)]
    records = recorded(("", "wave opened", {"name": "all", "members": names}), *((name, "open", {}) for name in names))
    found = moments(names, records)
    assert POINTS // 2 < len(found) <= POINTS + 1
    assert (found[0].counts["waiting"], found[-1].counts) == (1000, {"open": 1000})


def test_what_the_library_stamps_reports_every_night_and_goes_on_with_its_history(company, tmp_path):
    library = scaffold.init_library(tmp_path / "library").root
    origin = tmp_path / "origin.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(library), str(origin))
    git(library, "remote", "add", "origin", str(origin))
    folders = [entry for entry in company.entries if "folder" in entry][:3]
    (library / "fleet.yml").write_text(
        json.dumps({"members": [one | {"folder": str(company.root / one["folder"])} for one in folders]})
    )
    (tmp_path / "scaffold").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scaffold "$@"\n')
    (tmp_path / "scaffold").chmod(0o755)
    kit.write(library, {"campaigns/old/plan.json": "{}"})
    before = git(library, "status", "--porcelain")

    def night():
        done = world.run(["bash", "tools/fleet.sh"], library, SCAFFOLD=str(tmp_path / "scaffold"))
        assert done.code == 0, done.err
        shutil.rmtree(library / past.FOLDER)
        return git(origin, "ls-tree", "-r", "--name-only", "fleet-history").split()

    (first,) = night()
    earlier = fleets.report(5, days=1).history[0]._replace(day=date(2020, 1, 2))
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", "--branch", "fleet-history", str(origin), str(work))
    past.keep(work / "fleet.yml", earlier)
    kit.repo(work, {})
    git(work, "push", "--quiet")
    assert night() == ["history/2020-01-02.json", first]
    assert git(origin, "rev-list", "--count", "fleet-history") == "3"
    assert "2020-01-02" in (library / "public/index.html").read_text()
    assert (library / "public/findings.csv").read_text().startswith("name,")
    assert git(library, "status", "--porcelain", "--", ":!public") == before
    origin.rename(tmp_path / "gone.git")
    assert world.run(["bash", "tools/fleet.sh"], library, SCAFFOLD=str(tmp_path / "scaffold")).code not in (0, 2, 3)


def test_what_the_library_stamps_is_pinned_and_holds_what_zizmor_asks_for(tmp_path):
    workflows = scaffold.init_library(tmp_path / "library").root / ".github/workflows"
    done = world.run(
        [
            str(Path(sys.executable).with_name("zizmor")),
            "--offline",
            "--persona",
            "pedantic",
            "--format",
            "plain",
            str(workflows),
        ],
        tmp_path,
    )
    assert done.code == 0, done.out
    pinned = set(re.findall(r"uses: (\S+)@([0-9a-f]{40}) # v", (workflows / "fleet.yml").read_text()))
    assert {name for name, _ in pinned} == {
        "actions/checkout", "actions/deploy-pages", "actions/upload-artifact", "astral-sh/setup-uv",
    }  # fmt: skip
