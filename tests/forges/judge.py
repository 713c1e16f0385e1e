"""Judges what the forge in GitHub's shape answered, by the models that githubkit made of GitHub's own description."""

import functools
from collections.abc import Iterable
from typing import Any

from tests.forges.server import Heard

RULES = [f"RepositoryRuleDetailedOneof{number}" for number in (2, 7, 8, 9)]
MODELS: dict[str, str | list[str]] = {
    "GET /user": "PublicUser",
    "GET /user/repos": "list Repository",
    "GET /users/{login}": "PublicUser",
    "GET /users/{login}/repos": "list MinimalRepository",
    "GET /orgs/{org}": "OrganizationFull",
    "GET /orgs/{org}/repos": "list MinimalRepository",
    "GET /orgs/{org}/teams/{slug}": "TeamFull",
    "GET /rate_limit": "RateLimitOverview",
    "POST /app/installations/{id}/access_tokens": "InstallationToken",
    "POST /user/repos": "FullRepository",
    "POST /orgs/{org}/repos": "FullRepository",
    "GET ": "FullRepository",
    "PATCH ": "FullRepository",
    "PUT /topics": "Topic",
    "GET /private-vulnerability-reporting": "ReposOwnerRepoPrivateVulnerabilityReportingGetResponse200",
    "GET /rulesets": "list RepositoryRuleset",
    "POST /rulesets": "RepositoryRuleset",
    "GET /rulesets/{id}": "RepositoryRuleset",
    "PUT /rulesets/{id}": "RepositoryRuleset",
    "GET /branches/{branch*}/protection": "BranchProtection",
    "GET /branches/{branch*}/protection/required_status_checks": "StatusCheckPolicy",
    "GET /branches/{branch*}/protection/required_pull_request_reviews": "ProtectedBranchPullRequestReview",
    "GET /rules/branches/{branch*}": RULES,
    "GET /branches/{branch*}": "BranchWithProtection",
    "GET /labels/{label*}": "Label",
    "GET /labels": "list Label",
    "GET /pulls": "list PullRequestSimple",
    "POST /pulls": "PullRequest",
    "GET /pulls/{number}": "PullRequest",
    "PATCH /pulls/{number}": "PullRequest",
    "PUT /pulls/{number}/merge": "PullRequestMergeResult",
    "GET /pulls/{number}/files": "list DiffEntry",
    "GET /pulls/{number}/requested_reviewers": "PullRequestReviewRequest",
    "POST /pulls/{number}/requested_reviewers": "PullRequestSimple",
    "GET /pulls/{number}/reviews": "list PullRequestReview",
    "GET /issues/{number}": "Issue",
    "POST /issues/{number}/labels": "list Label",
    "GET /issues/{number}/comments": "list IssueComment",
    "POST /issues/{number}/comments": "IssueComment",
    "GET /commits/{ref*}/check-runs": "ReposOwnerRepoCommitsRefCheckRunsGetResponse200",
    "GET /commits/{ref*}/status": "CombinedCommitStatus",
    "GET /commits/{ref*}": "Commit",
}
UNDESCRIBED = {"POST /graphql"}  # the description is of REST alone
INVALID = ["ValidationError", "ValidationErrorSimple"]


def named(heard: Heard) -> str:
    path = heard.template
    for prefix in ("/repos/{owner}/{repo}", "/repositories/{project}"):
        path = path.removeprefix(prefix)
    return f"{heard.method} {path}"


@functools.cache
def model(name: str) -> Any:
    from githubkit_schemas.latest import models
    from pydantic import TypeAdapter

    listed = name.startswith("list ")
    found = getattr(models, name.removeprefix("list "))
    return TypeAdapter(list[found] if listed else found)


def judge(answers: Iterable[Heard]) -> int:
    """Parse all answers, of good and of bad news, and say how many they were; what does not fit raises."""
    count = 0
    for heard in answers:
        if heard.body is None or isinstance(heard.body, bytes) or heard.status >= 500:
            continue
        name = named(heard)
        if heard.status >= 300:
            names: str | list[str] = INVALID if heard.status == 422 else "BasicError"
        elif name in UNDESCRIBED:
            continue
        else:
            names = MODELS[name]
        if names is RULES:
            for rule in heard.body:
                one_of(names, rule, name)
        else:
            one_of([names] if isinstance(names, str) else names, heard.body, name)
        count += 1
    return count


def one_of(names: list[str], body: Any, route: str) -> None:
    from pydantic import ValidationError

    wrong = []
    for name in names:
        try:
            model(name).validate_python(body)
        except ValidationError as error:
            wrong.append(f"{name}: {error}")
        else:
            return
    raise AssertionError(f"{route} is none of {names}:\n" + "\n".join(wrong))
