"""Outside judges as they run: the real zizmor, others where they are installed, and programs that misbehave."""

import os
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import ProjectError
from scaffold.project.checking import judges
from scaffold.project.opening import open_at
from scaffold.project.snapshots import view
from tests.scenarios import world

TODAY = date(2026, 11, 24)
BESIDE = Path(sys.executable).parent
PR = """\
name: pr
on: pull_request
permissions: {}
concurrency: {group: pr, cancel-in-progress: true}
jobs:
  greet:
    name: Greet
    runs-on: ubuntu-24.04
    steps:
      - uses: somebody/something@v4 # zizmor: ignore[unpinned-uses]
"""
CONFIG = "rules:\n  unpinned-uses: {disable: true}\n"
UNPINNED = [("zizmor/unpinned-uses", "high", ".github/workflows/pr.yml", 10)]
MISTAKES = {
    ".github/workflows/pr.yml": PR.replace("pull_request", "pull_request_target"),
    "Dockerfile": "FROM debian:latest\nRUN cd /srv && make # hadolint ignore=DL3003\nUSER root\n",
    "src/keys.py": 'import os\n\nKEY = "{key}"\n',
    "web/main.ts": "debugger;\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n',
    "go.mod": "module example.com/x\n\ngo 1.24\n",
    "main.go": 'package main\n\nimport "os"\n\nfunc main() {\n\tos.Remove("x")\n}\n',
}
# What is among the tools of the tests; what the others print is recorded in tests/guard/judged.
TELLING = {
    "hadolint": ("hadolint/DL3003", "medium", "Dockerfile", 2),
    "ruff": ("ruff/F401", "medium", "src/keys.py", 1),
}


@pytest.fixture(scope="module")
def stamped(tmp_path_factory):
    root = tmp_path_factory.mktemp("stamped")
    scaffold.new("demo", root / "project", source=str(world.make_library(root / "library")))
    return root / "project"


@pytest.fixture
def project(stamped, tmp_path):
    return shutil.copytree(stamped, tmp_path / "project", symlinks=True)


@pytest.fixture
def checked(project):
    """Check the project with one judge, or more, and return its verdict, or theirs."""

    def check(*names, **more):
        done = scaffold.check(more.pop("directory", project), judges=names or ("zizmor",), today=TODAY, **more)
        verdicts = [one for one in done.verdicts if one.rule.id in judges.JUDGES]
        return verdicts if len(names) > 1 or "all" in names else verdicts[0]

    return check


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a program of a judge's name before all others."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def make(name, script):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return make


def places(verdict):
    return [(one.rule, one.severity, one.path, one.line) for one in verdict.findings]


def said(verdict):
    assert verdict.state == "unknown"
    return [one.message for one in verdict.findings]


def test_zizmor_is_heard_whatever_it_is_told_to_ignore(project, checked):
    world.write(project, {".github/workflows/pr.yml": PR, "zizmor.yml": CONFIG, ".github/zizmor.yml": CONFIG})
    verdict = checked()
    assert verdict.state == "fail"
    assert places(verdict) == UNPINNED
    finding = verdict.findings[0]
    assert finding.message == "unpinned action reference: action is not pinned to a hash (required by blanket policy)"
    assert finding.fix == "Do what zizmor says of it: https://docs.zizmor.sh/audits/#unpinned-uses"


def test_the_index_a_commit_and_a_bare_repository_are_judged_as_they_are(project, checked, tmp_path):
    world.write(project, {".github/workflows/pr.yml": PR})
    world.git("add", "--all", where=project)
    (project / ".github/workflows/pr.yml").write_text("{")
    assert places(checked(staged=True)) == UNPINNED
    world.git("commit", "--quiet", "--message", "work", where=project)
    assert places(checked(revision="HEAD")) == UNPINNED
    world.git("clone", "--quiet", "--bare", str(project), str(tmp_path / "bare.git"), where=tmp_path)
    assert places(checked(directory=tmp_path / "bare.git")) == UNPINNED
    assert checked().state == "unknown"  # in the work tree the file is broken


def test_what_git_ignores_is_judged_by_nobody(project, checked):
    world.write(project, {".github/workflows/pr.yml": PR, ".gitignore": "pr.yml\n"})
    verdict = checked()
    assert (verdict.state, verdict.why) == ("not_applicable", "there is no GitHub workflow or action")


def test_a_link_out_of_the_project_is_not_followed(project, checked, tmp_path):
    world.write(tmp_path, {"pr.yml": PR})
    (project / ".github/workflows").mkdir(parents=True)
    (project / ".github/workflows/pr.yml").symlink_to(tmp_path / "pr.yml")
    assert checked().state == "not_applicable"


def test_one_broken_workflow_hides_no_other(project, checked):
    world.write(project, {".github/workflows/pr.yml": PR, ".github/workflows/broken.yml": "on: [\n"})
    verdict = checked()
    assert verdict.state == "fail"
    assert places(verdict)[:1] == UNPINNED
    assert "a file is left out" in verdict.findings[-1].message


def test_a_file_too_large_is_unknown_and_the_others_are_judged(project, checked, monkeypatch):
    monkeypatch.setattr(judges, "LARGEST", 1000)
    world.write(project, {".github/workflows/pr.yml": PR, ".github/workflows/large.yml": "#" * 1001})
    verdict = checked()
    assert places(verdict)[:1] == UNPINNED
    assert verdict.findings[-1].path == ".github/workflows/large.yml"
    assert verdict.findings[-1].state == "unknown"


def test_a_waiver_for_one_of_its_rules(project):
    world.write(project, {".github/workflows/pr.yml": PR, ".scaffold/waivers.yml": """\
waivers:
  - rule: zizmor/unpinned-uses
    scope: /.github/workflows/pr.yml
    reason: the action is our own
    owner: "@acme/checkout"
    approver: "@acme/security"
    created: 2026-11-01
    expires: 2027-01-15
"""})  # fmt: skip
    done = world.scaffold(
        "check", project, "--judges", "zizmor", "--today", "2026-11-24", "--format", "json", where=project
    )
    states = {one["id"]: one["state"] for one in done.json["rules"]}
    assert (states["zizmor"], states["WV-01"]) == ("waived", "pass")
    assert done.json["findings"][0]["waiver"] == ".scaffold/waivers.yml:2"
    without = world.scaffold("check", project, "--today", "2026-11-24", "--format", "json", where=project)
    assert {one["id"]: one["state"] for one in without.json["rules"]} == {
        id_: state for id_, state in states.items() if id_ != "zizmor"
    }
    assert [one["state"] for one in without.json["waivers"]] == ["active"]


def test_waive_asks_the_judge_whose_finding_it_is_to_waive(project, checked):
    world.write(project, {".github/workflows/pr.yml": PR})
    scaffold.waive(
        "zizmor/unpinned-uses", reason="it is ours", expires=date(2027, 1, 15), directory=project, owner="@acme/shop",
        approver="@acme/security", today=TODAY,
    )  # fmt: skip
    assert [(one.state, one.rule) for one in checked().findings] == [("waived", "zizmor/unpinned-uses")]
    with pytest.raises(ProjectError, match="zizmor/artipacked finds nothing"):
        scaffold.waive("zizmor/artipacked", reason="x", expires=date(2027, 1, 15), directory=project, owner="@a",
                       approver="@b", today=TODAY)  # fmt: skip


def test_the_command_line_tells_what_was_found_and_who_is_absent(project, tmp_path):
    world.write(project, {".github/workflows/pr.yml": PR, "Dockerfile": "FROM scratch\n", "main.go": "package main\n"})
    (tmp_path / "empty").mkdir()
    git = str(Path(shutil.which("git")).parent)
    missing = [name for name in ("hadolint", "golangci-lint") if not shutil.which(name, path=f"{git}:{BESIDE}")]
    done = world.scaffold("check", project, "--judges", "zizmor,hadolint,golangci-lint", where=project, PATH=git)
    assert done.code == 3
    assert "\nzizmor finds nothing (high)" in done.out
    assert ".github/workflows/pr.yml:10: unpinned-uses (high): " in done.out
    for name in missing:
        assert f"{name}: {name} is not installed" in done.out
    alone = world.scaffold("check", project, "--judges", "hadolint", where=project, PATH=git)
    assert alone.code == 0
    assert "zizmor" not in world.scaffold("check", project, where=project).out


def test_a_name_of_nobody_is_refused(project, checked):
    done = world.scaffold("check", project, "--judges", "zizmor,frobnicate", where=project)
    assert done.code == 1
    assert "frobnicate is no judge that scaffold knows (there are zizmor, actionlint, " in done.err
    for names in (("",), ("zizmor", ""), ("Zizmor",)):
        with pytest.raises(ProjectError):
            checked(*names)


def test_a_service_as_it_is_stamped_pleases_zizmor_and_ruff(tmp_path):
    answers = {"service": "orders", "mission": "Shop", "owner": "@acme/shop", "outcome": "Orders are taken"}
    scaffold.new("python-http-service", tmp_path / "orders", data=answers)
    verdicts = scaffold.check(tmp_path / "orders", judges=("zizmor", "ruff", "hadolint"), today=TODAY).verdicts
    states = {one.rule.id: (one.state, one.findings) for one in verdicts if one.rule.id in judges.JUDGES}
    assert states["zizmor"] == states["ruff"] == ("pass", ())
    assert states.keys() == {"zizmor", "ruff", "hadolint"}


@pytest.mark.parametrize("name", TELLING)
def test_they_find_what_is_there(project, checked, name):
    key = "AKIA" + "Q3EGRIZ7LX5WVD2B"
    world.write(project, {path: text.replace("{key}", key) for path, text in MISTAKES.items()})
    verdict = checked(name)
    assert all(one.state == "fail" for one in verdict.findings), verdict.findings
    assert TELLING[name] in places(verdict)
    assert key not in str(verdict)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo []; exit 0", None),
        ("exit 0", "printed what cannot be read: nothing at all"),
        ("echo oh no; exit 1", "printed what cannot be read: it is not JSON"),
        ("echo 'Dockerfile: error' >&2; exit 2", "and said: Dockerfile: error"),
        ("echo []; exit 70", "failed with exit code 70"),
        ("kill -9 $$", "was ended by SIGKILL"),
        ("yes '[' | head -c 60000000", "printed more than 50,000,000 bytes"),
        ('[ "$1" != --version ] || echo hadolint 2.11.0; echo []', "2.11.0 is too old: 2.12 is the oldest"),
        ('[ "$1" = --version ] || [ -z "$GH_TOKEN$GIT_DIR" ] || exit 9; echo []', None),
    ],
)
def test_a_tool_that_misbehaves_is_unknown(project, checked, program, monkeypatch, script, message):
    monkeypatch.setenv("GH_TOKEN", "hunter2")
    world.write(project, {"Dockerfile": "FROM scratch\n"})
    program("hadolint", script)
    verdict = checked("hadolint")
    if message is None:
        assert (verdict.state, verdict.findings) == ("pass", ())
    else:
        (reason,) = said(verdict)
        assert reason.startswith("hadolint ")
        assert message in reason


def test_a_tool_that_takes_too_long_is_unknown_and_holds_up_no_other(project, checked, program, monkeypatch):
    monkeypatch.setattr(judges, "SECONDS", 0.5)
    world.write(project, {"Dockerfile": "FROM scratch\n", ".github/workflows/pr.yml": PR})
    program("hadolint", "sleep 1000")
    hadolint, zizmor = checked("hadolint", "zizmor")
    assert said(hadolint) == ["hadolint took longer than 0.5 s"]
    assert places(zizmor) == UNPINNED


def test_a_tool_that_the_repository_holds_is_not_run(project, checked, tmp_path):
    script = f"#!/bin/sh\ntouch {tmp_path / 'pwned'}\necho []\n"
    paths = ["node_modules/.bin/biome", "node_modules/@biomejs/biome", ".venv/bin/biome"]
    world.write(project, {"a.ts": "", "evil/bin/biome": script, "node_modules/@biomejs/biome": script})
    (project / "evil/bin/biome").chmod(0o755)
    (project / "node_modules/@biomejs/biome").chmod(0o755)
    (project / "node_modules/.bin").mkdir()
    (project / paths[0]).symlink_to("../@biomejs/biome")
    (project / ".venv").symlink_to("evil")
    world.git("add", "--all", "--force", where=project)
    assert all((project / path).is_file() for path in paths)
    assert judges.find("biome", view(open_at(project))) == shutil.which("biome")
    checked("biome")
    assert not (tmp_path / "pwned").exists()


def test_one_that_was_installed_for_the_project_is(project, checked, monkeypatch):
    monkeypatch.setenv("PATH", os.defpath)
    world.write(project, {"a.ts": "", ".gitignore": "node_modules/\n", "node_modules/pkg/biome": "#!/bin/sh\nexit 5\n"})
    (project / "node_modules/pkg/biome").chmod(0o755)
    (project / "node_modules/.bin").mkdir()
    (project / "node_modules/.bin/biome").symlink_to("../pkg/biome")
    assert "nothing at all" in said(checked("biome"))[0]


def test_all_are_those_that_the_blueprint_names(tmp_path):
    manifest = world.MANIFEST + "guardrails: {{judges: [zizmor, soothsayer]}}\n"
    library = world.make_library(tmp_path / "library", manifest=manifest)
    scaffold.new("demo", tmp_path / "project", source=str(library))
    verdicts = scaffold.check(tmp_path / "project", judges=("all",), today=TODAY).verdicts
    found = {one.rule.id: one for one in verdicts if one.rule.id in ("soothsayer", *judges.JUDGES)}
    assert {name: one.state for name, one in found.items()} == {"zizmor": "not_applicable", "soothsayer": "unknown"}
    assert said(found["soothsayer"]) == ["this scaffold does not know the judge: a newer one may"]


def test_without_such_a_list_all_are_all(checked):
    assert [one.rule.id for one in checked("all")] == list(judges.JUDGES)
