"""The forges of the tests themselves: what they keep, what they refuse to git, and what goes wrong with them on a script."""

import base64
import contextlib
import http.client
import json
import subprocess

import pytest

from scaffold.forges.port import DeniedError, GoneError, UnreachableError, Wanted
from tests.forges import bare, github, gitlab
from tests.forges.faults import Fault
from tests.forges.serve import apart
from tests.forges.server import Server
from tests.forges.stage import BOT, PERSON, FakeStage, adapter

WANTED = Wanted("update", "main", "Update", "Why.\n")


@pytest.fixture(params=[github, gitlab], ids=["github", "gitlab"])
def fake(request, world, source):
    """A forge of ours."""
    with Server(world, request.param).running() as server:
        made = FakeStage(server, source)
        yield made
        made.leave()


@pytest.fixture
def clone(fake, tmp_path):
    """A clone of a repository of it, one commit ahead."""
    path = fake.repository()
    return path, fake.clone(tmp_path / "clone", path, {"new.txt": "new\n"})


def test_repositories_share_their_objects(world, source):
    world.add_owner("acme")
    for number in range(200):
        world.add_repository(f"acme/r{number}", source)
    folder = world.at("acme/r199").folder
    assert [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".pack", ".idx")] == []
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 4
    assert bare.files(folder, "main") == bare.files(source, "main")
    assert len(world.listed("acme", BOT)) == 200


def test_git_itself_finds_nothing_wrong(fake, clone):
    path, folder = clone
    assert fake.push(folder, path, "HEAD:refs/heads/update").returncode == 0
    done = subprocess.run(["git", "fsck", "--strict"], cwd=fake.world.at(path).folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_workflow_files_need_a_right_of_their_own(fake, tmp_path):
    fake.world.add_token("without", BOT, ["read", "write"])
    path = fake.repository()
    folder = fake.clone(tmp_path / "clone", path, {".github/workflows/ci.yml": "on: push\n"})
    done = fake.push(folder, path, "HEAD:refs/heads/update", (BOT, "without"))
    assert "without `workflow` scope" in done.stderr
    assert not fake.tip(path, "update")
    assert fake.push(folder, path, "HEAD:refs/heads/update").returncode == 0


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (lambda fake, path: fake.archives(path), "403"),
        (lambda fake, path: fake.world.give(path, BOT, "read"), "403"),
        (lambda fake, path: fake.deletes(path), "not found"),
        (lambda fake, _: fake.world.expire(), "Authentication failed"),
    ],
    ids=["archived", "without the right", "deleted", "expired"],
)
def test_git_is_refused_in_mid_campaign(fake, clone, arrange, says):
    path, folder = clone
    arrange(fake, path)
    done = fake.push(folder, path, "HEAD:refs/heads/update")
    assert done.returncode
    assert says in done.stderr


@pytest.mark.parametrize("effect", [False, True])
def test_a_push_is_broken_off(fake, clone, effect):
    path, folder = clone
    fake.fault("reset", on="push", effect=effect)
    assert fake.push(folder, path, "HEAD:refs/heads/update").returncode
    assert bool(fake.tip(path, "update")) is effect
    assert fake.push(folder, path, "HEAD:refs/heads/update").returncode == 0


def test_git_follows_a_renamed_repository(fake, clone):
    path, folder = clone
    new = fake.renames(path, "renamed")
    assert fake.push(folder, path, "HEAD:refs/heads/update").returncode == 0
    assert fake.tip(new, "update")


def test_a_branch_that_is_deleted_closes_its_pull_request(fake):
    path = fake.repository()
    made = fake.opened(path)
    fake.forge.delete_branch(path, "update")
    assert fake.forge.pull(path, made.number).state == "closed"


def test_a_pull_request_follows_a_renamed_default_branch(fake):
    path = fake.repository()
    made = fake.opened(path)
    fake.world.rename_default(path, "trunk")
    assert fake.forge.repository(path).default_branch == "trunk"
    assert fake.forge.pull(path, made.number).base == "trunk"
    assert fake.branch(path, "main") != fake.tip(path, "trunk")


def test_people_act_between_requests(fake):
    path, other = fake.repository(), fake.repository()
    fake.fault("do", on="pull", path=path, after=1, do=["close_all_as", PERSON])
    fake.fault("do", on="open", path=other, do=["push_as", "update", {"hand.txt": "by hand\n"}])
    made = fake.opened(path)
    assert [fake.forge.pull(path, made.number).state for _ in range(2)] == ["open", "closed"]
    commit = fake.branch(other, "update")
    assert fake.forge.open(other, WANTED).commit != commit


def test_a_token_ends_and_rights_are_lost_on_the_way(fake):
    path = fake.repository()
    fake.fault("do", on="open", do=["delete"])
    fake.branch(path, "update")
    with pytest.raises(GoneError):
        fake.forge.open(path, WANTED)
    fake.world.expire()
    with pytest.raises(DeniedError):
        fake.forge.repository(fake.repository())


def word(**claims):
    parts = ({"alg": "RS256"}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().strip("=") for part in parts), "x"])


def test_an_app_is_lent_a_token_that_ends(world, source):
    now = [1_800_000_000.0]
    world.clock = lambda: now[0]
    with Server(world, github).running() as server, contextlib.ExitStack() as stack:
        stack.callback((made := FakeStage(server, source)).leave)

        def lend(**claims):
            return made.as_(word(**claims))._http.send("POST", "app/installations/1/access_tokens").data

        for wrong in ({}, {"iat": now[0] - 60, "exp": now[0] + 900}, {"iat": now[0] - 700, "exp": now[0] - 100}):
            with pytest.raises(DeniedError):
                lend(**wrong)
        lent = lend(iat=now[0] - 60, exp=now[0] + 540)
        forge = made.as_(lent["token"])
        assert (forge.me(), lent["expires_at"]) == (BOT, "2027-01-15T09:00:00Z")
        now[0] += 3601
        with pytest.raises(DeniedError):
            forge.repository(made.repository())


def test_checks_come_late_or_never(fake):
    path = fake.repository()
    fake.world.set_ci(path, ["build", "lint"], appear=2, end=4, fail=["lint"])
    commit = fake.branch(path, "update")
    seen = [{check.name: check.outcome for check in fake.forge.checks(path, commit)} for _ in range(4)]
    counted = [[one.get("build"), one.get("lint")] for one in seen]
    assert counted[0] == [None, None]
    assert counted[-1] == ["passed", "failed"]
    assert ["pending", "pending"] in counted
    fake.world.set_ci(path, ["build"], appear=0)
    late = fake.branch(path, "late")
    assert [fake.forge.checks(path, late) for _ in range(3)] == [()] * 3


def test_what_people_cannot_do_by_then_they_leave(fake):
    path = fake.repository()
    for do in (["rename_default", "trunk"], ["merge_as", 1], ["delete"]):
        fake.fault("do", on="repository", times=2, do=do)
    for _ in range(3):
        with pytest.raises(GoneError):
            fake.forge.repository(path)


def test_a_fault_of_the_server_itself_is_told(world, source):
    server = Server(world, github)
    with pytest.raises(ExceptionGroup) as caught, server.running():
        made = FakeStage(server, source)
        made.fault("do", on="repository", do=["no_such_method"])
        with contextlib.closing(made.forge._http), contextlib.suppress(UnreachableError):
            made.forge.repository(made.repository())
    assert caught.group_contains(AttributeError)


def test_a_seed_hits_the_same_requests_in_any_order():
    def hit(seed, order):
        fault = Fault("broken", chance=0.2, seed=seed, times=-1, each=True)
        return {(path, turn) for turn, path in order if fault.meets("open", "create", path)}

    order = [(turn, f"r{number}") for turn in range(3) for number in range(100)]
    assert 20 < len(hit(1, order)) < 120
    assert hit(1, order) == hit(1, sorted(order, key=lambda one: one[1]))
    assert hit(1, order) != hit(2, order)


def test_a_limit_after_so_many_creations():
    fault = Fault("secondary", on="create", after=3, times=2)
    met = [fault.meets("open", "create", "a") for _ in range(7)]
    assert met == [False, False, False, True, True, False, False]
    assert not fault.meets("pulls", "read", "a")


def test_what_did_not_change_is_not_sent_again_and_a_budget_is_told(fake):
    def ask(**headers):
        with contextlib.closing(http.client.HTTPConnection(fake.server.host)) as there:
            there.request("GET", target, headers={"Authorization": f"Bearer {fake.token}"} | headers)
            answer = there.getresponse()
            return answer.status, len(answer.read()), answer.headers

    path = fake.repository()
    target = f"/api/v3/repos/{path}" if fake.kind == "github" else f"/api/v4/projects/{path.replace('/', '%2F')}"
    status, size, headers = ask()
    assert (status, size > 0) == (200, True)
    assert ask(**{"If-None-Match": headers["ETag"]})[:2] == (304, 0)
    fake.world.archive(path)
    assert ask(**{"If-None-Match": headers["ETag"]})[0] == 200
    fake.world.budget = 10
    name = "X-RateLimit-Remaining" if fake.kind == "github" else "RateLimit-Remaining"
    assert [ask()[2][name] for _ in range(2)] == ["6", "5"]


def test_requests_are_counted_by_kind(fake):
    path = fake.repository()
    made = fake.opened(path)
    fake.forge.pulls(path, "update")
    fake.forge.comment(path, made.number, "x")
    counted = fake.world.counted()
    assert (counted["open"], counted["pulls"], counted["comment"]) == (1, 1, 1)
    assert (counted["all create"], counted["all read"], counted["all"]) == (2, 1, 3)


@pytest.mark.parametrize("shape", ["github", "gitlab"])
def test_a_process_of_its_own(shape, tmp_path, source):
    with apart(shape, tmp_path / "forge") as world:
        world.add_owner("acme", [BOT])
        world.add_repository("acme/orders", str(source))
        world.add_fault("throttled", on="me", seconds=1)
        forge = adapter(shape, world.url, "secret-of-the-bot")
        with contextlib.closing(forge._http):
            assert forge.me() == BOT
            world.push_as("acme/orders", "update", {"new.txt": "new\n"})
            forge.open("acme/orders", WANTED)
        assert world.counted()["me"] == 2
        assert [one["head"] for one in world.pulls_of("acme/orders")] == ["update"]
