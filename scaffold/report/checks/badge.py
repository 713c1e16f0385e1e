"""A check as a badge: a small picture for a README, made here and fetched from nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaffold.report.checks.words import COUNTED, one_line

if TYPE_CHECKING:
    from scaffold.report.checked import Checked

LABEL = "guardrails"
GOOD, DOUBTFUL, BAD = "#1a7f37", "#9a6700", "#cf222e"  # white text is easy to read on each
LETTER, PADDING = 7, 7  # the widest that a letter of the font comes to, and the room beside it
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{title}">
  <title>{title}</title>
  <clipPath id="round"><rect width="{width}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="20" fill="#444"/>
    <rect x="{left}" width="{right}" height="20" fill="{colour}"/>
  </g>
  <g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11" text-anchor="middle">
    <text x="{at_left}" y="14">{label}</text>
    <text x="{at_right}" y="14">{said}</text>
  </g>
</svg>
"""


def badge(checked: Checked) -> str:
    """Return the SVG; its title says what the picture has no room for."""
    from html import escape

    passed, of = checked.score
    said = f"{passed} of {of}"
    rest = ", ".join(f"{checked.summary[state]} {name}" for state, name in COUNTED if checked.summary[state])
    name = one_line(f"{checked.blueprint} {checked.version}", 100)
    title = f"{LABEL}: {said} rules of {name} pass" + (f" ({rest})" if rest else "")
    left, right = (2 * PADDING + LETTER * len(text) for text in (LABEL, said))
    return PICTURE.format(
        width=left + right,
        left=left,
        right=right,
        at_left=left / 2,
        at_right=left + right / 2,
        label=LABEL,
        said=said,
        title=escape(title),
        colour=_colour(checked),
    )


def _colour(checked: Checked) -> str:
    counts = checked.summary
    if counts["fail"]:
        return BAD
    return DOUBTFUL if counts["unknown"] or counts["waived"] or not counts["pass"] else GOOD
