"""What a program reads of a check is whole, whatever a terminal is shown meanwhile."""

import json
import os
import re
import subprocess
import sys

import scaffold
from tests.guard.service import ANSWERS
from tests.scenarios.world import commit, git
from tests.scenarios.world import scaffold as command


def test_a_sign_of_progress_on_the_terminal_does_not_get_into_the_report(tmp_path):
    scaffold.new("python-http-service", tmp_path / "orders", data=ANSWERS, git=False)
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "scaffold", "check", "--format", "sarif", "--report", "json=../check.json"]
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {
        "TERM": "xterm", "PYTHONIOENCODING": "ascii",
    }  # fmt: skip
    done = subprocess.run(
        command, cwd=tmp_path / "orders", env=environment, stdout=subprocess.PIPE, stderr=theirs,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 100_000)
    os.close(ours)
    assert b"\x1b[" in shown
    assert json.loads(done.stdout.decode("utf-8"))["version"] == "2.1.0"
    rules = json.loads((tmp_path / "check.json").read_text())["rules"]
    assert [rule["id"] for rule in rules] == [
        rule["id"] for rule in json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"]
    ]


def test_a_project_in_a_folder_knows_its_way_from_the_top_of_the_repository(tmp_path):
    top = tmp_path / "all"
    scaffold.new("python-http-service", top / "services/orders", data=ANSWERS, git=False)
    git("init", "--quiet", where=top)
    commit(top)
    git("clone", "--quiet", "--bare", str(top), str(tmp_path / "all.git"), where=tmp_path)
    here = top / "services/orders"
    checks = [
        scaffold.check(here), scaffold.check(here, staged=True), scaffold.check(here, revision="HEAD"),
        scaffold.check(tmp_path / "all.git/services/orders"),
    ]  # fmt: skip
    assert [checked.prefix for checked in checks] == ["services/orders"] * 4


def test_steps_are_said_where_that_is_asked_for_and_none_where_quiet_is_asked_for_last(tmp_path):
    given = [word for name, value in ANSWERS.items() for word in ("-d", f"{name}={value}")]
    stamped = command("new", "python-library", "orders", "--defaults", *given, "--verbose", where=tmp_path)
    assert (stamped.code, stamped.out.partition(" ")[0]) == (0, "Stamped")
    assert re.fullmatch(r" *\d+\.\d\d s  Writing \d+ files\n", stamped.said)
    checked = command("check", "-q", "-v", "--format", "json", where=tmp_path / "orders")
    assert re.fullmatch(r" *\d+\.\d\d s  Checking \d+ files\n", checked.said)
    assert checked.json["summary"]["fail"] == 0
    assert command("check", "-v", "-q", where=tmp_path / "orders").said == ""
    nowhere = command("status", "--verbose", where=tmp_path)
    assert (nowhere.code, nowhere.said.partition(":")[0]) == (1, "error")
