"""Keep a release of the built-in library for good: in the git bundle that the package carries."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scaffold import disk
from scaffold.authoring.snapshots import snapshot_path
from scaffold.blueprint.places import manifest_path, tag
from scaffold.blueprint.release import Release
from scaffold.git import porcelain, scratch
from scaffold.sources.built_in import RELEASES, bundled
from scaffold.sources.library import FolderLibrary
from scaffold.tree import File


def keep_releases(root: Path) -> tuple[str, ...]:
    """Add the releases that stand in a library's folder and that its bundle lacks; return their tags.

    A release that the bundle has is never written again. Raises ScaffoldError.
    """
    library, bundle = FolderLibrary(root, str(root)), root / RELEASES
    releases = {tag(name, one.version): one for name in library.names() for one in [library.release(name)]}
    missing = {
        spelled: release
        for spelled, release in releases.items()
        if release.blueprint.version not in bundled(bundle, release.blueprint.name)
    }
    with TemporaryDirectory(prefix="scaffold-") as kept:
        porcelain.init_bare(Path(kept))
        if bundle.exists():
            porcelain.fetch(Path(kept), str(bundle))
        for spelled, release in missing.items():
            scratch.tagged(Path(kept), _files(root, release), spelled)
        if missing:
            porcelain.bundle(Path(kept), bundle)
    return tuple(missing)


def _files(root: Path, release: Release) -> dict[str, File]:
    folders = [
        manifest_path(release.blueprint.name).rpartition("/")[0],
        *(f"templates/{n}" for n in release.blueprint.layers),
    ]
    found = {f"{folder}/{path}": file for folder in folders for path, file in disk.walk(root / folder).items()}
    kept = snapshot_path(release.blueprint.name, "")  # of what renders again by itself, nobody needs a snapshot
    return {path: file for path, file in found.items() if not path.startswith(kept.rpartition("/")[0])}
