"""The settings of repositories at GitHub: rules of our own beside those of others, of which the strictest counts.

A ruleset named `scaffold` holds what is prescribed of the default branch. GitHub joins all rulesets of a branch and its
older protection, so nothing that anybody else has set there is touched.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from scaffold.blueprint.forge import OF_BRANCH, Standing, Value
from scaffold.forges import shared
from scaffold.forges.http import Http
from scaffold.forges.port import Born, DeniedError, ExistsError, GoneError, Protection, Refusals, RefusedError
from scaffold.forges.shared import in_path, segment

ALL: Mapping[str, str | int] = {"per_page": 100}
OURS = "scaffold"  # the name of the ruleset
CHECKS, REVIEWS, FORCE = "required_status_checks", "pull_request", "non_fast_forward"
PUBLIC_ONLY = "GitHub takes private reports for public repositories alone"
FOR_ADMINISTRATORS = "GitHub tells it to administrators alone"
_NEW: Mapping[str, Mapping[str, Any]] = {  # what a rule needs beside what is prescribed
    CHECKS: {"strict_required_status_checks_policy": False},
    REVIEWS: {
        "required_approving_review_count": 0,
        "require_code_owner_review": False,
        "dismiss_stale_reviews_on_push": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    },
}


class Settings:
    """The part of the adapter that makes repositories and knows their settings."""

    host: str
    _http: Http

    def me(self) -> str:
        """Return our login."""
        raise NotImplementedError

    def create(self, path: str, wanted: Born) -> None:
        """Make one, of ours or of an organisation; which branch is the default one, the first push decides."""
        owner, _, name = path.partition("/")
        own = owner.lower() == self.me().lower()
        if own and wanted.visibility == "internal":
            raise RefusedError(f"{self.host} has internal repositories in organisations alone", where=path)
        how = {"private": wanted.visibility == "private"} if own else {"visibility": wanted.visibility}
        body = {"name": name, "description": wanted.description, **how}
        try:
            self._http.send("POST", "user/repos" if own else f"orgs/{segment(owner)}/repos", body, kind="create")
        except RefusedError as error:
            if "already exists" in error.message:
                raise ExistsError(error.message, where=path) from error
            raise

    def settings(self, path: str, branch: str) -> Standing:
        """Return how they stand; some GitHub tells to administrators alone."""
        at = f"repos/{in_path(path)}"
        said = self._http.get(at).data
        known: dict[str, Value] = {"topics": tuple(said.get("topics") or ())}
        unknown: dict[str, str] = {}
        wordless: dict[str, str] = {}
        if said.get("delete_branch_on_merge") is None:
            unknown["delete_merged_branches"] = FOR_ADMINISTRATORS
        else:
            known["delete_merged_branches"] = bool(said["delete_branch_on_merge"])
        if said.get("security_and_analysis") is None:
            unknown["secret_scanning"] = FOR_ADMINISTRATORS
        else:
            status = (said["security_and_analysis"].get("secret_scanning") or {}).get("status")
            known["secret_scanning"] = status == "enabled"
        if said.get("private"):
            wordless["private_reporting"] = PUBLIC_ONLY
        else:
            self._look_at_reporting(at, known, unknown, wordless)
        try:
            demands, blocks, is_all = self._demanded(path, branch)
        except DeniedError as error:
            return Standing(known, unknown | dict.fromkeys(OF_BRANCH, error.message), wordless)
        found = (demands.checks, demands.approvals, demands.owners, blocks)
        known |= dict(zip(OF_BRANCH, found, strict=True))
        return Standing(known, unknown if is_all else unknown | dict.fromkeys(OF_BRANCH, FOR_ADMINISTRATORS), wordless)

    def _look_at_reporting(
        self, at: str, known: dict[str, Value], unknown: dict[str, str], wordless: dict[str, str]
    ) -> None:
        name = "private_reporting"
        try:
            response = self._http.get(f"{at}/private-vulnerability-reporting", take={404, 422})
        except DeniedError as error:
            unknown[name] = error.message
            return
        if response.status == HTTPStatus.OK:
            known[name] = bool(response.data.get("enabled"))
        else:
            wordless[name] = f"{self.host} has no private reporting here: {response.message}"

    def _demanded(self, path: str, branch: str) -> tuple[Protection, bool, bool]:
        """Return what rulesets and the older protection demand, whether they block force pushes, and if that is all.

        Raises DeniedError where not even rules may be seen.
        """
        at = f"repos/{in_path(path)}"
        try:
            rules = list(self._http.pages(f"{at}/rules/branches/{in_path(branch)}", ALL))
        except GoneError:  # an Enterprise Server older than rulesets
            rules = []
        found, blocks = _of_rules(rules), any(rule["type"] == FORCE for rule in rules)
        about = self._http.get(f"{at}/branches/{in_path(branch)}", take={404}).data
        if not about.get("protected") or not (about.get("protection") or {}).get("enabled", True):
            return found, blocks, True
        try:
            older = self._http.get(f"{at}/branches/{in_path(branch)}/protection").data
        except (DeniedError, GoneError) as error:
            return found, blocks, "not protected" in error.message.lower()  # by rules alone
        blocks = blocks or not (older.get("allow_force_pushes") or {}).get("enabled")
        return _with_older(found, older), blocks, True

    def set(self, path: str, branch: str, wanted: Mapping[str, Value]) -> Refusals:
        """Set each by itself, and those of the branch in our ruleset, of which nothing is taken away."""
        at = f"repos/{in_path(path)}"
        scanning = {"security_and_analysis": {"secret_scanning": {"status": "enabled"}}}
        ways = {
            "topics": lambda: self._http.send("PUT", f"{at}/topics", {"names": wanted["topics"]}),
            "delete_merged_branches": lambda: self._http.send("PATCH", at, {"delete_branch_on_merge": True}),
            "secret_scanning": lambda: self._http.send("PATCH", at, scanning),
            "private_reporting": lambda: self._http.send("PUT", f"{at}/private-vulnerability-reporting"),
        }
        of_branch = {name: wanted[name] for name in OF_BRANCH if name in wanted}
        return shared.part_by_part(
            (
                *(((name,), do) for name, do in ways.items() if name in wanted),
                (tuple(of_branch), lambda: self._set_rules(at, branch, of_branch)),
            )
        )

    def _set_rules(self, at: str, branch: str, wanted: Mapping[str, Value]) -> None:
        listed = self._http.pages(f"{at}/rulesets", {**ALL, "includes_parents": "false"})
        ours = next((one["id"] for one in listed if one["name"] == OURS), None)
        known = {} if ours is None else self._http.get(f"{at}/rulesets/{ours}").data
        names = (known.get("conditions") or {}).get("ref_name") or {}
        include = dict.fromkeys((*(names.get("include") or ()), f"refs/heads/{branch}"))
        body = {
            "name": OURS,
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": list(include), "exclude": names.get("exclude") or []}},
            "rules": _with_rules(known.get("rules") or [], wanted),
        }
        if ours is None:
            self._http.send("POST", f"{at}/rulesets", body, kind="create")
        else:
            self._http.send("PUT", f"{at}/rulesets/{ours}", body)


def _with_rules(rules: list[Any], wanted: Mapping[str, Value]) -> list[Any]:
    """Return rules with what is wanted in them, and all that they have beside it."""
    known = {rule["type"]: rule for rule in rules}

    def parameters(kind: str) -> dict[str, Any]:
        return {**_NEW[kind], **((known.get(kind) or {}).get("parameters") or {})}

    if checks := wanted.get("checks"):
        held = parameters(CHECKS)
        there = held.get(CHECKS) or []
        names = {one["context"] for one in there}
        added = [{"context": name} for name in checks if name not in names] if isinstance(checks, tuple) else []
        known[CHECKS] = {"type": CHECKS, "parameters": {**held, CHECKS: [*there, *added]}}
    if wanted.get("approvals") or wanted.get("code_owners"):
        held = parameters(REVIEWS)
        count = max(held["required_approving_review_count"], wanted.get("approvals", 0))
        owners = held["require_code_owner_review"] or bool(wanted.get("code_owners"))
        more = {"required_approving_review_count": count, "require_code_owner_review": owners}
        known[REVIEWS] = {"type": REVIEWS, "parameters": {**held, **more}}
    if wanted.get("block_force_pushes"):
        known[FORCE] = {"type": FORCE}
    return list(known.values())


def _of_rules(rules: list[Any]) -> Protection:
    checks: list[str] = []
    approvals, owners = 0, False
    for rule in rules:
        parameters = rule.get("parameters") or {}
        if rule["type"] == CHECKS:
            checks += [one["context"] for one in parameters.get(CHECKS) or ()]
        elif rule["type"] == REVIEWS:
            approvals = max(approvals, parameters.get("required_approving_review_count") or 0)
            owners = owners or bool(parameters.get("require_code_owner_review"))
    return Protection(tuple(dict.fromkeys(checks)), approvals, owners)


def _with_older(found: Protection, older: Any) -> Protection:
    checks = older.get("required_status_checks") or {}
    reviews = older.get("required_pull_request_reviews") or {}
    names = [*checks.get("contexts", ()), *(one["context"] for one in checks.get("checks", ()))]
    return Protection(
        tuple(dict.fromkeys((*found.checks, *names))),
        max(found.approvals, reviews.get("required_approving_review_count") or 0),
        found.owners or bool(reviews.get("require_code_owner_reviews")),
    )
