"""A template in a folder of its repository: `ADDRESS//FOLDER`."""

import re

import pytest

from scaffold.authoring.library import show_blueprint
from scaffold.errors import SourceError
from scaffold.sources.library import GitLibrary
from scaffold.sources.locate import locate, wanted
from scaffold.templating.limits import Limits
from tests import kit
from tests.kit import git

TEMPLATE = {
    "templates/service/copier.yml": "name: {type: str, default: demo}\n_subdirectory: files\n",
    "templates/service/part.txt": "part\n",
    "templates/service/files/a.txt.jinja": "{% include 'part.txt' %}one {{ name }}\n",
    "templates/pie/cookiecutter.json": '{"slug": "pie"}\n',
    "templates/pie/{{cookiecutter.slug}}/a.txt": "{{ cookiecutter._template }}\n",
    "copier.yml": "whole: {type: str, default: other}\n",
}
SERVICE = "templates/service"


@pytest.fixture
def many(tmp_path):
    root = kit.repo(tmp_path / "many", {"README.md": "none yet\n"}, "v0.9.0")
    kit.repo(root, TEMPLATE, "v1.0.0")
    return kit.repo(root, {f"{SERVICE}/files/a.txt.jinja": "two {{ name }}\n"}, "v1.1.0", "nightly")


def paths(release):
    return sorted(release.layers[0].files)


def check(library, address):
    assert (library.address, library.names()) == (address, ("service",))
    assert [str(version) for version in library.versions("service")] == ["0.9.0", "1.0.0", "1.1.0"]
    release = library.release("service")
    assert (release.version, release.kind, release.described) == ("1.1.0", "copier", "nightly")
    assert paths(release) == ["copier.yml", "files/a.txt.jinja", "part.txt"]
    assert [question.name for question in release.questions] == ["name"]
    assert (
        library.release("service", "v1.0.0").layers[0].files["files/a.txt.jinja"].content.endswith(b"one {{ name }}\n")
    )
    said = f"there is no folder {SERVICE} at v0.9.0 in {address.removesuffix(f'//{SERVICE}')}"
    with pytest.raises(SourceError, match=f"^{re.escape(said)} "):
        library.release("service", "0.9.0")


def test_in_a_repository_on_the_disk(many):
    check(locate(f"{many}//{SERVICE}"), f"{many}//{SERVICE}")
    check(locate(f"many//{SERVICE}/", base=many.parent), f"{many}//{SERVICE}")


def test_at_a_url_and_in_a_bundle(many, tmp_path):
    bare, bundle = tmp_path / "many.git", tmp_path / "many.bundle"
    git(tmp_path, "clone", "--quiet", "--bare", str(many), str(bare))
    git(many, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    for address in (f"{bare.as_uri()}//{SERVICE}", f"{bundle}//{SERVICE}", f"{bare}//{SERVICE}"):
        check(locate(address), address)
    assert locate(f"{bare.as_uri()}//templates/pie", offline=True).names() == ("pie",), "one copy for all folders"


def test_two_kinds_in_one_repository(many):
    pie = locate(f"{many}//templates/pie")
    release = pie.release("pie")
    assert (release.kind, pie.address) == ("cookiecutter", f"{many}//templates/pie")
    assert release.address == str(many), "Cookiecutter tells its templates the repository alone"
    assert locate(str(many)).release("many").questions[0].name == "whole"


def test_of_a_library_a_layer_is_a_template(tmp_path):
    root = kit.repo(kit.library(tmp_path / "lib", {"base": {"copier.yml": "{}\n", "a.txt": "a\n"}}), {}, "v1")
    assert isinstance(locate(str(root)), GitLibrary)
    assert paths(locate(f"{root}//templates/base").release("base")) == ["a.txt", "copier.yml"]


def test_the_work_tree(many):
    kit.write(
        many,
        {f"{SERVICE}/new.txt": "new\n", "beside.txt": "b\n", f"{SERVICE}/ignored": "i\n", ".gitignore": "ignored\n"},
    )
    library = locate(f"{many}//{SERVICE}")
    release = library.release("service", ".")
    assert paths(release) == ["copier.yml", "files/a.txt.jinja", "new.txt", "part.txt"]
    assert release.version.startswith("1.1.0+d")
    with pytest.raises(SourceError, match=f"there is no folder templates/none in {re.escape(str(many))} as it stands"):
        locate(f"{many}//templates/none").release("none", ".")


def test_only_what_is_not_committed_in_the_folder_is_told(many):
    kit.write(many, {"beside.txt": "b\n", "temp": "t\n", "templates/service.txt": "s\n"})
    library = locate(f"{many}//{SERVICE}")
    library.release("service", "HEAD")
    assert library.note == ""
    kit.write(many, {f"{SERVICE}/new.txt": "n\n"})
    library.release("service", "HEAD")
    assert "what is not committed" in library.note
    kit.write(many, {"fresh/er/copier.yml": "{}\n"})
    fresh = locate(f"{many}//fresh/er")
    with pytest.raises(SourceError, match="there is no folder fresh/er at nightly"):
        fresh.release("er", "HEAD")
    assert "what is not committed" in fresh.note


def test_in_a_plain_folder_it_is_a_slash_like_any_other(tmp_path, many):
    root = kit.write(tmp_path / "plain", TEMPLATE)
    library = locate(f"{root}//{SERVICE}")
    assert (library.address, library.names()) == (str(root / SERVICE), ("service",))
    assert paths(library.release("service")) == ["copier.yml", "files/a.txt.jinja", "part.txt"]
    assert locate(f"{tmp_path}//many").address == str(many)
    with pytest.raises(SourceError, match=f"there is no folder none/here in {re.escape(str(root))}"):
        locate(f"{root}//none/here")


@pytest.mark.parametrize("folder", ["../x", "a/../b", "..", "/etc", "a/.git", ".GIT/hooks", "a\\..\\b"])
def test_a_folder_that_is_none(many, folder):
    with pytest.raises(SourceError, match=r"is no folder of a repository .*name it from the top"):
        locate(f"{many}//{folder}")


@pytest.mark.parametrize("folder", ["README.md", "README.md/x", "none", "link", "link/files"])
def test_what_is_no_folder_there(many, folder):
    kit.repo(many, {"link": kit.link(SERVICE)}, "v2.0.0")
    library = locate(f"{many}//{folder}")
    for ref, said in (("2.0.0", "at v2.0.0 in"), (".", "in .* as it stands")):
        with pytest.raises(SourceError, match=f"there is no folder {folder} {said}"):
            library.release(*library.names(), ref)


def test_a_folder_that_holds_no_template(many):
    with pytest.raises(SourceError, match=r"there is no template in .*//templates/pie/.* at nightly"):
        library = locate(f"{many}//templates/pie/{{{{cookiecutter.slug}}}}")
        library.release(*library.names())


def test_a_repository_without_commits(tmp_path):
    git(tmp_path, "init", "--quiet", "t")
    with pytest.raises(SourceError, match="names no commit"):
        locate(f"{tmp_path}/t//a").release("a")


def test_line_ends_are_as_the_attributes_above_say(many):
    kit.repo(many, {"templates/.gitattributes": "*.txt eol=crlf\n", f"{SERVICE}/.gitattributes": "b.txt eol=lf\n"})
    kit.repo(many, {f"{SERVICE}/b.txt": "b\n"}, "v2.0.0")
    files = locate(f"{many}//{SERVICE}").release("service", "2.0.0").layers[0].files
    assert (files["part.txt"].content, files["b.txt"].content) == (b"part\r\n", b"b\n")
    assert ".gitattributes" in files


def test_only_the_submodules_of_the_folder_count(tmp_path, many):
    top = tmp_path / "top"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "top")
    for path in ("else", "a/lib"):
        git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(many), path)
    kit.repo(top, {"a/copier.yml": "{}\n", "b/copier.yml": "{}\n"}, "v1.0.0")
    for ref in (None, "."):
        other = locate(f"{top}//b")
        assert (paths(other.release("b", ref)), other.note) == (["copier.yml"], "")
        with pytest.raises(SourceError, match="submodule lib would be rendered"):
            locate(f"{top}//a").release("a", ref)


def test_limits_are_of_the_folder(many):
    assert locate(f"{many}//{SERVICE}", limits=Limits(files=4)).release("service")
    with pytest.raises(SourceError, match="more than 3 files"):
        locate(f"{many}//{SERVICE}", limits=Limits(files=3)).release("service")


def test_it_is_shown_like_any_other(many):
    shown = show_blueprint(f"{many}//{SERVICE}@v1.0.0")
    assert (shown.name, shown.version, list(shown.questions)) == ("service", "1.0.0", ["name"])


def test_a_version_before_the_folder_is_refused(many):
    with pytest.raises(SourceError, match=r"write it as in ADDRESS//FOLDER@VERSION"):
        wanted(f"{many}@v1.0.0//{SERVICE}")
