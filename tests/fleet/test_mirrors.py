"""Mirrors: fetched from real servers where something moved, whole again when damaged, and honest where they cannot be."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import sleep

import pytest
from filelock import FileLock

from scaffold.errors import GitError
from scaffold.fleet import mirrors
from scaffold.fleet.mirrors import BEFORE, brought, free, mirrored, used
from scaffold.git.objects import open_repository
from scaffold.sources import cache
from tests import kit
from tests.kit import git
from tests.test_process import wait_until_gone


@pytest.fixture(autouse=True)
def _network(monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:http:ssh")


@pytest.fixture
def upstream(tmp_path):
    """A repository with three commits, in each another `a`."""
    for text in ("one\n", "two\n", "three\n"):
        root = kit.repo(tmp_path / "up", {"a": text, "b/c": "same\n"})
    return root


@pytest.fixture
def url(upstream):
    return f"file://{upstream}"


def one(url, **more):
    (mirror,) = mirrored([url], **more).values()
    return mirror


def head(folder):
    return git(folder, "rev-parse", "HEAD")


def grow(upstream, text):
    return head(kit.repo(upstream, {"a": text}))


class Http(BaseHTTPRequestHandler):
    """git http-backend below /git/, a password before /closed/, and /old/ has moved there."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/old/"):
            self.send_response(301)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/git/{self.path[5:]}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/closed/"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
        else:
            self.serve()

    def do_POST(self):
        self.server.asked.append(self.path)
        self.serve()

    def serve(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        known = {
            "GIT_PROJECT_ROOT": self.server.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path.removeprefix("/git"),
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(length),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "REMOTE_ADDR": "127.0.0.1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }  # fmt: skip
        body = self.rfile.read(length)
        done = subprocess.run(["git", "http-backend"], input=body, env=os.environ | known, stdout=-1, check=False)
        lines, _, content = done.stdout.partition(b"\r\n\r\n")
        heads = dict(line.split(": ", 1) for line in lines.decode().split("\r\n"))
        self.send_response(int(heads.pop("Status", "200").split()[0]))
        for name, value in heads.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def server(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Http)
    server.root, server.asked = str(folder), []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_over_http_only_the_newest_commit_comes_and_only_where_something_moved(tmp_path, upstream):
    told = []
    with server(tmp_path) as (served, base):
        url = f"{base}/git/up/.git"
        first = one(url, notify=told.append)
        assert (first.why, first.moved, first.note) == ("", True, "")
        assert head(first.folder) == head(upstream)
        assert git(first.folder, "rev-list", "--all", "--count") == "1"
        assert open_repository(first.folder).branch() == "refs/heads/main"
        assert not list(first.folder.glob("objects/??")), "one pack, and no small files"
        served.asked.clear()
        assert one(url) == first._replace(moved=False)
        assert [path.rpartition("/")[2] for path in served.asked] == ["refs?service=git-upload-pack", "git-upload-pack"]
        newest = grow(upstream, "four\n")
        again = one(url)
        assert (again.folder, again.moved, head(again.folder)) == (first.folder, True, newest)
        assert git(again.folder, "show", "HEAD:b/c") == "same"
    assert told[-1] == "Fetching repositories: 1 of 1"
    gone = one(url)
    assert gone.folder == first.folder
    assert gone.why.startswith(f"git could not reach {url}: ")
    assert gone.why.endswith(BEFORE)
    assert one(url, offline=True) == first._replace(moved=False)


def test_what_cannot_be_had_is_one_sentence_and_stops_nobody(tmp_path, upstream):
    with server(tmp_path) as (_, base):
        urls = [
            f"{base}/old/up/.git",
            f"{base}/closed/x",
            f"{base}/git/none",
            "http://127.0.0.1:1/x",
            f"{base}/git/up/.git",
        ]
        moved, closed, none, silent, fine = mirrored(urls).values()
    assert moved.why == f"{urls[0]} redirects to {urls[4]} (write that address, where it is the right one)"
    assert closed.why.startswith(f"git could not reach {urls[1]}: could not read Username")
    assert closed.why.endswith(f"terminal prompts disabled ({mirrors.REACHABLE})")
    assert none.why.startswith(f"git could not reach {urls[2]}: ")
    assert silent.why.startswith(f"git could not reach {urls[3]}: unable to access")
    assert [one.folder for one in (moved, closed, none, silent)] == [None] * 4
    assert (fine.why, head(fine.folder)) == ("", head(upstream))
    assert [place.name for place in cache.root("fleet").iterdir()] == [fine.folder.name], "nothing is left of the rest"
    assert one("http://127.0.0.1:1/x", offline=True).why.endswith("is not in the cache (run once without --offline)")


def renamed(upstream):
    git(upstream, "branch", "--move", "main/next")


def detached(upstream):
    git(upstream, "checkout", "--quiet", "--detach")


def behind(upstream):
    git(upstream, "reset", "--quiet", "--hard", "HEAD~1")


def rewritten(upstream):
    git(upstream, "commit", "--quiet", "--amend", "--allow-empty", "--message=other")


@pytest.mark.parametrize("move", [renamed, detached, behind, rewritten])
def test_a_mirror_follows_whatever_head_does(upstream, url, move):
    one(url)
    move(upstream)
    mirror = one(url)
    assert (mirror.why, head(mirror.folder)) == ("", head(upstream))
    assert one(url) == mirror._replace(moved=False, note="")
    detached = git(upstream, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert (
        detached or open_repository(mirror.folder).branch() == f"refs/heads/{git(upstream, 'branch', '--show-current')}"
    )


def test_an_empty_repository_is_one_and_one_whose_head_is_gone_is_said(tmp_path, upstream, url):
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")
    empty = one(f"file://{tmp_path}/empty.git")
    assert (empty.why, open_repository(empty.folder).head()) == ("", None)
    assert one(empty.url) == empty._replace(moved=False)
    before = one(url)
    git(upstream, "symbolic-ref", "HEAD", "refs/heads/gone")
    assert one(url).why == f"HEAD names no commit any more at {url} (set its default branch){BEFORE}"
    assert one(url).folder == before.folder


def each(folder, pattern):
    found = [place for place in folder.glob(pattern) if place.is_file()]
    assert found, pattern
    for place in found:
        place.chmod(0o644)
    return found


def without(folder, pattern):
    for place in each(folder, pattern):
        place.unlink()


def shortened(folder, pattern):
    for place in each(folder, pattern):
        place.write_bytes(place.read_bytes()[:-30])


def nonsense(folder, pattern):
    for place in each(folder, pattern):
        place.write_bytes(os.urandom(41))


def one_less(folder, pattern):
    id_ = git(folder, "rev-parse", pattern)
    for place in list(folder.glob("objects/pack/*.pack")):
        content = place.rename(folder / "aside").read_bytes()
        git(folder, "unpack-objects", "-q", stdin=content)
    (folder / "objects" / id_[:2] / id_[2:]).unlink()


DAMAGE = {
    "a content": (one_less, "HEAD:b/c"),
    "a folder": (one_less, "HEAD:b"),
    "no contents": (without, "objects/pack/*"),
    "a shortened pack": (shortened, "objects/pack/*.pack"),
    "a garbled index of it": (nonsense, "objects/pack/*.idx"),
    "a garbled branch": (nonsense, "refs/heads/main"),
    "a garbled HEAD": (nonsense, "HEAD"),
    "no settings": (nonsense, "config"),
}


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_mirror_is_made_anew(upstream, url, case, moves):
    damage, pattern = DAMAGE[case]
    damage(one(url).folder, pattern)
    assert one(url, offline=True).folder is None
    assert "is damaged: " in one(url, offline=True).why
    if moves:
        grow(upstream, "four\n")
    mirror = one(url)
    assert mirror.why == ""
    assert mirror.note.startswith(f"{url} was fetched anew: ")
    assert head(mirror.folder) == head(upstream)
    git(mirror.folder, "fsck", "--full")


def test_one_that_grew_into_many_pieces_and_one_that_a_reader_cannot_read_are_made_anew(upstream, url, monkeypatch):
    monkeypatch.setattr(mirrors, "MOST_PACKS", 2)
    one(url)
    for text in ("4\n", "5\n"):
        grow(upstream, text)
        folder = one(url).folder
    assert len(list(folder.glob("objects/pack/*.pack"))) == 3
    assert one(url).note == f"{url} was fetched anew: it was in too many pieces"
    assert len(list(folder.glob("objects/pack/*.pack"))) == 1
    assert one(url, anew=True).note == f"{url} was fetched anew: that was asked for"


def test_what_killed_runs_have_left_is_no_hindrance(upstream, url):
    folder = one(url).folder
    for path in ("HEAD.lock", "shallow.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x"):
        (folder / path).write_text("")
    left = folder.with_name(f"{folder.stem}.filling-1")
    left.mkdir()
    grow(upstream, "four\n")
    assert one(url).note == ""
    assert not list(folder.glob("**/*.lock"))
    without(folder, "HEAD")
    assert one(url).why == ""
    assert not left.exists()


def blob(upstream, revision):
    return git(upstream, "rev-parse", f"{revision}:a")


def test_old_contents_are_brought_by_their_ids_and_what_is_nowhere_is_said(tmp_path, upstream):
    lost = [f"{number}" * 40 for number in (1, 2)]
    with server(tmp_path) as (_, base):
        url = f"{base}/git/up/.git"
        folder = one(url).folder
        old = [blob(upstream, "HEAD~1"), blob(upstream, "HEAD~2")]
        assert open_repository(folder).blob(old[0]) is None
        assert brought(url, [*old, *lost]) == frozenset(lost)
        assert [open_repository(folder).blob(id_) for id_ in old] == [b"two\n", b"one\n"]
        assert git(folder, "rev-list", "--all", "--count") == "1", "no history comes along"
        assert not one(url).moved
    assert brought(url, old) == frozenset(), "what is here is not asked for"
    with pytest.raises(GitError, match="could not reach"):
        brought(url, lost)


def test_a_server_that_gives_no_contents_by_id_is_no_failure(upstream, url, monkeypatch):
    folder = one(url).folder
    for name, value in {"COUNT": "1", "KEY_0": "protocol.version", "VALUE_0": "0"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    old = blob(upstream, "HEAD~1")
    assert brought(url, [old]) == {old}
    assert open_repository(folder).blob(old) is None


def test_a_server_that_knows_few_of_many_is_not_asked_for_ever(tmp_path, upstream):
    lost = [f"{number:x}" * 40 for number in range(1, 16)]
    with server(tmp_path) as (served, base):
        url = f"{base}/git/up/.git"
        one(url)
        served.asked.clear()
        assert brought(url, [blob(upstream, "HEAD~1"), *lost]) >= set(lost)
    assert 1 < len([path for path in served.asked if "info/refs" in path]) < 12


def test_a_cache_that_takes_nothing_is_said_of_each_member(url, tmp_path, monkeypatch):
    (tmp_path / "full").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "full"))
    assert one(url).why.startswith(
        f"{tmp_path}/full/scaffold/fleet: the cache cannot be used: Not a directory (free some"
    )


def test_a_full_disk_is_said_and_leaves_what_was_there(upstream, url):
    before = one(url)
    grow(upstream, os.urandom(300_000).hex())
    # What a program may write to one file is what a full disk has left: git ends at the same place.
    script = "ulimit -f 64; trap '' XFSZ; exec \"$@\""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); from scaffold.fleet.mirrors import mirrored; print(*mirrored([sys.argv[1]]).values())"
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-c", code, url], capture_output=True, text=True, check=True
    )
    assert BEFORE in done.stdout
    assert f"git could not reach {url}: " in done.stdout
    assert git(before.folder, "show", "HEAD:a") == "three"
    assert one(url).why == ""


RUN = """
import sys
from scaffold.fleet.mirrors import mirrored
for _ in range(3):
    found = mirrored(sys.argv[1:])
    assert not any(mirror.why for mirror in found.values()), found
"""


def test_several_runs_at_once_share_one_cache(tmp_path):
    roots = [kit.repo(tmp_path / f"r{number}", {"a": "1\n"}) for number in range(6)]
    urls = [f"file://{root}" for root in roots]
    command = [sys.executable, "-c", RUN, *urls]
    here = Path(__file__).parents[2]
    runs = [subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    while any(run.poll() is None for run in runs):
        for root in roots:
            grow(root, os.urandom(8).hex())
    assert [run.communicate()[1] for run in runs] == ["", "", ""]
    found = mirrored(urls)
    assert [head(found[url].folder) for url in urls] == [head(root) for root in roots]
    assert sorted(place.suffix for place in cache.root("fleet").iterdir()) == [".git"] * 6


def test_one_that_another_run_holds_is_said_and_the_others_go_on(tmp_path, upstream, url, monkeypatch):
    monkeypatch.setattr(cache, "BUSY", 0.1)
    other = f"file://{kit.repo(tmp_path / 'other', {'a': ''})}"
    folder = one(url).folder
    with FileLock(folder.parents[1] / "locks" / folder.stem):
        grow(upstream, "four\n")
        held, fine = mirrored([url, other]).values()
    assert held.why == f"another scaffold is fetching {url} (wait until it is done){BEFORE}"
    assert (held.folder, fine.why) == (folder, "")


INTERRUPTED = """
import signal, sys
from scaffold.fleet.mirrors import mirrored
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    mirrored(sys.argv[1:])
except KeyboardInterrupt:
    print("ended")
"""


def test_when_interrupted_every_git_is_ended(tmp_path, monkeypatch):
    pids = tmp_path / "pids"
    pids.mkdir()
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f"#!/bin/sh\necho $$ > {pids}/$$.part; mv {pids}/$$.part {pids}/$$\nfor _ in $(seq 300); do echo going on >&2; sleep 1; done\n"
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH", str(ssh))
    command = [sys.executable, "-c", INTERRUPTED, *(f"git@host:{name}" for name in "abcdef")]
    run = subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True)
    while len([place for place in pids.iterdir() if not place.suffix]) < mirrors.AT_ONCE:
        assert run.poll() is None
        sleep(0.02)
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=120)[0] == "ended\n"
    started = [int(place.read_text()) for place in pids.iterdir()]
    assert len(started) == mirrors.AT_ONCE
    for pid in started:
        wait_until_gone(pid)


def test_what_mirrors_take_is_counted_and_freed(tmp_path, url):
    assert used() == (0, 0, False)
    other = f"file://{kit.repo(tmp_path / 'other', {'a': ''})}"
    kept, gone = (mirror.folder for mirror in mirrored([url, other]).values())
    size = sum(place.stat().st_size for place in gone.rglob("*") if place.is_file())
    assert used([url]) == (1, size, False)
    assert free([url]) == (1, size, True)
    assert kept.exists()
    assert not gone.exists()
    shutil.copytree(kept, kept.with_name(f"{kept.stem}.filling-1"))
    assert free()[0] == 1
    assert not list(cache.root("fleet").iterdir())
    assert one(url).moved
