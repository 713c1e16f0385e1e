"""What an adoption comes to: the lock that says what was stamped, and what the team has made of it since."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scaffold.answers import file as answers_file
from scaffold.errors import ProjectError
from scaffold.lock import Lock, Locked
from scaffold.plan.actions import Action, Plan, Verb
from scaffold.plan.make import Target, make
from scaffold.project.adoption.baseline import HALF, Baseline
from scaffold.project.adoption.fit import Fit, shared
from scaffold.project.adoption.ground import Ground
from scaffold.project.opening import read_ours
from scaffold.project.planning.plan import new_lock
from scaffold.project.planning.prepared import Prepared
from scaffold.project.stamp import refuse_unrecorded
from scaffold.report.results import Adopted, Fitting
from scaffold.tree import File


@dataclass(frozen=True, slots=True)
class Takeover:
    """The adoption as a plan, with the project as it would be and the repository's files as they are."""

    baseline: Baseline
    prepared: Prepared
    ours: Mapping[str, File]

    @property
    def plan(self) -> Plan:
        """The changes, which are few: an adoption touches no file of the team's."""
        return self.prepared.plan

    def refuse_unlike(self) -> None:
        """Raise ProjectError where most of what the recorded answers give is not there: they cannot be right."""
        tree, origin = self.baseline.rendered.tree, self.baseline.origin
        here = [path for path in tree if path in self.ours]
        if origin is None or len(here) >= len(tree) * HALF:
            return
        raise ProjectError(
            f"of the {len(tree)} files that the recorded version and answers give, only {len(here)} are here",
            where=str(origin.file),
            hint="mend the answers there, or take it over as it is with --yes",
        )

    def result(self, *, proposed: bool = False, applied: bool = False, commit: str | None = None) -> Adopted:
        """Return what was done, or would be."""
        after = self.plan.lock_after
        there = {path: locked for path, locked in after.files.items() if path in self.ours}
        return Adopted(
            root=self.baseline.root,
            origin=self.baseline.origin.tool if self.baseline.origin else "",
            blueprint=after.blueprint,
            source=after.source,
            version=after.version,
            answers=self.baseline.fits[0].answers if proposed else after.answers,
            files=tuple(sorted(after.files)),
            edited=tuple(p for p, locked in there.items() if locked.blob and not locked.matches(self.ours[p])),
            own=tuple(path for path, locked in there.items() if locked.blob is None),
            deleted=tuple(path for path in after.files if path not in self.ours),
            missing=after.missing,
            removed=tuple(action.path for action in self.plan.changes if action.after is None),
            fits=tuple(_fitting(fit) for fit in self.baseline.fits),
            kept_copier=after.keep_copier,
            proposed=proposed,
            applied=applied,
            commit=commit,
            notes=self.baseline.notes,
        )


def _fitting(fit: Fit) -> Fitting:
    there = [fit.likeness[path] for path in fit.here]
    return Fitting(
        blueprint=fit.release.blueprint.name,
        version=fit.release.version,
        score=fit.score,
        present=len(there) / (len(fit.likeness) or 1),
        lines=sum(there) / (len(there) or 1),
        answers=fit.answers,
    )


def take_over(baseline: Baseline, ground: Ground) -> Takeover:
    """Plan an adoption; nothing is written. Raises RenderError for a blueprint that could not be updated to."""
    refuse_unrecorded(baseline.release, baseline.rendered)
    nothing = ground.unlocked(baseline.root)
    rendered, wished, kept, folder = baseline.rendered, baseline.wishes, baseline.keep_copier, nothing.folder_name
    head = new_lock(baseline.release, baseline.address, rendered.answers, folder=folder, keep_copier=kept)
    target = Target(tree=rendered.tree, ownership=rendered.ownership, migrations=(), lock=head)
    stamped = make(head, {}, target, lambda _path, _locked: None).lock_after
    file = baseline.origin.file if baseline.origin and baseline.origin.file.is_relative_to(baseline.root) else None
    own = file.relative_to(baseline.root).as_posix() if file else ""
    ours = read_ours(nothing, {*stamped.files, *([own] if own else [])})
    if baseline.origin is None:
        files = _derived(stamped, ours, rendered.tree)
        stamped = replace(stamped, files=files, missing=tuple(sorted(stamped.files.keys() - files)))
    written = answers_file.dump(wished)
    after = stamped.written_with(written, says_more=not wished.is_in_lock)
    plan = Plan(actions=_actions(own, ours, rendered.tree, keep=kept), lock_before=head, lock_after=after)
    project = replace(nothing, recorded=after, wishes=wished, wishes_file=File(written))
    prepared = Prepared(project, plan, written, rendered.tree, baseline.notes)
    return Takeover(baseline, prepared, {path: found for path, found in ours.items() if path in rendered.tree})


def _actions(own: str, ours: Mapping[str, File], tree: Mapping[str, File], *, keep: bool) -> tuple[Action, ...]:
    """Return what happens to the file of the tool before: it is written as scaffold will, or goes."""
    if own not in ours:
        return ()
    before, after = ours[own], tree.get(own) if keep else None
    if after is None:
        return (Action(path=own, verb="delete", why="the lock holds what it said", before=before, after=None),)
    verb: Verb = "keep" if after.same_as(before) else "replace"
    return (Action(path=own, verb=verb, why="kept up for Copier", before=before, after=after),)


def _derived(stamped: Lock, ours: Mapping[str, File], tree: Mapping[str, File]) -> dict[str, Locked]:
    """Return the entries of a repository that was not stamped: what it has is its own, unless it plainly derives.

    A file that is not there was not deleted, and has no entry. One that is otherwise has a base only where at least
    half of the stamped lines are in it; and nothing in it counts as locked yet, so that an update does not put back
    what the team has set, but leaves a conflict.
    """
    files: dict[str, Locked] = {}
    for path, locked in stamped.files.items():
        if path not in ours:
            continue
        if locked.matches(ours[path]):
            files[path] = locked
            continue
        derives = locked.owner == "seeded" or shared(ours[path].content, tree[path].content) >= HALF
        keys = {key: value for key, value in locked.keys.items() if value[0] != "locked"}
        files[path] = locked._replace(
            blob=locked.blob if derives else None,
            owner="managed" if locked.owner == "locked" else locked.owner,
            sha256=None,
            keys=keys,
        )
    return files
