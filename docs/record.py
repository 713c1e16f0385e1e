# ruff: noqa: INP001 - a script beside the pages it draws for
"""Record a terminal: run commands for real and draw what they print as an SVG that moves without a script.

`python docs/record.py` writes docs/pictures/terminal.svg anew, and terminal-still.svg for who wants less motion.
"""

import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
PRINTED = 6  # lines of each command that are shown
WIDE = 78  # characters
HIGH, LEFT, TOP = 22, 22, 62
DATA = "--data mission=Shop --data owner=@acme/shop --data outcome=Paid --defaults"
# What is shown, and what is run for it: the same but for answers, which a person would type.
STORY = (
    ("scaffold new python-http-service@1.1.0 orders", f"scaffold new python-http-service@1.1.0 orders {DATA}"),
    ("cd orders", "cd orders"),
    ("echo '# mine' >> Makefile", "echo '# mine' >> Makefile && git commit -qam edit"),
    ("scaffold status", "scaffold status"),
    ("scaffold update --commit", "scaffold update --commit --defaults"),
    ("scaffold status", "scaffold status"),
)
STYLE = """\
    text { font: 15px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #dfe7eb; white-space: pre }
    .prompt { fill: #5cd6c0 } .typed { fill: #ffffff; font-weight: 600 }
"""
MOVING = """\
    .step { opacity: 0; animation: shown 0.3s forwards }
    @keyframes shown { to { opacity: 1 } }
"""


def recorded() -> list[tuple[str, list[str]]]:
    """Run the story in a home of its own; return each command as shown with the lines that it printed."""
    with tempfile.TemporaryDirectory() as home:
        who = {f"GIT_{role}_{key}": "you" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = os.environ | who | {"PATH": path, "HOME": home, "COLUMNS": str(WIDE), "NO_COLOR": "1"}
        where, found = Path(home), []
        for shown, command in STORY:
            done = subprocess.run(  # noqa: S603 - the story above
                ["bash", "-c", command],  # noqa: S607
                cwd=where, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            )  # fmt: skip
            lines = done.stdout.replace(home, "~").splitlines()
            found.append((shown, [line[:WIDE] for line in _told(lines)]))
            where = where / shown.removeprefix("cd ") if shown.startswith("cd ") else where
    return found


def _told(lines: list[str]) -> list[str]:
    """Return what fits on the picture: the head, and of a long list the lines that say most."""
    if len(lines) <= PRINTED:
        return [line for line in lines if line.strip()]
    told = [line for line in lines if line.startswith(("Stamped", "Committed", "python")) or "locked" in line[:48]]
    return [told[0], "  …", *told[1:PRINTED]]


def _text(row: int, said: str) -> str:
    return f'<text x="{LEFT}" y="{TOP + HIGH * row}">{said}</text>'


def drawn(story: list[tuple[str, list[str]]], style: str) -> str:
    """Return the picture of a story."""
    rows, row, second = [], 0, 0.4
    for command, lines in story:
        texts = [_text(row, f'<tspan class="prompt">$ </tspan><tspan class="typed">{escape(command)}</tspan>')]
        texts += [_text(row + number, escape(line)) for number, line in enumerate(lines, 1)]
        rows.append(f'  <g class="step" style="animation-delay: {second:.1f}s">{"".join(texts)}</g>\n')
        row, second = row + len(lines) + 1, second + 0.9 + 0.25 * len(lines)
    wide, high = 760, TOP + HIGH * row + 6
    said = escape("; ".join(command for command, _ in story))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" aria-labelledby="t">\n'
        f'  <title id="t">A terminal: {said}</title>\n  <style>\n{style}  </style>\n'
        f'  <rect width="{wide}" height="{high}" rx="12" fill="#17212b"/>\n'
        '  <circle cx="24" cy="22" r="6" fill="#5d707c"/><circle cx="44" cy="22" r="6" fill="#5d707c"/>'
        '<circle cx="64" cy="22" r="6" fill="#5d707c"/>\n'
        f"{''.join(rows)}</svg>\n"
    )  # fmt: skip


if __name__ == "__main__":
    told = recorded()
    for name, style in (("terminal", STYLE + MOVING), ("terminal-still", STYLE)):
        (PICTURES / f"{name}.svg").write_text(drawn(told, style), encoding="utf-8")
