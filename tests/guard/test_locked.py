"""Conflicts that are open: marked ones, those that only the lock knows of, and what merely shows one."""

from dataclasses import replace

import pytest

from scaffold.lock import dump
from scaffold.tree import blob_id
from tests.guard.alone import LOCK, found
from tests.guard.service import stamped

MARKED = "<<<<<<< yours\na\n=======\nb\n>>>>>>> theirs\n"


def _pending(path, **changes):
    lock = stamped().lock
    locked = lock.files[path]._replace(pending="0" * 40, **changes)
    return {LOCK: dump(replace(lock, files={**lock.files, path: locked}))}


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("docs/git.md", f"# Conflicts\n\n```text\n{MARKED}```\n", None),
        ("docs/git.md", f"~~~\n```\n{MARKED}~~~\n", None),
        ("docs/git.md", f"# Conflicts\n\n```text\n```\n{MARKED}", 5),
        ("docs/git.md", MARKED.replace("a", "```\na\n```"), 1),
        ("docs/git.txt", f"```\n{MARKED}```\n", 2),
    ],
)
def test_a_conflict_that_is_shown_between_fences_is_none(path, text, line):
    assert found("LK-03", {path: text}) == [f"{path}:{line} a conflict is marked here and not decided"] * bool(line)


@pytest.mark.parametrize("at", [None, "docs/moved.md"])
def test_a_conflict_without_markers_is_known_by_the_lock(at):
    content, place = b"ours\n", at or "README.md"
    lock = _pending("README.md", left=blob_id(content), at=at)
    assert found("LK-03", {**lock, place: content}) == [f"{place}:None the update's conflict is not decided"]
    assert found("LK-03", {**lock, place: b"decided\n"}) == []
    assert found("LK-03", lock) == []


def test_a_conflict_between_fences_counts_where_an_update_left_it():
    files = {**_pending("README.md"), "README.md": f"```\n{MARKED}```\n"}
    assert found("LK-03", files) == ["README.md:2 a conflict is marked here and not decided"]
