"""What a forge can do for a rollout, in the words that all of them share; each adapter is one of these.

A call is one request wherever the forge has it, and never repeats by itself what it may have done already: a write
whose response was lost raises UncertainError, and whoever asked looks first. Paths are those of repositories at the
host, such as `acme/orders`, or `group/sub/orders`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

from scaffold.blueprint.forge import Standing, Value
from scaffold.errors import ScaffoldError

State = Literal["open", "merged", "closed"]
Actor = Literal["person", "bot", "self", "unknown"]
Outcome = Literal["passed", "failed", "pending", "none"]
Verdict = Literal["approved", "changes requested", "pending", "none"]
Method = Literal["merge", "squash", "rebase"]
Visibility = Literal["private", "internal", "public"]


ARCHIVED = "it is archived", "take it out of fleet.yml, or open it again"


class ForgeError(ScaffoldError):
    """A forge refused, or could not be asked; the adapters raise this and its kinds, and nothing else."""


class DeniedError(ForgeError):
    """The token is missing, wrong or expired, or has no right to that."""


class UnknownTokenError(DeniedError):
    """There is no token that the forge knows, or not any more: nothing can be done at the host, whatever is asked."""


class GoneError(ForgeError):
    """There is no such thing, or the token may not see it."""


class RefusedError(ForgeError):
    """The forge understood and said no: archived, protected, not mergeable, or not valid what was asked for."""


class ExistsError(RefusedError):
    """What was to be made is there already."""


class PausedError(ForgeError):
    """The forge asked for a longer pause than was to be waited for: all of the host, and not the repository."""

    seconds: float = 0.0  # how long it is from now on, where that is known


class UnreachableError(ForgeError):
    """The forge did not answer, or not as a forge does, and what was asked for was not done."""


class UncertainError(ForgeError):
    """A write was sent, and nobody knows whether it was done: look before it is sent again."""


class Repository(NamedTuple):
    """A repository as its forge describes it; a right is None where the forge does not say."""

    path: str
    url: str
    web: str
    default_branch: str
    archived: bool = False
    private: bool = False
    fork: bool = False
    topics: tuple[str, ...] = ()
    may_push: bool | None = None


class Born(NamedTuple):
    """What a repository that is to be made is like."""

    visibility: Visibility = "private"
    description: str = ""
    default_branch: str = "main"


class Protection(NamedTuple):
    """What a branch demands before a merge: names of checks, and how many approvals, of code owners or not."""

    checks: tuple[str, ...] = ()
    approvals: int = 0
    owners: bool = False


class Wanted(NamedTuple):
    """A pull request to be opened from a branch of the same repository."""

    head: str
    base: str
    title: str
    body: str
    draft: bool = False


class Pull(NamedTuple):
    """A pull request as it is now.

    `head` is the name of its branch and `commit` the tip of that; `closed_by` is the login of who closed it, and
    `closer` what that is. `merged_as` is the commit that the merge made, where the forge says so. Times are in seconds
    since the epoch, and 0 where there is none.
    """

    number: int
    web: str
    state: State
    head: str
    base: str
    commit: str
    title: str
    body: str
    draft: bool = False
    labels: tuple[str, ...] = ()
    author: str = ""
    closed_by: str = ""
    closer: Actor = "unknown"
    merged_as: str = ""
    opened: float = 0
    closed: float = 0
    mergeable: bool | None = None


class Check(NamedTuple):
    """One check of a commit, the newest of its name."""

    name: str
    outcome: Outcome
    web: str = ""


class Review(NamedTuple):
    """What reviewers say of a pull request together, and who was asked and has not answered."""

    verdict: Verdict
    waiting_for: tuple[str, ...] = ()


Refusals = tuple[tuple[str, str], ...]  # what is refused, each with the reason of the forge


class Dressed(NamedTuple):
    """What of the labels and reviewers was refused, each with the reason of the forge."""

    labels: Refusals = ()
    reviewers: Refusals = ()


class Forge(Protocol):
    """A forge at one host, asked as one identity."""

    @property
    def host(self) -> str:
        """The host, as it stands in addresses of repositories."""

    def me(self) -> str:
        """Return the login of the identity that all is done as."""

    def repositories(self, owner: str) -> Iterator[Repository]:
        """Yield every repository of an organisation, user or group, those of groups below it included.

        Never fewer than there are: a listing that ends early is an error.
        """

    def repository(self, path: str) -> Repository:
        """Return a repository under its present name, also where it was renamed."""

    def create(self, path: str, wanted: Born) -> None:
        """Make an empty repository; raises ExistsError where its name is taken."""

    def settings(self, path: str, branch: str) -> Standing:
        """Return how the settings of a repository stand, and of its default branch, as far as this identity may see."""

    def set(self, path: str, branch: str, wanted: Mapping[str, Value]) -> Refusals:
        """Set some settings by name, and leave all else as it is; return which are refused, with the forge's reason.

        Doing it again does nothing more.
        """

    def protection(self, path: str, branch: str) -> Protection | None:
        """Return what a branch demands, or None where this identity may not see it."""

    def lacking(self, path: str, reviewers: Collection[str], labels: Collection[str]) -> tuple[str, ...]:
        """Return which reviewers (`user`, `@org/team`) and labels do not exist there."""

    def pulls(self, path: str, head: str) -> tuple[Pull, ...]:
        """Return the pull requests from a branch of the repository itself, in whatever state, the newest first."""

    def pull(self, path: str, number: int) -> Pull:
        """Return one, with who closed it."""

    def open(self, path: str, wanted: Wanted) -> Pull:
        """Open one; raises ExistsError where there is an open one from that branch."""

    def dress(self, path: str, number: int, labels: Collection[str], reviewers: Collection[str]) -> Dressed:
        """Add labels and ask reviewers; one that does not exist keeps the others from nothing."""

    def edit(self, path: str, number: int, title: str, body: str) -> None:
        """Give a pull request another title and body."""

    def comment(self, path: str, number: int, text: str) -> None:
        """Write below a pull request."""

    def comments(self, path: str, number: int) -> tuple[str, ...]:
        """Return what was written below a pull request."""

    def close(self, path: str, number: int) -> None:
        """Close a pull request without merging it; one that is closed already stays so."""

    def checks(self, path: str, commit: str) -> tuple[Check, ...]:
        """Return the checks of a commit, of every kind that the forge has, by name."""

    def review(self, path: str, number: int) -> Review:
        """Return what reviewers say."""

    def merge_when_green(self, path: str, pull: Pull, method: Method) -> None:
        """Let the forge merge at the very commit of `pull`, as soon as what its branch demands holds."""

    def delete_branch(self, path: str, branch: str) -> None:
        """Delete a branch; one that is gone already stays so."""

    def login(self) -> tuple[str, str]:
        """Return the user and the password that git has to give to this host, fresh; never kept by who asks."""
