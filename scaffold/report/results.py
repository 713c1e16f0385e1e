"""The values that operations return, and that every report is a rendering of; that of `status` is made in `standing`.

Named tuples, since making a frozen dataclass takes ten times as long, and each command starts with all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.report.standing import Status as Status  # noqa: PLC0414 - programs find it here, as all values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

    from scaffold.forges.holding import Settled
    from scaffold.merge.decisions import Decision
    from scaffold.plan.actions import Plan
    from scaffold.report.compared import Change, Level


class Stamped(NamedTuple):
    """What `new` made, or with `applied` false would make.

    `owners` counts files by owner; `repository` is own, existing or none; `next_steps` is the blueprint's advice. With
    `in_use` there were files already, and the plan says what became of them. `published` is what became of it at its
    forge, where that was asked for.
    """

    root: PurePath
    blueprint: str
    version: str
    source: str
    commit: str | None
    files: tuple[str, ...]
    owners: Mapping[str, int]
    repository: str
    plan: Plan
    next_steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    applied: bool = True
    in_use: bool = False
    published: Published | None = None


class Published(NamedTuple):
    """Where a repository is at its forge, what was done for it now, and what is missing, each with why.

    `web` is the page that people open. `made`, `added` and `pushed`: the repository, the remote here and the branch
    were not there before. `settings` are those that the blueprint prescribes.
    """

    root: PurePath
    address: str
    web: str
    branch: str
    commit: str
    made: bool = False
    added: bool = False
    pushed: bool = False
    settings: tuple[Settled, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """What somebody has to see to, each with why."""
        return (*self.failed, *((one.setting, one.why) for one in self.settings if one.is_missing))


class Updated(NamedTuple):
    """What an update did, or with `applied` false would do."""

    root: PurePath
    plan: Plan
    applied: bool
    up_to_date: bool
    commit: str | None = None
    branch: str | None = None
    notes: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    rerere: tuple[str, ...] = ()


class OpenConflict(NamedTuple):
    """A conflict that nobody has decided, with the line of the first marker where it has one."""

    path: str
    line: int | None
    reason: str


class Continued(NamedTuple):
    """What became of an update with conflicts: finished, or, while some are open, left as it was."""

    root: PurePath
    what: str
    resolved: tuple[str, ...] = ()
    conflicts: tuple[OpenConflict, ...] = ()
    commit: str | None = None
    branch: str | None = None
    notes: tuple[str, ...] = ()


class Resolution(NamedTuple):
    """What was settled in a file: so many marked places, or as a whole; `deleted` where that side has no file."""

    path: str
    conflicts: int
    whole: bool
    deleted: bool


class Resolved(NamedTuple):
    """What `resolve` did, and the conflicts left in the project; side: ours, theirs, both, stages or forget."""

    root: PurePath
    side: str
    files: tuple[Resolution, ...]
    conflicts: tuple[str, ...]


class Owned(NamedTuple):
    """What `own` was asked about: the files, the patterns that hold now, and which files have keys that stay locked."""

    root: PurePath
    files: tuple[str, ...]
    own: tuple[str, ...]
    back: bool
    held: tuple[str, ...] = ()


class Difference(NamedTuple):
    """One file: who owns it, what happened to it, and the difference in git's format (None: the base is unknown)."""

    path: str
    ownership: str
    what: str
    text: str | None


class Diff(NamedTuple):
    """All differences, between which two states."""

    root: PurePath
    old: str
    new: str
    files: tuple[Difference, ...]
    notes: tuple[str, ...] = ()


class Explanation(NamedTuple):
    """What is known of a path. `state`: as stamped, edited, deleted, conflict or yours; `keys`: key path to owner.

    `rules` are those that look at it, id to title; `decided` is what was decided in its conflicts.
    """

    path: str
    blueprint: str
    version: str
    template: str | None
    ownership: str
    meaning: str
    state: str
    keys: Mapping[str, str]
    line: int | None = None
    line_from: str | None = None
    dropped: bool = False  # the blueprint no longer brings it, and what becomes of it is in conflict
    rules: Mapping[str, str] = {}
    own: bool = False  # the team has made it its own
    decided: tuple[Decision, ...] = ()


class Undone(NamedTuple):
    """What was taken back, the paths that are as before again, and whether the whole folder is gone."""

    root: PurePath
    what: str
    paths: tuple[str, ...]
    removed: bool = False
    notes: tuple[str, ...] = ()


class Listed(NamedTuple):
    """A blueprint in a library."""

    name: str
    version: str
    title: str
    lifecycle: str
    versions: tuple[str, ...]


class Shown(NamedTuple):
    """A blueprint in full; `questions` maps a name to what is known of it, `ownership` a pattern to its owner.

    `code` is what of it runs only with trust.
    """

    name: str
    version: str
    title: str
    description: str
    owners: tuple[str, ...]
    lifecycle: str
    commit: str | None
    layers: tuple[str, ...]
    versions: tuple[str, ...]
    questions: Mapping[str, Mapping[str, Any]]
    ownership: Mapping[str, str]
    code: tuple[str, ...] = ()


class Released(NamedTuple):
    """A release that was made, or with `applied` false would be; `level` is how large a step its changes are.

    `bump` is the step that was asked for instead. `is_first`: the blueprint had no release before.
    """

    root: PurePath
    name: str
    previous: str
    version: str
    tag: str
    commit: str
    notes: tuple[str, ...]
    level: Level | None = None
    changes: tuple[Change, ...] = ()
    applied: bool = True
    signed: bool = False
    bump: Level | None = None
    is_first: bool = False
    has_remote: bool = True


class Started(NamedTuple):
    """A blueprint that was started, or with `applied` false would be: its files, its questions with an example of each.

    `left` are files that were left out, with why, `notes` what to look at.
    """

    root: PurePath
    name: str
    files: tuple[str, ...]
    questions: Mapping[str, str]
    left: tuple[str, ...] = ()
    applied: bool = True
    notes: tuple[str, ...] = ()


class Withdrawn(NamedTuple):
    """A version that was withdrawn, and the newest that is left."""

    root: PurePath
    name: str
    version: str
    reason: str
    commit: str
    instead: str | None
    has_remote: bool


class LibraryMade(NamedTuple):
    """A library that was made, and the tags of its releases."""

    root: PurePath
    tags: tuple[str, ...]


class Fitting(NamedTuple):
    """How well a repository fits a blueprint: `present` is the share of its files, `lines` of the lines in those."""

    blueprint: str
    version: str
    score: float
    present: float
    lines: float
    answers: Mapping[str, Any]


class Adopted(NamedTuple):
    """What an adoption did, or with `applied` false would do; `proposed`: it waits for somebody's yes.

    `origin` is the tool that made the project, or nothing. Of the stamped files `edited` differ from what was stamped,
    `own` differ and do not derive from it, `deleted` are gone, and `missing` never were there.
    """

    root: PurePath
    origin: str
    blueprint: str
    source: str
    version: str
    answers: Mapping[str, Any]
    files: tuple[str, ...]
    edited: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fits: tuple[Fitting, ...] = ()
    kept_copier: bool = False
    proposed: bool = False
    applied: bool = False
    commit: str | None = None
    notes: tuple[str, ...] = ()


class Freed(NamedTuple):
    """How many mirrors of a fleet were deleted, and how many bytes they had; or would be."""

    mirrors: int
    bytes: int
    applied: bool = True
