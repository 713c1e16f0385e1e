"""Organisations in fleet.yml: who is listed, who is left out and how many, and how they are known without a network."""

import base64
import json
import os
from itertools import count
from pathlib import Path

import pytest

from scaffold.errors import FormatError, ScaffoldError
from scaffold.fleet import inventory
from scaffold.fleet.clean import fleet_clean
from scaffold.fleet.roll import gather
from scaffold.fleet.selectors import parse
from tests.fleet.forges.served import Said, git_backend, serving
from tests.kit import git

TOKEN = "tok-3n-0f-th3-0rg"
BASIC = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
ids = count(1)


def described(url, name, **more):
    """A repository as GitHub describes one."""
    return {"id": next(ids), "full_name": name, "clone_url": f"{url}/{name}.git", "html_url": f"{url}/{name}",
            "default_branch": "main", **more}  # fmt: skip


class Acme:
    """A forge in GitHub's shape with an organisation, and git beside it; both want the token."""

    def __init__(self, root):
        self.root, self.repositories, self.page, self.url = root, [], 100, ""
        self.down = False

    def __call__(self, asked):
        if asked.path.startswith("/api/v3/"):
            return self.api(asked)
        if asked.headers.get("authorization") != f"Basic {BASIC}":
            return Said(401, None, {"WWW-Authenticate": 'Basic realm="acme"'})
        return git_backend(asked, str(self.root))

    def api(self, asked):
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"
        path, _, query = asked.path.removeprefix("/api/v3/").partition("?")
        if self.down:
            return Said(404, {"message": "Not Found"})
        if path == "user":
            return Said(200, {"login": "ann"})
        if path not in ("orgs/acme/repos", "users/bob/repos", "user/repos"):
            return Said(404, {"message": "Not Found"})
        number = int(query.partition("&page=")[2] or 1)
        start, end = (number - 1) * self.page, number * self.page
        more = end < len(self.repositories)
        link = f'<{self.url}{asked.path.partition("&page=")[0]}&page={number + 1}>; rel="next"' if more else ""
        return Said(200, [described(self.url, **one) for one in self.repositories[start:end]], {"Link": link})


@pytest.fixture
def acme(tmp_path, monkeypatch):
    monkeypatch.setenv("ACME", TOKEN)
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:http")
    (tmp_path / "forge/acme").mkdir(parents=True)
    forge = Acme(tmp_path / "forge")
    with serving(forge) as (url, asked):
        forge.url, forge.asked, forge.host = url, asked, url.removeprefix("http://")
        yield forge


@pytest.fixture
def read(tmp_path, acme):
    def run(entry="", owner="acme", **more):
        text = f"""
            forges: {{'{acme.host}': {{kind: github, api: {acme.url}/api/v3, token_env: ACME}}}}
            members: [{{org: {acme.url}/{owner}, {entry}}}]
            """
        (tmp_path / "fleet.yml").write_text(text)
        return inventory.read(tmp_path / "fleet.yml", **more)

    return run


def names(fleet):
    return [one.name for one in fleet.repositories]


def test_those_that_are_left_out_are_counted_and_said(acme, read):
    acme.repositories = [
        {"name": "acme/orders", "topics": ["service", "java"]},
        {"name": "acme/web", "topics": ["service"]},
        {"name": "acme/notes"},
        {"name": "acme/old", "archived": True, "topics": ["service"]},
        {"name": "acme/theirs", "fork": True},
        {"name": "acme/old-theirs", "fork": True, "archived": True},
    ]
    fleet = read("owner: '@acme/all', labels: {tier: 1}")
    assert names(fleet) == ["acme/orders", "acme/web", "acme/notes"]
    assert fleet.repositories[0].owner == "@acme/all"
    assert fleet.repositories[0].place == ("url", f"{acme.url}/acme/orders.git")
    left = "left out: 2 archived, 1 forked"
    assert fleet.notes == (f"{acme.host}/acme has 6 repositories, of which 3 are listed; {left}",)
    fleet = read("topics: [service, go], names: ['o*'], archived: true, forks: true")
    assert names(fleet) == ["acme/orders", "acme/old"]
    assert fleet.notes[0].endswith("of which 2 are listed; left out: 1 of other names, 3 without such a topic")
    assert read("archived: true, forks: true").notes == (f"{acme.host}/acme has 6 repositories, of which 6 are listed",)


def test_a_listing_of_thousands_is_whole(acme, read):
    acme.repositories = [{"name": f"acme/r{number:04}"} for number in range(2_345)]
    told = []
    assert len(names(read(notify=told.append))) == 2_345
    assert len(acme.asked) == 24
    assert told[-1] == f"Listing {acme.host}/acme: 2,300 so far"


def test_users_are_organisations_too_and_who_is_nobody_is_an_error(acme, read):
    acme.repositories = [{"name": "bob/a"}]
    assert names(read(owner="bob")) == ["bob/a"]
    assert names(read(owner="ann")) == ["bob/a"]
    assert acme.asked[-1].path.startswith("/api/v3/user/repos?"), "of oneself the private ones too"
    with pytest.raises(ScaffoldError) as caught:
        read(owner="nobody")
    told = f"fleet.yml:3: {acme.host}/nobody cannot be listed: {acme.host} refuses it: Not Found"
    assert told in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_offline_the_last_listing_counts_and_that_is_said(acme, read, tmp_path):
    acme.repositories = [{"name": "acme/a", "topics": ["x"]}, {"name": "acme/b", "archived": True}]
    with pytest.raises(ScaffoldError, match=r"was never listed on this machine \(run once without --offline\)"):
        read(offline=True)
    first = read()
    acme.down = True
    with pytest.raises(ScaffoldError):
        read()
    before = len(acme.asked)
    last = read("topics: [x]", offline=True)
    assert len(acme.asked) == before
    assert last.repositories == first.repositories
    assert last.notes[0].startswith(f"{acme.host}/acme has 2 repositories, as listed on 20")
    assert fleet_clean(tmp_path / "fleet.yml", dry_run=True).mirrors == 0
    (kept,) = Path(os.environ["XDG_CACHE_HOME"]).rglob("organisations/*.json")
    kept.write_text('["2026-01-01", ["half"')
    with pytest.raises(ScaffoldError, match="cannot be read"):
        read(offline=True)


def test_private_repositories_are_fetched_with_the_token_of_the_forge(acme, read, repo, tmp_path, monkeypatch):
    git(tmp_path, "clone", "--quiet", "--bare", str(repo("orders")), "forge/acme/orders.git")
    acme.repositories = [{"name": "acme/orders", "private": True}, {"name": "acme/gone"}]
    read()
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    found = gather(tmp_path / "fleet.yml", parse(""), offline=False, notify=lambda _: None)
    orders, gone = found.found
    assert orders.why == ""
    assert git(orders.folder, "rev-parse", "HEAD") == git(tmp_path / "orders", "rev-parse", "HEAD")
    assert gone.folder is None
    assert found.notes[0].startswith(f"{acme.host}/acme has 2 repositories")
    kept = b"".join(file.read_bytes() for file in Path(os.environ["XDG_CACHE_HOME"]).rglob("*") if file.is_file())
    assert TOKEN.encode() not in kept + (tmp_path / "trace").read_bytes() + repr(found).encode()
    assert BASIC.encode() not in kept


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("org: acme", "must be gh:acme, gl:group/sub or https://HOST/acme"),
        ("org: 'http://git.acme.example/acme'", "must be gh:acme"),
        ("org: 'https://git.acme.example'", "must be gh:acme"),
        ("org: 'https://git.acme.example/a?b=c'", "must be gh:acme"),
        ("org: 'https://me:abc@git.acme.example/acme'", "holds a login"),
        ("org: 'gh:acme/../x y'", "must be gh:acme"),
        ("org: gh:acme, topics: java", "must be a list"),
        ("org: gh:acme, archived: some", "must be true or false"),
        ("org: gh:acme, name: a", "does not go with `org`"),
        ("org: gh:acme, folder: a", "must have one of"),
        ("org: 'https://git.acme.example/acme'", "nobody says what kind of forge git.acme.example is"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, entry, told):
    (tmp_path / "fleet.yml").write_text(f"members:\n  - {{{entry}}}\n")
    with pytest.raises(ScaffoldError) as caught:
        inventory.read(tmp_path / "fleet.yml")
    assert str(caught.value).startswith(f"{tmp_path}/fleet.yml:2: ")
    assert told in str(caught.value)
    assert "abc" not in str(caught.value)


def test_an_address_that_is_none_is_not_given_to_git(acme, read):
    acme.repositories = [{"name": "acme/a", "clone_url": "ext::sh -c id"}]
    with pytest.raises(FormatError, match="gives acme/a an address that is none"):
        read()


def test_the_same_repository_of_two_entries_counts_for_the_first(acme, tmp_path):
    acme.repositories = [{"name": "acme/a", "topics": ["x"]}, {"name": "acme/b"}]
    forge = json.dumps({acme.host: {"kind": "github", "api": f"{acme.url}/api/v3", "token_env": "ACME"}})
    (tmp_path / "fleet.yml").write_text(f"""
        forges: {forge}
        members:
          - {{org: {acme.url}/acme, topics: [x], labels: {{tier: 1}}}}
          - {{org: {acme.url}/acme}}
          - {{url: {acme.url}/acme/b, name: b, labels: {{tier: 3}}}}
        """)
    fleet = inventory.read(tmp_path / "fleet.yml")
    assert {one.name: dict(one.labels) for one in fleet.repositories} == {"b": {"tier": "3"}, "acme/a": {"tier": "1"}}
