"""What a person has replied, kept for when another renderer goes through the same questions."""

from typing import Any

from scaffold.answers.question import Ask, Asked


class Replies:
    """Puts each question to a person once."""

    def __init__(self, ask: Ask | None, intro: tuple[str, ...] = ()) -> None:
        """Take who is to be asked, if anybody is, and what they are to read before."""
        self._ask = ask
        self.untold = intro
        self._given: dict[str, Any] = {}

    @property
    def ask(self) -> Ask | None:
        """Return what answers a question: the person, or what they said before."""
        return None if self._ask is None else self._once

    def _once(self, asked: Asked, /) -> Any:
        name = asked.question.name
        if name not in self._given and self._ask is not None:
            self._given[name] = self._ask(asked._replace(intro=self.untold))
            self.untold = ()
        return self._given[name]
