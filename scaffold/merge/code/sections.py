"""The merge of prose, Dockerfiles and Makefiles by section and entry, proven on the result cut into them again."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from scaffold.merge.budget import Unprovable, spend
from scaffold.merge.code.merge import LONGEST
from scaffold.merge.code.names import Hold
from scaffold.merge.code.plain import layout_docker, layout_make
from scaffold.merge.code.proof import counts_hold, follows, loses_words
from scaffold.merge.code.prose import LOOSE, is_prose
from scaffold.merge.code.prose import layout as layout_prose
from scaffold.merge.code.tree import Block, Item
from scaffold.merge.code.walk import merge_blocks
from scaffold.merge.pieces import Clash, Pieces, aligned, resolved

_DOCKER = re.compile(r"(^|/)(Dockerfile|Containerfile)(\.[\w.-]+)?$|\.dockerfile$")
_MAKE = re.compile(r"(^|/)(GNUm|M|m)akefile$|\.mk$")


def has_sections(path: str) -> bool:
    """Whether a file is cut into sections and entries."""
    return _layout(path) is not None


def _layout(path: str) -> Callable[[str], Block] | None:
    if is_prose(path):
        return lambda text: layout_prose(text, path)
    return layout_docker if _DOCKER.search(path) else layout_make if _MAKE.search(path) else None


def merge_sections(path: str, base: str, ours: str, theirs: str) -> Pieces:
    """Merge three versions of a file; raises Unprovable."""
    texts, cut = (base, ours, theirs), _layout(path)
    if cut is None or max(map(len, texts)) > LONGEST or any("\r" in text for text in texts):
        raise Unprovable
    spend(sum(map(len, texts)) // 16)
    bare = [text.rstrip("\n") for text in texts]
    ended = [f"{text}\n" if text else "" for text in bare]
    blocks = [cut(text) for text in ended]
    pieces = merge_blocks(blocks[0], blocks[1], blocks[2], Hold())
    if any(isinstance(piece, Clash) for piece in pieces):
        if not aligned(pieces) or ended != list(texts):
            raise Unprovable
        return pieces
    text = resolved(pieces, "ours")
    _prove((*ended, text), (*blocks, cut(text)))
    return (text.rstrip("\n") + _ending(texts, text),)


def _ending(texts: tuple[str, str, str], merged: str) -> str:
    """Return what stands after the last line: as the sides have it that end with the same line, else as ours has."""
    last = [text.rstrip("\n").rpartition("\n")[2] == merged.rstrip("\n").rpartition("\n")[2] for text in texts]
    base, ours, theirs = (text[len(text.rstrip("\n")) :] for text in texts)
    return theirs if last[2] and (not last[1] or ours == base) else ours


def _prove(texts: tuple[str, ...], blocks: tuple[Block, ...]) -> None:
    """Raise Unprovable unless words, sections and the order of entries are what both sides made of them."""
    if loses_words(texts[0], texts[1], texts[2], texts[3]):
        raise Unprovable
    named = [list(_named(block)) for block in blocks]
    counts = [Counter(name for name, _ in side) for side in named]
    if not counts_hold(counts[0], counts[1], counts[2], counts[3]):
        raise Unprovable
    orders = [[name for name, item in side if item.kind not in LOOSE] for side in named]
    for side, other in ((1, 2), (2, 1)):
        if not follows(orders[3], orders[side]) and (
            follows(orders[other], orders[0]) or not follows(orders[side], orders[0])
        ):
            raise Unprovable


def _named(block: Block, within: str = "") -> Iterator[tuple[str, Item]]:
    """Walk all entries by what they are, each within the section that it stands in."""
    for item in block.items:
        blocks = [part for part in item.parts if isinstance(part, Block)]
        name = f"{within}/{item.key if blocks else item.said}"
        yield name, item
        for part in blocks:
            yield from _named(part, name)
