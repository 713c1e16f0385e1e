"""How a template may be rendered."""

from typing import Literal, NamedTuple

from scaffold.templating.limits import Limits

Engine = Literal["auto", "native", "copier", "cookiecutter"]


class Means(NamedTuple):
    """How to render: by which engine, whether the template's code may run, without its tasks, and how far it may go."""

    engine: Engine = "auto"
    trust: bool = False
    skip_tasks: bool = False
    limits: Limits = Limits()
