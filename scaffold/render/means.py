"""How a template may be rendered, and what one run wishes beside."""

from typing import Literal, NamedTuple

from scaffold.answers.question import Manner
from scaffold.templating.inputs import Draws
from scaffold.templating.limits import Limits

Engine = Literal["auto", "native", "copier", "cookiecutter"]


class Means(NamedTuple):
    """How to render: by which engine, whether the template's code may run, without its tasks, and how far it may go.

    For one run, as in Copier: `exclude` are patterns of paths to leave out, `skip` of those to leave as they are where
    they exist, `answers_file` is another name for Copier's answers file, and `manner` is how questions are asked.
    `draws` is what chance and the clock give, where two renders are to be given the same.
    """

    engine: Engine = "auto"
    trust: bool = False
    skip_tasks: bool = False
    limits: Limits = Limits()
    exclude: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    answers_file: str = ""
    manner: Manner = Manner()
    draws: Draws | None = None
