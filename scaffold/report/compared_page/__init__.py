"""What a release changes as one HTML page that loads and runs nothing; what others have written is text there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from scaffold.report import pages
from scaffold.report.compared import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaffold.report.compared import Changed, Compared

OPEN = 400  # lines of a difference that are shown unasked
OPEN_IN_ALL = 4_000  # of all files together
HEAD = ("diff --git", "index ", "--- ", "+++ ", "similarity ")


class Row(NamedTuple):
    """A line of a difference: of which kind, its numbers before and after, and the line without its sign."""

    kind: str
    before: str
    after: str
    text: str


class File(NamedTuple):
    """A file as the page shows it, whether that is unfolded, and how many lines come and go."""

    changed: Changed
    cases: str
    rows: tuple[Row, ...]
    open: bool
    added: int
    taken: int


def html(result: Compared) -> str:
    """Return the page."""
    style = pages.part(__name__, "page.css")
    files = tuple(_files(result))
    count = Counter(change.level for change in result.changes)
    said = {
        "result": result,
        "style": Markup(style),  # noqa: S704 - a file of this package
        "digest": pages.digest(style),
        "counts": [(level, count[level]) for level in LEVELS if count[level]],
        "files": files,
        "has_todo": any(change.todo for change in result.changes),
    }
    return pages.templates(__name__).get_template("page.html").render(said)


def _files(result: Compared) -> Iterator[File]:
    left = OPEN_IN_ALL
    for changed in result.files:
        rows = tuple(_rows(changed.text))
        whole = set(changed.cases) == set(result.cases)
        is_open = len(rows) <= min(OPEN, left)
        left -= len(rows) if is_open else 0
        kinds = Counter(row.kind for row in rows)
        cases = "every case" if whole else ", ".join(changed.cases)
        yield File(changed, cases, rows, is_open, kinds["add"], kinds["del"])


def _rows(text: str) -> Iterator[Row]:
    """Yield the lines of git's difference, numbered; what git says of the file before the first of them is left out."""
    before = after = 0
    for line in text.splitlines():
        sign, rest = line[:1], line[1:]
        if sign == "@":
            _, was, now, *_ = line.split(" ")
            before, after = (int(side[1:].partition(",")[0]) for side in (was, now))
            yield Row("at", "", "", line)
        elif not (before or after):
            if not line.startswith(HEAD):
                yield Row("said", "", "", line)
        elif sign in "+-":
            yield Row("add", "", str(after), rest) if sign == "+" else Row("del", str(before), "", rest)
            before, after = before + (sign == "-"), after + (sign == "+")
        elif sign == "\\":
            yield Row("said", "", "", line)
        else:
            yield Row("same", str(before), str(after), rest)
            before, after = before + 1, after + 1
