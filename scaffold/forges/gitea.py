"""Gitea and Forgejo, where a server of one's own decides how fast it may be asked."""

import re
from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any

from scaffold.forges import shared
from scaffold.forges.gitea_settings import Settings
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
from scaffold.forges.responses import Response
from scaffold.forges.shared import in_path, moment, segment
from scaffold.forges.tokens import Token
from scaffold.forges.understood import understood

ALL = {"limit": 50}  # more is cut to this without a word
OUTCOMES: dict[str, Outcome] = {
    "success": "passed",
    "failure": "failed",
    "error": "failed",
    "pending": "pending",
    "warning": "passed",  # Gitea's own rule for a merge
    "skipped": "none",
}
SAYS = {"APPROVED": "approved", "REQUEST_CHANGES": "changes requested"}
LOOKS, BETWEEN = 10, 1.0  # at a merge that is told to try again later, and the seconds between
LATER = "try again later"
_DRAFT = re.compile(r"(?i)^\s*(?:wip:|\[wip\])\s*")


@understood
class Gitea(Settings):
    """Gitea or Forgejo at one host: `Gitea("gitea.com", Http("https://gitea.com/api/v1", token, governor), token)`.

    It marks no bots: `who` names their logins.
    """

    def __init__(self, host: str, http: Http, token: Token, who: shared.Who = shared.Who()) -> None:  # noqa: B008
        """Ask nothing yet."""
        self.host = host
        self._http, self._token, self._who = http, token, who
        self._me: shared.Once[str, str] = shared.Once(lambda _: str(self._http.get("user").data["login"]))
        self._user_is = shared.Once(self._ask_user)
        self._teams = shared.Once(self._ask_teams)
        self._org_labels = shared.Once(self._ask_org_labels)
        self._drafts: shared.Remembered[tuple[str, int], bool] = shared.Remembered()

    def me(self) -> str:
        """Return our login."""
        return self._me("")

    def repositories(self, owner: str) -> Iterator[Repository]:
        """Yield the repositories of an organisation or user; Gitea has no groups below others."""
        found = self._http.pages(f"orgs/{segment(owner)}/repos", ALL, whole=True)
        try:
            first = next(found, None)
        except GoneError:
            found = self._http.pages(f"users/{segment(owner)}/repos", ALL, whole=True)
            first = next(found, None)
        if first is not None:
            yield shared.described(first)
            yield from map(shared.described, found)

    def repository(self, path: str) -> Repository:
        """Return a repository; a renamed one answers by a redirect, which is followed at the same host."""
        return shared.described(self._http.get(f"repos/{in_path(path)}").data)

    def protection(self, path: str, branch: str) -> Protection | None:
        """Return what a branch demands; whether approvals have to be of code owners, Gitea does not say."""
        said = self._http.get(f"repos/{in_path(path)}/branches/{in_path(branch)}").data
        if not said.get("protected"):
            return Protection()
        checks = (said.get("status_check_contexts") or ()) if said.get("enable_status_check") else ()
        return Protection(tuple(checks), said.get("required_approvals") or 0)

    def lacking(self, path: str, reviewers: Collection[str], labels: Collection[str]) -> tuple[str, ...]:
        """Return which users, teams and labels there are not; a missing label is not made here."""
        users, teams = shared.parted(reviewers)
        missing = [one for one in users if not self._user_is(one)]
        for one in teams:
            org, _, name = one.removeprefix("@").partition("/")
            if name.lower() not in self._teams(org):
                missing.append(one)
        known = self._ask_labels(path) if labels else frozenset()
        return (*missing, *(one for one in labels if one not in known))

    def _ask_user(self, login: str) -> bool:
        return self._http.get(f"users/{segment(login)}", take={404}).status != HTTPStatus.NOT_FOUND

    def _ask_teams(self, org: str) -> frozenset[str]:
        try:
            return frozenset(one["name"].lower() for one in self._http.pages(f"orgs/{segment(org)}/teams", ALL))
        except GoneError:
            return frozenset()

    def _ask_labels(self, path: str) -> frozenset[str]:
        own = self._http.pages(f"repos/{in_path(path)}/labels", ALL)
        return frozenset(one["name"] for one in own) | self._org_labels(path.partition("/")[0])

    def _ask_org_labels(self, owner: str) -> frozenset[str]:
        try:
            return frozenset(one["name"] for one in self._http.pages(f"orgs/{segment(owner)}/labels", ALL))
        except (GoneError, DeniedError):  # the owner is a user
            return frozenset()

    def pulls(self, path: str, head: str) -> tuple[Pull, ...]:
        """Return those from a branch, which Gitea cannot be asked for: all of the repository are read, 50 a request."""
        found = self._http.pages(f"repos/{in_path(path)}/pulls", {"state": "all", **ALL})
        own = [one for one in found if one["head"]["label"] == head and _is_own(one)]
        return tuple(self._pull(path, one) for one in sorted(own, key=lambda one: one["number"], reverse=True))

    def pull(self, path: str, number: int) -> Pull:
        """Return one, with who closed it, which its timeline knows."""
        found = self._pull(path, self._http.get(f"repos/{in_path(path)}/pulls/{number}").data)
        if found.state != "closed":
            return found
        events = self._http.pages(f"repos/{in_path(path)}/issues/{number}/timeline", ALL)
        closers = [(one.get("user") or {}).get("login") or "" for one in events if one and one.get("type") == "close"]
        login = closers[-1] if closers else ""
        return found._replace(closed_by=login, closer=self._who.actor(login, self.me(), bot=None))

    def open(self, path: str, wanted: Wanted) -> Pull:
        """Open one; a draft is one whose title begins with `WIP:`. One with a conflict can be opened too."""
        title = _titled(wanted.title, draft=wanted.draft)
        body = {"title": title, "head": wanted.head, "base": wanted.base, "body": wanted.body}
        response = self._http.send("POST", f"repos/{in_path(path)}/pulls", body, kind="create", take={409})
        if response.status == HTTPStatus.CONFLICT:
            raise ExistsError(f"{self.host} refuses it: {response.message}", where=path)
        return self._pull(path, response.data)

    def dress(self, path: str, number: int, labels: Collection[str], reviewers: Collection[str]) -> Dressed:
        """Add labels that exist and ask reviewers: two requests where none is refused."""
        at = f"repos/{in_path(path)}"
        taken = frozenset(labels)
        if labels:  # by name, of which unknown ones are dropped without a word
            said = self._http.send("POST", f"{at}/issues/{number}/labels", {"labels": list(labels)}).data
            taken = frozenset(one["name"] for one in said)
        missing = tuple((one, "there is no such label") for one in labels if one not in taken)

        def ask(names: tuple[str, ...]) -> None:
            users, teams = shared.parted(names)
            body = {"reviewers": users, "team_reviewers": [one.rpartition("/")[2] for one in teams]}
            self._http.send("POST", f"{at}/pulls/{number}/requested_reviewers", body, kind="create")

        return Dressed(missing, shared.one_by_one(reviewers, ask))

    def edit(self, path: str, number: int, title: str, body: str) -> None:
        """Give it another title and body; a draft stays one."""
        draft = self._drafts.get((path, number))
        if draft is None:
            draft = self._pull(path, self._http.get(f"repos/{in_path(path)}/pulls/{number}").data).draft
        changed = {"title": _titled(title, draft=draft), "body": body}
        self._http.send("PATCH", f"repos/{in_path(path)}/pulls/{number}", changed)

    def comment(self, path: str, number: int, text: str) -> None:
        """Write below it."""
        self._http.send("POST", f"repos/{in_path(path)}/issues/{number}/comments", {"body": text}, kind="create")

    def comments(self, path: str, number: int) -> tuple[str, ...]:
        """Return what is written below it."""
        return tuple(one["body"] for one in self._http.pages(f"repos/{in_path(path)}/issues/{number}/comments"))

    def close(self, path: str, number: int) -> None:
        """Close it."""
        at = f"repos/{in_path(path)}/pulls/{number}"
        try:
            self._http.send("PATCH", at, {"state": "closed"})
        except RefusedError:
            if self._http.get(at).data["state"] == "open":
                raise

    def checks(self, path: str, commit: str) -> tuple[Check, ...]:
        """Return the commit statuses, which Gitea's own actions report by too."""
        statuses = self._http.pages(f"repos/{in_path(path)}/commits/{segment(commit)}/status", ALL, key="statuses")
        return shared.merged([shared.newest((_status(one), one["id"]) for one in statuses)])

    def review(self, path: str, number: int) -> Review:
        """Return what was last said by each but the author, stale and dismissed words left out."""
        at = f"repos/{in_path(path)}/pulls/{number}"
        pull = self._http.get(at).data
        author, said = (pull.get("user") or {}).get("login"), {}
        for one in self._http.pages(f"{at}/reviews", ALL):
            login = (one.get("user") or {}).get("login")
            if login and login != author and one["state"] in SAYS:
                said[login] = "" if one.get("dismissed") else SAYS[one["state"]]
        org = path.partition("/")[0]
        teams = [f"@{org}/{one['name']}" for one in pull.get("requested_reviewers_teams") or () if one]
        users = [one["login"] for one in pull.get("requested_reviewers") or () if one]
        return shared.reviewed(said, [one for one in users if not said.get(one)] + teams)

    def merge_when_green(self, path: str, pull: Pull, method: Method) -> None:
        """Let Gitea merge; `try again later` it says while it looks for conflicts, and for ever where there is one.

        So it is asked some times more, and then RefusedError is raised. It compares the commit only where it merges at
        once, so we do before it is to wait; what is pushed after that it merges too, once that is green.
        """
        at = f"repos/{in_path(path)}/pulls/{pull.number}"
        said = self._http.get(at).data
        if said["state"] != "open" or said["head"]["sha"] != pull.commit:
            now = (
                f"it is at {said['head']['sha']} and not at {pull.commit}"
                if said["state"] == "open"
                else "it is closed"
            )
            raise RefusedError(f"{self.host} does not merge it: {now}", where=f"{path}#{pull.number}")
        at = f"{at}/merge"
        body = {"do": method, "head_commit_id": pull.commit, "merge_when_checks_succeed": True}
        response = self._merge(at, body)
        for _ in range(LOOKS):
            if response.status != HTTPStatus.METHOD_NOT_ALLOWED or LATER not in response.message.lower():
                break
            self._http.governor.rest(BETWEEN)
            response = self._merge(at, body)
        if response.status == HTTPStatus.CONFLICT and "schedule" in response.message.lower():  # it waits already
            return
        if response.status in (405, 409):
            told = (
                "it is in conflict with its base, or still looked at"
                if LATER in response.message.lower()
                else response.message
            )
            raise RefusedError(f"{self.host} does not merge it: {told}", where=f"{path}#{pull.number}")

    def _merge(self, at: str, body: dict[str, Any]) -> Response:
        return self._http.send("POST", at, body, take={405, 409})

    def delete_branch(self, path: str, branch: str) -> None:
        """Delete a branch."""
        self._http.send("DELETE", f"repos/{in_path(path)}/branches/{in_path(branch)}", take={404})

    def login(self) -> tuple[str, str]:
        """Return what git gives as user and password; whatever the name, the token decides."""
        return "oauth2", self._token.get()

    def _pull(self, path: str, said: Any) -> Pull:
        found = _pull(said)
        self._drafts.put((path, found.number), found.draft)
        return found


def _titled(title: str, *, draft: bool) -> str:
    return f"WIP: {title}" if draft else title


def _is_own(said: Any) -> bool:
    return bool(said["head"].get("repo_id") == said["base"].get("repo_id"))


def _pull(said: Any) -> Pull:
    merged = bool(said.get("merged"))
    state: State = "merged" if merged else "open" if said["state"] == "open" else "closed"
    draft = bool(said.get("draft"))
    return Pull(
        number=said["number"],
        web=said["html_url"],
        state=state,
        head=said["head"]["label"],  # `ref` is the pull request's own where the branch is gone
        base=said["base"]["ref"],
        commit=said["head"]["sha"],
        title=_DRAFT.sub("", said["title"], count=1) if draft else said["title"],
        body=said.get("body") or "",
        draft=draft,
        labels=tuple(one["name"] for one in said.get("labels") or ()),
        author=(said.get("user") or {}).get("login") or "",
        merged_as=said.get("merge_commit_sha") or "" if merged else "",
        opened=moment(said.get("created_at")),
        closed=moment(said.get("merged_at") if merged else said.get("closed_at")),
        mergeable=said.get("mergeable") or None,  # false also while it looks
    )


def _status(said: Any) -> Check:
    return Check(said["context"], OUTCOMES.get(said.get("status") or "", "failed"), said.get("target_url") or "")
