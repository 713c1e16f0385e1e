"""Lock files of dependencies, which the language's own tool makes behind the render."""

import os

import pytest

from tests.scenarios.world import git, scaffold

DATA = (
    "--data",
    "mission=Checkout",
    "--data",
    "owner=@acme/checkout",
    "--data",
    "outcome=Orders are paid",
    "--defaults",
)
MAKES = '#!/bin/sh\n[ "$1" = lock ] && printf "version = 1\\n" > uv.lock\n'
FAILS = "#!/bin/sh\necho no network >&2\nexit 2\n"


@pytest.fixture
def tool(tmp_path):
    """A folder that comes first on the PATH, and a program called uv in it."""

    def make(text):
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "uv").write_text(text)
        (folder / "uv").chmod(0o755)
        return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    return make


def test_it_is_made_and_committed_and_is_no_part_of_the_lock(tmp_path, tool):
    done = scaffold("new", "python-http-service", "orders", *DATA, where=tmp_path, **tool(MAKES))
    assert done.code == 0, done.err
    service = tmp_path / "orders"
    assert "uv.lock" in git("ls-files", where=service).split()
    assert "uv.lock" not in (service / ".scaffold/lock.json").read_text()
    assert scaffold("status", where=service).code == 0


def test_it_is_not_made_without_a_network_to_ask(tmp_path, tool):
    assert scaffold("new", "python-http-service", "orders", "--offline", *DATA, where=tmp_path, **tool(MAKES)).code == 0
    assert not (tmp_path / "orders/uv.lock").exists()


def test_what_fails_is_said_and_hinders_nothing(tmp_path, tool):
    done = scaffold("new", "python-http-service", "orders", *DATA, where=tmp_path, **tool(FAILS))
    assert done.code == 0
    assert "`uv lock` makes uv.lock, which is to be committed; here it failed" in done.out


def test_in_a_folder_of_a_repository_it_is_there_to_be_added(tmp_path, tool):
    git("init", "--quiet", where=tmp_path)
    done = scaffold("new", "python-http-service", "orders", *DATA, where=tmp_path, **tool(MAKES))
    assert done.code == 0, done.err
    assert "orders/uv.lock" in git("status", "--porcelain", "--untracked-files=all", where=tmp_path)


def test_a_workflow_is_explained_with_the_rules_that_look_at_it(tmp_path):
    assert scaffold("new", "python-http-service", "orders", *DATA, where=tmp_path).code == 0
    done = scaffold("explain", ".github/workflows/ci.yml", where=tmp_path / "orders")
    assert {"CI-02", "CI-04", "CI-09", "SC-05"} <= set(done.out.split())
