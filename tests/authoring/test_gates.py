"""The gates of the built-in library's services, run by the blueprint's own test: each case in a clean folder."""

import sys

import pytest
import yaml

from scaffold.sources.built_in import built_in_root
from scaffold.sources.library import FolderLibrary
from tests.scenarios.world import scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain, pytest.mark.limit(1800)]
NAMES = FolderLibrary(built_in_root(), "builtin").names()
HERE = ".".join(map(str, sys.version_info[:2]))


def python_of(name, case):
    """The Python that a case asks for, which uv brings where it may fetch one."""
    return yaml.safe_load((built_in_root() / f"blueprints/{name}/cases/{case}.yml").read_text()).get("python")


@pytest.mark.parametrize("name", NAMES)
def test_every_case_passes_its_own_gates(name, toolchain_environment):
    words = ("blueprint", "test", name, "--library", built_in_root(), "--gates", "--format", "json")
    done = scaffold(*words, where=built_in_root(), **toolchain_environment)
    gates = {gate["case"]: (gate["state"], gate["why"]) for gate in done.json["gates"]}
    here = {case: gate for case, gate in gates.items() if python_of(name, case) in (None, HERE)}
    assert here == dict.fromkeys(here, ("pass", "make setup check")), gates
    assert len(here) > 1
    assert gates.keys() == {case["name"] for case in done.json["cases"]}
    assert (done.code == 0) == all(state == "pass" for state, _ in gates.values())
    assert "Gates: make check of" in done.said
