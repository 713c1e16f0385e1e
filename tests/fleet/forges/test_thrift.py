"""How many requests a member costs: to look, to open and to dress take no more than four."""

import pytest

from scaffold.forges.gitea import Gitea
from scaffold.forges.github import GitHub
from scaffold.forges.gitlab import GitLab
from scaffold.forges.port import Wanted
from scaffold.forges.tokens import fixed
from tests.fleet.forges.served import TOKEN, Said, by_path, http, serving

WANTED = Wanted("up", "main", "T", "B")
REPO = {"id": 1, "repo_id": 1, "repo": {"id": 1}, "sha": "c0ffee"}
PULL = {"number": 7, "html_url": "w", "state": "open", "title": "T", "node_id": "N", "base": {**REPO, "ref": "main"},
        "head": {**REPO, "ref": "up", "label": "up"}, "url": "u"}  # fmt: skip
MERGE = {"iid": 7, "web_url": "w", "state": "opened", "title": "T", "source_branch": "up", "target_branch": "main",
         "source_project_id": 1, "target_project_id": 1, "sha": "c0ffee"}  # fmt: skip
LABEL = [{"name": "lab", "id": 3}]
KNOWN = {
    GitHub: {"GET /repos/o/r/pulls": [], "POST /repos/o/r/pulls": PULL, "POST /repos/o/r/issues/7/labels": LABEL,
             "POST /repos/o/r/pulls/7/requested_reviewers": Said(201, PULL)},
    GitLab: {"GET /projects/o%2Fr/merge_requests": [], "POST /projects/o%2Fr/merge_requests": Said(201, MERGE),
             "PUT /projects/o%2Fr/merge_requests/7": {**MERGE, "reviewers": [{"id": 5}]},
             "GET /users": [{"id": 5, "username": "ann"}]},
    Gitea: {"GET /repos/o/r/pulls": [], "POST /repos/o/r/pulls": PULL, "POST /repos/o/r/issues/7/labels": LABEL,
            "POST /repos/o/r/pulls/7/requested_reviewers": Said(201, [])},
}  # fmt: skip


@pytest.mark.parametrize("kind", KNOWN)
def test_a_member_costs_no_more_than_four_requests(kind):
    with serving(by_path(KNOWN[kind])) as (url, asked):
        token = fixed(TOKEN)
        forge = kind("git.test", http(url, token=token), token)
        assert forge.pulls("o/r", "up") == ()
        assert forge.open("o/r", WANTED).number == 7
        assert forge.dress("o/r", 7, ["lab"], ["ann"]) == ((), ())
        assert len(asked) <= 4, [one[:2] for one in asked]
