"""What is fetched from far away: ended when nothing comes any more, and with a login that nobody else gets to see."""

import base64
import os
import socket
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scaffold.errors import GitError
from scaffold.git import porcelain
from scaffold.git.login import Login
from scaffold.sources.address import apart
from tests import kit
from tests.kit import git
from tests.test_process import wait_until_gone


@pytest.fixture(autouse=True)
def _network(monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:http:git:ssh")


@pytest.fixture
def bare(tmp_path):
    (tmp_path / "mirror").mkdir()
    porcelain.init_bare(tmp_path / "mirror")
    return tmp_path / "mirror"


@pytest.fixture
def upstream(tmp_path):
    root = kit.repo(tmp_path / "up", {"a": "a\n"}, "v1.0.0")
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "up.git")
    git(tmp_path / "up.git", "update-server-info")
    return tmp_path / "up.git"


@contextmanager
def silent():
    """A server that accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/x.git", "git://127.0.0.1:{}/x.git"])
def test_a_server_that_says_nothing_is_given_up(bare, address):
    with silent() as port, pytest.raises(GitError, match=r"could not reach .*: not a byte has come for 1 s"):
        porcelain.fetch(bare, address.format(port), idle=1)


def script(place: Path, text: str) -> str:
    place.write_text(text)
    place.chmod(0o755)
    return str(place)


def test_an_ssh_that_hangs_is_ended_with_all_it_has_started(bare, tmp_path, monkeypatch):
    told = tmp_path / "pid"
    monkeypatch.setenv("GIT_SSH", script(tmp_path / "ssh", f"#!/bin/sh\nsleep 300 & echo $! > {told}\nwait\n"))
    with pytest.raises(GitError, match="not a byte has come for 1 s"):
        porcelain.fetch(bare, "git@host:x.git", idle=1)
    wait_until_gone(int(told.read_text()))


SLOW = """#!{python}
import subprocess, sys, time
served = subprocess.Popen(["git", "upload-pack", {upstream!r}], stdin=0, stdout=subprocess.PIPE)
while piece := served.stdout.read1(12):
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    time.sleep(0.04)
"""


def test_one_that_trickles_is_waited_for(bare, upstream, tmp_path, monkeypatch):
    ssh = SLOW.format(python=sys.executable, upstream=str(upstream))
    monkeypatch.setenv("GIT_SSH", script(tmp_path / "ssh", ssh))
    porcelain.fetch(bare, "git@host:x.git", idle=1)
    assert git(bare, "rev-parse", "v1.0.0") == git(upstream, "rev-parse", "v1.0.0")


class Guarded(SimpleHTTPRequestHandler):
    """Serves a repository to whoever says the right password, and looks at all that runs meanwhile."""

    wanted = ""

    def do_GET(self):
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.server.seen += place.read_bytes()
            except OSError:
                continue
        if self.headers.get("Authorization") == self.server.wanted:
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def guarded(folder, user, password):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(folder)))
    server.wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    server.seen = b""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def test_a_login_reaches_the_server_and_nobody_else(bare, upstream, tmp_path):
    kept = tmp_path / "kept"
    git(bare, "config", "credential.helper", f"store --file={kept}")
    with guarded(upstream.parent, "me@there", "S3CR3T 'p\"$x") as server:
        url, login = apart(f"http://me%40there:S3CR3T%20'p%22$x@127.0.0.1:{server.server_port}/up.git")
        porcelain.fetch(bare, url, login)
    assert "S3CR3T" not in url
    assert git(bare, "rev-parse", "v1.0.0") == git(upstream, "rev-parse", "v1.0.0")
    assert b"git" in server.seen
    assert b"S3CR3T" not in server.seen
    assert not kept.exists(), "what was given for one run is written down nowhere"


def test_a_name_alone_leaves_the_password_to_the_helpers_of_the_user(bare, upstream):
    git(bare, "config", "credential.helper", "!f() { cat >&2; echo password=p; }; f")
    with guarded(upstream.parent, "token", "p") as server:
        porcelain.fetch(bare, *apart(f"http://token@127.0.0.1:{server.server_port}/up.git"))
    assert git(bare, "rev-parse", "v1.0.0")


def test_a_login_is_for_no_other_host(bare, upstream):
    login = Login("http://other", "me", "S3CR3T")
    with (
        guarded(upstream.parent, "me", "S3CR3T") as server,
        pytest.raises(GitError, match="could not read Username"),
    ):
        porcelain.fetch(bare, f"http://127.0.0.1:{server.server_port}/up.git", login)


def test_a_helper_that_hangs_is_given_up(bare, upstream):
    git(bare, "config", "credential.helper", "!sleep 300 #")
    with guarded(upstream.parent, "me", "p") as server, pytest.raises(GitError, match="not a byte has come for 1 s"):
        porcelain.fetch(bare, f"http://127.0.0.1:{server.server_port}/up.git", idle=1)


def test_what_cannot_be_reached_is_said_without_what_git_says_in_between(bare):
    with pytest.raises(GitError) as caught:
        porcelain.fetch(bare, "http://127.0.0.1:1/x.git")
    assert caught.value.message.startswith("git could not reach http://127.0.0.1:1/x.git: unable to access")
    assert "http.c" not in caught.value.message
    assert not os.path.lexists(bare / "FETCH_HEAD")
