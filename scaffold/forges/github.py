"""GitHub and GitHub Enterprise, by REST, and by GraphQL for what only that has: to merge when all is green."""

from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any

from scaffold.forges import shared
from scaffold.forges.github_settings import Settings
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
from scaffold.forges.shared import in_path, moment, segment
from scaffold.forges.tokens import Token
from scaffold.forges.understood import understood

PAGE = 100
ALL = {"per_page": PAGE}
# A check that did not run, or has no opinion, has passed nothing: where it is demanded it is missing (`none`).
OUTCOMES: dict[str, Outcome] = {
    "success": "passed",
    "failure": "failed",
    "error": "failed",
    "timed_out": "failed",
    "cancelled": "failed",
    "startup_failure": "failed",
    "stale": "failed",
    "action_required": "pending",  # a person has to let it run
    "pending": "pending",
    "neutral": "none",
    "skipped": "none",
}
SAYS = {"APPROVED": "approved", "CHANGES_REQUESTED": "changes requested"}
AUTO_MERGE = """mutation($id: ID!, $method: PullRequestMergeMethod!, $head: GitObjectID!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: $method, expectedHeadOid: $head}) {
    clientMutationId
  }
}"""


@understood
class GitHub(Settings):
    """GitHub at one host: `GitHub("github.com", Http("https://api.github.com", token, governor), token)`.

    Of Enterprise the API is `https://HOST/api/v3`. `who` names the logins that are bots beside those that GitHub marks.
    """

    def __init__(self, host: str, http: Http, token: Token, who: shared.Who = shared.Who()) -> None:  # noqa: B008
        """Ask nothing yet."""
        self.host = host
        self._http, self._token, self._who = http, token, who
        self._me = shared.Once(self._ask_me)
        self._user_is = shared.Once(self._ask_user)
        self._team_is = shared.Once(self._ask_team)
        self._ids: shared.Remembered[tuple[str, int], str] = shared.Remembered()

    def me(self) -> str:
        """Return our login; of an App it ends in `[bot]`."""
        return self._me("")

    def _ask_me(self, _: str) -> str:
        try:
            return str(self._http.get("user").data["login"])
        except DeniedError:  # an App is no user, but GraphQL knows who looks
            said = self._http.graphql(self._graphql, "{viewer{login}}", {}, "read").data
            login = ((said.get("data") or {}).get("viewer") or {}).get("login")
            if not login:
                raise
            return str(login)

    @property
    def _graphql(self) -> str:
        api = self._http.api
        return f"{api.removesuffix('/v3')}/graphql"

    def repositories(self, owner: str) -> Iterator[Repository]:
        """Yield the repositories of an organisation or user; GitHub has no groups below others."""
        found: Iterator[Any] = self._http.pages(f"orgs/{segment(owner)}/repos", {"per_page": PAGE, "type": "all"})
        try:
            first = next(found, None)
        except GoneError:
            own = owner.lower() == self.me().lower()
            path = "user/repos" if own else f"users/{segment(owner)}/repos"
            asked: dict[str, str | int] = {"affiliation": "owner"} if own else {}
            found = self._http.pages(path, {"per_page": PAGE, **asked})
            first = next(found, None)
        if first is not None:
            yield shared.described(first)
            yield from map(shared.described, found)

    def repository(self, path: str) -> Repository:
        """Return a repository; a renamed one answers by a redirect, which is followed at the same host."""
        return shared.described(self._http.get(f"repos/{in_path(path)}").data)

    def protection(self, path: str, branch: str) -> Protection | None:
        """Return what rulesets and the older branch protection demand together; the latter only administrators see."""
        try:
            found, _, is_all = self._demanded(path, branch)
        except DeniedError:
            return None
        return found if is_all or found.checks else None  # what is demanded beside them GitHub holds itself

    def lacking(self, path: str, reviewers: Collection[str], labels: Collection[str]) -> tuple[str, ...]:
        """Return who cannot be asked there and which labels do not exist; GitHub makes a missing label by itself."""
        users, teams = shared.parted(reviewers)
        missing = [one for one in users if not self._may_review(path, one)]
        missing += [one for one in teams if not self._may_ask(path, one.removeprefix("@"))]
        known = (
            {one["name"].lower() for one in self._http.pages(f"repos/{in_path(path)}/labels", ALL)} if labels else ()
        )
        return (*missing, *(one for one in labels if one.lower() not in known))

    def _may_ask(self, path: str, team: str) -> bool:
        """Whether there is a team, and of the organisation that has the repository: no other can be asked."""
        return team.partition("/")[0].lower() == path.partition("/")[0].lower() and self._team_is(team)

    def _may_review(self, path: str, login: str) -> bool:
        try:
            self._http.get(f"repos/{in_path(path)}/collaborators/{segment(login)}")
        except GoneError:
            return False
        except DeniedError:  # who cannot push may not see who can
            return self._user_is(login)
        return True

    def _ask_user(self, login: str) -> bool:
        return self._http.get(f"users/{segment(login)}", take={404}).status != HTTPStatus.NOT_FOUND

    def _ask_team(self, team: str) -> bool:
        org, _, name = team.partition("/")
        return self._http.get(f"orgs/{segment(org)}/teams/{segment(name)}", take={404}).status != HTTPStatus.NOT_FOUND

    def pulls(self, path: str, head: str) -> tuple[Pull, ...]:
        """Return those from a branch; who closed one is not in a listing of GitHub's."""
        owner = path.partition("/")[0]
        asked: dict[str, str | int] = {"state": "all", "head": f"{owner}:{head}", "per_page": PAGE}
        found = self._http.pages(f"repos/{in_path(path)}/pulls", asked)
        own = [one for one in found if one["head"]["ref"] == head and _is_own(one)]
        return tuple(self._pull(path, one) for one in sorted(own, key=lambda one: one["number"], reverse=True))

    def pull(self, path: str, number: int) -> Pull:
        """Return one, with who closed it, which its issue knows."""
        found = self._pull(path, self._http.get(f"repos/{in_path(path)}/pulls/{number}").data)
        if found.state != "closed":
            return found
        closer = self._http.get(f"repos/{in_path(path)}/issues/{number}").data.get("closed_by") or {}
        login = closer.get("login") or ""
        kind = self._who.actor(login, self.me(), bot=closer.get("type") == "Bot")
        return found._replace(closed_by=login, closer=kind)

    def open(self, path: str, wanted: Wanted) -> Pull:
        """Open one; a draft is refused where the plan of the owner has none."""
        body = {
            "title": wanted.title,
            "head": wanted.head,
            "base": wanted.base,
            "body": wanted.body,
            "draft": wanted.draft,
        }
        at = f"repos/{in_path(path)}/pulls"
        try:
            return self._pull(path, self._http.send("POST", at, body, kind="create").data)
        except RefusedError as error:
            if "already exists" in error.message:
                raise ExistsError(error.message, where=error.where, hint=error.hint) from error
            raise

    def dress(self, path: str, number: int, labels: Collection[str], reviewers: Collection[str]) -> Dressed:
        """Add labels, which are made where they are missing, and ask reviewers: two requests where none is refused."""
        at = f"repos/{in_path(path)}"

        def label(names: tuple[str, ...]) -> None:
            self._http.send("POST", f"{at}/issues/{number}/labels", {"labels": list(names)})

        def ask(names: tuple[str, ...]) -> None:
            users, teams = shared.parted(names)
            body = {"reviewers": users, "team_reviewers": [one.partition("/")[2] for one in teams]}
            self._http.send("POST", f"{at}/pulls/{number}/requested_reviewers", body, kind="create")

        return Dressed(shared.one_by_one(labels, label), shared.one_by_one(reviewers, ask))

    def edit(self, path: str, number: int, title: str, body: str) -> None:
        """Give it another title and body."""
        self._http.send("PATCH", f"repos/{in_path(path)}/pulls/{number}", {"title": title, "body": body})

    def comment(self, path: str, number: int, text: str) -> None:
        """Write below it."""
        self._http.send("POST", f"repos/{in_path(path)}/issues/{number}/comments", {"body": text}, kind="create")

    def comments(self, path: str, number: int) -> tuple[str, ...]:
        """Return what is written below it."""
        return tuple(one["body"] for one in self._http.pages(f"repos/{in_path(path)}/issues/{number}/comments", ALL))

    def close(self, path: str, number: int) -> None:
        """Close it."""
        self._http.send("PATCH", f"repos/{in_path(path)}/pulls/{number}", {"state": "closed"})

    def checks(self, path: str, commit: str) -> tuple[Check, ...]:
        """Return check runs and commit statuses; what was skipped or is neutral is `none`: it has passed nothing."""
        at = f"repos/{in_path(path)}/commits/{segment(commit)}"
        runs = self._http.pages(f"{at}/check-runs", ALL, key="check_runs")
        statuses = self._http.pages(f"{at}/status", ALL, key="statuses")
        of_runs = shared.newest((_check_run(one), (moment(one.get("started_at")), one.get("id", 0))) for one in runs)
        of_statuses = shared.newest((_status(one), moment(one.get("updated_at"))) for one in statuses)
        return shared.merged((of_runs, of_statuses))

    def review(self, path: str, number: int) -> Review:
        """Return what was last said by each but the author; a comment takes no verdict back."""
        at = f"repos/{in_path(path)}/pulls/{number}"
        pull = self._http.get(at).data
        author, said = (pull.get("user") or {}).get("login"), {}
        for one in self._http.pages(f"{at}/reviews", ALL):
            login = (one.get("user") or {}).get("login") or ""
            if login == author:
                continue
            if one["state"] in SAYS:
                said[login] = SAYS[one["state"]]
            elif one["state"] == "DISMISSED":
                said.pop(login, None)
        org = path.partition("/")[0]
        teams = [f"@{org}/{one['slug']}" for one in pull.get("requested_teams") or ()]
        return shared.reviewed(said, [one["login"] for one in pull.get("requested_reviewers") or ()] + teams)

    def merge_when_green(self, path: str, pull: Pull, method: Method) -> None:
        """Let GitHub merge; where nothing is open any more it refuses to wait, and so is told to merge at once."""
        id_ = self._ids.get((path, pull.number))
        if id_ is None:
            id_ = str(self._http.get(f"repos/{in_path(path)}/pulls/{pull.number}").data["node_id"])
        asked = {"id": id_, "method": method.upper(), "head": pull.commit}
        response = self._http.graphql(self._graphql, AUTO_MERGE, asked, "write")
        if not (response.data or {}).get("errors"):
            return
        if "clean status" not in response.message:
            raise RefusedError(f"{self.host} refuses it: {response.message}", where=f"{path}#{pull.number}")
        body = {"sha": pull.commit, "merge_method": method}
        self._http.send("PUT", f"repos/{in_path(path)}/pulls/{pull.number}/merge", body)

    def delete_branch(self, path: str, branch: str) -> None:
        """Delete a branch."""
        at = f"repos/{in_path(path)}/git/refs/heads/{in_path(branch)}"
        response = self._http.send("DELETE", at, take={404, 422})
        if response.status == HTTPStatus.UNPROCESSABLE_ENTITY and "does not exist" not in response.message:
            raise RefusedError(f"{self.host} refuses to delete {branch}: {response.message}", where=path)

    def login(self) -> tuple[str, str]:
        """Return what git gives as user and password."""
        return "x-access-token", self._token.get()

    def _pull(self, path: str, said: Any) -> Pull:
        found = _pull(said)
        self._ids.put((path, found.number), said.get("node_id") or "")
        return found


def _is_own(said: Any) -> bool:
    """Whether the branch is of the repository itself; the head of a fork that was deleted has no repository."""
    head, base = said["head"].get("repo") or {}, said["base"].get("repo") or {}
    return head.get("id") == base.get("id")


def _pull(said: Any) -> Pull:
    merged = bool(said.get("merged_at"))
    state: State = "merged" if merged else "open" if said["state"] == "open" else "closed"
    return Pull(
        number=said["number"],
        web=said["html_url"],
        state=state,
        head=said["head"]["ref"],
        base=said["base"]["ref"],
        commit=said["head"]["sha"],
        title=said["title"],
        body=said.get("body") or "",
        draft=bool(said.get("draft")),
        labels=tuple(one["name"] for one in said.get("labels") or ()),
        author=(said.get("user") or {}).get("login") or "",
        merged_as=(said.get("merge_commit_sha") or "") if merged else "",
        opened=moment(said.get("created_at")),
        closed=moment(said.get("closed_at")),
        mergeable=said.get("mergeable"),
    )


def _check_run(said: Any) -> Check:
    ended = said.get("status") == "completed"
    outcome = OUTCOMES.get(said.get("conclusion") or "", "failed") if ended else "pending"
    return Check(said["name"], outcome, said.get("html_url") or "")


def _status(said: Any) -> Check:
    return Check(said["context"], OUTCOMES.get(said["state"], "failed"), said.get("target_url") or "")
