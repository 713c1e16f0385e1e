"""Repositories made at GitHub, and their settings: what administrators alone may see, and change."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from tests.forges import github_json as wire
from tests.forges.making import ADMINISTERS
from tests.forges.server import Answer, Call
from tests.forges.state import RefusalError, Repository, Rule

NEEDED = {
    "required_status_checks": {"required_status_checks", "strict_required_status_checks_policy"},
    "pull_request": {
        "required_approving_review_count",
        "require_code_owner_review",
        "dismiss_stale_reviews_on_push",
        "require_last_push_approval",
        "required_review_thread_resolution",
    },
    "non_fast_forward": set(),
    "deletion": set(),
}


def create(call: Call) -> Answer:
    body = call.body
    owner = call.args.get("org", call.login)
    private = "private" if body.get("private") else "public"
    made = call.world.create(
        f"{owner}/{body['name']}", call.token, body.get("visibility", private), body.get("description") or ""
    )
    return Answer(201, wire.whole_repository(call, made))


def administered(call: Call) -> Repository:
    return call.world.administered(call.path, call.token)


def edit(call: Call) -> Answer:
    repo, body = administered(call), call.body
    scanning = (body.get("security_and_analysis") or {}).get("secret_scanning")
    if scanning and repo.scanning is None:
        raise RefusalError("invalid", "Secret scanning is not available for this repository.")
    if scanning:
        repo.scanning = scanning["status"] == "enabled"
    repo.deletes_merged = body.get("delete_branch_on_merge", repo.deletes_merged)
    return Answer(200, wire.whole_repository(call, repo))


def topics(call: Call) -> Answer:
    repo = administered(call)
    if any(
        name != name.lower() or not name.replace("-", "").isalnum() or len(name) > 50 for name in call.body["names"]
    ):
        raise RefusalError("invalid", "Validation Failed")
    repo.topics = tuple(call.body["names"])
    return Answer(200, {"names": list(repo.topics)})


def reporting(call: Call) -> Answer:
    repo = call.seen()
    if repo.private:
        raise RefusalError("invalid", "Private vulnerability reporting is not available for private repositories.")
    return Answer(200, {"enabled": repo.reporting})


def report(call: Call) -> Answer:
    repo = administered(call)
    if repo.private:
        raise RefusalError("invalid", "Private vulnerability reporting is not available for private repositories.")
    repo.reporting = True
    return Answer(204)


def rulesets(call: Call) -> Answer:
    repo = call.seen()
    return Answer(200, [wire.ruleset(repo, rule) for rule in repo.rules if rule.said])


def numbered(call: Call, repo: Repository) -> Rule:
    found = next((rule for rule in repo.rules if rule.said and str(rule.said["id"]) == call.args["id"]), None)
    if found is None:
        raise RefusalError("missing")
    return found


def ruleset(call: Call) -> Answer:
    repo = call.seen()
    rule = numbered(call, repo)
    return Answer(200, wire.ruleset(repo, rule) | {name: rule.said[name] for name in ("conditions", "rules")})


def add_ruleset(call: Call) -> Answer:
    repo = ruled(call)
    if any(rule.said.get("name") == call.body["name"] for rule in repo.rules):
        raise RefusalError("invalid", "Name must be unique")
    repo.rules.append(read(repo, {"id": call.world.new_id(), **call.body}))
    call.args["id"] = str(repo.rules[-1].said["id"])
    return ruleset(call)._replace(status=201)


def change_ruleset(call: Call) -> Answer:
    repo = ruled(call)
    rule = numbered(call, repo)
    repo.rules[repo.rules.index(rule)] = read(repo, rule.said | call.body)
    return ruleset(call)


def ruled(call: Call) -> Repository:
    """Rules are not there for who is no administrator."""
    repo = call.seen()
    if call.world.level(repo, call.login) < ADMINISTERS:
        raise RefusalError("missing")
    return administered(call)


def read(repo: Repository, said: dict[str, Any]) -> Rule:
    """A ruleset as it holds; one that lacks what its rules need is refused."""
    for one in said["rules"]:
        if one["type"] not in NEEDED or not NEEDED[one["type"]] <= (one.get("parameters") or {}).keys():
            raise RefusalError("invalid", f"Invalid rule '{one['type']}'")
    parameters = {one["type"]: one.get("parameters") or {} for one in said["rules"]}
    checks = parameters.get("required_status_checks", {}).get("required_status_checks", [])
    reviews = parameters.get("pull_request", {})
    included = said["conditions"]["ref_name"]["include"]
    patterns = [repo.default if one == "~DEFAULT_BRANCH" else one.removeprefix("refs/heads/") for one in included]
    return Rule(
        next((one for one in patterns if fnmatchcase(repo.default, one)), patterns[0]),
        tuple(one["context"] for one in checks),
        reviews.get("required_approving_review_count", 0),
        reviews.get("require_code_owner_review", False),
        ruleset=True,
        force="non_fast_forward" not in parameters,
        said=said,
    )


def of_a_repository() -> list[tuple[str, str, str, Callable[[Call], Answer]]]:
    return [
        ("PATCH", "", "set", edit),
        ("PUT", "/topics", "set", topics),
        ("GET", "/private-vulnerability-reporting", "settings", reporting),
        ("PUT", "/private-vulnerability-reporting", "set", report),
        ("GET", "/rulesets", "settings", rulesets),
        ("POST", "/rulesets", "set", add_ruleset),
        ("GET", "/rulesets/{id}", "settings", ruleset),
        ("PUT", "/rulesets/{id}", "set", change_ruleset),
    ]
