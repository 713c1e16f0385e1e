"""Check over a folder, the index, a commit and a bare repository, and whatever a repository under check may hold."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

import scaffold as api
from tests.guard.service import ANSWERS, TODAY
from tests.scenarios.world import MANIFEST, commit, git, make_library, run, scaffold, stamp

SECRET = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF0PbnGy0AHB7MhYw\n" * 4
SECRET += "-----END RSA PRIVATE KEY-----\n"


@pytest.fixture(scope="module")
def stamped(tmp_path_factory):
    root = tmp_path_factory.mktemp("services") / "orders"
    api.new("python-http-service", root, data=ANSWERS)
    return root


@pytest.fixture
def service(stamped, tmp_path):
    return Path(shutil.copytree(stamped, tmp_path / "orders", symlinks=True))


def failing(checked) -> set[str]:
    return {finding.rule for finding in checked.findings if finding.state == "fail"}


def check(where, **how):
    return api.check(where, today=TODAY, **how)


def test_a_stamped_service_scores_full_marks_and_nothing_is_silent(service):
    done = scaffold("check", where=service)
    assert done.code == 0, done.out
    data = scaffold("check", "--format", "json", where=service).json
    assert data["score"]["passed"] == data["score"]["of"] >= 30
    assert sum(data["summary"].values()) == len(data["rules"])
    assert [finding["rule"] for finding in data["findings"]] == ["SC-01"], "there is no lock file yet, and that is said"
    assert scaffold("check", "--strict", where=service).code == 3
    assert "scaffold-idp" not in (service / ".github/workflows/ci.yml").read_text(), "anybody could register that name"
    report = f"markdown={service.with_name('summary.md')}"
    assert scaffold("check", "--format", "github", "--report", report, where=service).code == 0
    assert "47 of 47" in service.with_name("summary.md").read_text()
    assert data["summary"]["fail"] == data["summary"]["waived"] == 0


def test_an_edit_is_a_finding_in_the_folder_only_until_it_is_staged_and_committed(service):
    (service / "LICENSE").write_text("ours\n")
    bare = service.with_name("orders.git")
    git("clone", "--quiet", "--bare", str(service), str(bare), where=service)
    assert failing(check(service)) == {"LK-01"}
    assert failing(check(service, staged=True)) == failing(check(service, revision="HEAD")) == set()
    git("add", "LICENSE", where=service)
    assert failing(check(service, staged=True)) == {"LK-01"}
    assert failing(check(service, revision="HEAD")) == set()
    commit(service)
    assert failing(check(service, revision="HEAD")) == {"LK-01"}
    assert failing(check(service, revision="HEAD~1")) == set()
    assert failing(check(bare)) == set()
    git("push", "--quiet", str(bare), "HEAD:main", where=service)
    assert failing(check(bare)) == {"LK-01"}
    assert failing(check(bare, revision="HEAD~1")) == set()


def test_exit_codes_and_what_is_wrong_with_the_command_line(service, tmp_path):
    (service / "LICENSE").write_text("ours\n")
    assert scaffold("check", where=service).code == 3
    assert scaffold("check", "--rev", "HEAD", where=service).code == 0
    nowhere = scaffold("check", "--rev", "v9", where=service)
    assert (nowhere.code, nowhere.out) == (1, "")
    assert "there is no commit v9 (name a branch, a tag or a commit)" in nowhere.err
    assert scaffold("check", "--rev", "HEAD", "--staged", where=service).code == 2
    assert scaffold("check", where=tmp_path).code == 1


def test_a_project_in_a_folder_of_a_repository(tmp_path):
    mono = tmp_path / "mono"
    mono.mkdir()
    git("init", "--quiet", "--initial-branch=main", where=mono)
    (mono / "README.md").write_text("many\n")
    for name in ("orders", "billing"):
        api.new("python-http-service", mono / "services" / name, data={**ANSWERS, "service": name})
    commit(mono)
    (mono / "services/orders/LICENSE").write_text("ours\n")
    commit(mono)
    bare = tmp_path / "mono.git"
    git("clone", "--quiet", "--bare", str(mono), str(bare), where=mono)
    for where in (mono, bare):
        assert failing(check(where / "services/orders", revision="HEAD")) == {"LK-01"}
        assert failing(check(where / "services/billing", revision="HEAD")) == set()
    assert failing(check(mono / "services/orders", staged=True)) == {"LK-01"}
    several = scaffold("check", bare, where=tmp_path)
    assert several.code == 1
    assert "name one of the projects in it: services/billing, services/orders" in several.err


def test_untracked_files_are_looked_at_and_ignored_ones_are_not(service):
    (service / "notes.txt").write_text(SECRET)
    (service / ".venv").mkdir()
    (service / ".venv/key.txt").write_text(SECRET)
    found = [finding.path for finding in check(service).findings if finding.rule == "SP-04"]
    assert found == ["notes.txt"]


def test_without_git_it_is_checked_as_it_stands(tmp_path):
    root = tmp_path / "orders"
    api.new("python-http-service", root, data=ANSWERS, git=False)
    (root / ".venv").mkdir()
    (root / ".venv/key.txt").write_text(SECRET)
    assert failing(check(root)) == set()
    (root / "LICENSE").unlink()
    assert "LK-01" in failing(check(root))


def test_another_project_in_a_folder_is_no_matter_of_the_one_around_it(service):
    api.new("python-http-service", service / "services/other", data={**ANSWERS, "service": "other"})
    (service / "services/other/LICENSE").write_text("ours\n")
    (service / "services/other/src/other/report.rb").write_text("puts 1\n")
    commit(service)
    for how in ({}, {"staged": True}, {"revision": "HEAD"}):
        assert failing(check(service, **how)) == set()
        assert failing(check(service / "services/other", **how)) == {"LK-01", "LG-01"}


def test_who_edits_the_lock_is_found_out(service):
    assert failing(check(service, verify=True)) == set()
    place = service / ".scaffold/lock.json"
    lock = place.read_text()
    for old, new in (
        ('"SP-04": {}', '"SP-04": {"applies": false}'),
        ('      "SP-01": {},\n', ""),
        (
            '"ownership": "locked", "template": "foundation/.editorconfig"',
            '"ownership": "managed", "template": "foundation/.editorconfig"',
        ),
        ('"approvers": [', '"approvers": ["@acme/orders", '),
        (next(line for line in lock.splitlines(keepends=True) if '"LICENSE": ' in line), ""),
    ):
        assert old in lock
        place.write_text(lock.replace(old, new))
        assert failing(check(service)) == failing(check(service, verify=True)) == {"LK-04"}
    for of_another in ('"version": "2.0.0"', '"version": "99.0.0"'), ('"scaffold": "', '"scaffold": "9'):
        place.write_text(lock.replace(*of_another).replace('      "SP-01": {},\n', ""))
        assert failing(check(service)) == set()  # what is not kept here, or may know other rules, is not compared
    place.write_text(lock.replace('"source": "builtin"', '"source": "/nowhere"'))
    (unknown,) = (f for f in check(service, verify=True).findings if f.rule == "LK-04")
    assert (unknown.state, "cannot be had" in unknown.message) == ("unknown", True)


def test_what_git_was_told_not_to_look_at_is_looked_at(service):
    git("update-index", "--assume-unchanged", "LICENSE", "SECURITY.md", where=service)
    (service / "LICENSE").write_text("ours\n")
    (service / "SECURITY.md").unlink()
    found = {finding.path for finding in check(service).findings if finding.rule == "LK-01"}
    assert found == {"LICENSE", "SECURITY.md"}


def test_a_rule_that_goes_on_for_ever_is_unknown_and_holds_up_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr("scaffold.project.commands.check.SECONDS", 1)
    declared = "  rules:\n    A-1:\n      title: T\n      severity: low\n      pattern:\n        files: notes.md\n"
    manifest = f"{MANIFEST}guardrails:\n{declared}        deny: '(a+)+$'\n"
    project = stamp(make_library(tmp_path / "library", manifest=manifest), tmp_path / "project")
    (project / "notes.md").write_text("a" * 60 + "!\n")
    (project / "ci.yml").write_text("ours\n")
    states = {finding.rule: (finding.state, finding.message) for finding in check(project).findings}
    assert states["A-1"] == ("unknown", "the rule took longer than 1 s")
    assert states["LK-01"][0] == "fail"


@pytest.mark.parametrize("when", ["\"{{{{ nosuch == 'a' }}}}\"", "maybe", '"{{{{ token }}}} is it"'])
def test_a_condition_that_is_none_is_refused_when_it_is_stamped(tmp_path, when):
    rule = "    A-1:\n      title: T\n      severity: low\n      absent: x\n      when: "
    library = make_library(tmp_path / "library", manifest=f"{MANIFEST}guardrails:\n  rules:\n{rule}{when}\n")
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert re.search(r"nosuch|must be true or false", done.err)
    assert not (tmp_path / "p").exists()


def test_a_report_is_not_written_over_what_matters(service):
    before = (service / ".scaffold/lock.json").read_bytes()
    for place in (".scaffold/lock.json", ".git/config", "nowhere/x", "src"):
        assert scaffold("check", "--report", f"sarif={place}", where=service).code == 1
    assert (service / ".scaffold/lock.json").read_bytes() == before


def test_an_index_that_is_none_is_refused(service, tmp_path):
    (tmp_path / "junk").write_bytes(b"junk")
    for name in ("junk", "missing"):
        done = scaffold("check", "--staged", "--index-file", tmp_path / name, where=service)
        assert done.code == 1
        assert "this is no index of git" in done.err


def test_in_the_middle_of_a_merge_what_is_staged_is_ours(service):
    git("checkout", "--quiet", "-b", "other", where=service)
    main = service / "src/orders/main.py"
    main.write_text(main.read_text() + "# theirs\n")
    commit(service)
    git("checkout", "--quiet", "main", where=service)
    main.write_text(main.read_text() + "# ours\n")
    commit(service)
    run(["git", "merge", "--quiet", "other"], service)
    assert git("diff", "--name-only", "--diff-filter=U", where=service).split() == ["src/orders/main.py"]
    assert failing(check(service, staged=True)) == set()
    assert "LK-03" in failing(check(service))


def broken_yaml(root: Path) -> None:
    (root / ".github/workflows/nightly.yml").write_text("jobs: [\n")


def binary_junk(root: Path) -> None:
    for name in ("src/orders/junk.py", ".github/workflows/junk.yml", "Dockerfile", "deploy/base/junk.yaml", "a.toml"):
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(os.urandom(3000) + b"\x00\xff\xfe" + os.urandom(3000))


def huge_files(root: Path) -> None:
    for name in ("data.bin", "src/orders/table.py", ".github/workflows/big.yml", "dump.json"):
        with (root / name).open("wb") as file:
            file.truncate(100_000_000)


def symlink_loops(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    (root / "src/orders/up").symlink_to("..")
    (root / ".github/workflows/link.yml").symlink_to("/etc/passwd")
    (root / "Containerfile").symlink_to("nowhere")


def odd_names(root: Path) -> None:
    for name in (b"caf\xe9.py", "ü\n.yml".encode(), b"a b\tc.toml", "🦀.go".encode(), b"-rf"):
        with open(os.path.join(os.fsencode(root), name), "wb") as file:  # noqa: PTH118, PTH123 - a name in bytes
            file.write(b"x = 1\n")


def nested(root: Path) -> None:
    (root / "deep.py").write_text("(" * 100_000)
    (root / "deep.json").write_text("[" * 100_000)
    (root / ".github/workflows/deep.yml").write_text("[" * 100_000)
    (root / "package.json").write_text("[" * 100_000)
    (root / "bomb.yml").write_text("a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a,*a]\n" for n in range(9)))
    (root / "Dockerfile").write_text("FROM " + "a" * 500_000 + "\n" + "RUN \\\n" * 50_000)


def wrong_shapes(root: Path) -> None:
    for name in (".github/dependabot.yml", "catalog-info.yaml", ".github/workflows/ci.yml", "pyproject.toml"):
        (root / name).write_text("[1, 2]\n" if name.endswith("l") else "")
    for number, text in enumerate(
        ("42\n", "jobs: 3\n", "jobs: {a: 1}\n", "on: 1\njobs: {a: {steps: 3}}\n", "jobs: {a: {steps: [1]}}\n")
    ):
        (root / f".github/workflows/shape{number}.yml").write_text(text)
    (root / "deploy/base/a.yaml").write_text("kind: Deployment\nspec: {template: {spec: {containers: [1, null]}}}\n")
    (root / "package.json").write_text('{"scripts": 3, "dependencies": [], "engines": 1}')


UNKNOWN = {
    broken_yaml: {("CI-01", ".github/workflows/nightly.yml"), ("CI-02", ".github/workflows/nightly.yml")},
    binary_junk: {("CI-01", ".github/workflows/junk.yml"), ("SP-04", "src/orders/junk.py")},
    huge_files: {("CI-01", ".github/workflows/big.yml"), ("SP-04", "dump.json"), ("SP-01", "src/orders/table.py")},
}


@pytest.mark.parametrize(
    "harm",
    [broken_yaml, binary_junk, huge_files, symlink_loops, odd_names, nested, wrong_shapes],
    ids=lambda f: f.__name__,
)
def test_whatever_a_repository_holds_it_is_a_finding_or_unknown(service, harm):
    harm(service)
    done = scaffold("check", "--format", "json", where=service)
    assert done.code in (0, 3), done.err
    data = json.loads(done.out)
    assert not [finding for finding in data["findings"] if "the rule itself failed" in finding["message"]]
    unknown = {(finding["rule"], finding["path"]) for finding in data["findings"] if finding["state"] == "unknown"}
    assert UNKNOWN.get(harm, set()) <= unknown, "what could not be looked at is said"
    assert scaffold("check", where=service).code == done.code
    git("add", "--all", where=service)
    assert failing(check(service, staged=True)) == {f["rule"] for f in data["findings"] if f["state"] == "fail"}


@pytest.mark.long
def test_a_repository_of_fifty_thousand_files(service):
    for number in range(500):
        folder = service / f"data/{number:03}"
        folder.mkdir(parents=True)
        for one in range(100):
            (folder / f"{one}.txt").write_text(f"{number} {one}\n")
    git("add", "--all", where=service)
    commit(service)
    assert failing(check(service, revision="HEAD")) == set()
    assert failing(check(service)) == set()
