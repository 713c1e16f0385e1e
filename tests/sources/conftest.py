"""A cache of its own for each test, and a template with two releases."""

import pytest

from tests import kit

COPIER = "name:\n  type: str\n  default: demo\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def template(tmp_path):
    root = kit.repo(tmp_path / "My Template", {"copier.yml": COPIER, "a.txt.jinja": "one {{ name }}\n"}, "v1.0.0")
    return kit.repo(root, {"a.txt.jinja": "two {{ name }}\n"}, "v1.1.0")
