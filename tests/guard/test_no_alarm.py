"""What looks like a breach and is none."""

import pytest

from scaffold.guard.catalogue import BUILT_IN
from scaffold.guard.looking import look_with
from scaffold.guard.policy import Policy
from scaffold.project.checking.policy import nothing
from scaffold.project.snapshots import snapshot_of
from tests.guard.alone import found, state

WORKFLOW = ".github/workflows/nightly.yml"
TAKES = """\
on: {on}
jobs:
  first:
    if: {condition}
    runs-on: x
    steps: [{{run: echo}}]
  second:
    needs: first
    if: {second}
    runs-on: x
    steps:
      - uses: actions/checkout@v7
        with: {{ref: "refs/pull/${{{{ github.event.issue.number }}}}/head"}}
"""
NO_REQUEST = "${{ !github.event.issue.pull_request }}"


@pytest.mark.parametrize(
    ("condition", "second", "count"),
    [
        ("true", "true", 1),
        (NO_REQUEST, "true", 0),  # the second runs only where the first did
        (NO_REQUEST, "always()", 1),
        ("github.event.issue.pull_request", "true", 1),
    ],
)
def test_a_comment_on_what_is_no_pull_request(condition, second, count):
    text = TAKES.format(on="issue_comment", condition=condition, second=second)
    assert len(found("CI-03", {WORKFLOW: text})) == count


@pytest.mark.parametrize(
    ("runner", "count"),
    [("[self-hosted, linux]", 1), ("{group: big}", 1), ("{group: Default Larger Runners}", 0), ("ubuntu-24.04", 0)],
)
def test_whose_machine_it_is(runner, count):
    text = f"on: pull_request\njobs:\n  a: {{runs-on: {runner}, steps: [{{run: 'true'}}]}}\n"
    assert len(found("CI-03", {WORKFLOW: text})) == count


def test_a_workflows_own_name_is_ours():
    text = "on: {workflow_run: {workflows: [CI]}}\njobs:\n  a: {steps: [{run: 'echo ${{ github.event.workflow_run.NAME }}'}]}\n"
    for name, theirs in (("name", False), ("head_branch", True), ("display_title", True)):
        (message,) = found("CI-04", {WORKFLOW: text.replace("NAME", name)})
        assert ("others write" in message) is theirs


CACHED = """\
on: {push: {branches: [main], tags: ["*"]}}
jobs:
  test:
    steps:
      - uses: astral-sh/setup-uv@v9
      - uses: actions/upload-artifact@v7
        with: {name: "TESTED"}
  publish:
    needs: test
    steps:
      - uses: actions/download-artifact@v8
        with: {TAKEN}
      - run: uv publish
"""


@pytest.mark.parametrize(
    ("left", "taken", "count"),
    [
        ("coverage-${{ matrix.python }}", "name: dist", 0),
        ("dist", "name: dist", 1),
        ("dist-${{ matrix.os }}", "pattern: dist-*", 1),
        ("dist-${{ matrix.os }}", "name: dist-linux", 1),
        ("coverage", "path: dist", 1),  # all there are
    ],
)
def test_a_release_is_made_of_what_it_takes(left, taken, count):
    text = CACHED.replace("TESTED", left).replace("{TAKEN}", f"{{{taken}}}")
    assert len(found("CI-08", {WORKFLOW: text})) == count


@pytest.mark.parametrize(
    ("step", "is_release"),
    [
        ("{uses: goreleaser/goreleaser-action@v7, with: {args: release --clean}}", True),
        ("{uses: goreleaser/goreleaser-action@v7, with: {args: release --snapshot --clean}}", False),
        ("{uses: goreleaser/goreleaser-action@v7, with: {args: check}}", False),
        ("{run: goreleaser release --snapshot}", False),
        ("{run: npm publish --dry-run}", False),
    ],
)
def test_a_rehearsal_is_no_release(step, is_release):
    text = f"on: push\njobs:\n  a: {{steps: [{step}]}}\n"
    assert state("SC-07", {WORKFLOW: text}) == ("fail" if is_release else "not_applicable")


def test_a_called_workflow_that_only_rehearses():
    inner = "on: workflow_call\njobs:\n  a: {steps: [{run: uv publish}]}\n"
    outer = "on: schedule\njobs:\n  a: {uses: ./.github/workflows/inner.yml, with: {dry-run: true}}\n"
    files = {WORKFLOW: outer, ".github/workflows/inner.yml": inner}
    assert [one for one in found("SC-07", files) if WORKFLOW in one] == []
    files = {WORKFLOW: outer.replace("true", "false"), ".github/workflows/inner.yml": inner}
    assert [one for one in found("SC-07", files) if WORKFLOW in one]


def test_a_tag_that_starts_what_may_write_makes_a_release():
    text = "on: {push: {tags: ['*']}}\njobs:\n  a: {permissions: {RIGHT: write}, steps: [{run: make images}]}\n"
    assert state("SC-07", {WORKFLOW: text.replace("RIGHT", "packages")}) == "fail"
    assert state("SC-07", {WORKFLOW: text.replace("RIGHT", "issues")}) == "not_applicable"


def test_a_job_that_npm_knows_publishes_by_whatever_script():
    node = "{uses: actions/setup-node@v7, with: {cache: npm, registry-url: 'https://npm.test'}}"
    text = f"on: push\njobs:\n  a: {{permissions: {{id-token: RIGHT}}, steps: [{node}, {{run: ./publish.sh}}]}}\n"
    assert len(found("CI-08", {WORKFLOW: text.replace("RIGHT", "write")})) == 1
    assert state("CI-08", {WORKFLOW: text.replace("RIGHT", "none")}) == "not_applicable"


@pytest.mark.parametrize(
    ("called", "count"),
    [
        ("acme/ci/.github/workflows/dependency-review.yml@v1", 0),
        ("acme/ci/.github/workflows/osv-scanner-reusable-pr.yml@v1", 0),
        ("acme/ci/.github/workflows/lint.yml@v1", 1),
    ],
)
def test_an_audit_by_another_repositorys_workflow(called, count):
    files = {"go.mod": "module a\nrequire b v1.0.0\n", WORKFLOW: f"on: pull_request\njobs:\n  a: {{uses: {called}}}\n"}
    assert len(found("SC-03", files)) == count


def test_settings_of_what_is_only_tested_with_are_no_settings_of_the_product():
    strict, lax = b'[tool.ruff.lint]\nselect = ["ALL"]\n', b'[tool.ruff.lint]\nselect = ["F"]\n'
    policy = Policy(library="x")
    for inner, count in (("tests/data/pyproject.toml", 0), ("x/pyproject.toml", 1)):
        files = {"pyproject.toml": strict, "x/main.py": b"x = 1\n", inner: lax}
        entries = dict.fromkeys(files, ("100644", "0" * 40))
        snapshot = snapshot_of(entries, lambda path, there=files: len(there[path]), files.__getitem__)
        rule = BUILT_IN["LG-02"]
        looked = look_with(rule, rule.parameters, snapshot, nothing("x", policy))
        assert sum("Ruff" in one.message for one in looked.found or ()) == count
