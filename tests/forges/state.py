"""What a forge keeps: people, rights, repositories, pull requests, checks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

LEVELS = ("none", "read", "push", "admin")


class RefusalError(Exception):
    """A forge says no; each shape has its own number and words for the kind."""

    def __init__(self, kind: str, text: str = ""):
        super().__init__(kind, text)
        self.kind, self.text = kind, text


@dataclass
class Person:
    id: int
    login: str
    kind: str = "person"  # or bot


@dataclass
class Token:
    value: str
    login: str
    rights: set[str] = field(default_factory=lambda: {"read", "write", "workflow", "administer"})
    expired: bool = False
    until: float = 0  # when it ends by itself


@dataclass
class Owner:
    """An organisation or group (of groups, by its path); `members` have its repositories' default right."""

    id: int
    path: str
    members: set[str] = field(default_factory=set)
    teams: dict[str, set[str]] = field(default_factory=dict)
    creators: set[str] = field(default_factory=set)  # who may make repositories
    administer: bool = True  # whether who makes one is its administrator


@dataclass
class Rule:
    """What protects the branches that a pattern names."""

    pattern: str
    checks: tuple[str, ...] = ()
    approvals: int = 0
    owners: bool = False
    pushers: tuple[str, ...] = ()
    ruleset: bool = False  # the newer kind of GitHub, which everybody may read
    force: bool = False  # whether pushes may be forced
    said: dict[str, Any] = field(default_factory=dict)  # a ruleset as it was written, with its id


@dataclass
class CI:
    """Checks that come by themselves: they appear at the look of that number, and end at another; 0 is never."""

    names: Sequence[str]
    appear: int = 1
    end: int = 2
    fail: Sequence[str] = ()
    kind: str = "check"  # or status


@dataclass
class Check:
    id: int
    name: str
    outcome: str  # pending, passed, failed
    kind: str  # check, status
    at: float


@dataclass
class Review:
    id: int
    login: str
    verdict: str  # approved, changes requested, commented
    commit: str
    at: float


@dataclass
class Comment:
    id: int
    login: str
    text: str
    at: float


@dataclass
class Pull:
    id: int
    number: int
    head: str
    base: str
    commit: str
    title: str
    body: str
    author: str
    created: float
    draft: bool = False
    empty: bool = False  # without a difference from the beginning
    state: str = "open"
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    closed: float = 0
    closed_by: str = ""
    merged_as: str = ""
    auto: tuple[str, str, str] | None = None  # how, at which commit (or any), asked by whom
    looked: tuple[str, str] = ("", "")  # tips of base and head whose merge is known


@dataclass
class Repository:
    id: int
    path: str
    folder: Path
    default: str = "main"
    created: float = 0
    private: bool = False
    archived: bool = False
    fork: bool = False
    auto_merge: bool = True
    topics: tuple[str, ...] = ()
    rights: dict[str, str] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    checks: dict[str, list[Check]] = field(default_factory=dict)
    looks: dict[str, int] = field(default_factory=dict)
    ci: CI | None = None
    description: str = ""
    visibility: str = ""
    pipeline: bool = False  # GitLab: whether a merge waits for it
    approvers: int = 0  # GitLab: of its rule for anybody
    deletes_merged: bool = False
    scanning: bool | None = False  # None: the plan of the owner has none
    reporting: bool = False

    @property
    def owner(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def rules_of(self, branch: str, *, ruleset: bool | None = None) -> list[Rule]:
        return [r for r in self.rules if fnmatchcase(branch, r.pattern) and ruleset in (None, r.ruleset)]

    def rule(self, branch: str) -> Rule | None:
        """All rules of a branch as one: the strictest of each."""
        found = self.rules_of(branch)
        if len(found) < 2:
            return found[0] if found else None
        return Rule(
            found[0].pattern,
            tuple(dict.fromkeys(name for one in found for name in one.checks)),
            max(one.approvals for one in found),
            any(one.owners for one in found),
            found[0].pushers,
            all(one.ruleset for one in found),
            all(one.force for one in found),
        )

    def open_pulls(self) -> list[Pull]:
        return [pull for pull in self.pulls if pull.state == "open"]
