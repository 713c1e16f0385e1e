"""`.scaffold/waivers.yml`: exceptions with a reason, an owner, an approver and an end.

What is malformed or has expired waives nothing: a waiver that nobody can read must not open a door.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple, NoReturn

from scaffold.blueprint.globs import check, globs
from scaffold.blueprint.guardrails import WAIVERS, Guardrails
from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.formats.located import Located, day, texts
from scaffold.formats.lookup import line_of
from scaffold.formats.regex import regex
from scaffold.guard import people
from scaffold.guard.finding import Finding, Found, Severity

PATH = WAIVERS
ONE = "finding:"  # how a scope begins that names one finding by its fingerprint
LAPSING = 30  # days before its end from which on a waiver is warned about
KEYS = ("rule", "scope", "content", "reason", "owner", "approver", "created", "expires", "link")
BOUND = ("LK-01", "LK-02")  # a waiver of these is for one content of what is locked
SINCE = date(2026, 12, 1)  # the day from which a waiver says why, and for which content; earlier ones hold to their end
FEW, SHORT, DENSE = 2, 6, 4  # words, letters, and letters of a dense script that a reason has at least
_WILD = regex(r"\[[^\]]*\]|\\.|^!")
_ID = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
Standing = Literal["active", "lapsing", "unused", "expired", "malformed"]


class Waiver(NamedTuple):
    """One exception, which holds to its last day; `scope` is a pattern as in .gitignore, or `finding:FINGERPRINT`.

    `content` holds the ids of what it was granted for, where it is about what the platform owns.
    """

    rule: str
    scope: str
    reason: str
    owner: str
    approver: str
    created: date
    expires: date
    link: str | None
    line: int
    nth: int = 1  # on its line
    content: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What reports call it: its line, and which it is of those that begin there."""
        return f"{PATH}:{self.line}" + (f" ({self.nth})" if self.nth > 1 else "")

    def covers(self, finding: Finding) -> bool:
        """Whether it is for this finding, whenever it holds."""
        return self.is_about(finding) and (not self.content or finding.content in (None, *self.content))

    @property
    def is_unbound(self) -> bool:
        """Whether it holds for whatever becomes of a file that the platform owns."""
        return self.rule in BOUND and not self.content

    def is_about(self, finding: Finding) -> bool:
        """Whether it is for this finding, or was while the file held something else."""
        if self.rule != finding.rule:
            return False
        if self.scope.startswith(ONE):
            return self.scope.removeprefix(ONE) == finding.fingerprint
        return matches(self.scope, finding)

    def holds(self, today: date) -> bool:
        """Whether it has not expired."""
        return today <= self.expires


def matches(pattern: str, finding: Finding) -> bool:
    """Whether a finding is in a file that a pattern, as in .gitignore, matches."""
    return finding.path is not None and globs((pattern,)).matches(finding.path)


class Waivers(NamedTuple):
    """The waivers that are in order, and what is wrong with the others."""

    entries: tuple[Waiver, ...] = ()
    malformed: tuple[Found, ...] = ()


class Stood(NamedTuple):
    """How a waiver stands: active, lapsing within 30 days, unused, or expired."""

    waiver: Waiver
    state: Standing


class Policy(NamedTuple):
    """What a waiver must keep to: the blueprint's rules on them, and the severity of each rule that may be waived.

    Those that were created before `since` need no content, and no reason that says much.
    """

    guardrails: Guardrails
    severities: dict[str, Severity]
    today: date
    since: date = SINCE


def read(content: bytes | None, policy: Policy) -> Waivers:
    """Read the file; what is wrong with an entry, or with the whole, is a breach and no error."""
    if content is None:
        return Waivers()
    try:
        document = yaml.load(content, PATH)
        if document.data is None:
            return Waivers()
        document.only({"waivers"})
        entries = list(document.required("waivers", lambda at: at.elements() if at.data is not None else iter(())))
    except FormatError as error:
        return Waivers((), (_malformed(error, 1),))
    good: list[Waiver] = []
    bad: list[Found] = []
    for at in entries:
        try:
            waiver = _waiver(at, policy)
            good.append(waiver._replace(nth=1 + sum(one.line == waiver.line for one in good)))
        except FormatError as error:
            bad.append(_malformed(error, line_of(at)))
    return Waivers(tuple(good), tuple(bad))


def stand(waivers: Waivers, used: Iterable[str], today: date) -> Sequence[Stood]:
    """Return how each waiver stands; `used` names those that a finding was waived by."""
    names = frozenset(used)
    return [Stood(waiver, _standing(waiver, names, today)) for waiver in waivers.entries]


def _standing(waiver: Waiver, used: frozenset[str], today: date) -> Standing:
    if not waiver.holds(today):
        return "expired"
    if waiver.name not in used:
        return "unused"
    return "lapsing" if (waiver.expires - today).days <= LAPSING else "active"


def _malformed(error: FormatError, line: int) -> Found:
    place, _, number = (error.where or "").rpartition(":")
    at = int(number) if place and number.isdecimal() else line
    return Found(f"this waiver waives nothing: {error.message}", PATH, at)


def _waiver(at: Located, policy: Policy) -> Waiver:
    at.only(set(KEYS))
    waiver = Waiver(
        rule=at.required("rule", _filled),
        scope=at.required("scope", _scope),
        reason=at.required("reason", _filled),
        owner=at.required("owner", _filled),
        approver=at.required("approver", _filled),
        created=at.required("created", day),
        expires=at.required("expires", day),
        link=at.optional("link", _filled, None),
        line=line_of(at),
        content=at.optional("content", _content, ()),
    )
    _refuse(at, waiver, policy)
    return waiver


def _refuse(at: Located, waiver: Waiver, policy: Policy) -> None:
    """Raise FormatError for a waiver that the blueprint does not allow."""
    severity = policy.severities.get(waiver.rule.partition("/")[0])
    if severity is None:
        _wrong(at, "rule", f"{waiver.rule} is no rule that is checked here and may be waived")
    for key, name in (("owner", waiver.owner), ("approver", waiver.approver)):
        if people.mixes_alphabets(name):
            _wrong(at, key, f"{name} mixes letters of several alphabets, so that nobody can tell who is meant")
    if people.may_be_same(waiver.approver, waiver.owner):
        _wrong(at, "approver", f"{waiver.approver} owns it, and somebody else has to approve it")
    approvers = policy.guardrails.approvers
    if approvers and not people.is_one_of(waiver.approver, approvers):
        _wrong(at, "approver", f"{waiver.approver} may not approve it; the blueprint names {', '.join(approvers)}")
    if waiver.created > policy.today:
        _wrong(at, "created", f"it says that it was created on {waiver.created}, and it is {policy.today}")
    if waiver.created >= policy.since and _is_bare(waiver.reason):
        _wrong(at, "reason", f"`{waiver.reason}` does not say why the rule cannot be kept for now")
    if waiver.created >= policy.since and waiver.is_unbound:
        hint = "`content` has to say of what it is an exception, as scaffold waive writes it"
        raise FormatError(f"it would hold for whatever becomes of {waiver.scope}", where=at.where, hint=hint)
    if waiver.expires < waiver.created:
        _wrong(at, "expires", f"it ends on {waiver.expires}, before it was created")
    longest = policy.guardrails.longest_for(severity)
    if (days := (waiver.expires - waiver.created).days) > longest:
        _wrong(at, "expires", f"it would hold for {days} days, and a rule of {severity} severity allows {longest}")


def _wrong(at: Located, key: str, message: str) -> NoReturn:
    raise FormatError(message, where=at.child(key).where)


def _filled(at: Located) -> str:
    if not at.a(str).strip():
        at.fail("filled in")
    return str(at.data).strip()


def _scope(at: Located) -> str:
    scope = _filled(at)
    check(scope, at.where)
    if not scope.startswith(ONE) and not re.search(r"\w", _WILD.sub("", scope)):
        raise FormatError(
            f"the scope `{scope}` names nothing, so that it would be for everything",
            where=at.where,
            hint="name files by a pattern",
        )
    return scope


def _is_bare(reason: str) -> bool:
    """Whether a reason is hardly more than a word; some scripts write a sentence without a space."""
    words = re.findall(r"\w+", reason)
    dense = sum(unicodedata.east_asian_width(one) in "WF" for one in reason)
    return dense < DENSE and (len(words) < FEW or sum(map(len, words)) < SHORT)


def _content(at: Located) -> tuple[str, ...]:
    ids = texts(at) if isinstance(at.data, list) else (_filled(at),)
    if not ids or not all(_ID.fullmatch(id_) for id_ in ids):
        at.fail("the id of what it was granted for, 40 or 64 hexadecimal digits, or a list of them")
    return ids
