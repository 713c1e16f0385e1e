"""Verify: hold the lock against the blueprint that it names, for whoever does not take its word."""

from collections.abc import Iterator

from scaffold.errors import ScaffoldError
from scaffold.guard.catalogue import LOCKED
from scaffold.guard.finding import Found
from scaffold.guard.rule import Looked
from scaffold.lock import PATH, Lock, Locked
from scaffold.plan.drift import digests
from scaffold.plan.inputs import words_for
from scaffold.project.guardrails import decided
from scaffold.project.snapshots import View
from scaffold.project.stamp import stamp, trusting
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources.locate import locate
from scaffold.templating.limits import UNLIMITED
from scaffold.tree import File

LOCK = LOCKED["LK-04"]


def verified(seen: View) -> Looked:
    """Render what was applied once more, without a network, and compare; what cannot be had makes it unknown."""
    try:
        return Looked(LOCK, tuple(_differences(seen)))
    except ScaffoldError as error:
        return Looked(LOCK, (Found(f"the blueprint cannot be had: {error.message}", PATH, known=False),))


def _differences(seen: View) -> Iterator[Found]:
    recorded = seen.lock
    library = locate(recorded.source, base=seen.root, offline=True, limits=UNLIMITED, called=recorded.blueprint)
    release = library.release(recorded.blueprint, recorded.commit or recorded.version)
    means = trusting(Means(skip_tasks=True), library.address)
    folder = recorded.folder or seen.root.name
    rendered = stamp(
        release, seen.root, given={}, previous=recorded.answers, operation="copy", means=means, folder=folder
    )
    if decided(release, rendered.answers) != recorded.guardrails:
        yield Found("the lock does not hold the rules that the blueprint has", PATH, key="guardrails")
    scripts = any(layer.settings.tasks or layer.settings.hooks for layer in release.layers)
    for path, file in rendered.tree.items():
        locked = recorded.files.get(path)
        if locked is None:
            if not (scripts or file.inputs or rendered.left_out(path)):  # an update does without what is left out
                yield Found(f"the lock does not know {path}, which the blueprint gives", PATH, key=path)
        elif message := _difference(path, file, locked, rendered, recorded):
            known = not (scripts or file.inputs or locked.inputs) or "ownership" in message
            yield Found(message if known else _incomparable(path, file, locked), PATH, key=path, known=known)


def _incomparable(path: str, file: File, locked: Locked) -> str:
    held = words_for(file.inputs | locked.inputs or frozenset({"hook"}))
    return f"{path} cannot be compared with what the blueprint gives: it holds {held}"


def _difference(path: str, file: File, locked: Locked, rendered: Rendered, recorded: Lock) -> str:
    """Say what the lock has otherwise than the blueprint; a seeded file stays as it was given at first."""
    ownership = rendered.ownership(path)
    if locked.ownership != ownership:
        return f"the lock gives {path} another ownership than the blueprint"
    if locked.pending is not None or locked.own or ownership.file == "seeded":
        return ""
    same = locked.blob == file.blob and locked.mode == file.mode and locked.sha256 in (None, file.sha256)
    same = same and locked.keys == digests(path, ownership, file.content)
    return "" if same else f"the lock has {path} otherwise than {recorded.blueprint} {recorded.version} gives it"
