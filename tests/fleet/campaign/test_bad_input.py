"""What goes wrong with a rollout at the command line: one sentence, no other member stopped, and the next run goes on."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from scaffold.fleet import apply
from tests.fleet.campaign.killed import commands
from tests.kit import git

pytestmark = pytest.mark.long  # many processes, and a forge for each

TOKEN, BRANCH = "secret-of-the-bot", "scaffold/job-1.1.0"
VARIABLES = {"FORGE_TOKEN": TOKEN, "GIT_ALLOW_PROTOCOL": "http:file", "COLUMNS": "1000"}


@pytest.fixture
def kind():
    return "github"


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    with commands(tmp_path_factory.mktemp("said") / "said", **VARIABLES) as found:
        yield found


@pytest.fixture
def line(lines):
    """Run `scaffold fleet WHAT PLAN ...` beside fleet.yml; return its exit code, and what it said."""

    def run(one, what, *more, plan=None):
        lines.said.unlink(missing_ok=True)
        code = lines.run(["fleet", what, str(plan or one.plan), "--quiet", *more], one.root)
        return code, lines.said.read_text()

    return run


def sentence(said):
    """The one line of an error."""
    (told,) = [text for text in said.splitlines() if text.startswith("error: ")]
    assert said.strip() == told
    return told.removeprefix("error: ")


def test_a_token_that_is_of_nobody_ends_the_run_in_one_sentence_and_fails_no_member(rolled, line):
    one = rolled(3)
    one.world.expire()
    code, said = line(one, "apply")
    told = f"{one.server.host} denies it: Bad credentials (the token is from FORGE_TOKEN; is it valid, and has it the rights?)"
    assert (code, sentence(said)) == (1, told)
    one.world.tokens[TOKEN].expired = False
    code, said = line(one, "apply")
    assert (code, "3 open" in said) == (0, True)


@pytest.mark.parametrize("operation", ["open", "label", "pulls", "ask"])
def test_a_token_that_ends_in_the_middle_fails_no_member_and_what_it_left_is_done_later(rolled, line, operation):
    one = rolled(6, campaign={"labels": ["scaffold"]})
    one.world.add_fault("unauthorized", on=operation, after=2, times=-1)
    code, said = line(one, "apply")
    assert (code, "failed" in said) == (3, False)
    assert f"{one.server.host} denies it: Bad credentials" in said
    one.world.clear_faults()
    code, said = line(one, "apply")
    assert (code, "6 open" in said, "Not taken" in said) == (0, True, False)
    for number in range(6):
        (pull,) = one.pulls(f"m{number}")
        assert (pull["labels"], pull["reviewers"]) == (["scaffold"], ["ada"])


def test_a_token_without_the_right_is_said_once_for_all_whom_it_keeps(rolled, line):
    one = rolled(3)
    one.world.add_fault("forbidden", on="open", times=2)
    code, said = line(one, "apply")
    assert (code, "1 open, 2 failed" in said) == (3, True)
    assert said.count("Resource not accessible by personal access token") == 1


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("html", "answered 200 with HTML and not as a forge's API does"),
        ("elsewhere", "leads to another host, elsewhere.invalid"),
    ],
)
def test_what_is_no_forge_ends_the_run_and_fails_no_member(rolled, line, what, told):
    one = rolled(3)
    one.world.add_fault(what, times=-1)
    code, said = line(one, "apply")
    assert (code, told in sentence(said)) == (1, True)
    one.world.clear_faults()
    assert line(one, "apply")[0] == 0


@pytest.mark.long  # pauses of many seconds
@pytest.mark.parametrize("what", ["broken", "no network"])
def test_a_forge_that_does_not_answer_for_long_ends_the_run_and_fails_no_member(rolled, line, what):
    one = rolled(3)
    if what == "broken":
        one.world.add_fault("broken", times=-1)
    else:
        one.server.http.shutdown()
        one.server.http.socket.close()
    code, said = line(one, "apply")
    assert (code, "does not answer" in sentence(said)) == (1, True)
    with closing(sqlite3.connect(one.plan / "journal.db")) as journal, journal:
        assert not journal.execute("SELECT * FROM records WHERE event = 'failed'").fetchall()


@pytest.mark.parametrize(
    "fault", [{"what": "broken"}, {"what": "reset"}, {"what": "throttled"}, {"what": "reset", "effect": True}]
)
def test_a_push_that_breaks_off_is_tried_again_by_the_next_run(rolled, line, fault):
    one = rolled(2)
    one.world.add_fault(**fault, on="push", path="acme/m0")
    code, said = line(one, "apply")
    assert (code, "1 open" in said, "git could not reach it" in said) == (3, True, True)
    assert line(one, "apply")[0] == 0
    assert [len(one.pulls(name)) for name in ("m0", "m1")] == [1, 1]


def test_what_is_wrong_with_one_repository_is_said_of_it_and_stops_no_other(rolled, line):
    one = rolled(6)
    one.world.add_rule("acme/m0", "scaffold/*")
    one.world.archive("acme/m1")
    one.world.give("acme/m2", "scaffold-bot", "read")
    one.world.delete("acme/m3")
    one.world.rename("acme/m4", "acme/elsewhere")
    code, said = line(one, "apply")
    assert (code, "1 open, 5 failed" in said) == (3, True)
    for told in (
        "it does not take it: [remote rejected] (protected branch hook declined); error: GH006: Protected branch update failed",
        "it is archived (take it out of fleet.yml, or open it again): m1",
        "the token may not push (docs/reference/forges.md lists the rights that it needs): m2",
        "refuses it: Not Found (is it there, and may the token see it?): m3",
        "it is acme/elsewhere now (write that address into fleet.yml, and plan again): m4",
    ):
        assert told in said
    code, said = line(one, "preflight")
    assert (code, "Ready: 2 of 6 members" in said) == (3, True)  # what a rule forbids no forge says before


def test_a_kill_after_a_push_leaves_no_branch_without_a_pull_request(rolled, lines, line):
    one = rolled(1, campaign={"labels": ["scaffold"]})
    for record in range(1, 9):  # one further each time, since a run begins with what is there
        lines.run(["fleet", "apply", str(one.plan), "--quiet"], one.root, record)
    assert line(one, "apply")[0] == 0
    (pull,) = one.pulls("m0")
    assert (pull["labels"], pull["reviewers"]) == (["scaffold"], ["ada"])


def test_the_pull_request_that_follows_on_a_closed_one_gets_labels_and_reviewers_too(rolled, line):
    one = rolled(1, campaign={"labels": ["scaffold"]})
    one.world.add_person("stale", "bot")
    line(one, "apply")
    one.world.close_as("acme/m0", 1, "stale")
    line(one, "watch", "--once")
    assert line(one, "apply")[0] == 0
    assert [(pull["labels"], pull["reviewers"]) for pull in one.pulls("m0")] == [(["scaffold"], ["ada"])] * 2


def test_once_more_is_remembered_when_the_run_that_was_told_so_is_killed(rolled, lines, line):
    one = rolled(1, campaign={"halt": {"closed": "never"}})
    line(one, "apply")
    one.world.close_as("acme/m0", 1)
    assert "1 declined" in line(one, "watch", "--once")[1]
    lines.run(["fleet", "apply", str(one.plan), "--quiet", "--again", "m0"], one.root, 2)
    assert "1 open" in line(one, "apply")[1]
    assert len(one.pulls("m0")) == 2


def test_an_abort_that_is_killed_says_why_once_and_closes_all(rolled, lines, line):
    one = rolled(2)
    line(one, "apply")
    one.world.add_fault("broken", on="comment", effect=True)
    words = ["fleet", "abort", str(one.plan), "--quiet", "--reason", "bad"]
    for record in (2, 1, 2, 1):
        lines.run(words, one.root, record, "before")
    code, said = line(one, "abort", "--reason", "bad")  # which gets no answer to what it says below the first
    assert (code, "could not be closed: nobody knows whether" in said) == (3, True)
    assert f"Next: scaffold fleet abort {one.plan} --reason TEXT tries that again" in said
    code, said = line(one, "abort", "--reason", "bad")
    assert (code, "2 closed" in said) == (0, True)
    for name in ("m0", "m1"):
        (pull,) = one.pulls(name)
        assert (pull["state"], len(pull["comments"])) == ("closed", 1)
        assert one.world.branches(f"acme/{name}") == ["main"]


def test_an_abort_finds_what_a_killed_run_had_opened_and_not_recorded(rolled, lines, line):
    one = rolled(1)
    lines.run(["fleet", "apply", str(one.plan), "--quiet"], one.root, 5, "before")
    assert one.open_numbers("m0") == [1]
    assert "1 closed" in line(one, "abort", "--reason", "bad")[1]
    assert one.open_numbers("m0") == []


def test_a_second_machine_refuses_each_time_and_goes_on_when_it_is_told_so(rolled, line):
    one = rolled(2)
    there = one.root / "there"
    shutil.copytree(one.plan, there)
    line(one, "apply")
    for what, more in (("apply", ()), ("apply", ()), ("watch", ("--once",)), ("abort", ("--reason", "x"))):
        code, said = line(one, what, *more, plan=there)
        assert (code, "another machine carries out this campaign, since" in sentence(said)) == (1, True)
    assert line(one, "apply", "--take-over", plan=there)[0] == 0
    assert line(one, "watch", "--once", plan=there)[0] == 0
    assert [len(one.pulls(name)) for name in ("m0", "m1")] == [1, 1]


def test_two_runs_at_once_are_one_too_many(rolled, line):
    one = rolled(1)
    words = [sys.executable, "-m", "scaffold", "fleet", "watch", str(one.plan), "--quiet"]
    with subprocess.Popen(words, cwd=one.root, env=os.environ | VARIABLES, stderr=subprocess.DEVNULL) as other:
        while not one.open_numbers("m0"):
            assert other.poll() is None
        code, said = line(one, "apply")
        other.send_signal(signal.SIGINT)
    assert (
        code,
        "another scaffold is at work on this campaign (wait until it is done, or end it)" in sentence(said),
    ) == (1, True)


@pytest.mark.parametrize("hangs", ["the API", "git"])
def test_a_ctrl_c_while_a_forge_hangs_ends_at_once_and_the_next_run_goes_on(rolled, line, hangs):
    one = rolled(3)
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        fleet = one.file.read_text()
        deaf = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if hangs == "the API":
            one.file.write_text(fleet.replace(f"api: {one.server.url}", f"api: {deaf}"))
            settings = {}
        else:
            one.server.world.add_fault("reset", on="nothing")
            settings = {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{deaf}.insteadOf",
                "GIT_CONFIG_VALUE_0": one.server.url,
            }
        words = [sys.executable, "-m", "scaffold", "fleet", "apply", str(one.plan), "--quiet"]
        environment = os.environ | VARIABLES | settings
        with subprocess.Popen(words, cwd=one.root, env=environment, stderr=subprocess.PIPE, text=True) as process:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=25)  # without an end it would be a minute at least
            connection.close()
    assert (process.returncode, said) == (130, "error: interrupted\n")
    one.file.write_text(fleet)
    assert (line(one, "apply")[0], len(one.pulls("m0"))) == (0, 1)


def test_a_full_disk_under_the_journal_is_a_sentence_and_what_was_done_is_found_again(rolled, line):
    one = rolled(3)
    words = f"ulimit -f 40; exec {sys.executable} -m scaffold fleet apply {one.plan} --quiet"
    done = subprocess.run(["bash", "-c", words], cwd=one.root, env=os.environ | VARIABLES, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert "the campaign's journal cannot be" in sentence(done.stderr)
    assert "what was recorded is not lost" in done.stderr
    assert line(one, "apply")[0] == 0
    assert [len(one.pulls(f"m{number}")) for number in range(3)] == [1, 1, 1]


def test_a_folder_that_nobody_may_write_to_is_read_for_a_preflight_and_refused_for_an_apply(rolled, line):
    """Root may write anywhere, and gives that right up for it."""
    drop = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if drop and not shutil.which(drop[0]):
        pytest.skip("root may write anywhere, and there is no setpriv to give that up")
    one = rolled(1)
    line(one, "apply")
    for path in (one.plan, *one.plan.iterdir()):
        path.chmod(path.stat().st_mode & ~0o222)

    def run(what):
        words = [*drop, sys.executable, "-m", "scaffold", "fleet", what, str(one.plan), "--quiet"]
        done = subprocess.run(words, cwd=one.root, env=os.environ | VARIABLES, capture_output=True, text=True, check=False)  # fmt: skip
        return done.returncode, done.stderr

    assert run("preflight") == (0, "")
    code, said = run("apply")
    assert (code, "Permission denied" in sentence(said) or "readonly" in said) == (1, True)


def test_a_folder_of_a_newer_scaffold_and_files_that_are_gone_are_refused(rolled, line):
    one = rolled(1)
    line(one, "apply")
    assert "there is no plan" in sentence(line(one, "apply", plan=one.root)[1])
    with closing(sqlite3.connect(one.plan / "journal.db")) as journal, journal:
        journal.execute("UPDATE about SET value = '2' WHERE key = 'format'")
    for what in ("apply", "preflight"):
        code, said = line(one, what)
        assert (code, "the journal has format 2, and this scaffold knows 1" in sentence(said)) == (1, True)
    (one.plan / "journal.db").unlink()
    one.file.unlink()
    assert "fleet.yml: the fleet cannot be read: No such file or directory" in sentence(line(one, "apply")[1])


def test_members_that_are_called_otherwise_go_on_and_those_elsewhere_are_held(rolled, line):
    one = rolled(2)
    fleet = yaml.safe_load(one.file.read_text())
    fleet["members"][0]["name"] = "another"
    fleet["members"][1]["url"] = fleet["members"][1]["url"].replace("m1.git", "m9.git")
    one.file.write_text(yaml.safe_dump(fleet))
    code, said = line(one, "apply")
    assert (code, "1 open, 1 held" in said) == (3, True)
    assert "the fleet file does not list its repository (list it under the address that was planned for" in said


def test_a_plan_of_nobody_is_done(rolled, line):
    one = rolled(2)
    one.planned(to="1.0.0")
    code, said = line(one, "apply")
    assert (code, "nobody takes part" in said) == (0, True)


@pytest.fixture
def own_library(rolled, tmp_path, library):
    """A fleet whose library a test may change."""
    own = shutil.copytree(library, tmp_path / "library")
    one = rolled(2)
    one.library = own
    one.write(["m0", "m1"])
    one.planned()
    return one


def test_a_release_that_was_withdrawn_since_is_offered_to_nobody_any_more(own_library, line):
    one = own_library
    manifest = one.library / "blueprints/job/blueprint.yml"
    manifest.write_text(manifest.read_text() + "withdrawn: {1.1.0: it loses data}\n")
    git(one.library, "commit", "--quiet", "--all", "--message=withdraw")
    code, said = line(one, "apply")
    assert (code, "halted" in said, "job 1.1.0 was withdrawn: it loses data" in said) == (3, True, True)
    assert f"Next: scaffold fleet abort {one.plan} --reason TEXT closes it; then plan again" in said
    assert one.pulls("m0") == []


def test_a_tag_that_was_moved_since_is_offered_to_nobody_any_more(own_library, line):
    one = own_library
    git(one.library, "commit", "--quiet", "--allow-empty", "--message=more")
    git(one.library, "tag", "--force", "job/v1.1.0")
    code, said = line(one, "apply")
    assert (code, "job 1.1.0 is not the release any more that was planned for" in said) == (3, True)
    assert one.pulls("m0") == []


def test_a_tag_that_was_deleted_since_is_offered_to_nobody_any_more(own_library, line):
    one = own_library
    git(one.library, "tag", "--delete", "job/v1.1.0")
    code, said = line(one, "apply")
    assert (code, "job 1.1.0 is no release any more: its tag is gone" in said) == (3, True)
    assert one.pulls("m0") == []


def test_a_release_that_is_withdrawn_while_a_campaign_is_watched_halts_it(own_library, monkeypatch):
    monkeypatch.setattr(apply, "RELEASES_LAST", 0)
    looks = []

    def see(stands):
        looks.append(stands.state)
        assert len(looks) < 20
        manifest = own_library.library / "blueprints/job/blueprint.yml"
        if "withdrawn" not in manifest.read_text():
            manifest.write_text(manifest.read_text() + "withdrawn: {1.1.0: it loses data}\n")
            git(own_library.library, "commit", "--quiet", "--all", "--message=withdraw")

    assert "was withdrawn" in own_library.watch(see=see, seconds=0.05).why
    assert looks == ["waiting", "halted"]


def test_a_library_that_is_gone_is_noted_and_stops_nobody(own_library, line):
    one = own_library
    one.library.rename(one.root / "moved")
    code, said = line(one, "apply")
    assert (code, "2 open" in said, "whether job 1.1.0 still stands cannot be told" in said) == (0, True, True)


def test_trouble_that_is_over_is_not_told_any_more(rolled, line):
    one = rolled(1)
    line(one, "apply")
    one.world.add_fault("forbidden", on="pull")
    assert "it could not be looked at" in line(one, "watch", "--once")[1]
    assert "it could not be looked at" not in line(one, "watch", "--once")[1]


def test_the_token_is_in_no_artefact_and_in_the_arguments_of_no_process(rolled, tmp_path):
    """It comes from a program here, so that no environment holds it but that of git, which it is handed to so."""
    one = rolled(3, campaign={"labels": ["scaffold"]})
    program = tmp_path / "bin" / "token"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\ncat "$(dirname "$0")/../forge/token"\n')
    program.chmod(0o755)
    (tmp_path / "forge" / "token").write_text(TOKEN)
    fleet = yaml.safe_load(one.file.read_text())
    (forge,) = fleet["forges"].values()
    del forge["token_env"]
    forge["token_command"] = [str(program)]
    one.file.write_text(yaml.safe_dump(fleet))
    for name in ("m0", "m1", "m2"):
        one.world.repositories[f"acme/{name}"].private = True
    one.world.add_fault("secondary", on="label", seconds=2)  # which keeps it at work for a while
    environment = {name: value for name, value in os.environ.items() if TOKEN not in value}
    environment |= {
        "GIT_ALLOW_PROTOCOL": "http:file",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    seen, said = 0, b""
    for what in (("apply",), ("watch", "--once"), ("preflight",), ("abort", "--reason", "x")):
        words = [sys.executable, "-m", "scaffold", "fleet", what[0], str(one.plan), *what[1:]]
        with subprocess.Popen(
            words, cwd=one.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            while process.poll() is None:
                for place in below(process.pid):
                    arguments, its = read(place / "cmdline"), read(place / "environ")
                    assert TOKEN.encode() not in arguments
                    held = [entry.partition(b"=")[0] for entry in its.split(b"\0") if TOKEN.encode() in entry]
                    assert set(held) <= {b"SCAFFOLD_LOGIN"}
                    seen += 1
            said += process.stdout.read()
        assert process.returncode == 0, said.decode()
    assert seen > 10
    assert TOKEN.encode() not in said
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.relative_to(tmp_path).parts[0] != "forge"]
    assert any(path.name == "config" and "cache" in path.parts for path in files)
    assert any(path.name == "journal.db" for path in files)
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
    assert TOKEN not in str(one.world.pictured()) + str([one.pulls(f"m{number}") for number in range(3)])


def below(pid):
    """The processes that one has started, and theirs, and itself."""
    yield Path(f"/proc/{pid}")
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():  # children are listed by the thread that made them
            for child in read(thread / "children").split():
                yield from below(int(child))


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""
