"""A lint for people and for programs: each finding with its place, why it matters, and the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from scaffold.formats.shown import on_one_line, to_json
from scaffold.report.checks.data import data
from scaffold.report.checks.github import github
from scaffold.report.checks.sarif import log
from scaffold.report.checks.words import failing, one_line, place, with_state
from scaffold.report.text import Line, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.checked import Checked

Form = Literal["text", "json", "sarif", "github"]
COMMAND = "scaffold blueprint lint"
ROOT = "The top of the library."
TONES: dict[str, Tone] = {"critical": "bad", "high": "bad", "medium": "warn", "low": "warn"}


def text(checked: Checked) -> Iterator[Line]:
    """Say what is found, rule by rule, the worst first."""
    yield Line(f"{checked.blueprint} {checked.version}".strip() + f": lint of {checked.root}", "title")
    for verdict, findings in failing(checked):
        rule = verdict.rule
        yield Line("")
        yield Line(f"{rule.id} {rule.title} ({findings[0].severity})", TONES[findings[0].severity])
        for finding in findings:
            yield Line(f"  {place(finding)}{one_line(finding.message)}")
            yield Line(f"    mend: {one_line(finding.fix)}")
        yield Line(f"  why: {one_line(rule.rationale)}", "dim")
    yield from (Line(f"  note: {one_line(note)}", "dim") for note in checked.notes)
    yield Line("")
    number, rules = len(checked.findings), len(checked.verdicts)
    said = "1 finding" if number == 1 else f"{number} findings"
    yield Line(f"{said if number else 'no findings'} by {rules} rules", "bad" if number else "good")


def written(form: Form, checked: Checked) -> bytes:
    """Return the report in UTF-8; JSON has the keys of `scaffold check`."""
    if form == "text":
        made = "".join(f"{on_one_line(line.text)}\n" for line in text(checked))
    elif form == "github":
        made = github(checked, COMMAND)
    elif form == "sarif":
        made = to_json(log([checked], "scaffold-blueprint-lint/", ROOT, lambda _, one: one.fingerprint))
    else:
        made = to_json(as_data(checked))
    return made.encode("utf-8", "backslashreplace")


def as_data(checked: Checked) -> dict[str, Any]:
    """Return the lint with the keys of `scaffold check`, and beside each finding why it matters."""
    whys = {verdict.rule.id: verdict.rule.rationale for verdict in checked.verdicts}
    found = data(checked)
    return {**found, "findings": [{**one, "why": whys[one["rule"]]} for one in found["findings"]]}


def is_clean(checked: Checked) -> bool:
    """Whether nothing was found."""
    return not with_state("fail", checked)
