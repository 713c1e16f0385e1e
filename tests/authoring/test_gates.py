"""The gates of the built-in library's services, run by the blueprint's own test: each case in a clean folder."""

import pytest

from scaffold.sources.built_in import built_in_root
from scaffold.sources.library import FolderLibrary
from tests.scenarios.world import scaffold

pytestmark = [pytest.mark.slow, pytest.mark.toolchain, pytest.mark.limit(1800)]
NAMES = FolderLibrary(built_in_root(), "builtin").names()


@pytest.mark.parametrize("name", NAMES)
def test_every_case_passes_its_own_gates(name, toolchain_environment):
    words = ("blueprint", "test", name, "--library", built_in_root(), "--gates", "--format", "json")
    done = scaffold(*words, where=built_in_root(), **toolchain_environment)
    gates = {gate["case"]: (gate["state"], gate["why"]) for gate in done.json["gates"]}
    assert gates == {case["name"]: ("pass", "make setup check") for case in done.json["cases"]}, gates
    assert done.code == 0
    assert "Gates: make check of" in done.said
