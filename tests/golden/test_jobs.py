"""What a forge runs for a change, run without one: the gates, the audit, and the job that has to be green."""

import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from tests.golden.jobs import github, gitlab, runner
from tests.golden.stamping import stamped
from tests.scenarios.world import git

pytestmark = [pytest.mark.slow, pytest.mark.toolchain]


@pytest.fixture(scope="module", params=["github", "gitlab"])
def forge(request, tmp_path_factory, toolchain_environment):
    """Give what runs a job of a worker in a clean clone, at one of the forges."""
    folder = tmp_path_factory.mktemp("forge")
    worker = stamped(folder / "mailer", "python-worker", service="mailer", ci=request.param)
    subprocess.run(["uv", "lock", "--quiet"], cwd=worker, env=toolchain_environment, check=True)
    git("add", "uv.lock", where=worker)
    git("commit", "--quiet", "--message", "chore: lock", where=worker)
    on, play = runner(worker, folder, toolchain_environment), {"github": github, "gitlab": gitlab}[request.param]
    return on, lambda name, **more: play(on, name, **more)


class Advisories:
    """An OSV of this machine: it knows one weakness of one package, or none."""

    def __init__(self) -> None:
        self.weak, self.asked = "", list[str]()
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = query["package"]["name"]
                feed.asked.append(name)
                known = (
                    [{"id": "PYSEC-0000-1", "affected": [{"package": query["package"]}]}] if name == feed.weak else []
                )
                said = json.dumps({"vulns": known} if known else {}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def settings(self) -> dict[str, str]:
        address = f"http://127.0.0.1:{self.server.server_port}/v1/query"
        return {"PIP_AUDIT_VULNERABILITY_SERVICE": "osv", "PIP_AUDIT_OSV_URL": address}


@pytest.fixture
def advisories():
    one = Advisories()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_the_gates_pass_in_a_clean_clone_on_a_machine_without_tools(forge):
    on, job = forge
    done = job("quality")
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    assert re.search(r"\d+ passed", done.stdout)
    assert not git("status", "--porcelain", where=on.clone)


def test_the_audit_asks_for_each_dependency_and_passes_where_nothing_is_known(forge, advisories):
    on, job = forge
    done = job("audit", **advisories.settings)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    locked = set(re.findall(r"^([\w.-]+)==", (on.clone / ".tools/requirements.txt").read_text(), re.MULTILINE))
    assert {"sqlalchemy", "alembic"} <= locked
    assert locked >= set(advisories.asked)
    assert len(advisories.asked) > 10


def test_the_audit_fails_on_a_known_weakness_and_names_it(forge, advisories):
    _, job = forge
    advisories.weak = "sqlalchemy"
    done = job("audit", **advisories.settings)
    assert done.returncode
    assert "PYSEC-0000-1" in done.stdout


def test_the_audit_fails_where_it_cannot_audit(forge, advisories):
    _, job = forge
    advisories.server.shutdown()
    advisories.server.server_close()
    done = job("audit", **advisories.settings)
    assert done.returncode
    assert "No known vulnerabilities found" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("results", "green"),
    [("success success success", True), ("success failure success", False), ("success skipped success", False)],
)
def test_what_has_to_be_green_is_so_when_every_job_passed(tmp_path, toolchain_environment, results, green):
    on = runner(stamped(tmp_path / "orders"), tmp_path, toolchain_environment)
    done = github(on, "all-green", {"join(needs.*.result, ' ')": results})
    assert (done.returncode == 0) is green


def test_the_image_is_left_to_the_forge(tmp_path):
    jobs = yaml.safe_load((stamped(tmp_path / "orders") / ".github/workflows/ci.yml").read_text())["jobs"]
    assert {name for name, job in jobs.items() if not any("run" in step for step in job["steps"])} == {"image"}
