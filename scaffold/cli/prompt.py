"""The only module that asks."""

from typing import Any

from scaffold.answers.question import Asked


def ask(asked: Asked) -> Any:
    """Put one question on the terminal; raises KeyboardInterrupt where it is broken off."""
    return _prompt(asked).unsafe_ask()


def confirm(message: str) -> bool:
    """Ask for a yes or no, which is a no unless somebody says yes; raises KeyboardInterrupt where it is broken off."""
    import questionary  # 100 ms that only a person at a terminal pays

    return bool(questionary.confirm(message, default=False).unsafe_ask())


def _prompt(asked: Asked) -> Any:
    import questionary  # 100 ms that only a person at a terminal pays
    from questionary import Choice

    question, default = asked.question, asked.default
    barred = asked.disabled
    message = asked.help or question.name
    if asked.choices is not None and question.multiselect:
        chosen = default or []
        choices = [
            Choice(label, value, checked=value in chosen, disabled=barred.get(label))
            for label, value in asked.choices.items()
        ]
        return questionary.checkbox(message, choices)
    if asked.choices is not None:
        first = next((label for label, value in asked.choices.items() if value == default), None)
        options = [Choice(label, value, disabled=barred.get(label)) for label, value in asked.choices.items()]
        return questionary.select(message, options, default=next((o for o in options if o.title == first), None))
    if asked.type == "bool":
        return questionary.confirm(message, default=bool(default))
    given = "" if default is None else str(default)
    if question.secret:
        return questionary.password(message, default=given, validate=lambda reply: _valid(asked, reply))
    return questionary.text(
        message,
        default=given,
        multiline=asked.multiline,
        instruction=f"({asked.placeholder}) " if asked.placeholder else None,
        validate=lambda reply: _valid(asked, reply),
    )


def _valid(asked: Asked, reply: Any) -> bool | str:
    if asked.default is None and reply == "" and asked.type in ("str", "path"):
        return "an answer is needed"
    return asked.check(reply) or True
