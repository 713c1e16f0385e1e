"""Markdown and reStructuredText cut into sections, and these into paragraphs, items of lists, rows and links."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial

from scaffold.merge.code.tree import Block, Exact, Facts, Item, Text, Words

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(`{3,}|~{3,}|:{3,})")
_RULE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)]|#\.)\s+")
_LINK = re.compile(r"\s*(?:\[([^\]]+)\]:\s|\.\. _([^:]+):\s)")
_BADGE = re.compile(
    r"\s*(?:\[?!\[([^\]]*)\]\([^)]*\)\]?(?:\([^)]*\)|\[[^\]]*\])?|\[!\[([^\]]*)\]\[[^\]]*\]\]\[[^\]]*\])\s*$"
)
_DIRECTIVE = re.compile(r"\.\. (?:\|[^|]+\| )?[\w-]+::")
LOOSE = frozenset({"link", "badge"})  # entries of which two that are put in at one place may stand in either order
FIXED = Facts(fixed=True)
SUBSECTION = 2  # from this level on, two sections may stand in either order
# Of titles that have a place among others: those with a number, such as a version, and steps of a way.
_ORDERED = re.compile(
    r"\d|\b(first|second|third|fourth|fifth|steps?|parts?|chapters?|phases?|next|then|before|after|finally|last"
    r"|unreleased|introduction|conclusions?|appendix)\b",
    re.IGNORECASE,
)


def is_prose(path: str) -> bool:
    """Whether a file is prose whose sections are known."""
    return path.endswith((".md", ".markdown", ".rst"))


@dataclass
class Section:
    """A section in the making: its heading, and what stands in it so far."""

    level: int
    title: str
    blank: str
    head: str
    items: list[Item] = field(default_factory=list)


def layout(text: str, path: str) -> Block:
    """Cut a document into its sections."""
    lines = text.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    open_ = [Section(0, "", "", "")]
    ranks: list[str] = []
    at, blank = 0, ""
    heading = _rst_heading if path.endswith(".rst") else _md_heading
    while at < len(lines):
        if not lines[at].strip():
            blank, at = blank + lines[at], at + 1
            continue
        found = heading(lines, at, ranks)
        if found is not None:
            level, title, end = found
            _close(open_, level)
            open_.append(Section(level, title, blank, "".join(lines[at:end])))
        else:
            end, item = _item(lines, at, blank, is_rst=path.endswith(".rst"))
            open_[-1].items.append(item)
        at, blank = end, ""
    _close(open_, 1)
    return Block(tuple(open_[0].items), blank)


def _close(open_: list[Section], level: int) -> None:
    """Put sections that are as deep as a level, or deeper, into those around them."""
    while open_[-1].level >= level:
        done = open_.pop()
        parts = (Exact(done.head), Block(tuple(done.items)))
        key = ("section", done.level, " ".join(done.title.split()).casefold())
        facts = FIXED if done.level < SUBSECTION or _ORDERED.search(done.title) else Facts(frozenset({done.title}))
        open_[-1].items.append(Item("section", key, done.blank, "", parts, partial(_same, facts)))


def _md_heading(lines: Sequence[str], at: int, _: list[str]) -> tuple[int, str, int] | None:
    if found := _HEADING.match(lines[at]):
        return len(found[1]), found[2], at + 1
    under = lines[at + 1].strip() if at + 1 < len(lines) else ""
    starts = at == 0 or not lines[at - 1].strip()
    if starts and re.fullmatch(r"=+|-{2,}", under) and not _MARK.match(lines[at]) and "|" not in lines[at] and at:
        return 1 if under[0] == "=" else 2, lines[at], at + 2
    return None


def _rst_heading(lines: Sequence[str], at: int, ranks: list[str]) -> tuple[int, str, int] | None:
    def rank(style: str) -> int:
        ranks.extend([] if style in ranks else [style])
        return ranks.index(style) + 1

    def is_under(line: int, title: str) -> bool:
        rule = lines[line].rstrip() if line < len(lines) else ""
        return bool(_RULE.match(rule)) and len(rule) >= len(title.rstrip())

    if at and lines[at - 1].strip():
        return None
    line = lines[at]
    if _RULE.match(line) and at + 2 < len(lines) and lines[at + 2].rstrip() == line.rstrip() and lines[at + 1].strip():
        return rank(line[0] * 2), lines[at + 1], at + 3
    if not line[:1].isspace() and not _RULE.match(line) and is_under(at + 1, line):
        return rank(lines[at + 1][0]), line, at + 2
    return None


def _item(lines: Sequence[str], at: int, blank: str, *, is_rst: bool) -> tuple[int, Item]:
    """Cut one entry; return its end too."""
    line = lines[at]
    if (fence := _FENCE.match(line)) and not is_rst:
        end = _after(lines, at + 1, lambda one: one.strip().startswith(fence[1]))
        return end, _made("fence", None, blank, Exact("".join(lines[at:end])))
    if line.startswith("<!--"):
        end = _after(lines, at, lambda one: "-->" in one)
        return end, _made("comment block", None, blank, Exact("".join(lines[at:end])))
    if at == 0 and line.strip() == "---":
        end = _after(lines, 1, lambda one: one.strip() == "---")
        return end, _made("front", ("front",), blank, Exact("".join(lines[:end])))
    if link := _LINK.match(line):
        return at + 1, _made("link", ("link", (link[1] or link[2]).casefold()), blank, Exact(line))
    if badge := _BADGE.match(line):
        name = badge[1] or badge[2]
        return at + 1, _made("badge", ("badge", name) if name else None, blank, Exact(line))
    if line.lstrip().startswith("|"):
        cell = " ".join(line.strip().strip("|").partition("|")[0].split())
        return at + 1, _made("row", ("row", cell), blank, Words(line))
    if is_rst and (line[:1].isspace() or _DIRECTIVE.match(line)):
        end = next(
            (i for i in range(at + 1, len(lines)) if lines[i].strip() and not lines[i][:1].isspace()), len(lines)
        )
        while not lines[end - 1].strip():
            end -= 1
        return end, _made("directive", None, blank, Exact("".join(lines[at:end])))
    is_listed = _MARK.match(line) is not None
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _begins(lines[end]):
        end += 1
    text = "".join(lines[at:end])
    return end, _made("listed" if is_listed else "paragraph", None, blank, Words(text) if not is_rst else Exact(text))


def _begins(line: str) -> bool:
    """Whether something else begins with a line, though no blank one stands before it."""
    return any(one.match(line) for one in (_HEADING, _FENCE, _MARK, _LINK, _BADGE)) or line.lstrip().startswith("|")


def _after(lines: Sequence[str], at: int, is_last: Callable[[str], bool]) -> int:
    return next((i + 1 for i in range(at, len(lines)) if is_last(lines[i])), len(lines))


def _made(kind: str, key: Hashable, blank: str, text: Text) -> Item:
    facts = Facts() if kind in LOOSE else FIXED
    return Item(kind, key, blank, "", (text,), lambda: facts)


def _same(facts: Facts) -> Facts:
    return facts
