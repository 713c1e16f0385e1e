"""The API of GitHub, as far as a rollout and the referees go: routes and wording, and the world does the rest."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.forges import bare
from tests.forges import github_json as wire
from tests.forges import github_settings as settings
from tests.forges.faults import Fault
from tests.forges.server import PAGE, Answer, Call, Route, route
from tests.forges.state import Check, Pull, RefusalError, Repository
from tests.forges.world import World

name = "github"
prefixes = ("/api/v3", "/api")
DOCS = "https://docs.github.com/rest"
HELP = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
ABUSE = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)
DIRTY = {"checks": "Required status check is expected.", "reviews": "At least 1 approving review is required."}


def headers(world: World) -> Mapping[str, str]:
    limit = world.budget
    left = world.left() if limit else 4999
    reset = str(int(time.time()) + 3600)
    limits = {"Limit": str(limit or 5000), "Remaining": str(left), "Reset": reset, "Used": str((limit or 5000) - left)}
    return {f"X-RateLimit-{what}": value for what, value in limits.items()} | {"X-RateLimit-Resource": "core"}


def said(status: int, message: str, **more: Any) -> Answer:
    return Answer(status, {"message": message, **more, "documentation_url": DOCS, "status": str(status)})


def invalid(*errors: Mapping[str, str]) -> Answer:
    return said(422, "Validation Failed", errors=[dict(error) for error in errors])


def refuse(refusal: RefusalError, call: Call) -> Answer:
    custom = {"resource": "PullRequest", "code": "custom"}
    owner = call.path.partition("/")[0]
    match refusal.kind:
        case "unauthorized":
            return said(401, "Bad credentials")
        case "forbidden":
            return said(403, "Resource not accessible by personal access token")
        case "not administered" if call.world.level(call.seen(), call.login) < 2:
            return said(404, "Not Found")
        case "not administered":
            return said(403, "Must have admin rights to Repository.")
        case "taken":
            taken = {"field": "name", "message": "name already exists on this account"}
            return invalid({"resource": "Repository", "code": "custom"} | taken)._replace(
                body={"message": "Repository creation failed.", "documentation_url": DOCS, "status": "422"}
                | {"errors": [{"resource": "Repository", "code": "custom"} | taken]}
            )
        case "archived":
            return said(403, "Repository was archived so is read-only.")
        case "exists":
            return invalid(custom | {"message": f"A pull request already exists for {owner}:{refusal.text}."})
        case "no difference":
            return invalid(custom | {"message": f"No commits between {refusal.text}"})
        case "no head" | "no base":
            return invalid({"resource": "PullRequest", "field": refusal.kind[3:], "code": "invalid"})
        case "stale":
            return said(409, "Head branch was modified. Review and try the merge again.")
        case "not mergeable":
            return said(405, DIRTY.get(refusal.text, "Pull Request is not mergeable"))
        case "invalid":
            return said(422, refusal.text)
        case _:
            return said(404, refusal.text if refusal.kind == "not protected" else "Not Found")


def trouble(fault: Fault) -> Answer:
    wait = {"Retry-After": str(fault.seconds)}
    match fault.what:
        case "secondary":
            return Answer(403, {"message": ABUSE, "documentation_url": HELP}, wait)
        case "throttled":
            return Answer(429, {"message": "API rate limit exceeded", "documentation_url": HELP}, wait)
        case "spent":
            reset = str(int(time.time()) + fault.seconds)
            limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
            return Answer(403, {"message": "API rate limit exceeded for user ID 1.", "documentation_url": HELP}, limits)
        case "broken":
            return Answer(502, {"message": "Server Error"})
        case "elsewhere":
            return Answer(302, b"", {"Location": "http://elsewhere.invalid/login"})
        case "unauthorized":
            return said(401, "Bad credentials")
        case "forbidden":
            return said(403, "Resource not accessible by personal access token")
        case _:
            return Answer(200, PAGE)


def page(call: Call, items: list[Any], key: str = "") -> Answer:
    """One page of a list, with links to the others; never more than the server's own limit of items."""
    size = min(int(call.query.get("per_page", 30)), call.world.page)
    here, last = int(call.query.get("page", 1)), max(-(-len(items) // size), 1)
    kept = "".join(f"&{n}={v}" for n, v in call.query.items() if n not in ("page", "per_page"))
    places = {"prev": here - 1, "next": here + 1, "last": last, "first": 1}
    wanted = [n for n in places if (here < last if n in ("next", "last") else here > 1)]
    url = f"{call.base}{call.target}?per_page={size}{kept}"
    links = ", ".join(f'<{url}&page={places[n]}>; rel="{n}"' for n in wanted)
    found = items[(here - 1) * size : here * size]
    return Answer(200, {"total_count": len(items), key: found} if key else found, {"Link": links} if links else {})


# Who and where.


def me(call: Call) -> Answer:
    return Answer(200, wire.whole_user(call, call.login))


def somebody(call: Call) -> Answer:
    login = call.args["login"]
    if login not in call.world.people and login not in call.world.owners:
        raise RefusalError("missing")
    return Answer(200, wire.whole_user(call, login))


def organisation(call: Call) -> Answer:
    if call.args["org"] not in call.world.owners:
        raise RefusalError("missing")
    return Answer(200, wire.organisation(call, call.args["org"]))


def team(call: Call) -> Answer:
    owner = call.world.owners.get(call.args["org"])
    if owner is None or call.args["slug"] not in owner.teams:
        raise RefusalError("missing")
    return Answer(200, wire.whole_team(call, owner.path, call.args["slug"]))


def of_organisation(call: Call) -> Answer:
    organisation(call)
    return listing(call, call.args["org"])


def of_user(call: Call) -> Answer:
    somebody(call)
    return listing(call, call.args["login"])


def own(call: Call) -> Answer:
    return listing(call, call.login)


def listing(call: Call, owner: str) -> Answer:
    found = call.world.listed(owner, call.login)
    if call.query.get("sort") != "created" or call.query.get("direction") == "desc":
        found = found[::-1]
    return page(call, [wire.repository(call, repo) for repo in found])


def repository(call: Call) -> Answer:
    return Answer(200, wire.whole_repository(call, call.seen()))


def branch(call: Call) -> Answer:
    repo, name = call.seen(), call.args["branch"]
    tip, rule = bare.tip(repo.folder, name), repo.rule(name)
    if not tip:
        return said(404, "Branch not found")
    level = "everyone" if rule and rule.checks else "off"
    checks = {"enforcement_level": level, "contexts": list(rule.checks) if rule else [], "checks": []}
    url = f"{call.base}/api/v3/repos/{repo.path}/branches/{name}"
    found = {
        "name": name,
        "commit": wire.commit(call, repo, bare.read_commit(repo.folder, tip)),
        "_links": {"html": f"{call.base}/{repo.path}/tree/{name}", "self": url},
        "protected": rule is not None,
        "protection": {"enabled": rule is not None and not rule.ruleset, "required_status_checks": checks},
        "protection_url": f"{url}/protection",
    }
    return Answer(200, found)


def protection(call: Call) -> Answer:
    repo, name = call.seen(), call.args["branch"]
    if call.world.level(repo, call.login) < 3:
        raise RefusalError("missing")
    if not bare.tip(repo.folder, name):
        return said(404, "Branch not found")
    found = repo.rules_of(name, ruleset=False)
    if not found:
        raise RefusalError("not protected", "Branch not protected")
    return Answer(200, wire.protection(call, repo, name, found[0]))


def part_of_protection(name: str) -> Callable[[Call], Answer]:
    def part(call: Call) -> Answer:
        whole = protection(call)
        return Answer(200, whole.body[name]) if name in whole.body else said(404, "Not Found")

    return part


def rules(call: Call) -> Answer:
    found = call.seen().rules_of(call.args["branch"], ruleset=True)
    return page(call, [one for rule in found for one in wire.rules(rule)])


def label(call: Call) -> Answer:
    repo = call.seen()
    if call.args["label"] not in repo.labels:
        raise RefusalError("missing")
    return Answer(200, wire.label(call, repo, call.args["label"]))


def labels(call: Call) -> Answer:
    repo = call.seen()
    return page(call, [wire.label(call, repo, name) for name in repo.labels])


def collaborator(call: Call) -> Answer:
    if not call.world.may_be_asked(call.seen(), call.args["login"]):
        raise RefusalError("missing")
    return Answer(204)


# Pull requests.


def pulls(call: Call) -> Answer:
    repo = call.seen()
    owner, _, head = call.query.get("head", "").rpartition(":")
    state, base = call.query.get("state", "open"), call.query.get("base", "")
    known = [
        one
        for one in repo.pulls
        if (not owner or (owner == repo.owner and one.head == head))
        and base in ("", one.base)
        and state in ("all", "open" if one.state == "open" else "closed")
    ]
    oldest = call.query.get("direction") == "asc"
    return page(call, [wire.pull(call, repo, one) for one in (known if oldest else known[::-1])])


def pull(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    call.world.work(repo, one.commit)
    call.world.settle(repo, call.login)
    return Answer(200, wire.whole_pull(call, repo, one))


def open_pull(call: Call) -> Answer:
    repo, body = call.written(), call.body
    owner, _, head = str(body.get("head", "")).rpartition(":")
    if owner and owner != repo.owner:
        raise RefusalError("no head")
    more = {"body": body.get("body") or "", "draft": bool(body.get("draft"))}
    made = call.world.open(repo, call.login, head, body["base"], body["title"], **more)
    return Answer(201, wire.whole_pull(call, repo, made), {"Location": wire.pull(call, repo, made)["url"]})


def edit(call: Call) -> Answer:
    repo = call.written()
    one, body = call.pull(repo), call.body
    one.title, one.body = body.get("title") or one.title, body.get("body", one.body) or ""
    if body.get("state") == "closed":
        call.world.close(one, call.login)
    elif body.get("state") == "open" and one.state == "closed":
        call.world.reopen(repo, one)
    return Answer(200, wire.whole_pull(call, repo, one))


def merge(call: Call) -> Answer:
    repo = call.written()
    one = call.pull(repo)
    if call.body.get("sha", one.commit) != one.commit:
        raise RefusalError("stale")
    made = call.world.merge(repo, one, call.login, call.body.get("merge_method", "merge"))
    return Answer(200, {"sha": made, "merged": True, "message": "Pull Request successfully merged"})


def files(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    url = f"{call.base}/{repo.path}"
    found = bare.changed(repo.folder, bare.tip(repo.folder, one.base), one.commit)
    counts = {"additions": 1, "deletions": 0, "changes": 1}
    return page(
        call,
        [
            {"sha": one.commit, "filename": path, "status": status, **counts}
            | {f"{what}_url": f"{url}/{what}/{path}" for what in ("blob", "raw", "contents")}
            for path, status in found.items()
        ],
    )


def reviewers(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    users = [wire.user(call, login) for login in one.reviewers]
    return Answer(200, {"users": users, "teams": [wire.team(call, repo.owner, slug) for slug in one.teams]})


def ask(call: Call) -> Answer:
    """Ask reviewers: all of them, or none where one of them cannot be asked."""
    repo = call.written()
    one = call.pull(repo)
    people, teams = call.body.get("reviewers", []), call.body.get("team_reviewers", [])
    if one.author in people:
        raise RefusalError("invalid", "Review cannot be requested from pull request author.")
    owner = call.world.owners.get(repo.owner)
    known = owner.teams if owner else {}
    if not all(call.world.may_be_asked(repo, login) for login in people) or not set(teams) <= set(known):
        text = (
            "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a "
            f"collaborator of the {repo.path} repository."
        )
        raise RefusalError("invalid", text)
    one.reviewers += [login for login in people if login not in one.reviewers]
    one.teams += [slug for slug in teams if slug not in one.teams]
    return Answer(201, wire.pull(call, repo, one))


def reviews(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    return page(call, [wire.review(call, repo, one, made) for made in one.reviews])


def issue(call: Call) -> Answer:
    repo = call.seen()
    return Answer(200, wire.issue(call, repo, call.pull(repo)))


def add_labels(call: Call) -> Answer:
    """Add labels; one that the repository does not have is made."""
    repo = call.written()
    one, wanted = call.pull(repo), call.body.get("labels", [])
    for text in wanted:
        repo.labels.setdefault(text, call.world.new_id())
    one.labels += [text for text in wanted if text not in one.labels]
    return Answer(200, [wire.label(call, repo, text) for text in one.labels])


def comments(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    return page(call, [wire.comment(call, repo, one.number, made) for made in one.comments])


def add_comment(call: Call) -> Answer:
    repo = call.seen()
    one = call.pull(repo)
    made = call.world.comment(one, call.login, call.body["body"])
    return Answer(201, wire.comment(call, repo, one.number, made))


# Checks and branches.


def looked_at(call: Call, kind: str) -> tuple[Repository, str, list[Check]]:
    repo, commit = call.seen(), call.args["ref"]
    commit = bare.tip(repo.folder, commit) or commit
    if kind == "check":
        call.world.look_at_checks(repo, commit, call.login)
    return repo, commit, [check for check in call.world.checks(repo, commit) if check.kind == kind]


def check_runs(call: Call) -> Answer:
    repo, commit, found = looked_at(call, "check")
    return page(call, [wire.check_run(call, repo, commit, check) for check in found], "check_runs")


def statuses(call: Call) -> Answer:
    repo, commit, found = looked_at(call, "status")
    told = {check.outcome for check in found}
    state = "failure" if "failed" in told else "success" if told == {"passed"} else "pending"
    url = f"{call.base}/api/v3/repos/{repo.path}/commits/{commit}"
    answer = page(call, [wire.status(call, repo, commit, check) for check in found], "statuses")
    whole = {"sha": commit, "state": state, "repository": wire.repository(call, repo), "commit_url": url}
    return answer._replace(body=answer.body | whole | {"url": f"{url}/status"})


def commit(call: Call) -> Answer:
    repo = call.seen()
    found = bare.read_commit(repo.folder, bare.tip(repo.folder, call.args["ref"]) or call.args["ref"])
    if found is None:
        return said(422, f"No commit found for SHA: {call.args['ref']}")
    return Answer(200, wire.commit(call, repo, found))


def delete_ref(call: Call) -> Answer:
    repo, name = call.written(), call.args["branch"]
    if not bare.tip(repo.folder, name):
        raise RefusalError("invalid", "Reference does not exist")
    if repo.rule(name):
        raise RefusalError("invalid", "Cannot delete a protected branch")
    bare.set_branch(repo.folder, name, "")
    call.world.settle(repo, call.login)
    return Answer(204)


def rate_limit(_: Call) -> Answer:
    limit = {"limit": 5000, "used": 0, "remaining": 5000, "reset": int(time.time()) + 3600}
    return Answer(200, {"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit})


def graphql(call: Call) -> Answer:
    """The one mutation that REST does not have."""
    text, variables = call.body.get("query", ""), call.body.get("variables") or {}
    if "enablePullRequestAutoMerge" not in text:
        return Answer(200, {"data": {"viewer": {"login": call.login}}})
    given = {field: variables.get(name) for field, name in re.findall(r"(\w+):\s*\$(\w+)", text)}
    given |= dict(re.findall(r'(\w+):\s*"?(\w+)"?', text.partition("input")[2])) | variables.get("input", {}) | given
    repo, one = next(
        (
            (repo, one)
            for repo in call.world.repositories.values()
            for one in repo.pulls
            if f"PR_{one.id}" == given["pullRequestId"]
        ),
        (None, None),
    )
    why = auto_merge_refused(call, repo, one, given.get("expectedHeadOid"))
    if why or repo is None or one is None:
        kind = "UNPROCESSABLE" if one else "NOT_FOUND"
        error = {"type": kind, "path": ["enablePullRequestAutoMerge"], "message": why}
        return Answer(200, {"data": {"enablePullRequestAutoMerge": None}, "errors": [error]})
    how = str(given.get("mergeMethod") or "MERGE").lower()
    call.world.merge_when_green(one, call.login, how, given.get("expectedHeadOid") or "")
    return Answer(
        200, {"data": {"enablePullRequestAutoMerge": {"clientMutationId": None, "pullRequest": {"number": one.number}}}}
    )


def auto_merge_refused(call: Call, repo: Repository | None, one: Pull | None, commit: str | None) -> str:
    if repo is None or one is None or call.world.level(repo, call.login) < 2:
        return "Could not resolve to a node with the global id."
    if not repo.auto_merge:
        return "Pull request Auto merge is not allowed for this repository"
    why = call.world.hindered(repo, one)
    status = {"": "clean", "conflict": "dirty", "draft": "draft", "closed": "closed"}.get(why)
    if status:  # said before the commit is compared, so that an adapter compares it too
        return f"Pull request Pull request is in {status} status"
    stale = commit and commit != one.commit
    return "Pull request Expected head sha does not match the current head" if stale else ""


def lend(call: Call) -> Answer:
    """A token of an installation of an App, for an hour, to who shows the App's own word; its signature is not looked at."""
    claims, now = wire.claims(call.token.value), call.world.clock()
    if claims is None or not now < claims.get("exp", 0) <= now + 600 or claims.get("iat", now + 1) > now:
        return said(401, "A JSON web token could not be decoded")
    value, until = f"ghs_{call.world.new_id()}", now + call.world.app_seconds
    call.world.add_token(value, "scaffold-bot")
    call.world.tokens[value].until = until
    more = {"expires_at": wire.instant(until), "permissions": {}, "repository_selection": "all"}
    return Answer(201, {"token": value} | more)


def routes_of_a_repository() -> list[tuple[str, str, str, Callable[[Call], Answer]]]:
    return [
        ("GET", "", "repository", repository),
        *settings.of_a_repository(),
        ("GET", "/branches/{branch*}/protection", "protection", protection),
        *(
            ("GET", f"/branches/{{branch*}}/protection/{name}", "protection", part_of_protection(name))
            for name in ("required_status_checks", "required_pull_request_reviews")
        ),
        ("GET", "/rules/branches/{branch*}", "protection", rules),
        ("GET", "/branches/{branch*}", "branch", branch),
        ("GET", "/labels/{label*}", "exists", label),
        ("GET", "/labels", "exists", labels),
        ("GET", "/collaborators/{login}", "exists", collaborator),
        ("GET", "/pulls", "pulls", pulls),
        ("POST", "/pulls", "open", open_pull),
        ("GET", "/pulls/{number}", "pull", pull),
        ("PATCH", "/pulls/{number}", "edit", edit),
        ("PUT", "/pulls/{number}/merge", "merge", merge),
        ("GET", "/pulls/{number}/files", "files", files),
        ("GET", "/pulls/{number}/requested_reviewers", "review", reviewers),
        ("POST", "/pulls/{number}/requested_reviewers", "ask", ask),
        ("GET", "/pulls/{number}/reviews", "review", reviews),
        ("GET", "/issues/{number}", "issue", issue),
        ("POST", "/issues/{number}/labels", "label", add_labels),
        ("GET", "/issues/{number}/comments", "comments", comments),
        ("POST", "/issues/{number}/comments", "comment", add_comment),
        ("GET", "/commits/{ref*}/check-runs", "checks", check_runs),
        ("GET", "/commits/{ref*}/status", "checks", statuses),
        ("GET", "/commits/{ref*}", "commit", commit),
        ("DELETE", "/git/refs/heads/{branch*}", "delete-branch", delete_ref),
    ]


def followed(work: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """Send who asks for a repository under a name that it had to its number."""

    def checked(call: Call) -> Answer:
        repo = call.world.look_up(call.path)
        if repo is None or repo.path == call.path or not call.world.level(repo, call.login):
            return work(call)
        query = "&".join(f"{name}={value}" for name, value in call.query.items())
        url = f"{call.base}{call.target.replace(f'/repos/{call.path}', f'/repositories/{repo.id}')}"
        location = f"{url}?{query}" if query else url
        status = 307 if call.body else 301
        message = {"message": "Moved Permanently", "url": location, "documentation_url": DOCS}
        return Answer(status, message, {"Location": location})

    return checked


routes: list[Route] = [
    route("GET", "/user", "me", me),
    route("GET", "/user/repos", "repositories", own),
    route("POST", "/user/repos", "create", settings.create),
    route("POST", "/orgs/{org}/repos", "create", settings.create),
    route("GET", "/users/{login}", "exists", somebody),
    route("GET", "/users/{login}/repos", "repositories", of_user),
    route("GET", "/orgs/{org}", "owner", organisation),
    route("GET", "/orgs/{org}/repos", "repositories", of_organisation),
    route("GET", "/orgs/{org}/teams/{slug}", "exists", team),
    route("GET", "/rate_limit", "limits", rate_limit),
    route("POST", "/app/installations/{id}/access_tokens", "lend", lend),
    route("POST", "/graphql", "merge-when-green", graphql),
    *(route(m, f"/repos/{{owner}}/{{repo}}{p}", o, followed(w)) for m, p, o, w in routes_of_a_repository()),
    *(route(m, f"/repositories/{{project}}{p}", o, w) for m, p, o, w in routes_of_a_repository()),
]
