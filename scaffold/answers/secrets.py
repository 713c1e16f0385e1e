"""What secret questions were answered with: recognised in what would be recorded, and masked in what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # every command hides secrets in the log of a bug, and few have questions
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from scaffold.answers.question import Question

LEAST = 4  # characters: anything shorter is found everywhere, and counts only where it stands alone
PIECE = 8  # characters of a longer secret that no message repeats: parsers quote a part of what they refuse
MASK = "***"
_HIDDEN = "_scaffold_hidden"


def secrets_among(questions: Iterable[Question], answers: Mapping[str, Any]) -> frozenset[str]:
    """Return the texts of secret answers; a default that stands in the template as it is hides nothing."""
    return frozenset(
        text
        for question in questions
        if question.secret and question.name in answers and answers[question.name] != question.default
        for text in texts_of(answers[question.name])
    )


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text and number in a value, as text."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple | set):
        for item in value:
            yield from texts_of(item)
    elif value is not None and not isinstance(value, bool) and (text := str(value)):
        yield text


def tells(value: Any, secrets: Collection[str]) -> bool:
    """Whether a secret stands in a value: anywhere, or alone where it is short."""
    return any(
        secret == text or (len(secret) >= LEAST and secret in text) for text in texts_of(value) for secret in secrets
    )


def still_secret(secrets: Iterable[str], recorded: Mapping[str, Any]) -> frozenset[str]:
    """Return the secrets that no recorded answer tells anyway, as where one is a name that stands everywhere."""
    return frozenset(secret for secret in secrets if not tells(list(recorded.values()), (secret,)))


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets, and without pieces of them."""
    hidden = [False] * len(text)
    for secret in secrets:
        for piece in _pieces(secret):
            at = text.find(piece)
            while at >= 0:
                hidden[at : at + len(piece)] = [True] * len(piece)
                at = text.find(piece, at + 1)
    return "".join(
        MASK if hide else char
        for i, (char, hide) in enumerate(zip(text, hidden, strict=True))
        if not (hide and i and hidden[i - 1])
    )


def _pieces(secret: str) -> set[str]:
    """Return what of a secret is looked for: its lines, and of a long one each run of some characters."""
    lines = (" ".join(line.split()) for line in [secret, *secret.splitlines()])
    known = {line for line in (secret, *lines) if len(line) >= LEAST}
    return {line[i : i + PIECE] for line in known for i in range(max(1, len(line) - PIECE + 1))}


def hide(error: Exception, secrets: Collection[str]) -> None:
    """Have an error that nobody expected say what no log of it may repeat."""
    error.__dict__[_HIDDEN] = frozenset(secrets)


def hidden_in(error: Exception) -> frozenset[str]:
    """Return what a log of the error may not repeat."""
    return frozenset(error.__dict__.get(_HIDDEN, ()))
