"""Single values that both sides changed: what can be settled, and by which driver."""

import re

from scaffold.merge import pins
from scaffold.merge.layout import Leaf
from scaffold.merge.parts import Part
from scaffold.merge.pins import newer
from scaffold.merge.words import around

_DECIMAL = re.compile(r"\d+\.\d+")
_VERSIONED = re.compile(r"(^|[-_.])(rev|ref|tag|image|versions?|python|node|go|java|ruby|rust)($|[-_.])", re.IGNORECASE)


def choose(base: Part | None, ours: Part, theirs: Part) -> Part | None:
    """Return the side with the newer pin, with a version in the comment beside a commit id; None where unsure."""
    if not (isinstance(ours.entry.value, Leaf) and isinstance(theirs.entry.value, Leaf)):
        return None
    if pins.is_own(ours.entry.head):
        return None
    texts = [None if part is None else _with_comment(part) for part in (base, ours, theirs)]
    assert texts[1] is not None  # noqa: S101 - only the base may be absent
    assert texts[2] is not None  # noqa: S101
    found = newer(texts[0], texts[1], texts[2])
    return None if found is None else ours if found == texts[1] else theirs


def merge_requirement(base: Part | None, ours: Part, theirs: Part) -> str | None:
    """Return the text of a dependency whose parts both sides changed, in the quotes of ours; None where unsure."""
    if base is None or not all(isinstance(part.data, str) for part in (base, ours, theirs)):
        return None
    merged = pins.merge_requirement(base.data, ours.data, theirs.data)
    text = ours.entry.value.text
    return text.replace(ours.data, merged) if merged is not None and text.strip("\"'") == ours.data else None


def merge_around(base: Part | None, ours: Part, theirs: Part) -> tuple[str, str] | None:
    """Return the value, and its text, of a line of words that one side put some before, and the other behind."""
    if base is None or not all(isinstance(part.data, str) for part in (base, ours, theirs)):
        return None
    merged = around(base.data, ours.data, theirs.data)
    text = ours.entry.value.text
    if merged is None or text.strip("\"'") != ours.data:
        return None
    return merged, text.replace(ours.data, merged)


def _with_comment(part: Part) -> str:
    text = part.entry.value.text
    if not isinstance(part.data, str):
        return repr(part.data) if isinstance(part.data, int) else "a number"  # 3.10 unquoted is 3.1, and no version
    key = str(part.key[-1] if isinstance(part.key, tuple) else part.key)
    if _DECIMAL.fullmatch(part.data) and not _VERSIONED.search(key):
        return "a number"  # "0.5" may be a threshold
    return f"{text} {part.entry.tail}" if "@" in text else text


def only_newer(base: Part, changed: Part) -> bool:
    """Whether an entry differs from the base in newer versions alone."""
    if base.children is not None and changed.children is not None:
        pairs = zip(base.children, changed.children, strict=False)
        return len(base.children) == len(changed.children) and all(
            mine.key == its.key and (mine.alike(its) or only_newer(mine, its)) for mine, its in pairs
        )
    if not (isinstance(base.entry.value, Leaf) and isinstance(changed.entry.value, Leaf)):
        return False
    old, new = _with_comment(base), _with_comment(changed)
    return newer(old, old, new) == new
