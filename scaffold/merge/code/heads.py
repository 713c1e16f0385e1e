"""Heads of definitions, told by how their lines look: no merge may double one, with or without a grammar."""

import re
from collections import Counter

_SCRIPT = re.compile(
    r"^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?"
    r"((?:function\s*\*?|class|const|let|enum|interface|type)\s+\w+)|^(import .*)$",
    re.MULTILINE,
)
_GO = re.compile(
    r'^(func (?:\([^)]*\) )?(?!init\b|_\b)\w+)|^((?:type|var|const) (?!_\b)\w+)|^\t((?:\w+ )?"[^"\n]+")$', re.MULTILINE
)
_JAVA = re.compile(
    r"^[ \t]*((?:(?:public|protected|private|static|final|abstract|synchronized) )+[^=;{}()]*\([^)]*\))", re.MULTILINE
)
_SHELL = re.compile(r"^(?:function\s+)?([\w-]+)\s*\(\)", re.MULTILINE)
_HEADS = {
    **dict.fromkeys(("ts", "mts", "cts", "js", "mjs", "cjs", "jsx", "tsx"), _SCRIPT),
    **dict.fromkeys(("sh", "bash"), _SHELL),
    "go": _GO,
    "java": _JAVA,
}


def heads(path: str, text: str) -> Counter[str] | None:
    """Count the heads of a file's definitions, and its imports; None where its language is not known."""
    pattern = _HEADS.get(path.rpartition(".")[2])
    if pattern is None:
        return None
    return Counter(" ".join(next(filter(None, one.groups()), "").split()) for one in pattern.finditer(text))
