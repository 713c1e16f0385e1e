"""The report on a fleet as one HTML file, which asks nobody for anything: styles, script and charts are in it.

Whatever a repository says of itself is text there: the template escapes it, what cannot be seen is shown by its number,
and a policy of the page's own lets the browser run nothing but the script of this package.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

import scaffold
from scaffold.report import pages
from scaffold.report.fleet.page import charts, guardrails, members, overview, rollouts
from scaffold.report.fleet.reasons import sections
from scaffold.report.fleet.whole import exceptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2

    from scaffold.report.fleet.whole import FleetReport

EARLY = 'document.documentElement.className="wait"'  # rows are laid out when the script has chosen which
REASONS = 12  # of one kind


def html(report: FleetReport) -> str:
    """Return the page."""
    return _templates().get_template("page.html").render(_said(report))


def _said(report: FleetReport) -> dict[str, Any]:
    status = report.status
    parts = {
        "style": pages.part(__name__, "page.css"),
        "script": pages.part(__name__, "page.js"),
        "early": EARLY,
    }
    return {
        "report": report,
        "scaffold": scaffold.__version__,
        **{name: Markup(text) for name, text in parts.items()},  # noqa: S704 - files of this package
        "digests": {name: pages.digest(text) for name, text in parts.items()},
        "figures": tuple(overview.figures(report)),
        "states": overview.state_bar(status.members),
        "reasons": tuple(sections(status)),
        "most_reasons": REASONS,
        "tables": {
            "owner": overview.by(report, lambda one: one.owner),
            "mission": overview.by(report, lambda one: one.mission),
        },
        "releases": overview.releases(report),
        "adoption": charts.adoption(report.history),
        "listed": members.listed(report),
        "rolling": tuple(rollouts.rolling(one, report.day) for one in report.carried),
        "guardrails": guardrails.guardrails(report.checked) if report.checked else None,
        "waivers": guardrails.waivers(report),
        "waived": len(exceptions(status)),
        "chart": charts,
    }


@cache
def _templates() -> jinja2.Environment:
    made = pages.templates(__name__)
    made.filters |= {"n": "{:,}".format, "some": _some}
    return made


def _some(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
