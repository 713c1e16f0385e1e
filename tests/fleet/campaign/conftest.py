"""A fleet at a forge on loopback, and its plan."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

import scaffold
from scaffold.plan.campaign import Rollout
from tests import kit
from tests.fleet import company as companies
from tests.forges import github, gitlab
from tests.forges.server import Server
from tests.forges.world import World
from tests.once import once

SHAPES = {"github": (github, "api/v3"), "gitlab": (gitlab, "api/v4")}
CODEOWNERS = "* @ada @acme/platform\n"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return once(tmp_path_factory, "library", companies.library)


@pytest.fixture(scope="session")
def stamp(tmp_path_factory, library):
    """A service as it was stamped, which members are seeded from."""

    def make(root):
        folder = companies.stamped(library, root / "job", "job@1.0.0")
        return kit.repo(folder, {"CODEOWNERS": CODEOWNERS, "src/main.py": "print(1)\n"})

    return once(tmp_path_factory, "stamp", make)


@pytest.fixture(scope="session")
def stamp_in_conflict(tmp_path_factory, library):
    def make(root):
        folder = companies.stamped(library, root / "job", "job@1.0.0")
        notes = (folder / "notes.md").read_text().replace("version 1.0.0", "our own")
        return kit.repo(folder, {"CODEOWNERS": CODEOWNERS, "notes.md": notes})

    return once(tmp_path_factory, "stamp-in-conflict", make)


@dataclass
class Rolled:
    """A fleet at a forge: the world in which it lies, its file, and the plan of it."""

    root: Path
    server: Server
    world: World
    kind: str
    library: Path
    plan: Path = Path()

    @property
    def file(self) -> Path:
        return self.root / "fleet.yml"

    def url(self, name: str) -> str:
        return f"{self.server.url}/acme/{name}.git"

    def write(self, names, campaign: dict[str, Any] | None = None, **more: Any) -> None:
        host = self.server.url.partition("//")[2]
        limits = dict.fromkeys(("points_a_minute", "creations_a_minute", "creations_an_hour", "between_writes"), 0)
        said = {
            "limits": limits,
            "kind": self.kind,
            "api": f"{self.server.url}/{SHAPES[self.kind][1]}",
            "token_env": "FORGE_TOKEN",
        }
        fleet = {
            "library": str(self.library),
            "commit": {"author": "Scaffold <scaffold@acme.example>"},
            "members": [{"url": self.url(name), "name": name, "labels": {"tier": number % 2}} for number, name in enumerate(names)],
            "forges": {host: said | more.pop("forge", {})},
            "campaign": campaign or {},
        } | more  # fmt: skip
        self.file.write_text(yaml.safe_dump(fleet, sort_keys=False))

    def seed(self, names, source: Path) -> None:
        for name in names:
            self.world.add_repository(f"acme/{name}", source)

    def planned(self, **more: Any) -> Path:
        more = {"run_on": "loop", "today": companies.TODAY} | more
        self.plan = scaffold.fleet_plan(self.file, into=self.root / "campaigns", **more).folder
        return self.plan

    def apply(self, **more: Any) -> Rollout:
        return scaffold.fleet_apply(self.plan, self.file, **more)

    def watch(self, **more: Any) -> Rollout:
        return scaffold.fleet_watch(self.plan, self.file, **({"seconds": 0} | more))

    def watch_once(self, **more: Any) -> Rollout:
        return self.watch(once=True, **more)

    def pulls(self, name: str) -> list[dict[str, Any]]:
        return self.world.pulls_of(f"acme/{name}")

    def open_numbers(self, name: str) -> list[int]:
        return [pull["number"] for pull in self.pulls(name) if pull["state"] == "open"]


@pytest.fixture(params=["github", pytest.param("gitlab", marks=pytest.mark.long)])
def kind(request):
    return request.param


@pytest.fixture
def rolled(tmp_path, library, stamp, stamp_in_conflict, kind, monkeypatch):
    """Make a fleet of some members, one of them in conflict where that is asked for, and plan for it."""
    monkeypatch.setenv("FORGE_TOKEN", "secret-of-the-bot")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http:file")
    world = World(tmp_path / "forge")
    world.add_owner("acme", ["scaffold-bot", "ada"], {"platform": ["ada"]})
    world.add_person("ada")
    with Server(world, SHAPES[kind][0]).running() as server:

        def make(members=3, conflicts=0, campaign=None, **more):
            made = Rolled(tmp_path, server, world, kind, library)
            names = [f"m{number}" for number in range(members)]
            made.seed(names[conflicts:], stamp)
            made.seed(names[:conflicts], stamp_in_conflict)
            made.write(names, campaign, **more)
            made.planned()
            return made

        yield make


def stages(rollout: Rollout) -> dict[str, str]:
    return {one.name: one.stage for one in rollout.members}
