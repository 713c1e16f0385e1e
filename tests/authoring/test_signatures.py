"""Signatures: demanded by settings or by the project, allowed by settings alone, and proved of a stamped project."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.authoring.shelf import QUIET, shelf
from tests.kit import git, repo
from tests.scenarios.world import scaffold

SETTINGS = Path(os.environ["XDG_CONFIG_HOME"]) / "scaffold/settings.yml"  # of the user that the tests are
M = "blueprints/tool/blueprint.yml"


def key(folder, name):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    return (folder / f"{name}.pub").read_text().strip()


@pytest.fixture
def place(tmp_path):
    """A library with 1.0.0 that the platform has signed, 1.1.0 that a stranger has, and 1.2.0 that nobody has."""
    (tmp_path / "allowed").write_text(f"platform@acme.example {key(tmp_path, 'platform')}\n")
    key(tmp_path, "stranger")
    root = repo(shelf(tmp_path / "library", {M: QUIET}), {})
    git(root, "config", "gpg.format", "ssh")
    for version, signer in (("1.0.0", "platform"), ("1.1.0", "stranger"), ("1.2.0", "")):
        repo(root, {M: QUIET.replace("1.0.0", version), "templates/base/.editorconfig": f"root = {version}\n"})
        signing = ("-c", f"user.signingkey={tmp_path / signer}.pub") if signer else ()
        git(root, *signing, "tag", "--sign" if signer else "--annotate", "--message=x", f"tool/v{version}")
    settings = {"require_signature": True, "allowed_signers": str(tmp_path / "allowed")}
    (tmp_path / "settings.yml").write_text(json.dumps(settings))
    SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    yield tmp_path
    SETTINGS.unlink(missing_ok=True)


def run(place, *words, settings="settings.yml"):
    SETTINGS.write_text((place / settings).read_text())
    return scaffold(*words, where=place)


def new(place, version, dest, **options):
    return run(place, "new", f"tool@{version}", dest, "--source", place / "library", "--defaults", **options)


def test_what_is_not_signed_by_whom_one_trusts_is_refused(place):
    assert new(place, "1.0.0", "a").code == 0
    for version, why in (("1.1.0", "is signed by nobody who may"), ("1.2.0", "the tag tool/v1.2.0 is not signed")):
        done = new(place, version, f"b{version}")
        assert (done.code, f"tool {version} must be signed" in done.err, why in done.err) == (1, True, True), done.err
        assert not (place / f"b{version}").exists()
        done = run(place, "update", "a", "--to", version)
        assert (done.code, f"tool {version} must be signed" in done.err) == (1, True), done.err
    done = new(place, ".", "c")
    assert "it is no tagged release" in done.err
    (place / "none.yml").write_text("{}\n")
    assert new(place, "1.2.0", "d", settings="none.yml").code == 0
    fleet = place / "fleet.yml"
    fleet.write_text("members:\n  - folder: a\n")
    plan = run(place, "fleet", "plan", "--to", "1.2.0", "--format", "json")
    assert "must be signed" in plan.out + plan.err


def test_a_project_may_demand_and_never_allow(place):
    (place / "none.yml").write_text("{}\n")
    assert new(place, "1.0.0", "a", settings="none.yml").code == 0
    answers = place / "a/.scaffold/answers.yml"
    answers.write_text(answers.read_text() + "require_signature: true\n")
    done = run(place, "update", "a", settings="none.yml")
    assert (done.code, "must be signed" in done.err) == (1, True), done.err
    answers.write_text(answers.read_text() + "allowed_signers: allowed\n")
    assert "`allowed_signers` is not a key" in run(place, "update", "a", settings="none.yml").err


def test_only_some_addresses_may_need_one(place):
    for required, code in (([str(place / "library")], 1), ([f"{place}/other/"], 0)):
        (place / "some.yml").write_text(json.dumps({"require_signature": required}))
        assert new(place, "1.2.0", f"a{code}", settings="some.yml").code == code
    assert (
        run(
            place,
            "new",
            "python-http-service",
            "b",
            "--dry-run",
            "--data",
            "mission=X",
            "--data",
            "owner=@a/b",
            "--data",
            "outcome=x",
        ).code
        == 0
    )


def test_a_tag_under_another_name_is_no_signature(place):
    root = place / "library"
    git(root, "tag", "--delete", "tool/v1.2.0")
    git(root, "update-ref", "refs/tags/tool/v1.2.0", git(root, "rev-parse", "refs/tags/tool/v1.0.0"))
    done = new(place, "1.2.0", "a")
    assert done.code == 1


def test_verify_proves_what_a_project_is_made_of(place):
    assert new(place, "1.0.0", "a").code == 0
    done = run(place, "verify", "a")
    assert done.code == 0, done.out + done.err
    assert "1 locked file is byte for byte those of tool 1.0.0, vouched for by platform@acme.example" in done.out
    statement = run(place, "verify", "a", "--format", "json").json
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert [one["name"] for one in statement["subject"]] == [".editorconfig"]
    assert statement["predicate"]["commit"] == git(place / "library", "rev-parse", "tool/v1.0.0^{commit}")
    (place / "a/.editorconfig").write_text("root = mine\n")
    done = run(place, "verify", "a")
    assert done.code == 3 and ".editorconfig" in done.out, done.out
    (place / "none.yml").write_text("{}\n")
    assert new(place, "1.2.0", "b", settings="none.yml").code == 0
    done = run(place, "verify", "b")
    assert (done.code, "the tag tool/v1.2.0 is not signed" in done.out) == (3, True)


def test_bad_settings(place):
    for said, sentence in (
        ({"allowed_signers": "allowed"}, "the whole path of a file"),
        ({"require_signature": 3}, "must be a list"),
        ({"allowed_signer": "x"}, "did you mean `allowed_signers`?"),
    ):
        (place / "bad.yml").write_text(json.dumps(said))
        done = new(place, "1.0.0", "x", settings="bad.yml")
        assert (done.code, sentence in done.err) == (1, True), done.err
