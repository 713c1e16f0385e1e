"""Keys that the platform owns, of every kind that YAML has: an edit is drift, a finding, and put back once."""

import scaffold as api
from tests.scenarios.world import MANIFEST, commit, make_library, release, write

KEYS = (
    "  /ci.yml:\n    file: managed\n    keys:\n      on: locked\n      env: locked\n      jobs.test.steps.0: locked\n"
)
OWNED = MANIFEST.replace("  /ci.yml: locked\n", KEYS)
CI = """\
name: ci  # ours
on: [push]
env: {1: a, level: 1, strict: true, until: 2030-01-01}
jobs:
  test:
    steps:
      - {uses: !pinned checkout}
      - run: make
"""
EDITS = {
    "on": ("[push]", "[pull_request]"),
    "env": ("strict: true", "strict: 1"),
    "env of mixed keys": ("1: a", "1: a, 2: b"),
    "env as float": ("level: 1", "level: 1.0"),
    "env in quotes": ("2030-01-01", "'2030-01-01'"),
    "jobs.test.steps.0": ("!pinned", "!loose"),
}


def test_an_edit_of_a_locked_key_is_drift_until_an_update_puts_it_back(tmp_path):
    library = make_library(tmp_path / "library", manifest=OWNED)
    release(library, "1.1.0", {"ci.yml": CI}, manifest=OWNED)
    service = api.new("demo", tmp_path / "service", source=str(library)).root
    assert api.status(service).drift == ()
    for name, (was, now) in EDITS.items():
        key = name.partition(" ")[0]
        mine = CI.replace(was, now).replace("run: make", "run: make all")
        write(service, {"ci.yml": mine})
        commit(service)
        assert [drift.key for drift in api.status(service).drift] == [key], name
        findings = [found for found in api.check(service).findings if found.rule == "LK-02"]
        assert [(found.path, found.key, found.state) for found in findings] == [("ci.yml", key, "fail")]
        api.update(service)
        assert (service / "ci.yml").read_text() == mine.replace(now, was), name
        assert api.status(service).drift == ()
        assert api.update(service, dry_run=True).up_to_date
        write(service, {"ci.yml": CI})
        commit(service)
