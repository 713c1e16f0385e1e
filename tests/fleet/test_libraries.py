"""Libraries of a run: opened once, asked once, and right for each project that names them."""

import json
import shutil
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import SourceError
from scaffold.fleet.libraries import Libraries, of_run
from scaffold.fleet.members import members_of
from scaffold.fleet.open import opened
from scaffold.fleet.repository import Place, Repository
from tests import kit


@pytest.fixture
def library(tmp_path):
    return kit.repo(kit.library(tmp_path / "library", {"base": {"a": "one\n"}}, version="1.0.0"), {}, "demo/v1.0.0")


def release(library, version):
    kit.library(library, {"base": {"a": f"{version}\n"}}, version=version)
    kit.repo(library, {}, f"demo/v{version}")


def project(folder, source, **said):
    scaffold.new("demo", folder, source=str(source), data={})
    (member,) = members_of(Repository("it", Place("folder", str(folder)), "", **said), folder)
    return opened(member)


def test_what_was_asked_once_is_not_read_again(tmp_path, library):
    libraries = Libraries()
    one = libraries.open(project(tmp_path / "a", library))
    two = libraries.open(project(tmp_path / "b", library))
    assert one is two
    known = [(one.newest("demo"), one.versions("demo"), one.tag_commit("demo", "1.0.0"), one.release("demo").version)]
    release(library, "1.1.0")
    shutil.rmtree(library)
    assert [
        (two.newest("demo"), two.versions("demo"), two.tag_commit("demo", "1.0.0"), two.release("demo").version)
    ] == known


def test_what_could_not_be_said_is_remembered_and_the_next_run_asks_again(tmp_path, library):
    made = project(tmp_path / "a", library)
    hidden = library.rename(tmp_path / "hidden")
    first = of_run("1", offline=False).open(made)
    for _ in range(2):
        with pytest.raises(SourceError, match="there is no library"):
            first.newest("demo")
        hidden.rename(library) if hidden.exists() else None
    assert str(of_run("2", offline=False).open(made).newest("demo")) == "1.0.0"


def test_a_relative_source_is_another_library_from_another_folder(tmp_path, library):
    found = {}
    for place, version in (("x", "1.1.0"), ("y", "1.2.0")):
        shutil.copytree(library, tmp_path / place / "lib")
        release(tmp_path / place / "lib", version)
        made = project(tmp_path / place / "a", library)
        for path in (".scaffold/lock.json", ".scaffold/answers.yml"):
            file = made.root / path
            file.write_text(file.read_text().replace(str(library), "../lib"))
        kit.repo(made.root, {})
        (member,) = members_of(Repository("it", Place("folder", str(made.root)), ""), made.root)
        found[version] = opened(member)
    libraries = Libraries()
    assert {version: str(libraries.open(one).newest("demo")) for version, one in found.items()} == {
        "1.1.0": "1.1.0",
        "1.2.0": "1.2.0",
    }


def test_the_library_that_fleet_yml_names_stands_for_the_locks(tmp_path, library):
    newer = Path(shutil.copytree(library, tmp_path / "newer"))
    release(newer, "2.0.0")
    project(tmp_path / "a", library)
    for entry, latest in ({"folder": "a"}, "1.0.0"), ({"folder": "a", "library": "newer"}, "2.0.0"):
        (tmp_path / "fleet.yml").write_text(json.dumps({"members": [entry]}))
        (one,) = scaffold.fleet_status(tmp_path / "fleet.yml", run_on="loop").members
        assert one.status.latest == latest
        assert one.states == (("behind",) if latest == "2.0.0" else ("current",))
        where = f"library=*/{'newer' if latest == '2.0.0' else 'library'}"
        assert len(scaffold.fleet_status(tmp_path / "fleet.yml", where=where, run_on="loop").members) == 1
