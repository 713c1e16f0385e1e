"""The cache: whole states for whoever reads, whatever moves there meanwhile, and nothing damaged taken for all there is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from scaffold.errors import ScaffoldError
from scaffold.sources.locate import locate
from tests import kit
from tests.kit import git


@pytest.fixture
def url(template):
    kit.repo(template, {"a.txt.jinja": "three\n"}, "v2.0.0")
    git(template, "tag", "--annotate", "--message=a", "v3.0.0")
    git(template, "branch", "other")
    address = f"file://{template}"
    assert str(locate(address).newest("my-template")) == "3.0.0"
    return address


def mirror() -> Path:
    (found,) = Path(os.environ["XDG_CACHE_HOME"]).glob("scaffold/libraries/*.git")
    return found


def each(pattern: str) -> list[Path]:
    found = sorted(place for place in mirror().glob(pattern) if place.is_file())
    assert found, pattern
    return found


def empty(pattern):
    for place in each(pattern):
        place.chmod(0o644)
        place.write_bytes(b"")


def garbled(pattern):
    for place in each(pattern):
        place.chmod(0o644)
        place.write_bytes(os.urandom(60))


def shorter(pattern):
    for place in each(pattern):
        place.chmod(0o644)
        lines = place.read_bytes().splitlines(keepends=True)
        place.write_bytes(b"".join(lines[: len(lines) // 2]))


def packed(_pattern):
    git(mirror(), "pack-refs", "--all")
    shorter("packed-refs")


def gone(pattern):
    for place in each(pattern):
        place.unlink()


def elsewhere(pattern):
    for place in each(pattern):
        place.write_text(f"{'1' * 40}\n")


DAMAGE = {
    "an empty tag": (empty, "refs/tags/v2.0.0"),
    "an empty branch": (empty, "refs/heads/other"),
    "garbled tags": (garbled, "refs/tags/*"),
    "a tag of nothing": (elsewhere, "refs/tags/v3.0.0"),
    "lines lost of all references": (packed, ""),
    "no objects": (gone, "objects/??/*"),
    "garbled objects": (garbled, "objects/??/*"),
    "garbled HEAD": (garbled, "HEAD"),
    "a state of which lines are lost": (shorter, "states/*/packed-refs"),
    "a garbled state": (garbled, "states/*/packed-refs"),
    "a state that is gone": (gone, "states/*/packed-refs"),
    "a name that is none": (garbled, "state"),
    "an older cache": (gone, "state"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_what_is_damaged_is_never_all_there_is(url, case):
    damage, pattern = DAMAGE[case]
    damage(pattern)
    try:
        library = locate(url, offline=True)
        assert (str(library.newest("my-template")), library.release("my-template").version) == ("3.0.0", "3.0.0")
    except ScaffoldError as error:
        assert "cannot be read" in error.message
        assert "without --offline" in (error.hint or "")
    online = locate(url)
    assert online.release("my-template").version == "3.0.0"
    again = locate(url, offline=True)
    assert (again.release("my-template").version, again.note) == ("3.0.0", "")


def test_what_was_damaged_is_said(url):
    empty("refs/tags/v2.0.0")
    note = locate(url).note
    assert note.endswith("is damaged: the repository's refs/tags/v2.0.0 cannot be read")
    assert "fetched anew" in note


def test_damage_where_nothing_can_be_fetched_is_an_error(url, template):
    shutil.rmtree(template)
    empty("refs/tags/v2.0.0")
    library = locate(url)
    assert library.release("my-template").version == "3.0.0"
    assert library.note.endswith("using what was fetched before")
    gone("objects/??/*")
    with pytest.raises(ScaffoldError, match="git could not reach file:///"):
        locate(url)


def test_what_a_killed_git_has_left_is_no_hindrance(url, template):
    for path in ("refs/tags/v2.0.0.lock", "packed-refs.lock", "HEAD.lock", "objects/pack/tmp_pack_x"):
        (mirror() / path).write_text("")
    kit.repo(template, {"a.txt.jinja": "four\n"}, "v4.0.0")
    git(template, "tag", "--force", "v2.0.0")
    library = locate(url)
    assert (str(library.newest("my-template")), library.note) == ("4.0.0", "")
    assert not list(mirror().glob("**/*.lock"))
    assert not list(mirror().glob("objects/pack/tmp_*"))


def test_a_broken_tag_of_a_repository_on_the_disk_is_an_error(template):
    (template / ".git/refs/tags/v1.1.0").write_text("")
    with pytest.raises(ScaffoldError, match=r"refs/tags/v1\.1\.0 cannot be read"):
        locate(str(template))


READER = """
import sys
from scaffold.sources.locate import locate
from scaffold.git.objects import open_repository
for _ in range(8):
    history = locate(sys.argv[1]).repository.history
    seen = {*history.tags().values(), history.branches()["main"]}
    assert len(seen) == 1 and len(history.tags()) == 20, (history.tags(), history.branches())
"""


def test_several_at_once_see_whole_states_while_tags_move(tmp_path):
    root = kit.repo(tmp_path / "t", {"copier.yml": "{}\n"}, *(f"v{number}" for number in range(20)))
    for number in range(3):
        git(root, "commit", "--quiet", "--allow-empty", "--message=next")
        for version in range(20):
            git(root, "tag", "--force", f"v{version}")
        git(tmp_path, "clone", "--quiet", "--mirror", str(root), f"{number}.git")
    (tmp_path / "t.git").symlink_to("0.git")
    command = [sys.executable, "-c", READER, f"file://{tmp_path}/t.git"]
    here = Path(__file__).parents[2]
    readers = [subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    turns = 0
    while any(reader.poll() is None for reader in readers):  # all that is there changes in one step
        turns += 1
        (tmp_path / "next").symlink_to(f"{turns % 3}.git")
        (tmp_path / "next").replace(tmp_path / "t.git")
        sleep(0.05)
    assert [reader.communicate()[1] for reader in readers] == ["", "", ""]
    assert turns > 1
