"""A project's files, read past what is none."""

from scaffold.git.objects import find_repository
from scaffold.project.adoption.ground import Ground
from scaffold.project.opening import read_ours, read_readable
from tests.scenarios.world import commit, git, write


def test_what_is_no_file_is_passed_over(tmp_path):
    git("init", "--quiet", where=tmp_path)
    write(tmp_path, {"a.txt": "a\n", "folder/b.txt": "b\n"})
    commit(tmp_path)
    project = Ground(find_repository(tmp_path)).unlocked(tmp_path)
    paths = ["a.txt", "folder", "folder/b.txt", "none.txt"]
    found = {"a.txt": b"a\n", "folder/b.txt": b"b\n"}
    for read in (read_ours, read_readable):
        assert {path: file.content for path, file in read(project, iter(paths)).items()} == found
    assert read_readable(project, ["folder"]) == read_readable(project, []) == {}
