"""What a user writes, and what git gets."""

import pytest
from copier._vcs import get_repo
from hypothesis import given
from hypothesis import strategies as st

from scaffold.sources.address import Address, Wanted, expand, is_remote, parted, read
from tests.kit import laws

GITHUB = "https://github.com/o/r.git"


@pytest.mark.parametrize(
    ("source", "expanded"),
    [
        ("gh:o/r", GITHUB),
        ("gh:/o/r", GITHUB),
        ("gh:o/r.git", GITHUB),
        ("gh:o/r/", GITHUB),
        ("gl:group/sub/r", "https://gitlab.com/group/sub/r.git"),
        ("https://github.com/o/r", GITHUB),
        ("https://github.com/o/r.git", GITHUB),
        ("git+https://github.com/o/r", GITHUB),
        ("git+https://git.example/o/r", "https://git.example/o/r"),
        ("git+ssh://git@git.example/o/r", "ssh://git@git.example/o/r"),
        ("https://git.example/o/r", "https://git.example/o/r"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("git://git.example/o/r", "git://git.example/o/r"),
        ("~/t", "~/t"),
        ("./gh:o", "./gh:o"),
        ("gh:", "gh:"),
        ("gh:o/r//a/b", f"{GITHUB}//a/b"),
        ("gh:///o/r.git//a/b/", f"{GITHUB}//a/b"),
        ("git+https://github.com/o/r//a//./b", f"{GITHUB}//a/b"),
        ("gh:o/r//", GITHUB),
        ("~/t//.", "~/t"),
    ],
)
def test_what_git_gets(source, expanded):
    assert expand(source) == expanded
    assert expand(expanded) == expanded, "what is recorded stays as it is"


@pytest.mark.parametrize(
    "source", ["gh:o/r", "gh:/o/r.git", "gl:o/r", "https://github.com/o/r", "git@h:o/r", "git+https://h/r", "git://h/r"]
)
def test_copier_would_fetch_from_the_same_place(source):
    assert expand(source) == get_repo(source)


@pytest.mark.parametrize(
    ("address", "remote"),
    [
        ("https://h/r", True), ("slow://r", True), ("git@h:r", True), ("deploy@h:o/r", True), ("host:o/r.git", True),
        ("./r", False), ("/srv/r.git", False), ("C:\\r.git", False), ("C:/r.git", False), ("r.bundle", False),
        ("ext::sh -c touch% x.git", False), ("demo", False),
    ],
)  # fmt: skip
def test_what_git_is_to_fetch(address, remote):
    assert is_remote(address) is remote


@pytest.mark.parametrize(
    ("written", "repository", "folder"),
    [
        ("gh:o/r//a/b", "gh:o/r", "a/b"),
        ("gh://o/r//a", "gh://o/r", "a"),
        ("https://h/x.git//a/b", "https://h/x.git", "a/b"),
        ("https://h//x.git//a", "https://h//x.git", "a"),
        ("git+ssh://git@h:22/x//a", "git+ssh://git@h:22/x", "a"),
        ("file:///srv/x//a", "file:///srv/x", "a"),
        ("git@h:o/r//a", "git@h:o/r", "a"),
        ("git@h://srv/r//a", "git@h://srv/r", "a"),
        ("./lib//nested/tpl/", "./lib", "nested/tpl"),
        ("//server/lib//a//b/./c", "//server/lib", "a/b/c"),
        ("C:\\t//a", "C:\\t", "a"),
        ("x.bundle//a", "x.bundle", "a"),
        ("./lib///etc", "./lib", "/etc"),
        ("./lib//../x", "./lib", "../x"),
        ("https://h/x", "https://h/x", ""),
        ("https://h//x", "https://h//x", ""),
        ("//server/lib", "//server/lib", ""),
        ("./lib//", "./lib", ""),
        ("./lib//.", "./lib", ""),
    ],
)
def test_a_folder_of_a_repository(written, repository, folder):
    assert parted(written) == Address(repository, folder)


@pytest.mark.parametrize(
    ("written", "name", "ref"),
    [
        ("demo", "demo", None), ("demo@1.0", "demo", "1.0"), ("demo@.", "demo", "."),
        ("demo@feature/x", "demo", "feature/x"), ("git@1.0", "git", "1.0"), ("demo@", "demo@", None), ("", "", None),
    ],
)  # fmt: skip
def test_a_blueprint_by_its_name(written, name, ref):
    assert read(written) == Wanted(None, name, ref)


@pytest.mark.parametrize(
    ("written", "source", "ref"),
    [
        ("gh:o/r", "gh:o/r", None),
        ("gh:o/r@v1", "gh:o/r", "v1"),
        ("gh:o/r@feature/x", "gh:o/r", "feature/x"),
        ("git@h:o/r", "git@h:o/r", None),
        ("git@h:o/r.git@v1", "git@h:o/r.git", "v1"),
        ("git@github.com/o", "git@github.com/o", None),
        ("git+git@h:o/r@v1", "git+git@h:o/r", "v1"),
        ("deploy@h:o/r@v1", "deploy@h:o/r", "v1"),
        ("https://user@h/o/r", "https://user@h/o/r", None),
        ("https://user:p@ss@h/o/r", "https://user:p@ss@h/o/r", None),
        ("https://user:p@ss@h/o/r@feature/x", "https://user:p@ss@h/o/r", "feature/x"),
        ("git+https://user@h/o/r@v1", "git+https://user@h/o/r", "v1"),
        ("ssh://git@h:22/o/r@HEAD", "ssh://git@h:22/o/r", "HEAD"),
        ("https://h/@scope/r", "https://h/@scope/r", None),
        ("https://h/@scope/r@v1", "https://h/@scope/r", "v1"),
        ("https://h/r.git@pkg@1.0", "https://h/r.git", "pkg@1.0"),
        ("file:///srv/r@v1", "file:///srv/r", "v1"),
        (".", ".", None),
        (".@.", ".", "."),
        ("./r@.", "./r", "."),
        ("../r@1.0", "../r", "1.0"),
        ("~/r@v1", "~/r", "v1"),
        ("C:\\t\\r@v1", "C:\\t\\r", "v1"),
        ("owner/r@v1", "owner/r", "v1"),
        ("r.bundle", "r.bundle", None),
        ("r.bundle@v1", "r.bundle", "v1"),
        ("r@2.git", "r@2.git", None),
        ("./r@", "./r@", None),
        ("gh:o/r//a/b", "gh:o/r//a/b", None),
        ("gh:o/r//a/b@v1.2", "gh:o/r//a/b", "v1.2"),
        ("git@h:o/r.git//a@feature/x", "git@h:o/r.git//a", "feature/x"),
        ("https://u:p@ss@h/r.git//a@pkg@1.0", "https://u:p@ss@h/r.git//a", "pkg@1.0"),
        ("https://h/u@x/r.git//a", "https://h/u@x/r.git//a", None),
        ("./r//@scope/a@v1", "./r//@scope/a", "v1"),
        ("r.bundle//a@v1", "r.bundle//a", "v1"),
        ("./r//a@.", "./r//a", "."),
    ],
)
def test_a_template_by_its_address(written, source, ref):
    assert read(written) == Wanted(source, None, ref)


@pytest.mark.parametrize(
    ("written", "there", "source", "ref"),
    [
        ("./r@2", {"./r@2"}, "./r@2", None),
        ("./r@2", {"./r"}, "./r", "2"),
        ("./r@2@v1", {"./r@2"}, "./r@2", "v1"),
        ("./r@2@v1", {"./r", "./r@2"}, "./r@2", "v1"),
        ("./r@2@v1", {"./r"}, "./r", "2@v1"),
        ("r@2/t", {"r@2/t"}, "r@2/t", None),
        ("./r@2//a", {"./r", "./r@2"}, "./r@2//a", None),
        ("./r@2//a@v1", {"./r", "./r@2"}, "./r@2//a", "v1"),
        ("./r//a@b", {"./r", "./r//a@b"}, "./r//a@b", None),
        ("./r//a@b", {"./r"}, "./r//a", "b"),
    ],
)
def test_a_path_that_is_there_is_never_cut_short(written, there, source, ref):
    assert read(written, there.__contains__) == Wanted(source, None, ref)


words = st.text(st.sampled_from("ab@./:~\\-1") | st.characters(codec="utf-8"), max_size=12)
written_ones = st.one_of(
    words,
    st.builds(
        "{}{}{}".format,
        st.sampled_from(
            ["gh:", "gl:/", "git@h:", "https://u:p@s@h/", "git+https://h/", "./", "~/", "https://github.com/"]
        ),
        words,
        st.sampled_from(["", ".git", "@v1", ".git@a/b", "@", ".bundle@.", "//a/b", ".git//a@v1", "//../a"]),
    ),
)


@laws
@given(written_ones, st.sets(words))
def test_no_character_is_lost(written, there):
    wanted = read(written, there.__contains__)
    assert (wanted.source is None) != (wanted.name is None)
    assert (wanted.source or wanted.name or "") + (f"@{wanted.ref}" if wanted.ref else "") == written


@laws
@given(written_ones)
def test_what_is_an_address_stays_one(written):
    source = read(written).source
    if source is not None and "@" not in source:
        assert read(source) == Wanted(source, None, None)


@laws
@given(written_ones)
def test_expanding_again_changes_nothing(source):
    assert expand(expand(source)) == expand(source)


@laws
@given(written_ones)
def test_a_folder_is_the_same_after_expanding(source):
    before, after = parted(source), parted(expand(source))
    assert after == parted(str(after))
    assert after == Address(expand(before.repository), before.folder)


@laws
@given(st.from_regex(r"[a-z0-9-]{1,9}/[a-z0-9-]{1,9}", fullmatch=True))
def test_all_spellings_of_a_repository_are_recorded_alike(path):
    spellings = [f"gh:{path}", f"gh:/{path}.git", f"https://github.com/{path}", f"git+https://github.com/{path}/"]
    assert {expand(spelled) for spelled in spellings} == {f"https://github.com/{path}.git"}
