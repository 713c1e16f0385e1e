"""Waivers that were written down, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.checked import Exceptions


def text(result: Exceptions) -> Iterator[Line]:
    """Say what is waived, until when, and who has to approve it."""
    for waiver in result.waivers:
        yield Line(f"{waiver.rule} is waived in {waiver.scope} until {waiver.expires} ({waiver.name})", "good")
    approvers = ", ".join(dict.fromkeys(waiver.approver for waiver in result.waivers))
    yield Line(f"Next: commit it, and have the change reviewed by {approvers}.", "title")


def data(result: Exceptions) -> dict[str, Any]:
    """Return the report of `scaffold waive`."""
    return {
        "path": str(result.root),
        "waivers": [
            {
                "rule": waiver.rule,
                "scope": waiver.scope,
                "content": list(waiver.content),
                "reason": waiver.reason,
                "owner": waiver.owner,
                "approver": waiver.approver,
                "created": str(waiver.created),
                "expires": str(waiver.expires),
                "link": waiver.link,
            }
            for waiver in result.waivers
        ],
    }
