"""Python cut into entries by the standard library's own parser: the same that shows whether the result is right."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from scaffold.merge.budget import Unprovable
from scaffold.merge.code.facts import facts_of
from scaffold.merge.code.tree import Block, Facts, Item, Text, Uncut

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_ORDERED = Facts(fixed=True)  # of decorators the last one is applied first
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@lru_cache(maxsize=8)
def parsed(text: str) -> ast.Module:
    """Parse a module, which nobody changes; raises Unprovable, also for what only the compiler refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
            compile(module, "merged", "exec", dont_inherit=True)
            return module
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unprovable from error


def layout(text: str, module: ast.Module) -> Block:
    """Cut a module into its statements; raises Unprovable."""
    lines = text.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return _Cutter(lines).block(module.body, 0, len(lines))


class _Cutter:
    """The lines of one file; places are numbers of lines from 0, and an end is the line after."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Cut these lines."""
        self.lines = lines

    def block(self, body: Sequence[ast.stmt], start: int, end: int, *, in_class: bool = False) -> Block:
        """Cut the lines of a body into entries."""
        items: list[Item] = []
        at = start
        groups = list(_on_lines(body))
        for number, group in enumerate(groups):
            first = _first_line(group[0])
            blank, lead = self._between(at, first, items)
            follows = _first_line(groups[number + 1][0]) if number + 1 < len(groups) else end
            at = self._end(group[-1], follows)
            item = self._item(group, (blank, lead), first, at, is_first=number == 0)
            items.append(replace(item, find=partial(facts_of, group, in_class=in_class)))
        blank, lead = self._between(at, end, items)
        if lead:
            items.append(_comment(blank, lead))
            blank = ""
        return Block(tuple(items), blank)

    def _between(self, start: int, end: int, items: list[Item]) -> tuple[str, str]:
        """Take the comments that stand by themselves as entries; return blank lines and the comment before `end`."""
        blank = lead = ""
        for line in self.lines[start:end]:
            if line.strip():
                lead += line
                continue
            if lead:
                items.append(_comment(blank, lead))
                blank = lead = ""
            blank += line
        return blank, lead

    def _end(self, statement: ast.stmt, follows: int) -> int:
        """Return the end of a statement, with the comments after it that are indented like its body."""
        end = statement.end_lineno or 0
        if not hasattr(statement, "body"):
            return end
        last, outer = end, _indent(self.lines[statement.lineno - 1])
        for at in range(end, follows):
            line = self.lines[at]
            if line.strip():
                if _indent(line) <= outer:
                    break
                last = at + 1
        return last

    def _item(
        self, group: Sequence[ast.stmt], before: tuple[str, str], start: int, end: int, *, is_first: bool
    ) -> Item:
        whole = Text("".join(self.lines[start:end]))
        if len(group) > 1:
            kinds = " ".join(type(one).__name__ for one in group)
            return Item(kinds, None, *before, (whole,))
        node = group[0]
        parts = Uncut(whole.text, lambda: tuple(self._parts(node, start, end)) or (whole,))
        kind, key = _named(node, is_first=is_first)
        return Item(kind, key, *before, parts)

    def _parts(self, node: ast.stmt, start: int, end: int) -> Iterator[Text | Block]:
        """Walk the heads and bodies of a statement: none where one begins on its head's line."""
        clauses = list(_clauses(node))
        heads = [self._head(body) for body in clauses]
        if not clauses or any(head is None for head in heads):
            return
        if isinstance(node, Definition):
            yield self._decorators(node, start)
            start = node.lineno - 1
        at = start
        for number, (head, body) in enumerate(zip(heads, clauses, strict=True)):
            yield Text("".join(self.lines[at : head or 0]))
            at = end
            if number + 1 < len(clauses):
                follows = _first_line(clauses[number + 1][0])
                at = min(self._end_of_body(body, follows), follows)
            yield self.block(body, head or 0, at, in_class=isinstance(node, ast.ClassDef))

    def _decorators(self, node: Definition, start: int) -> Block:
        items: list[Item] = []
        at = start
        for one in node.decorator_list:
            blank, lead = self._between(at, one.lineno - 1, items)
            at = one.end_lineno or 0
            name = ast.unparse(one.func if isinstance(one, ast.Call) else one)
            text = Text("".join(self.lines[one.lineno - 1 : at]))
            items.append(Item("decorator", name, blank, lead, (text,), lambda: _ORDERED))
        blank, lead = self._between(at, node.lineno - 1, items)
        if lead:
            items.append(_comment(blank, lead))
        return Block(tuple(items), "" if lead else blank)

    def _head(self, body: Sequence[ast.stmt]) -> int | None:
        """Return the line after the head of a body, None where that begins on the same line."""
        at = _first_line(body[0])
        if self.lines[at][: body[0].col_offset].strip():
            return None
        while at > 0 and (not self.lines[at - 1].strip() or self.lines[at - 1].lstrip().startswith("#")):
            at -= 1
        return at

    def _end_of_body(self, body: Sequence[ast.stmt], follows: int) -> int:
        """Return the end of a body before another clause: with comments that are indented like it."""
        end, inner = body[-1].end_lineno or 0, _indent(self.lines[_first_line(body[0])])
        last = end
        for at in range(end, follows):
            line = self.lines[at]
            if line.strip():
                if _indent(line) < inner:
                    break
                last = at + 1
        return last


def _comment(blank: str, lead: str) -> Item:
    return Item("comment", " ".join(lead.split()), blank, "", (Text(lead),))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(one.lineno for one in decorators)]) - 1


def _on_lines(body: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Walk the statements, those that share a line together."""
    group: list[ast.stmt] = []
    for node in body:
        if group and (group[-1].end_lineno or 0) > _first_line(node):
            group.append(node)
            continue
        if group:
            yield group
        group = [node]
    if group:
        yield group


def _clauses(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """Walk the bodies of a statement, in order."""
    if isinstance(node, (*_DEFINITION, ast.With, ast.AsyncWith)):
        yield node.body
    elif isinstance(node, ast.If):
        yield node.body
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and _is_elif(node, node.orelse[0]):
            yield from _clauses(node.orelse[0])
        elif node.orelse:
            yield node.orelse
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        yield from filter(None, (node.body, node.orelse))
    elif isinstance(node, (ast.Try, ast.TryStar)):
        yield from filter(None, (node.body, *(one.body for one in node.handlers), node.orelse, node.finalbody))


def _is_elif(outer: ast.If, inner: ast.If) -> bool:
    return inner.col_offset == outer.col_offset  # an `if` below `else:` is indented deeper


def _named(node: ast.stmt, *, is_first: bool) -> tuple[str, tuple[str, ...] | None]:
    """Return the kind of a statement and its name."""
    kind = type(node).__name__
    if isinstance(node, _DEFINITION):
        return "def", ("def", node.name)
    if isinstance(node, ast.Import):
        return "import", ("import", *(f"{one.name} {one.asname}" for one in node.names))
    if isinstance(node, ast.ImportFrom):
        return "from", ("from", "." * node.level + (node.module or ""))
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return "=", ("=", ast.unparse(node.targets[0]))
    if isinstance(node, ast.AnnAssign):
        return "=", ("=", ast.unparse(node.target))
    if isinstance(node, ast.If | ast.While):
        return kind, (kind, ast.unparse(node.test))
    if isinstance(node, ast.Try):
        return kind, (kind, ast.unparse(node.body[0]))
    if is_first and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return "doc", ("doc",)
    return kind, None
