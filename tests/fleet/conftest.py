"""A cache of its own for each test, and repositories to list."""

import os

import pytest

from tests import kit
from tests.fleet import company as companies
from tests.kit import git
from tests.once import once

LOCK = ".scaffold/lock.json"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    """No proxy and no token of whoever runs the tests."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_TOKEN") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def company(tmp_path_factory):
    """A company of all kinds of members, which nobody changes."""
    return once(tmp_path_factory, "company-of-30", lambda folder: companies.made(folder, 30))


@pytest.fixture
def repo(tmp_path):
    """Make a repository below a folder, by default with a lock at its top."""

    def make(name, files=None):
        return kit.repo(tmp_path / name, {LOCK: "{}\n"} if files is None else files)

    return make


@pytest.fixture
def bare(tmp_path, repo):
    """Make a bare repository."""

    def make(name, files=None):
        git(tmp_path, "clone", "--quiet", "--bare", str(repo(f"{name}-work", files)), f"{name}.git")
        return tmp_path / f"{name}.git"

    return make
