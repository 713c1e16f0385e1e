"""The page on a fleet as text: complete without a browser, of bounded size, and what others say in it is only text."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from scaffold.report.fleet import whole_data, whole_markdown
from scaffold.report.fleet.delayed import delays
from scaffold.report.fleet.page import html, members
from scaffold.report.fleet.page.charts import adoption, burndown
from scaffold.report.fleet.page.overview import figures
from scaffold.report.fleet.whole import by_whom, stuck
from tests.report import fleets

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e'
SIZE = 300
ADDRESS = "javascript:alert(3)"


class Read(HTMLParser):
    """What a browser without JavaScript makes of a page: tags with their attributes, and the rows of tables."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.rows, self.text, self._hidden = [], [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if self._hidden:
            return
        self.text.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def row(self, start):
        return next(row for row in self.rows if row and row[0].strip() == start)


@pytest.fixture(scope="module")
def report():
    return fleets.report(SIZE)


@pytest.fixture(scope="module")
def read(report):
    return Read(html(report))


def test_every_member_is_in_the_table_with_what_is_known_of_it(report, read):
    for one in report.status.members:
        _, state, _, owner, mission, blueprint, behind, drift, score, _, _ = read.row(one.name)
        assert state.split()[0] == one.state
        assert (owner.strip(), mission.strip()) == (one.owner, one.mission)
        assert blueprint.startswith(one.blueprint)
        assert behind == ("" if one.behind is None else str(one.behind))
        assert drift == (str(len(one.status.drift)) if one.status else "")
        assert score.startswith(f"{one.score.passed} of {one.score.of}" if one.score else "")


def test_which_of_mine_are_behind_and_why(report, read):
    known = delays(report)
    behind = [one for one in report.status.members if one.state == "behind" and one.blueprint != "go-worker"]
    assert behind
    for one in behind:
        assert known[one.name][:100] in read.row(one.name)[2]
    said = {known[one.name].split(",")[0] for one in behind}
    assert {"update: waits for review", "update: its wave has not begun"} <= said


def test_which_rule_fails_most_and_where(report, read):
    fails = {}
    for _, checked in report.checked.checks:
        for one in checked.verdicts:
            fails[one.rule.id] = fails.get(one.rule.id, 0) + (one.state == "fail")
    worst = max(fails, key=fails.get)
    first = next(row for row in read.rows if row and re.match(r"[A-Z]{2}-\d\d ", row[0]))
    assert first[0].startswith(tuple(id_ for id_, count in fails.items() if count == fails[worst]))
    assert int(first[2]) == fails[worst]
    assert "@acme/team-" in first[7]


def test_what_is_stuck_and_on_whom(report, read):
    found = stuck(report.carried[0])
    assert {one.what for one in found} >= {"checks fail", "waits for review", "held", "unreadable"}
    text = "".join(read.text)
    for who, kinds in by_whom(found).items():
        assert f"{who} {', '.join(f'{what} {count}' for what, count in kinds.items())}" in text
    for one in found:
        assert any(row[:2] == [one.name, one.what] and ", ".join(one.on) in row[2] for row in read.rows)


def test_nothing_is_asked_of_anybody(read):
    for _, attributes in read.tags:
        assert not {"src", "srcset", "action", "background", "ping"} & attributes.keys()
        for name in attributes:
            assert not name.startswith("on")
            assert name != "style"
    assert [one["href"] for tag, one in read.tags if tag == "link"] == ["data:,"]
    policy = next(one["content"] for tag, one in read.tags if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def _hostile(report):
    first, *others = report.status.members
    first = first._replace(name=HOSTILE, owner=HOSTILE, mission=HOSTILE, repository=ADDRESS, why=HOSTILE)
    carried = report.carried[0]
    patch = carried.plan.groups[0]
    plan = carried.plan._replace(groups=(patch._replace(diff=f"+{HOSTILE}", files=(HOSTILE,)),))
    rollout = carried.told.rollout
    followed = rollout.members[0]._replace(stage="failed", why=HOSTILE, web=ADDRESS)
    told = carried.told._replace(rollout=rollout._replace(why=HOSTILE, members=(followed, *rollout.members[1:])))
    status = report.status._replace(members=(first, *others), file=HOSTILE, where=HOSTILE, notes=(HOSTILE,))
    return report._replace(status=status, carried=(carried._replace(plan=plan, told=told, folder=HOSTILE),))


def test_markup_in_names_is_text(report):
    page = html(_hostile(report))
    read = Read(page)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert not [one for _, one in read.tags if (one.get("href") or "").startswith("javascript")]
    assert "".join(read.text).count("<script>alert(1)</script>") > 8
    assert sum(tag == "script" for tag, _ in read.tags) == 2
    for made in (whole_markdown.markdown(_hostile(report)), whole_data.table(_hostile(report))):
        assert "\u202e" not in made


def test_a_small_fleet_without_anything(report):
    bare = report._replace(checked=None, history=(), carried=(), status=report.status._replace(members=()))
    assert "Nobody has anything to do." in html(bare)
    assert "Nobody has a waiver." in html(bare)
    alone = fleets.report(1, days=1, check=False, rolling=False)
    assert "The history of this fleet begins on 2027-01-15" in html(alone)


def test_a_large_fleet_lists_those_who_need_somebody_and_counts_the_others(report, monkeypatch):
    monkeypatch.setattr(members, "ROWS", 30)
    found = members.listed(report)
    states = [row.state for row in found.rows]
    needy = [one for one in report.status.members if not one.is_clean]
    assert len(states) == 30
    assert "current" not in states
    assert states == sorted(states, key=members.PRESSING.index)
    assert found[1:] == (len(needy) - 30, SIZE - len(needy))
    assert f"{len(needy) - 30} more need somebody, and {SIZE - len(needy)} are current" in html(report)


def test_charts_stand_on_one_another_and_end_with_what_is(report):
    chart = adoption(report.history)[0]
    latest = report.history[-1].blueprints["python-http-service"]
    assert {layer.name: layer.last for layer in chart.layers} == latest
    assert chart.numbers[0] == ("2027-01-15", tuple(latest[name] for name in chart.names))
    assert adoption(report.history[:1]) == ()
    burnt = burndown(report.carried[0].told)
    counts = report.carried[0].told.rollout.counts()
    assert burnt.layers[0].last == counts["merged"]
    assert sum(layer.last for layer in burnt.layers) == sum(counts.values())


def test_the_numbers_of_a_short_course_say_the_second_and_no_moment_twice(report):
    told = report.carried[0].told
    at = told.moments[0].at
    quick = told._replace(moments=tuple(one._replace(at=at + n // 2) for n, one in enumerate(told.moments[:9])))
    rows = [said for said, _ in burndown(quick).numbers]
    assert rows == [f"{datetime.fromtimestamp(at + second, UTC):%Y-%m-%d %H:%M:%S} UTC" for second in (4, 3, 2, 1, 0)]


def test_what_is_unknown_stands_beside_what_was_checked(report):
    unknown = sum(one.score.summary["unknown"] for one in report.status.members if one.score)
    (tile,) = [one for one in figures(report) if one.what == "rules pass"]
    assert unknown
    assert tile.more.endswith(f" checked, {unknown} unknown")


def test_the_csv_has_a_line_for_each_member_and_its_update(report):
    lines = whole_data.table(report).splitlines()
    assert len(lines) == SIZE + 1
    assert lines[0].endswith(",update,update_number,update_days,update_why")
    name, update = next(iter(report.updates.items()))
    line = next(line for line in lines if line.startswith(f"{name},"))
    assert f",{update.web},{update.number},5," in line


def test_the_tables_as_markdown(report):
    text = whole_markdown.markdown(report)
    for head in (f"### {SIZE} members of `fleet.yml`", "### Rules that fail: ", "### Rollout to python-http-service 2.0.0: waiting", "| the platform |", "### Waivers: "):  # fmt: skip
        assert head in text
