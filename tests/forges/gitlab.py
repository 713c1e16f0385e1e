"""The API of GitLab, as far as a rollout and the referee go: routes and wording, and the world does the rest."""

import time
from collections.abc import Mapping
from typing import Any

from tests.forges import bare
from tests.forges import gitlab_json as wire
from tests.forges import gitlab_settings as settings
from tests.forges.faults import Fault
from tests.forges.server import PAGE, Answer, Call, Route, route
from tests.forges.state import Pull, RefusalError, Repository
from tests.forges.world import World

name = "gitlab"
prefixes = ("/api/v4",)


def headers(world: World) -> Mapping[str, str]:
    if not world.budget:
        return {}
    told = {"Limit": world.budget, "Remaining": world.left(), "Reset": int(time.time()) + 60}
    return {f"RateLimit-{what}": str(value) for what, value in told.items()}


def said(status: int, message: Any) -> Answer:
    return Answer(status, {"message": message})


def refuse(refusal: RefusalError, call: Call) -> Answer:
    match refusal.kind:
        case "unauthorized" if refusal.text == "expired":
            told = "Token is expired. You can either do re-authorization or token refresh."
            return Answer(401, {"error": "invalid_token", "error_description": told})
        case "unauthorized":
            return said(401, "401 Unauthorized")
        case "forbidden" if call.target.endswith("/projects"):
            return said(400, {"namespace": ["is not valid"], "base": ["user namespace is not valid"]})
        case "forbidden" | "archived" | "not administered":
            return said(403, "403 Forbidden")
        case "taken":
            return said(400, {"project_namespace.name": ["has already been taken"], "path": ["has already been taken"]})
        case "exists":
            repo = call.seen()
            number = next(one.number for one in repo.open_pulls() if one.head == refusal.text)
            return said(409, [f"Another open merge request already exists for this source branch: !{number}"])
        case "no head":
            return said(422, [f'Source branch "{call.body.get("source_branch")}" does not exist'])
        case "no base":
            return said(422, [f'Target branch "{call.body.get("target_branch")}" does not exist'])
        case "stale":
            return said(409, f"SHA does not match HEAD of source branch: {refusal.text}")
        case "not mergeable" if refusal.text in ("conflict", "checks", "reviews"):
            return said(422, "Branch cannot be merged")
        case "not mergeable":
            return said(405, "405 Method Not Allowed")
        case "invalid":
            return said(400, refusal.text)
        case "no route":
            return Answer(404, {"error": "404 Not Found"})
        case _:
            return said(404, f"404 {refusal.text if refusal.text.istitle() else 'Project'} Not Found")


def trouble(fault: Fault) -> Answer:
    plain = {"Content-Type": "text/plain"}
    match fault.what:
        case "secondary" | "throttled" | "spent":
            return Answer(429, b"Retry later\n", plain | {"Retry-After": str(fault.seconds)})
        case "broken":
            return Answer(
                502, b"<html><body><h1>502</h1>Whoops, GitLab is taking too much time to respond.</body></html>"
            )
        case "elsewhere":
            return Answer(302, b"", {"Location": "http://elsewhere.invalid/users/sign_in"})
        case "unauthorized":
            return said(401, "401 Unauthorized")
        case "forbidden":
            return said(403, "403 Forbidden")
        case _:
            return Answer(200, PAGE)


def page(call: Call, items: list[Any]) -> Answer:
    """One page, by number or, where `pagination=keyset` asks for it, by what comes after an id."""
    size = min(int(call.query.get("per_page", 20)), call.world.page)
    kept = {n: v for n, v in call.query.items() if n not in ("page", "id_after")} | {"per_page": str(size)}
    url = f"{call.base}{call.target}?" + "&".join(f"{n}={v}" for n, v in kept.items())
    if call.query.get("pagination") == "keyset":
        after = int(call.query.get("id_after", 0))
        rest = [item for item in sorted(items, key=lambda item: item["id"]) if item["id"] > after]
        found = rest[:size]
        more = {"Link": f'<{url}&id_after={found[-1]["id"]}>; rel="next"'} if len(rest) > size else {}
        return Answer(200, found, more)
    here, last = int(call.query.get("page", 1)), max(-(-len(items) // size), 1)
    places = {"prev": here - 1, "next": here + 1, "first": 1, "last": last}
    links = [f'<{url}&page={n}>; rel="{what}"' for what, n in places.items() if 1 <= n <= last]
    told = {
        "X-Page": here,
        "X-Per-Page": size,
        "X-Next-Page": here + 1 if here < last else "",
        "X-Prev-Page": here - 1 if here > 1 else "",
        "X-Total": len(items),
        "X-Total-Pages": last,
    }
    return Answer(
        200, items[(here - 1) * size : here * size], {"Link": ", ".join(links)} | {n: str(v) for n, v in told.items()}
    )


def is_true(given: Any) -> bool:
    """A yes in a query or in JSON, as Grape reads them."""
    return str(given).lower() in ("true", "t", "1", "yes", "on")


def given(call: Call) -> dict[str, Any]:
    """What is asked for, in the body or in the address: GitLab takes both."""
    return {**call.query, **call.body}


# Who and where.


def me(call: Call) -> Answer:
    return Answer(200, wire.whole_user(call, call.login))


def users(call: Call) -> Answer:
    login = call.query.get("username", "")
    found = [one for one in call.world.people if not login or one.lower() == login.lower()]
    return page(call, [wire.user(call, one) for one in found])


def somebody(call: Call) -> Answer:
    login = next((p.login for p in call.world.people.values() if str(p.id) == call.args["id"]), None)
    if login is None:
        raise RefusalError("missing", "User")
    return Answer(200, wire.whole_user(call, login))


def named_group(call: Call) -> str:
    wanted = call.args["group"]
    path = next((p for p, owner in call.world.owners.items() if wanted in (p, str(owner.id))), None)
    if path is None:
        raise RefusalError("missing", "Group")
    return path


def group(call: Call) -> Answer:
    return Answer(200, wire.group(call, named_group(call)))


def of_group(call: Call) -> Answer:
    deep = is_true(call.query.get("include_subgroups"))
    return listing(call, call.world.listed(named_group(call), call.login, deep=deep))


def of_user(call: Call) -> Answer:
    wanted = call.args["id"]
    login = next((p.login for p in call.world.people.values() if wanted in (p.login, str(p.id))), None)
    if login is None:
        raise RefusalError("missing", "User")
    return listing(call, call.world.listed(login, call.login))


def listing(call: Call, found: list[Repository]) -> Answer:
    archived = call.query.get("archived")
    found = [repo for repo in found if archived is None or repo.archived == is_true(archived)]
    found = found if call.query.get("sort") == "asc" else found[::-1]
    return page(call, [wire.project(call, repo) for repo in found])


def project(call: Call) -> Answer:
    return Answer(200, wire.project(call, call.seen()))


def project_approvals(call: Call) -> Answer:
    rule = call.seen().rule(call.seen().default)
    flags = dict.fromkeys(("reset_approvals_on_push", "disable_overriding_approvers_per_merge_request"), False)
    return Answer(200, {"approvals_before_merge": rule.approvals if rule else 0} | flags)


def members(call: Call) -> Answer:
    repo, wanted = call.seen(), call.query.get("query", call.query.get("search", ""))
    found = [p for p in call.world.people if wanted in p and call.world.may_be_asked(repo, p)]
    return page(call, [wire.user(call, one) for one in found])


def member(call: Call) -> Answer:
    repo = call.seen()
    for login, one in call.world.people.items():
        if str(one.id) == call.args["id"] and call.world.may_be_asked(repo, login):
            level = wire.LEVELS[call.world.level(repo, login)]
            return Answer(200, (wire.user(call, login) or {}) | {"access_level": level, "expires_at": None})
    return said(404, "404 Not found")


def labels(call: Call) -> Answer:
    repo, wanted = call.seen(), call.query.get("search", "")
    return page(call, [wire.label(repo, one) for one in repo.labels if wanted in one])


def label(call: Call) -> Answer:
    repo = call.seen()
    if call.args["label"] not in repo.labels:
        raise RefusalError("missing", "Label")
    return Answer(200, wire.label(repo, call.args["label"]))


# Merge requests.


def merge_requests(call: Call) -> Answer:
    repo, query = call.seen(), call.query
    states = {"opened": "open"}.get(query.get("state", "all"), query.get("state", "all"))
    found = [
        one
        for one in repo.pulls
        if query.get("source_branch", one.head) == one.head
        and query.get("target_branch", one.base) == one.base
        and states in ("all", one.state)
    ]
    found = found if query.get("sort") == "asc" else found[::-1]
    return page(call, [wire.merge_request(call, repo, one) for one in found])


def merge_request(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    call.world.work(repo, one.commit)
    call.world.settle(repo, call.login)
    return Answer(200, wire.whole_merge_request(call, repo, one))


def titled(title: str) -> tuple[str, bool]:
    draft = title.lower().startswith(("draft:", "[draft]", "(draft)"))
    return title.removeprefix(wire.DRAFT) if draft else title, draft


def open_merge_request(call: Call) -> Answer:
    repo, body = call.written(), given(call)
    title, draft = titled(body["title"])
    head, base = body["source_branch"], body["target_branch"]
    made = call.world.open(repo, call.login, head, base, title, body.get("description") or "", draft, same=True)
    decorate(call, repo, made, body)
    return Answer(201, wire.whole_merge_request(call, repo, made))


def decorate(call: Call, repo: Repository, one: Pull, body: Mapping[str, Any]) -> None:
    """Labels are made where there are none; who cannot review is left out without a word."""
    for key in ("labels", "add_labels"):
        told = body.get(key) or []
        names = [part.strip() for part in told.split(",")] if isinstance(told, str) else list(told)
        for text in filter(None, names):
            repo.labels.setdefault(text, call.world.new_id())
        one.labels = (
            names if key == "labels" and key in body else list(dict.fromkeys([*one.labels, *filter(None, names)]))
        )
    if "reviewer_ids" in body:
        wanted = {int(identity) for identity in body["reviewer_ids"] or []}
        people = [p.login for p in call.world.people.values() if p.id in wanted]
        one.reviewers = [login for login in people if call.world.may_be_asked(repo, login)]


def edit(call: Call) -> Answer:
    repo = call.written()
    one, body = call.pull(repo), given(call)
    if "title" in body:
        one.title, one.draft = titled(body["title"])
    one.body = body.get("description", one.body) or ""
    decorate(call, repo, one, body)
    if body.get("state_event") == "close":
        call.world.close(one, call.login)
    elif body.get("state_event") == "reopen":
        call.world.reopen(repo, one)
    return Answer(200, wire.whole_merge_request(call, repo, one))


def merge(call: Call) -> Answer:
    """Merge now, or when it can be where that is asked for."""
    repo, body = call.written(), given(call)
    one = call.pull(repo)
    auto = is_true(body.get("auto_merge")) or is_true(body.get("merge_when_pipeline_succeeds"))
    why = call.world.hindered(repo, one)
    if one.state != "open" or one.draft or (why in ("checks", "reviews") and not auto):
        return said(405, "405 Method Not Allowed")
    if why == "conflict":
        raise RefusalError("not mergeable", why)
    if body.get("sha") not in (None, one.commit):
        raise RefusalError("stale", one.commit)
    how = "squash" if is_true(body.get("squash")) else "merge"
    if why:
        call.world.merge_when_green(one, call.login, how, body.get("sha") or "")
    else:
        call.world.merge(repo, one, call.login, how)
    return Answer(200, wire.whole_merge_request(call, repo, one))


def approvals(call: Call) -> Answer:
    repo = call.seen()
    return Answer(200, wire.approvals(call, repo, call.pull(repo)))


def approve(call: Call) -> Answer:
    repo = call.written()
    one = call.pull(repo)
    call.world.review(repo, one, call.login, "approved")
    return Answer(201, wire.approvals(call, repo, one))


def reviewers(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    return page(call, [wire.reviewer(call, one, login) for login in wire.asked(one)])


def notes(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    return page(call, [wire.note(call, repo, one, made) for made in one.comments])


def add_note(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    made = call.world.comment(one, call.login, call.body["body"])
    return Answer(201, wire.note(call, repo, one, made))


# Checks and branches.


def statuses(call: Call) -> Answer:
    repo, commit = call.seen(), call.args["ref"]
    commit = bare.tip(repo.folder, commit) or commit
    found = call.world.look_at_checks(repo, commit, call.login)
    return page(call, [wire.status(call, repo, commit, check) for check in found])


def pipelines(call: Call) -> Answer:
    repo = call.seen()
    commit = call.query.get("sha", "")
    call.world.look_at_checks(repo, commit, call.login)
    found = wire.pipeline(call, repo, commit, repo.default)
    return page(call, [found] if found else [])


def pipelines_of_one(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    call.world.look_at_checks(repo, one.commit, call.login)
    found = wire.pipeline(call, repo, one.commit, one.head)
    return page(call, [found] if found else [])


def branch(call: Call) -> Answer:
    repo, wanted = call.seen(), call.args["branch"]
    tip = bare.tip(repo.folder, wanted)
    if not tip:
        return said(404, "404 Branch Not Found")
    about = {"merged": False, "protected": repo.rule(wanted) is not None, "default": wanted == repo.default}
    return Answer(200, {"name": wanted, "commit": {"id": tip, "short_id": tip[:8]}} | about)


def delete_branch(call: Call) -> Answer:
    repo, wanted = call.written(), call.args["branch"]
    if not bare.tip(repo.folder, wanted):
        return said(404, "404 Branch Not Found")
    if repo.rule(wanted) or wanted == repo.default:
        return said(
            403, "Cannot remove HEAD branch" if wanted == repo.default else "Protected branches cannot be deleted"
        )
    bare.set_branch(repo.folder, wanted, "")
    call.world.settle(repo, call.login)
    return Answer(204)


MERGE_REQUEST = "/projects/{project}/merge_requests/{number}"
routes: list[Route] = [
    route("GET", "/user", "me", me),
    route("GET", "/users", "exists", users),
    route("GET", "/users/{id}", "exists", somebody),
    route("GET", "/users/{id}/projects", "repositories", of_user),
    route("GET", "/groups/{group}", "owner", group),
    route("GET", "/groups/{group}/projects", "repositories", of_group),
    route("GET", "/projects/{project}", "repository", project),
    *settings.routes,
    route("GET", "/projects/{project}/approvals", "protection", project_approvals),
    route("GET", "/projects/{project}/users", "exists", members),
    route("GET", "/projects/{project}/members/all", "exists", members),
    route("GET", "/projects/{project}/members/all/{id}", "exists", member),
    route("GET", "/projects/{project}/labels", "exists", labels),
    route("GET", "/projects/{project}/labels/{label}", "exists", label),
    route("GET", "/projects/{project}/merge_requests", "pulls", merge_requests),
    route("POST", "/projects/{project}/merge_requests", "open", open_merge_request),
    route("GET", MERGE_REQUEST, "pull", merge_request),
    route("PUT", MERGE_REQUEST, "edit", edit),
    route("PUT", f"{MERGE_REQUEST}/merge", "merge-when-green", merge),
    route("GET", f"{MERGE_REQUEST}/approvals", "review", approvals),
    route("POST", f"{MERGE_REQUEST}/approve", "approve", approve),
    route("GET", f"{MERGE_REQUEST}/reviewers", "review", reviewers),
    route("GET", f"{MERGE_REQUEST}/pipelines", "checks", pipelines_of_one),
    route("GET", f"{MERGE_REQUEST}/notes", "comments", notes),
    route("POST", f"{MERGE_REQUEST}/notes", "comment", add_note),
    route("GET", "/projects/{project}/pipelines", "checks", pipelines),
    route("GET", "/projects/{project}/repository/commits/{ref}/statuses", "checks", statuses),
    route("GET", "/projects/{project}/repository/branches/{branch}", "branch", branch),
    route("DELETE", "/projects/{project}/repository/branches/{branch}", "delete-branch", delete_branch),
]
