"""A service of each earlier release, with what teams do to it, is brought along to the newest one."""

import pytest

from scaffold.sources.built_in import RELEASES, built_in_root, bundled
from tests.golden.stamping import stamped
from tests.journey import edit
from tests.scenarios.world import commit, git, scaffold

EARLIER = [str(version) for version in bundled(built_in_root() / RELEASES, "python-http-service") if version.major == 1]
AS_BEFORE = {
    "authentication": "none", "ci": "github", "deploy": "none", "example": False, "license": "Apache-2.0",
    "persistence": "memory",
}  # fmt: skip
SETTING = "    port: int = DEFAULT_PORT\n"
READING = '            port=_port(environment.get("PORT", str(DEFAULT_PORT))),\n'


def work(service):
    """Do what teams do: code, settings, dependencies, owners, notes."""
    edit(service / "pyproject.toml", "dependencies = [\n", 'dependencies = [\n  "orjson>=3,<4",\n')
    edit(service / "pyproject.toml", "[tool.coverage]\n", '[[tool.mypy.overrides]]\nmodule = "x"\n\n[tool.coverage]\n')
    edit(service / "src/orders/domain/greeting.py", '"""', '"""The team\'s own words. ')
    edit(service / "src/orders/platform/config.py", SETTING, f'{SETTING}    color: str = "red"\n')
    edit(
        service / "src/orders/platform/config.py",
        READING,
        f'{READING}            color=environment.get("COLOR", "red"),\n',
    )
    edit(service / "README.md", "## Read on", "## Ours\n\nOur own words.\n\n## Read on")
    edit(service / ".github/CODEOWNERS", "* @acme/checkout", "* @acme/checkout\n/docs/ @acme/writers")
    edit(service / "AGENTS.md", "Add what a newcomer to this service must know.", "Ask Ada.")
    edit(service / ".gitignore", "*.log", "*.log\nnotes/")
    edit(service / "catalog-info.yaml", "lifecycle: experimental", "lifecycle: production")
    with (service / "docs/runbook.md").open("a") as runbook:
        runbook.write("\n## Our own notes\n\nThe queue drains in ten minutes.\n")
    commit(service, "feat: our own work")


@pytest.fixture(scope="module", params=EARLIER)
def updated(request, tmp_path_factory):
    service = stamped(tmp_path_factory.mktemp("from") / "orders", f"python-http-service@{request.param}")
    work(service)
    license_before = (service / "LICENSE").read_bytes()
    done = scaffold("update", "--commit", "--defaults", "--format", "json", where=service)
    return service, done, license_before


def test_there_are_earlier_releases():
    assert {"1.0.0", "1.1.0"} <= set(EARLIER)


def test_it_merges_clean(updated):
    service, done, _ = updated
    assert done.code == 0, done.out
    assert (done.json["to"], done.json["conflicts"]) == ("2.0.0", [])
    assert git("status", "--porcelain", where=service) == ""
    config = (service / "src/orders/platform/config.py").read_text()
    assert 'color=environment.get("COLOR", "red"),' in config
    assert "request_seconds" in config
    assert "The queue drains" in (service / "docs/runbook.md").read_text()
    assert "The team's own words" in (service / "src/orders/domain/greeting.py").read_text()


def test_what_it_is_stays_and_is_named(updated):
    service, done, license_before = updated
    assert (service / "LICENSE").read_bytes() == license_before
    answers = (service / ".scaffold/answers.yml").read_text()
    assert "license: Apache-2.0" in answers
    assert "authentication: none" in answers
    (note,) = [one for one in done.json["notes"] if "new questions" in one]
    assert all(name in note for name in AS_BEFORE)
    for path in ("Dockerfile", "deploy", "api", "src/orders/application/notes.py", "src/orders/platform/auth.py"):
        assert not (service / path).exists()
    assert (service / "src/orders/application/greeter.py").exists()


def test_a_person_may_want_it_otherwise(tmp_path):
    service = stamped(tmp_path / "orders", "python-http-service@1.1.0")
    done = scaffold("update", "--commit", "--defaults", "--data", "deploy=container", where=service)
    assert done.code == 0, done.out
    assert (service / "Dockerfile").exists()
    again = scaffold("update", "--commit", "--defaults", "--data", "license=MIT", where=service)
    assert again.code == 0, again.out
    assert (service / "LICENSE").read_text().startswith("MIT License")
