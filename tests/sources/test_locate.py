"""From a source to a library or a template: URLs, bundles, folders, and everything that is neither."""

import os
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scaffold.errors import ScaffoldError, SourceError
from scaffold.sources.address import Wanted, expand
from scaffold.sources.library import FolderLibrary, GitLibrary
from scaffold.sources.locate import locate, wanted
from scaffold.sources.template import FolderTemplate, GitTemplate
from tests import kit
from tests.kit import git

LIBRARY = {"base": {"a.txt": "a\n"}}


@pytest.fixture
def forge(template, tmp_path, monkeypatch):
    """Addresses of forges, mapped to bare repositories on the disk by git's own setting."""
    bare = tmp_path / "forge/o/r.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(template), str(bare))
    bases = [
        "https://github.com/", "https://gitlab.com/", "git@github.com:", "https://git.example/", "ssh://git@git.example:22/",
        "git://git.example/", "https://user:p@ss@git.example/",
    ]  # fmt: skip
    monkeypatch.setenv("GIT_CONFIG_COUNT", str(len(bases)))
    for number, base in enumerate(bases):
        monkeypatch.setenv(f"GIT_CONFIG_KEY_{number}", f"url.{tmp_path}/forge/.insteadOf")
        monkeypatch.setenv(f"GIT_CONFIG_VALUE_{number}", base)
    return bare


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("gh:o/r", "https://github.com/o/r.git"),
        ("gl:/o/r", "https://gitlab.com/o/r.git"),
        ("https://github.com/o/r", "https://github.com/o/r.git"),
        ("git+https://github.com/o/r.git", "https://github.com/o/r.git"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("ssh://git@git.example:22/o/r.git", "ssh://git.example:22/o/r.git"),
        ("git://git.example/o/r.git", "git://git.example/o/r.git"),
        ("https://user:p@ss@git.example/o/r.git", "https://git.example/o/r.git"),
    ],
)
def test_addresses_of_forges(forge, source, address):
    library = locate(source)
    assert (library.address, library.names(), library.release("r").version) == (address, ("r",), "1.1.0")
    again = locate(address, offline=True)
    assert again.release("r").commit == git(forge, "rev-parse", "v1.1.0"), "what is recorded finds the cached copy"
    assert expand(address) == address


def test_a_url_follows_what_happens_there(forge, template):
    said = []
    assert str(locate("gh:o/r", notify=said.append).newest("r")) == "1.1.0"
    kit.repo(template, {"a.txt.jinja": "three\n"}, "v2.0.0")
    git(template, "push", "--quiet", "--tags", str(forge), "main")
    assert str(locate("gh:o/r", offline=True).newest("r")) == "1.1.0"
    assert str(locate("gh:o/r", notify=said.append).newest("r")) == "2.0.0"
    assert said == ["Fetching https://github.com/o/r.git", "Looking for news at https://github.com/o/r.git"]
    git(forge, "tag", "--delete", "v2.0.0")
    assert str(locate("gh:o/r").newest("r")) == "1.1.0"
    forge.rename(forge.with_name("gone.git"))
    away = locate("gh:o/r")
    assert away.release("r").version == "1.1.0"
    assert "using what was fetched before" in away.note


def test_a_rewritten_history_keeps_what_was_fetched(forge, template):
    before = locate("gh:o/r").release("r").commit
    git(template, "commit", "--quiet", "--amend", "--message=other")
    git(template, "tag", "--force", "v1.1.0")
    git(template, "push", "--quiet", "--force", "--tags", str(forge), "main")
    library = locate("gh:o/r")
    assert library.tag_commit("r", "1.1.0") == git(template, "rev-parse", "HEAD") != before
    assert library.has_commit(before)
    assert library.release("r", before).commit == before


@contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


class Locked(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


def test_over_http(forge, monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    git(forge, "update-server-info")
    with serving(partial(Files, directory=str(forge.parents[1]))) as url:
        assert locate(f"{url}/o/r.git").release("r").version == "1.1.0"
        with pytest.raises(SourceError, match=r"git could not reach .*not found .*check the address"):
            locate(f"{url}/o/none.git")


def test_a_password_is_never_waited_for(monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    with serving(Locked) as url, pytest.raises(SourceError, match=r"terminal prompts disabled .*your credentials"):
        locate(f"{url}/o/r.git")


def test_ssh_never_asks(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ssh")
    fake = tmp_path / "bin/ssh"
    kit.write(tmp_path, {"bin/ssh": kit.executable('#!/bin/sh\necho "fatal: ssh was given $*" >&2\nexit 1\n')})
    monkeypatch.setenv("PATH", str(fake.parent), prepend=":")
    with pytest.raises(SourceError, match="-o BatchMode=yes"):
        locate("git@git.example:o/r.git")
    monkeypatch.setenv("GIT_SSH_COMMAND", "ssh -o Mine=yes")
    with pytest.raises(SourceError, match="-o Mine=yes") as caught:
        locate("git@git.example:o/r.git")
    assert "BatchMode" not in str(caught.value)


def test_a_bundle(template, tmp_path):
    bundle = tmp_path / "t.bundle"
    git(template, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    library = locate(str(bundle), offline=True)
    assert (library.address, library.names(), library.release("t").version) == (str(bundle), ("t",), "1.1.0")
    kit.repo(template, {"b": "b\n"}, "v1.2.0")
    git(template, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    assert locate("t.bundle", base=tmp_path).release("t").version == "1.2.0", "made again, read again"


def test_a_bundle_of_one_branch_only(template, tmp_path):
    git(template, "branch", "--move", "odd")
    git(template, "bundle", "create", "--quiet", str(tmp_path / "t.bundle"), "odd")
    release = locate(str(tmp_path / "t.bundle")).release("t")
    assert release.commit == git(template, "rev-parse", "odd")
    assert release.version.startswith("0.0.0.post2.dev0+g")


def test_a_bundle_that_cannot_be_read(template, tmp_path):
    bundle = tmp_path / "t.bundle"
    git(template, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    bundle.write_bytes(bundle.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"git could not reach .*make the bundle anew"):
        locate(str(bundle))
    git(template, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    assert locate(str(bundle)).names() == ("t",)
    kit.repo(template, {"b": "b\n"})
    git(template, "bundle", "create", "--quiet", str(bundle), "--all", "HEAD")
    bundle.write_bytes(bundle.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"git could not reach .*make the bundle anew"):
        locate(str(bundle))  # what was read before is not taken instead
    bundle.write_bytes(b"PK\3\4")
    with pytest.raises(SourceError, match="this file is not a git bundle"):
        locate(str(bundle))
    git(template, "bundle", "create", "--quiet", str(bundle), "v1.1.0..main")
    bundle.rename(tmp_path / "u.bundle")
    with pytest.raises(SourceError, match=r"prerequisite commits.*make the bundle anew"):
        locate(str(tmp_path / "u.bundle"))


@pytest.mark.parametrize("in_git", [False, True])
@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"copier.yml": "{}\n"}, "template"),
        ({"copier.YAML": "{}\n"}, "template"),
        ({"cookiecutter.json": "{}\n"}, "template"),
        ({"deep/er/a.jinja": "a\n"}, "template"),
        ({"blueprints/x/README": "x\n", "copier.yml": "{}\n"}, "template"),
        ({"blueprints/demo/blueprint.yml": kit.manifest(), "copier.yml": "{}\n"}, "library"),
        ({"blueprints/x/README": "x\n"}, "library"),
        ({"deep/copier.yml": "{}\n"}, None),
    ],
)
def test_which_kind_a_folder_is(tmp_path, files, kind, in_git):
    root = kit.repo(tmp_path / "t", files) if in_git else kit.write(tmp_path / "t", files)
    if kind is None:
        with pytest.raises(
            SourceError, match=r"is neither a library nor a template .*blueprints/.*copier\.yml.*cookiecutter"
        ):
            locate(str(root))
        return
    kinds = {"template": (FolderTemplate, GitTemplate), "library": (FolderLibrary, GitLibrary)}
    assert isinstance(locate(str(root)), kinds[kind][in_git])


def test_a_library_of_which_only_tags_are_left(tmp_path):
    root = kit.repo(kit.library(tmp_path / "t", LIBRARY), {}, "demo/v1.0.0")
    git(root, "switch", "--quiet", "--orphan", "site")
    kit.repo(root, {"index.html": "x\n"})
    assert locate(f"file://{root}").release("demo").version == "1.0.0"


def test_a_template_of_which_only_tags_are_left(template):
    git(template, "switch", "--quiet", "--orphan", "site")
    kit.repo(template, {"index.html": "x\n"})
    assert locate(str(template)).release("my-template").version == "1.1.0"


def test_pre_releases_of_a_library(tmp_path):
    root = kit.repo(kit.library(tmp_path / "t", LIBRARY), {}, "demo/v1.0.0")
    kit.repo(kit.library(root, LIBRARY, version="2.0.0rc1"), {}, "demo/v2.0.0rc1")
    plain, eager = locate(str(root)), locate(str(root), prereleases=True)
    assert (str(plain.newest("demo")), plain.release("demo").version) == ("1.0.0", "1.0.0")
    assert (str(eager.newest("demo")), eager.release("demo").version) == ("2.0.0rc1", "2.0.0rc1")
    assert eager.tag_commit("demo", "1.0") == git(root, "rev-parse", "demo/v1.0.0")
    assert eager.tag_commit("demo", "7") is None
    assert eager.has_commit(git(root, "rev-parse", "HEAD"))
    assert not eager.has_commit("1" * 40)


def test_the_built_in_library_has_every_version_and_no_tags():
    library = locate("builtin")
    for name in library.names():
        assert library.versions(name)[-1] == library.newest(name)
        assert library.tag_commit(name, str(library.newest(name))) is None
    assert not library.has_commit("1" * 40)


def test_an_empty_repository(tmp_path):
    git(tmp_path, "init", "--quiet", "t")
    git(tmp_path, "init", "--quiet", "--bare", "u.git")
    for source in (tmp_path / "t", tmp_path / "u.git", f"file://{tmp_path}/u.git"):
        with pytest.raises(SourceError, match="the repository has no commits"):
            locate(str(source))


def test_a_head_without_its_branch(template):
    git(template, "branch", "one", "v1.0.0")
    git(template, "symbolic-ref", "HEAD", "refs/heads/gone")
    for source in (str(template), f"file://{template}"):
        library = locate(source)
        (name,) = library.names()
        assert library.release(name).version == "1.1.0"
        assert library.release(name, "one").version == "1.0.0"
        with pytest.raises(SourceError, match="HEAD of the template's repository names no commit"):
            library.release(name, "HEAD")


@pytest.mark.parametrize(
    "source", ["nowhere", "./nowhere", "/nowhere/t.git", "~/nowhere", "nowhere.bundle", "owner/repo"]
)
def test_an_address_that_does_not_exist(source):
    with pytest.raises(SourceError, match=r"there is no library at .*, and no template .*a source is `builtin`"):
        locate(source)


@pytest.mark.parametrize("source", ["", "  ", "a\0b", "https://h/\n", "x" * 5000, "/" + "x" * 300])
def test_an_address_that_is_none(source):
    with pytest.raises(SourceError, match="a source is `builtin`"):
        locate(source)


def test_what_is_wanted_looks_at_the_disk(template, monkeypatch):
    monkeypatch.chdir(template.parent)
    template.rename("t@1")
    assert wanted("./t@1") == Wanted("./t@1", None, None)
    assert wanted("./t@1@v1.0.0") == Wanted("./t@1", None, "v1.0.0")
    assert wanted("./other@1") == Wanted("./other", None, "1")
    assert wanted("demo@" + "x" * 300) == Wanted(None, "demo", "x" * 300)


def test_a_home_that_does_not_exist():
    with pytest.raises(ScaffoldError, match="no home folder"):
        locate("~nobody-of-this-name/t")


def test_a_remote_that_cannot_be_reached(tmp_path):
    with pytest.raises(SourceError, match=r"git could not reach file:///.*check the address"):
        locate(f"file://{tmp_path}/none.git")
    with pytest.raises(SourceError, match=r"not in the cache .*--offline"):
        locate(f"file://{tmp_path}/none.git", offline=True)
    assert not list(Path(os.environ["XDG_CACHE_HOME"]).glob("scaffold/libraries/*")), "nothing half-fetched"


def test_a_corrupt_repository(template):
    (template / ".git/config").write_text("[broken")
    with pytest.raises(ScaffoldError, match="the repository cannot be used"):
        locate(str(template))


def test_a_relative_folder_counts_from_the_base(template):
    assert locate(template.name, base=template.parent).address == str(template)
    assert locate(f"git+{template}").address == str(template)
