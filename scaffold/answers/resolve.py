"""How questions become answers: given, kept, asked or defaulted, in that order; then cast and checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from scaffold.answers import KEPT
from scaffold.answers.cast import EXPECTED, cast, truthy
from scaffold.answers.choices import Choice, choices, items_of
from scaffold.answers.question import MISSING, TYPES, Answers, Ask, Asked, Manner, Question
from scaffold.answers.secrets import texts_of
from scaffold.errors import AnswerError, FormatError, RenderError, ScaffoldError
from scaffold.templating.inputs import NOTHING_HIDDEN, Hidden, Seen, keep_secret, rendering, watching
from scaffold.templating.templates import UNSET, Context, Sight, Texts, UnsetError

T = TypeVar("T")
Known = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]  # answers in sight, and to record -> more
STAND_INS = ("z", "zqstandinforasecret")  # what is the same with these in place of secrets tells none


class Resolver:
    """Goes through questions in order, each seeing the answers before it."""

    def __init__(
        self,
        texts: Texts,
        *,
        given: Mapping[str, Any],
        previous: Mapping[str, Any],
        known: Known = lambda _answers, _recorded: {},
        ask: Ask | None = None,
        manner: Manner = Manner(),
        hidden: Hidden = NOTHING_HIDDEN,
    ) -> None:
        """Take the answers given now, those of last time, what is known beside the answers, and who may be asked.

        `hidden` says which of what is known beside the answers nothing records.
        """
        self._around = hidden
        self._texts = texts
        self._given = given
        self._previous = previous
        self._known = known
        self._ask = ask
        self._manner = manner
        self._answers: dict[str, Any] = {}
        self._recorded: dict[str, Any] = {}
        self._context: Context = {}
        self._popped: dict[str, Any] = {}  # of those the one that comes up now
        self._missing: list[str] = []
        self._secrets: set[str] = set()
        self._of_secrets: dict[str, Any] = {}  # defaults that were made of a secret
        self._ahead: dict[str, Any] = {}  # what was given or kept for questions that have not come up yet
        self._guessed: list[str] = []
        self._told: set[str] = set()
        self._unasked: list[str] = []
        self._hidden: dict[str, frozenset[str]] = {}
        self._put = 0  # questions to a person, so far
        self._rest: Sequence[Question] = ()  # of the questions, those after the one that comes up now

    def resolve(self, questions: Sequence[Question]) -> Answers:
        """Answer all; raises AnswerError for a wrong, an unknown or a missing answer."""
        self._refuse_unknown([question.name for question in questions])
        if self._manner.ahead:
            self._look_ahead(questions)
        for number, question in enumerate(questions, 1):
            self._rest = questions[number:]
            self._see()
            with watching() as seen, rendering(question.name):
                self._answer(question)
            self._note_inputs(question, seen)
        if self._missing:
            names = ", ".join(f"`{name}`" for name in self._missing)
            verb = "questions have" if len(self._missing) > 1 else "question has"
            hint = f"give --data {self._missing[0]}=… or --data-file FILE, or run on a terminal to be asked"
            raise AnswerError(f"{len(self._missing)} {verb} no answer: {names}", hint=hint, question=self._missing[0])
        dropped = tuple(name for name in self._previous if name not in self._recorded)
        return Answers(
            dict(self._recorded),
            dict(self._answers),
            dropped,
            tuple(self._guessed),
            tuple(self._unasked),
            dict(self._hidden),
            frozenset(question.name for question in questions if question.secret),
        )

    def _note_inputs(self, question: Question, seen: Seen) -> None:
        """Note what an answer depends on that nothing records: a secret, or what its default has read."""
        if question.name in self._recorded:
            return
        found = seen.hidden({**self._around, **self._hidden})
        if question.secret:
            found |= {"given" if question.name in self._told else "secret"}
        if found:
            self._hidden[question.name] = found

    def _look_ahead(self, questions: Sequence[Question]) -> None:
        """Put in sight what was given or kept, as Copier does, for the questions that come before theirs."""
        names = [question.name for question in questions if not question.computed]
        self._ahead = {name: self._raw(name) for name in names if name in self._given or name in self._previous}
        for question in questions:
            if question.secret and question.name in self._ahead:
                self._keep_secret(question.name)

    def _raw(self, name: str) -> Any:
        return self._given[name] if name in self._given else self._previous[name]

    def _see(self) -> None:
        """Renew what texts are rendered with."""
        answered, recorded = len(self._answers), len(self._recorded)
        self._popped = {}

        def sight() -> Context:  # as it is now, whenever it is asked for
            ahead = {**self._ahead, **self._popped}
            told = {name: value for name, value in ahead.items() if name not in self._secrets}
            seen = {**ahead, **dict(islice(self._answers.items(), answered))}
            return {**seen, **self._known(seen, {**told, **dict(islice(self._recorded.items(), recorded))})}

        self._context = Sight(sight)

    def _come_up(self, name: str) -> bool:
        """Take what was given or kept for a question out of what is ahead; whether there was any."""
        if name in self._ahead:
            self._popped[name] = self._ahead.pop(name)
        return name in self._popped

    def _refuse_unknown(self, names: Sequence[str]) -> None:
        for name in self._given:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                hint = f"did you mean `{near[0]}`?" if near else f"it asks for: {', '.join(names)}"
                raise AnswerError(f"the blueprint has no question `{name}`", hint=hint)

    def _answer(self, question: Question) -> None:
        if question.computed or not truthy(self._rendered(question.when, question)):
            self._leave_out(question)
            return
        value = self._value_of(question)
        self._come_up(question.name)
        if value is MISSING:
            if self._asks(question):
                self._missing.append(question.name)
            return
        self._answers[question.name] = value
        if question.name not in self._guessed:
            self._told.add(question.name)
        if question.secret or self._is_of_secret(question, value):
            self._keep_secret(question.name)
        else:
            self._recorded[question.name] = value

    def _leave_out(self, question: Question) -> None:
        """Give a question that is not shown its default, unrecorded."""
        if question.name in self._given:
            self._unasked.append(question.name)
        if self._come_up(question.name):
            self._see()  # its default does not see what it is instead of
        default = self._default_of(question, question.default)
        if question.secret or question.name in self._of_secrets:
            self._keep_secret(question.name)
        if default is not MISSING:
            self._answers[question.name] = default

    def _keep_secret(self, name: str) -> None:
        self._secrets.add(name)
        keep_secret(name)

    def _is_of_secret(self, question: Question, value: Any) -> bool:
        """Whether the value was made of a secret: recorded, it would give that away.

        What a person has typed is theirs to tell, unless it is the default, or a choice that was made of one.
        """
        if not self._secrets:
            return False
        if question.name in self._given or question.name in self._previous:
            with suppress(ScaffoldError):  # else there is none that it could be
                self._default_of(question, question.default)
        if question.name in self._of_secrets and self._of_secrets[question.name] == value:
            return True
        if question.choices is None:
            return False
        offered = partial(self._offered, question)
        if not self._reading(offered)[1]:
            return False
        anyway = list(self._with_stand_ins(offered))
        taken = value if question.multiselect else [value]
        return len(anyway) < len(STAND_INS) or any(one not in others for others in anyway for one in taken)

    def _reading(self, make: Callable[[], T]) -> tuple[T, bool]:
        """Return what is made, and whether that has read a secret, wherever it did so."""
        with watching() as seen:
            made = make()
        return made, not self._secrets.isdisjoint(seen.names)

    def _with_stand_ins(self, make: Callable[[], T]) -> Iterator[T]:
        """Yield what is made where secrets are others, as far as it can be made then."""
        context = self._context
        try:
            for word in STAND_INS:
                self._context = {**context, **dict.fromkeys(self._secrets, word)}
                with suppress(ScaffoldError, TypeError, ValueError):
                    yield make()
        finally:
            self._context = context

    def _asks(self, question: Question) -> bool:
        return truthy(self._rendered(question.ask, question))

    def _value_of(self, question: Question) -> Any:
        name = question.name
        again = self._ask is not None and self._manner.asks_again(name)
        if name in self._given and not again:
            return self._checked(question, self._given[name], "--data")
        may_ask = again or (self._ask is not None and not self._manner.only and self._asks(question))
        kept = name in self._previous and not (may_ask and self._problem(question, self._previous[name]))
        if kept and not again:
            return self._checked(question, self._previous[name], KEPT)
        if again and (kept or (name in self._given and not self._problem(question, self._given[name]))):
            default = self._cast(question, self._raw(name))
        else:
            default = self._default_of(question, self._manner.defaults.get(name, question.default))
        if question.secret and not may_ask:
            self._guessed.append(name)
        if self._ask is not None and may_ask:
            reply = self._checked(question, self._ask(self._asked(question, default)), "the reply")
            if question.secret and reply == default:  # nobody means the default in place of what files hold already
                self._guessed.append(name)
            return reply
        if default is not MISSING and not question.secret and (problem := self._invalid(question, default)):
            self._refuse(question, default, problem, "its default")
        return default

    def _asked(self, question: Question, default: Any) -> Asked:
        found = self._choices_of(question)
        self._put += 1
        answered = {*self._given, *self._previous}
        return Asked(
            question=question,
            type=self._type_of(question),
            multiline=truthy(self._rendered(question.multiline, question)),
            help=self._text(question.help, question),
            default=None if default is MISSING else default,
            choices=None if found is None else {c.label: self._cast_one(question, c.value) for c in found},
            placeholder=self._text(question.placeholder, question),
            check=lambda reply: self._problem(question, reply),
            disabled={choice.label: choice.disabled for choice in found or () if choice.disabled},
            number=self._put,
            of=self._put + sum(self._manner.may_ask(later, answered) for later in self._rest),
        )

    def _checked(self, question: Question, raw: Any, source: str) -> Any:
        if problem := self._problem(question, raw):
            self._refuse(question, raw, problem, source)
        return self._cast(question, raw)

    def _refuse(self, question: Question, raw: Any, problem: str, source: str) -> None:
        secret = question.secret or question.name in self._of_secrets
        shown = "" if secret else f" {str(raw)!r}"
        if secret or self._reading(lambda: self._problem(question, raw))[1]:
            problem = self._shown(question, raw, problem)
        hint = None if source == "the reply" else f"give --data {question.name}=…"
        message = f"the answer{shown} to `{question.name}` ({source}) is not valid: {problem}"
        raise AnswerError(message, hint=hint, question=question.name, source=source)

    def _shown(self, question: Question, raw: Any, problem: str) -> str:
        """Return what is wrong with an answer, if that says nothing of a secret: a validator may repeat any."""
        instead = STAND_INS if question.secret else (MISSING,)
        others = (self._with_stand_ins(partial(self._problem, question, raw, word)) for word in instead)
        return problem if any(problem in said for said in others) else "its validator or its choices refuse it"

    def _problem(self, question: Question, raw: Any, instead: Any = MISSING) -> str:
        """Return what is wrong with a raw answer, or nothing; a validator may be shown something else in its stead."""
        try:
            value = self._cast(question, raw)
        except (ValueError, FormatError):
            found = self._choices_of(question)
            if question.multiselect and not _is_list(raw):
                return "it must be a list, as in [one, two]"
            if found is None:
                return f"it must be {self._expected(question)}"
            barred = next((c.disabled for c in found if c.disabled and str(c.value) == str(raw)), "")
            return barred or f"it must be one of {', '.join(str(c.value) for c in found if not c.disabled)}"
        return self._invalid(question, value if instead is MISSING else instead)

    def _expected(self, question: Question) -> str:
        return EXPECTED.get(self._type_of(question), "text")

    def _type_of(self, question: Question) -> str:
        name = self._text(question.type, question)
        if name not in TYPES:
            raise FormatError(
                f"`{question.name}.type` must be one of {', '.join(TYPES)}, not {name!r}", where=question.where
            )
        return name

    def _invalid(self, question: Question, value: Any) -> str:
        if any(text.encode(errors="ignore").decode() != text for text in texts_of(value)):
            return "it holds half of a character (a lone surrogate), which no file can hold"
        if not question.validator:
            return ""
        return self._text(question.validator, question, {question.name: value}).strip()

    def _cast(self, question: Question, raw: Any) -> Any:
        """Turn a raw answer into its type; raises ValueError, FormatError."""
        found = self._choices_of(question)
        if not question.multiselect:
            value = self._cast_one(question, raw)
            if found is not None and value not in self._enabled(question, found):
                raise ValueError(value)
            return value
        items = items_of(raw) if isinstance(raw, str) else raw
        if not isinstance(items, list):
            raise ValueError(items)  # noqa: TRY004 - one kind of error for the caller
        values = [self._cast_one(question, item) for item in items]
        enabled = self._enabled(question, found or ())
        if found is not None and (wrong := [value for value in values if value not in enabled]):
            raise ValueError(wrong)
        return [value for value in enabled if value in values]

    def _cast_one(self, question: Question, raw: Any) -> Any:
        type_ = self._type_of(question)
        if type_ == "bool" and question.choices is not None and isinstance(raw, str):
            return truthy(raw)  # two words with a meaning of their own, which need not be yes and no
        return cast(type_, raw)

    def _enabled(self, question: Question, found: Sequence[Choice]) -> list[Any]:
        return [self._cast_one(question, choice.value) for choice in found if not choice.disabled]

    def _offered(self, question: Question) -> list[Any]:
        return self._enabled(question, self._choices_of(question) or ())

    def _default_of(self, question: Question, written: Any) -> Any:
        if written is MISSING:
            return MISSING
        try:
            rendered, told = self._reading(lambda: self._rendered(written, question, UNSET))
            if isinstance(rendered, str) and self._type_of(question) == "bool" and not question.multiselect:
                rendered = truthy(rendered)
            default = self._cast(question, rendered)
        except UnsetError:
            return MISSING
        except (ValueError, FormatError) as error:
            expected = self._expected(question) if question.choices is None else "one of its choices"
            raise FormatError(f"the default of `{question.name}` must be {expected}", where=question.where) from error
        if told:
            self._of_secrets[question.name] = default
        return default

    def _choices_of(self, question: Question) -> tuple[Choice, ...] | None:
        if question.choices is None:
            return None
        try:
            found = choices(
                question.choices, lambda value: self._rendered(value, question), question.where.rpartition(":")[0]
            )
            for choice in found:
                self._cast_one(question, choice.value)
        except RenderError:
            raise
        except (TypeError, ValueError, KeyError, FormatError) as error:
            expected = f"the choices of `{question.name}` must be a list or a mapping, each {self._expected(question)}"
            raise FormatError(expected, where=question.where) from error
        return found or None

    def _rendered(self, value: Any, question: Question, extra: Context | None = None) -> Any:
        """Render a text and the texts in a list; what stands in a mapping is left as it is, as Copier does."""
        if isinstance(value, str):
            return self._text(value, question, extra)
        if isinstance(value, list):
            return [self._rendered(item, question, extra) for item in value]
        return value

    def _text(self, source: str, question: Question, extra: Context | None = None) -> str:
        try:
            context = self._context
            seen = Sight(lambda: {**context, **extra}) if extra else context
            return self._texts.render_text(source, seen, question.where)
        except FormatError as error:  # of a file that the text has read: no matter of what the text gives
            raise RenderError(error.message, where=error.where, hint=error.hint) from error


def _is_list(raw: Any) -> bool:
    try:
        return isinstance(items_of(raw) if isinstance(raw, str) else raw, list)
    except ValueError:
        return False
