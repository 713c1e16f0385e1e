"""What a rule finds, and what became of it."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from scaffold.errors import without_credentials

LOOKED_AT, SHOWN = 1_000, 60  # characters of a value in which an address may be, and that a finding repeats
Severity = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
State = Literal["pass", "fail", "waived", "not_applicable", "unknown"]
STATES: tuple[State, ...] = ("pass", "fail", "waived", "not_applicable", "unknown")


class Found(NamedTuple):
    """One breach, as a rule reports it; without `known` it is something that the rule could not look at.

    `key` is a key path of the file where the breach is about one, and `fix` what to do about this one rather than about
    the rule in general. An outside judge has rules of its own: `rule` is its name for one, with a `severity`. `content`
    is an id of what stands there, where an exception is for just that.
    """

    message: str
    path: str | None = None
    line: int | None = None
    key: str | None = None
    fix: str | None = None
    known: bool = True
    rule: str = ""
    severity: Severity | None = None
    content: str | None = None


class Finding(NamedTuple):
    """One breach of a rule, or one thing that it could not check; state: fail, waived or unknown.

    `fingerprint` stays while the line moves; `waiver` names the exception that holds for it.
    """

    rule: str
    severity: Severity
    state: State
    message: str
    fix: str
    fingerprint: str
    path: str | None = None
    line: int | None = None
    key: str | None = None
    waiver: str | None = None
    content: str | None = None


def told(text: str) -> str:
    """Return a value as a finding repeats it: short, and without what an address in it may sign in with."""
    text = without_credentials(text[:LOOKED_AT])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def fingerprints(rule: str, found: Iterable[Found]) -> Iterator[str]:
    """Yield a name for each breach that does not change with its line: 16 hexadecimal digits."""
    from hashlib import sha256  # 4 ms that a report, which needs the severities only, does without

    counts: dict[str, int] = {}
    for one in found:
        identity = "\0".join((rule, one.rule, one.path or "", one.key or "", one.message))
        counts[identity] = counts.get(identity, 0) + 1
        yield sha256(f"{identity}\0{counts[identity]}".encode(errors="surrogatepass")).hexdigest()[:16]
