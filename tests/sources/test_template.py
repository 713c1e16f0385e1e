"""Versions and releases of plain templates in real repositories and folders."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

import scaffold
from scaffold.errors import ScaffoldError, SourceError
from scaffold.sources.locate import locate
from scaffold.sources.template import FolderTemplate, GitTemplate
from scaffold.sources.versions import after, digest_version, is_another
from scaffold.tree import EXECUTABLE, SYMLINK, File
from tests import kit
from tests.kit import git, laws

NAME = "my-template"


def content(release, path="a.txt.jinja"):
    return release.layers[0].files[path].content.decode()


def versions(library, name=NAME):
    return [str(version) for version in library.versions(name)]


def test_a_template_is_a_library_of_one_blueprint(template):
    library = locate(str(template))
    assert isinstance(library, GitTemplate)
    assert (library.address, library.names(), versions(library)) == (str(template), (NAME,), ["1.0.0", "1.1.0"])
    release = library.release(NAME)
    assert (release.version, release.kind, release.described, release.address) == (
        "1.1.0",
        "copier",
        "v1.1.0",
        str(template),
    )
    assert release.commit == git(template, "rev-parse", "v1.1.0")
    assert content(release) == "two {{ name }}\n"
    assert [question.name for question in release.questions] == ["name"]
    assert library.note == ""


def test_another_name_is_refused(template):
    with pytest.raises(SourceError, match=r"there is no blueprint 'demo' .*it has: my-template"):
        locate(str(template)).release("demo")


@pytest.mark.parametrize("ref", ["1.0.0", "v1.0.0", "1.0", "1", "v1"])
def test_a_version_in_any_spelling(template, ref):
    release = locate(str(template)).release(NAME, ref)
    assert (release.version, release.described, content(release)) == ("1.0.0", "v1.0.0", "one {{ name }}\n")


def test_a_branch_a_commit_and_head(template):
    git(template, "switch", "--quiet", "--create", "feature/x", "v1.0.0")
    kit.repo(template, {"a.txt.jinja": "three\n"})
    commit = git(template, "rev-parse", "HEAD")
    library = locate(str(template))
    for ref in ("feature/x", commit, commit[:8], "HEAD", git(template, "describe", "--tags")):
        release = library.release(NAME, ref)
        assert (release.commit, content(release)) == (commit, "three\n")
        assert release.version == f"1.0.0.post1.dev0+g{commit[:7]}"
        assert release.described == git(template, "describe", "--tags", "--always", commit)
    assert library.release(NAME, release.version).commit == commit, "the version that it gave"
    assert library.release(NAME).version == "1.1.0"
    assert library.release(NAME, "v1.0.0^{commit}").version == "1.0.0"


def test_a_release_is_read_once(template):
    first, second = (locate(str(template)).release(NAME, ref) for ref in (None, "1.1.0"))
    assert first is second


def test_a_tag_made_meanwhile_is_seen(template):
    kit.repo(template, {"b.txt": "b\n"})
    assert locate(str(template)).release(NAME, "main").version.startswith("1.1.0.post1")
    git(template, "tag", "v2.0.0")
    assert locate(str(template)).release(NAME, "main").version == "2.0.0"
    assert locate(str(template)).release(NAME).version == "2.0.0"


def test_other_tags_are_no_versions(template):
    kit.repo(template, {"b.txt": "b\n"}, "nightly", "release/2")
    git(template, "tag", "--annotate", "--message=x", "stable")
    library = locate(str(template))
    assert versions(library) == ["1.0.0", "1.1.0"]
    release = library.release(NAME, "nightly")
    assert release.version.startswith("1.1.0.post1.dev0+g")
    assert release.described == git(template, "describe", "--tags", "--always", "nightly") == "stable"


def test_two_spellings_of_one_version(template):
    git(template, "tag", "1.1.0", "v1.0.0")
    library = locate(str(template))
    assert content(library.release(NAME)) == "one {{ name }}\n", "the first by name, as Copier takes it"
    assert content(library.release(NAME, "v1.1.0")) == "two {{ name }}\n", "named in full, the other"


def test_one_commit_with_two_versions_is_the_one_asked_for(template):
    git(template, "tag", "v1.2.0")
    library = locate(str(template))
    assert library.release(NAME, "1.1.0").version == "1.1.0"
    assert library.release(NAME, "v1.1.0").version == "1.1.0"
    assert library.release(NAME).version == library.release(NAME, "HEAD").version == "1.2.0"


def test_pre_releases_only_on_request(template):
    kit.repo(template, {"a.txt.jinja": "rc\n"}, "v2.0.0rc1")
    library = locate(str(template))
    assert (versions(library)[-1], str(library.newest(NAME)), library.release(NAME).version) == (
        "2.0.0rc1",
        "1.1.0",
        "1.1.0",
    )
    eager = locate(str(template), prereleases=True)
    assert (str(eager.newest(NAME)), eager.release(NAME).version) == ("2.0.0rc1", "2.0.0rc1")
    assert library.release(NAME, "2.0.0-rc.1").version == "2.0.0rc1"


def test_where_there_are_only_pre_releases_head_is_taken(tmp_path):
    root = kit.repo(tmp_path / "t", {"copier.yml": "{}\n"}, "v1.0.0a1")
    kit.repo(root, {"a": "a\n"})
    library = locate(str(root))
    release = library.release("t")
    assert release.version == str(library.newest("t"))
    assert release.version.startswith("1.0.0a1.post1.dev0+g")
    assert library.note == f"{root} has only pre-releases, so its HEAD was taken"
    assert locate(str(root), prereleases=True).release("t").version == "1.0.0a1"


def test_without_tags_a_version_counts_commits(tmp_path):
    root, found = tmp_path / "t", []
    for number in range(11):
        kit.repo(root, {"copier.yml": "{}\n", "a": f"{number}\n"})
        library = locate(str(root))
        release = library.release("t")
        found.append(Version(release.version))
        assert library.versions("t") == (found[-1],)
        assert release.described == git(root, "describe", "--tags", "--always")
    assert found == sorted(found)
    assert str(found[-1]).startswith("0.0.0.post11.dev0+g")


def test_commits_that_follow_compare_greater_through_merges(template):
    git(template, "switch", "--quiet", "--create", "old", "v1.0.0")
    kit.repo(template, {"fix": "1\n"}, "v1.0.1")
    git(template, "switch", "--quiet", "main")
    kit.repo(template, {"b": "1\n"})
    git(template, "merge", "--quiet", "--no-edit", "old")
    kit.repo(template, {"b": "2\n"})
    library = locate(str(template))
    first_parents = git(template, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    found = [Version(library.release(NAME, commit).version) for commit in first_parents]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


@laws
@given(
    st.sampled_from(["1.0", "1.0rc1", "1.0.post1", "1.0.dev1", "1!2.0a3.post1.dev2", "1.0+local"]).map(Version),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
    st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
)
def test_versions_between_tags_keep_the_order_of_commits(base, some, more, commit):
    assert Version(base.public) < after(base, some, commit) < after(base, some + more, commit)
    assert after(None, some, commit) < after(None, some + more, commit) < Version("0.0.1")


def test_states_have_no_order():
    one, two = digest_version({"a": File(b"1")}), digest_version({"a": File(b"2")})
    assert is_another(one, two)
    assert is_another(two, one)
    assert not is_another(one, one)
    assert not is_another(Version("2.0"), Version("1.0"))
    assert is_another(one, Version("1.0"))


@pytest.mark.parametrize("ref", ["v1.1.o", "1.1.3", "v1.10"])
def test_a_missing_tag_names_near_ones(template, ref):
    with pytest.raises(SourceError, match=rf"there is no {ref} in .*\(there is: .*v1\.1\.0"):
        locate(str(template)).release(NAME, ref)


def test_a_moved_tag_and_a_rewritten_history_can_be_told(template):
    library = locate(str(template))
    before = library.release(NAME).commit
    assert library.tag_commit(NAME, "1.1.0") == library.tag_commit(NAME, "v1.1") == before
    assert library.tag_commit(NAME, "3") is None
    assert library.tag_commit(NAME, "main") is None
    assert library.has_commit(before)
    git(template, "commit", "--quiet", "--amend", "--message=other")
    git(template, "tag", "--force", "v1.1.0")
    assert library.tag_commit(NAME, "1.1.0") == git(template, "rev-parse", "HEAD") != before
    git(template, "reflog", "expire", "--expire=now", "--all")
    git(template, "gc", "--quiet", "--prune=now")
    fresh = locate(str(template))
    assert not fresh.has_commit(before)
    with pytest.raises(SourceError, match=f"there is no commit {before} in .* any more .*rewritten"):
        fresh.release(NAME, before)


def test_a_tag_that_marks_no_commit_is_none(template):
    git(template, "tag", "v9.0.0", "HEAD^{tree}")
    library = locate(str(template))
    assert versions(library)[-1] == "1.1.0"
    with pytest.raises(SourceError, match=r"there is no v9\.0\.0"):
        library.release(NAME, "v9.0.0")


def test_the_files_as_they_stand(template):
    git(template, "rm", "--quiet", "a.txt.jinja")
    files = {
        "new.txt": "n\n",
        "run": kit.executable("r\n"),
        "link": kit.link("new.txt"),
        ".gitignore": "*.log\n",
        "x.log": "",
    }
    kit.write(template, files)
    library = locate(str(template))
    release = library.release(NAME, ".")
    assert set(release.layers[0].files) == {"copier.yml", "new.txt", "run", "link", ".gitignore"}
    modes = [release.layers[0].files[path].mode for path in ("run", "link")]
    assert modes == [EXECUTABLE, SYMLINK]
    assert (release.commit, release.described) == (None, None)
    assert Version(release.version) > Version("1.1.0"), release.version
    (template / "new.txt").write_text("other\n")
    assert library.release(NAME, ".").version != release.version
    assert "a.txt.jinja" in library.release(NAME, "HEAD").layers[0].files
    assert library.note == f"what is not committed in {template} was left out; `@.` takes it"


def test_a_template_before_its_first_commit(tmp_path):
    git(tmp_path, "init", "--quiet", "t")
    kit.write(tmp_path / "t", {"copier.yml": "{}\n", "a": "a\n"})
    library = locate(str(tmp_path / "t"))
    with pytest.raises(SourceError, match=r"HEAD .* names no commit .*@\."):
        library.release("t")
    assert library.release("t", ".").version.startswith("0.0.0+d")


def test_a_head_that_names_a_missing_commit(template):
    (template / ".git/HEAD").write_text("1" * 40 + "\n")
    git(template, "branch", "other", "v1.0.0")
    library = locate(str(template))
    assert library.release(NAME).version == "1.1.0"
    with pytest.raises(SourceError, match="HEAD of the template's repository names no commit"):
        library.release(NAME, "HEAD")


def test_a_work_tree_of_another_repository(template, tmp_path):
    git(template, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"), "v1.0.0")
    (tmp_path / "tree/a.txt.jinja").write_text("edited\n")
    library = locate(str(tmp_path / "tree"))
    assert library.release("tree").version == "1.1.0"
    assert library.release("tree", "HEAD").version == "1.0.0"
    assert content(library.release("tree", ".")) == "edited\n"


def test_a_bare_repository_has_no_files_that_stand(template, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "t.git")
    library = locate(str(tmp_path / "t.git"))
    assert library.release("t").version == "1.1.0"
    with pytest.raises(SourceError, match=r"`@\.` means"):
        library.release("t", ".")


def test_a_shallow_clone(template, tmp_path):
    kit.repo(template, {"b": "b\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{template}", "t")
    release = locate(str(tmp_path / "t")).release("t")
    assert release.version.startswith("0.0.0.post1.dev0+g")
    assert content(release) == "two {{ name }}\n"


def test_a_folder_has_the_version_of_its_files(tmp_path):
    root = kit.write(tmp_path / "t", {"copier.yml": "{}\n", "run": kit.executable("r\n"), "link": kit.link("run")})
    library = locate(str(root))
    assert isinstance(library, FolderTemplate)
    release = library.release("t")
    assert (release.commit, release.described, library.versions("t")) == (None, None, (Version(release.version),))
    assert library.release("t", release.version).version == library.release("t", ".").version == release.version
    with pytest.raises(SourceError, match="versions need a git repository"):
        library.release("t", "1.0")
    (root / "run").chmod(0o644)
    assert library.release("t").version != release.version, "a mode counts"


def test_a_folder_has_one_head_and_all_permissions_of_its_files(tmp_path):
    root = kit.write(tmp_path / "t", {"copier.yml": "", "a": "a\n", "b.jinja": "b\n"})
    (root / "a").chmod(0o640)
    (root / "b.jinja").chmod(0o755)
    library = locate(str(root))
    files = library.release("t", "HEAD").layers[0].files
    assert files == library.release("t", ".").layers[0].files
    assert (files["a"].permissions, files["b.jinja"].permissions) == (0o640, 0o755)
    scaffold.new(f"{root}@HEAD", tmp_path / "p")
    assert [(tmp_path / "p" / path).stat().st_mode & 0o777 for path in "ab"] == [0o640, 0o755]


def test_a_cookiecutter_template(tmp_path):
    files = {"cookiecutter.json": '{"name": "demo"}\n', "{{cookiecutter.name}}/a": "a\n"}
    root = kit.repo(tmp_path / "t", files, "1.0")
    assert locate(str(root)).release("t").kind == "cookiecutter"
    assert locate(str(kit.write(tmp_path / "u", files))).release("u").kind == "cookiecutter"


def test_a_version_that_holds_no_template(template):
    git(template, "switch", "--quiet", "--orphan", "site")
    kit.repo(template, {"index.html": "<p>\n"})
    git(template, "switch", "--quiet", "main")
    with pytest.raises(SourceError, match=r"there is no template in .* at [0-9a-f]{7}"):
        locate(str(template)).release(NAME, "site")


def with_submodule(root, other, path, **files):
    git(root.parent, "init", "--quiet", "--initial-branch=main", str(root))
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), path)
    return kit.repo(root, files, "v1.0.0")


@pytest.mark.parametrize(
    ("copier", "path", "fits"),
    [
        ("{}\n", "lib", False),
        ("_exclude: [/lib]\n", "lib", True),
        ("_exclude: [lib/]\n", "lib", True),
        ("_exclude: ['{{ x }}']\n", "lib", False),
        ("_subdirectory: src\n", "lib", True),
        ("_subdirectory: src\n", "src/lib", False),
        ("_subdirectory: lib\n", "lib", False),
        ("_subdirectory: '{{ x }}'\n", "lib", False),
    ],
)
def test_a_submodule_is_never_dropped_in_silence(tmp_path, template, copier, path, fits):
    root = with_submodule(tmp_path / "t", template, path, **{"copier.yml": copier, "src/a": "a\n"})
    for ref in (None, "."):
        library = locate(str(root))
        if fits:
            assert library.release("t", ref).layers[0].files
            assert library.note == f"the template's submodules are not read: {path}"
            continue
        with pytest.raises(SourceError, match=f"submodule {path} would be rendered"):
            library.release("t", ref)


def test_a_repository_within_the_work_tree_counts_as_one(template):
    kit.repo(template / "nested", {"a": "a\n"})
    with pytest.raises(SourceError, match="submodule nested would be rendered"):
        locate(str(template)).release(NAME, ".")


@st.composite
def histories(draw):
    """Commits in a line or with merges, and tags on some of them."""
    sizes = range(1, draw(st.integers(1, 7)))
    merged = [draw(st.lists(st.integers(0, number - 1), min_size=1, max_size=2, unique=True)) for number in sizes]
    parents = [[], *merged]
    tags = draw(st.dictionaries(st.sampled_from(["v1", "v2", "v3rc1", "x", "a/b"]), st.integers(0, len(parents) - 1)))
    return parents, tags


def test_describe_is_as_git_says(tmp_path_factory):
    @kit.few
    @given(histories())
    def check(history):
        parents, tags = history
        root = tmp_path_factory.mktemp("h")
        git(root, "init", "--quiet")
        tree = git(
            root,
            "mktree",
            stdin=b"100644 blob " + git(root, "hash-object", "-w", "--stdin", stdin=b"{}").encode() + b"\tcopier.yml\n",
        )
        commits = []
        for number, before in enumerate(parents):
            words = [word for parent in before for word in ("-p", commits[parent])]
            dated = [
                "env",
                f"GIT_COMMITTER_DATE=@{1700000000 + number} +0000",
                f"GIT_AUTHOR_DATE=@{1700000000 + number} +0000",
            ]
            command = [*dated, "git", *kit.GIT, "commit-tree", tree, "-m", str(number), *words]
            commits.append(subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout.strip())
        for tag, number in tags.items():
            git(root, "tag", tag, commits[number])
        git(root, "update-ref", "HEAD", commits[-1])
        library = locate(str(root))
        (name,) = library.names()
        found = [library.release(name, commit) for commit in commits]
        assert [release.described for release in found] == git(root, "describe", "--tags", "--always", *commits).split()
        for number, before in enumerate(parents):
            for parent in before:
                assert Version(found[parent].version) <= Version(found[number].version) or commits[number] in [
                    commits[at] for at in tags.values()
                ]

    check()


def test_ids_are_abbreviated_as_git_does_in_a_large_repository(template):
    lines = b"".join(b"blob\nmark :%d\ndata %d\n%d\n" % (n, len(str(n)), n) for n in range(1, 17_000))
    git(template, "fast-import", "--quiet", stdin=lines)
    kit.repo(template, {"b": "b\n"})
    described = locate(str(template)).release(NAME, "HEAD").described
    assert described == git(template, "describe", "--tags", "--always")
    assert len(described.rpartition("-g")[2]) == 8


def test_errors_of_a_template_name_its_file(template):
    kit.repo(template, {"copier.yml": "name: [\n"}, "v2.0.0")
    with pytest.raises(ScaffoldError, match=r"copier\.yml"):
        locate(str(template)).release(NAME)
