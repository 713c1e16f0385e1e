"""A repository's way to its forge: named, made, pushed and set, in steps that each look first whether they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from scaffold.blueprint.forge import Prescribed
from scaffold.errors import CREDENTIALS, GitError, ProjectError
from scaffold.forges import holding
from scaffold.forges.declared import is_loopback
from scaffold.forges.hosts import Place, place_of
from scaffold.forges.port import (
    Born,
    DeniedError,
    ExistsError,
    ForgeError,
    GoneError,
    RefusedError,
    UncertainError,
)
from scaffold.git import porcelain, references, remotes
from scaffold.git.pushing import Remote
from scaffold.git.shallow import HEADS
from scaffold.report.results import Published
from scaffold.sources import address as addresses

if TYPE_CHECKING:
    from pathlib import Path

    from scaffold.forges.hosts import Forges
    from scaffold.forges.port import Repository, Visibility
    from scaffold.git.objects import Objects
    from scaffold.lock import Lock
    from scaffold.process import Notify

ORIGIN = "origin"
NOTHING = "the blueprint prescribes no settings"
FORMS = "write gh:OWNER/NAME, gl:GROUP/NAME, or https://HOST/OWNER/NAME"


class Aim(NamedTuple):
    """Where a repository is to be: the address that git goes by, and host and path there."""

    url: str
    place: Place

    @property
    def shown(self) -> str:
        """The address for people."""
        return self.url.removesuffix(".git")


def aim_at(written: str) -> Aim:
    """Read an address such as `gh:acme/orders`; raises ProjectError for one that cannot be published at."""
    if CREDENTIALS.search(written):
        raise ProjectError("the address holds a login", hint="leave it out: a token comes from the environment")
    url = addresses.expand(written.strip())
    parts = urlsplit(url)
    place = place_of(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if place is None or not secure or parts.query or parts.fragment or place.path.count("/") < 1:
        raise ProjectError(f"{written} is no address to publish at", hint=FORMS)
    return Aim(f"{parts.scheme}://{parts.netloc}/{place.path}.git", place)


def look(aim: Aim, forges: Forges) -> Repository | None:
    """Return what is at the address, or None where nothing is that we may see; raises ForgeError."""
    try:
        return forges.of(aim.place.host).forge.repository(aim.place.path)
    except GoneError:
        return None


def taken(aim: Aim) -> ProjectError:
    """Return the error for a name under which there is something else."""
    hint = f"take another name; where it is yours and empty: git remote add origin {aim.url}, and scaffold publish"
    return ProjectError(f"there is a repository at {aim.shown} already, and it is not this one", hint=hint)


class Publishing(NamedTuple):
    """One repository on its way to one place."""

    repository: Objects
    lock: Lock
    aim: Aim
    forges: Forges
    notify: Notify

    def run(self, visibility: Visibility) -> Published:
        """Do what is not done yet, and say what is missing; raises ProjectError, GitError or ForgeError.

        What the forge refuses keeps nothing else from being done.
        """
        branch, commit = self._tip()
        address = self.aim.shown
        done = Published(self.repository.root, address, address, branch, commit)
        self._refuse_other_origin()
        self.notify(f"Looking at {address}")
        there = look(self.aim, self.forges)
        heads = self._heads() if there is not None else {}
        self._refuse_other(there, heads)
        if there is not None and heads:
            done = done._replace(branch=there.default_branch if there.default_branch in heads else branch)
        done = done._replace(added=self._add_origin())
        if there is None:
            try:
                there = self._create(visibility, branch)
            except ExistsError as error:
                if done.added:
                    porcelain.remove_remote(self.repository.root, ORIGIN)
                raise taken(self.aim) from error
            except (DeniedError, GoneError, RefusedError) as error:
                failed = ((f"the repository {address}", _told(error)),)
                hint = f"then: scaffold publish {address} {self.repository.root}"
                return done._replace(failed=failed, notes=(hint,))
            done = done._replace(made=True)
        done = self._pushed(done._replace(web=there.web), heads)
        return self._set(done, has_branch=done.pushed or done.branch in heads)

    def _tip(self) -> tuple[str, str]:
        """Return the main branch and what is at its tip; raises ProjectError where there is none."""
        found = references.read(self.repository, HEADS)
        tips = {name.removeprefix(HEADS): target.id for name, target in found.items()}
        current = (self.repository.branch() or "").removeprefix(HEADS)
        branch = porcelain.usual_branch(self.repository.root, tips.keys(), current)
        if branch not in tips:
            hint = "commit first, on a branch"
            raise ProjectError("there is nothing to publish yet", where=str(self.repository.root), hint=hint)
        return branch, tips[branch]

    def _refuse_other_origin(self) -> None:
        there = remotes.named(self.repository).get(ORIGIN)
        if there is not None and place_of(there) != self.aim.place:
            hint = "name that address, or git remote remove origin"
            raise ProjectError(f"the remote origin is {there}", where=str(self.repository.root), hint=hint)

    def _refuse_other(self, there: Repository | None, heads: dict[str, str]) -> None:
        """Raise ProjectError where what is there is something else: other commits, or empty and not asked for."""
        if there is None:
            return
        branch = there.default_branch if there.default_branch in heads else next(iter(heads), "")
        is_ours = self.repository.has(heads[branch]) if heads else ORIGIN in remotes.named(self.repository)
        if not is_ours and heads and ORIGIN in remotes.named(self.repository):
            hint = "git pull first, where it is this one"
            told = f"{branch} at {self.aim.shown} is at {heads[branch][:10]}, which is not here"
            raise ProjectError(f"{told}: it is ahead, or it is not this one", hint=hint)
        if not is_ours:
            raise taken(self.aim)
        if there.archived:
            raise ProjectError(f"{self.aim.shown} is archived", hint="let it be written to again first")

    def _add_origin(self) -> bool:
        """Note where it is to be, before anything is there: so who is killed knows the repository for its own."""
        if ORIGIN in remotes.named(self.repository):
            return False
        porcelain.add_remote(self.repository.root, ORIGIN, self.aim.url)
        return True

    def _create(self, visibility: Visibility, branch: str) -> Repository:
        """Make the repository, and return it as it is then; raises ForgeError."""
        forge, path = self.forges.of(self.aim.place.host).forge, self.aim.place.path
        self.notify(f"Making {self.aim.shown}")
        description = (self.lock.forge and self.lock.forge.description) or self.lock.answers.get("description")
        said = " ".join(description.split()) if isinstance(description, str) else ""
        try:
            forge.create(path, Born(visibility, said, branch))
        except UncertainError:
            if look(self.aim, self.forges) is None:
                raise
        return forge.repository(path)

    def _remote(self) -> Remote:
        return Remote(self.repository.folder, self.aim.url, self.forges.login(self.aim.url))

    def _heads(self) -> dict[str, str]:
        return self._remote().branches("")

    def _pushed(self, done: Published, heads: dict[str, str]) -> Published:
        """Push the branch where it is not there; what is there already, people push on."""
        if done.branch in heads:
            porcelain.follow(self.repository.root, done.branch, ORIGIN, heads[done.branch])
            ahead = heads[done.branch] != done.commit
            note = f"{done.branch} here is not what is there: git push, or git pull"
            return done._replace(notes=(*done.notes, note)) if ahead else done
        self.notify(f"Pushing {done.branch}")
        try:
            self._remote().push(done.commit, done.branch, None)
        except GitError as error:
            if self._heads().get(done.branch) != done.commit:  # else only its answer was lost
                return done._replace(failed=((f"the branch {done.branch}", error.message),))
        porcelain.follow(self.repository.root, done.branch, ORIGIN, done.commit)
        return done._replace(pushed=True)

    def _set(self, done: Published, *, has_branch: bool) -> Published:
        """Set what is prescribed; a branch that is not there yet is not closed to its first push."""
        prescribed = self.lock.forge or Prescribed()
        if not has_branch:
            prescribed = prescribed._replace(checks=(), approvals=0, code_owners=False, block_force_pushes=False)
        if not prescribed.wanted:
            return done if done.failed else done._replace(notes=(*done.notes, NOTHING))
        self.notify(f"Looking at the settings of {self.aim.shown}")
        forge = self.forges.of(self.aim.place.host).forge
        try:
            return done._replace(settings=holding.hold(forge, self.aim.place.path, done.branch, prescribed))
        except ForgeError as error:
            return done._replace(failed=(*done.failed, ("the settings", _told(error))))


def _told(error: ForgeError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message


def whole_repository(root: Path, repository: Objects | None) -> Objects:
    """Return the repository that a project is all of; raises ProjectError where it is a folder of one, or in none."""
    if repository is None:
        raise ProjectError(
            "the project is in no git repository", where=str(root), hint="git init, git add -A and git commit first"
        )
    if repository.is_bare or repository.root.resolve() != root.resolve():
        raise ProjectError(
            f"the project is a folder of {repository.root}", where=str(root), hint="publish a whole repository"
        )
    return repository
