"""What may become of a pull request: the rules that both shapes share, with git as the judge."""

from tests.forges import bare
from tests.forges.state import Check, Comment, Pull, RefusalError, Repository, Review


class Pulls:
    """Pull requests and checks of a repository; who calls holds the world's lock."""

    clock = staticmethod(lambda: 0.0)

    def new_id(self) -> int:
        raise NotImplementedError

    def open(
        self,
        repo: Repository,
        login: str,
        head: str,
        base: str,
        title: str,
        body: str,
        draft: bool = False,
        *,
        same: bool = False,
    ) -> Pull:
        """Open one; `same` where a forge takes one without a difference."""
        tip, old = bare.tip(repo.folder, head), bare.tip(repo.folder, base)
        if not tip or not old:
            raise RefusalError("no head" if not tip else "no base")
        if any((pull.head, pull.base) == (head, base) for pull in repo.open_pulls()):
            raise RefusalError("exists", head)
        empty = not bare.ahead(repo.folder, old, tip)
        if empty and not same:
            raise RefusalError("no difference", f"{base} and {head}")
        number = len(repo.pulls) + 1
        pull = Pull(self.new_id(), number, head, base, tip, title, body, login, self.clock(), draft, empty=empty)
        repo.pulls.append(pull)
        return pull

    def close(self, pull: Pull, login: str) -> None:
        if pull.state == "open":
            pull.state, pull.closed, pull.closed_by, pull.auto = "closed", self.clock(), login, None

    def reopen(self, repo: Repository, pull: Pull) -> None:
        if pull.state == "merged" or not bare.tip(repo.folder, pull.head):
            raise RefusalError("invalid", "it cannot be reopened")
        pull.state, pull.closed, pull.closed_by = "open", 0, ""

    def mergeable(self, repo: Repository, pull: Pull) -> bool | None:
        """Whether it has no conflicts; None at the first look at two tips, since forges find out afterwards."""
        base = bare.tip(repo.folder, pull.base)
        known, pull.looked = pull.looked == (base, pull.commit), (base, pull.commit)
        return bool(bare.merged_tree(repo.folder, base, pull.commit)) if known else None

    def hindered(self, repo: Repository, pull: Pull) -> str:
        """Why it cannot be merged now, or nothing."""
        if pull.state != "open":
            return "closed"
        if pull.draft:
            return "draft"
        if not bare.merged_tree(repo.folder, bare.tip(repo.folder, pull.base), pull.commit):
            return "conflict"
        rule = repo.rule(pull.base)
        if rule is None:
            return ""
        found = {check.name: check.outcome for check in self.checks(repo, pull.commit)}
        if any(found.get(name) != "passed" for name in rule.checks):
            return "checks"
        verdicts = list(self.verdicts(pull).values())
        return "reviews" if verdicts.count("approved") < rule.approvals or "changes requested" in verdicts else ""

    def verdicts(self, pull: Pull) -> dict[str, str]:
        """The last word of each reviewer."""
        return {review.login: review.verdict for review in pull.reviews if review.verdict != "commented"}

    def merge(self, repo: Repository, pull: Pull, login: str, how: str = "merge") -> str:
        why = self.hindered(repo, pull)
        if why:
            raise RefusalError("not mergeable", why)
        made = bare.merge(repo.folder, pull.base, pull.commit, how, f"{pull.title} (#{pull.number})")
        pull.state, pull.merged_as, pull.closed, pull.closed_by = "merged", made, self.clock(), login
        pull.auto = None
        self.settle(repo, login)
        return made

    def merge_when_green(self, pull: Pull, login: str, how: str, commit: str) -> None:
        if commit and commit != pull.commit:
            raise RefusalError("stale", pull.commit)
        if pull.state != "open":
            raise RefusalError("not mergeable", pull.state)
        pull.auto = (how, commit, login)

    def settle(self, repo: Repository, login: str) -> None:
        """Bring pull requests up to what git says, after `login` did something; what waits for green is merged."""
        for pull in repo.open_pulls():
            tip, base = bare.tip(repo.folder, pull.head), bare.tip(repo.folder, pull.base)
            if not tip or not base:
                self.close(pull, login)
                continue
            if tip != pull.commit:
                pull.commit, pull.auto = tip, None if pull.auto and pull.auto[1] else pull.auto
                pull.empty = not bare.ahead(repo.folder, base, tip)
            if not pull.empty and bare.contains(repo.folder, base, tip):
                pull.state, pull.merged_as, pull.closed, pull.closed_by = "merged", tip, self.clock(), login
            if pull.auto and not self.hindered(repo, pull):
                self.merge(repo, pull, pull.auto[2], pull.auto[0])

    def look_at_checks(self, repo: Repository, commit: str, login: str) -> list[Check]:
        """The checks of a commit, after one more look of somebody, for which continuous integration goes on."""
        repo.looks[commit] = repo.looks.get(commit, 0) + 1
        self.work(repo, commit)
        self.settle(repo, login)
        return self.checks(repo, commit)

    def work(self, repo: Repository, commit: str) -> None:
        ci, looks = repo.ci, repo.looks.get(commit, 0)
        if ci and ci.appear and looks >= ci.appear and commit not in repo.checks:
            for name in ci.names:
                self.report(repo, commit, name, "pending", ci.kind)
        if ci and ci.end and looks >= ci.end:
            for check in repo.checks.get(commit, []):
                if check.outcome == "pending" and check.name in ci.names:
                    check.outcome = "failed" if check.name in ci.fail else "passed"

    def checks(self, repo: Repository, commit: str) -> list[Check]:
        """The newest of each name."""
        return list({check.name: check for check in repo.checks.get(commit, [])}.values())

    def report(self, repo: Repository, commit: str, name: str, outcome: str, kind: str = "check") -> None:
        made = Check(self.new_id(), name, outcome, kind, self.clock())
        repo.checks.setdefault(commit, []).append(made)
        self.settle(repo, "")

    def review(self, repo: Repository, pull: Pull, login: str, verdict: str) -> Review:
        if login == pull.author and verdict != "commented":
            raise RefusalError("invalid", "an author cannot review")
        made = Review(self.new_id(), login, verdict, pull.commit, self.clock())
        pull.reviews.append(made)
        pull.reviewers = [one for one in pull.reviewers if one != login]
        self.settle(repo, login)
        return made

    def comment(self, pull: Pull, login: str, text: str) -> Comment:
        made = Comment(self.new_id(), login, text, self.clock())
        pull.comments.append(made)
        return made
