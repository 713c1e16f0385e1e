"""The built-in library keeps every release that it ever had, so that an older base can always be rendered again."""

import re
import shutil
from pathlib import Path

import pytest

from scaffold.authoring.bundle import keep_releases
from scaffold.errors import SourceError
from scaffold.sources.built_in import RELEASES, built_in_root, bundled
from scaffold.sources.library import FolderLibrary
from scaffold.sources.locate import built_in
from tests.kit import library, write


def test_earlier_releases_are_read_from_the_bundle(tmp_path):
    root = library(tmp_path / "lib", {"base": {"f": "1\n"}, "other": {"x": "unused\n"}})
    assert keep_releases(root) == ("demo/v1.0.0",)
    kept = (root / RELEASES).read_bytes()
    assert keep_releases(root) == ()
    assert (root / RELEASES).read_bytes() == kept
    library(root, {"base": {"f": "2\n"}, "other": {}}, version="1.1.0")
    assert keep_releases(root) == ("demo/v1.1.0",)
    library(root, {"base": {"f": "3\n"}, "other": {}}, version="2.0.0")
    at = built_in(root)
    assert [str(version) for version in at.versions("demo")] == ["1.0.0", "1.1.0", "2.0.0"]
    assert str(at.newest("demo")) == "2.0.0"
    for version, content in (("1.0.0", b"1\n"), ("1.1.0", b"2\n"), ("2.0.0", b"3\n")):
        release = at.release("demo", version)
        assert (release.version, release.commit) == (version, None)
        assert release.layers[0].files["f"].content == content
    with pytest.raises(SourceError, match=r"no demo 3\.0\.0"):
        at.release("demo", "3.0.0")


def test_a_bundle_that_is_damaged_is_named(tmp_path):
    root = library(tmp_path / "lib", {"base": {"f": "1\n"}})
    keep_releases(root)
    library(root, {"base": {"f": "2\n"}}, version="2.0.0")
    (root / RELEASES).write_bytes((root / RELEASES).read_bytes()[:-40])
    with pytest.raises(SourceError, match="could not"):
        built_in(root).release("demo", "1.0.0")
    shutil.rmtree(root / "blueprints/demo")
    write(root, {RELEASES: "not a bundle"})
    assert bundled(root / RELEASES, "demo") == ()


@pytest.mark.parametrize("name", FolderLibrary(built_in_root(), "builtin").names())
def test_the_package_has_every_release_of_its_changelog_as_it_was_released(name):
    """What was released never changes: give the blueprint a new version, and run `make bundle` when it is released."""
    root = built_in_root()
    at = built_in(root)
    changelog = (Path(root) / f"blueprints/{name}/CHANGELOG.md").read_text()
    released = re.findall(r"^## (\d[\w.]*) - ", changelog, re.MULTILINE)
    assert {*released} == {str(version) for version in bundled(root / RELEASES, name)}
    if str(at.newest(name)) in released:
        kept = at.earlier().release(name, str(at.newest(name)))
        for here, there in zip(at.release(name).layers, kept.layers, strict=True):
            assert {path: (f.mode, f.content) for path, f in here.files.items()} == {
                path: (f.mode, f.content) for path, f in there.files.items()
            }
