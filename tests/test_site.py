"""The site: how long its pages are, how its tables are headed, and what a browser and axe say of each of them."""

import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from tests.browser import VIEWS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
MOST = 1_200  # words of a page that is no reference
WRITTEN = (
    "reference/cli.md",
    "reference/files.md",
    "reference/json.md",
    "reference/lint.md",
    "reference/python.md",
    "reference/rules.md",
    "reference/update-cases.md",
    "reference/weakenings.md",
)  # or held to the program by a test, key by key
MEASURED = (
    "reference/benchmark",
    "reference/public-templates.md",
    "reference/merge-cases.md",
    "reference/golden-paths.md",
    "reference/findings.md",
    "reference/mistakes.md",
)
DECISIONS = "why/decisions.md"
IN_ALL = 25_000


def words(path):
    return len(path.read_text().split())


def named(path):
    return path.relative_to(DOCS).as_posix()


@pytest.mark.parametrize("path", [page for page in PAGES if not named(page).startswith("reference/")], ids=named)
def test_a_page_is_no_longer_than_somebody_reads(path):
    if named(path) != DECISIONS:
        assert words(path) <= MOST


def test_all_pages_together_stay_within_their_words():
    aside = (*WRITTEN, *MEASURED, DECISIONS)
    assert sum(words(page) for page in PAGES if not named(page).startswith(aside)) <= IN_ALL


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_column_of_a_table_has_a_head(path):
    lines = path.read_text().splitlines()
    heads = [head for head, rule in pairwise(lines) if re.match(r"^\|[-:| ]+\|$", rule)]
    assert not [head for head in heads if re.search(r"\|\s*\|", head)]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as it is built, served on loopback."""
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    shutil.rmtree(folder)


@pytest.mark.long
@pytest.mark.limit(600)
@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_every_page_can_be_used_by_everybody(browser, site, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    folder, address = site
    found, elsewhere = {}, []
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as view:
        page = view.new_page()
        page.on(
            "request",
            lambda one: None if one.url.startswith((address, "data:", "blob:")) else elsewhere.append(one.url),
        )
        for path in sorted(folder.rglob("*.html")):
            page.goto(address + path.relative_to(folder).as_posix())
            broken = [one["id"] for one in Axe().run(page).response["violations"]]
            broken += ["wider than the screen"] * page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
            found |= {path.name: broken} if broken else {}
    assert (found, elsewhere) == ({}, [])


@pytest.mark.long
def test_a_page_is_whole_without_a_script(browser, site):
    _, address = site
    with browser.new_context(java_script_enabled=False) as view:
        page = view.new_page()
        page.goto(f"{address}index.html")
        assert page.locator("img[src='pictures/terminal.svg']").is_visible()
        page.click("text=I start a service")
        assert page.locator("h1").inner_text().startswith("A team's first day")
