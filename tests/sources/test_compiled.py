import os
import subprocess
import sys

import pytest

from scaffold.sources import compiled
from scaffold.templating import known
from scaffold.templating.templates import Templates

FILES = {"a": b"{% for x in xs %}{{ x }},{% endfor %}"}
ANOTHER = """
from scaffold.sources import compiled
from scaffold.templating import known
from scaffold.templating.templates import Templates
with compiled.kept("here"):
    assert Templates({"a": b"{% for x in xs %}{{ x }},{% endfor %}"}, "t").render("a", {"xs": [1, 2]}) == "1,2,"
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known.forget()
    yield tmp_path / "scaffold/compiled"
    known.forget()


def render(files=FILES):
    with compiled.kept("here"):
        return Templates(files, "t").render("a", {"xs": [1, 2]})


def in_another_process(cache):
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache.parents[1])}
    subprocess.run([sys.executable, "-c", ANOTHER], check=True, env=environment)


def test_code_is_kept_for_other_processes_and_written_once(cache):
    in_another_process(cache)
    (kept,) = cache.iterdir()
    before = kept.stat().st_mtime_ns
    assert render() == "1,2,"
    assert [place.name for place in cache.iterdir()] == [kept.name]
    assert kept.stat().st_mtime_ns == before, "nothing new was compiled"


def test_a_change_is_compiled_anew(cache):
    in_another_process(cache)
    assert render({"a": b"{% for x in xs %}{{ x }};{% endfor %}"}) == "1;2;"


SPOILED = {"empty": b"", "short": lambda b: b[:-1], "changed": lambda b: b[:40] + b"?" + b[41:], "other": b"junk"}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_damaged_cache_is_no_cache(cache, spoil):
    in_another_process(cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(spoil if isinstance(spoil, bytes) else spoil(kept.read_bytes()))
    assert render() == "1,2,"


def test_a_cache_that_cannot_be_written_costs_time_only(cache):
    cache.parent.mkdir()
    cache.write_text("in the way")
    assert render() == "1,2,"
