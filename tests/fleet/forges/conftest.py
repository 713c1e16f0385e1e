"""Forges to ask: ours in two shapes, and a real one where it was built."""

import contextlib
from functools import partial

import pytest
import yaml

from scaffold.forges.pacing import Limits
from tests.forges import bare, gitea, gitea_build, github, gitlab
from tests.forges.judge import judge
from tests.forges.proxy import Proxy
from tests.forges.server import Server
from tests.forges.stage import ADAPTERS, FILES, FakeStage, GiteaStage
from tests.forges.world import World
from tests.once import once
from tests.scenarios import world as scenario

FORGES = [
    "github",
    "gitlab",
    pytest.param("gitea", marks=pytest.mark.forge),
    pytest.param("github judged", marks=pytest.mark.forge),  # every answer is parsed by the models of another hand
]


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """A repository that others share their objects with."""
    return bare.make_source(tmp_path_factory.mktemp("source") / "source.git", FILES)


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """A real Gitea and a proxy before it, for all tests of a session."""
    try:
        built = gitea_build.found()
    except gitea_build.CannotBuildError as error:
        pytest.skip(f"no Gitea: {error}")
    port = gitea.free_port()
    root = tmp_path_factory.mktemp("gitea")
    with Proxy(port).running() as proxy, gitea.running(built, root, port, proxy.url) as server:
        yield server, proxy


@pytest.fixture
def world(tmp_path):
    """What a forge of ours keeps."""
    return World(tmp_path / "forge")


@pytest.fixture(params=FORGES)
def stage(request, world, source):
    """A forge at which a test has an owner of its own."""
    with contextlib.ExitStack() as stack:
        judged = request.param.endswith("judged")
        if judged:
            pytest.importorskip("githubkit")
        if request.param == "gitea":
            made = GiteaStage(*request.getfixturevalue("real"))
        else:
            shape = {"github": github, "gitlab": gitlab}[request.param.split()[0]]
            world.protects = shape is gitlab
            made = FakeStage(stack.enter_context(Server(world, shape, heard=[]).running()), source)
        stack.callback(made.leave)
        yield made
        if judged:
            judge(made.server.heard)


FORGE = """\
guardrails:
  waivers: {{approvers: ["@b"]}}
forge:
  description: "All about {{{{ name }}}}"
  topics: ["{{{{ name }}}}", python]
  default_branch:
    checks: [all-green]
    approvals: 1
    code_owners: true
    block_force_pushes: true
  secret_scanning: true
  private_reporting: true
  delete_merged_branches: true
"""
TOKEN = "TOKEN_OF_THE_TEST"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return once(tmp_path_factory, "library-forge", partial(scenario.make_library, manifest=scenario.MANIFEST + FORGE))


@pytest.fixture
def known(stage, tmp_path, monkeypatch):
    """An address at a forge of which the user's settings say all that is known."""
    said = {
        "kind": stage.kind,
        "api": f"{stage.url}{ADAPTERS[stage.kind][1]}",
        "token_env": TOKEN,
        "limits": dict.fromkeys(Limits._fields, 0),
    }
    file = tmp_path / "settings.yml"
    file.write_text(yaml.safe_dump({"forges": {stage.forge.host: said}}))
    monkeypatch.setenv("SCAFFOLD_SETTINGS", str(file))
    monkeypatch.setenv(TOKEN, stage.token)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http:file")
    return f"{stage.url}/{stage.owner}/orders"


@pytest.fixture
def address(stage, known):
    stage.lets_create()
    return known
