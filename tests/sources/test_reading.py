"""What is read of a template: weighed first, and nothing that could not be a file."""

import os
import re

import pytest

from scaffold.errors import ScaffoldError, SourceError
from scaffold.sources.locate import locate
from scaffold.templating.limits import Limits
from tests import kit
from tests.kit import git

FILES = {"copier.yml": "{}\n", "big": "x" * 1_600_000, "deep/er/small": "s\n"}


def sources(tmp_path):
    root = kit.repo(tmp_path / "t", FILES, "v1.0.0")
    return [(str(root), None), (str(root), "."), (str(kit.write(tmp_path / "u", FILES)), None)]


def test_too_many_megabytes(tmp_path):
    for source, ref in sources(tmp_path):
        library = locate(source, limits=Limits(megabytes=1))
        said = r"the template holds 2 MB in \d files, more than 1 MB \(raise it with --limit megabytes=2\)"
        with pytest.raises(SourceError, match=said):
            library.release(*library.names(), ref)
        enough = locate(source, limits=Limits(megabytes=2))
        assert enough.release(*enough.names(), ref).layers[0].files["deep/er/small"].content == b"s\n"


def test_too_many_files(tmp_path):
    for source, ref in sources(tmp_path):
        library = locate(source, limits=Limits(files=2))
        with pytest.raises(SourceError, match=r"more than 2 files and folders \(raise it with --limit files=NUMBER\)"):
            library.release(*library.names(), ref)


def mktree(root, *entries):
    """A tree object with entries that git's index would refuse: (mode, type, id, name)."""
    listed = b"".join(f"{mode} {kind} {id_}\t".encode() + name + b"\0" for mode, kind, id_, name in entries)
    return git(root, "mktree", "-z", stdin=listed)


def committed(root, tree):
    commit = git(root, "commit-tree", tree, "-m", "made on purpose")
    git(root, "tag", "v9.0.0", commit)
    return locate(str(root))


def test_a_tree_that_names_itself_a_billion_times(tmp_path):
    root = kit.repo(tmp_path / "t", FILES)
    tree = git(root, "rev-parse", "HEAD^{tree}")
    for _ in range(9):
        tree = mktree(root, *(("040000", "tree", tree, f"{n}".encode()) for n in range(9)))
    blob = git(root, "rev-parse", "HEAD:copier.yml")
    library = committed(root, mktree(root, ("040000", "tree", tree, b"all"), ("100644", "blob", blob, b"copier.yml")))
    with pytest.raises(SourceError, match="more than 50000 files and folders"):
        library.release("t", "9.0.0")


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT", b"."])
def test_a_name_that_leaves_the_template(tmp_path, name):
    root = kit.repo(tmp_path / "t", FILES)
    blob, inner = git(root, "rev-parse", "HEAD:copier.yml"), git(root, "rev-parse", "HEAD:deep")
    library = committed(root, mktree(root, ("040000", "tree", inner, name), ("100644", "blob", blob, b"copier.yml")))
    with pytest.raises(SourceError, match="which no file may have"):
        library.release("t", "9.0.0")


def test_a_name_that_is_no_text(tmp_path):
    root = kit.repo(tmp_path / "t", FILES)
    blob = git(root, "rev-parse", "HEAD:copier.yml")
    library = committed(
        root, mktree(root, ("100644", "blob", blob, b"caf\xe9"), ("100644", "blob", blob, b"copier.yml"))
    )
    with pytest.raises(SourceError, match=re.escape(r"the file name 'caf\udce9' is not UTF-8")):
        library.release("t", "9.0.0")
    (tmp_path / "t" / os.fsdecode(b"caf\xe9")).write_text("x\n")
    with pytest.raises(SourceError, match="is not UTF-8"):
        library.release("t", ".")


def test_a_pipe_is_no_file(tmp_path):
    root = kit.write(tmp_path / "t", FILES)
    os.mkfifo(root / "pipe")
    with pytest.raises(SourceError, match="pipe is neither a file nor a link"):
        locate(str(root)).release("t")


def test_what_git_lfs_left_stays_as_it_is(tmp_path):
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    root = kit.repo(tmp_path / "t", FILES | {".gitattributes": "*.bin filter=lfs\n", "a.bin": pointer}, "v1.0.0")
    assert locate(str(root)).release("t").layers[0].files["a.bin"].content.decode() == pointer


@pytest.mark.parametrize("bare", [False, True])
def test_line_ends_are_as_in_a_clone(tmp_path, bare):
    attributes = "*.bat text eol=crlf\n*.cmd eol=crlf\n*.auto text=auto eol=crlf\n*.bin -text\nx.bin eol=crlf\n*.lf eol=lf\n/deep/**/z.* eol=crlf\n*.raw eol=crlf\nz.raw binary\nd/q.txt !eol eol=crlf\n"
    texts = ("a\nb\n", "a\r\nb\n", b"\0\na\n", "", "a")
    names = [f"{n}.{end}" for end in ("bat", "cmd", "auto", "bin", "lf", "txt") for n in range(len(texts))]
    files = {name: texts[int(name[0])] for name in names} | {
        "x.bin": "a\n",
        "deep/y.txt": "a\n",
        "deep/er/z.c": "a\n",
        "z.c": "a\n",
        "y.raw": "a\n",
        "z.raw": "a\n",
        "d/q.txt": "q\n",
        "l.bat": kit.link("0.txt"),
    }
    root = tmp_path / "t"
    git(tmp_path, "init", "--quiet", "t")
    stored = kit.write(root, FILES | files)
    git(root, "add", "--all")  # before there are attributes, so that nothing is normalised
    kit.write(stored, {".gitattributes": attributes, "deep/.gitattributes": "*.txt eol=crlf\n"})
    git(root, "add", ".gitattributes", "deep/.gitattributes")
    git(root, "commit", "--quiet", "--message=work")
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    git(tmp_path, "clone", "--quiet", str(root), "clone")
    library = locate(str(tmp_path / "bare.git") if bare else str(root))
    found = library.release(*library.names(), "HEAD").layers[0].files
    assert {path: file.content for path, file in found.items() if path in files and path != "l.bat"} == {
        path: (tmp_path / "clone" / path).read_bytes() for path in files if path != "l.bat"
    }
    assert found["0.bat"].content == b"a\r\nb\r\n"
    assert found["l.bat"].content == b"0.txt"


def test_a_blob_that_is_missing(tmp_path):
    root = kit.repo(tmp_path / "t", FILES, "v1.0.0")
    id_ = git(root, "rev-parse", "HEAD:big")
    (root / ".git/objects" / id_[:2] / id_[2:]).unlink()
    with pytest.raises(ScaffoldError, match=r"the repository .*git fsck"):
        locate(str(root)).release("t")


@pytest.mark.parametrize("stage", [False, True])
def test_line_ends_are_those_of_the_commit(tmp_path, stage):
    root = kit.repo(
        tmp_path / "t", FILES | {".gitattributes": "*.bat eol=crlf\n", "a.bat": "a\n", "d/b.bat": "b\n"}, "v1.0.0"
    )
    kit.write(root, {".gitattributes": "*.bat -text -eol\n", "d/.gitattributes": "*.bat -text eol=lf\n"})
    if stage:
        git(root, "add", "--all")
    files = locate(str(root)).release("t").layers[0].files
    assert (files["a.bat"].content, files["d/b.bat"].content) == (b"a\r\n", b"b\r\n")
