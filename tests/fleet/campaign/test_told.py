"""A campaign at a forge as its journal tells it: the same as `fleet watch` said last, and what a page makes of it."""

import pytest

import scaffold
from scaffold.report.fleet.page import html
from scaffold.report.fleet.whole import PLATFORM, stuck
from tests.fleet import company as companies

WAVES = {"waves": [{"name": "canary", "share": 2}, {"name": "rest"}], "halt": {"failed": "never", "closed": "never"}}


@pytest.fixture
def kind():
    return "github"


def reported(made):
    return scaffold.fleet_report(made.file, plans=[made.plan], run_on="loop", today=companies.TODAY)


def test_a_journal_tells_what_watch_said_last(rolled):
    made = rolled(members=6, conflicts=1, campaign=WAVES)
    (planned,) = reported(made).carried
    assert planned.told is None
    made.apply()
    for _ in range(3):
        last = made.watch_once()
        found = reported(made).carried[0].told.rollout
        assert (found.members, found.waves, found.ahead, found.id) == (last.members, last.waves, last.ahead, last.id)
        assert found.state in (last.state, "waiting")
    assert sum(reported(made).carried[0].told.moments[-1].counts.values()) == 6


def test_who_is_waited_for_is_named(rolled):
    made = rolled(members=5, conflicts=1, campaign=WAVES | {"waves": [{"name": "all"}]})
    made.world.set_ci("acme/m1", ["lint"], fail=["lint"])
    made.apply()
    made.world.close_all_as("acme/m2", "ada")
    made.watch_once()
    report = reported(made)
    found = {one.name: one for one in stuck(report.carried[0])}
    assert (found["m0"].what, found["m0"].why) == ("held", "conflict in notes.md")
    assert (found["m1"].what, found["m1"].why) == ("checks fail", "lint")
    assert found["m2"].what == "declined"
    assert (found["m3"].what, set(found["m3"].on)) == ("waits for review", {"ada", "@acme/platform"})
    assert all(PLATFORM not in one.on for one in found.values())
    page = html(report)
    for one in found.values():
        assert f'<tr><th scope="row">{one.name}<td>{one.what}<td>{", ".join(one.on)}<td>' in page
    assert f'<a href="{made.server.url}/acme/m3/pull/1">#1</a>' in page
