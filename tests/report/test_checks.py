"""The reports of a check: the same findings, and the same waivers, in every form, whatever a repository holds."""

import json
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from packaging.version import Version
from typer.testing import CliRunner

import scaffold
from scaffold.cli import app, console
from scaffold.errors import ProjectError
from scaffold.formats import yaml
from scaffold.guard import waivers
from scaffold.guard.finding import SEVERITIES, Finding, Found, fingerprints
from scaffold.guard.policy import Policy
from scaffold.guard.rule import Rule
from scaffold.guard.verdict import Verdict
from scaffold.guard.waivers import Stood, Waiver
from scaffold.report import marked
from scaffold.report.checked import Checked
from scaffold.report.checks import data, github, sarif
from scaffold.report.checks.written import FORMS, written
from scaffold.report.text import Line, table
from scaffold.tree import blob_id
from tests.guard.service import ANSWERS, TODAY, Service, stamped
from tests.kit import few

ENTRY = """\
  - rule: {rule}
    scope: {scope}
    reason: The lawyers look at it | <b>now</b>, see `LICENSE`
    owner: "@acme/checkout"
    approver: "@platform/engineering"
    created: 2026-11-20
    expires: {expires}
"""
WAIVERS = "waivers:\n" + "".join(
    ENTRY.format(rule=rule, scope=scope, expires=expires)
    for rule, scope, expires in (
        ("LK-01", "/LICENSE", "2026-12-10"), ("LK-01", "/.editorconfig", "2027-02-01"),
        ("LK-03", "/README.md", "2027-02-01"), ("LK-01", "/none", "2027-02-01"), ("LK-01", "/Makefile", "2026-11-21"),
    )
)  # fmt: skip
CONFLICT = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"


def checked_as(service: Service, **more: Any) -> Checked:
    judged, lock = service.check(), service.lock
    root = PurePosixPath("/p/orders")
    return Checked(root, lock.blueprint, lock.version, "work tree", judged.verdicts, judged.waivers, **more)


@pytest.fixture(scope="module")
def checked() -> Checked:
    """A real check, with rules that pass, fail, are waived, in part or whole, and cannot be checked."""
    service = stamped().drop("LICENSE").append("README.md", CONFLICT).append("Makefile", "# ours\n")
    service = service.append("SECURITY.md", "\nOr tell nobody.\n")
    service = service.append(".editorconfig", "# ours\n").add(".github/workflows/broken.yml", "on: [\n")
    return checked_as(service.add(".scaffold/waivers.yml", WAIVERS))


def made(form: str, checked: Checked) -> str:
    return written(form, checked).decode()


def in_part(text: str, start: str) -> list[str]:
    """The lines of a part, up to the next empty one."""
    return re.split(r"\n\n", text.partition(start)[2].lstrip("\n"), maxsplit=1)[0].splitlines()


def ids_of(checked: Checked, pairs: list[tuple[str, str]]) -> set[str]:
    known = {(one.rule, one.path): one.fingerprint for one in checked.findings}
    return {known[pair] for pair in pairs}


def waived_in(form: str, checked: Checked) -> set[str]:
    """The fingerprints of what a report says is waived."""
    text = made(form, checked)
    match form:
        case "json":
            return {one["fingerprint"] for one in json.loads(text)["findings"] if one["state"] == "waived"}
        case "sarif":
            results = json.loads(text)["runs"][0]["results"]
            return {one["partialFingerprints"]["scaffold/v1"] for one in results if one["suppressions"]}
        case "junit":
            return {one.attrib["value"].split()[0] for one in ET.fromstring(text).iter("property")}
        case "gitlab":
            return {one["fingerprint"] for one in json.loads(text) if one["description"].startswith("waived until ")}
        case "github":
            found = re.findall(r"^::notice file=([^,]+),(?:line=\d+,)?title=(\S+)", text, re.MULTILINE)
            return ids_of(checked, [(rule, path) for path, rule in found])
        case "markdown":
            lines = in_part(text, "<summary>Waived: 3</summary>")
            return ids_of(checked, [re.match(r"- (\S+) `([^`]+)`", line).groups() for line in lines])
        case _:
            lines = in_part(text, "\nWaived:\n")
            return ids_of(checked, [re.match(r"  (\S+) ([^:]+):", line).groups() for line in lines])


def test_the_sample_holds_every_state(checked):
    states = {verdict.rule.id: verdict.state for verdict in checked.verdicts}
    assert (states["LK-01"], states["LK-02"], states["LK-03"]) == ("fail", "pass", "waived")
    assert {"fail", "waived", "unknown"} == {finding.state for finding in checked.findings}
    assert [stood.state for stood in checked.waivers] == ["lapsing", "active", "active", "unused", "expired"]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "badge"])
def test_the_same_is_waived_in_every_form(form, checked):
    waived = {finding.fingerprint for finding in checked.findings if finding.state == "waived"}
    assert len(waived) == 3
    assert waived_in(form, checked) == waived


def test_a_badge_has_room_for_a_number_only(checked):
    title = ET.fromstring(made("badge", checked)).findtext("{http://www.w3.org/2000/svg}title")
    passed, of = checked.score
    assert f"{passed} of {of} rules" in title
    assert f"{checked.summary['waived']} waived" in title


def failing_in(form: str, text: str) -> int:
    """How many findings a report gives as failing."""
    count = {
        "json": lambda: sum(one["state"] == "fail" for one in json.loads(text)["findings"]),
        "sarif": lambda: sum(not one["suppressions"] for one in json.loads(text)["runs"][0]["results"]),
        "gitlab": lambda: sum(one["severity"] != "info" for one in json.loads(text)),
        "github": lambda: len(re.findall(r"^::(?:error|warning) (?!.*could not be checked)", text, re.MULTILINE)),
        "markdown": lambda: len(re.findall(r"^\| \S+ \| (?:critical|high|medium|low) \|", text, re.MULTILINE)),
        "junit": lambda: sum(
            not line.startswith(("why: ", "fix: ")) for one in ET.fromstring(text).iter("failure")
            for line in one.text.splitlines()
        ),
        "text": lambda: len(re.findall(r"^  (?!why|fix)(?=.*: )[^ ]+:", text.partition("\nWaived:")[0], re.MULTILINE)),
    }  # fmt: skip
    return count[form]()


@pytest.mark.parametrize("form", [form for form in FORMS if form != "badge"])
def test_the_same_fails_in_every_form(form, checked):
    failing = [finding for finding in checked.findings if finding.state == "fail"]
    assert len(failing) >= 2
    assert failing_in(form, made(form, checked)) == len(failing)


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("badge", "gitlab")])
def test_what_could_not_be_checked_is_said_and_is_no_breach(form, checked):
    assert "this is not valid YAML" in made(form, checked)


# SARIF: the shape that the specification asks for, and that code scanning needs.


def test_sarif_has_the_required_shape(checked):
    log = json.loads(made("sarif", checked))
    assert log.keys() == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [verdict.rule.id for verdict in checked.verdicts]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert ("security" in rule["properties"]["tags"]) == ("security-severity" in rule["properties"])
        assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"]))
        assert "helpUri" not in rule
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"].partition("/")[0]
        assert result["level"] in ("error", "warning", "note")
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact["uriBaseId"] in run["originalUriBaseIds"]
        assert not artifact["uri"].startswith("/")
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert {one["level"] for one in invocation["toolExecutionNotifications"]} == {"warning"}


def test_a_waiver_in_sarif_says_why_until_when_and_by_whom(checked):
    results = json.loads(made("sarif", checked))["runs"][0]["results"]
    (suppression,) = next(one["suppressions"] for one in results if "LICENSE" in str(one["locations"]))
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    said = suppression["justification"]
    assert said.startswith("The lawyers look at it")
    assert said.endswith("until 2026-12-10, approved by @platform/engineering")
    assert suppression["location"]["physicalLocation"]["region"] == {"startLine": 2}


def of_one(finding: Finding, **more: Any) -> Checked:
    rule = Rule(
        id=finding.rule.partition("/")[0], title="It holds", severity="high", rationale="", fix="Do.", look=lambda _: ()
    )
    return Checked(PurePosixPath("/p"), "b", "1", "work tree", (Verdict(rule, finding.state, "", (finding,)),), **more)


FINDING = Finding("X-01", "high", "fail", "m", "Do.", "0" * 16, "src/ä b#.py", 3)


def test_paths_are_from_the_top_of_the_repository_and_encoded():
    checked = of_one(FINDING, prefix="services/orders")
    (result,) = json.loads(made("sarif", checked))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "services/orders/src/%C3%A4%20b%23.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3},
    }
    assert json.loads(made("gitlab", checked))[0]["location"] == {
        "path": "services/orders/src/ä b#.py", "lines": {"begin": 3},
    }  # fmt: skip
    assert made("github", checked).startswith("::error file=services/orders/src/ä b#.py,line=3,title=X-01 It holds::m")
    assert json.loads(made("json", checked))["findings"][0]["path"] == "src/ä b#.py"
    assert sarif.uri("a\udcff:b") == "a%FF%3Ab"


def test_what_is_in_no_file_points_at_the_lock():
    checked = of_one(FINDING._replace(path=None, line=None))
    (result,) = json.loads(made("sarif", checked))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": ".scaffold/lock.json", "uriBaseId": "%SRCROOT%"}
    }
    assert json.loads(made("gitlab", checked))[0]["location"]["path"] == ".scaffold/lock.json"
    assert "file=.scaffold/lock.json,title=" in made("github", checked)
    assert "null" not in made("text", checked)


def test_what_a_judge_finds_keeps_the_judges_name():
    checked = of_one(FINDING._replace(rule="zizmor/artipacked", severity="low"))
    (result,) = json.loads(made("sarif", checked))["runs"][0]["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("zizmor/artipacked", 0, "note")
    assert "  src/ä b#.py:3: artipacked (low): m" in made("text", checked).splitlines()
    assert made("github", checked).startswith("::warning ")


# Many, and the worst first.


def crowd(number: int, state: str = "fail") -> Checked:
    waiver = Waiver("X-01", "*", "r" * 400, "o", "a", TODAY, TODAY, None, 1)
    names = tuple(SEVERITIES[-1 - (index % 4)] for index in range(number))
    findings = tuple(
        FINDING._replace(
            severity=severity, state=state, message="@all #1 |" * 50, path=f"{'d' * 200}/{index}", fix=f"{index}" * 99,
            fingerprint=f"{index:016x}", waiver=waiver.name,
        )
        for index, severity in enumerate(names)
    )  # fmt: skip
    checked = of_one(FINDING)
    return checked._replace(
        verdicts=(checked.verdicts[0]._replace(findings=findings, state=state),),
        waivers=(Stood(waiver, "lapsing"),) * 99,
    )


@pytest.mark.parametrize("state", ["fail", "waived", "unknown"])
def test_a_comment_on_a_pull_request_is_never_too_long(state):
    text = made("markdown", crowd(3_000, state))
    assert len(text) < 65_536
    assert re.search(r"^And \d+ more", text, re.MULTILINE)


def test_github_gets_the_worst_first_and_a_line_that_counts():
    *commands, last = made("github", crowd(40)).splitlines()
    levels = [command.partition(" ")[0] for command in commands]
    assert levels == ["::error"] * 20 + ["::warning"] * 20
    assert "20 errors, 20 warnings, 0 notices (GitHub shows 10 of a kind)" in last


def test_people_get_ten_of_a_rule_each_with_its_fix():
    lines = made("text", crowd(40)).splitlines()
    assert "  and 30 more" in lines
    assert sum(line.startswith("    fix: ") for line in lines) == 10


# Whatever a repository holds.

ODD = ["]]>", "|", "`", "``x`", "a\nb\r\n::error::x", "%0A", "<script>", "&amp;", "\x00\x1b[31m", "\udcff", "\ud800", "😀",
       "\u202e", "\ufffe", "[a](https://x)", "@all", "--", "", " ", "{0}", "\u2028", "</details>", "{title}", "\\"]  # fmt: skip
texts = st.lists(st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(ODD), max_size=4).map(
    "".join
)
filled = texts.map(lambda text: text or "x")


@st.composite
def checks(draw) -> Checked:
    waiver = Waiver("X-01", "*", draw(filled), draw(filled), draw(filled), TODAY, TODAY, draw(st.none() | filled), 2)
    rule = Rule(
        id=draw(st.sampled_from(["X-01", "CI-01", "odd \udcff\nid"])), title=draw(filled), severity=draw(st.sampled_from(SEVERITIES)),
        rationale=draw(texts), fix=draw(texts), look=lambda _: (), references=tuple(draw(st.lists(filled, max_size=2, unique=True))),
    )  # fmt: skip
    found = [Found(draw(texts), draw(st.none() | filled), draw(st.none() | st.just(7))) for _ in range(3)]
    findings = tuple(
        Finding(rule.id, draw(st.sampled_from(SEVERITIES)), state, one.message, draw(texts), id_, one.path, one.line, None,
                waiver.name if state == "waived" else None)
        for one, id_, state in zip(found, fingerprints(rule.id, found), ("fail", "waived", "unknown"), strict=True)
    )  # fmt: skip
    shapes = [
        (findings[:1], "fail"),
        (findings, "fail"),
        (findings[1:2], "waived"),
        (findings[1:], "unknown"),
        ((), "pass"),
        ((), "not_applicable"),
    ]
    verdicts = [
        Verdict(replace(rule, id=f"{rule.id}{number}"), state, draw(texts) if state == "not_applicable" else "",
                tuple(one._replace(rule=f"{rule.id}{number}") for one in some))
        for number, (some, state) in enumerate(shapes)
    ]  # fmt: skip
    return Checked(
        PurePosixPath("/p"), draw(filled), "1", "work tree", tuple(verdicts), (Stood(waiver, "lapsing"),), (draw(filled),),
        draw(texts),
    )  # fmt: skip


@few
@given(checks())
def test_every_form_is_well_formed_whatever_a_repository_holds(checked):
    report = json.loads(made("json", checked))
    Draft202012Validator(SCHEMAS["check"]).validate(report)
    assert [one["path"] for one in report["findings"]] == [one.path for one in checked.findings]
    log = json.loads(made("sarif", checked))
    json.dumps(log, ensure_ascii=False).encode()
    for found in re.findall(r'"uri": "([^"]*)"', made("sarif", checked)):
        assert re.fullmatch(r"(?:[\w./~-]|%[0-9A-F]{2})*", found, re.ASCII), found
    suites = ET.fromstring(made("junit", checked))
    assert len(list(suites.iter("testcase"))) == len(checked.verdicts)
    entries = json.loads(made("gitlab", checked))
    json.dumps(entries, ensure_ascii=False).encode()
    ET.fromstring(made("badge", checked))
    assert made("text", checked).splitlines() == made("text", checked).split("\n")[:-1]


@few
@given(checks())
def test_no_text_becomes_a_command_or_markup(checked):
    *commands, last, end = made("github", checked).split("\n")
    assert end == ""
    assert last.startswith("scaffold check: ")
    for command in commands:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,:]+(,line=7)?,title=[^,:]+::[^\r\n]*", command), command
    lines = made("markdown", checked).split("\n")
    for line in lines:
        outside = re.sub(r"`[^`]*`", "", line.replace("\\`", ""))
        assert set(re.findall(r"<[^>]*>?", outside)) <= {"<details>", "</details>", "<summary>", "</summary>"}, line
        if line.startswith("| "):
            assert line.count("|") == 5, line
        assert not re.search(r"@\w", outside), line
    assert lines.count("<details>") == lines.count("</details>")


# Schemas.

SCHEMAS = {name: json.loads(CliRunner().invoke(app.app, ["schema", name]).stdout) for name in ("check", "waivers")}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_is_one(schema):
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    return [*([schema] if "properties" in schema else []), *objects(list(schema.values()))]


def test_a_report_is_as_its_schema_says_and_may_hold_more(checked):
    Draft202012Validator(SCHEMAS["check"]).validate(data.data(checked))
    checked = checked._replace(policy=Policy("builtin", Version("1.0.0")))
    Draft202012Validator(SCHEMAS["check"]).validate(data.data(checked))
    for found in objects(SCHEMAS["check"]):
        assert found["additionalProperties"] is True
        assert set(found["required"]) == set(found["properties"])
    names = {name for found in objects(SCHEMAS["check"]) for name in found["properties"]}
    assert names == set(re.findall(r'"(\w+)":', json.dumps(data.data(checked))))


def test_the_schema_of_waivers_takes_what_is_taken():
    validator = Draft202012Validator(SCHEMAS["waivers"])
    entry = SCHEMAS["waivers"]["properties"]["waivers"]["items"]
    assert tuple(entry["properties"]) == waivers.KEYS
    document = json.loads(json.dumps(yaml.load(WAIVERS.encode(), "w").data, default=str))
    validator.validate(document)
    for key in set(waivers.KEYS) - {"link", "content"}:
        lacking = {name: value for name, value in document["waivers"][0].items() if name != key}
        assert not validator.is_valid({"waivers": [lacking]})
    assert not validator.is_valid({"waivers": [{**document["waivers"][0], "until": "x"}]})


def test_schemas_are_listed_and_a_strange_one_is_refused(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["scaffold", "schema"])
    assert run_main() == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "answers",
        "blueprint",
        "blueprint-impact",
        "cases",
        "check",
        "fleet",
        "fleet-apply",
        "fleet-check",
        "fleet-history",
        "fleet-plan",
        "fleet-report",
        "fleet-settings",
        "fleet-settings-apply",
        "fleet-status",
        "lock",
        "self-check",
        "settings",
        "template",
        "waivers",
    ]
    monkeypatch.setattr("sys.argv", ["scaffold", "schema", "chek"])
    assert run_main() == 1
    assert (
        capsys.readouterr().err
        == "error: there is no schema chek (there are: answers, blueprint, blueprint-impact, cases, check, fleet, "
        "fleet-apply, fleet-check, fleet-history, fleet-plan, fleet-report, fleet-settings, fleet-settings-apply, "
        "fleet-status, lock, self-check, settings, template, waivers)\n"
    )


def run_main() -> int:
    try:
        return app.main()
    except SystemExit as done:
        return int(done.code or 0)


# The command.


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("check") / "orders"
    scaffold.new("python-http-service", root, data=ANSWERS, git=False)
    (root / "Makefile").write_text("all:\n")
    return root


def check(project, *words):
    return CliRunner().invoke(app.app, ["check", str(project), "--rule", "LK-01", "--rule", "LK-02", *map(str, words)])


def test_further_reports_come_of_the_same_run(project, tmp_path):
    places = {form: tmp_path / form for form in FORMS}
    done = check(project, *(word for form in FORMS for word in ("--report", f"{form}={places[form]}")))
    assert done.exit_code == 3
    assert places["text"].read_text() == done.stdout
    for form, place in places.items():
        assert place.read_text() == check(project, "--format", form).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["csv=x"], "must be FORMAT=FILE"),
        (["json"], "must be FORMAT=FILE"),
        (["json=-"], "names no file"),
        (["json=x", "--report", "sarif=x"], "two reports"),
    ],
)
def test_a_report_that_is_asked_for_wrongly_is_refused(project, words, says):
    done = check(project, "--report", *words)
    assert done.exit_code == 2
    assert says in " ".join(re.sub(r"[│╭╰─╮╯]", " ", done.stderr).split())


@pytest.mark.parametrize(("place", "says"), [("", "this is a folder"), ("none/x.json", "there is no such folder")])
def test_a_report_goes_to_a_file_in_a_folder_that_is_there(project, tmp_path, place, says):
    done = check(project, "--report", f"json={tmp_path / place}")
    assert isinstance(done.exception, ProjectError)
    assert says in str(done.exception)
    assert done.stdout == ""
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("least", "code"), [("critical", 0), ("high", 3), ("low", 3)])
def test_severity_decides_on_the_exit_code_where_it_is_asked_to(project, least, code):
    assert check(project, "--fail-on", least).exit_code == code


def test_only_the_rules_that_are_named(project):
    assert [one.rule.id for one in scaffold.check(project, rules=["lk-02"]).verdicts] == ["LK-02"]
    with pytest.raises(ProjectError, match=r"LK-2 is no rule .* \(the nearest is LK-02\)"):
        scaffold.check(project, rules=["LK-2"])
    assert len(scaffold.check(project).verdicts) > 2


def test_a_waiver_of_another_rule_is_no_matter_of_one(checked):
    assert {one.waiver.rule for one in checked.only(["LK-03"]).waivers} == {"LK-03"}
    assert not checked.only(["LK-03"]).fails()
    assert checked.fails("high")
    assert not checked.fails("critical")


# For people.


def test_where_all_is_well_it_is_three_lines(checked):
    calm = checked._replace(verdicts=tuple(one for one in checked.verdicts if one.state == "pass"), waivers=())
    number = len(calm.verdicts)
    assert made("text", calm).splitlines() == [
        "python-http-service 1.1.0: work tree of /p/orders", "", f"{number} of {number} rules pass",
    ]  # fmt: skip


def test_the_guide_shows_a_waiver_that_holds():
    page = (Path(__file__).parents[2] / "docs/guides/waivers.md").read_text()
    entries = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if block.startswith("waivers:"))
    service = stamped("python-http-service").append(".editorconfig", "# ours\n")
    entries = re.sub(r"content: \w+", f"content: {blob_id(service.files['.editorconfig'])}", entries)
    checked = checked_as(service.add(".scaffold/waivers.yml", entries)).only(["LK-01", "WV-01"])
    (line,) = in_part(made("text", checked), "\nWaived:\n")
    assert line.startswith("  LK-01 .editorconfig: the file is locked, and was edited (until 2027-")


def test_why_nothing_could_be_scored_is_said():
    verdict = of_one(FINDING).verdicts[0]._replace(state="not_applicable", findings=(), why="there is no Dockerfile")
    lines = made("text", of_one(FINDING)._replace(verdicts=(verdict,))).splitlines()
    said = ["1 rule does not apply:", "  there is no Dockerfile (X-01)"]
    assert lines[-3:] == [*said, "no rule could be checked; 1 not applicable"]


def test_lines_are_broken_between_words_and_paths_never(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    path = "src/a-very-long-folder/and-another-one/below-it/module.py:12:"
    lines = [
        line.text for line in console._wrapped([Line(f"  {path} a conflict is marked here and not decided"), Line("")])
    ]
    assert lines == [f"  {path}", "    a conflict is marked here and not", "    decided", ""]


def test_columns_stay_columns_and_a_patch_is_never_broken(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    rows = [("name", "one two three four five six seven eight nine"), ("a-name-of-many-letters", "one two three four")]
    lines = [*table(rows, "plain"), Line("+" + "x " * 40, patch=True), Line("-" + "y " * 40, whole=True)]
    assert [line.text for line in console._wrapped(lines)] == [
        "  name                    one two three",
        "    four five six seven eight nine",
        "  a-name-of-many-letters  one two three",
        "    four",
        "+" + "x " * 40,
        "-" + "y " * 40,
    ]
    assert [line.text for line in console._wrapped(table(rows[:1], "plain"))] == [
        "  name  one two three four five six",
        "        seven eight nine",
    ]


def test_code_stays_code_and_all_else_is_text():
    assert marked.escaped("Set `permissions: {}`, @team: a|b <x> _y_ #12 ` z") == (
        r"Set `permissions: {}`, @&#8203;team: a&#124;b &lt;x&gt; \_y\_ #&#8203;12 \` z"
    )


def test_values_and_properties_are_escaped_as_github_reads_them():
    assert github._escaped("100%\r\n:,", github.IN_VALUE) == "100%25%0D%0A:,"
    assert github._escaped("a:b,c", github.IN_PROPERTY) == "a%3Ab%2Cc"
