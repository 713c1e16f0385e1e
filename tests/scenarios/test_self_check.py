"""What on a machine keeps scaffold from its work, said with what mends it."""

import os
import socket

import pytest

from tests.scenarios.world import scaffold, stamp


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing on it but what the tests have."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "SCAFFOLD_SETTINGS", "SCAFFOLD_POLICY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def looks(where, *words, code=0, **environment):
    done = scaffold("self-check", "--offline", "--format", "json", *words, where=where, **environment)
    assert done.code == code, done.err
    assert done.json["clean"] == (code == 0)
    return {look["about"]: look for look in reversed(done.json["looks"])}


def settings(machine, text):
    file = machine / "config/scaffold/settings.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_a_machine_with_nothing_on_it_is_fine(machine):
    found = looks(machine)
    assert {look["state"] for look in found.values()} == {"good", "note"}
    assert "no template may run code" in found["trust"]["said"]
    assert "there is no token" in found["github.com"]["said"]


def test_people_read_it_with_what_to_do(machine):
    done = scaffold("self-check", "--offline", where=machine)
    assert done.code == 0
    assert "good     git         git " in done.out
    assert done.out.endswith("\nNothing is wrong here.\n")


def test_without_a_name_git_commits_nothing(machine):
    unset = {"HOME": str(machine), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        unset |= {f"GIT_{who}_NAME": "", f"GIT_{who}_EMAIL": ""}
    done = scaffold("self-check", "--offline", where=machine, **unset)
    assert done.code == 3
    assert 'git config --global user.name "Your Name"' in done.out
    assert 'git config --global user.email "you@example.com"' in done.out
    assert done.out.endswith("\n2 things need you.\n")


def test_without_git(machine):
    found = looks(machine, code=3, PATH=str(machine))
    assert found["git"]["state"] == "wrong"
    assert "install it" in found["git"]["mend"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trust: {a: b}\n", "settings.yml:1"),
        ("forgs: {}\n", "forgs"),
        ("a: [\n", "settings.yml:"),
        ("policy: 3\n", ":1"),
    ],
)
def test_settings_that_cannot_be_read_are_named_with_their_line(machine, text, said):
    settings(machine, text)
    found = looks(machine, code=3)
    wrong = [look for look in found.values() if look["state"] == "wrong"]
    assert wrong
    assert all(said in look["said"] for look in wrong)


def test_what_is_trusted_is_named(machine):
    settings(machine, "trust: [https://git.acme.example/templates/]\n")
    assert looks(machine)["trust"]["said"].endswith("https://git.acme.example/templates/")


def test_a_cache_that_takes_nothing(machine):
    found = looks(machine, code=3, XDG_CACHE_HOME="/proc/none")
    assert found["cache"]["state"] == "wrong"
    assert "XDG_CACHE_HOME" in found["cache"]["mend"]


def test_the_project_here(machine, library):
    project = stamp(library, machine / "orders")
    assert looks(project)["project"]["said"].startswith("demo 1.0.0 from ")
    (project / ".scaffold/lock.json").write_text("{")
    found = looks(project, code=3)
    assert "lock.json" in found["project"]["said"]


def test_who_gives_no_answer_keeps_nobody(machine):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        settings(machine, f"forges: {{'{host}': {{kind: gitea, api: 'http://{host}/api/v1', token_env: MINE}}}}\n")
        done = scaffold("self-check", "--format", "json", "--wait", "0.5", where=machine, MINE="hunter2secret")
    assert done.code == 3
    (look,) = (look for look in done.json["looks"] if look["about"] == host)
    assert look == {
        "about": host,
        "state": "unknown",
        "said": "no answer within 0.5 s",
        "mend": "try again with --wait 10",
    }
    assert "hunter2secret" not in done.out + done.said
