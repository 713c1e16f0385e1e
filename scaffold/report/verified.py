"""A verification of a project: the value, lines for people, and the in-toto statement for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.report.checks.words import one_line
from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import PurePath

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:scaffold:predicate:release:v1"


class Verified(NamedTuple):
    """What was verified: the release with its commit, that commit's tree and its signer; the locked files by digest.

    `wrong` says in sentences what is not as it should be.
    """

    root: PurePath
    blueprint: str
    version: str
    source: str
    commit: str | None = None
    tree: str | None = None
    signer: str = ""
    locked: Mapping[str, str] = {}
    wrong: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all of it holds."""
        return not self.wrong


def text(result: Verified) -> Iterator[Line]:
    """Say what was proved, or what was not."""
    name = f"{result.blueprint} {result.version}"
    for why in result.wrong:
        yield Line(f"  {one_line(why)}", "bad")
    if result.holds:
        number = len(result.locked)
        files = "1 locked file is" if number == 1 else f"{number} locked files are"
        yield Line(f"{files} byte for byte those of {name}, vouched for by {one_line(result.signer)}", "good")
    else:
        yield Line(f"{result.root} is not proved to be as {name} says", "bad")


def data(result: Verified) -> dict[str, Any]:
    """Return an in-toto statement: the locked files, and the release that they are of."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": path, "digest": {"sha256": digest}} for path, digest in sorted(result.locked.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "blueprint": result.blueprint,
            "version": result.version,
            "source": result.source,
            "commit": result.commit,
            "tree": result.tree,
            "signer": result.signer or None,
            "verified": result.holds,
            "wrong": list(result.wrong),
        },
    }
