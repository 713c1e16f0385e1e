"""Releases that are signed with GPG: made by git as it is set up, and verified by the keys that the user has."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo
from tests.scenarios.world import scaffold

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
SETTINGS = Path(os.environ["XDG_CONFIG_HOME"]) / "scaffold/settings.yml"  # of the user that the tests are
M = "blueprints/tool/blueprint.yml"
PLATFORM, STRANGER = "platform@acme.example", "stranger@acme.example"


def gpg(home, *words):
    done = subprocess.run(["gpg", "--homedir", home, "--batch", "--yes", *words], capture_output=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def keys():
    """Two keyrings: of who signs, with the keys of two, and of who verifies, with the public key of one."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="gpg-") as place:  # gpg's sockets need a short path
        signs, verifies = Path(place) / "s", Path(place) / "v"
        for home in (signs, verifies):
            home.mkdir(mode=0o700)
        for who in (PLATFORM, STRANGER):
            gpg(signs, "--passphrase", "", "--quick-generate-key", who, "ed25519", "sign", "never")
        public = Path(place) / "public"
        public.write_bytes(gpg(signs, "--export", PLATFORM))
        gpg(verifies, "--import", public)
        yield signs, verifies
        for home in (signs, verifies):
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


@pytest.fixture
def root(tmp_path):
    root = repo(shelf(tmp_path / "library", {M: QUIET}), {}, "tool/v1.0.0")
    repo(root, {"templates/base/.editorconfig": "root = false\n"})
    for name, value in {"user.name": "A", "user.email": "a@localhost", "gpg.format": "openpgp"}.items():
        git(root, "config", name, value)
    SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    SETTINGS.write_text("require_signature: true\n")
    yield root
    SETTINGS.unlink(missing_ok=True)


def released(root, keys, who):
    git(root, "config", "user.signingkey", who)
    done = scaffold("blueprint", "release", "tool", "--format", "json", where=root, GNUPGHOME=str(keys[0]))
    assert done.code == 0, done.err
    return done.json


def new(root, keys, version, dest):
    words = ("new", f"tool@{version}", dest, "--source", root, "--defaults")
    return scaffold(*words, where=root.parent, GNUPGHOME=str(keys[1]))


def test_a_release_is_signed_and_verified(root, keys, tmp_path):
    made = released(root, keys, PLATFORM)
    assert made["signed"] is True
    assert "BEGIN PGP SIGNATURE" in git(root, "cat-file", "tag", made["tag"])
    assert new(root, keys, made["to"], "a").code == 0
    done = scaffold("verify", tmp_path / "a", where=tmp_path, GNUPGHOME=str(keys[1]))
    print_of = (
        gpg(keys[0], "--with-colons", "--fingerprint", PLATFORM).decode().split("fpr:::::::::")[1].partition(":")[0]
    )
    assert (done.code, f"vouched for by {print_of}" in done.out) == (0, True), done.out + done.err


def test_a_key_that_the_user_does_not_have_is_nobodys(root, keys):
    made = released(root, keys, STRANGER)
    done = new(root, keys, made["to"], "a")
    assert (done.code, "must be signed: the signature of the tag" in done.err) == (1, True), done.err
    assert not (root.parent / "a").exists()


def test_the_library_does_not_say_which_program_verifies(root, keys):
    made = released(root, keys, STRANGER)
    fake = root.parent / "fake"
    status = ("NEWSIG", "GOODSIG 0123456789ABCDEF x", f"VALIDSIG {'0' * 40} 2026-01-01", "TRUST_ULTIMATE 0 pgp")
    fake.write_text("".join(["#!/bin/sh\ncat > /dev/null\n", *(f"echo '[GNUPG:] {one}'\n" for one in status)]))
    fake.chmod(0o755)
    for name in ("gpg.program", "gpg.openpgp.program"):
        git(root, "config", name, str(fake))
    done = new(root, keys, made["to"], "a")
    assert (done.code, "must be signed" in done.err) == (1, True), done.out + done.err
