"""How questions become answers: given, kept, asked or defaulted, in that order; then cast and checked."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from scaffold.answers.cast import EXPECTED, cast, cast_bool
from scaffold.answers.question import MISSING, Answers, Ask, Asked, Question
from scaffold.errors import AnswerError, FormatError
from scaffold.formats import yaml
from scaffold.templating import Context, Templates


class Resolver:
    """Goes through questions in order, each seeing the answers before it."""

    def __init__(
        self,
        templates: Templates,
        *,
        given: Mapping[str, Any],
        previous: Mapping[str, Any],
        known: Mapping[str, Any],
        ask: Ask | None = None,
    ) -> None:
        """Take the answers given now, those of last time, names known beside them, and who may be asked."""
        self._templates = templates
        self._given = given
        self._previous = previous
        self._ask = ask
        self._context: dict[str, Any] = dict(known)
        self._recorded: dict[str, Any] = {}
        self._missing: list[str] = []
        self._secrets: set[str] = set()
        self._guessed: list[str] = []
        self._unasked: list[str] = []

    def resolve(self, questions: Sequence[Question]) -> Answers:
        """Answer all; raises AnswerError for a wrong, an unknown or a missing answer."""
        self._refuse_unknown([question.name for question in questions])
        for question in questions:
            self._answer(question)
        if self._missing:
            names = ", ".join(f"`{name}`" for name in self._missing)
            verb = "questions have" if len(self._missing) > 1 else "question has"
            hint = f"give --data {self._missing[0]}=… or --data-file FILE, or run on a terminal to be asked"
            raise AnswerError(f"{len(self._missing)} {verb} no answer: {names}", hint=hint)
        dropped = tuple(name for name in self._previous if name not in self._recorded)
        return Answers(dict(self._recorded), dict(self._context), dropped, tuple(self._guessed), tuple(self._unasked))

    def _refuse_unknown(self, names: Sequence[str]) -> None:
        for name in self._given:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"it asks for: {', '.join(names)}"
                raise AnswerError(f"the blueprint has no question `{name}`", hint=hint)

    def _answer(self, question: Question) -> None:
        choices = self._choices_of(question)
        if not self._shown(question):
            self._leave_out(question, choices)
            return
        value = self._value_of(question, choices)
        if value is MISSING:
            self._missing.append(question.name)
            return
        self._context[question.name] = value
        if question.secret or self._tells_secret(question, value):
            self._secrets.add(question.name)
        else:
            self._recorded[question.name] = value

    def _leave_out(self, question: Question, choices: Mapping[str, Any] | None) -> None:
        """Give a question that is not shown its default, unrecorded."""
        if question.name in self._given:
            self._unasked.append(question.name)
        if question.secret or self._secrets & self._templates.names_in(question.default, question.where):
            self._secrets.add(question.name)
        default = self._default_of(question, choices)
        if default is not MISSING:
            self._context[question.name] = default

    def _tells_secret(self, question: Question, value: Any) -> bool:
        """Whether the value is a default that was computed from a secret: recorded, it would give that away."""
        if not self._secrets & self._templates.names_in(question.default, question.where):
            return False
        return bool(value == self._default_of(question, self._choices_of(question)))

    def _value_of(self, question: Question, choices: Mapping[str, Any] | None) -> Any:
        if question.name in self._given:
            return self._checked(question, self._given[question.name], choices, "--data")
        if question.name in self._previous and (self._ask is None or not self._stale(question, choices)):
            return self._checked(question, self._previous[question.name], choices, ".scaffold/answers.yml")
        default = self._default_of(question, choices)
        if question.secret and self._ask is None:
            self._guessed.append(question.name)
        if self._ask is not None:
            asked = Asked(
                question=question,
                help=self._text(question.help, question),
                default=None if default is MISSING else default,
                choices=choices,
                placeholder=self._text(question.placeholder, question),
                check=lambda reply: self._problem(question, reply, choices),
            )
            return self._checked(question, self._ask(asked), choices, "the reply")
        if default is not MISSING and not question.secret and (problem := self._invalid(question, default)):
            self._refuse(question, default, problem, "its default")
        return default

    def _stale(self, question: Question, choices: Mapping[str, Any] | None) -> bool:
        """Whether the question no longer takes its answer of last time."""
        return bool(self._problem(question, self._previous[question.name], choices))

    def _checked(self, question: Question, raw: Any, choices: Mapping[str, Any] | None, source: str) -> Any:
        if problem := self._problem(question, raw, choices):
            self._refuse(question, raw, problem, source)
        return self._cast(question, raw, choices)

    def _refuse(self, question: Question, raw: Any, problem: str, source: str) -> None:
        shown = "" if question.secret else f" {str(raw)!r}"
        if question.secret and str(raw):
            problem = problem.replace(str(raw), "…")  # a validator may repeat what it refuses
        hint = None if source == "the reply" else f"give --data {question.name}=…"
        raise AnswerError(f"the answer{shown} to `{question.name}` ({source}) is not valid: {problem}", hint=hint)

    def _problem(self, question: Question, raw: Any, choices: Mapping[str, Any] | None) -> str:
        try:
            value = self._cast(question, raw, choices)
        except (ValueError, FormatError):
            if choices is not None:
                return f"it must be one of {', '.join(map(str, choices.values()))}"
            return f"it must be {self._expected(question)}"
        return self._invalid(question, value)

    @staticmethod
    def _expected(question: Question) -> str:
        return EXPECTED.get(question.type, "text")

    def _invalid(self, question: Question, value: Any) -> str:
        if not question.validator:
            return ""
        return self._text(question.validator, question, {question.name: value}).strip()

    def _cast(self, question: Question, raw: Any, choices: Mapping[str, Any] | None) -> Any:
        if not question.multiselect:
            value = cast(question.type, raw)
            if choices is not None and value not in choices.values():
                raise ValueError(value)
            return value
        items = yaml.load(raw.encode(), question.name).data if isinstance(raw, str) else raw
        if not isinstance(items, list):
            raise ValueError(items)  # noqa: TRY004 - one kind of error for the caller
        values = [cast(question.type, item) for item in items]
        if choices is None:
            return values
        if wrong := [value for value in values if value not in choices.values()]:
            raise ValueError(wrong)
        return [value for value in choices.values() if value in values]

    def _shown(self, question: Question) -> bool:
        if isinstance(question.when, str):
            said = self._text(question.when, question)
            try:
                return cast_bool(said)
            except ValueError as error:
                expected = f"`when` of `{question.name}` must come out as yes or no, not {said!r}"
                raise FormatError(expected, where=question.where) from error
        return bool(question.when)

    def _default_of(self, question: Question, choices: Mapping[str, Any] | None) -> Any:
        if question.default is MISSING:
            return MISSING
        rendered = self._rendered(question.default, question)
        try:
            return self._cast(question, rendered, choices)
        except (ValueError, FormatError) as error:
            expected = EXPECTED.get(question.type, "one of its choices" if choices else "text")
            raise FormatError(f"the default of `{question.name}` must be {expected}", where=question.where) from error

    def _choices_of(self, question: Question) -> Mapping[str, Any] | None:
        choices = self._rendered(question.choices, question)
        if isinstance(choices, str):
            choices = yaml.load(choices.encode(), question.where.rpartition(":")[0]).data
        if question.choices is None:
            return None
        if isinstance(choices, list):
            choices = [item if isinstance(item, list) else (item, item) for item in choices]
        try:
            pairs = choices.items() if isinstance(choices, dict) else choices
            return {str(label): cast(question.type, value) for label, value in pairs}
        except (TypeError, ValueError, FormatError) as error:
            expected = f"the choices of `{question.name}` must be a list or a mapping, each {self._expected(question)}"
            raise FormatError(expected, where=question.where) from error

    def _rendered(self, value: Any, question: Question) -> Any:
        if isinstance(value, str):
            return self._text(value, question)
        if isinstance(value, list):
            return [self._rendered(item, question) for item in value]
        if isinstance(value, dict):
            return {self._rendered(key, question): self._rendered(item, question) for key, item in value.items()}
        return value

    def _text(self, source: str, question: Question, extra: Context | None = None) -> str:
        return self._templates.render_text(source, {**self._context, **(extra or {})}, question.where)
