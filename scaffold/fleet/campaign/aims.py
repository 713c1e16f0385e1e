"""Whether the releases that a plan brings are still what they were when it was made."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from scaffold.errors import ScaffoldError
from scaffold.fleet.libraries import Libraries, Remembered
from scaffold.fleet.releases import digest_of
from scaffold.fleet.repository import Repository
from scaffold.plan.fleet import Aim, FleetPlan
from scaffold.sources.library import version_of


class Aims(NamedTuple):
    """Why a plan is not to be brought to anybody any more, or nothing; `notes` are what could not be told."""

    gone: str = ""
    notes: tuple[str, ...] = ()


def aims(plan: FleetPlan, repositories: Mapping[str, Repository], base: Path) -> Aims:
    """Ask the libraries about the releases of a plan; one that cannot be asked is noted, and stops nothing."""
    libraries, notes = Libraries(), list[str]()
    for aim, source in sorted({*_sources(plan, repositories)}):
        try:
            gone = _gone(libraries.at(source, base=base, called=aim.blueprint), aim)
        except ScaffoldError as error:
            notes.append(f"whether {aim.blueprint} {aim.version} still stands cannot be told: {error}")
            continue
        if gone:
            return Aims(gone, tuple(notes))
    return Aims(notes=tuple(notes))


def _sources(plan: FleetPlan, repositories: Mapping[str, Repository]) -> Iterator[tuple[Aim, str]]:
    """Yield each release of a plan with what it was read from, which fleet.yml may name instead of a lock's source."""
    for aim in plan.aims:
        for one in plan.results:
            repository = repositories.get(one.place)
            if repository is not None and (one.blueprint, one.to) == (aim.blueprint, aim.version):
                yield aim, repository.library or aim.source


def _gone(library: Remembered, aim: Aim) -> str:
    now = library.now(aim.blueprint)
    withdrawn = {str(version): why for version, why in now.withdrawn.items()} if now else {}
    if aim.version in withdrawn:
        return f"{aim.blueprint} {aim.version} was withdrawn: {withdrawn[aim.version]}"
    if aim.commit:
        tagged = library.tag_commit(aim.blueprint, aim.version)
        if tagged is None and not _is_there(library, aim):
            return f"{aim.blueprint} {aim.version} is no release any more: its tag is gone"
        moved = tagged not in (None, aim.commit)
    else:
        moved = digest_of(library.release(aim.blueprint, aim.version)) != aim.digest
    return f"{aim.blueprint} {aim.version} is not the release any more that was planned for" if moved else ""


def _is_there(library: Remembered, aim: Aim) -> bool:
    """Whether a library has a version, be it that of its files as they stand; a branch or a commit is none."""
    wanted = version_of(aim.version)
    return wanted is None or wanted in library.versions(aim.blueprint)
