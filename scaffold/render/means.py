"""How a template may be rendered."""

from typing import Literal, NamedTuple

from scaffold.templating.inputs import Draws
from scaffold.templating.limits import Limits

Engine = Literal["auto", "native", "copier", "cookiecutter"]


class Means(NamedTuple):
    """How to render: by which engine, whether the template's code may run, without its tasks, and how far it may go.

    `draws` is what chance and the clock give, where two renders are to be given the same.
    """

    engine: Engine = "auto"
    trust: bool = False
    skip_tasks: bool = False
    limits: Limits = Limits()
    draws: Draws | None = None
