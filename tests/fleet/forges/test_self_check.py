"""A token is tried at its forge, and never shown."""

import pytest

import scaffold
from scaffold.report import machine
from tests.fleet.forges.conftest import TOKEN

pytestmark = pytest.mark.usefixtures("known")


def look_at(host, **more):
    made = scaffold.self_check(wait=20, **more)
    (found,) = (look for look in made.looks if look.about == host)
    return made, found


def test_a_token_that_is_taken_says_whose_it_is(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made, found = look_at(stage.forge.host)
    assert (found.state, found.said) == ("good", f"the token is that of {stage.forge.me()}")
    assert stage.token not in str(made)


def test_a_token_that_is_refused(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TOKEN, "hunter2secret")
    made, found = look_at(stage.forge.host)
    assert found.state == "wrong"
    assert found.mend
    assert not made.is_clean
    assert "hunter2secret" not in "\n".join(line.text for line in machine.text(made))


def test_a_token_that_is_not_there(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(TOKEN)
    _, found = look_at(stage.forge.host)
    assert found.state == "wrong"
    assert TOKEN in found.said


def test_offline_nobody_is_asked(stage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(TOKEN, "hunter2secret")
    _, found = look_at(stage.forge.host, offline=True)
    assert found.state == "note"
