"""What is said between the questions and the writing: a person sees all answers once more, and may change some."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from scaffold.answers.question import MISSING, Answers, Ask, Asked, Look, Question, Review


class Dialogue:
    """Puts questions to a person, and, when all are answered, what came of it: until they are content with that.

    The questions are gone through anew each time, and what was replied is not asked for again, unless it is to be
    changed, is no longer valid, or was a default that is another one now.
    """

    def __init__(self, ask: Ask | None, review: Review | None, root: PurePath) -> None:
        """Take who is asked, and who is shown the answers, if anybody is, and the folder that this is for."""
        self._root = root
        self._ask = ask
        self._review = review
        self._replies: dict[str, tuple[Any, Any]] = {}  # with the default that was offered
        self._values: Mapping[str, Any] = {}  # that came of the replies
        self._open: set[str] = set()  # to be asked again, and not asked yet
        self._met: set[str] = set()  # the questions that came up this time
        self.again: tuple[str, ...] = ()  # which questions were to be changed

    @property
    def ask(self) -> Ask | None:
        """Return what answers a question: the person, or what they said before."""
        return None if self._ask is None else self._replied

    def settles(
        self, blueprint: str, version: str, questions: Iterable[Question], answers: Answers, given: Iterable[str]
    ) -> bool:
        """Whether all is as the person wants it, who is shown the answers; else go through the questions once more."""
        if self._review is None or not self._replies:
            return True
        recorded = answers.recorded
        used = {*recorded, *self._met, *({*given} - {*answers.unasked})}
        shown = {one.name: recorded.get(one.name) for one in questions if one.name in used}
        hidden = tuple(name for name in shown if name not in recorded)
        self._values = {**answers.context, **recorded}
        self._met = set()
        self._open = {*self._review(Look(self._root, blueprint, version, shown, hidden))}
        self.again = tuple(sorted({*self.again, *self._open}))
        return not self._open

    def _replied(self, asked: Asked, /) -> Any:
        assert self._ask is not None  # noqa: S101 - `ask` is None otherwise
        name, offered = asked.question.name, asked.default
        self._met.add(name)
        reply, default = self._replies.get(name, (MISSING, MISSING))
        value = self._values.get(name, MISSING)
        follows = reply is not MISSING and value == default and offered != default
        if reply is not MISSING and name not in self._open and not follows and not asked.check(reply):
            return reply
        if value is not MISSING and not follows:
            asked = asked._replace(default=value)
        reply = self._ask(asked._replace(intro=() if self._values else asked.intro))
        self._open.discard(name)
        self._replies[name] = reply, offered
        return reply
