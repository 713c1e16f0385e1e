"""Clients of other hands drive the forges of the tests, so that those are not judged by our own alone."""

import json
import os
import shutil
import subprocess

import pytest

from tests.forges import github as github_shape
from tests.forges import gitlab as gitlab_shape
from tests.forges.judge import judge
from tests.forges.server import Server
from tests.forges.stage import BOT, PERSON, FakeStage

pytestmark = pytest.mark.forge
TOKEN = "secret-of-the-bot"


@pytest.fixture
def github(world, source):
    with Server(world, github_shape, heard=[]).running() as server:
        made = FakeStage(server, source)
        yield made
        made.leave()


@pytest.fixture
def gitlab(world, source):
    with Server(world, gitlab_shape).running() as server:
        made = FakeStage(server, source)
        yield made
        made.leave()


@pytest.fixture
def hub(github):
    """PyGithub, without its pauses and without its own repeating."""
    client = pytest.importorskip("github")
    made = client.Github(
        auth=client.Auth.Token(TOKEN),
        base_url=f"{github.url}/api/v3",
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    yield made
    made.close()


@pytest.fixture
def lab(gitlab):
    """python-gitlab."""
    client = pytest.importorskip("gitlab")
    with client.Gitlab(gitlab.url, private_token=TOKEN, keep_base_url=True) as made:
        yield made


def test_pygithub_goes_all_the_way(github, hub):
    path = github.repository(topics=("python",))
    github.labels(path, "update")
    github.protects(path, ("build",), approvals=1)
    github.branch(path, "update")
    repo = hub.get_repo(path)
    assert (repo.default_branch, repo.permissions.push, repo.topics) == ("main", True, ["python"])
    branch = repo.get_branch("main")
    assert branch.protected
    assert branch.get_required_status_checks().contexts == ["build"]
    assert branch.get_required_pull_request_reviews().required_approving_review_count == 1
    pull = repo.create_pull(base="main", head="update", title="Update", body="Why.", draft=False)
    assert [one.number for one in repo.get_pulls(head=f"{github.owner}:update", state="all")] == [pull.number]
    pull.add_to_labels("update")
    pull.create_review_request(reviewers=[PERSON], team_reviewers=["core"])
    assert [[one.login for one in pull.get_review_requests()[0]], pull.get_review_requests()[1][0].slug] == [
        [PERSON],
        "core",
    ]
    pull.create_issue_comment("Hello.")
    assert [one.body for one in pull.get_issue_comments()] == ["Hello."]
    github.checks(path, pull.head.sha, "build", "passed")
    github.world.set_check(path, pull.head.sha, "ci/other", "failed", "status")
    commit = repo.get_commit(pull.head.sha)
    assert [(run.name, run.conclusion) for run in commit.get_check_runs()] == [("build", "success")]
    assert [(one.context, one.state) for one in commit.get_combined_status().statuses] == [("ci/other", "failure")]
    github.reviews(path, pull.number, "approved")
    assert [(one.user.login, one.state) for one in pull.get_reviews()] == [(PERSON, "APPROVED")]
    assert [file.filename for file in pull.get_files()] == ["update.txt"]
    pull.edit(title="Other", body="New.")
    assert pull.merge(merge_method="squash", sha=pull.head.sha).merged
    pull.update()
    assert (pull.merged, pull.merged_by.login, pull.title) == (True, BOT, "Other")
    assert judge(github.server.heard) >= 20


def test_pygithub_lists_all(github, hub):
    github.many(130)
    assert len(list(hub.get_organization(github.owner).get_repos())) == 130


def test_pygithub_lets_merge_when_green(github, hub):
    path = github.repository()
    github.protects(path, ("build",))
    made = github.opened(path)
    pull = hub.get_repo(path).get_pull(made.number)
    pull.enable_automerge("SQUASH", expected_head_oid=made.commit)
    assert hub.get_repo(path).get_pull(made.number).raw_data["auto_merge"]["merge_method"] == "squash"
    github.checks(path, made.commit, "build", "passed")
    assert hub.get_repo(path).get_pull(made.number).merged


def test_what_pygithub_is_refused(github, hub):
    from github import GithubException, UnknownObjectException

    path = github.repository()
    made = github.opened(path)
    repo = hub.get_repo(path)
    for status, attempt in (
        (422, lambda: repo.create_pull(base="main", head="update", title="x", body="")),
        (422, lambda: repo.create_pull(base="main", head="nothing", title="x", body="")),
        (422, lambda: repo.get_pull(made.number).create_review_request(reviewers=["nobody-at-all"])),
        (409, lambda: repo.get_pull(made.number).merge(sha="0" * 40)),
    ):
        with pytest.raises(GithubException) as caught:
            attempt()
        assert caught.value.status == status
    with pytest.raises(UnknownObjectException):
        hub.get_repo(f"{github.owner}/nothing")
    repo.get_pull(made.number).edit(state="closed")
    assert repo.get_issue(made.number).closed_by.login == BOT
    github.archives(path)
    with pytest.raises(GithubException) as caught:
        repo.get_pull(made.number).edit(state="open")
    assert caught.value.status == 403


def test_pygithub_knows_the_limits(github, hub):
    from github import RateLimitExceededException

    path = github.repository()
    github.branch(path, "update")
    github.fault("secondary", on="open")
    repo = hub.get_repo(path)
    with pytest.raises(RateLimitExceededException):
        repo.create_pull(base="main", head="update", title="x", body="")
    github.world.rename(path, f"{github.owner}/renamed")
    assert hub.get_repo(path).full_name == f"{github.owner}/renamed"


def test_githubkit_drives_it(github):
    kit = pytest.importorskip("githubkit")
    path = github.repository()
    github.protects(path, ("build",), approvals=1)
    github.branch(path, "update")
    owner, _, name = path.partition("/")
    with kit.GitHub(TOKEN, base_url=f"{github.url}/api/v3", auto_retry=False, http_cache=False) as client:
        rest = client.rest
        assert rest.users.get_authenticated().parsed_data.login == BOT
        assert rest.repos.get(owner, name).parsed_data.full_name == path
        made = rest.pulls.create(owner, name, title="x", head="update", base="main", body="b").parsed_data
        assert rest.pulls.list(owner, name, head=f"{owner}:update", state="all").parsed_data[0].number == made.number
        assert rest.repos.get_branch_protection(owner, name, "main").parsed_data.required_status_checks.contexts == [
            "build"
        ]
        with pytest.raises(kit.exception.RequestFailed) as caught:
            rest.pulls.create(owner, name, title="x", head="update", base="main")
        assert caught.value.response.parsed_data.errors[0].code == "custom"
        rest.git.delete_ref(owner, name, "heads/update")
        assert rest.pulls.get(owner, name, made.number).parsed_data.state == "closed"


def test_pygithub_makes_a_repository_and_sets_it(github, hub):
    from github import GithubException

    github.lets_create()
    org = hub.get_organization(github.owner)
    repo = org.create_repo("orders", description="Takes orders", private=True)
    assert (repo.full_name, repo.private, repo.description) == (f"{github.owner}/orders", True, "Takes orders")
    with pytest.raises(GithubException) as caught:
        org.create_repo("orders")
    assert (caught.value.status, caught.value.data["errors"][0]["field"]) == (422, "name")
    assert "already exists" in caught.value.data["errors"][0]["message"]
    repo.edit(delete_branch_on_merge=True)
    repo.replace_topics(["python"])
    found = hub.get_repo(repo.full_name)
    assert (found.delete_branch_on_merge, found.topics) == (True, ["python"])
    github.world.give(repo.full_name, BOT, "push")
    with pytest.raises(GithubException) as caught:
        repo.edit(delete_branch_on_merge=False)
    assert caught.value.status == 403
    assert judge(github.server.heard) >= 5


def test_githubkit_reads_our_ruleset(github):
    kit = pytest.importorskip("githubkit")
    path = github.repository()
    github.administers(path)
    wanted = {"checks": ("build",), "approvals": 2, "block_force_pushes": True}
    assert github.forge.set(path, "main", wanted) == ()
    owner, _, name = path.partition("/")
    with kit.GitHub(TOKEN, base_url=f"{github.url}/api/v3", auto_retry=False, http_cache=False) as client:
        (listed,) = client.rest.repos.get_repo_rulesets(owner, name).parsed_data
        found = client.rest.repos.get_repo_ruleset(owner, name, listed.id).parsed_data
        assert (found.name, found.enforcement) == ("scaffold", "active")
        assert found.conditions.ref_name.include == ["refs/heads/main"]
        rules = {rule.type: rule for rule in found.rules}
        assert rules["pull_request"].parameters.required_approving_review_count == 2
        assert rules["required_status_checks"].parameters.required_status_checks[0].context == "build"
        assert "non_fast_forward" in rules
        # What we send is what its own description of the request asks for.
        made = client.rest.repos.create_repo_ruleset(
            owner, name, name="other", enforcement="active", target="branch",
            conditions={"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
            rules=[{"type": "non_fast_forward"}],
        ).parsed_data  # fmt: skip
        assert made.name == "other"


def test_the_judge_sees_what_is_missing(github):
    """A judge that takes everything would be none."""
    pytest.importorskip("githubkit")
    github.forge.repository(github.repository())
    (answer,) = [one for one in github.server.heard if one.template == "/repos/{owner}/{repo}"]
    for key in ("full_name", "clone_url", "owner"):
        short = {name: value for name, value in answer.body.items() if name != key}
        with pytest.raises(AssertionError):
            judge([answer._replace(body=short)])


def test_python_gitlab_goes_all_the_way(gitlab, lab):
    path = gitlab.repository(topics=("python",))
    gitlab.labels(path, "update")
    gitlab.protects(path, ("build",), approvals=1)
    gitlab.branch(path, "update")
    lab.auth()
    assert lab.user.username == BOT
    project = lab.projects.get(path)
    assert (project.default_branch, project.topics) == ("main", ["python"])
    assert project.only_allow_merge_if_pipeline_succeeds
    assert project.protectedbranches.get("main").name == "main"
    assert [one.approvals_required for one in project.approvalrules.list(get_all=True)] == [1]
    assert [one.name for one in project.labels.list(get_all=True)] == ["update"]
    wanted = {"source_branch": "update", "target_branch": "main", "title": "Draft: Update", "labels": ["update"]}
    made = project.mergerequests.create(wanted)
    assert (made.draft, made.labels) == (True, ["update"])
    assert [one.iid for one in project.mergerequests.list(source_branch="update", state="all", get_all=True)] == [
        made.iid
    ]
    made.title, made.reviewer_ids = "Update", [lab.users.list(username=PERSON, get_all=True)[0].id]
    made.save()
    assert (made.draft, [one["username"] for one in made.reviewers]) == (False, [PERSON])
    made.notes.create({"body": "Hello."})
    assert [one.body for one in made.notes.list(get_all=True)] == ["Hello."]
    gitlab.checks(path, made.sha, "build", "pending")
    assert [(one.name, one.status) for one in project.commits.get(made.sha, lazy=True).statuses.list(get_all=True)] == [
        ("build", "running")
    ]
    assert [one.status for one in project.pipelines.list(sha=made.sha, get_all=True)] == ["running"]
    assert [one["status"] for one in (pipeline.attributes for pipeline in made.pipelines.list(get_all=True))] == [
        "running"
    ]
    gitlab.reviews(path, made.iid, "approved")
    found = made.approvals.get()
    assert (found.approved, [one["user"]["username"] for one in found.approved_by]) == (True, [PERSON])
    assert [one.state for one in made.reviewer_details.list(get_all=True)] == ["approved"]
    made.merge(sha=made.sha, merge_when_pipeline_succeeds=True)
    assert project.mergerequests.get(made.iid).state == "opened"
    gitlab.checks(path, made.sha, "build", "passed")
    found = project.mergerequests.get(made.iid)
    assert (found.state, found.merge_user["username"]) == ("merged", BOT)
    project.branches.delete("update")


def test_python_gitlab_makes_a_project_and_sets_it(gitlab, lab):
    from gitlab import GitlabCreateError

    gitlab.lets_create()
    namespace = lab.namespaces.get(gitlab.owner)
    asked = {"name": "orders", "path": "orders", "namespace_id": namespace.id, "visibility": "private"}
    made = lab.projects.create(asked)
    assert (made.path_with_namespace, made.visibility, made.empty_repo) == (f"{gitlab.owner}/orders", "private", True)
    with pytest.raises(GitlabCreateError) as caught:
        lab.projects.create(asked)
    assert caught.value.response_code == 400
    made.only_allow_merge_if_pipeline_succeeds, made.topics = True, ["python"]
    made.save()
    found = lab.projects.get(made.id)
    assert (found.only_allow_merge_if_pipeline_succeeds, found.topics) == (True, ["python"])
    made.protectedbranches.create({"name": "main", "allow_force_push": False})
    assert [one.allow_force_push for one in made.protectedbranches.list(get_all=True)] == [False]
    rule = made.approvalrules.create({"name": "All Members", "rule_type": "any_approver", "approvals_required": 1})
    rule.approvals_required = 2
    rule.save()
    assert [one.approvals_required for one in made.approvalrules.list(get_all=True)] == [2]


@pytest.mark.parametrize("how", [{}, {"pagination": "keyset", "order_by": "id"}])
def test_python_gitlab_lists_all_with_groups_below(gitlab, lab, how):
    gitlab.many(120)
    gitlab.world.add_owner(f"{gitlab.owner}/below")
    gitlab.world.add_repository(f"{gitlab.owner}/below/deep", gitlab.source)
    group = lab.groups.get(gitlab.owner)
    found = [
        one.path_with_namespace
        for one in group.projects.list(include_subgroups=True, iterator=True, per_page=50, **how)
    ]
    assert len(set(found)) == len(found) == 121
    assert len(group.projects.list(get_all=True)) == 120


def test_what_python_gitlab_is_refused(gitlab, lab):
    from gitlab import GitlabAuthenticationError, GitlabError, GitlabGetError

    path = gitlab.repository()
    made = gitlab.opened(path)
    project = lab.projects.get(path)
    asked = {"source_branch": "update", "target_branch": "main", "title": "x"}
    for status, attempt in (
        (409, lambda: project.mergerequests.create(asked)),
        (422, lambda: project.mergerequests.create(asked | {"source_branch": "nothing"})),
        (409, lambda: project.mergerequests.get(made.number).merge(sha="0" * 40)),
        (404, lambda: project.branches.delete("nothing")),
        (404, lambda: project.protectedbranches.get("main")),
    ):
        with pytest.raises(GitlabError) as caught:
            attempt()
        assert caught.value.response_code == status
    with pytest.raises(GitlabGetError):
        lab.projects.get(f"{gitlab.owner}/nothing")
    gitlab.world.expire()
    with pytest.raises(GitlabAuthenticationError):
        lab.auth()


def gh(stage, folder, *args):
    """Debian's gh, which speaks plain HTTP to one host alone, and comes to ours by a proxy."""
    program = shutil.which("gh")
    if program is None:
        pytest.skip("gh is not installed on this machine: apt-get install gh")
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment |= {"GH_HOST": "github.localhost", "GH_TOKEN": TOKEN, "GITHUB_TOKEN": TOKEN}
    environment |= {
        "GH_ENTERPRISE_TOKEN": TOKEN,
        "GH_CONFIG_DIR": str(folder),
        "HTTP_PROXY": stage.url,
        "NO_COLOR": "1",
    }
    return subprocess.run([program, *args], env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_gh_asks_and_pages(github, tmp_path):
    path = github.repository()
    github.many(129)
    done = gh(github, tmp_path, "api", "user", "--jq", ".login")
    assert (done.stdout, done.stderr) == (f"{BOT}\n", "")
    done = gh(github, tmp_path, "api", "--paginate", f"orgs/{github.owner}/repos?per_page=100", "--jq", ".[].full_name")
    assert len(done.stdout.split()) == 130, done.stderr
    github.branch(path, "update")
    fields = ["-f", "title=x", "-f", "head=update", "-f", "base=main"]
    made = json.loads(gh(github, tmp_path, "api", f"repos/{path}/pulls", *fields).stdout)
    assert (made["number"], made["state"]) == (1, "open")
    again = gh(github, tmp_path, "api", f"repos/{path}/pulls", *fields)
    assert again.returncode == 1
    assert "A pull request already exists" in again.stdout
    assert "HTTP 422" in again.stderr
