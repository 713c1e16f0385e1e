"""Libraries: built in, folder, git by path and URL, the cache, and releases."""

import shutil

import pytest

import scaffold as api
from scaffold.errors import ProjectError
from tests import kit
from tests.scenarios import world
from tests.scenarios.world import MANIFEST, NEXT, commit, git, release, scaffold


def test_the_built_in_library_can_be_made_ones_own(tmp_path):
    done = scaffold("library", "init", "lib", "--format", "json", where=tmp_path)
    assert done.code == 0
    tags = ["python-http-service/v2.0.0", "python-library/v1.0.0", "python-worker/v1.0.0"]
    assert done.json == {"path": str(tmp_path / "lib"), "tags": tags}
    assert git("status", "--porcelain", where=tmp_path / "lib") == ""
    listed = scaffold("blueprint", "list", "--source", "lib", "--format", "json", where=tmp_path).json["blueprints"]
    assert [(row["name"], row["version"], row["versions"]) for row in listed] == [
        ("python-http-service", "2.0.0", ["2.0.0"]),
        ("python-library", "1.0.0", ["1.0.0"]),
        ("python-worker", "1.0.0", ["1.0.0"]),
    ]
    assert scaffold("library", "init", "lib", where=tmp_path).code == 1


def test_show(library, tmp_path):
    release(library, "1.1.0", NEXT)
    shown = scaffold("blueprint", "show", "demo@1.0.0", "--source", library, "--format", "json", where=tmp_path).json
    assert (shown["version"], shown["versions"]) == ("1.0.0", ["1.0.0", "1.1.0"])
    assert shown["questions"]["name"] == {"type": "str", "help": "", "default": "demo"}
    assert "default" not in shown["questions"]["token"], "a secret's default is not shown"
    assert shown["ownership"]["/settings.toml tool.lint"] == "locked"
    assert scaffold("blueprint", "show", "demo", "--source", library, where=tmp_path).code == 0


def test_a_folder_without_git_is_a_library_of_one_version(library, tmp_path):
    shutil.rmtree(library / ".git")
    assert scaffold("new", "demo", tmp_path / "a", "--source", library, where=tmp_path).code == 0
    assert scaffold("new", "demo@1.0.0", tmp_path / "b", "--source", library, where=tmp_path).code == 0
    done = scaffold("new", "demo@2.0.0", tmp_path / "c", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "it has 1.0.0" in done.err
    world.write(
        library,
        {"templates/base/ci.yml": "steps: [two]\n", "blueprints/demo/blueprint.yml": MANIFEST.format(version="1.1.0")},
    )
    assert scaffold("update", where=tmp_path / "a").code == 0
    assert (tmp_path / "a/ci.yml").read_text() == "steps: [two]\n"


def test_the_newest_release_is_taken_and_a_prerelease_only_on_request(library, tmp_path):
    release(library, "1.10.0", NEXT)
    release(library, "1.9.0", {"ci.yml": "steps: [nine]\n"})
    release(library, "2.0.0rc1", {"ci.yml": "steps: [rc]\n"})
    done = scaffold("new", "demo", tmp_path / "a", "--source", library, "--format", "json", where=tmp_path)
    assert done.json["version"] == "1.10.0"
    done = scaffold("new", "demo@2.0.0rc1", tmp_path / "b", "--source", library, "--format", "json", where=tmp_path)
    assert done.json["version"] == "2.0.0rc1"


def test_uncommitted_changes_of_a_library_are_used_only_when_asked_for(library, tmp_path):
    world.write(library, {"templates/base/ci.yml": "steps: [dirty]\n"})
    scaffold("new", "demo", tmp_path / "a", "--source", library, where=tmp_path)
    scaffold("new", "demo@.", tmp_path / "b", "--source", library, where=tmp_path)
    assert (tmp_path / "a/ci.yml").read_text() == "steps: [one]\n"
    assert (tmp_path / "b/ci.yml").read_text() == "steps: [dirty]\n"


def test_a_url_is_cached_and_works_offline_once_filled(library, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    url = f"file://{library}"
    missing = scaffold("new", "demo", tmp_path / "a", "--source", url, "--offline", where=tmp_path, **cache)
    assert missing.code == 1
    assert "is not in the cache" in missing.err
    assert scaffold("new", "demo@1.0.0", tmp_path / "a", "--source", url, where=tmp_path, **cache).code == 0
    release(library, "1.1.0", NEXT)
    offline = scaffold("status", "--offline", "--format", "json", where=tmp_path / "a", **cache)
    assert offline.json["behind"] is False, "what was fetched before"
    assert scaffold("status", "--format", "json", where=tmp_path / "a", **cache).json["latest"] == "1.1.0"
    library.rename(tmp_path / "unreachable")
    away = scaffold("update", "--format", "json", where=tmp_path / "a", **cache)
    assert away.code == 0
    assert away.json["to"] == "1.1.0"
    assert "using what was fetched before" in away.json["notes"][0]


def test_a_moved_tag_is_followed_where_that_is_asked_for(library, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    url = f"file://{library}"
    scaffold("new", "demo", tmp_path / "a", "--source", url, where=tmp_path, **cache)
    world.write(library, {"templates/base/ci.yml": "steps: [moved]\n"})
    commit(library)
    git("tag", "--force", "demo/v1.0.0", where=library)
    refused = scaffold("update", where=tmp_path / "a", **cache)
    assert refused.code == 1
    assert "the tag of demo 1.0.0 was moved" in refused.err
    assert scaffold("update", "--to", "1.0.0", where=tmp_path / "a", **cache).code == 0
    assert (tmp_path / "a/ci.yml").read_text() == "steps: [moved]\n"


def test_a_bare_repository_is_a_library(library, tmp_path):
    git("clone", "--quiet", "--bare", str(library), str(tmp_path / "bare.git"), where=tmp_path)
    assert scaffold("new", "demo", tmp_path / "a", "--source", tmp_path / "bare.git", where=tmp_path).code == 0


def test_the_source_may_come_from_the_environment(library, tmp_path):
    done = scaffold("new", "demo", tmp_path / "a", where=tmp_path, SCAFFOLD_SOURCE=str(library))
    assert done.code == 0, done.err


def test_a_release(library):
    world.write(library, {"templates/base/ci.yml": "steps: [two]\n"})
    commit(library, "feat: two steps")
    done = scaffold("blueprint", "release", "demo", "--bump", "minor", "--format", "json", where=library)
    assert done.code == 0, done.err
    assert (done.json["from"], done.json["to"], done.json["tag"]) == ("1.0.0", "1.1.0", "demo/v1.1.0")
    assert git("tag", where=library).split() == ["demo/v1.0.0", "demo/v1.1.0"]
    assert git("status", "--porcelain", where=library) == ""
    changelog = (library / "blueprints/demo/CHANGELOG.md").read_text()
    assert "## 1.1.0 - 20" in changelog
    assert "- feat: two steps\n" in changelog
    assert "version: 1.1.0\ntitle: Demo\n" in (library / "blueprints/demo/blueprint.yml").read_text()
    assert "feat: two steps" in git("tag", "--list", "--format=%(contents)", "demo/v1.1.0", where=library)


def test_a_release_takes_what_is_unreleased_and_the_notes(library):
    world.write(
        library, {"blueprints/demo/CHANGELOG.md": "# Demo\n\n## Unreleased\n\n- by hand\n\n## 1.0.0\n\n- old\n"}
    )
    commit(library)
    assert scaffold("blueprint", "release", "demo", "--version", "2.0.0", "--note", "by line", where=library).code == 0
    text = (library / "blueprints/demo/CHANGELOG.md").read_text()
    assert "Unreleased" not in text
    assert text.index("- by hand\n- by line\n") < text.index("## 1.0.0")
    assert text.endswith("- old\n")


@pytest.mark.parametrize("path", ["templates/base/ci.yml", "templates/base/added.txt", "blueprints/demo/blueprint.yml"])
def test_a_release_has_only_what_is_committed(library, path):
    world.write(library, {path: MANIFEST.format(version="1.0.0") + "# x\n"})
    done = scaffold("blueprint", "release", "demo", "--bump", "patch", where=library)
    assert done.code == 1
    assert f"not committed: {path}" in done.err
    assert git("tag", where=library).split() == ["demo/v1.0.0"]


def test_a_release_whose_case_fails_is_none(library):
    world.write(library, {"blueprints/demo/cases/bad.yml": "nmae: x\n"})
    commit(library)
    done = scaffold("blueprint", "release", "demo", "--bump", "patch", where=library)
    assert done.code == 1
    said = "blueprints/demo/cases/bad.yml:1: BP-31: the case bad does not render: the blueprint has no question `nmae`"
    assert said in done.err
    assert git("tag", where=library).split() == ["demo/v1.0.0"]


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("--version", "1.0.0"), 1, "released already"),
        (("--version", "0.9.0"), 1, "older than 1.0.0"),
        (("--version", "soon"), 1, "soon is no version to release"),
        (("--bump", "patch", "--version", "3"), 2, "it goes with neither --bump nor --pre"),
        (("--pre", "--version", "3"), 2, "it goes with neither --bump nor --pre"),
    ],
)
def test_releases_that_are_refused(library, words, code, part):
    done = scaffold("blueprint", "release", "demo", *words, where=library)
    assert done.code == code
    assert part in done.err


def test_a_release_needs_a_repository(library):
    shutil.rmtree(library / ".git")
    done = scaffold("blueprint", "release", "demo", "--bump", "patch", where=library)
    assert done.code == 1
    assert "not a git repository" in done.err


def test_a_deprecated_blueprint_says_so(library, tmp_path):
    manifest = MANIFEST + "lifecycle:\n  state: deprecated\n  sunset: 2027-01-31\n  replaced_by: better\n"
    release(library, "1.1.0", {}, manifest=manifest)
    done = scaffold("new", "demo", tmp_path / "a", "--source", library, where=tmp_path)
    assert "note: demo is deprecated, and ends on 2027-01-31; use better" in done.out


def test_what_takes_longer_than_a_second_is_said_without_a_terminal(library, tmp_path):
    slow = f"url.ext::sh -c sleep% 2;git% upload-pack% {library}.insteadOf"
    environment = {
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": slow, "GIT_CONFIG_VALUE_0": "slow://library",
        "GIT_ALLOW_PROTOCOL": "ext", "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }  # fmt: skip
    done = scaffold("new", "demo", tmp_path / "a", "--source", "slow://library", where=tmp_path, **environment)
    assert done.code == 0, done.err
    assert done.said.startswith("Fetching slow://library ...\n")


def test_a_relative_source_in_the_answers_counts_from_the_project(library, tmp_path):
    project = world.stamp(library, tmp_path / "p")
    place = project / ".scaffold/answers.yml"
    place.write_text(place.read_text().replace(f"source: {library}", "source: ../library"))
    assert scaffold("status", "--format", "json", where=project).json["edited_answers"] == ["source"]
    assert scaffold("update", where=project).code == 0
    for where in (project, project / "src", tmp_path):
        done = scaffold("status", project, "--format", "json", where=where)
        assert (done.code, done.json["latest"]) == (0, "1.0.0")


def test_an_update_never_goes_back_by_itself(tmp_path):
    root = kit.repo(kit.library(tmp_path / "library", {"base": {"f": "1\n"}}), {}, "demo/v1.0.0")
    kit.repo(kit.library(root, {"base": {"f": "2\n"}}, version="2.0.0rc1"), {}, "demo/v2.0.0rc1")
    project = tmp_path / "project"
    api.new("demo@2.0.0rc1", project, source=str(root))
    assert api.update(project).up_to_date
    kit.git(root, "tag", "--delete", "demo/v2.0.0rc1")
    assert api.update(project).up_to_date, "its commit is still there"
    kit.library(tmp_path / "folder", {"base": {"f": "1\n"}})
    (project / ".scaffold/answers.yml").write_text(f"blueprint: demo\nsource: {tmp_path / 'folder'}\n")
    said = r"is 1\.0\.0, and the project is at 2\.0\.0rc1 \(use a newer library, or go back with --to\)"
    with pytest.raises(ProjectError, match=said):
        api.update(project)
    assert api.update(project, to="1.0.0").applied


def test_waivers_that_cannot_be_read_are_said(project):
    world.write(project, {".scaffold/waivers.yml": "[]\n"})
    assert ".scaffold/waivers.yml:1: this waiver waives nothing" in scaffold("status", where=project).out


@pytest.mark.parametrize("spelled", ["demo/v01.1.0", "demo/v1.1.0-1", "demo/v1.1.0-rc.1"])
def test_a_tag_may_be_spelled_in_any_way_that_is_a_version(library, tmp_path, spelled):
    release(library, "1.1.0", {"ci.yml": "steps: [two]\n"})
    git("tag", "--delete", "demo/v1.0.0", "demo/v1.1.0", where=library)
    version = spelled.removeprefix("demo/v")
    world.write(library, {"blueprints/demo/blueprint.yml": MANIFEST.format(version=version)})
    commit(library)
    git("tag", spelled, where=library)
    world.write(library, {"templates/base/ci.yml": "steps: [dirty]\n"})
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--format", "json", where=tmp_path)
    assert done.code == 0, done.err
    assert done.json["commit"] == git("rev-parse", "HEAD", where=library).strip()
    assert (tmp_path / "p/ci.yml").read_text() == "steps: [two]\n"


def test_a_tag_that_disagrees_with_its_manifest_is_refused(library, tmp_path):
    git("tag", "demo/v1.1.0", where=library)
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "the tag demo/v1.1.0 marks version 1.0.0 of the blueprint" in done.err


def test_foreign_tags_are_nobodys_blueprint(library, tmp_path):
    for name in ("some/vendor-1", "release/v2", "demo/vnext"):
        git("tag", name, where=library)
    done = scaffold("blueprint", "list", "--source", library, "--format", "json", where=tmp_path)
    assert [row["name"] for row in done.json["blueprints"]] == ["demo"]
    world.write(library, {"templates/base/ci.yml": "steps: [two]\n"})
    commit(library)
    assert scaffold("blueprint", "release", "demo", "--bump", "minor", where=library).code == 0


def test_a_release_that_a_hook_refuses_leaves_nothing(library):
    hook = library / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not today' >&2\nexit 1\n")
    hook.chmod(0o755)
    world.write(library, {"templates/base/ci.yml": "steps: [two]\n"})
    git("commit", "--quiet", "--no-verify", "--all", "--message", "two", where=library)
    for _ in range(2):
        done = scaffold("blueprint", "release", "demo", "--bump", "minor", where=library)
        assert done.code == 1
        assert "not today" in done.err
        assert git("status", "--porcelain", where=library) == ""
    assert git("tag", where=library).split() == ["demo/v1.0.0"]


def test_a_manifest_whose_version_cannot_be_set_is_not_released(library):
    world.write(
        library, {"blueprints/demo/blueprint.yml": MANIFEST.format(version="1.0.0").replace("version:", '"version":')}
    )
    commit(library)
    done = scaffold("blueprint", "release", "demo", "--bump", "minor", where=library)
    assert done.code == 1
    assert "the version cannot be set" in done.err
    assert git("status", "--porcelain", where=library) == ""


def test_credentials_are_on_no_disk(library, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    url = f"file://user:hush-hush@localhost{library}"
    rewritten = {
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{library}.insteadOf", "GIT_CONFIG_VALUE_0": url,
    }  # fmt: skip
    done = scaffold("new", "demo", tmp_path / "p", "--source", url, where=tmp_path, **cache, **rewritten)
    assert done.code == 0, done.err
    for folder in (tmp_path / "p", tmp_path / "cache"):
        found = world.run(["grep", "-r", "hush-hush", str(folder)], tmp_path)
        assert (found.code, found.out) == (1, "")


def test_a_broken_cache_says_how_to_mend_it(library, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    scaffold("new", "demo", tmp_path / "p", "--source", f"file://{library}", where=tmp_path, **cache)
    (mirror,) = (tmp_path / "cache/scaffold/libraries").glob("*.git")
    (mirror / "config").write_text("[broken")
    done = scaffold("update", "--offline", where=tmp_path / "p", **cache)
    assert done.code == 1
    assert "remove that folder" in done.err


def test_a_remote_whose_head_names_no_branch_is_a_library(library, tmp_path):
    git("clone", "--quiet", "--bare", str(library), str(tmp_path / "bare.git"), where=tmp_path)
    git("symbolic-ref", "HEAD", "refs/heads/gone", where=tmp_path / "bare.git")
    done = scaffold("new", "demo", tmp_path / "p", "--source", f"file://{tmp_path}/bare.git", where=tmp_path)
    assert done.code == 0, done.err


def test_an_empty_remote_says_so(tmp_path):
    git("init", "--quiet", "--bare", "empty.git", where=tmp_path)
    done = scaffold("new", "demo", tmp_path / "p", "--source", f"file://{tmp_path}/empty.git", where=tmp_path)
    assert done.code == 1
    assert "the repository has no commits" in done.err


def test_a_changelog_that_is_no_text_is_refused(library):
    (library / "blueprints/demo/CHANGELOG.md").write_bytes(b"# Demo \xe9\n")
    commit(library)
    done = scaffold("blueprint", "release", "demo", "--bump", "minor", where=library)
    assert done.code == 1
    assert "CHANGELOG.md: BP-01: the file is not UTF-8 text" in done.err


def test_an_answer_to_what_is_not_asked_is_said(tmp_path):
    copier = "kind:\n  type: str\n  choices: [a, b]\n  default: a\nport:\n  type: int\n  default: 1\n  when: \"{{ kind == 'b' }}\"\n"
    library = world.make_library(tmp_path / "lib", copier=copier)
    done = scaffold("new", "demo", tmp_path / "p", "--source", library, "--data", "port=5", where=tmp_path)
    assert done.code == 0
    assert "note: not asked here, so not used: port" in done.out


@pytest.mark.parametrize(
    ("target", "fits"),
    [("./notes.md", True), ("src/", True), ("notes.md", True), ("../x", False), ("/etc/passwd", False), (".git/hooks", False),
     ("src/../../x", False)],
)  # fmt: skip
def test_links_of_a_template_stay_in_the_project(library, tmp_path, target, fits):
    (library / "templates/base/link").symlink_to(target)
    config = library / "templates/base/copier.yml"
    config.write_text(f"_preserve_symlinks: true\n{config.read_text()}")
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == (0 if fits else 1), done.err
    assert fits or "leads out of the project" in done.err


@pytest.mark.parametrize("target", ["../x", "/etc/passwd", "src/../../x"])
def test_a_link_that_is_followed_stays_in_the_template(library, tmp_path, target):
    (library / "templates/base/link").symlink_to(target)
    commit(library)
    done = scaffold("new", "demo@main", tmp_path / "p", "--source", library, where=tmp_path)
    assert done.code == 1
    assert "templates/base/link: the symbolic link link leads out of the template" in done.err
