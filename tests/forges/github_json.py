"""The values of a world as GitHub writes them."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from tests.forges.bare import Commit
from tests.forges.server import Call
from tests.forges.state import LEVELS, Check, Comment, Pull, Repository, Review, Rule

Json = dict[str, Any]
REPOSITORY_URLS = [
    "archive",
    "assignees",
    "blobs",
    "branches",
    "collaborators",
    "comments",
    "commits",
    "compare",
    "contents",
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "git_commits",
    "git_refs",
    "git_tags",
    "hooks",
    "issue_comment",
    "issue_events",
    "issues",
    "keys",
    "labels",
    "languages",
    "merges",
    "milestones",
    "notifications",
    "pulls",
    "releases",
    "stargazers",
    "statuses",
    "subscribers",
    "subscription",
    "tags",
    "teams",
    "trees",
]
USER_URLS = [
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
    "received_events",
]


def instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def claims(word: str) -> Json | None:
    """What a JSON web token says."""
    parts = word.split(".")
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + "==")) if len(parts) == 3 else None
    except ValueError:
        return None


def maybe(at: float) -> str | None:
    return instant(at) if at else None


def user(call: Call, login: str) -> Json:
    found, world = call.world.people.get(login), call.world
    owner = world.owners.get(login)
    kind = "Organization" if owner else "Bot" if found and found.kind == "bot" else "User"
    identity = owner.id if owner else found.id if found else 0
    url = f"{call.base}/api/v3/users/{login}"
    return {
        "login": login,
        "id": identity,
        "node_id": f"U_{identity}",
        "avatar_url": f"{call.base}/avatars/{identity}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{call.base}/{login}",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    } | {f"{name}_url": f"{url}/{name}" for name in USER_URLS}


def whole_user(call: Call, login: str) -> Json:
    names = [
        "name",
        "company",
        "blog",
        "location",
        "email",
        "hireable",
        "bio",
        "twitter_username",
        "notification_email",
    ]
    counts = ["public_repos", "public_gists", "followers", "following"]
    then = instant(call.world.clock())
    return (
        user(call, login) | dict.fromkeys(names) | dict.fromkeys(counts, 0) | {"created_at": then, "updated_at": then}
    )


def organisation(call: Call, path: str) -> Json:
    known = user(call, path)
    url, then = f"{call.base}/api/v3/orgs/{path}", instant(call.world.clock())
    named = {f"{n}_url": f"{url}/{n}" for n in ("repos", "events", "hooks", "issues", "members", "public_members")}
    flags = dict.fromkeys(("has_organization_projects", "has_repository_projects"), True)
    counts = dict.fromkeys(["public_repos", "public_gists", "followers", "following"], 0)
    kept = {n: known[n] for n in ("login", "id", "node_id", "avatar_url", "html_url", "type")}
    dates = {"created_at": then, "updated_at": then, "archived_at": None}
    return kept | named | flags | counts | dates | {"url": url, "description": None}


def repository(call: Call, repo: Repository) -> Json:
    url, then = f"{call.base}/api/v3/repos/{repo.path}", instant(repo.created)
    level = call.world.level(repo, call.login)
    counts = [
        "forks",
        "forks_count",
        "stargazers_count",
        "watchers",
        "watchers_count",
        "size",
        "open_issues",
        "open_issues_count",
    ]
    flags = [
        "has_issues",
        "has_projects",
        "has_wiki",
        "has_pages",
        "has_discussions",
        "has_downloads",
        "disabled",
        "is_template",
    ]
    return (
        {
            "id": repo.id,
            "node_id": f"R_{repo.id}",
            "name": repo.name,
            "full_name": repo.path,
            "owner": user(call, repo.owner),
            "private": repo.private,
            "html_url": f"{call.base}/{repo.path}",
            "description": repo.description or None,
            "fork": repo.fork,
            "url": url,
            "git_url": f"git://{call.base.partition('//')[2]}/{repo.path}.git",
            "ssh_url": f"git@localhost:{repo.path}.git",
            "clone_url": f"{call.base}/{repo.path}.git",
            "svn_url": f"{call.base}/{repo.path}",
            "default_branch": repo.default,
            "archived": repo.archived,
            "topics": list(repo.topics),
            "visibility": repo.visibility or ("private" if repo.private else "public"),
            "pushed_at": then,
            "created_at": then,
            "updated_at": then,
            "permissions": {
                name: level >= least
                for name, least in {"admin": 3, "maintain": 3, "push": 2, "triage": 2, "pull": 1}.items()
            },
        }
        | {f"{name}_url": f"{url}/{name}" for name in REPOSITORY_URLS}
        | dict.fromkeys(counts, 0)
        | dict.fromkeys(flags, False)
        | dict.fromkeys(("license", "homepage", "language", "mirror_url"))
    )


def whole_repository(call: Call, repo: Repository) -> Json:
    more: Json = {"subscribers_count": 0, "network_count": 0}
    if call.world.level(repo, call.login) >= LEVELS.index("push"):
        ways = ("allow_merge_commit", "allow_squash_merge", "allow_rebase_merge")
        more |= dict.fromkeys(ways, True) | {
            "allow_auto_merge": repo.auto_merge,
            "delete_branch_on_merge": repo.deletes_merged,
        }
    if call.world.level(repo, call.login) >= LEVELS.index("admin"):
        status = {"status": "enabled" if repo.scanning else "disabled"}
        more["security_and_analysis"] = {} if repo.scanning is None else {"secret_scanning": status}
    return repository(call, repo) | more


def label(call: Call, repo: Repository, name: str) -> Json:
    identity = repo.labels.get(name, 0)
    return {
        "id": identity,
        "node_id": f"LA_{identity}",
        "url": f"{call.base}/api/v3/repos/{repo.path}/labels/{name}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
        "archived_at": None,
        "archived_by": None,
    }


def side(call: Call, repo: Repository, branch: str, commit: str) -> Json:
    return {
        "label": f"{repo.owner}:{branch}",
        "ref": branch,
        "sha": commit,
        "user": user(call, repo.owner),
        "repo": repository(call, repo),
    }


def team(call: Call, organization: str, slug: str) -> Json:
    url = f"{call.base}/api/v3/organizations/1/team/{slug}"
    return {
        "id": 1,
        "node_id": f"T_{slug}",
        "name": slug,
        "slug": slug,
        "description": "",
        "privacy": "closed",
        "permission": "push",
        "url": url,
        "html_url": f"{call.base}/orgs/{organization}/teams/{slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": 1,
        "parent": None,
    }


def whole_team(call: Call, organization: str, slug: str) -> Json:
    then = instant(call.world.clock())
    counts = {"members_count": len(call.world.owners[organization].teams[slug]), "repos_count": 0}
    dates = {"created_at": then, "updated_at": then}
    return team(call, organization, slug) | counts | dates | {"organization": organisation(call, organization)}


def pull(call: Call, repo: Repository, pull: Pull) -> Json:
    url, web = (
        f"{call.base}/api/v3/repos/{repo.path}/pulls/{pull.number}",
        f"{call.base}/{repo.path}/pull/{pull.number}",
    )
    issue = f"{call.base}/api/v3/repos/{repo.path}/issues/{pull.number}"
    merged = pull.state == "merged"
    urls = {
        "self": url,
        "html": web,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{call.base}/api/v3/repos/{repo.path}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{call.base}/api/v3/repos/{repo.path}/statuses/{pull.commit}",
    }
    base_commit = call.world.tip(repo.path, pull.base)
    return {
        "url": url,
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        **{f"{name}_url": urls[name] for name in list(urls)[2:]},
        "number": pull.number,
        "state": "open" if pull.state == "open" else "closed",
        "locked": False,
        "title": pull.title,
        "user": user(call, pull.author),
        "body": pull.body or None,
        "labels": [label(call, repo, name) for name in pull.labels],
        "milestone": None,
        "created_at": instant(pull.created),
        "updated_at": instant(pull.closed or pull.created),
        "closed_at": maybe(pull.closed),
        "merged_at": maybe(pull.closed) if merged else None,
        "merge_commit_sha": pull.merged_as or None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [user(call, login) for login in pull.reviewers],
        "requested_teams": [team(call, repo.owner, slug) for slug in pull.teams],
        "head": side(call, repo, pull.head, pull.commit),
        "base": side(call, repo, pull.base, base_commit or pull.commit),
        "_links": {name: {"href": address} for name, address in urls.items()},
        "author_association": "MEMBER",
        "auto_merge": auto_merge(call, pull),
        "active_lock_reason": None,
        "draft": pull.draft,
    }


def auto_merge(call: Call, pull: Pull) -> Json | None:
    if not pull.auto:
        return None
    how, _, login = pull.auto
    return {"enabled_by": user(call, login), "merge_method": how, "commit_title": "", "commit_message": ""}


def whole_pull(call: Call, repo: Repository, one: Pull) -> Json:
    world, merged = call.world, one.state == "merged"
    mergeable = world.mergeable(repo, one) if one.state == "open" else None
    why = world.hindered(repo, one) if one.state == "open" else "closed"
    state = {"": "clean", "conflict": "dirty", "draft": "draft", "checks": "blocked", "reviews": "blocked"}.get(why)
    return pull(call, repo, one) | {
        "merged": merged,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": "unknown" if mergeable is None else state or "unknown",
        "merged_by": user(call, one.closed_by) if merged else None,
        "comments": len(one.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": 1,
        "additions": 1,
        "deletions": 0,
        "changed_files": 1,
    }


def issue(call: Call, repo: Repository, one: Pull) -> Json:
    known, url = pull(call, repo, one), f"{call.base}/api/v3/repos/{repo.path}/issues/{one.number}"
    same = "id node_id html_url number state title user body labels milestone locked created_at updated_at closed_at"
    links = {name: known[name] for name in ("url", "html_url", "diff_url", "patch_url")}
    return {name: known[name] for name in same.split()} | {
        "url": url,
        "repository_url": f"{call.base}/api/v3/repos/{repo.path}",
        **{f"{name}_url": f"{url}/{name}" for name in ("labels", "comments", "events")},
        "assignee": None,
        "assignees": [],
        "comments": len(one.comments),
        "author_association": "MEMBER",
        "pull_request": links | {"merged_at": known["merged_at"]},
        "closed_by": user(call, one.closed_by) if one.closed_by else None,
        "state_reason": None,
    }


def comment(call: Call, repo: Repository, number: int, one: Comment) -> Json:
    url = f"{call.base}/api/v3/repos/{repo.path}/issues"
    return {
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "url": f"{url}/comments/{one.id}",
        "html_url": f"{call.base}/{repo.path}/pull/{number}#issuecomment-{one.id}",
        "user": user(call, one.login),
        "created_at": instant(one.at),
        "updated_at": instant(one.at),
        "issue_url": f"{url}/{number}",
        "author_association": "MEMBER",
        "body": one.text,
        "performed_via_github_app": None,
    }


def commit(call: Call, repo: Repository, found: Commit) -> Json:
    url, web = f"{call.base}/api/v3/repos/{repo.path}", f"{call.base}/{repo.path}/commit"
    by = {"name": found.author, "email": found.email, "date": instant(found.at)}
    message = {"message": found.message, "comment_count": 0, "author": by, "committer": by}
    tree = {"sha": found.tree, "url": f"{url}/git/trees/{found.tree}"}
    parents = [{"sha": one, "url": f"{url}/commits/{one}", "html_url": f"{web}/{one}"} for one in found.parents]
    return {
        "sha": found.sha,
        "node_id": f"C_{found.sha}",
        "url": f"{url}/commits/{found.sha}",
        "html_url": f"{web}/{found.sha}",
        "comments_url": f"{url}/commits/{found.sha}/comments",
        "commit": message | {"url": f"{url}/git/commits/{found.sha}", "tree": tree},
        "author": None,
        "committer": None,
        "parents": parents,
    }


def check_run(call: Call, repo: Repository, commit: str, check: Check) -> Json:
    url = f"{call.base}/api/v3/repos/{repo.path}/check-runs/{check.id}"
    done = check.outcome != "pending"
    output = dict.fromkeys(("title", "summary", "text")) | {
        "annotations_count": 0,
        "annotations_url": f"{url}/annotations",
    }
    return {
        "id": check.id,
        "head_sha": commit,
        "node_id": f"CR_{check.id}",
        "external_id": "",
        "url": url,
        "html_url": f"{call.base}/{repo.path}/runs/{check.id}",
        "details_url": f"{call.base}/ci/{check.id}",
        "status": "completed" if done else "in_progress",
        "conclusion": {"passed": "success", "failed": "failure"}.get(check.outcome),
        "started_at": instant(check.at),
        "completed_at": instant(check.at) if done else None,
        "output": output,
        "name": check.name,
        "check_suite": {"id": check.id},
        "app": None,
        "pull_requests": [],
    }


def status(call: Call, repo: Repository, commit: str, check: Check) -> Json:
    state = {"passed": "success", "failed": "failure"}.get(check.outcome, "pending")
    return {
        "id": check.id,
        "node_id": f"SC_{check.id}",
        "state": state,
        "description": None,
        "context": check.name,
        "target_url": f"{call.base}/ci/{check.id}",
        "avatar_url": None,
        "url": f"{call.base}/api/v3/repos/{repo.path}/statuses/{commit}",
        "created_at": instant(check.at),
        "updated_at": instant(check.at),
    }


def review(call: Call, repo: Repository, one: Pull, made: Review) -> Json:
    web, url = f"{call.base}/{repo.path}/pull/{one.number}", f"{call.base}/api/v3/repos/{repo.path}/pulls/{one.number}"
    links = {"html": {"href": web}, "pull_request": {"href": url}}
    return {
        "id": made.id,
        "node_id": f"PRR_{made.id}",
        "user": user(call, made.login),
        "body": "",
        "state": {"approved": "APPROVED", "changes requested": "CHANGES_REQUESTED"}.get(made.verdict, "COMMENTED"),
        "html_url": f"{web}#pullrequestreview-{made.id}",
        "pull_request_url": url,
        "_links": links,
        "submitted_at": instant(made.at),
        "commit_id": made.commit,
        "author_association": "MEMBER",
    }


def protection(call: Call, repo: Repository, branch: str, rule: Rule) -> Json:
    url = f"{call.base}/api/v3/repos/{repo.path}/branches/{branch}/protection"
    found: Json = {"url": url, "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": True}}
    found["allow_force_pushes"] = {"enabled": rule.force}
    if rule.checks:
        found["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": False,
            "contexts": list(rule.checks),
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [{"context": name, "app_id": None} for name in rule.checks],
        }
    if rule.approvals or rule.owners:
        found["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": rule.owners,
            "required_approving_review_count": rule.approvals,
            "require_last_push_approval": False,
        }
    return found


def ruleset(repo: Repository, rule: Rule) -> Json:
    """A ruleset as its list has it; the rules themselves are told of one alone."""
    told = {"id": rule.said["id"], "name": rule.said["name"], "target": "branch", "source_type": "Repository"}
    return told | {"source": repo.path, "enforcement": rule.said["enforcement"]}


def rules(rule: Rule) -> list[Json]:
    """A ruleset, as everybody may read it for a branch."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": "", "ruleset_id": rule.said.get("id", 1)}
    if rule.said:
        return [one | source for one in rule.said["rules"]] if rule.said["enforcement"] == "active" else []
    checks = {
        "required_status_checks": [{"context": name} for name in rule.checks],
        "strict_required_status_checks_policy": False,
    }
    reviews = {
        "required_approving_review_count": rule.approvals,
        "require_code_owner_review": rule.owners,
        "dismiss_stale_reviews_on_push": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    found = [("required_status_checks", checks)] * bool(rule.checks) + [("pull_request", reviews)]
    return [{"type": kind, "parameters": parameters} | source for kind, parameters in found]
