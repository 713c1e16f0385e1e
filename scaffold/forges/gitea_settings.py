"""The settings of repositories at Gitea and Forgejo, where one rule counts for a branch: its own, or one for many."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from scaffold.blueprint.forge import OF_BRANCH, Standing, Value
from scaffold.forges import shared
from scaffold.forges.http import Http
from scaffold.forges.port import Born, ExistsError, Refusals, RefusedError
from scaffold.forges.shared import in_path, segment

NO_OWNERS = "Gitea asks code owners for a review, and demands none of them"
NO_SCANNING = "Gitea looks for no secrets"
NO_REPORTING = "Gitea takes no private reports"
WORDLESS = {"code_owners": NO_OWNERS, "secret_scanning": NO_SCANNING, "private_reporting": NO_REPORTING}
FOR_ADMINISTRATORS = "Gitea tells it to administrators of the repository alone"
OF_ITS_OWN = ("branch_name", "rule_name", "created_at", "updated_at")  # what no other rule takes over


class Settings:
    """The part of the adapter that makes repositories and knows their settings."""

    host: str
    _http: Http

    def me(self) -> str:
        """Return our login."""
        raise NotImplementedError

    def create(self, path: str, wanted: Born) -> None:
        """Make one, of ours or of an organisation."""
        if wanted.visibility == "internal":
            raise RefusedError(f"{self.host} has private and public repositories, and no internal ones", where=path)
        owner, _, name = path.partition("/")
        body = {
            "name": name,
            "description": wanted.description,
            "private": wanted.visibility == "private",
            "default_branch": wanted.default_branch,
        }
        at = "user/repos" if owner.lower() == self.me().lower() else f"orgs/{segment(owner)}/repos"
        response = self._http.send("POST", at, body, kind="create", take={409})
        if response.status == HTTPStatus.CONFLICT:
            raise ExistsError(response.message, where=path)

    def settings(self, path: str, branch: str) -> Standing:
        """Return how they stand; whether force pushes are blocked, only administrators are told."""
        at = f"repos/{in_path(path)}"
        said = self._http.get(at).data
        known: dict[str, Value] = {"topics": tuple(said.get("topics") or ())}
        unknown: dict[str, str] = {}
        if "default_delete_branch_after_merge" in said:
            known["delete_merged_branches"] = bool(said["default_delete_branch_after_merge"])
        about = self._http.get(f"{at}/branches/{in_path(branch)}", take={404}).data or {}
        if not about.get("protected"):
            return Standing({**known, "checks": (), "approvals": 0, "block_force_pushes": False}, {}, WORDLESS)
        checks = (about.get("status_check_contexts") or ()) if about.get("enable_status_check") else ()
        known |= {"checks": tuple(checks), "approvals": about.get("required_approvals") or 0}
        rule = self._rule(at, about)
        if rule is None:
            unknown["block_force_pushes"] = FOR_ADMINISTRATORS
        else:
            known["block_force_pushes"] = not rule.get("enable_force_push")
        return Standing(known, unknown, WORDLESS)

    def _rule(self, at: str, about: Any) -> Any:
        """Return the rule that counts for a branch, where we may see it."""
        name = about.get("effective_branch_protection_name")
        return self._http.get(f"{at}/branch_protections/{segment(name)}").data if name else None

    def set(self, path: str, branch: str, wanted: Mapping[str, Value]) -> Refusals:
        """Set each by itself, and those of the branch in a rule of its own name."""
        at = f"repos/{in_path(path)}"
        ways = {
            "topics": lambda: self._http.send("PUT", f"{at}/topics", {"topics": wanted["topics"]}),
            "delete_merged_branches": lambda: self._http.send("PATCH", at, {"default_delete_branch_after_merge": True}),
        }
        of_branch = {name: wanted[name] for name in OF_BRANCH if name in wanted and name not in WORDLESS}
        done = shared.part_by_part(
            (
                *(((name,), do) for name, do in ways.items() if name in wanted),
                (tuple(of_branch), lambda: self._set_branch(at, branch, of_branch)),
            )
        )
        return (*done, *((name, why) for name, why in WORDLESS.items() if name in wanted))

    def _set_branch(self, at: str, branch: str, wanted: Mapping[str, Value]) -> None:
        """Change the branch's own rule; a new one takes over all that a rule for many has said of it."""
        about = self._http.get(f"{at}/branches/{in_path(branch)}").data
        rule = self._rule(at, about) if about.get("protected") else None
        said: dict[str, Any] = {}
        if "checks" in wanted:
            said |= {"enable_status_check": True, "status_check_contexts": wanted["checks"]}
        if "approvals" in wanted:
            said["required_approvals"] = wanted["approvals"]
        if "block_force_pushes" in wanted:
            said["enable_force_push"] = False
        if rule is not None and rule.get("rule_name") == branch:
            self._http.send("PATCH", f"{at}/branch_protections/{segment(branch)}", said)
            return
        before = {name: value for name, value in (rule or {}).items() if name not in OF_ITS_OWN}
        if rule is None:  # without a word on it nobody pushes: so it is where a merge demands something
            before["enable_push"] = not {"checks", "approvals"} & wanted.keys()
        self._http.send("POST", f"{at}/branch_protections", {"rule_name": branch, **before, **said})
