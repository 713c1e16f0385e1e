"""Whatever a forge answers, an adapter raises what the port says and nothing else."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.forges.gitea import Gitea
from scaffold.forges.github import GitHub
from scaffold.forges.gitlab import GitLab
from scaffold.forges.port import Born, ForgeError, Pull, UncertainError, UnreachableError, Wanted
from scaffold.forges.tokens import fixed
from scaffold.forges.understood import READS, WRITES
from tests.fleet.forges.served import TOKEN, Said, http, serving
from tests.limits import TIMES

KINDS = [GitHub, GitLab, Gitea]
SET = {
    "checks": ("a",),
    "approvals": 1,
    "code_owners": True,
    "secret_scanning": True,
    "private_reporting": True,
    "topics": ("a",),
}
PULL = Pull(1, "", "open", "up", "main", "c0ffee", "T", "B")
CALLS = {
    "me": (), "repositories": ("o",), "repository": ("o/r",), "protection": ("o/r", "main"),
    "lacking": ("o/r", ["ann", "@o/t"], ["lab"]), "pulls": ("o/r", "up"), "pull": ("o/r", 1), "checks": ("o/r", "c0ffee"),
    "review": ("o/r", 1), "open": ("o/r", Wanted("up", "main", "T", "B")), "dress": ("o/r", 1, ["lab"], ["ann", "@o/t"]),
    "edit": ("o/r", 1, "T", "B"), "comment": ("o/r", 1, "t"), "close": ("o/r", 1), "merge_when_green": ("o/r", PULL, "squash"),
    "delete_branch": ("o/r", "up"), "create": ("o/r", Born()), "settings": ("o/r", "main"), "set": ("o/r", "main", SET),
}  # fmt: skip
WORDS = st.sampled_from([
    "id", "iid", "login", "username", "name", "full_name", "head", "base", "ref", "sha", "state", "number", "user", "title",
    "protected", "statuses", "check_runs", "labels", "reviewers", "author", "permissions", "clone_url", "html_url", "errors",
    "rules", "rule_type", "conditions", "rule_name", "security_and_analysis",
])  # fmt: skip
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "open", "closed", "a"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)


def test_all_that_a_forge_can_do_is_tried():
    assert {*READS, *WRITES} == CALLS.keys()


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15 * TIMES, deadline=None)
@given(body=BODIES, status=st.sampled_from([200, 201, 404, 409, 422]))
def test_whatever_json_comes_it_is_an_answer_or_an_error_of_the_port(kind, served, body, status):
    said, url = served
    said[:] = [Said(status, json.dumps(body).encode())]
    token = fixed(TOKEN)
    api = http(url, token=token)
    forge = kind("git.test", api, token)
    for name, words in CALLS.items():
        with suppress(ForgeError):
            found = getattr(forge, name)(*words)
            list(found) if name == "repositories" else None
    api.close()


@pytest.fixture(scope="module")
def served():
    said = []
    with serving(lambda _: said[0]) as (url, _):
        yield said, url


@pytest.mark.parametrize("kind", KINDS)
def test_an_odd_answer_is_named_and_after_a_write_nobody_knows(kind):
    with serving(lambda _: Said(200, {"head": None})) as (url, _):
        token = fixed(TOKEN)
        forge = kind("git.test", http(url, token=token), token)
        with pytest.raises(
            UnreachableError, match=r"^git\.test answered repository in another shape than its kind of forge"
        ):
            forge.repository("o/r")
        with pytest.raises(UncertainError):
            forge.open(*CALLS["open"])
