import dataclasses
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError
from scaffold.tree import EXECUTABLE, File, Tree, blob_id, is_text, safe_path
from tests.kit import executable, file, git, laws, repo, tree


@pytest.mark.parametrize(
    "path",
    ["a", "a/b.txt", ".github/x", ".gitignore", "a b", "ä/日本.md", ".gitattributes", "git", "x.git", "..a", "a.."],
)
def test_a_path_inside_is_kept_as_it_is(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/", "../x", "a/../../x", "a/..", "./a", "a/./b", ".", "..", "", "a//b", "a/", "/a",
     "a\\b", "..\\x", "a\0b", "C:/x", "c:x", "Z:\\x"],
)  # fmt: skip
def test_a_path_that_could_leave_is_refused(path):
    with pytest.raises(ScaffoldError, match="does not stay inside the project"):
        safe_path(path)


@pytest.mark.parametrize(
    "part",
    [".git", ".GIT", ".Git", "git~1", "GIT~1", "git~2", ".git.", ".git ", ".git. .", ".git::$INDEX_ALLOCATION",
     ".git:x", "git~1.", ".g\u200cit", ".git\ufeff", "\u202e.git", ".git\n"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "{}/hooks/pre-commit", "sub/{}", "sub/{}/config"])
def test_no_spelling_of_gits_folder_is_let_through(part, around):
    with pytest.raises(ScaffoldError, match="git's own folder"):
        safe_path(around.format(part))


def test_the_refused_path_is_named():
    with pytest.raises(ScaffoldError, match=r"'a/\.\./b'"):
        safe_path("a/../b")


@laws
@given(st.text(alphabet=st.sampled_from("ab./\\:~1git \0C"), max_size=14))
@example(".git/x")
def test_what_is_let_through_resolves_inside(path):
    try:
        safe_path(path)
    except ScaffoldError:
        return
    depth = 0
    for part in path.split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        assert depth > 0
    assert path
    assert not any(part.lower().rstrip(". ") in (".git", "git~1") for part in path.split("/"))


def test_a_blob_id_is_what_git_hash_object_says(tmp_path):
    contents = [b"", b"text\n", b"\0\xff binary", "ä\r\n".encode(), b"x" * 100_000]
    for number, content in enumerate(contents):
        (tmp_path / str(number)).write_bytes(content)
    names = "\n".join(str(number) for number in range(len(contents)))
    said = git(tmp_path, "hash-object", "--no-filters", "--stdin-paths", stdin=names.encode())
    assert [blob_id(content) for content in contents] == said.split()
    assert [File(content).blob for content in contents] == said.split()


def test_a_tree_holds_what_git_commits(tmp_path):
    files = tree({"a.txt": "a\n", "b/run.sh": executable("#!/bin/sh\n")})
    repo(tmp_path / "r", files)
    listed = git(tmp_path / "r", "ls-tree", "-r", "HEAD").splitlines()
    assert listed == [f"{f.mode} blob {f.blob}\t{path}" for path, f in files.items()]


def test_sha256_is_of_the_content_alone():
    assert file("x").sha256 == sha256(b"x").hexdigest()


def test_files_are_the_same_by_content_and_mode_wherever_they_came_from():
    assert File(b"x", origin="a").same_as(File(b"x", origin="b"))
    assert not File(b"x").same_as(File(b"x", EXECUTABLE))
    assert not File(b"x").same_as(File(b"y"))
    assert not File(b"x").same_as(None)


@laws
@given(st.dictionaries(st.from_regex(r"[a-c]{1,3}|d/[a-c]{1,2}", fullmatch=True), st.binary(max_size=3)))
def test_a_tree_is_a_sorted_mapping(files):
    made = tree(files)
    assert list(made) == sorted(files)
    assert len(made) == len(files)
    assert {path: f.content for path, f in made.items()} == files


@pytest.mark.parametrize("paths", [("a", "a/b"), ("a/b", "a/b/c/d"), ("a-b", "a", "a/b")])
def test_a_tree_refuses_a_file_that_is_also_a_folder(paths):
    with pytest.raises(ScaffoldError, match="would be a file, and a folder"):
        tree(dict.fromkeys(paths, b""))


def test_a_tree_refuses_an_unsafe_path():
    with pytest.raises(ScaffoldError):
        tree({"ok": "", "../no": ""})


def test_a_tree_cannot_be_changed():
    made = tree({"a": ""})
    with pytest.raises(TypeError):
        made["b"] = file("")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made["a"].content = b"x"


def test_a_trees_repr_shows_no_content():
    assert repr(Tree({"a": file("s3cret")})) == "Tree(['a'])"


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"", True), (b"a\n", True), (b"\xff\xfe", True), (b"a\0b", False), (b"x" * 8000 + b"\0", True)],
    ids=["empty", "text", "latin", "nul", "late-nul"],
)
def test_text_is_told_from_binary_as_git_does(content, text):
    assert is_text(content) is text
