"""A fleet in a storm: what people do to its pull requests, what goes wrong at its forge, and what is left at the end.

What people do comes when a member is looked at, and so at the same points whether or not a run was killed before.
"""

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import scaffold
from scaffold.fleet import journal, planfile
from scaffold.fleet.campaign.history import history
from scaffold.fleet.campaign.marker import Marker
from tests.fleet import company as companies
from tests.fleet.campaign.killed import Commands
from tests.forges.serve import Remote

BRANCH, OLDER = "scaffold/job-1.1.0", "scaffold/job-1.0.5"
LATER = {"after": 3, "times": -1}
POLICY = {
    "waves": [{"name": "canary", "share": 3}, {"name": "early", "share": "30 %", "soak": "1s"}, {"name": "rest"}],
    "halt": {"failed": "90 %", "closed": "90 %", "reverted": "never", "errors": "never"},
    "limits": {"open": 60},
    "labels": ["scaffold"],
    "patience": "2s",
}
Doing = tuple[str, Sequence[Any], dict[str, Any]]  # on which request, what, and when
MERGE: Doing = ("pull", ["merge_all_as"], LATER)
PEOPLE: dict[str, list[Doing]] = {
    "merged": [MERGE],
    "commits": [("pull", ["push_as", BRANCH, {"ours.txt": "by hand\n"}], {}), MERGE],
    "closed": [("pull", ["close_all_as", "ada"], {})],
    "closed by a bot": [("pull", ["close_all_as", "stale"], {}), MERGE],
    "default renamed": [("git-refs", ["rename_default", "trunk"], {}), MERGE],
    "opened by somebody": [("open", ["open_as", BRANCH, "by hand", "hello", "ada"], {}), MERGE],
    "rights lost": [("open", ["give", "scaffold-bot", "none"], {})],
    "deleted": [("pull", ["delete"], {})],
    "archived": [("open", ["archive"], {})],
    "older": [MERGE],
    "slow checks": [("pull", ["merge_all_as"], {"after": 5, "times": -1})],
    "no checks": [("pull", ["merge_all_as"], {"after": 9, "times": -1})],
    "rights lost later": [("pull", ["give", "scaffold-bot", "none"], {})],
    "default renamed later": [("pull", ["rename_default", "trunk"], {}), MERGE],
}
TROUBLE: list[dict[str, Any]] = [
    {"what": "broken", "on": "open", "effect": True, "chance": 0.15},
    {"what": "broken", "on": "ask", "effect": True, "chance": 0.1},
    {"what": "broken", "on": "comment", "effect": True, "chance": 0.5},
    {"what": "secondary", "on": "create", "chance": 0.03, "times": 2},
    {"what": "throttled", "on": "read", "chance": 0.02, "times": 2},
    {"what": "reset", "on": "push", "chance": 0.2, "times": 2},
    {"what": "reset", "on": "push", "effect": True, "chance": 0.15},
    {"what": "reset", "on": "read", "chance": 0.02},
    {"what": "broken", "on": "git", "chance": 0.02, "times": 2},
    {"what": "throttled", "on": "git", "chance": 0.02},
    {"what": "unauthorized", "on": "open", "chance": 0.03},
]
HTML = {"what": "html", "after": 400, "times": 40}


class End(NamedTuple):
    """What is left: all that can be seen at the forge, and how the campaign stands with each member."""

    forge: dict[str, Any]
    members: dict[str, tuple[Any, ...]]
    waves: list[tuple[str, tuple[str, ...]]]


class Storm:
    """A fleet of so many members at a forge in another process, and its plan."""

    def __init__(self, root: Path, world: Remote, library: Path, stamp: Path, members: int, seed: int):
        self.root, self.world, self.stamp = root, world, stamp
        self.names = [f"m{number:03}" for number in range(members)]
        kinds = [*PEOPLE] * (members // len(PEOPLE) + 1)
        random.Random(seed).shuffle(kinds)
        self.kinds = dict(zip(self.names, [*PEOPLE][:members] if members <= len(PEOPLE) else kinds, strict=False))
        self.seed = seed
        world.add_owner("acme", ["scaffold-bot", "ada", "stale"], {"platform": ["ada"]})
        world.add_person("ada")
        world.add_person("stale", "bot")
        self.write(library)
        self.begin(people=False)
        self.plan = scaffold.fleet_plan(self.root / "fleet.yml", run_on="loop", today=companies.TODAY).folder
        self.rounds = 0

    def write(self, library: Path) -> None:
        limits = dict.fromkeys(("points_a_minute", "creations_a_minute", "creations_an_hour", "between_writes"), 0)
        api = f"{self.world.url}/api/v3"
        forge = {"limits": limits, "kind": "github", "api": api, "token_env": "FORGE_TOKEN"}
        members = [{"url": f"{self.world.url}/acme/{name}.git", "name": name} for name in self.names]
        self.file.write_text(
            yaml.safe_dump(
                {
                    "library": str(library),
                    "commit": {"author": "Scaffold <scaffold@acme.example>"},
                    "members": members,
                    "forges": {self.world.host: forge},
                    "campaign": POLICY,
                }
            )
        )

    @property
    def file(self) -> Path:
        return self.root / "fleet.yml"

    def begin(self, *, people: bool = True, trouble: bool = False) -> None:
        """Have the forge as it was at first, and say what is to come."""
        self.world.clear()
        for number, name in enumerate(self.names):
            path, kind = f"acme/{name}", self.kinds[name]
            self.world.add_repository(path, str(self.stamp))
            if kind == "slow checks":
                self.world.set_ci(path, ["all-green"], 1, 4)
            if kind == "no checks":
                self.world.set_check(path, self.world.tip(path, "main"), "lint", "passed")
            if kind == "older":
                older = self.world.push_as(path, OLDER, {"x": "y\n"}, "scaffold-bot")
                mark = Marker("older", name, "run", 1.0, older).line()
                self.world.open_as(path, OLDER, "older", mark, "scaffold-bot")
            for on, do, when in PEOPLE[kind] if people else ():
                self.world.add_fault("do", on=on, path=path, do=do, **when)
            for rule, fault in enumerate(TROUBLE if trouble else ()):
                self.world.add_fault(**fault, path=path, seed=self.seed + 1000 * number + rule)
        if trouble:
            self.world.add_fault(**HTML)

    def campaign(self) -> Path:
        """The plan in a folder of its own, of which nothing is carried out yet."""
        self.rounds += 1
        folder = self.root / f"campaigns/{self.rounds}-{self.plan.name}"
        shutil.copytree(self.plan, folder, ignore=shutil.ignore_patterns("journal*"))
        return folder

    def watch(self, campaign: Path, *more: str) -> list[str]:
        return ["fleet", "watch", str(campaign), "--fleet", str(self.file), "--every", "0.1", "--quiet", *more]

    def to_the_end(self, commands: Commands, campaign: Path) -> list[int]:
        """Go on with a campaign until two more runs change nothing."""
        codes, before = [], None
        while (now := self.end(campaign)) != before or len(codes) < 2:
            before = now
            codes.append(commands.run(self.watch(campaign), self.root))
            assert len(codes) < 20
        return codes

    def end(self, campaign: Path) -> End:
        plan = planfile.read(campaign)
        found = history([one.name for one in plan.results], journal.read(campaign, plan.id))
        members = {
            name: (one.stage, one.number, one.wave, one.refused, one.dressed, one.why)
            for name, one in sorted(found.members.items())
        }
        return End(self.world.pictured(), members, [(one.name, one.members) for one in found.waves])

    def differences(self, quiet: End, stormy: End) -> Iterator[str]:
        """Say in what two ends differ."""
        if quiet.waves != stormy.waves:
            yield f"waves: {quiet.waves} and {stormy.waves}"
        for name in self.names:
            for told in (("forge", f"acme/{name}"), ("members", name)):
                one, other = (getattr(end, told[0]).get(told[1]) for end in (quiet, stormy))
                if one != other:
                    yield f"{name} ({self.kinds[name]}), {told[0]}:\n  {json.dumps(one)}\n  {json.dumps(other)}"


def counted(title: str, began: float, numbers: dict[str, Any]) -> None:
    told = ", ".join(f"{value} {name}" for name, value in numbers.items())
    print(f"\n{title}: {told}, in {time.monotonic() - began:.0f} s")


def summed(hits: dict[str, int]) -> Counter[str]:
    return Counter({name: count for name, count in hits.items() if count})
