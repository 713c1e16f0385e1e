"""The values of a world as GitLab writes them."""

from datetime import UTC, datetime
from typing import Any

from tests.forges import bare
from tests.forges.server import Call
from tests.forges.state import Check, Comment, Pull, Repository

Json = dict[str, Any]
LEVELS = (0, 20, 30, 40)  # guest of a public project, reporter, developer, maintainer
STATES = {"passed": "success", "failed": "failed", "pending": "running"}
DRAFT = "Draft: "


def instant(at: float) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def user(call: Call, login: str) -> Json | None:
    found = call.world.people.get(login)
    if found is None:
        return None
    return {
        "id": found.id,
        "username": login,
        "public_email": "",
        "name": login.title(),
        "state": "active",
        "locked": False,
        "avatar_url": None,
        "web_url": f"{call.base}/{login}",
    }


def whole_user(call: Call, login: str) -> Json:
    bot = call.world.people[login].kind == "bot"
    return (user(call, login) or {}) | {"bot": bot, "created_at": instant(call.world.clock()), "bio": ""}


def group(call: Call, path: str) -> Json:
    name = path.rpartition("/")[2]
    return {
        "id": call.world.owners[path].id,
        "web_url": f"{call.base}/groups/{path}",
        "name": name,
        "path": name,
        "full_name": path.replace("/", " / "),
        "full_path": path,
        "visibility": "private",
        "parent_id": None,
    }


def project(call: Call, repo: Repository) -> Json:
    level = LEVELS[call.world.level(repo, call.login)]
    rule = repo.rule(repo.default)
    kind = "group" if repo.owner in call.world.owners else "user"
    return {
        "id": repo.id,
        "description": repo.description or None,
        "name": repo.name,
        "name_with_namespace": repo.path.replace("/", " / "),
        "path": repo.name,
        "path_with_namespace": repo.path,
        "created_at": instant(repo.created),
        "default_branch": repo.default,
        "topics": list(repo.topics),
        "tag_list": list(repo.topics),
        "ssh_url_to_repo": f"git@localhost:{repo.path}.git",
        "http_url_to_repo": f"{call.base}/{repo.path}.git",
        "web_url": f"{call.base}/{repo.path}",
        "namespace": {"id": 1, "name": repo.owner, "path": repo.owner, "kind": kind, "full_path": repo.owner},
        "archived": repo.archived,
        "visibility": repo.visibility or ("private" if repo.private else "public"),
        "empty_repo": not bare.branches(repo.folder),
        "merge_requests_enabled": True,
        "merge_requests_access_level": "enabled",
        "only_allow_merge_if_pipeline_succeeds": repo.pipeline or bool(rule and rule.checks),
        "remove_source_branch_after_merge": repo.deletes_merged,
        "allow_merge_on_skipped_pipeline": False,
        "merge_method": "merge",
        "squash_option": "default_off",
        "permissions": {
            "project_access": None,
            "group_access": {"access_level": level, "notification_level": 3} if level else None,
        },
    } | ({"forked_from_project": {"id": 1}} if repo.fork else {})


def mergeability(call: Call, repo: Repository, one: Pull) -> Json:
    known = call.world.mergeable(repo, one) if one.state == "open" else True
    why = call.world.hindered(repo, one)
    detail = {"closed": "not_open", "draft": "draft_status", "conflict": "conflict", "checks": "ci_must_pass"}
    words = {None: "unchecked", True: "can_be_merged", False: "cannot_be_merged"}
    detailed = "checking" if known is None else {"reviews": "not_approved", "": "mergeable"}.get(why) or detail[why]
    return {"merge_status": words[known], "detailed_merge_status": detailed, "has_conflicts": known is False}


def merge_request(call: Call, repo: Repository, one: Pull) -> Json:
    merged = one.state == "merged"
    title = DRAFT + one.title if one.draft else one.title
    return {
        "id": one.id,
        "iid": one.number,
        "project_id": repo.id,
        "title": title,
        "description": one.body,
        "state": {"open": "opened"}.get(one.state, one.state),
        "created_at": instant(one.created),
        "updated_at": instant(one.closed or one.created),
        "merged_by": user(call, one.closed_by) if merged else None,
        "merge_user": user(call, one.closed_by) if merged else None,
        "merged_at": instant(one.closed) if merged else None,
        "closed_by": user(call, one.closed_by) if one.state == "closed" else None,
        "closed_at": instant(one.closed) if one.state == "closed" else None,
        "target_branch": one.base,
        "source_branch": one.head,
        "user_notes_count": len(one.comments),
        "author": user(call, one.author),
        "assignees": [],
        "assignee": None,
        "reviewers": [user(call, login) for login in asked(one)],
        "source_project_id": repo.id,
        "target_project_id": repo.id,
        "labels": list(one.labels),
        "draft": one.draft,
        "work_in_progress": one.draft,
        "milestone": None,
        "merge_when_pipeline_succeeds": one.auto is not None,
        "sha": one.commit,
        "merge_commit_sha": one.merged_as or None,
        "squash_commit_sha": None,
        "web_url": f"{call.base}/{repo.path}/-/merge_requests/{one.number}",
        "references": {"short": f"!{one.number}", "relative": f"!{one.number}", "full": f"{repo.path}!{one.number}"},
        "squash": False,
        "discussion_locked": None,
        "should_remove_source_branch": None,
        "force_remove_source_branch": False,
        **mergeability(call, repo, one),
    }


def asked(one: Pull) -> list[str]:
    """Who reviews it: on GitLab who has answered stays a reviewer."""
    return list(dict.fromkeys([*one.reviewers, *(review.login for review in one.reviews)]))


def whole_merge_request(call: Call, repo: Repository, one: Pull) -> Json:
    found = pipeline(call, repo, one.commit, one.head)
    refs = {"base_sha": one.commit, "head_sha": one.commit, "start_sha": one.commit}
    more = {"head_pipeline": found, "pipeline": found, "diff_refs": refs, "changes_count": "1", "merge_error": None}
    return merge_request(call, repo, one) | more | {"user": {"can_merge": call.world.level(repo, call.login) > 1}}


def pipeline(call: Call, repo: Repository, commit: str, ref: str) -> Json | None:
    checks = call.world.checks(repo, commit)
    if not checks:
        return None
    told = {check.outcome for check in checks}
    state = "failed" if "failed" in told else "running" if "pending" in told else "success"
    identity = repo.checks[commit][0].id
    web = f"{call.base}/{repo.path}/-/pipelines/{identity}"
    then = instant(call.world.clock())
    return {"id": identity, "iid": identity, "project_id": repo.id, "sha": commit, "ref": ref, "status": state} | {
        "source": "merge_request_event",
        "created_at": then,
        "updated_at": then,
        "web_url": web,
    }


def status(call: Call, repo: Repository, commit: str, check: Check) -> Json:
    done = check.outcome != "pending"
    return {
        "id": check.id,
        "sha": commit,
        "ref": repo.default,
        "status": STATES[check.outcome],
        "name": check.name,
        "target_url": f"{call.base}/ci/{check.id}",
        "description": None,
        "created_at": instant(check.at),
        "started_at": instant(check.at),
        "finished_at": instant(check.at) if done else None,
        "allow_failure": False,
        "coverage": None,
        "pipeline_id": repo.checks[commit][0].id,
        "author": user(call, "scaffold-bot"),
    }


def approvals(call: Call, repo: Repository, one: Pull) -> Json:
    rule = repo.rule(one.base)
    needed = rule.approvals if rule else 0
    given = [login for login, verdict in call.world.verdicts(one).items() if verdict == "approved"]
    return merge_request(call, repo, one) | {
        "approvals_required": needed,
        "approvals_left": max(needed - len(given), 0),
        "approved": len(given) >= needed if needed else bool(given),
        "require_password_to_approve": False,
        "approved_by": [{"user": user(call, login), "approved_at": instant(call.world.clock())} for login in given],
        "suggested_approvers": [],
        "approvers": [],
        "approver_groups": [],
        "user_has_approved": call.login in given,
        "user_can_approve": call.login != one.author,
        "has_approval_rules": bool(needed),
        "merge_request_approvers_available": True,
        "multiple_approval_rules_available": True,
    }


def reviewer(call: Call, one: Pull, login: str) -> Json:
    words = {"approved": "approved", "changes requested": "requested_changes"}
    said = {review.login: words.get(review.verdict, "reviewed") for review in one.reviews}
    state = "unreviewed" if login in one.reviewers else said[login]
    return {"user": user(call, login), "state": state, "created_at": instant(one.created)}


def note(call: Call, repo: Repository, one: Pull, made: Comment) -> Json:
    return {
        "id": made.id,
        "type": None,
        "body": made.text,
        "attachment": None,
        "author": user(call, made.login),
        "created_at": instant(made.at),
        "updated_at": instant(made.at),
        "system": False,
        "noteable_id": one.id,
        "noteable_type": "MergeRequest",
        "noteable_iid": one.number,
        "project_id": repo.id,
        "resolvable": False,
        "confidential": False,
        "internal": False,
    }


def label(repo: Repository, name: str) -> Json:
    described = {"description": None, "color": "#6699cc", "text_color": "#FFFFFF", "is_project_label": True}
    return {"id": repo.labels[name], "name": name} | described
