"""The pipelines of a stamped service: what they hold back is what the blueprint prescribes, and what they sign is whole."""

import json
import subprocess
import sys

import pytest
import yaml

from tests.golden.stamping import stamped


def test_what_has_to_pass_before_a_merge_is_a_job_that_needs_all_others(tmp_path):
    service = stamped(tmp_path / "orders")
    prescribed = json.loads((service / ".scaffold/lock.json").read_text())["forge"]["default_branch"]["checks"]
    jobs = yaml.safe_load((service / ".github/workflows/ci.yml").read_text())["jobs"]
    (required,) = [name for name, job in jobs.items() if job["name"] in prescribed]
    assert set(jobs[required]["needs"]) == set(jobs) - {required}
    assert jobs[required]["if"] == "always()", "a job that is left out does not hold a merge back"


@pytest.mark.skipif(sys.platform == "win32", reason="the pipeline's shell is a POSIX shell")
def test_gitlab_signs_a_statement_of_where_the_image_comes_from(tmp_path):
    service = stamped(tmp_path / "orders", ci="gitlab")
    script = yaml.safe_load((service / ".gitlab-ci.yml").read_text())["release"]["script"]
    (line,) = [one for one in script if "> provenance.json" in one]
    known = {"CI_PROJECT_URL": "https://forge.test/acme/orders", "CI_COMMIT_SHA": "a" * 40, "CI_RUNNER_ID": "7"}
    subprocess.run(["sh", "-c", line], cwd=tmp_path, env=known, check=True)
    said = json.loads((tmp_path / "provenance.json").read_text())
    assert said.keys() == {"buildDefinition", "runDetails"}, "what SLSA demands, and cosign looks for"
    (source,) = said["buildDefinition"]["resolvedDependencies"]
    assert source == {"uri": "git+https://forge.test/acme/orders", "digest": {"gitCommit": "a" * 40}}
    assert said["runDetails"]["builder"]["id"] == "https://forge.test/acme/orders/-/runners/7"
    assert any("--type slsaprovenance1 --predicate provenance.json" in one for one in script)
