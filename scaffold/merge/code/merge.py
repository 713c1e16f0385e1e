"""The merge of Python by definition and statement, made of the text of both sides and proven on the parsed result."""

from scaffold.merge.budget import Unprovable
from scaffold.merge.code import proof
from scaffold.merge.code.names import IMPORTS, Hold
from scaffold.merge.code.python import layout, parsed
from scaffold.merge.code.tree import Block
from scaffold.merge.code.walk import merge_blocks
from scaffold.merge.pieces import Clash, Pieces, aligned, resolved

LONGEST = 200_000  # characters of a file that is looked into


def is_code(path: str) -> bool:
    """Whether a file is of a language whose definitions are known."""
    return path.endswith((".py", ".pyi"))


def is_sound(base: str, ours: str, theirs: str, merged: str) -> bool:
    """Whether nothing speaks against a file that was merged by line; of one that cannot be read nothing is known."""
    if max(map(len, (base, ours, theirs, merged))) > LONGEST or not proof.is_suspect(base, ours, theirs, merged):
        return True
    try:
        old, mine, new = parsed(base), parsed(ours), parsed(theirs)
    except Unprovable:
        return True
    try:
        proof.prove(base, ours, theirs, merged, (old, mine, new, parsed(merged)))
    except Unprovable:
        return False
    return True


def merge_code(base: str, ours: str, theirs: str) -> Pieces:
    """Merge three versions of a file; raises Unprovable."""
    texts = (base, ours, theirs)
    if max(map(len, texts)) > LONGEST or any("\r" in text or "\0" in text for text in texts):
        raise Unprovable
    ended = [text if text.endswith("\n") or not text else f"{text}\n" for text in texts]
    modules = [parsed(text) for text in ended]
    blocks = [layout(text, module) for text, module in zip(ended, modules, strict=True)]
    known = frozenset().union(*(proof.unbound(text, one) for text, one in zip(ended[1:], modules[1:], strict=True)))
    if _emptied(*blocks) or _emptied(blocks[0], blocks[2], blocks[1]):
        raise Unprovable
    hold = Hold(leave=proof.from_elsewhere(*modules) | proof.from_elsewhere(modules[0], modules[2], modules[1]))
    for _ in range(2):
        pieces = merge_blocks(blocks[0], blocks[1], blocks[2], hold)
        if any(isinstance(piece, Clash) for piece in pieces):
            if not aligned(pieces) or ended != list(texts):
                raise Unprovable
            for side in ("ours", "theirs"):
                parsed(resolved(pieces, side))
            return pieces
        text = resolved(pieces, "ours")
        module = parsed(text)
        missing = proof.unbound(text, module) - known
        if not missing:
            proof.prove(ended[0], ended[1], ended[2], text, (modules[0], modules[1], modules[2], module))
            return (text.removesuffix("\n"),) if ends_bare(texts) else pieces
        hold = Hold(hold.keep | missing, hold.leave - missing)
    raise Unprovable


def _emptied(base: Block, side: Block, other: Block) -> bool:
    """Whether a side has removed all that the file did, of which the other still has some beside what it has added."""
    kept = [{one.text for one in block.items if one.kind not in (*IMPORTS, "comment")} for block in (base, side, other)]
    return bool(kept[0] and not kept[1] and kept[0] & kept[2] and kept[2] - kept[0])


def ends_bare(texts: tuple[str, str, str]) -> bool:
    """Whether the last line has no end: as the side has it that has changed it."""
    ends = [text.endswith("\n") or not text for text in texts]
    return not (ends[2] if ends[1] == ends[0] else ends[1])
