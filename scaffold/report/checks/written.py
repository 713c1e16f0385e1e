"""The reports of a check by the names that `--format` and `--report` give them, each as a document of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from scaffold.formats.shown import on_one_line, to_json

if TYPE_CHECKING:
    from scaffold.report.checked import Checked

Form = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "badge"]
FORMS: tuple[Form, ...] = get_args(Form)


def written(form: Form, checked: Checked) -> bytes:
    """Return the report in UTF-8, whatever a terminal takes; half a character is written as its number.

    Each form is a function of its own name, in a module that is loaded when it is first wanted.
    """
    name = "data" if form == "json" else form
    made: Any = getattr(import_module(f"{__package__}.{name}"), name)(checked)
    if form == "text":
        made = "".join(f"{on_one_line(line.text)}\n" for line in made)
    elif not isinstance(made, str):
        made = to_json(made)
    return bytes(made.encode("utf-8", "backslashreplace"))
