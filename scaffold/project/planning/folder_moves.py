"""The team's own files where the blueprint has moved a folder, or a seeded file: they go along if that is wanted."""

from collections.abc import Iterator
from dataclasses import replace

from scaffold.plan import folders
from scaffold.plan.actions import Action, Offer, Plan
from scaffold.process import bounds
from scaffold.project.conditions import Moves
from scaffold.project.opening import Project, as_stored
from scaffold.project.planning.team_renames import tracked
from scaffold.project.seen import Standing
from scaffold.tree import File


def with_own(project: Project, plan: Plan, wanted: Moves) -> tuple[Plan, Standing, tuple[str, ...]]:
    """Return the plan with the offers that are taken in it, what was read for that, and what else is to be said."""
    if not plan.folders and not plan.offers:
        return plan, {}, ()
    notes = _not_offered(project, plan)
    if callable(wanted) and plan.offers:
        with bounds.paused():  # while a person thinks
            wanted = wanted(plan.offers)
    if not plan.offers or not wanted:
        return plan, {}, notes
    found = project.seen.standing([path for offer in plan.offers for path in offer])
    refused = dict(_refused(project, plan, found))
    moves = [offer for offer in plan.offers if offer not in refused]
    ours = as_stored(project, found)
    going = {offer.path for offer in moves}
    actions = [action for action in plan if action.path not in going]
    actions += [action for offer in moves for action in _actions(offer, ours[offer.path])]
    files = {p: one._replace(at=None) if one.at in going else one for p, one in plan.lock_after.files.items()}
    made = replace(
        plan,
        actions=tuple(sorted(actions, key=lambda action: action.path)),
        lock_after=replace(plan.lock_after, files=files),
        offers=tuple(refused),
    )
    return made, found, (*notes, *(f"not moved to {offer.to}: {offer.path}, {why}" for offer, why in refused.items()))


def _actions(offer: Offer, file: File) -> Iterator[Action]:
    yield Action(path=offer.path, verb="delete", why=f"yours, moved to {offer.to}", before=file, after=None)
    yield Action(path=offer.to, verb="create", why=f"yours, moved from {offer.path}", before=None, after=file)


def _refused(project: Project, plan: Plan, found: Standing) -> Iterator[tuple[Offer, str]]:
    """Yield the offers that cannot be taken: only what git has as it is goes along, and only to a free place."""
    paths = [offer.path for offer in plan.offers]
    at_head, staged = project.seen.committed(paths), project.seen.staged(paths)
    ours, planned = as_stored(project, found), {action.path for action in plan.changes}
    for offer in plan.offers:
        file = ours.get(offer.path)
        entry = (file.mode, file.blob) if file else None
        if entry is None or not staged.get(offer.path) == at_head.get(offer.path) == entry:
            yield offer, "which holds uncommitted work"
        elif found[offer.to] is not None or planned & set(offer):
            yield offer, "for a file is there"


def _not_offered(project: Project, plan: Plan) -> tuple[str, ...]:
    """Say what else of the team's is left in a folder that has moved: its place is taken, or no commit has it."""
    in_git = tracked(project)
    known = {*plan.lock_before.paths, *plan.lock_after.paths, *(action.path for action in plan)}
    known |= {offer.path for offer in plan.offers}
    taken = [path for path in in_git if path not in known and folders.goes_to(path, plan.folders)]
    tops = [folder for folder in plan.folders if not set(folders.parents(folder)) & plan.folders.keys()]
    unknown = sorted({path for folder in tops for path in project.seen.others(folder)} - known)
    notes = (
        ("a file is there in the folder's new place", taken),
        ("git does not have it", unknown),
    )
    return tuple(f"left where it was, since {why}: {', '.join(paths)}" for why, paths in notes if paths)
