"""The plan of an adoption for a member that is under no blueprint: as `scaffold adopt` makes it in a clone."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from scaffold.errors import without_credentials
from scaffold.fleet.libraries import Libraries
from scaffold.fleet.members import Member
from scaffold.fleet.patches import Patch, patch_of
from scaffold.fleet.releases import digest_of
from scaffold.git.objects import Objects, open_repository
from scaffold.plan.fleet import Aim
from scaffold.project.adoption.baseline import Wish
from scaffold.project.adoption.ground import Ground
from scaffold.project.adoption.planned import agreed
from scaffold.project.adoption.takeover import Takeover
from scaffold.project.conditions import Conditions
from scaffold.project.in_git import Commit
from scaffold.sources.locate import BUILT_IN


class Adopting(NamedTuple):
    """That members without a blueprint are planned to be adopted, and under which one, if that was said."""

    blueprint: str | None = None


def adoption_of(
    member: Member,
    repository: Objects | None,
    adopting: Adopting,
    data: Mapping[str, Any],
    conditions: Conditions,
    libraries: Libraries,
) -> Takeover:
    """Plan the adoption of a member at its commit; raises ScaffoldError.

    A template is opened where it was recorded; what nothing records is looked for in the library of the member.
    """
    repository = repository or open_repository(Path(member.folder))
    place = member.place.address
    ground = Ground(repository, Commit(repository, member.commit), _called(member), place)
    wish = Wish(
        ground.top,
        ground,
        lambda source: libraries.at(source, base=Path(), called=""),
        member.library or BUILT_IN,
        conditions,
        blueprint=adopting.blueprint,
        data=data,
    )
    return agreed(wish)


def _called(member: Member) -> str:
    """Return what a clone of the member's repository is called, unless somebody says otherwise."""
    return member.place.address.rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")


def patch_of_adoption(taken: Takeover) -> Patch:
    """Return the patch of an adoption, which is never one with that of an update, or of another blueprint."""
    patch, after = patch_of(taken.plan), taken.plan.lock_after
    what = f"adopt {after.blueprint} {after.version}\n"
    digest = sha256(f"{what}{after.source}\n{patch.digest}".encode(errors="surrogateescape")).hexdigest()
    return Patch(digest, what + without_credentials(patch.text), patch.files)  # as in the address of a template


def aim_of_adoption(taken: Takeover) -> Aim:
    """Return the release that a member is adopted under."""
    after, release = taken.plan.lock_after, taken.baseline.release
    return Aim(after.blueprint, after.source, after.version, after.commit, digest_of(release))


def notes_on(taken: Takeover) -> Iterator[str]:
    """Say where it comes from, and what the team has made of it since."""
    found = taken.result()
    if found.fits:
        fit = found.fits[0]
        yield f"nothing records what it was made from; {fit.blueprint} {fit.version} fits best, by {fit.score:.0%}"
    else:
        yield f"made by {found.origin} from {found.source} {found.version}"
    said = {
        "edited since": found.edited, "the team's own": found.own, "deleted since": found.deleted,
        "not here until an update brings it": found.missing,
    }  # fmt: skip
    for what, paths in said.items():
        if paths:
            yield f"{what}: {', '.join(paths)}"
    yield from found.notes
