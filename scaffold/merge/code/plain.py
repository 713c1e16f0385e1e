"""Dockerfiles cut into stages and instructions, and Makefiles into targets and variables."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from scaffold.merge.budget import Unprovable
from scaffold.merge.code.tree import Block, Exact, Facts, Item

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\b\s*(.*)", re.DOTALL)
_NAMED = re.compile(r"(\w[\w.]*)")
_VARIABLE = re.compile(r"(?:export\s+)?([\w.-]+)\s*([:?+!]{0,3}=)")
_TARGET = re.compile(r"([^\s:=#][^:=#]*?)\s*::?(?!=)")
_USED = re.compile(r"\$[({]?(\w+)")
_BLOCKS = re.compile(r"(ifeq|ifneq|ifdef|ifndef|define)\b")
FIXED = Facts(acts=True, fixed=True)


def layout_docker(text: str) -> Block:
    """Cut a Dockerfile into its stages; raises Unprovable where a text stands in it."""
    if re.search(r"<<[-~]?['\"]?\w", text) or re.match(r"#\s*escape\s*=", text):
        raise Unprovable
    items = list(_entries(text, _instruction, lambda line: line.rstrip().endswith("\\")))
    end = items.pop().blank if items and items[-1].kind == "end" else ""
    stages: list[Item] = []
    for item in items:
        if item.kind == "FROM":
            found = re.search(r"\bas\s+(\S+)", item.text, re.IGNORECASE)
            name = ("stage", found[1].casefold() if found else len(stages))
            parts = (item.parts[0], Block(()))
            stages.append(Item("stage", name, item.blank, item.lead, parts, lambda: FIXED))
        elif stages and stages[-1].kind == "stage":
            head, body = stages[-1].parts
            block = Block((*getattr(body, "items", ()), item))
            stages[-1] = Item("stage", stages[-1].key, stages[-1].blank, stages[-1].lead, (head, block), lambda: FIXED)
        else:
            stages.append(item)
    return Block(tuple(stages), end)


def _instruction(text: str) -> tuple[str, object, Facts]:
    found = _INSTRUCTION.match(text)
    word, rest = (found[1].upper(), found[2]) if found else ("", text)
    named = _NAMED.match(rest)
    if word in ("ENV", "ARG", "LABEL", "EXPOSE") and named:
        uses = frozenset(_USED.findall(rest))
        return word, (word, named[1]), Facts(frozenset({named[1]}), uses)
    return word, (word,) if word in ("CMD", "ENTRYPOINT", "WORKDIR", "USER") else None, FIXED


def layout_make(text: str) -> Block:
    """Cut a Makefile into its rules and variables; raises Unprovable where conditions hold only for some of it."""
    if any(_BLOCKS.match(line.strip()) for line in text.split("\n")):
        raise Unprovable
    items = list(_entries(text, _rule, lambda line: line.rstrip().endswith("\\"), recipes=True))
    end = items.pop().blank if items and items[-1].kind == "end" else ""
    return Block(tuple(items), end)


def _rule(text: str) -> tuple[str, object, Facts]:
    first = text.partition("\n")[0]
    uses = frozenset(_USED.findall(text))
    if found := _VARIABLE.match(first):
        plain = found[2] in ("=", ":=", "::=")
        return "variable", ("variable", found[1]), Facts(frozenset({found[1]}), uses, fixed=not plain)
    if found := _TARGET.match(first):
        return "target", ("target", found[1]), Facts(frozenset({found[1]}), uses)
    return "line", None, FIXED


def _entries(
    text: str,
    read: Callable[[str], tuple[str, object, Facts]],
    goes_on: Callable[[str], bool],
    *,
    recipes: bool = False,
) -> Sequence[Item]:
    """Cut lines into entries, with the comments before each; blank lines at the end are an entry of their own."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    items: list[Item] = []
    at, blank, lead = 0, "", ""
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            if lead:
                items.append(Item("comment", lead, blank, "", (Exact(lead),)))
                blank = lead = ""
            blank += line
        elif line.startswith("#"):
            lead += line
        else:
            end = at + 1
            while end < len(lines) and (goes_on(lines[end - 1]) or (recipes and lines[end].startswith("\t"))):
                end += 1
            whole = "".join(lines[at:end])
            kind, key, facts = read(whole)
            items.append(Item(kind, key, blank, lead, (Exact(whole),), partial(_same, facts)))
            at, blank, lead = end - 1, "", ""
        at += 1
    if lead:
        items.append(Item("comment", lead, blank, "", (Exact(lead),)))
        blank = ""
    return [*items, Item("end", None, blank, "", ())] if blank else items


def _same(facts: Facts) -> Facts:
    return facts
