"""An adoption as a plan: of what a repository records, or of what fits it best; in a folder, or at a commit."""

from scaffold.project.adoption import origins
from scaffold.project.adoption.baseline import Baseline, Wish
from scaffold.project.adoption.from_record import recorded, replayed
from scaffold.project.adoption.from_search import proposed, search
from scaffold.project.adoption.takeover import Takeover, take_over


def known(wish: Wish) -> Baseline | None:
    """Return what a file says that the repository was made from, or None where it has to be found out."""
    told = wish.template is None and wish.replay is None
    if told and (wish.blueprint is None or wish.answers_file is not None):
        origin = origins.find(wish.start, wish.ground, wish.answers_file)
        if origin is not None:
            return recorded(wish, origin)
    return replayed(wish)


def agreed(wish: Wish) -> Takeover:
    """Plan the adoption that a repository records, or, as with a yes, the one that fits it best; raises ScaffoldError.

    What it records is held against what is there, which a yes to that would not be.
    """
    baseline = known(wish)
    if baseline is not None:
        return taken_over(baseline, wish)
    return take_over(proposed(wish, search(wish), agreed=True), wish.ground)


def taken_over(baseline: Baseline, wish: Wish) -> Takeover:
    """Plan the adoption of a baseline; raises ProjectError where it cannot be right, unless that was said yes to."""
    taken = take_over(baseline, wish.ground)
    if not wish.yes:
        taken.refuse_unlike()
    return taken


def subject(taken: Takeover) -> str:
    """Return the message of the commit that an adoption makes."""
    return f"chore: {what_of(taken)}"


def what_of(taken: Takeover) -> str:
    """Return what an adoption is called."""
    after = taken.plan.lock_after
    return f"adopt {after.blueprint} {after.version}"
