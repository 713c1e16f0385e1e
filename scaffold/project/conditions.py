"""What every operation is carried out under, and who may be asked and told: made at the edge, and carried along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from scaffold.plan.actions import Offer
from scaffold.render.means import Means

if TYPE_CHECKING:
    from datetime import date

    from scaffold.answers.question import Ask, Review
    from scaffold.process import Notify

Moves = bool | Callable[[tuple[Offer, ...]], bool]


class Conditions(NamedTuple):
    """How a project is looked at and planned for; a value that may be sent to another process.

    `today` decides which waivers hold; without it that is the day by the clock. `blueprint` is another one to go to.
    """

    offline: bool = False
    prereleases: bool = False
    means: Means = Means()
    today: date | None = None
    blueprint: str = ""


class Person(NamedTuple):
    """Who is asked for answers, shown them before anything is written, and told what goes on; by default nobody.

    `moves` says, or is asked, whether the team's own files go along with a folder that the blueprint has moved.
    """

    ask: Ask | None = None
    review: Review | None = None
    notify: Notify = lambda _: None
    moves: Moves = False


NOBODY = Person()
