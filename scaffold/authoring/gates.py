"""The gates of stamped services: each written into a clean folder, and `make check` run there."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scaffold import disk
from scaffold.errors import ScaffoldError
from scaffold.git import porcelain
from scaffold.process import commands
from scaffold.process.workers import processors
from scaffold.report.testing import Gated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.process import Notify
    from scaffold.tree import Tree

SECONDS = 1800  # of one verb: the first one may install a toolchain
VERBS = ("setup", "check")


def run_gates(trees: Mapping[str, Tree], notify: Notify) -> tuple[Gated, ...]:
    """Run the gates of some services, as many at once as there are processors; each verb is told as it begins."""
    done = 0

    def told(one: tuple[str, Tree]) -> Gated:
        nonlocal done
        case, tree = one
        found = _run(case, tree, lambda verb: notify(f"Gates: make {verb} of {case} ({done}/{len(trees)} done)"))
        done += 1
        return found

    with ThreadPoolExecutor(processors()) as pool:
        return tuple(pool.map(told, trees.items()))


def _run(case: str, tree: Tree, begins: Notify) -> Gated:
    makefile = tree.get("Makefile")
    text = makefile.content.decode(errors="replace") if makefile else ""
    verbs = [verb for verb in VERBS if re.search(rf"^{verb}\b[^=\n]*:(?!=)", text, re.MULTILINE)]
    if "check" not in verbs:
        return Gated(case, "unknown", "it has no Makefile with the target `check`")
    with TemporaryDirectory(prefix="scaffold-") as place:
        folder = Path(place) / case
        disk.fill(folder, tree)
        try:
            porcelain.init(folder)
            for verb in verbs:
                begins(verb)
                commands.run(("make", verb), folder, {}, seconds=SECONDS)
        except ScaffoldError as error:
            return Gated(case, "fail", error.message)
    return Gated(case, "pass", f"make {' '.join(verbs)}")
