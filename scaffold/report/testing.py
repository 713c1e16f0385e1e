"""What a test of a blueprint came to, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scaffold.report.checks.words import one_line
from scaffold.report.text import Line, Tone, many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

SHOWN = 60  # lines of a difference that are shown


class Update(NamedTuple):
    """What an update of a case from a version comes to: see `authoring.updates`; `untried` is code that was not run."""

    case: str
    version: str
    changed: int = 0
    conflicts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    error: str = ""
    untried: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether it is as it should be."""
        return not (self.conflicts or self.missing or self.error)


class Gated(NamedTuple):
    """How the gates of a case came out: pass, fail or unknown, and why."""

    case: str
    state: Literal["pass", "fail", "unknown"]
    why: str


class CaseTested(NamedTuple):
    """What became of one case; with an `error` it does not render.

    `score` is how many rules pass, and of how many, `failing` what fails; `snapshot` is where the kept one stands, and
    `difference` what is other now. `text` and `rendered` are what it renders to; `untried` are tasks that were not run.
    """

    name: str
    where: str
    error: str = ""
    files: int = 0
    score: tuple[int, int] = (0, 0)
    failing: tuple[str, ...] = ()
    snapshot: str | None = None
    difference: str = ""
    updates: tuple[Update, ...] = ()
    text: str = ""
    rendered: Any = None
    untried: tuple[str, ...] = ()


class Tested(NamedTuple):
    """A test: its cases, how many sets of choices hold how many pairs, and what of those failed or was refused.

    `hard` questions were answered so that it is hard to render, too.
    """

    root: PurePath
    blueprint: str
    version: str
    cases: tuple[CaseTested, ...]
    rows: int
    pairs: int
    refused: int
    failed: tuple[tuple[str, str], ...]
    gates: tuple[Gated, ...] = ()
    accepted: bool = False
    hard: int = 0

    @property
    def passes(self) -> bool:
        """Whether nothing fails: what was accepted is as it should be."""
        changed = not self.accepted and any(one.difference for one in self.cases)
        wrong = (one.error or one.failing or not all(up.is_clean for up in one.updates) for one in self.cases)
        return not (changed or any(wrong) or self.failed or any(one.state == "fail" for one in self.gates))


def text(result: Tested) -> Iterator[Line]:
    """Say what became of each case, of the pairs and of the gates."""
    yield Line(f"{result.blueprint} {result.version}: {many(len(result.cases), 'case')}", "title")
    for case in result.cases:
        yield from _case(case, accepted=result.accepted)
    if result.pairs:
        said = f"{many(result.pairs, 'pair')} of choices in {many(result.rows, 'set')}"
        refused = f", of which {result.refused} are refused by a validator" if result.refused else ""
        yield Line(f"  all {said} rendered{refused}" if not result.failed else f"  {said}{refused}", "plain")
    if result.hard:
        yield Line(f"  {many(result.hard, 'answer')} with quotes, a colon and a hash rendered")
    for where, why in result.failed:
        yield Line(f"  {one_line(where)}: {one_line(why)}", "bad")
    if tasks := next((case.untried for case in result.cases if case.untried), ()):
        yield Line(f"  {_not_run(tasks, 'task')}", "warn")
    tones: dict[str, Any] = {"pass": "good", "fail": "bad", "unknown": "warn"}
    for gate in result.gates:
        yield Line(f"  gates of {gate.case}: {gate.state} ({one_line(gate.why)})", tones[gate.state])
    yield Line("passed" if result.passes else "failed", "good" if result.passes else "bad")


def _case(case: CaseTested, *, accepted: bool) -> Iterator[Line]:
    if case.error:
        yield Line(f"  {case.name}: does not render: {one_line(case.error)}", "bad")
        return
    passed, of = case.score
    tone: Tone = "bad" if case.difference and not accepted else "plain"
    score = f", {passed} of {of} rules pass" if of else ""
    yield Line(f"  {case.name}: {many(case.files, 'file')}{score}, {_snapshot(case, accepted=accepted)}", tone)
    yield from (Line(f"    {one_line(one)}", "bad") for one in case.failing)
    if case.difference:
        lines = case.difference.splitlines()
        yield from (Line(f"    {line}", "warn", whole=True) for line in lines[:SHOWN])
        if len(lines) > SHOWN:
            yield Line(f"    and {len(lines) - SHOWN} lines more", "dim")
    for one in case.updates:
        if one.is_clean:
            yield Line(f"    from {one.version}: {many(one.changed, 'changed file')}, the team's edits are kept", "dim")
        if one.untried:
            yield Line(f"    from {one.version}: {_not_run(one.untried, 'migration', ' of code')}", "warn")
        for path in one.conflicts:
            yield Line(f"    from {one.version}: {path} is in conflict (say so under `_conflicts`, or mend it)", "bad")
        for path in one.missing:
            yield Line(f"    from {one.version}: {path} is in no conflict, and `_conflicts` says so", "bad")
        if one.error:
            yield Line(f"    {one_line(one.error)}", "bad")


def _not_run(places: tuple[str, ...], what: str, of: str = "") -> str:
    some, them = (f"1 {what}{of}", "it") if len(places) == 1 else (f"{len(places)} {what}s{of}", "them")
    return f"not run: {some} ({places[0]}); --trust runs {them}"


def _snapshot(case: CaseTested, *, accepted: bool) -> str:
    if accepted:
        return "snapshot accepted"
    if case.snapshot is None:
        return "no snapshot (--accept writes one)"
    return "differs from its snapshot (--accept takes it)" if case.difference else "as its snapshot"


def data(result: Tested) -> dict[str, Any]:
    """Return the test with stable keys."""
    return {
        "path": str(result.root),
        "blueprint": result.blueprint,
        "version": result.version,
        "passes": result.passes,
        "cases": [_case_data(case) for case in result.cases],
        "pairs": {
            "pairs": result.pairs,
            "sets": result.rows,
            "refused": result.refused,
            "failed": [{"choices": where, "why": why} for where, why in result.failed],
        },
        "hard": result.hard,
        "gates": [{"case": gate.case, "state": gate.state, "why": gate.why} for gate in result.gates],
    }


def _case_data(case: CaseTested) -> dict[str, Any]:
    return {
        "name": case.name,
        "path": case.where,
        "error": case.error or None,
        "files": case.files,
        "score": {"passed": case.score[0], "of": case.score[1]},
        "failing": list(case.failing),
        "snapshot": case.snapshot,
        "difference": case.difference,
        "untried": list(case.untried),
        "updates": [
            {
                "from": one.version,
                "changed": one.changed,
                "conflicts": list(one.conflicts),
                "missing": list(one.missing),
                "error": one.error or None,
                "untried": list(one.untried),
            }
            for one in case.updates
        ],
    }
