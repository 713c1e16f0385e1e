"""What outside judges print is read, whatever it is: recorded answers of the real tools, and answers that are none."""

import json
from datetime import date
from pathlib import Path

import pytest

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard.finding import SEVERITIES
from scaffold.guard.judges.judge import MOST, Said, heard, inside, too_old
from scaffold.guard.judges.table import JUDGES
from scaffold.guard.rule import Looked
from scaffold.guard.verdict import judge

RECORDED = {path.stem.rpartition("-")[0]: path for path in sorted(Path(__file__).with_name("judged").glob("*.json"))}
TODAY = date(2026, 11, 24)
PR, POD = ".github/workflows/pr.yml", "deploy/pod.yml"
PATHS = {PR, POD, "Dockerfile", "deploy/keys.yml", "src/orders/keys.py", "web/main.ts", "main.go", "pyproject.toml"}
FOUND = {
    "zizmor": [
        ("excessive-permissions", "medium", f"{PR}:1"),
        ("concurrency-limits", "low", f"{PR}:2"),
        ("dangerous-triggers", "high", f"{PR}:2"),
        ("anonymous-definition", "low", f"{PR}:4"),
        ("excessive-permissions", "medium", f"{PR}:4"),
        ("artipacked", "medium", f"{PR}:7"),
        ("unpinned-uses", "high", f"{PR}:7"),
        ("template-injection", "high", f"{PR}:8"),
        ("template-injection", "low", f"{PR}:9"),
    ],
    "actionlint": [("expression", "high", f"{PR}:8"), ("expression", "medium", f"{PR}:9")],
    "hadolint": [
        ("DL3007", "medium", "Dockerfile:1"),
        ("DL3003", "medium", "Dockerfile:3"),
        ("DL3008", "medium", "Dockerfile:3"),
        ("DL3014", "medium", "Dockerfile:3"),
        ("DL3015", "low", "Dockerfile:3"),
        ("DL3020", "high", "Dockerfile:4"),
    ],
    "gitleaks": [
        ("generic-api-key", "critical", "deploy/keys.yml:1"),
        ("aws-access-token", "critical", "src/orders/keys.py:5"),
        ("generic-api-key", "critical", "src/orders/keys.py:6"),
    ],
    "checkov": [
        ("CKV2_GHA_1", "high", f"{PR}:None"),
        ("CKV_GHA_2", "high", f"{PR}:8"),
        ("CKV_DOCKER_2", "low", "Dockerfile:1"),
        ("CKV_DOCKER_3", "high", "Dockerfile:1"),  # which a comment has it skip
        ("CKV_DOCKER_7", "medium", "Dockerfile:1"),
        ("CKV_DOCKER_4", "low", "Dockerfile:4"),
        ("CKV_SECRET_2", "critical", "deploy/keys.yml:1"),
        ("CKV2_K8S_6", "medium", f"{POD}:1"),
        ("CKV_K8S_19", "high", f"{POD}:1"),
        ("CKV_K8S_29", "medium", f"{POD}:1"),
        ("CKV_K8S_31", "medium", f"{POD}:1"),
        ("CKV_K8S_38", "medium", f"{POD}:1"),
        ("CKV_K8S_40", "medium", f"{POD}:1"),
    ],
    "repo-review": [("PY007", "low", "pyproject.toml:None"), ("SEC001", "medium", "pyproject.toml:None")],
    "ruff": [
        ("F401", "medium", "src/orders/keys.py:3"),
        ("S105", "medium", "src/orders/keys.py:6"),
        ("S101", "medium", "src/orders/keys.py:7"),
    ],
    "biome": [
        ("noDebugger", "medium", "web/main.ts:1"),
        ("noExplicitAny", "low", "web/main.ts:2"),
        ("noGlobalEval", "high", "web/main.ts:2"),
        ("noDoubleEquals", "medium", "web/main.ts:3"),
    ],
    "golangci-lint": [("errcheck", "medium", "main.go:6")],
}
each_judge = pytest.mark.parametrize("name", JUDGES)
NOTHING = {  # what they print where there is nothing to find
    "zizmor": "[]", "actionlint": "[]\n", "hadolint": "[]", "gitleaks": "[]\n", "ruff": "[]",
    "checkov": '{"passed": 0, "failed": 0, "checkov_version": "3.3.30"}',
    "repo-review": '{"status": "passed", "checks": {"PY001": {"result": true}}}',
    "biome": '{"summary": {"diagnosticsNotPrinted": 0}, "diagnostics": [], "command": "lint"}',
    "golangci-lint": '{"Issues":[],"Report":{"Linters":[]}}',
}  # fmt: skip


def recorded(name):
    return RECORDED[name].read_text()


def hear(name, out, err="", code=None, paths=PATHS, folder="/folder", accounted=()):
    judge = JUDGES[name]
    return heard(judge, Said(out, err, judge.codes[-1] if code is None else code), paths, folder, accounted)


def unknown(found):
    """The one thing that could not be checked, where there is nothing else."""
    assert [one.known for one in found] == [False], found
    return found[0].message


def test_the_documentation_lists_them():
    page = (Path(__file__).parents[2] / "docs/reference/judges.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        [f"`{name}`", RECORDED[name].stem.rpartition("-")[2], judge.oldest] for name, judge in JUDGES.items()
    ]


def test_every_judge_has_an_answer_on_record():
    assert RECORDED.keys() == JUDGES.keys() == FOUND.keys()
    assert all(judge.rule.id == name for name, judge in JUDGES.items())


@each_judge
def test_a_real_answer(name):
    found = hear(name, recorded(name))
    assert [(one.rule, one.severity, f"{one.path}:{one.line}") for one in found] == FOUND[name]
    assert all(one.known and one.message and not one.message.endswith(".") and "\n" not in one.message for one in found)


@each_judge
def test_nothing_found(name):
    assert hear(name, NOTHING[name]) == ()


@each_judge
def test_findings_do_not_hang_on_the_exit_code(name):
    codes = JUDGES[name].codes
    assert len({hear(name, recorded(name), code=code) for code in codes}) == 1
    *found, last = hear(name, recorded(name), err="it broke", code=99)
    assert tuple(found) == hear(name, recorded(name))
    assert not last.known
    assert last.message.startswith(f"{name} failed with exit code 99")
    assert unknown(hear(name, NOTHING[name], code=99))


@each_judge
@pytest.mark.parametrize(
    "out",
    ["", " \n", "null", "7", '"text"', "{}", "[", "Traceback (most recent call last):", "[1]", "[[]]", "[{}]", '[{"x": ',
     '{"checks": 1}', '{"results": null}', '{"diagnostics": [{}]}', '{"Issues": [[]]}', "[" * 100_000, "9" * 10_000,
     '{"status": "empty", "checks": {}}', "<sarif/>", "\ud800"],
)  # fmt: skip
def test_what_is_no_answer_is_unknown_and_no_pass(name, out):
    for code in (0, 1):
        assert unknown(hear(name, out, code=code)).startswith(f"{name} ")


@each_judge
def test_values_of_strange_types_are_no_crash(name):
    def spoiled(value):
        if isinstance(value, dict):
            return {key: spoiled(one) for key, one in value.items()}
        return [spoiled(one) for one in value] if isinstance(value, list) else None

    assert isinstance(hear(name, json.dumps(spoiled(json.loads(recorded(name))))), tuple)


@each_judge
def test_what_is_found_in_other_files_is_dropped(name):
    assert hear(name, recorded(name), paths={"README.md"}) == ()


@each_judge
def test_its_rule_bounds_what_it_reports(name):
    worst = SEVERITIES.index(JUDGES[name].rule.severity)
    assert all(SEVERITIES.index(severity) >= worst for _, severity, _ in FOUND[name])


def test_what_is_left_of_an_answer_counts():
    broken = json.loads(recorded("hadolint"))
    broken.insert(2, {"code": "DL9999"})
    first, second, last = hear("hadolint", json.dumps(broken))
    assert (first.rule, second.rule, last.known) == ("DL3007", "DL3003", False)


def test_the_error_that_a_tool_names_is_passed_on():
    said = "INFO started\nerror: unexpected argument '--no-ignores' found\n\ntip: a similar argument\n"
    expected = ", and said: error: unexpected argument '--no-ignores' found"
    assert unknown(hear("zizmor", "", said)).endswith(expected)


def test_no_finding_repeats_a_secret():
    leak = json.loads(recorded("gitleaks"))[:1]
    leak[0] |= {"Secret": "hunter2", "Match": "password = hunter2", "Description": "hunter2"}
    found = hear("gitleaks", json.dumps(leak))
    assert len(found) == 1
    assert "hunter2" not in str(found)
    assert "hunter2" not in unknown(hear("gitleaks", "", "error: hunter2"))


def test_a_file_that_zizmor_left_out_is_unknown():
    found = hear("zizmor", "[]", " WARN zizmor::registry::input: failed to parse input: did not find expected node\n")
    assert "a file is left out, since it failed to parse input" in unknown(found)


def test_a_file_that_checkov_cannot_read_is_unknown():
    report = {"check_type": "kubernetes", "results": {"failed_checks": [], "parsing_errors": ["/deploy/pod.yml"]}}
    found = hear("checkov", json.dumps([report]))
    assert unknown(found) == "checkov cannot read the file"
    assert found[0].path == POD
    assert unknown(hear("checkov", json.dumps([report]), paths={PR})) == f"checkov cannot read the file: {POD}"


@pytest.mark.parametrize("part", ["passed_checks", "skipped_checks"])
def test_what_checkov_passes_over_is_unknown(part):
    one = {"file_path": f"/{PR}", "check_id": "CKV_GHA_1", "check_name": "n"}
    report = {"check_type": "github_actions", "results": {"failed_checks": [], part: [one]}}
    found = hear("checkov", json.dumps([report]), accounted=[PR, "Dockerfile"])
    assert [one.path for one in found if not one.known] == ["Dockerfile"]
    report["check_type"] = "secrets"  # which are searched for in every file
    found = hear("checkov", json.dumps([report]), accounted=[PR])
    assert [one.path for one in found if not one.known] == [PR]


def test_what_cannot_be_read_is_said_once_and_accuses_no_file():
    assert "it is not JSON" in unknown(hear("checkov", "{", accounted=[PR]))


def test_what_checkov_has_really_said_accounts_for_each_file():
    said = RECORDED["checkov"].read_text()
    assert hear("checkov", said, accounted=[PR, "Dockerfile"]) == hear("checkov", said)
    assert JUDGES["checkov"].accounts


def test_go_that_does_not_compile_is_unknown():
    pos = {"Filename": "main.go", "Line": 3}
    issue = {"FromLinter": "typecheck", "Text": "could not import example.com/x", "Severity": "", "Pos": pos}
    assert "could not import" in unknown(hear("golangci-lint", json.dumps({"Issues": [issue]})))


def test_what_biome_says_of_its_own_configuration_is_unknown():
    one = {"severity": "error", "category": "configuration", "message": "unknown key", "location": {"path": ""}}
    out = json.dumps({"summary": {"diagnosticsNotPrinted": 0}, "diagnostics": [one]})
    assert unknown(hear("biome", out)) == "biome reports (configuration): unknown key"


def test_more_than_anybody_reads_is_cut():
    one = json.loads(recorded("hadolint"))[0]
    found = hear("hadolint", json.dumps([one] * (MOST + 5)))
    assert len(found) == MOST + 1
    assert not found[-1].known
    assert len(hear("hadolint", json.dumps([one | {"message": "x" * 10_000}]))[0].message) <= 300


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "a/b.py"),
        ("./a/b.py", "a/b.py"),
        (".//a/./b.py", "a/b.py"),
        ("/folder/a/b.py", "a/b.py"),
        ("file:///folder/a/b.py", "a/b.py"),
        (".github/x.yml", ".github/x.yml"),
        ("/elsewhere/a.py", ""),
        ("/folder-2/a.py", ""),
        ("../a.py", ""),
        ("a/../../b.py", ""),
        ("", ""),
        (".", ""),
    ],
)
def test_paths_are_the_projects(path, expected):
    assert inside(path, "/folder") == expected


def test_paths_as_windows_has_them():
    assert inside("C:\\folder\\a\\b.py", "C:\\folder") == "a/b.py"


@pytest.mark.parametrize(
    ("said", "old"),
    [
        ("zizmor 1.9.0", "1.9.0"),
        ("zizmor 1.27.9", "1.27.9"),
        ("zizmor 1.28", None),
        ("zizmor 1.32.0", None),
        ("zizmor 2.0.0", None),
        ("version is set by build process", None),
        ("", None),
        ("1." + "9" * 5000, None),
    ],
)
def test_a_version_that_is_too_old(said, old):
    assert too_old(JUDGES["zizmor"], Said(said)) == old


def test_a_version_beside_the_output():
    assert (
        too_old(JUDGES["golangci-lint"], Said("", "golangci-lint has version 1.64.8 built with go1.26.8")) == "1.64.8"
    )


WAIVER = """\
waivers:
  - rule: {rule}
    scope: /.github/workflows/pr.yml
    reason: the action is our own
    owner: "@acme/checkout"
    approver: "@acme/security"
    created: 2026-11-01
    expires: {expires}
"""


def judged(found, waiver, *, asked=True):
    looked = [Looked(JUDGES["zizmor"].rule, found)] if asked else []
    rules = [judge.rule for judge in JUDGES.values()]
    return judge(looked, waiver.encode(), Guardrails(), TODAY, rules)


def states(result):
    return {verdict.rule.id: verdict.state for verdict in result.verdicts}, [stood.state for stood in result.waivers]


UNPINNED = WAIVER.format(rule="zizmor/unpinned-uses", expires="2027-01-20")


def test_a_waiver_for_one_of_its_rules():
    result = judged(hear("zizmor", recorded("zizmor")), UNPINNED)
    waived = [one for one in result.verdicts[0].findings if one.state == "waived"]
    assert [one.rule for one in waived] == ["zizmor/unpinned-uses"]
    assert states(result) == ({"zizmor": "fail", "WV-01": "pass"}, ["active"])


def test_a_waiver_of_a_judge_that_is_not_asked_is_in_order_and_not_unused():
    assert states(judged((), UNPINNED, asked=False)) == ({"WV-01": "pass"}, ["active"])


def test_nor_is_that_of_a_judge_that_is_not_installed():
    found = (JUDGES["zizmor"].unknown("zizmor is not installed"),)
    assert states(judged(found, UNPINNED)) == ({"zizmor": "unknown", "WV-01": "pass"}, ["active"])


def test_that_of_a_judge_that_finds_nothing_is():
    assert states(judged((), UNPINNED)) == ({"zizmor": "pass", "WV-01": "pass"}, ["unused"])


def test_its_severity_bounds_the_waiver():
    result = judged(
        hear("zizmor", recorded("zizmor")), WAIVER.format(rule="zizmor/unpinned-uses", expires="2027-06-01")
    )
    assert states(result)[0] == {"zizmor": "fail", "WV-01": "fail"}


def test_a_waiver_of_no_judge_is_malformed():
    assert states(judged((), WAIVER.format(rule="frobnicate/x", expires="2027-01-01")))[0]["WV-01"] == "fail"


def test_the_same_thing_twice_has_two_fingerprints():
    verdict = judged(hear("zizmor", recorded("zizmor")), UNPINNED).verdicts[0]
    assert len({one.fingerprint for one in verdict.findings}) == len(FOUND["zizmor"])
