"""A rule: one guardrail, with what an auditor and a developer want to know of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Required, TypedDict, Unpack

from scaffold.guard.finding import Found, Severity

if TYPE_CHECKING:
    from scaffold.guard.look import Look

Looking = Callable[["Look"], Iterable[Found]]


class NotApplicable(Exception):  # noqa: N818 - no error: a rule says that there is nothing for it to look at
    """There is nothing here that the rule is about; the message says what is not there."""


class CannotTell(Exception):  # noqa: N818 - no error either: a rule says that it cannot be checked here
    """The rule cannot be checked here; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One guardrail. `title` says what holds where it passes; `files` are patterns of what it looks at.

    `references` are ids of OSPS Baseline, OpenSSF Scorecard, SLSA, CIS and their kin. `parameters` are the defaults of
    what a blueprint may set, and `beyond` says what else finds the deeper cases. `look` yields what breaks the rule, or
    raises NotApplicable.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    fix: str
    look: Looking
    references: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    can_be_waived: bool = True
    beyond: str = ""


class Looked(NamedTuple):
    """What a rule, or an outside judge, reports; `why` says so where there was nothing to look at (`found` is None)."""

    rule: Rule
    found: tuple[Found, ...] | None = ()
    why: str = ""


class About(TypedDict, total=False):
    """What people are told of a rule, and what a blueprint may set of it: see `Rule`."""

    severity: Required[Severity]
    rationale: Required[str]
    fix: Required[str]
    references: tuple[str, ...]
    files: tuple[str, ...]
    parameters: Mapping[str, Any]
    can_be_waived: bool


def rule(id_: str, title: str, **about: Unpack[About]) -> Callable[[Looking], Rule]:
    """Make a rule of the function below: for plugins, whose metadata stands in their code."""
    return lambda look: Rule(id=id_, title=title, look=look, **about)
