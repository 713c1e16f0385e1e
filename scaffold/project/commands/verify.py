"""Verify: what a project was stamped with is byte for byte what a signed release says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.plan.drift import watched
from scaffold.project.commands.check import check
from scaffold.project.opening import open_at
from scaffold.project.planning.library import library_of
from scaffold.report.verified import Verified
from scaffold.sources import signatures
from scaffold.sources.library import GitLibrary
from scaffold.sources.locate import BUILT_IN

if TYPE_CHECKING:
    from datetime import date

    from scaffold.process import Notify

HELD = ("LK-01", "LK-02", "LK-03", "LK-04")


def verify(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    offline: bool = False,
    today: date | None = None,
    notify: Notify = lambda _: None,
) -> Verified:
    """Verify the project at or above a folder, or at a commit; raises ScaffoldError for what cannot be read.

    The release that the lock names is read from the project's library, its signature held against those who may sign,
    and everything locked rendered again and compared: `check --policy` and the signature, as one answer.
    """
    project = open_at(Path(directory), revision)
    recorded = project.recorded
    library = library_of(project, notify, offline=offline)
    try:
        release = library.release(recorded.blueprint, recorded.version)
    except ScaffoldError as error:
        return Verified(project.root, recorded.blueprint, recorded.version, recorded.source, wrong=(str(error),))
    signed = signatures.signature(library, release)
    source = project.wishes.source if library.address != BUILT_IN else BUILT_IN
    place = source if source == BUILT_IN or "://" in source else str(library.address)
    checked = check(
        directory, revision=revision, policy=f"{place}@{recorded.version}", today=today, offline=offline, notify=notify
    )
    held = (one for one in checked.findings if one.rule in HELD and one.state in ("fail", "unknown"))
    wrong = [f"{one.path}: {one.message}" if one.path else one.message for one in held]
    moved = recorded.commit is not None and release.commit is not None and recorded.commit != release.commit
    wrong += [f"the lock names commit {recorded.commit}, and the tag marks {release.commit}"] if moved else []
    locked = {path: one.sha256 or "" for path, one in watched(recorded).items() if one.owner == "locked"}
    return Verified(
        root=project.root,
        blueprint=recorded.blueprint,
        version=recorded.version,
        source=recorded.source,
        commit=release.commit,
        tree=library.repository.tree_of(release.commit) if isinstance(library, GitLibrary) and release.commit else None,
        signer=signed.signer,
        locked=locked,
        wrong=(*([] if signed.signer else [signed.why]), *dict.fromkeys(wrong)),
    )
