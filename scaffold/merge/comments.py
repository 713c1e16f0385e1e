"""Three versions of the comments around an entry."""

from typing import NamedTuple

from scaffold.merge.markers import Conflict
from scaffold.merge.parts import words
from scaffold.merge.text import merge_whole


class Comment(NamedTuple):
    """The merged comment; `kept_ours` where both sides reworded it and the team's wording stays."""

    text: str
    kept_ours: bool = False


def merge_comments(base: str | None, ours: str | None, theirs: str | None) -> Comment:
    """Merge blank lines and comments: what one side changed counts, then what a merge by line gives, then ours."""
    mine, new, old = ours or "", theirs or "", base or ""
    if new in (mine, old):
        return Comment(mine)
    if old == mine:
        return Comment(new)
    said = [words(text) for text in (old, mine, new)]
    if said[1] == said[2] or said[0] == said[2]:
        return Comment(mine)
    if said[0] == said[1]:
        return Comment(new)
    parts = merge_whole(old.encode(), mine.encode(), new.encode())
    if not any(isinstance(part, Conflict) for part in parts):
        return Comment(b"".join(part for part in parts if isinstance(part, bytes)).decode())
    return Comment(mine, kept_ours=True)
