"""GitLab, where a pull request is a merge request, and a check a job of a pipeline or a status from outside."""

import re
from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

from scaffold.forges import shared
from scaffold.forges.gitlab_settings import Settings
from scaffold.forges.http import Http
from scaffold.forges.port import (
    Check,
    DeniedError,
    Dressed,
    ExistsError,
    GoneError,
    Method,
    Outcome,
    Protection,
    Pull,
    RefusedError,
    Repository,
    Review,
    State,
    Wanted,
)
from scaffold.forges.shared import moment, segment
from scaffold.forges.tokens import Token
from scaffold.forges.understood import understood

PAGE = 100
NEWEST: dict[str, str | int] = {"per_page": 1, "order_by": "id", "sort": "desc"}
PUSHES = 30  # the access level of a Developer
PIPELINE = "pipeline"  # the check that a project demands which merges only what its pipeline passes
OUTCOMES: dict[str, Outcome] = {
    "success": "passed",
    "failed": "failed",
    "canceled": "failed",
    "canceling": "pending",
    "skipped": "none",
    "manual": "none",  # waits for a person, and nothing waits for it
}
STATES: dict[str, State] = {"opened": "open", "locked": "open", "merged": "merged", "closed": "closed"}
UNSETTLED = {"checking", "unchecked", "preparing", "approvals_syncing"}
LOOKS, BETWEEN = 10, 2.0  # at whether a merge request is settled, and the seconds between
_DRAFT = re.compile(r"(?i)^\s*(?:\[draft\]|\(draft\)|draft:)\s*")
NO_TEAMS = "GitLab asks people for a review, and no groups"


class Seen(NamedTuple):
    """What of a merge request, as it was seen last, a change of it has to know."""

    draft: bool
    author: str
    reviewers: tuple[int, ...]


@understood
class GitLab(Settings):
    """GitLab at one host: `GitLab("gitlab.com", Http("https://gitlab.com/api/v4", token, governor), token)`.

    `who` names the logins that are bots beside those that GitLab marks. `number` is what a project calls its `iid`.
    """

    def __init__(self, host: str, http: Http, token: Token, who: shared.Who = shared.Who()) -> None:  # noqa: B008
        """Ask nothing yet."""
        self.host = host
        self._http, self._token, self._who = http, token, who
        self._me: shared.Once[str, str] = shared.Once(lambda _: str(self._http.get("user").data["username"]))
        self._ids = shared.Once(self._ask_id)
        self._is_bot = shared.Once(self._ask_bot)
        self._seen: shared.Remembered[tuple[str, int], Seen] = shared.Remembered()

    def me(self) -> str:
        """Return our login."""
        return self._me("")

    def repositories(self, owner: str) -> Iterator[Repository]:
        """Yield the projects of a group and of those below it, or of a user; those shared with it are others'."""
        asked: dict[str, str | int] = {"per_page": PAGE, "order_by": "id", "sort": "asc"}
        group = {**asked, "include_subgroups": "true", "with_shared": "false"}
        found = self._http.pages(f"groups/{segment(owner)}/projects", group, whole=True)
        try:
            first = next(found, None)
        except GoneError:
            found = self._http.pages(f"users/{segment(owner)}/projects", asked, whole=True)
            first = next(found, None)
        if first is not None:
            yield _repository(first)
            yield from map(_repository, found)

    def repository(self, path: str) -> Repository:
        """Return a project; one that was moved answers by a redirect, which is followed at the same host."""
        return _repository(self._http.get(_at(path)).data)

    def protection(self, path: str, branch: str) -> Protection | None:
        """Return what a project and a protected branch demand; the one demandable check is the pipeline as a whole."""
        checks = (PIPELINE,) if self._http.get(_at(path)).data.get("only_allow_merge_if_pipeline_succeeds") else ()
        try:
            found = self._http.get(f"{_at(path)}/protected_branches/{segment(branch)}", take={404})
        except DeniedError:
            return None
        owners = found.status != HTTPStatus.NOT_FOUND and bool(found.data.get("code_owner_approval_required"))
        try:
            asked = self._http.get(f"{_at(path)}/approvals", take={404})  # only some editions have it
        except DeniedError:
            return None
        approvals = 0 if asked.status == HTTPStatus.NOT_FOUND else asked.data.get("approvals_before_merge") or 0
        return Protection(checks, approvals, owners)

    def lacking(self, path: str, reviewers: Collection[str], labels: Collection[str]) -> tuple[str, ...]:
        """Return which users and labels there are not; groups review nothing here, and a missing label is made."""
        users, teams = shared.parted(reviewers)
        missing = [one for one in users if self._ids(one) is None]
        asked: dict[str, str | int] = {"per_page": PAGE, "include_ancestor_groups": "true"}
        known = {one["name"] for one in self._http.pages(f"{_at(path)}/labels", asked)} if labels else set()
        return (*missing, *teams, *(one for one in labels if one not in known))

    def _ask_id(self, login: str) -> int | None:
        found = self._http.get("users", {"username": login}).data
        return next((one["id"] for one in found if one["username"].lower() == login.lower()), None)

    def _ask_bot(self, id_: int) -> bool | None:
        said = self._http.get(f"users/{id_}", take={404}).data or {}
        return said.get("bot")

    def pulls(self, path: str, head: str) -> tuple[Pull, ...]:
        """Return those from a branch."""
        asked: dict[str, str | int] = {"source_branch": head, "state": "all", "per_page": PAGE}
        found = self._http.pages(f"{_at(path)}/merge_requests", asked)
        own = [one for one in found if one["source_branch"] == head and _is_own(one)]
        return tuple(self._pull(path, one) for one in sorted(own, key=lambda one: one["iid"], reverse=True))

    def pull(self, path: str, number: int) -> Pull:
        """Return one, with who closed it."""
        said = self._ask_pull(path, number)
        found = self._pull(path, said)
        closer = said.get("closed_by") or {}
        if found.state != "closed" or not closer:
            return found
        login = closer.get("username") or ""
        bot = closer.get("bot") if login == self.me() or "id" not in closer else self._is_bot(closer["id"])
        return found._replace(closed_by=login, closer=self._who.actor(login, self.me(), bot=bot))

    def open(self, path: str, wanted: Wanted) -> Pull:
        """Open one; a draft is one whose title begins with `Draft:`."""
        body = {
            "source_branch": wanted.head,
            "target_branch": wanted.base,
            "title": _titled(wanted.title, draft=wanted.draft),
            "description": wanted.body,
        }
        response = self._http.send("POST", f"{_at(path)}/merge_requests", body, kind="create", take={409})
        if response.status == HTTPStatus.CONFLICT:
            raise ExistsError(f"{self.host} refuses it: {response.message}", where=path)
        return self._pull(path, response.data)

    def dress(self, path: str, number: int, labels: Collection[str], reviewers: Collection[str]) -> Dressed:
        """Add labels and ask reviewers, in one request; the free edition takes one reviewer, and drops the others."""
        users, teams = shared.parted(reviewers)
        refused = [(one, NO_TEAMS) for one in teams]
        refused += [(one, "there is no such user") for one in users if self._ids(one) is None]
        ids = {one: id_ for one in users if (id_ := self._ids(one)) is not None}
        body: dict[str, Any] = {"add_labels": ",".join(labels)} if labels else {}
        if ids:
            body["reviewer_ids"] = list(dict.fromkeys([*self._known(path, number).reviewers, *ids.values()]))
        if body:
            said = self._change(path, number, body)
            taken = {one["id"] for one in said.get("reviewers") or ()}
            refused += [(one, "GitLab did not take it") for one, id_ in ids.items() if id_ not in taken]
        return Dressed((), tuple(refused))

    def edit(self, path: str, number: int, title: str, body: str) -> None:
        """Give it another title and body; a draft stays one."""
        draft = self._known(path, number).draft
        self._change(path, number, {"title": _titled(title, draft=draft), "description": body})

    def comment(self, path: str, number: int, text: str) -> None:
        """Write below it."""
        self._http.send("POST", f"{_at(path)}/merge_requests/{number}/notes", {"body": text}, kind="create")

    def comments(self, path: str, number: int) -> tuple[str, ...]:
        """Return what is written below it."""
        return tuple(
            one["body"] for one in self._http.pages(f"{_at(path)}/merge_requests/{number}/notes", {"per_page": PAGE})
        )

    def close(self, path: str, number: int) -> None:
        """Close it."""
        try:
            self._change(path, number, {"state_event": "close"})
        except RefusedError:
            if STATES[self._ask_pull(path, number)["state"]] == "open":
                raise

    def _change(self, path: str, number: int, body: dict[str, Any]) -> Any:
        said = self._http.send("PUT", f"{_at(path)}/merge_requests/{number}", body).data
        self._see(path, said)
        return said

    def checks(self, path: str, commit: str) -> tuple[Check, ...]:
        """Return the newest pipeline as a whole, its jobs, and statuses from outside; a job that may fail is `none`."""
        statuses = self._http.pages(f"{_at(path)}/repository/commits/{segment(commit)}/statuses", {"per_page": PAGE})
        jobs = shared.newest((_status(one), (moment(one.get("created_at")), one["id"])) for one in statuses)
        newest = self._http.get(f"{_at(path)}/pipelines", {**NEWEST, "sha": commit}).data
        whole = [
            Check(PIPELINE, OUTCOMES.get(one["status"], "pending"), one.get("web_url") or "") for one in newest[:1]
        ]
        return shared.merged((jobs, {one.name: one for one in whole}))

    def review(self, path: str, number: int) -> Review:
        """Return what reviewers say; only newer versions know of changes that were requested."""
        at = f"{_at(path)}/merge_requests/{number}"
        asked = self._http.get(f"{at}/reviewers", take={404}).data
        states = {one["user"]["username"]: one.get("state") for one in asked} if isinstance(asked, list) else {}
        approvals = self._http.get(f"{at}/approvals", take={404}).data or {}
        author = self._known(path, number).author
        said = {one["user"]["username"]: "approved" for one in approvals.get("approved_by") or ()}
        said |= {login: "changes requested" for login, state in states.items() if state == "requested_changes"}
        said.pop(author, None)
        waiting = [login for login, state in states.items() if state in ("unreviewed", "review_started", "unapproved")]
        return shared.reviewed(said, [one for one in waiting if one not in said])

    def merge_when_green(self, path: str, pull: Pull, method: Method) -> None:
        """Let GitLab merge; whether by a merge or a rebase is set in the project: here only `squash` is asked for."""
        for _ in range(LOOKS):  # it refuses while it still looks whether there is a conflict
            if self._ask_pull(path, pull.number).get("detailed_merge_status") not in UNSETTLED:
                break
            self._http.governor.rest(BETWEEN)
        body = {
            "sha": pull.commit,
            "squash": method == "squash",
            "auto_merge": True,
            "merge_when_pipeline_succeeds": True,  # what older versions call it
        }
        response = self._http.send("PUT", f"{_at(path)}/merge_requests/{pull.number}/merge", body, take={401})
        if response.status == HTTPStatus.UNAUTHORIZED:  # what it says to who is known, and may not merge
            raise DeniedError(f"{self.host} does not let us merge: {response.message}", where=f"{path}!{pull.number}")

    def delete_branch(self, path: str, branch: str) -> None:
        """Delete a branch."""
        self._http.send("DELETE", f"{_at(path)}/repository/branches/{segment(branch)}", take={404})

    def login(self) -> tuple[str, str]:
        """Return what git gives as user and password."""
        return "oauth2", self._token.get()

    def _ask_pull(self, path: str, number: int) -> Any:
        said = self._http.get(f"{_at(path)}/merge_requests/{number}").data
        self._see(path, said)
        return said

    def _known(self, path: str, number: int) -> Seen:
        return self._seen.get((path, number)) or self._see(path, self._ask_pull(path, number))

    def _see(self, path: str, said: Any) -> Seen:
        author = (said.get("author") or {}).get("username") or ""
        seen = Seen(_is_draft(said), author, tuple(one["id"] for one in said.get("reviewers") or ()))
        self._seen.put((path, said["iid"]), seen)
        return seen

    def _pull(self, path: str, said: Any) -> Pull:
        self._see(path, said)
        return _pull(said)


def _at(path: str) -> str:
    return f"projects/{segment(path)}"


def _titled(title: str, *, draft: bool) -> str:
    return f"Draft: {title}" if draft else title


def _is_draft(said: Any) -> bool:
    return bool(said.get("draft", said.get("work_in_progress")))


def _is_own(said: Any) -> bool:
    return bool(said.get("source_project_id") == said.get("target_project_id"))


def _repository(said: Any) -> Repository:
    access = said.get("permissions") or {}
    levels = [one["access_level"] for one in access.values() if one]
    level = max(levels) if levels else None
    return Repository(
        path=said["path_with_namespace"],
        url=said["http_url_to_repo"],
        web=said["web_url"],
        default_branch=said.get("default_branch") or "",
        archived=bool(said.get("archived")),
        private=said.get("visibility") != "public",
        fork=bool(said.get("forked_from_project")),
        topics=tuple(said.get("topics") or said.get("tag_list") or ()),
        may_push=None if level is None else level >= PUSHES,
    )


def _pull(said: Any) -> Pull:
    state = STATES.get(said["state"], "open")
    status = said.get("detailed_merge_status") or said.get("merge_status")
    draft = _is_draft(said)
    return Pull(
        number=said["iid"],
        web=said["web_url"],
        state=state,
        head=said["source_branch"],
        base=said["target_branch"],
        commit=said.get("sha") or "",
        title=_DRAFT.sub("", said["title"], count=1) if draft else said["title"],
        body=said.get("description") or "",
        draft=draft,
        labels=tuple(one if isinstance(one, str) else one["name"] for one in said.get("labels") or ()),
        author=(said.get("author") or {}).get("username") or "",
        closed_by=((said.get("closed_by") or {}).get("username") or "") if state == "closed" else "",
        merged_as=said.get("merge_commit_sha") or said.get("squash_commit_sha") or "" if state == "merged" else "",
        opened=moment(said.get("created_at")),
        closed=moment(said.get("merged_at") if state == "merged" else said.get("closed_at")),
        mergeable=None if status in UNSETTLED or status is None else not said.get("has_conflicts"),
    )


def _status(said: Any) -> Check:
    outcome = OUTCOMES.get(said["status"], "pending")
    if outcome == "failed" and said.get("allow_failure"):
        outcome = "none"
    return Check(said["name"], outcome, said.get("target_url") or "")
