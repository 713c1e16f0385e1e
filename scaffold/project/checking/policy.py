"""Held: a project beside what the platform says, before its lock's word; `--verify` asks the lock's own source."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import Version

from scaffold import __version__
from scaffold.answers import file as answers_file
from scaffold.blueprint.release import Release, require_scaffold
from scaffold.errors import AnswerError, FormatError, RenderError, ScaffoldError, SourceError, without_credentials
from scaffold.guard.catalogue import LOCKED
from scaffold.guard.finding import Found
from scaffold.guard.people import self_approved
from scaffold.guard.policy import Policy
from scaffold.guard.rule import Looked
from scaffold.lock import PATH, Lock, Locked, as_kept
from scaffold.plan.drift import digests
from scaffold.plan.inputs import words_for
from scaffold.process import Notify
from scaffold.project.adoption.guess import Guess
from scaffold.project.checking.policy_answers import against_answers
from scaffold.project.conditions import Person
from scaffold.project.planning.guardrails import decided, prescribed
from scaffold.project.snapshots import View
from scaffold.project.stamp import stamp, surroundings_in, trusting
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources.library import Library
from scaffold.sources.locate import Tracked, locate
from scaffold.sources.policy import is_same
from scaffold.templating.limits import UNLIMITED
from scaffold.tree import File

LOCK = LOCKED["LK-04"]
OWNER = "answers.owner"


class Held(NamedTuple):
    """What is to be checked, its lock replaced by what the platform says, and what was found of the lock it has.

    `notes` are what the library says now of the version: that it is withdrawn, or the blueprint deprecated.
    """

    view: View
    looked: Looked
    notes: tuple[str, ...] = ()


def nothing(blueprint: str, policy: Policy) -> Lock:
    """Return what stands for the lock of a repository that has none."""
    version = str(policy.version or "0")
    return Lock(__version__, blueprint, policy.library, version, None, answers={}, files={})


def held(
    seen: View,
    policy: Policy | None,
    blueprint: str | None = None,
    *,
    library: Library | None = None,
    offline: bool = False,
    notify: Notify = lambda _: None,
) -> Held:
    """Hold a project against a policy, or without one against its lock's own source, offline.

    `library` is that of the policy, where it is open already. `blueprint` is the one that it has to be of; raises
    SourceError where the policy's library has none of that name.
    What cannot be had makes it unknown, and leaves the rules to the lock.
    """
    found: list[Found] = []
    if blueprint is not None and blueprint != seen.lock.blueprint:
        message = f"the lock names {seen.lock.blueprint}, and the project has to be of {blueprint}"
        found.append(Found(message, PATH, key="blueprint"))
        seen = seen._replace(lock=replace(seen.lock, blueprint=blueprint, files={}), is_unlocked=True)
    elif seen.is_unlocked:
        message = f"there is no {PATH}: nothing here was applied from {seen.lock.blueprint}"
        found.append(Found(message, fix="Bring it under the blueprint with scaffold adopt."))
    notes: tuple[str, ...] = ()
    try:
        library = library or _library(seen, policy, offline=offline, notify=notify)
        notes = library.notices(seen.lock.blueprint, Version(seen.lock.version))
        if (release := _release(library, seen, policy, found)) is not None:
            seen = _replaced(seen, library, release, policy, found)
    except ScaffoldError as error:
        if blueprint is not None and library is not None and blueprint not in library.names():
            raise
        whose = f"the policy {policy.written}" if policy else "the blueprint"
        found.append(Found(f"{whose} cannot be had: {error.message}", PATH, known=False))
    looked = Looked(LOCK, tuple(one._replace(message=without_credentials(one.message)) for one in found))
    return Held(seen, looked, notes)


def _library(seen: View, policy: Policy | None, *, offline: bool, notify: Notify) -> Library:
    return locate(
        policy.library if policy else seen.lock.source,
        base=Path() if policy else seen.project.root,
        offline=offline or policy is None,
        limits=UNLIMITED,
        notify=notify,
        tracked=Tracked(seen.lock.blueprint),
    )


def _release(library: Library, seen: View, policy: Policy | None, found: list[Found]) -> Release | None:
    """Return what the project is held against, and note what of its lock names another; raises ScaffoldError.

    It is the release of the policy's version, or of the lock's; the newest where the library does not have that. None
    where the lock names a blueprint that the library does not have.
    """
    recorded = seen.lock
    name, applied = recorded.blueprint, Version(recorded.version)
    if policy is None:
        return library.release(name, recorded.ref)
    if seen.is_unlocked:
        return library.release(name, str(policy.version) if policy.version else None)
    if not is_same(policy.library, recorded.source, seen.project.root):
        message = f"the lock names {recorded.source} as its source, and the platform's library is {policy.library}"
        found.append(Found(message, PATH, key="source"))
    if name not in library.names():
        found.append(Found(f"the platform's library has no blueprint {name}", PATH, key="blueprint"))
        return None
    wanted = policy.version or applied
    if policy.at_least and wanted < applied:
        raise SourceError(f"{wanted} is older than the {applied} that the lock names", hint="leave it out")
    if wanted != applied:
        found.append(Found(f"the lock names {name} {applied}, and the policy {wanted}", PATH, key="version"))
    now = library.now(name)
    if now is not None and (outlived := now.outlived(applied)):
        found.append(Found(outlived, PATH, key="version", fix="Run scaffold update."))
    if wanted not in library.versions(name):
        message = f"the platform's library has no {name} {wanted}"
        known = not library.note  # which says that it is as it was fetched before
        found.append(Found(message + (f"; {library.note}" if library.note else ""), PATH, key="version", known=known))
        return library.release(name)
    tagged = library.tag_commit(name, str(wanted))
    if wanted == applied and tagged and recorded.commit not in (None, tagged):
        message = f"the lock names the commit {recorded.commit}, and {name} {wanted} is {tagged}"
        found.append(Found(message, PATH, key="commit"))
    return library.release(name, None if not tagged and library.newest(name) == wanted else str(wanted))


def _replaced(seen: View, library: Library, release: Release, policy: Policy | None, found: list[Found]) -> View:
    """Return the view with the platform's lock in place of the project's; notes in what they differ."""
    recorded = seen.lock
    require_scaffold(release.blueprint, __version__)
    rendered, guess = _rendered(seen, release, library, found)
    guardrails, at_forge = decided(release, rendered.answers), prescribed(release, rendered.answers)
    own = self_approved(recorded.answers.get("owner"), guardrails.approvers if guardrails else ())
    found.extend(Found(f"{one} owns the project, and would approve its exceptions", PATH, key=OWNER) for one in own)
    if not seen.is_unlocked:
        if release.blueprint.version == Version(recorded.version):
            if guardrails != recorded.guardrails:
                found.append(Found("the lock does not hold the rules that the blueprint has", PATH, key="guardrails"))
            if at_forge != recorded.forge:
                message = "the lock does not hold the forge settings that the blueprint has"
                found.append(Found(message, PATH, key="forge"))
            if not guess.asked:  # else it is not what was applied
                found.extend(_differences(recorded, release, rendered))
        found.extend(_asked(seen, policy))
        if policy is not None:
            found.extend(against_answers(recorded.answers, release, policy.answers))
    answers = {name: value for name, value in recorded.answers.items() if name not in guess.unanswered}
    if seen.is_unlocked:
        known = rendered.answers.recorded
        answers = {name: value for name, value in known.items() if name not in guess.unanswered}
    files = {} if seen.is_unlocked else dict(_trusted(recorded, release, rendered))
    version = release.version if seen.is_unlocked else recorded.version
    lock = replace(recorded, version=version, guardrails=guardrails, forge=at_forge, files=files, answers=answers)
    return seen._replace(lock=lock)


def _rendered(seen: View, release: Release, library: Library, found: list[Found]) -> tuple[Rendered, Guess]:
    """Render with the answers of the lock; where those will not do, or there are none, with likely ones."""
    means = trusting(Means(skip_tasks=True), library.address)
    guess = Guess({}, {})
    surroundings = surroundings_in(seen.project, "copy")._replace(
        folder_name=seen.lock.folder or seen.project.folder_name
    )

    def render(previous: Mapping[str, Any], ask: Guess | None) -> Rendered:
        return stamp(release, surroundings, given={}, previous=previous, person=Person(ask), means=means)

    if seen.is_unlocked:
        return render({}, guess), guess
    try:
        return render(seen.lock.answers, None), guess
    except (AnswerError, RenderError, FormatError) as error:
        rendered = render({}, guess)  # which fails where the answers are not to blame
        found.append(
            Found(f"the blueprint does not take the answers of the lock: {error.message}", PATH, key="answers")
        )
        return rendered, guess


def _asked(seen: View, policy: Policy | None) -> Iterator[Found]:
    """Look at what the next update would go by, where that is from elsewhere, or says other than was applied."""
    path = answers_file.PATH
    if path not in seen.snapshot.modes:
        yield Found("the file is missing, so that nobody can update the project", path)
        return
    try:
        wishes = answers_file.parse(seen.snapshot.fetch(path))
    except ScaffoldError as error:
        yield Found(f"it cannot be read: {error.message}", path)
        return
    if policy is not None and not is_same(policy.library, wishes.source, seen.project.root):
        message = f"the next update would come from {wishes.source}, and the platform's library is {policy.library}"
        yield Found(message, path, key="source")
    if wishes.follow and policy is not None:
        yield Found(f"updates follow {wishes.follow}, and no release", path, key="follow")
    recorded = seen.lock.answers
    for name, value in sorted(as_kept(wishes.answers).items()):
        if name in recorded and as_kept(recorded)[name] != value:
            message = f"the lock says {name}: {recorded[name]}, and {path} {value}: scaffold update settles it"
            yield Found(message, PATH, key=f"answers.{name}")


def _differences(recorded: Lock, release: Release, rendered: Rendered) -> Iterator[Found]:
    """Say what the lock has otherwise than the release of its version, rendered with its answers."""
    scripts = release.has_scripts
    for path, file in rendered.tree.items():
        locked = recorded.files.get(path)
        if locked is None:
            if not (scripts or file.inputs or rendered.left_out(path)):  # an update does without what is left out
                yield Found(f"the lock does not know {path}, which the blueprint gives", PATH, key=path)
        elif message := _difference(path, file, locked, rendered, recorded):
            known = not (scripts or file.inputs or locked.inputs) or "ownership" in message
            yield Found(message if known else _incomparable(path, file, locked), PATH, key=path, known=known)
    for path in recorded.files:
        if not (scripts or path in rendered.tree or rendered.left_out(path)):
            yield Found(f"the lock holds {path}, which the blueprint does not give for its answers", PATH, key=path)


def _incomparable(path: str, file: File, locked: Locked) -> str:
    held = words_for(file.inputs | locked.inputs or frozenset({"hook"}))
    return f"{path} cannot be compared with what the blueprint gives: it holds {held}"


def _difference(path: str, file: File, locked: Locked, rendered: Rendered, recorded: Lock) -> str:
    """Say what the lock has otherwise than the blueprint; a seeded file stays as it was given at first."""
    ownership = rendered.ownership(path)
    if locked.ownership != ownership:
        return f"the lock gives {path} another ownership than the blueprint"
    if ownership.file == "managed" and (locked.pending is not None or locked.own):
        return ""
    same = locked.keys == digests(path, ownership, file.content)
    if ownership.file != "seeded":
        same = same and locked.blob == file.blob and locked.mode == file.mode
        same = same and locked.sha256 in (None, file.sha256)
    return "" if same else f"the lock has {path} otherwise than {recorded.blueprint} {recorded.version} gives it"


def _trusted(recorded: Lock, release: Release, rendered: Rendered) -> Iterator[tuple[str, Locked]]:
    """Yield what the lock would have of each file if it were the platform's word: what is locked, as it is rendered.

    What code of the template has made is not rendered here, and stays as the lock has it, and the platform's.
    """
    scripts = release.has_scripts
    for path, locked in recorded.files.items():
        if path not in rendered.tree and (scripts or rendered.left_out(path)):
            yield path, locked
    for path, file in rendered.tree.items():
        ownership, known = rendered.ownership(path), recorded.files.get(path)
        if known is not None and not ownership.holds_locked:
            yield path, known._replace(owner=ownership.file, keys={})
        elif known is not None and (scripts or file.inputs):
            yield path, known._replace(owner=ownership.file)
        elif known is not None or ownership.holds_locked:
            digest = file.sha256 if ownership.file == "locked" else None
            keys = digests(path, ownership, file.content)
            yield path, Locked(file.blob, file.mode, ownership.file, file.origin, digest, keys)
