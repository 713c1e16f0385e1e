"""The pipelines of a stamped service: what they hold back is what the blueprint prescribes, and what they sign is whole."""

import json
import subprocess
import sys

import pytest
import yaml

from tests.golden.stamping import stamped
from tests.scenarios.world import scaffold


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


@pytest.mark.skipif(sys.platform == "win32", reason="the pipeline's shell is a POSIX shell")
@pytest.mark.parametrize(("severity", "code"), [("Critical", 1), ("High", 1), ("Medium", 0)])
def test_gitlab_holds_back_what_its_analysis_calls_grave(tmp_path, severity, code):
    service = stamped(tmp_path / "orders", ci="gitlab")
    pipeline = yaml.safe_load((service / ".gitlab-ci.yml").read_text())
    assert pipeline["semgrep-sast"] == {"allow_failure": False, "artifacts": {"paths": ["gl-sast-report.json"]}}
    (line,) = pipeline["weaknesses"]["script"]
    report = {"vulnerabilities": [{"severity": severity, "name": "SQL injection"}]}
    (tmp_path / "gl-sast-report.json").write_text(json.dumps(report))
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "SQL injection" in done.stdout) == (code, bool(code)), done.stderr


def test_gitlab_publishes_a_library_without_a_token_and_with_provenance(tmp_path):
    library = stamped(tmp_path / "durations", "python-library", ci="gitlab")
    pipeline = yaml.safe_load((library / ".gitlab-ci.yml").read_text())
    assert len(pipeline["quality"]["parallel"]["matrix"][0]["PYTHON_IMAGE"]) == 4
    assert "uv publish --trusted-publishing always" in pipeline["release"]["script"]
    done = scaffold("check", "--rule", "SC-06", "--rule", "SC-07", "--format", "json", where=library)
    assert {one["state"] for one in done.json["rules"] if one["id"] in ("SC-06", "SC-07")} == {"pass"}, done.out
