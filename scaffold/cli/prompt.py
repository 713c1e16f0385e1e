"""The only module that asks."""

import json
from collections.abc import Mapping
from typing import Any

from scaffold.answers.question import Asked
from scaffold.cli import console
from scaffold.formats import yaml
from scaffold.formats.shown import shown
from scaffold.report.text import Line


def ask(asked: Asked) -> Any:
    """Put one question on the terminal; raises KeyboardInterrupt where it is broken off."""
    console.show(Line(line) for line in asked.intro)
    reply = _prompt(asked).unsafe_ask()
    return reply if asked.choices is None else _values(asked.choices, reply)


def confirm(message: str) -> bool:
    """Ask for a yes or no, which is a no unless somebody says yes; raises KeyboardInterrupt where it is broken off."""
    import questionary  # 100 ms that only a person at a terminal pays

    return bool(questionary.confirm(shown(message), default=False).unsafe_ask())


def _prompt(asked: Asked) -> Any:
    import questionary  # 100 ms that only a person at a terminal pays

    question = asked.question
    message = shown(asked.help or question.name)
    common: dict[str, Any] = {"qmark": shown(question.qmark)} if question.qmark else {}
    if asked.choices is not None:
        return _choose(asked, asked.choices, message, common)
    if asked.type == "bool":
        return questionary.confirm(message, default=bool(asked.default), **common)
    common |= {"default": _shown(asked), "validate": lambda reply: _valid(asked, reply)}
    if question.secret:
        return questionary.password(message, **common)
    if asked.type == "path":
        return questionary.path(message, **common)
    hint = f"({shown(asked.placeholder)}) " if asked.placeholder else None
    return questionary.text(message, multiline=asked.multiline, instruction=hint, **common)


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
        return questionary.checkbox(
            message, options, validate=lambda labels: _valid(asked, _values(offered, labels)), **common
        )
    first = next((label for label, value in offered.items() if default is not None and value == default), None)
    return questionary.select(message, options, default=first, **common)


def _shown(asked: Asked) -> str:
    """Return a default as a person would write it."""
    if asked.default is None:
        return ""
    if asked.type == "json":
        return json.dumps(asked.default, indent=2 if asked.multiline else None, ensure_ascii=False)
    if asked.type == "yaml":
        return yaml.dump(asked.default, flow=not asked.multiline).removesuffix("...\n").rstrip("\n")
    return str(asked.default)


def _valid(asked: Asked, reply: Any) -> bool | str:
    return shown(asked.check(reply)) or True
