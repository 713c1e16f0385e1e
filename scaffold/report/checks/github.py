"""A check as annotations of a GitHub workflow: commands on standard output, which show beside the lines of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.formats.shown import shown
from scaffold.report.checks.words import (
    in_repository,
    one_line,
    score,
    unknown,
    until,
    with_state,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.guard.finding import Finding
    from scaffold.report.checked import Checked

COMMANDS = {"critical": "error", "high": "error", "medium": "warning", "low": "warning"}
MOST = 10  # of each kind that GitHub shows of a step
IN_VALUE: Mapping[str, str] = {"%": "%25", "\r": "%0D", "\n": "%0A"}
IN_PROPERTY: Mapping[str, str] = {**IN_VALUE, ":": "%3A", ",": "%2C"}


def github(checked: Checked, command: str = "scaffold check") -> str:
    """Return one command a line, the worst first since only so many are shown, and a line that counts them all."""
    return "".join(f"{line}\n" for line in (*_commands(checked), f"{command}: {_last(checked)}"))


def _commands(checked: Checked) -> Iterator[str]:
    titles = {verdict.rule.id: verdict.rule.title for verdict in checked.verdicts}
    for finding in with_state("fail", checked):
        title = f"{finding.rule} {titles.get(finding.rule.partition('/')[0], '')}".strip()
        said = f"{one_line(finding.message)}\n{one_line(finding.fix)}".strip()
        yield _command(checked, COMMANDS[finding.severity], (finding.path, finding.line), title, said)
    for (path, line, message), rules in unknown(checked).items():
        yield _command(checked, "warning", (path, line), f"{', '.join(rules)} could not be checked", one_line(message))
    for finding in with_state("waived", checked):
        where = (finding.path, finding.line)
        yield _command(checked, "notice", where, f"{finding.rule} is waived", _waived(checked, finding))


def _waived(checked: Checked, finding: Finding) -> str:
    waiver = checked.waiver_of(finding)
    reason = f" ({one_line(waiver.reason)})" if waiver else ""
    return f"{until(checked, finding)}: {one_line(finding.message)}{reason}"


def _command(checked: Checked, name: str, where: tuple[str | None, int | None], title: str, said: str) -> str:
    path, line = where
    properties = {"file": shown(in_repository(checked, path)), "line": str(line or ""), "title": one_line(title)}
    written = ",".join(f"{key}={_escaped(value, IN_PROPERTY)}" for key, value in properties.items() if value)
    return f"::{name} {written}::{_escaped(said, IN_VALUE)}"


def _escaped(text: str, as_: Mapping[str, str]) -> str:
    return "".join(as_.get(letter, letter) for letter in text)


def _last(checked: Checked) -> str:
    failing, waived = with_state("fail", checked), with_state("waived", checked)
    errors = sum(COMMANDS[finding.severity] == "error" for finding in failing)
    warnings = len(failing) - errors + len(unknown(checked))
    told = ((errors, "error"), (warnings, "warning"), (len(waived), "notice"))
    counts = ", ".join(f"{number} {name}{'s' * (number != 1)}" for number, name in told)
    cut = f" (GitHub shows {MOST} of a kind)" if max(errors, warnings, len(waived)) > MOST else ""
    return f"{score(checked)}. Annotations: {counts}{cut}."
