"""The only module that asks."""

import json
import shutil
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from scaffold.answers.question import Asked, Look
from scaffold.cli import console
from scaffold.errors import ScaffoldError
from scaffold.formats import yaml
from scaffold.formats.shown import shown
from scaffold.report.text import Line, table

WRITE, CHANGE, AGAIN = "Yes, write it", "Change an answer", "Go through all questions again, with these answers"
STOP = "Stop: nothing is written"


def ask(asked: Asked) -> Any:
    """Put one question on the terminal until the reply is valid; raises KeyboardInterrupt where it is broken off."""
    console.show(Line(line) for line in asked.intro)
    typed = _shown(asked)
    while True:
        reply = _prompt(asked, typed).unsafe_ask()
        if asked.choices is not None:
            reply = _values(asked.choices, reply)
        problem = asked.check(reply)
        if not problem:
            return reply
        # Not by the library's own validation, which has one line for what is wrong, and cuts it off.
        console.show([Line(f"  {problem}", "bad")])
        asked, typed = asked._replace(default=reply), reply


def review(look: Look) -> Sequence[str]:
    """Show all answers, and return which of them are to change; raises ScaffoldError where nothing is to be written."""
    import questionary

    rows = {name: "…" if name in look.hidden else _as_text(value) for name, value in look.answers.items()}
    console.show([Line(""), Line(f"{look.blueprint} {look.version} into {look.root}, with these answers:", "title")])
    console.show(table(list(rows.items()), "plain"))
    wanted = questionary.select("Write it?", [WRITE, CHANGE, AGAIN, STOP]).unsafe_ask()
    if wanted == STOP:
        raise ScaffoldError("stopped before anything was written")
    if wanted == CHANGE:
        labels = {shown(f"{name}: {text}"): name for name, text in rows.items()}
        return (labels[questionary.select("Which one?", list(labels)).unsafe_ask()],)
    return tuple(rows) if wanted == AGAIN else ()


def confirm(message: str) -> bool:
    """Ask for a yes or no, which is a no unless somebody says yes; raises KeyboardInterrupt where it is broken off."""
    import questionary  # 100 ms that only a person at a terminal pays

    return bool(questionary.confirm(shown(message), default=False).unsafe_ask())


def _prompt(asked: Asked, typed: str) -> Any:
    import questionary  # 100 ms that only a person at a terminal pays

    question = asked.question
    message = shown(_worded(asked))
    common: dict[str, Any] = {"qmark": shown(question.qmark)} if question.qmark else {}
    if asked.choices is not None:
        return _choose(asked, asked.choices, message, common)
    if asked.type == "bool":
        return questionary.confirm(message, default=bool(asked.default), **common)
    common |= {"default": typed}
    if question.secret:
        return questionary.password(message, **common)
    if asked.type == "path":
        return questionary.path(message, **common)
    return questionary.text(message, multiline=asked.multiline, **common)


def _worded(asked: Asked) -> str:
    """Return a question with its number, broken between words, and an example that nobody takes for a default."""
    number = f"{asked.number}/{asked.of} " if asked.of > 1 else ""
    example = f" (for example: {asked.placeholder})" if asked.placeholder else ""
    text = f"{number}{asked.help or asked.question.name}{example}"
    room = max(20, shutil.get_terminal_size().columns - len(asked.question.qmark or "?") - 1)  # before which it stands
    return "\n".join(part for line in text.split("\n") for part in wrap(line, room, break_on_hyphens=False) or [""])


def _values(offered: Mapping[str, Any], chosen: Any) -> Any:
    """Return what was chosen by label: a value may be null, for which questionary would take the label."""
    return [offered[label] for label in chosen] if isinstance(chosen, list) else offered[chosen]


def _choose(asked: Asked, offered: Mapping[str, Any], message: str, common: dict[str, Any]) -> Any:
    import questionary
    from questionary import Choice

    default, barred = asked.default, asked.disabled
    chosen = (default or []) if asked.question.multiselect else []
    options = [
        Choice(shown(label), label, checked=value in chosen, disabled=shown(barred.get(label, "")) or None)
        for label, value in offered.items()
    ]
    if asked.question.multiselect:
        return questionary.checkbox(message, options, **common)
    first = next((label for label, value in offered.items() if default is not None and value == default), None)
    return questionary.select(message, options, default=first, **common)


def _shown(asked: Asked) -> str:
    """Return a default as a person would write it."""
    if asked.default is None:
        return ""
    if asked.type == "json":
        return json.dumps(asked.default, indent=2 if asked.multiline else None, ensure_ascii=False)
    return _as_yaml(asked.default, flow=not asked.multiline) if asked.type == "yaml" else str(asked.default)


def _as_text(value: Any) -> str:
    """Return an answer on one line."""
    return value if isinstance(value, str) else _as_yaml(value, flow=True)


def _as_yaml(value: Any, *, flow: bool) -> str:
    return yaml.dump(value, flow=flow).removesuffix("...\n").rstrip("\n")
