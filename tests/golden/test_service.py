"""A service with the default answers: its own gates, the judges, and calls over HTTP as its container answers them."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml

from tests.golden.image import build, why_not
from tests.golden.judges import find_nothing_but_local_hooks
from tests.golden.serving import PATIENCE, entry_point, serving, serving_in_its_container
from tests.golden.stamping import commit_hooks_pass, make, stamped
from tests.scenarios.world import git, scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]
BESIDE = Path(sys.executable).parent


@pytest.fixture(scope="module")
def service(tmp_path_factory, toolchain_environment):
    made = stamped(tmp_path_factory.mktemp("golden") / "orders", tier="critical")
    make(made, toolchain_environment, "setup")
    git("add", "uv.lock", where=made)
    git("commit", "--quiet", "--message", "chore: lock", where=made)
    return made


@pytest.fixture(scope="module")
def image(service, tmp_path_factory):
    if reason := why_not():
        pytest.skip(reason)
    return build(service, tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module", params=["as anybody", "in its container"])
def start(request, service, toolchain_environment):
    """Give what starts the service with what it needs in a folder."""
    if request.param == "as anybody":
        return lambda folder: serving(service, folder, toolchain_environment)
    image = request.getfixturevalue("image")
    return lambda folder: serving_in_its_container(service, image, folder, toolchain_environment)


@pytest.fixture(scope="module")
def served(start, tmp_path_factory):
    with start(tmp_path_factory.mktemp("running")) as served:
        yield served


def test_it_passes_its_own_gates_unedited(service, toolchain_environment):
    said = make(service, toolchain_environment, "check")
    assert re.search(r"\d+ passed", said)
    assert not git("status", "--porcelain", where=service)


def test_its_commit_hooks_pass(service, toolchain_environment):
    commit_hooks_pass(service, toolchain_environment)


def test_its_settings_are_told(service, toolchain_environment):
    said = make(service, toolchain_environment | {"ENVIRONMENT": "local", "OIDC_ISSUER": "https://i.test"}, "config")
    assert "PORT=8080" in said


def test_every_guardrail_holds_and_all_that_production_has_is_looked_at(service):
    done = scaffold("check", "--format", "json", where=service)
    assert done.code == 0, done.out
    others = {one["id"] for one in done.json["rules"] if one["state"] != "pass"}
    assert others <= {"SC-04", "WV-01", "LK-04"}, "no package of npm, and no waiver"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zizmor", ["--offline", "--persona=auditor", "--no-config", "--no-ignores", "--no-progress", "."]),
        ("hadolint", ["Dockerfile", ".devcontainer/Dockerfile"]),
    ],
)
def test_a_judge_finds_nothing(service, name, words):
    done = subprocess.run([BESIDE / name, *words], cwd=service, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("answers", [{}, {"ci": "gitlab", "deploy": "container", "example": "false"}], ids=str)
def test_judges_find_nothing_but_hooks_that_are_local(tmp_path, toolchain_environment, monkeypatch, answers):
    service = stamped(tmp_path / "orders", **answers)
    find_nothing_but_local_hooks(service, toolchain_environment, monkeypatch, gitlab="ci" in answers)


def test_each_manifest_is_restricted_and_fits_its_schema(service):
    kinds = set()
    for path in (service / "deploy/base").glob("*.yaml"):
        kinds |= {yaml.safe_load(path.read_text())["kind"]}
    assert {"Deployment", "NetworkPolicy", "PodDisruptionBudget", "Namespace"} <= kinds


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_it_is_well_without_a_token(served, path):
    assert served.ask("GET", path, token="").status == 200


def test_what_is_written_can_be_read(served):
    keyed = {"Idempotency-Key": uuid4().hex}
    written = served.ask("POST", "/v1/notes", {"text": "hello"}, **keyed)
    assert written.status == 201, written.body
    assert served.ask("POST", "/v1/notes", {"text": "hello"}, **keyed).json == written.json
    assert served.ask("GET", written.headers["location"]).json == written.json
    assert written.json in served.ask("GET", "/v1/notes?most=100").json["items"]


@pytest.mark.parametrize(
    ("method", "path", "body", "token", "status"),
    [
        ("POST", "/v1/notes", {"text": ""}, None, 422),
        ("POST", "/v1/notes", b"{", None, 422),
        ("POST", "/v1/notes", {"text": "hello"}, "", 401),
        ("GET", "/v1/notes", None, "nonsense", 401),
        ("POST", "/v1/notes", b"x" * 2_000_000, None, 413),
        ("GET", f"/v1/notes/{UUID(int=0)}", None, None, 404),
        ("GET", "/nowhere", None, None, 404),
        ("DELETE", "/v1/notes", None, None, 405),
    ],
)
def test_every_error_is_a_problem_with_the_same_headers(served, method, path, body, token, status):
    answer = served.ask(method, path, body, token=token)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert {"x-request-id", "x-content-type-options", "strict-transport-security"} <= answer.headers.keys()


def test_told_to_stop_it_says_so_and_ends_what_runs(start, tmp_path):
    body = json.dumps({"text": "in the middle"}).encode()
    with start(tmp_path) as served:
        with served.begin("POST", "/v1/notes", len(body), body[:5]) as called:
            served.process.send_signal(signal.SIGTERM)
            served.wait_for("/health/ready", 503)
            assert served.ask("GET", "/health/live").status == 200
            called.sendall(body[5:])
            assert called.recv(100).startswith(b"HTTP/1.1 201")
        assert served.process.wait(timeout=PATIENCE) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [one for one in lines if one.get("status") == 201 and one["request_id"]]


WRITES = """
import os
for folder in {folders}:
    try:
        open(os.path.join(folder, "written"), "w").close()
        print(folder)
    except OSError as error:
        assert error.strerror == "Read-only file system", (folder, error)
"""


def test_in_its_container_it_is_nobody_and_writes_only_where_the_manifest_lets_it(
    service, image, tmp_path, toolchain_environment
):
    with serving_in_its_container(service, image, tmp_path, toolchain_environment) as served:
        told = dict(
            line.split(":\t")
            for line in Path(f"/proc/{served.process.inner}/status").read_text().splitlines()
            if ":\t" in line
        )
        assert told["Uid"].split() == ["10001"] * 4
        assert told["Gid"].split() == ["10001"] * 4
        assert (told["NSpid"].split()[-1], told["NoNewPrivs"]) == ("1", "1")
        assert {int(told[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb")} == {0}
        folders = ["/", "/app", "/app/.venv", "/etc", "/run", "/tmp", "/usr/local", "/var/tmp"]
        done = served.pod.execute("python", "-c", WRITES.format(folders=folders))
        assert done.stdout.split() == ["/var/tmp"], done.stderr
        well = served.pod.execute(*image.health)
        assert well.returncode == 0, well.stderr


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"DATABASE_URL": "postgresql://db/x"}, "OIDC_ISSUER must be set"),
        ({"DATABASE_URL": "sqlite:///x.db", "OIDC_ISSUER": "https://i.test"}, "DATABASE_URL must name a PostgreSQL"),
        ({"DATABASE_URL": "postgresql://db/x", "OIDC_ISSUER": "http://127.0.0.1:1"}, "must begin with https://"),
    ],
)
def test_in_production_it_does_not_start_unless_it_is_safe(service, tmp_path, toolchain_environment, settings, said):
    command = entry_point(service)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=toolchain_environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
