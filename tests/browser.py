"""A real browser for pages, where there is one.

A browser of Playwright's keeps an event loop running in its thread, where no second one and no `asyncio.run` may start:
so there is one for all tests of a module, and none once they are over.
"""

import shutil
from importlib.util import find_spec

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")  # fmt: skip
VIEWS = [(width, scheme) for width in (1600, 375) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def browser():
    lacks = [name for name, found in (("chromium", CHROMIUM), ("playwright", find_spec("playwright")), ("axe-playwright-python", find_spec("axe_playwright_python"))) if not found]  # fmt: skip
    if lacks:
        pytest.skip(f"there is no {' and no '.join(lacks)}; make test-long installs the libraries, not the browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
