"""The page on what a release changes: what is on it, and in a real browser no request and no fault of axe's."""

import re

import pytest

from scaffold.report import compared_page
from scaffold.report.compared import Change, Changed, Compared
from tests.browser import VIEWS

HOSTILE = "<script>alert(1)</script>\u202e"
DIFF = f"""\
diff --git a/x b/x
index 78b36ca..b391ee4 100644
--- a/x
+++ b/x
@@ -1,3 +1,3 @@
 first
--- a line that looks like a head
++++ {HOSTILE}
 last
@@ -90,2 +90,3 @@ far
 one
+{"wide " * 100}
 two
\\ No newline at end of file
"""


def made(files=()):
    changes = tuple(
        Change("file changed", level, f"{level} {HOSTILE}", "do it" if level == "major" else "")
        for level in ("major", "minor", "patch")
    )
    return Compared("tool", "1.0.0", "2.0.0", changes, tuple(files), ("large", "small"))


PATH = f"{'deep/' * 40}file.yml"
FILES = (
    Changed("x", "changes", "managed", ("large", "small"), DIFF),
    Changed("x", "changes", "managed", ("small",), DIFF),
    Changed(PATH, "is added", "locked", ("large", "small"), "@@ -0,0 +1,2 @@\n+a\n+b\n"),
    Changed("old.sh", "is dropped", "seeded", ("large", "small"), ""),
    Changed("run.sh", "becomes 100755", "seeded", ("large", "small"), ""),
    Changed("long", "changes", "managed", ("large", "small"), "@@ -0,0 +1,999 @@\n" + "+line\n" * 999),
)


def rows(page, number):
    part = page.split("<details")[number].partition("</details>")[0]
    return [re.findall(r"<td>(.*?)(?=<td>|\n)", row) for row in part.split("<tr")[1:]]


def test_the_difference_is_numbered_as_both_sides_are():
    found = rows(compared_page.html(made(FILES)), 1)
    assert [row[:3] for row in found] == [
        ["", "", " "], ["1", "1", " "], ["2", "", "-"], ["", "2", "+"], ["3", "3", " "],
        ["", "", " "], ["90", "90", " "], ["", "91", "+"], ["91", "92", " "], ["", "", " "],
    ]  # fmt: skip
    assert found[2][3] == "<code>-- a line that looks like a head</code>"


def test_what_others_have_written_is_text():
    page = compared_page.html(made(FILES))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_what_is_long_is_folded_and_what_has_no_difference_says_so():
    page = compared_page.html(made(FILES))
    assert [" open" in part.partition(">")[0] for part in page.split("<details")[1:]] == [True] * 5 + [False]
    assert page.count("The file goes.") == 1
    assert page.count("Its content stays as it is.") == 1
    assert "changes, small" in page
    assert "Nothing changes for a stamped service." in compared_page.html(made()._replace(changes=()))


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
@pytest.mark.parametrize("files", [FILES, ()], ids=["files", "none"])
def test_axe_finds_nothing_and_nothing_sticks_out(browser, tmp_path, files, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    place, strange = tmp_path / "page.html", []
    place.write_text(compared_page.html(made(files)))
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.on("request", lambda one: strange.append(one.url) if one.url != place.as_uri() else None)
    page.on("console", lambda message: strange.append(message.text))
    page.goto(place.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    context.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert strange == []
