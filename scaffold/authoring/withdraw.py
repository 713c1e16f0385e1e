"""Withdraw a release: said in the manifest on the branch that projects look at, and committed; its tag stays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Operation
from scaffold.authoring.committing import carry_out, opened
from scaffold.authoring.past import past_of
from scaffold.blueprint.places import manifest_path, tag
from scaffold.blueprint.release import read_manifest
from scaffold.errors import ProjectError, SourceError
from scaffold.formats import edit
from scaffold.git import porcelain
from scaffold.report.results import Withdrawn
from scaffold.sources.library import FolderLibrary, newest_first, newest_of, version_of

if TYPE_CHECKING:
    from packaging.version import Version

    from scaffold.apply.record import Place


def withdraw(name: str, version: str, reason: str, *, library: Path | str = ".") -> Withdrawn:
    """Withdraw a released version of a blueprint; raises ScaffoldError with nothing done.

    Nobody is offered it any more, and those on it are told. Who is on it goes back with `update --to`.
    """
    root = Path(library).resolve()
    place = opened(root)
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        return _withdrawn(place, name, version, " ".join(reason.split()))


def _withdrawn(place: Place, name: str, version: str, reason: str) -> Withdrawn:
    root, path = place.root, manifest_path(name)
    blueprint = FolderLibrary(root, str(root)).release(name).blueprint
    versions, wanted = past_of(root).versions(name), version_of(version)
    if wanted is None or wanted not in versions:
        known = newest_first({one: str(one) for one in versions}) or "none"
        raise SourceError(f"{name} {version} was never released", where=str(root), hint=f"released versions: {known}")
    if wanted in blueprint.withdrawn:
        raise SourceError(f"{name} {wanted} is withdrawn already: {blueprint.withdrawn[wanted]}", where=path)
    if len(reason.split()) < 2:  # noqa: PLR2004 - words
        raise ProjectError("the reason must be more than a word", hint="those who are on the version read it")
    file = disk.read(root, path)
    if file is None or porcelain.edited(root, [path]):
        raise ProjectError(f"not committed: {path}", where=str(root), hint="commit it first, or put it back")
    said = {**{str(one): why for one, why in blueprint.withdrawn.items()}, str(wanted): reason}
    content = edit.sync_mapping(path, file.content, "withdrawn", said)
    if wanted not in read_manifest(name, content).withdrawn:
        raise ProjectError(f"{wanted} cannot be written into the manifest", where=path, hint="write it there by hand")
    operation = Operation("withdraw", f"withdraw {name} {wanted}", commits=True)
    carry_out(place, operation, {path: content.decode()}, f"fix: withdraw {tag(name, wanted)}\n\n{reason}")
    return Withdrawn(
        root,
        name,
        str(wanted),
        reason,
        commit=place.repository.head() or "",
        instead=_instead(versions, said),
        has_remote=place.repository.history.has_remote(),
    )


def _instead(versions: dict[Version, str], withdrawn: dict[str, str]) -> str | None:
    """Return the newest version that is left."""
    left = [version for version in versions if str(version) not in withdrawn]
    return str(newest_of(left)) if left else None
