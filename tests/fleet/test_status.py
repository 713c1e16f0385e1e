"""`scaffold fleet status`: every number against `scaffold status` in a clone of each member, and what people read."""

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest

import scaffold
from scaffold.errors import FormatError
from scaffold.fleet.facts import of_standing
from scaffold.fleet.selectors import WORDS
from scaffold.report.fleet.standing import PRESSING, Standing
from scaffold.report.fleet.status_data import cell
from scaffold.report.fleet.status_text import text
from tests import kit
from tests.fleet import company as companies
from tests.fleet.test_mirrors import server
from tests.kit import git
from tests.scenarios import world

STATES = {  # of every kind, in a seeded company, whatever the version
    "unadopted": {"unadopted"}, "copier": {"unadopted"}, "empty": {"unreadable"}, "unborn": {"unreadable"},
    "damaged": {"unreadable"}, "newer": {"unreadable"}, "answerless": {"unreadable"}, "locked": {"drift"},
    "deleted": {"drift"}, "mode": {"drift"}, "key": {"drift"}, "odd": {"drift"}, "conflict": {"conflict"},
    "edited": {"edited"}, "lapsing": {"lapsing"}, "expired": {"drift", "lapsing"}, "sourceless": {"unknown"},
    "versionless": {"unknown"}, "clean": set(), "monorepo": set(),
}  # fmt: skip
WHY = {
    "empty": "HEAD names no commit", "unborn": "HEAD names no commit", "damaged": "the lock is damaged",
    "newer": "was written by scaffold 9.9.9", "answerless": ".scaffold/answers.yml: the file is missing",
    "sourceless": "there is no library at /nowhere/library", "versionless": "7.0.0 is there no more",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_cache():
    """What is read here needs no cache: so a command line need not start anew, with another environment."""


def looked(company, **more):
    return scaffold.fleet_status(company.file, today=companies.TODAY, **{"run_on": "loop", **more})


@pytest.fixture(scope="module")
def result(company):
    return looked(company)


def command(company, *words):
    return world.scaffold("fleet", "status", "--today", companies.TODAY, "--run-on", "loop", *words, where=company.root)


def as_alone(one: Standing) -> dict[str, object]:
    """What the status of a clone has to say too, wherever that is."""
    status = one.status
    return {
        key: getattr(status, key)
        for key in ("blueprint", "source", "version", "latest", "behind", "ahead", "drift", "conflicts", "edited_answers",
                    "waivers", "own", "missing", "unlike", "files", "notes", "state")
    }  # fmt: skip


def test_every_number_is_what_status_says_in_a_clone(company, result, tmp_path):
    members = {one.name: one for one in result.members}
    for kind in companies.KINDS:
        assert kind in company.kinds.values()
    for name, kind in company.kinds.items():
        for prefix in ("services/a", "services/b") if kind == "monorepo" else ("",):
            one = members.pop(f"{name}/{prefix}".rstrip("/"))
            assert one.prefix == prefix
            assert STATES[kind] <= set(one.states), (name, one.states)
            assert WHY.get(kind, "") in one.why
            if kind in ("empty", "unborn"):  # of which a clone has nothing
                assert one.status is None
                continue
            assert one.commit == git(Path(one.repository), "rev-parse", "HEAD")
            (tmp_path / name / prefix).mkdir(parents=True)
            alone = companies.alone(Path(one.repository), tmp_path / name / prefix / "clone", prefix)
            if isinstance(alone, str):
                assert one.status is None
                said = alone.replace(str(tmp_path / name / prefix / "clone"), one.repository)
                assert (one.why or "this is no scaffold project") in said
            else:
                assert as_alone(one) == as_alone(one._replace(status=alone))
                assert one.is_clean == (alone.state == "current")
                assert one.behind == releases(alone)
    assert not members


def test_a_check_tells_of_waivers_and_drift_what_a_look_tells(company, result):
    checked = looked(company, check=True)
    assert [one._replace(score=None, unchecked="") for one in checked.members] == list(result.members)
    assert any(one.status.waivers for one in checked.members if one.status)


def releases(alone):
    """How many releases come after a version, by counting them."""
    if alone.behind is None:
        return None
    order = ["0.9.0", "1.0.0", "1.1.0", "2.0.0", "2.1.0rc1"]
    after = order[order.index(alone.version) + 1 :]
    return sum(v in companies.RELEASES[alone.blueprint] and v in after for v in order[: order.index(alone.latest) + 1])


def test_the_summary_counts_every_member(company, result):
    done = command(company, "--format", "json")
    assert done.code == 3
    told = done.json
    assert [one["name"] for one in told["projects"]] == sorted(one.name for one in result.members)
    for one, project in zip(result.members, told["projects"], strict=True):
        assert (project["state"], project["states"]) == (one.states[0], list(one.states))
        assert (project["versions_behind"], len(project["drift"])) == (
            one.behind,
            len(one.status.drift if one.status else ()),
        )
    summary = told["summary"]
    for groups in ("owners", "missions", "blueprints"):
        for key in ("members", "clean", *PRESSING):
            assert sum(group[key] for group in summary[groups].values()) == summary[key]
    assert summary["members"] == len(result.members)
    for word in PRESSING:
        assert summary[word] == sum(word in one.states for one in result.members)
    assert summary["owners"]["@acme/asked"]["members"] > 0


@pytest.mark.parametrize("word", WORDS)
def test_a_state_is_selected_by_its_word(company, result, word):
    meant = [one.name for one in result.members if word in one.states]
    if meant:
        assert [one.name for one in looked(company, where=word).members] == meant
        others = [one.name for one in result.members if word not in one.states]
        assert [one.name for one in looked(company, where=f"!{word}").members] == others
    else:
        with pytest.raises(FormatError, match=f"`{word}` matches none of the {len(result.members)} members"):
            looked(company, where=word)


@pytest.mark.parametrize(
    "where", ["owner=acme/shop", "blueprint=web behind", "version=1.*,2.* !drift", "mission=Checkout label=tier:1",
              "name=monorepo-*", "library=*/library"],
)  # fmt: skip
def test_a_selector_means_the_same_before_and_after_a_look(company, result, where):
    selector = scaffold.fleet.selectors.parse(where)
    meant = [one.name for one in result.members if selector.matches(of_standing(one))]
    assert meant
    assert [one.name for one in looked(company, where=where).members] == meant


def test_who_means_nobody_is_told_in_one_sentence(company):
    for where, said in {
        "label=tier:9 behind": "`label=tier:9` alone matches none of the ",
        "blueprint=web,job,tool unadopted": "`blueprint=web,job,tool unadopted` matches none of the ",
        "behind name=zzz": "`name=zzz` alone matches none of the ",
    }.items():
        done = command(company, "--where", where)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(f"error: --where: {said}")


def test_nothing_is_written_or_checked_out(company):
    before = {path: path.lstat().st_mtime_ns for path in company.root.rglob("*")}
    looked(company, check=True)
    assert {path: path.lstat().st_mtime_ns for path in company.root.rglob("*")} == before


def test_the_score_is_that_of_a_check_with_its_denominator(company, result, tmp_path):
    checked = {one.name: one for one in looked(company, check=True).members}
    for name in ("locked-1", "lapsing-8", "expired-9"):
        one = checked[name]
        git(tmp_path, "clone", "--quiet", one.repository, name)
        alone = scaffold.check(tmp_path / name, today=companies.TODAY)
        assert one.score == (*alone.score, alone.summary)
    assert not any(one.score for one in result.members)
    assert [one.score is None for one in checked.values()] == [one.status is None for one in checked.values()]
    done = command(company, "--check", "--where", "name=locked-1")
    assert f"locked-1: {checked['locked-1'].score.passed} of {checked['locked-1'].score.of} rules pass\n" in done.out


def test_what_is_far_away_or_broken_is_one_member_and_stops_nobody(company, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:http")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    stamp = company.root / "stamps/web-2.0.0"
    lacking = shutil.copytree(stamp, tmp_path / "lacking")
    blob = git(lacking, "rev-parse", "HEAD:ci.yml")
    (lacking / ".git/objects" / blob[:2] / blob[2:]).unlink()
    far = shutil.copytree(stamp, tmp_path / "far")
    with server(tmp_path) as (served, base):
        entries = [
            {"url": f"{base}/closed/x", "name": "closed"},
            {"url": f"{base}/git/far/.git", "name": "far", "labels": {"tier": 1}},
            {"url": "http://127.0.0.1:1/x", "name": "silent", "owner": "@acme/far"},
            {"folder": str(lacking)},
            {"folder": str(tmp_path / "none")},
        ]
        (tmp_path / "fleet.yml").write_text(json.dumps({"members": entries}))
        status = scaffold.fleet_status(tmp_path / "fleet.yml", run_on="loop")
        served.asked.clear()
        scaffold.fleet_status(tmp_path / "fleet.yml", where="label=tier:1 current", run_on="loop")
        assert served.asked
        assert not [path for path in served.asked if "/far/" not in path], "who is not meant is not asked"
    found = {one.name: one for one in status.members}
    assert {name: one.state for name, one in found.items()} == {
        "closed": "unreadable", "far": "current", "silent": "unreadable", "lacking": "unreadable", "none": "unreadable"
    }  # fmt: skip
    assert "could not read Username" in found["closed"].why
    assert "lacks the content of ci.yml" in found["lacking"].why
    assert "there is no git repository" in found["none"].why
    (again,) = scaffold.fleet_status(tmp_path / "fleet.yml", where="name=far", run_on="loop").members
    assert (again.state, again.is_clean) == ("current", False)
    assert "using what was fetched before" in again.stale
    (offline,) = scaffold.fleet_status(tmp_path / "fleet.yml", where="name=far", offline=True, run_on="loop").members
    assert (offline.stale, offline.is_clean, offline.status.source) == ("", True, str(company.library))
    said = world.scaffold("fleet", "status", "--where", "owner=@acme/far", where=tmp_path)
    assert (said.code, said.err) == (3, "")
    assert "  git could not reach its repository: " in said.out
    kit.repo(far, {".scaffold/lock.json": "{}"})
    (tmp_path / "fleet.yml").write_text(json.dumps({"members": [{"url": f"file://{far}"}]}))
    (damaged,) = scaffold.fleet_status(tmp_path / "fleet.yml", run_on="loop").members
    assert damaged.why.startswith(f"file://{far}/.scaffold/lock.json: the lock is damaged: ")


def test_a_library_that_cannot_be_fetched_again_is_noted_once(company, tmp_path):
    source = shutil.copytree(company.library, tmp_path / "library")
    for name in "ab":
        companies.stamped(f"file://{source}", tmp_path / name, "web@2.0.0")
    (tmp_path / "fleet.yml").write_text(json.dumps({"members": [{"glob": "?"}]}))
    assert scaffold.fleet_status(tmp_path / "fleet.yml", run_on="loop").is_clean
    source.rename(tmp_path / "gone")
    found = scaffold.fleet_status(tmp_path / "fleet.yml", run_on="loop")
    lines = [line.text for line in text(found, 0)]
    assert lines[lines.index("Notes: 2 (what else there is to know)") + 1].endswith(
        "using what was fetched before: a, b"
    )


def test_two_of_one_name_are_refused_also_where_a_folder_of_one_has_it(tmp_path):
    lock = ".scaffold/lock.json"
    kit.repo(tmp_path / "shop", {f"web/{lock}": "{}\n"})
    kit.repo(tmp_path / "other", {lock: "{}\n"})
    members = [{"folder": "shop"}, {"folder": "other", "name": "shop/web"}]
    (tmp_path / "fleet.yml").write_text(json.dumps({"members": members}))
    done = world.scaffold("fleet", "status", where=tmp_path)
    assert done.code == 1
    assert "two members are called shop/web" in done.err


def test_csv_is_a_line_a_member_and_no_formula(company, result):
    done = command(company, "--format", "csv")
    rows = list(csv.DictReader(StringIO(done.out)))
    assert [row["name"] for row in rows] == [one.name for one in result.members]
    assert [row["versions_behind"] for row in rows] == [
        "" if one.behind is None else str(one.behind) for one in result.members
    ]
    assert [row["states"].split() for row in rows] == [list(one.states) for one in result.members]
    assert [cell(text) for text in ("=1+1", "@SUM(1)", "@acme/shop", "-1", "a\nb", None)] == [
        "'=1+1", "'@SUM(1)", "@acme/shop", "'-1", "a\\x0ab", ""
    ]  # fmt: skip


def test_text_says_the_numbers_first_and_fits_its_columns(company, result):
    wide = [line.text for line in text(result, 200)]
    narrow = [line.text for line in text(result, 80)]
    assert all(len(line) <= 80 or " " not in line.strip() for line in narrow)
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(wide).split())
    assert wide[0].startswith(f"{len(result.members)} members of {company.file}: ")
    assert wide == [line.text for line in text(result, 200)]
    assert sum(1 for line in wide if line.startswith("  ci.yml was deleted: ")) == 1


def test_of_ten_thousand_only_some_are_named(result):
    (one,) = (one for one in result.members if one.name == "locked-1")
    many = [one._replace(name=f"m{number:05}", owner=f"@acme/{number % 500}") for number in range(10_000)]
    lines = [line.text for line in text(result._replace(members=tuple(many)), 80)]
    assert len(lines) < 60
    assert lines[0].startswith("10,000 members of")
    said = " ".join(" ".join(lines).split())
    assert ", m00005 and 9,994 more" in said
    assert "and 488 more: 9,760 members, " in said
    every = [line.text for line in text(result._replace(members=tuple(many)), 80, every=True)]
    assert sum(line.startswith("  m") for line in every) >= 10_000
