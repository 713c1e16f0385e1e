"""The story that `make try-fleet` tells: it runs to its end, and says what it promises."""

import pytest

from tests import fleet_story
from tests.journey import Journey


@pytest.mark.long
def test_the_story_of_a_fleet(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http:file")  # the forge of the story is on loopback
    story = Journey(tmp_path)
    for step in (fleet_story.stamp, fleet_story.work, fleet_story.release, fleet_story.look, fleet_story.plan):
        step(story)
    fleet_story.roll_out(story)
    told = capfd.readouterr().out
    assert "20 members: 15 clean, 3 conflict, 1 blocked, 1 unreadable" in told
    assert "12 members" in told
    assert "conflict  docs/operations/runbook.md" in told
    page = (tmp_path / fleet_story.REPORT).read_text()
    assert "To python-http-service 2.1.0" in page
    assert ">declined<" in page
