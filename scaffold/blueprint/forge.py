"""`forge:`: what is prescribed of a repository's settings at its forge, in words that no single forge has coined.

The lock keeps it as it was applied, with what depends on answers filled in.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats.located import Located, text, texts

Value = bool | int | tuple[str, ...]
BRANCH = "default_branch"  # the key below which its protection stands
OF_BRANCH = ("checks", "approvals", "code_owners", "block_force_pushes")
OF_REPOSITORY = ("secret_scanning", "private_reporting", "delete_merged_branches", "topics")
NAMES = (*OF_BRANCH, *OF_REPOSITORY)
EVERY = "*"  # stands among demanded checks for all that there are, whatever they are called
MOST_APPROVALS = 6  # that GitHub takes
_NO_TOPIC = re.compile(r"[^a-z0-9]+")


class Prescribed(NamedTuple):
    """What a repository's settings have to be at the least; what is false, 0 or empty is left to the team.

    `checks` are names of what has to pass before a merge into the default branch, which `approvals` people have to
    approve, code owners among them. `description` is what a new repository is described as.
    """

    checks: tuple[str, ...] = ()
    approvals: int = 0
    code_owners: bool = False
    block_force_pushes: bool = False
    secret_scanning: bool = False
    private_reporting: bool = False
    delete_merged_branches: bool = False
    topics: tuple[str, ...] = ()
    description: str = ""

    @property
    def wanted(self) -> Mapping[str, Value]:
        """The settings that anything is prescribed of, by name."""
        return {name: value for name in NAMES if (value := getattr(self, name))}


class Standing(NamedTuple):
    """How a repository's settings stand at its forge.

    `known` are values at the least. `unknown` says why there may be more to them, or why nothing is known, and
    `wordless` why the forge has no word for a setting.
    """

    known: Mapping[str, Value] = {}
    unknown: Mapping[str, str] = {}
    wordless: Mapping[str, str] = {}


def parse(at: Located) -> Prescribed:
    """Read `forge:` of a blueprint or a lock; raises FormatError."""
    at.only({BRANCH, *OF_REPOSITORY, "description"})
    branch = at.child(BRANCH) if at.data.get(BRANCH) is not None else Located({}, at.file, at.lines, (*at.path, BRANCH))
    branch.only(set(OF_BRANCH))
    return Prescribed(
        checks=branch.optional("checks", _words, ()),
        approvals=branch.optional("approvals", _approvals, 0),
        code_owners=branch.optional("code_owners", _yes, default=False),
        block_force_pushes=branch.optional("block_force_pushes", _yes, default=False),
        secret_scanning=at.optional("secret_scanning", _yes, default=False),
        private_reporting=at.optional("private_reporting", _yes, default=False),
        delete_merged_branches=at.optional("delete_merged_branches", _yes, default=False),
        topics=at.optional("topics", _words, ()),
        description=at.optional("description", text, ""),
    )


def of(values: Mapping[str, Value]) -> Prescribed:
    """Return what prescribes these values, by the names of their settings."""
    return parse(Located(_nested(values), "", {}))


def dump(prescribed: Prescribed) -> Mapping[str, Any]:
    """Return what `parse` reads, without what prescribes nothing."""
    description = {"description": prescribed.description} if prescribed.description else {}
    return {**_nested(prescribed.wanted), **description}


def _nested(values: Mapping[str, Value]) -> dict[str, Any]:
    said: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    branch = {name: said.pop(name) for name in OF_BRANCH if name in said}
    return {**({BRANCH: branch} if branch else {}), **said}


def filled(prescribed: Prescribed, fill: Callable[[str], str]) -> Prescribed:
    """Return it with its texts filled in; topics are written as all forges take them, each text once."""
    topics = (_NO_TOPIC.sub("-", fill(one).lower()).strip("-") for one in prescribed.topics)
    return prescribed._replace(
        checks=tuple(dict.fromkeys(filter(None, map(fill, prescribed.checks)))),
        topics=tuple(dict.fromkeys(filter(None, topics))),
        description=" ".join(fill(prescribed.description).split()),
    )


def _yes(at: Located) -> bool:
    return at.a(bool)


def _approvals(at: Located) -> int:
    if not 0 <= at.a(int) <= MOST_APPROVALS:
        at.fail(f"a number from 0 to {MOST_APPROVALS}")
    return int(at.data)


def _words(at: Located) -> tuple[str, ...]:
    words = texts(at)
    for place, word in enumerate(words):
        if not word.strip() or word == EVERY:
            at.child(place).fail("a name")
        if word in words[:place]:
            raise FormatError(f"`{at.name}` names {word} twice", where=at.child(place).where)
    return words
