"""The page on a fleet of 5,000 in a real browser: no request, no fault of axe's, quick, and whole without JavaScript."""

import pytest

from scaffold.report.fleet.page import html
from tests.browser import VIEWS
from tests.report import fleets
from tests.report.test_fleet_page import HOSTILE, _hostile

pytestmark = [pytest.mark.long, pytest.mark.limit(120)]
MEMBERS = 5_000
MOST = 5_000_000  # bytes of the page
# Milliseconds from an event to the new layout, as the page itself measures them.
TIMED = """([id, value, event]) => {
  const element = document.querySelector(id), begun = performance.now();
  if (event === "click") element.click();
  else { element.value = value; element.dispatchEvent(new Event(event)); }
  document.body.offsetHeight;
  return performance.now() - begun;
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    page = tmp_path_factory.mktemp("page") / "fleet-report.html"
    page.write_text(html(fleets.report(MEMBERS)))
    return page


@pytest.fixture
def opened(browser, place):
    """Open the page, and say after the test what else was asked for, or went wrong."""
    contexts, strange = [], []

    def make(page=place, **more):
        context = browser.new_context(offline=True, **more)
        contexts.append(context)
        made = context.new_page()
        made.on("request", lambda one: strange.append(one.url) if one.url != page.as_uri() else None)
        made.on("pageerror", lambda error: strange.append(str(error)))
        made.on("console", lambda message: strange.append(message.text))
        made.goto(page.as_uri())
        return made

    yield make
    for one in contexts:
        one.close()
    assert strange == []


def count(page):
    return page.inner_text("#count")


def shown(page):
    """How many members are chosen."""
    return int(count(page).partition(" member")[0].split()[-1].replace(",", ""))


def names(page):
    return page.eval_on_selector_all("#m tbody tr", "rows => rows.map(row => row.cells[0].textContent)")


def test_the_page_is_of_bounded_size(place):
    print(f"{MEMBERS} members: {place.stat().st_size / 1e6:.2f} MB")
    assert place.stat().st_size <= MOST


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_axe_finds_nothing_and_nothing_sticks_out(opened, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(viewport={"width": width, "height": 900}, color_scheme=scheme)
    timing = "performance.getEntriesByType('paint').map(one => Math.round(one.startTime))"
    print(f"{width} {scheme}: first view after {page.evaluate(timing)} ms")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1440, 375])
def test_it_is_sorted_filtered_and_searched(opened, width):
    page = opened(viewport={"width": width, "height": 900})
    report = fleets.report(MEMBERS)
    behind = {one.name for one in report.status.members if "behind" in one.states}
    times = {"state": page.evaluate(TIMED, ["#f-state", "behind", "change"])}
    assert f"{len(behind):,} members, of 5,000" in count(page)
    assert {*names(page)} <= behind
    page.click("#tools button[type=reset]")
    page.wait_for_function("document.getElementById('count').textContent.endsWith('5,000 members')")
    times["search"] = page.evaluate(TIMED, ["#q", "service-0123", "input"])
    assert names(page) == [f"service-0123{number}" for number in range(10)]
    assert count(page) == "Showing 10 members, of 5,000"
    page.evaluate(TIMED, ["#q", "", "input"])
    for column in range(1, 12):
        times[f"sort {column}"] = page.evaluate(TIMED, [f"#m thead th:nth-child({column}) button", "", "click"])
        assert page.get_attribute(f"#m thead th:nth-child({column})", "aria-sort") == "ascending"
    page.evaluate(TIMED, ["#m thead th:nth-child(7) button", "", "click"])
    page.evaluate(TIMED, ["#m thead th:nth-child(7) button", "", "click"])
    most = max(one.behind or 0 for one in report.status.members)
    assert page.inner_text("#m tbody tr td:nth-child(7)").split()[-1] == str(most)
    assert page.locator("[aria-sort]").count() == 1
    print(f"{width}: " + ", ".join(f"{what} {time:.0f} ms" for what, time in times.items()))


def test_a_name_anywhere_chooses_its_members_and_the_address_says_so(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    owner = page.inner_text("a[data-f=owner] >> nth=0")
    page.click("a[data-f=owner] >> nth=0")
    assert {*page.eval_on_selector_all("#m tbody tr", "rows => rows.map(row => row.cells[3].textContent)")} == {owner}
    again = opened(viewport={"width": 375, "height": 900})
    again.goto(page.url)
    assert shown(again) == shown(page) < MEMBERS
    rule = page.inner_text("a[data-f=rule] >> nth=0")
    fails = page.inner_text(".rules tbody td:nth-child(3) >> nth=0")
    page.click("a[data-f=rule] >> nth=0")
    assert page.input_value("#f-rule") == rule
    assert shown(page) == int(fails.replace(",", ""))


@pytest.mark.parametrize("width", [1440, 375])
def test_without_javascript_all_of_it_is_there(opened, width):
    page = opened(viewport={"width": width, "height": 900}, java_script_enabled=False)
    assert page.locator("#m tbody tr").count() == MEMBERS
    assert not page.is_visible("#tools")
    assert page.locator("button:visible").count() == 0
    assert page.is_visible("#m tbody tr >> nth=4999")
    assert count(page) == "5,000 members"


def test_nothing_of_a_hostile_name_is_run(opened, tmp_path):
    page = tmp_path / "hostile.html"
    page.write_text(html(_hostile(fleets.report(60))))
    made = opened(page, viewport={"width": 1440, "height": 900})
    made.on("dialog", lambda _: pytest.fail("something was run"))
    assert HOSTILE.rstrip("\u202e") in made.inner_text("#m tbody tr >> nth=0")
    assert made.locator("img").count() == 0


def test_a_print_has_every_row(opened):
    page = opened(viewport={"width": 1000, "height": 900})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(names(page)) == MEMBERS
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(names(page)) == 100


def test_fifty_thousand_members_are_still_a_page(opened, tmp_path):
    page = tmp_path / "large.html"
    page.write_text(html(fleets.report(50_000, check=False, owners=400)))
    print(f"50,000 members: {page.stat().st_size / 1e6:.2f} MB")
    made = opened(page, viewport={"width": 1440, "height": 900})
    assert "the 5,000 that need somebody most" in made.inner_text("#members .note")
    assert page.stat().st_size <= MOST
