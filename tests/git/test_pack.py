import subprocess

import pytest
from pygit2 import init_repository

from scaffold.errors import GitError
from scaffold.git.objects import FEW, find_repository, open_repository
from scaffold.tree import File

# Sizes around those at which a pack spells them with one byte more.
SIZES = (0, 1, 15, 16, 2047, 2048, 300_000)
FILES = [File(bytes(number % 251 for number in range(size))) for size in SIZES]
FILES += [File(f"file {number}\n".encode()) for number in range(FEW)]


def git(root, *words, given=None):
    return subprocess.run(["git", "-C", str(root), *words], input=given, capture_output=True, check=True).stdout


def packs(root):
    return sorted(place.suffix for place in (root / ".git/objects/pack").iterdir())


@pytest.fixture
def root(tmp_path):
    init_repository(str(tmp_path / "repository"))
    return tmp_path / "repository"


def test_many_blobs_become_one_pack_that_git_reads(root):
    find_repository(root).store(FILES)
    assert packs(root) == [".idx", ".pack"]
    git(root, "fsck", "--full", "--strict")
    for file in FILES:
        assert git(root, "hash-object", "--stdin", given=file.content).decode().strip() == file.blob
        assert git(root, "cat-file", "blob", file.blob) == file.content
    again = open_repository(root / ".git")
    assert [again.blob(file.blob) for file in FILES] == [file.content for file in FILES]


def test_what_is_there_is_not_stored_again_and_few_are_files_of_their_own(root):
    find_repository(root).store(FILES)
    find_repository(root).store([*FILES, File(b"one more\n")])
    assert packs(root) == [".idx", ".pack"]
    assert b"count: 1\n" in git(root, "count-objects", "-v")


def test_a_linked_work_tree_shares_the_database(root):
    git(root, "-c", "user.name=A", "-c", "user.email=a@x.invalid", "commit", "--quiet", "--allow-empty", "-m", "One")
    git(root, "worktree", "add", "--quiet", str(root.parent / "linked"))
    find_repository(root.parent / "linked").store(FILES)
    assert packs(root) == [".idx", ".pack"]
    assert find_repository(root).blob(FILES[0].blob) == b""


def test_a_disk_that_fails_leaves_no_pack(root):
    (root / ".git/objects/pack").rmdir()
    (root / ".git/objects/pack").write_text("in the way")
    with pytest.raises(GitError):
        find_repository(root).store(FILES)
