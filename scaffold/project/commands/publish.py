"""Publish: a project's repository at its forge, with the settings that its blueprint prescribes."""

from pathlib import Path

from scaffold import disk, lock
from scaffold.errors import GitError, ProjectError
from scaffold.forges.of_user import forges_of_user
from scaffold.forges.port import ForgeError, Visibility
from scaffold.git.objects import open_repository
from scaffold.git.shallow import HEADS
from scaffold.plan.actions import Plan
from scaffold.process import Notify
from scaffold.project.opening import enclosing_at, open_at, open_project
from scaffold.project.publishing import Aim, Publishing, aim_at, look, taken, whole_repository
from scaffold.report.results import Published, Stamped
from scaffold.sources.locate import wanted


def publish(
    address: str,
    directory: Path | str = ".",
    *,
    visibility: Visibility = "private",
    notify: Notify = lambda _: None,
) -> Published:
    """Make the repository at `gh:OWNER/NAME`, `gl:GROUP/NAME` or `https://HOST/PATH`, push to it, and set it.

    What is done already is not done again, so whoever was killed calls it once more. What the forge refuses is
    in the result as missing. Raises ProjectError, as for a name that is taken, ForgeError and GitError.
    """
    project = open_at(Path(directory), None)
    whole_repository(project.root, project.repository)
    return published(project.root, aim_at(address), visibility, notify)


def published(root: Path, aim: Aim, visibility: Visibility, notify: Notify) -> Published:
    """Do it for a project at the top of its repository."""
    project = open_at(root, None)
    repository = whole_repository(project.root, project.repository)
    return Publishing(repository, project.lock, aim, forges_of_user(), notify).run(visibility)


def begun(address: str, blueprint: str, root: Path, visibility: Visibility, notify: Notify) -> Stamped | None:
    """Publish what was stamped into a folder before, or return None where that is still to be done.

    Raises ProjectError where what is there is of another blueprint, or what is to be stamped cannot be published there,
    and ForgeError for a host of no known kind.
    """
    aim = aim_at(address)
    if not (root / lock.PATH).is_file():
        _refuse_unpublishable(root)
        _refuse_taken(aim)
        return None
    locked = open_project(root).lock
    asked = wanted(blueprint).name
    if asked is not None and asked != locked.blueprint:
        hint = "name a new folder"
        raise ProjectError(f"this is a project of {locked.blueprint} already", where=str(root), hint=hint)
    return Stamped(
        root=root, blueprint=locked.blueprint, version=locked.version, source=locked.source, commit=locked.commit,
        files=(), owners={}, repository="own", plan=Plan(actions=(), lock_before=locked, lock_after=locked),
        applied=False, published=published(root, aim, visibility, notify),
    )  # fmt: skip


def _refuse_unpublishable(root: Path) -> None:
    if not disk.is_free(root):
        hint = "bring them under the blueprint without --publish, commit, and then scaffold publish"
        raise ProjectError("there are files in it already", where=str(root), hint=hint)
    if (enclosing := enclosing_at(root)) is not None:
        hint = "stamp it without --publish; the repository is published as a whole"
        raise ProjectError(f"it would be a folder of the repository {enclosing.root}", where=str(root), hint=hint)


def _refuse_taken(aim: Aim) -> None:
    """Raise ProjectError where there is something at the address already; whether, it may not be possible to tell."""
    forges = forges_of_user()
    forges.of(aim.place.host)
    try:
        there = look(aim, forges)
    except ForgeError:
        return
    if there is not None:
        raise taken(aim)


def after_stamping(address: str, root: Path, visibility: Visibility, notify: Notify) -> Published:
    """Publish what was just stamped, which stays whatever comes of it: what stops it is missing then."""
    aim = aim_at(address)
    try:
        return published(root, aim, visibility, notify)
    except (ForgeError, GitError, ProjectError) as error:
        why = f"{error.message} ({error.hint})" if error.hint else error.message
        repository = open_repository(root)
        branch, commit = (repository.branch() or "").removeprefix(HEADS), repository.head() or ""
        hint = f"then: scaffold publish {aim.shown} {root}"
        return Published(root, aim.shown, aim.shown, branch, commit, failed=(("publishing", why),), notes=(hint,))
