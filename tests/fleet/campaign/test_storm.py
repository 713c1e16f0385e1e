"""A storm: whatever goes wrong at the forge, and wherever runs are killed, a campaign ends as a quiet one does.

SEED=N repeats one; STEP=4 kills at every fourth record of ten members only.
"""

import os
import random
import signal
import time
from collections import Counter

import pytest

from scaffold.fleet import journal, planfile
from tests.fleet.campaign.killed import commands
from tests.fleet.campaign.storm import BRANCH, Storm, counted, summed
from tests.forges.serve import apart

pytestmark = [pytest.mark.long, pytest.mark.limit(3600)]
SEED, STEP = int(os.environ.get("SEED", "15")), int(os.environ.get("STEP", "1"))
TEN, ALL, KILLS = 10, 200, 200


@pytest.fixture
def storm(tmp_path, library, stamp, monkeypatch):
    """Make a fleet at a forge of its own process, and what runs command lines there."""
    monkeypatch.setenv("FORGE_TOKEN", "secret-of-the-bot")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http:file")
    with apart("github", tmp_path / "forge") as world, commands(tmp_path / "said") as run:

        def make(members):
            return Storm(tmp_path, world, library, stamp, members, SEED), run

        yield make


def quiet_end(one, run):
    one.begin()
    campaign = one.campaign()
    one.to_the_end(run, campaign)
    return one.end(campaign), len(journal.read(campaign, planfile.read(campaign).id))


def hold_nothing_twice(one, end):
    """Nobody was offered it twice but where a bot had closed it; nothing of people's is gone; nothing is said twice."""
    for name in one.names:
        there = end.forge.get(f"acme/{name}")
        if there is None:
            continue
        if one.kinds[name] == "commits":
            assert "ours.txt" in one.world.files_of(f"acme/{name}", BRANCH), name
        ours = [pull for pull in there["pulls"] if (pull["head"], pull["author"]) == (BRANCH, "scaffold-bot")]
        assert len(ours) <= (2 if one.kinds[name] == "closed by a bot" else 1), name
        assert all(pull["comments"] <= 1 for pull in there["pulls"]), name


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_each_record_it_ends_as_the_quiet_run_does(storm, when):
    one, run = storm(TEN)
    began = time.monotonic()
    quiet, records = quiet_end(one, run)
    hold_nothing_twice(one, quiet)
    kills = resumes = 0
    for at in range(1 + SEED % STEP, records + 1, STEP):
        one.begin()
        campaign = one.campaign()
        killed = run.run(one.watch(campaign), one.root, at, when) == -signal.SIGKILL
        resumes += len(one.to_the_end(run, campaign))
        kills += killed
        end = one.end(campaign)
        assert not [*one.differences(quiet, end)], f"killed {when} record {at}"
    counted(f"ten members, {records} records", began, {f"kills {when} one": kills, "resumes": resumes})
    assert kills > 0.75 * (records // STEP)  # the last records are those of a second run


def test_killed_at_random_moments_and_in_every_trouble_all_end_as_in_the_quiet_run(storm):
    one, run = storm(ALL)
    began, chance = time.monotonic(), random.Random(SEED)
    quiet, records = quiet_end(one, run)
    hold_nothing_twice(one, quiet)
    one.begin(trouble=True)
    campaign, codes = one.campaign(), Counter()
    for _ in range(KILLS):
        code = run.run(one.watch(campaign), one.root, chance.uniform(0.1, 3), "in")
        codes["killed" if code == -signal.SIGKILL else f"ended with {code}"] += 1
    resumes = one.to_the_end(run, campaign)
    end = one.end(campaign)
    counted(
        f"{ALL} members, {records} records", began, dict(codes) | {"resumes": len(resumes)} | summed(one.world.hits())
    )
    assert codes["killed"] > KILLS * 0.9
    hold_nothing_twice(one, end)
    assert not [*one.differences(quiet, end)]
