"""Projects made at GitLab, and their settings; much of it only editions have that are paid for."""

from tests.forges import gitlab_json as wire
from tests.forges.server import Answer, Call, Route, route
from tests.forges.state import RefusalError, Repository, Rule

ANYBODY = 1  # the id of the rule of approval for anybody


def not_found(what: str = "") -> Answer:
    return Answer(404, {"message": f"404 {what}Not Found".replace("  ", " ")})


def namespace(call: Call) -> Answer:
    wanted = call.args["namespace"]
    owner, person = call.world.owners.get(wanted), call.world.people.get(wanted)
    if owner is None and person is None:
        return not_found("Namespace ")
    kind = {"id": (owner or person).id, "kind": "group" if owner else "user", "full_path": wanted}
    return Answer(200, {"name": wanted, "path": wanted.rpartition("/")[2], "parent_id": None} | kind)


def create(call: Call) -> Answer:
    body, world = call.body, call.world
    known = {owner.id: path for path, owner in world.owners.items()}
    known |= {person.id: login for login, person in world.people.items()}
    path = f"{known[body['namespace_id']]}/{body['path']}"
    more = {"description": body.get("description") or "", "default": body.get("default_branch") or "main"}
    made = world.create(path, call.token, body.get("visibility", "private"), **more)
    return Answer(201, wire.project(call, made))


def administered(call: Call) -> Repository:
    return call.world.administered(call.path, call.token)


def developed(call: Call) -> Repository:
    repo = call.seen()
    if call.world.level(repo, call.login) < 2:
        raise RefusalError("forbidden")
    return repo


def edit(call: Call) -> Answer:
    repo, body = administered(call), call.body
    repo.topics = tuple(body.get("topics", repo.topics))
    repo.pipeline = body.get("only_allow_merge_if_pipeline_succeeds", repo.pipeline)
    repo.deletes_merged = body.get("remove_source_branch_after_merge", repo.deletes_merged)
    return Answer(200, wire.project(call, repo))


def told(call: Call, rule: Rule) -> dict:
    levels = [{"id": 1, "access_level": 40, "access_level_description": "Maintainers"}]
    owners = {"code_owner_approval_required": rule.owners} if call.world.paid else {}
    more = {"allow_force_push": rule.force} | owners
    return {"id": 1, "name": rule.pattern, "push_access_levels": levels, "merge_access_levels": levels} | more


def protected(call: Call) -> Answer:
    rules = [rule for rule in developed(call).rules if rule.pattern == call.args["branch"]]
    return Answer(200, told(call, rules[0])) if rules else not_found()


def all_protected(call: Call) -> Answer:
    return Answer(200, [told(call, rule) for rule in developed(call).rules])


def protect(call: Call) -> Answer:
    repo, body = administered(call), call.body
    if any(rule.pattern == body["name"] for rule in repo.rules):
        return Answer(409, {"message": f"Protected branch '{body['name']}' already exists"})
    owners = bool(body.get("code_owner_approval_required")) and call.world.paid
    repo.rules.insert(
        0, Rule(body["name"], owners=owners, pushers=(call.login,), force=bool(body.get("allow_force_push")))
    )
    return Answer(201, told(call, repo.rules[0]))


def change_protected(call: Call) -> Answer:
    repo, body = administered(call), call.body
    rule = next((rule for rule in repo.rules if rule.pattern == call.args["branch"]), None)
    if rule is None:
        return not_found()
    rule.force = body.get("allow_force_push", rule.force)
    rule.owners = (body.get("code_owner_approval_required", rule.owners)) and call.world.paid
    return Answer(200, told(call, rule))


def approval_rules(call: Call) -> Answer:
    repo = developed(call)
    if not call.world.paid:
        return not_found()
    kind = {"rule_type": "any_approver", "eligible_approvers": [], "users": [], "groups": [], "protected_branches": []}
    counts = {place: rule.approvals for place, rule in enumerate(repo.rules, ANYBODY + 1) if rule.approvals}
    if repo.approvers:
        counts[ANYBODY] = repo.approvers
    return Answer(
        200, [{"id": id_, "name": "All Members", "approvals_required": n} | kind for id_, n in counts.items()]
    )


def approve_by(call: Call) -> Answer:
    repo = administered(call)
    if not call.world.paid:
        return not_found()
    if call.args.get("id", str(ANYBODY)) == str(ANYBODY):
        if "id" not in call.args and repo.approvers:
            return Answer(400, {"message": {"rule_type": ["any-approver for the project already exists"]}})
        repo.approvers = call.body["approvals_required"]
    else:
        repo.rules[int(call.args["id"]) - ANYBODY - 1].approvals = call.body["approvals_required"]
    return Answer(
        200 if "id" in call.args else 201, {"id": ANYBODY, "approvals_required": call.body["approvals_required"]}
    )


def security(call: Call) -> Answer:
    repo = developed(call)
    if not call.world.paid or repo.scanning is None:
        return not_found()
    return Answer(200, {"project_id": repo.id, "secret_push_protection_enabled": repo.scanning})


def secure(call: Call) -> Answer:
    repo = administered(call)
    if not call.world.paid or repo.scanning is None:
        return not_found()
    repo.scanning = call.body["secret_push_protection_enabled"]
    return security(call)


routes: list[Route] = [
    route("GET", "/namespaces/{namespace}", "owner", namespace),
    route("POST", "/projects", "create", create),
    route("PUT", "/projects/{project}", "set", edit),
    route("GET", "/projects/{project}/protected_branches", "settings", all_protected),
    route("POST", "/projects/{project}/protected_branches", "set", protect),
    route("GET", "/projects/{project}/protected_branches/{branch}", "protection", protected),
    route("PATCH", "/projects/{project}/protected_branches/{branch}", "set", change_protected),
    route("GET", "/projects/{project}/approval_rules", "settings", approval_rules),
    route("POST", "/projects/{project}/approval_rules", "set", approve_by),
    route("PUT", "/projects/{project}/approval_rules/{id}", "set", approve_by),
    route("GET", "/projects/{project}/security_settings", "settings", security),
    route("PUT", "/projects/{project}/security_settings", "set", secure),
]
