"""Questions in Copier's syntax, as values."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol

from scaffold.answers.cast import truthy
from scaffold.errors import FormatError
from scaffold.formats.located import Located, one_of
from scaffold.templating.inputs import Hidden

TYPES = ("str", "int", "float", "bool", "json", "yaml", "path")
KEYS = {
    "type", "help", "choices", "multiselect", "default", "secret", "placeholder", "qmark", "multiline", "validator",
    "when", "ask",
}  # fmt: skip
TAKEN = ("now", "make_secret")  # functions of Copier's that a template may call
MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Question:
    """One question; text values are templates, rendered with the answers before it.

    A `computed` one is never asked: it is its default, and is not recorded.
    """

    name: str
    where: str
    type: str
    help: str = ""
    choices: Any = None
    multiselect: bool = False
    default: Any = MISSING
    secret: bool = False
    placeholder: str = ""
    qmark: str = ""
    multiline: bool | str = False
    validator: str = ""
    when: Any = True
    ask: Any = True
    computed: bool = False

    def same_as(self, other: "Question") -> bool:
        """Whether both ask the same, wherever they stand."""
        return all(getattr(self, name) == getattr(other, name) for name in self.__dataclass_fields__ if name != "where")


class Asked(NamedTuple):
    """A question as a person meets it: everything rendered, and `check` to say what is wrong with a reply.

    `choices` maps a label to its value, `disabled` a label to why it cannot be chosen; `intro` is to be read before.
    It is the question with that `number` of as many as may be asked in all.
    """

    question: Question
    type: str
    multiline: bool
    help: str
    default: Any
    choices: Mapping[str, Any] | None
    placeholder: str
    check: Callable[[Any], str]
    disabled: Mapping[str, str] = {}
    intro: tuple[str, ...] = ()
    number: int = 0
    of: int = 0


class Manner(NamedTuple):
    """How one run goes through questions.

    Those that a pattern of `again` names are asked whatever answers there are, and `only` those if it says so.
    `defaults` are the user's own, for questions that are shown: what is computed is not recorded, and would come out
    otherwise elsewhere. With `ahead` questions see what was given or kept for those after them.
    """

    again: tuple[str, ...] = ()
    only: bool = False
    defaults: Mapping[str, Any] = {}
    ahead: bool = True

    def asks_again(self, name: str) -> bool:
        """Whether a question is asked whatever answers there are."""
        return any(fnmatchcase(name, pattern) for pattern in self.again)

    def may_ask(self, question: Question, answered: Container[str]) -> bool:
        """Whether a question may come to be asked: a template in its `when` or `ask` may still hide it."""
        if question.computed or not truthy(question.when):
            return False
        return self.asks_again(question.name) or not (
            self.only or question.name in answered or not truthy(question.ask)
        )


class Ask(Protocol):
    """Puts one question to a person and returns the raw reply."""

    def __call__(self, asked: Asked, /) -> Any:
        """Return the reply."""


class Look(NamedTuple):
    """What is about to be written: a blueprint into a folder, with answers by question, the `hidden` ones unsaid."""

    root: PurePath
    blueprint: str
    version: str
    answers: Mapping[str, Any]
    hidden: tuple[str, ...] = ()


Review = Callable[[Look], Sequence[str]]  # the questions that are to be asked again; none: go on


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: `recorded` goes into files, `context` also holds secrets and computed values.

    `dropped` names answers of last time that nothing asks for now, `guessed` the secrets that took their default,
    `unasked` what was answered now though its `when` does not hold. `hidden` has the variables that depend on more than
    what is recorded, and `secrets` the names of the secret questions.
    """

    recorded: Mapping[str, Any]
    context: Mapping[str, Any] = field(repr=False)
    dropped: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    hidden: Hidden = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


def parse_question(name: str, at: Located, *, secret: bool = False, slips: list[FormatError] | None = None) -> Question:
    """Read one question; raises FormatError naming file, line, key and what was expected.

    With `slips`, keys that nobody knows are left out, as Copier does, and those that are near a known one noted there.
    """
    if name in TAKEN:
        raise FormatError(f"no question can be called `{name}`", where=at.where, hint="templates call that function")
    if not isinstance(at.data, dict):
        return Question(name, at.where, _type_of(at.data), default=at.data, secret=secret)
    if slips is None:
        at.only(KEYS)
    else:
        slips += at.strangers(KEYS, near_only=True)
    default = at.data.get("default", MISSING)
    question = Question(
        name=name,
        where=at.where,
        type=at.optional("type", _type, _type_of(default)),
        help=at.optional("help", lambda v: v.a(str), ""),
        choices=at.optional("choices", _choices, None),
        multiselect=at.optional("multiselect", lambda v: v.a(bool), default=False),
        default=default,
        secret=secret or at.optional("secret", lambda v: v.a(bool), default=False),
        placeholder=at.optional("placeholder", lambda v: v.a(str), ""),
        qmark=at.optional("qmark", lambda v: v.a(str), ""),
        multiline=_flag(at.child("multiline")) if "multiline" in at.data else False,
        validator=at.optional("validator", lambda v: v.a(str), ""),
        when=at.data.get("when", True),
        ask=at.data.get("ask", True),
    )
    if question.secret and default is MISSING:
        raise FormatError(
            f"the secret question `{name}` has no default", where=at.where, hint="an update could not answer it"
        )
    return question


def _type(at: Located) -> str:
    return at.data if isinstance(at.data, str) and not at.data.isidentifier() else one_of(*TYPES)(at)


def _flag(at: Located) -> bool | str:
    return at.data if isinstance(at.data, str) else at.a(bool)


def _choices(at: Located) -> Any:
    if not isinstance(at.data, list | dict | str) or not at.data:
        at.fail("a list, a mapping, or a template that gives one")
    return at.data


def _type_of(default: Any) -> str:
    name = type(default).__name__
    return name if name in ("str", "int", "float", "bool") else "yaml"
