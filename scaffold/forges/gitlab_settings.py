"""The settings of projects at GitLab: of what is demanded before a merge, some only editions that are paid for have."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from scaffold.blueprint.forge import EVERY, Standing, Value
from scaffold.forges import shared
from scaffold.forges.http import Http
from scaffold.forges.port import Born, DeniedError, ExistsError, GoneError, Refusals, RefusedError
from scaffold.forges.shared import segment

ALL: Mapping[str, str | int] = {"per_page": 100}
MAINTAINERS = 40  # the access level that GitLab itself protects a default branch with
CONFIDENTIAL = "GitLab has no switch for it: who reports in private opens a confidential issue"
EDITION = "this edition of GitLab has no {}"
APPROVALS, OWNERS, SECRETS = "required approvals", "required approval of code owners", "push protection for secrets"
ANYBODY = "any_approver"  # the rule of approval that anybody's approval counts for


class Settings:
    """The part of the adapter that makes projects and knows their settings."""

    host: str
    _http: Http

    def create(self, path: str, wanted: Born) -> None:
        """Make one in a group, or below a user."""
        group, _, name = path.rpartition("/")
        namespace = self._http.get(f"namespaces/{segment(group)}").data["id"]
        body = {
            "name": name,
            "path": name,
            "namespace_id": namespace,
            "visibility": wanted.visibility,
            "description": wanted.description,
            "default_branch": wanted.default_branch,
        }
        try:
            self._http.send("POST", "projects", body, kind="create")
        except RefusedError as error:
            kind = {"already been taken": ExistsError, "namespace is not valid": DeniedError}
            found = next((one for words, one in kind.items() if words in error.message), None)
            if found is None:
                raise
            raise found(error.message, where=path, hint=error.hint) from error

    def settings(self, path: str, branch: str) -> Standing:
        """Return how they stand; what an edition does not have, it has no word for."""
        at = f"projects/{segment(path)}"
        said = self._http.get(at).data
        known: dict[str, Value] = {
            "topics": tuple(said.get("topics") or said.get("tag_list") or ()),
            "checks": (EVERY,) if said.get("only_allow_merge_if_pipeline_succeeds") else (),
            "delete_merged_branches": bool(said.get("remove_source_branch_after_merge")),
        }
        unknown: dict[str, str] = {}
        wordless = {"private_reporting": CONFIDENTIAL}

        def ask(names: tuple[str, ...], look: Any) -> None:
            try:
                for name, (value, why) in zip(names, look(), strict=True):
                    if value is None:
                        wordless[name] = EDITION.format(why)
                    else:
                        known[name] = value
            except (DeniedError, GoneError) as error:
                unknown.update(dict.fromkeys(names, error.message))

        ask(("block_force_pushes", "code_owners"), lambda: self._of_branch(at, branch))
        ask(("approvals",), lambda: ((self._approvals(at), APPROVALS),))
        ask(("secret_scanning",), lambda: ((self._scanning(at), SECRETS),))
        return Standing(known, unknown, wordless)

    def _of_branch(self, at: str, branch: str) -> tuple[tuple[bool | None, str], ...]:
        rules = self._protected(at, branch)
        blocked = bool(rules) and not all(one.get("allow_force_push") for one in rules)
        told = [one["code_owner_approval_required"] for one in rules if "code_owner_approval_required" in one]
        return ((blocked, ""), (any(told) if told or not rules else None, OWNERS))

    def _protected(self, at: str, branch: str) -> list[Any]:
        """Return the rules for a branch, that of its own name first; one for many is spelled with stars."""
        found = self._http.pages(f"{at}/protected_branches", ALL)
        rules = [one for one in found if fnmatchcase(branch, one["name"])]
        return sorted(rules, key=lambda one: bool(one["name"] != branch))

    def _approvals(self, at: str) -> int | None:
        try:
            rules = list(self._http.pages(f"{at}/approval_rules", ALL))
        except GoneError:
            return None
        return max((one.get("approvals_required") or 0 for one in rules), default=0)

    def _scanning(self, at: str) -> bool | None:
        response = self._http.get(f"{at}/security_settings", take={404})
        said = response.data if response.status < HTTPStatus.MULTIPLE_CHOICES else {}  # what HTTP says of its classes
        return said.get("secret_push_protection_enabled", said.get("pre_receive_secret_detection_enabled"))

    def set(self, path: str, branch: str, wanted: Mapping[str, Value]) -> Refusals:
        """Set each by itself; of checks GitLab can demand the pipeline as a whole."""
        at = f"projects/{segment(path)}"
        scanning = {"secret_push_protection_enabled": True}

        def change(**body: Any) -> None:
            self._http.send("PUT", at, body)

        ways = {
            "topics": lambda: change(topics=list(_names(wanted["topics"]))),
            "checks": lambda: change(only_allow_merge_if_pipeline_succeeds=True),
            "delete_merged_branches": lambda: change(remove_source_branch_after_merge=True),
            "secret_scanning": lambda: self._http.send("PUT", f"{at}/security_settings", scanning),
            "approvals": lambda: self._set_approvals(at, wanted["approvals"]),
        }
        of_branch = tuple(name for name in ("block_force_pushes", "code_owners") if name in wanted)
        return shared.part_by_part(
            (
                *(((name,), do) for name, do in ways.items() if name in wanted),
                (of_branch, lambda: self._set_branch(at, branch, of_branch)),
            )
        )

    def _set_approvals(self, at: str, count: Value) -> None:
        rules = self._http.pages(f"{at}/approval_rules", ALL)
        known = next((one["id"] for one in rules if one.get("rule_type") == ANYBODY), None)
        if known is None:
            body = {"name": "All Members", "rule_type": ANYBODY, "approvals_required": count}
            self._http.send("POST", f"{at}/approval_rules", body)
        else:
            self._http.send("PUT", f"{at}/approval_rules/{known}", {"approvals_required": count})

    def _set_branch(self, at: str, branch: str, names: tuple[str, ...]) -> None:
        """Change the rule of the branch's own name; a new one lets nobody do what a rule for many keeps from them."""
        said: dict[str, Any] = {}
        if "block_force_pushes" in names:
            said["allow_force_push"] = False
        if "code_owners" in names:
            said["code_owner_approval_required"] = True
        rules = self._protected(at, branch)
        if rules and rules[0]["name"] == branch:
            self._http.send("PATCH", f"{at}/protected_branches/{segment(branch)}", said)
            return
        levels = {f"{what}_access_level": _strictest(rules, what) for what in ("push", "merge")}
        self._http.send("POST", f"{at}/protected_branches", {"name": branch, **levels, **said})


def _names(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _strictest(rules: list[Any], what: str) -> int:
    """Return the level that may do it by all rules; 0 is nobody, which is the strictest of all."""
    found = [
        level["access_level"]
        for one in rules
        for level in one.get(f"{what}_access_levels") or ()
        if level.get("access_level") is not None
    ]
    return 0 if 0 in found else max(found, default=MAINTAINERS)
