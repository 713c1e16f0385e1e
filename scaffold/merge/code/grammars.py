"""TypeScript, Go, Java and shell cut into entries by the grammars of tree-sitter, where those are installed."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from importlib import import_module
from typing import Any

from scaffold.merge.budget import Unprovable, spend
from scaffold.merge.code.languages import Language, language_of
from scaffold.merge.code.lexis import CURLY, Rules
from scaffold.merge.code.merge import LONGEST
from scaffold.merge.code.names import Hold
from scaffold.merge.code.proof import BRACKETS, counts_hold, loses_words
from scaffold.merge.code.tree import Block, Exact, Facts, Item, Text, Uncut
from scaffold.merge.code.walk import merge_blocks
from scaffold.merge.pieces import Clash, Pieces, aligned, resolved

_CALLS = ("call", "invocation", "creation", "new_", "await", "yield", "command", "iota")
_OPENING, _CLOSING = frozenset({"{", "(", "then", "do", "else", "in"}), frozenset({"}", ")", "fi", "done", "esac"})


def merge_by_grammar(path: str, base: str, ours: str, theirs: str) -> Pieces:
    """Merge three versions of a file; raises Unprovable, also where its grammar is not installed."""
    language = language_of(path)
    texts = (base, ours, theirs)
    if max(map(len, texts)) > LONGEST or any("\r" in text for text in texts):
        raise Unprovable
    spend(sum(map(len, texts)) // 4)
    ended = [text if text.endswith("\n") or not text else f"{text}\n" for text in texts]
    if ended != list(texts):
        raise Unprovable
    try:
        return _merged([_File(text, language) for text in ended], language)
    except RecursionError as error:  # brackets in brackets, deeper than anybody writes them
        raise Unprovable from error


def _merged(files: "Sequence[_File]", language: Language) -> Pieces:
    pieces = merge_blocks(files[0].block, files[1].block, files[2].block, Hold())
    if not aligned(pieces):
        raise Unprovable
    if any(isinstance(piece, Clash) for piece in pieces):
        for side in ("ours", "theirs"):
            _ = _File(resolved(pieces, side), language).block
        return pieces
    _prove(files, _File(resolved(pieces, "ours"), language))
    return pieces


def is_proven(path: str, base: str, ours: str, theirs: str, merged: str) -> bool:
    """Whether nothing is lost, doubled or back in a file that was merged by line; not where no grammar can tell."""
    language = language_of(path)
    if max(map(len, (base, ours, theirs, merged))) > LONGEST:
        return False
    try:
        _prove([_File(text, language) for text in (base, ours, theirs)], _File(merged, language))
    except (Unprovable, RecursionError):
        return False
    return True


def _prove(files: "Sequence[_File]", merged: "_File") -> None:
    """Raise Unprovable where words or definitions are lost or doubled, or one that is gone is named again."""
    counts = definitions([one.block for one in (*files, merged)], files[0].language)
    if loses_words(files[0].text, files[1].text, files[2].text, merged.text, BRACKETS):
        raise Unprovable
    if not counts_hold(counts[0], counts[1], counts[2], counts[3]):
        raise Unprovable
    for side in (1, 2):
        for name in {path.rpartition("/")[2] for path in counts[0] - counts[side]}:
            if merged.words[name] > files[side].words[name]:
                raise Unprovable


@cache
def _parser(language: Language) -> Any:
    """Return the parser of a language; raises Unprovable where it is not installed."""
    try:
        sitter, grammar = import_module("tree_sitter"), import_module(language.module)
        return sitter.Parser(sitter.Language(getattr(grammar, language.function)()))
    except (ImportError, AttributeError, ValueError) as error:
        raise Unprovable from error


class _File:
    """A file with its tree; places are numbers of lines from 0, and an end is the line after."""

    def __init__(self, text: str, language: Language) -> None:
        """Parse a text; raises Unprovable where it is not valid."""
        self.text, self.language = text, language
        self.lines = [f"{line}\n" for line in text.split("\n")[:-1]]
        self.root = _parser(language).parse(text.encode()).root_node
        if self.root.has_error:
            raise Unprovable

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in the file."""
        return Counter(text for _, text in _leaves([self.root], 0, len(self.lines)))

    @cached_property
    def block(self) -> Block:
        """The entries of the file."""
        return self._block(self.root.children, 0, len(self.lines))

    def _block(self, nodes: Sequence[Any], start: int, end: int) -> Block:
        items: list[Item] = []
        at = start
        for group in self._on_lines(nodes):
            first, last = group[0].start_point[0], _end(group[-1])
            if first < at:
                raise Unprovable
            blank, lead = self._between(at, first, items)
            at = last
            items.append(self._item(group, (blank, lead), first, last))
        blank, lead = self._between(at, end, items)
        if lead:
            items.append(Item("comment", lead, blank, "", (Exact(lead),)))
            blank = ""
        return Block(tuple(items), blank)

    def _on_lines(self, nodes: Sequence[Any]) -> Iterator[list[Any]]:
        """Walk the entries among nodes, those that share a line together; a comment behind one belongs to its line."""
        group: list[Any] = []
        for child in (one for node in nodes for one in _listed(node)):
            if not child.is_named or "comment" in child.type:
                continue
            if group and _end(group[-1]) > child.start_point[0]:
                group.append(child)
                continue
            if group:
                yield group
            group = [child]
        if group:
            yield group

    def _between(self, start: int, end: int, items: list[Item]) -> tuple[str, str]:
        blank = lead = ""
        lines = self.lines[start:end]
        apart = "/*" not in "".join(lines)
        for line in lines:
            if line.strip() or (lead and not apart):
                lead += line
                continue
            if lead:
                items.append(Item("comment", lead, blank, "", (Exact(lead),)))
                blank = lead = ""
            blank += line
        return blank, lead

    def _item(self, group: list[Any], before: tuple[str, str], start: int, end: int) -> Item:
        node = _declared(group[0])
        name = _name(node) if len(group) == 1 else ""
        kind, find = node.type, partial(_fixed, group)
        if len(group) > 1:
            return Item("line", None, *before, (self._text(group, start, end),), find)
        if kind in self.language.free and name:
            kind, find = "def", partial(_same, Facts(frozenset({name})))
        elif kind in self.language.imports:
            source = node.child_by_field_name("source")
            name = " ".join((source or node).text.decode().split()) if source or end == start + 1 else "import"
            find = partial(_same, Facts(frozenset(_imported(node)), loads=True))
        elif kind not in self.language.named:
            name = ""
        elif name:
            find = partial(_given, node, name)
        key: Hashable = (node.type, name) if name else None
        parts = Uncut("".join(self.lines[start:end]), lambda: tuple(self._parts(node, start, end)))
        return Item(kind, key, *before, parts, find)

    def _parts(self, node: Any, start: int, end: int) -> Iterator[Text | Block]:
        if self.language.marks and node.type in self.language.free:
            marks, start = self._marks(node, start)
            yield marks
        is_head = node.type in self.language.free
        for first, last, inside in self._bodies(node):
            if first >= start:
                yield self._text([node], start, first, is_head=is_head)
                yield self._block(inside, first, last)
                start, is_head = last, False
        yield self._text([node], start, end, is_head=is_head)

    def _bodies(self, node: Any) -> Iterator[tuple[int, int, list[Any]]]:
        """Walk what stands on lines of its own between brackets, or the words for them: the outermost, in order."""
        inside: list[Any] | None = None
        first = 0
        for child in node.children:
            row, column = child.start_point
            if inside is None:
                if child.type in _OPENING and node.type in self.language.blocks and self._ends(child):
                    inside, first = [], row + 1
                elif row < child.end_point[0]:
                    yield from self._bodies(child)
            elif child.type in _CLOSING or child.type.endswith("_clause"):
                # A place in a line is one in its bytes.
                if first <= row and not self.lines[row].encode()[:column].strip():
                    yield first, row, inside
                inside = None
                yield from self._bodies(child)
            else:
                inside.append(child)
        if inside:  # a clause ends where the next one begins
            yield first, _end(inside[-1]), inside

    def _ends(self, node: Any) -> bool:
        row, column = node.end_point
        return not self.lines[row].encode()[column:].strip()

    def _marks(self, node: Any, start: int) -> tuple[Block, int]:
        """Cut the annotations that have lines of their own before a definition; return the line after them too."""
        items: list[Item] = []
        for one in _marking(node):
            name = one.child_by_field_name("name") or one
            first, last = one.start_point[0], _end(one)
            if first != start or self.lines[last - 1].encode()[one.end_point[1] :].strip():
                break
            key = ("mark", name.text.decode())
            items.append(Item("mark", key, "", "", (self._text([one], first, last),), partial(_fixed, [one])))
            start = last
        return Block(tuple(items)), start

    def _text(self, nodes: Sequence[Any], start: int, end: int, *, is_head: bool = False) -> Text:
        text = "".join(self.lines[start:end])
        if self.language.by_letter:
            return Exact(text)
        names = len(nodes) == 1 and nodes[0].type in self.language.imports
        rules = Rules(names=names, parameters=is_head, lexis=CURLY, named=self.language.named_by)
        return _Leaves(text, tuple(nodes), start, end, rules)


@dataclass(frozen=True)
class _Leaves(Text):
    """Whole lines of code, of which space between words means nothing; where a line ends does."""

    nodes: tuple[Any, ...] = field(default=(), compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    merged: Rules = field(default=Rules(lexis=CURLY), compare=False)
    comments = ()

    @cached_property
    def said(self) -> Hashable:
        """Its words, line by line, comments too."""
        return tuple((row - self.start, word) for row, word in _leaves(self.nodes, self.start, self.end))

    @property
    def rules(self) -> Rules | None:
        """The rules, if its texts in quotes and comments are where they seem to be."""
        found = [token.text for token in CURLY.tokens(self.text) if token.kind in ("comment", "string")]
        there = [one.text.decode() for one in _nodes(self.nodes, self.start, self.end) if _is_one(one.type)]
        return self.merged if [text.strip() for text in there if text.strip()] == found else None


def _leaves(nodes: Sequence[Any], start: int, end: int) -> Iterator[tuple[int, str]]:
    """Walk the words of some lines, each with its line; a text in quotes is one, with the space in it."""
    for node in _nodes(nodes, start, end):
        if node.text.strip():
            yield node.start_point[0], node.text.decode()


def _nodes(nodes: Sequence[Any], start: int, end: int) -> Iterator[Any]:
    open_ = list(reversed(nodes))
    while open_:
        node = open_.pop()
        if node.start_point[0] >= end or node.end_point[0] < start:
            continue
        children = node.children
        if children and not _is_one(node.type):
            open_ += reversed(children)
        elif node.start_point[0] >= start:
            yield node


@cache
def _is_one(kind: str) -> bool:
    """Whether a node is one word, whatever stands in it."""
    return any(word in kind for word in ("string", "template", "comment", "heredoc", "regex", "jsx_text"))


def _marking(node: Any) -> Iterator[Any]:
    """Walk the annotations of a definition."""
    for child in node.children[:1]:
        if child.type == "modifiers":
            yield from (one for one in child.children if "annotation" in one.type)


def _listed(node: Any) -> Sequence[Any]:
    """Return the statements of a list of them, which stands for itself in no grammar but Go's."""
    return list(node.children) if node.type == "statement_list" else [node]


def _given(node: Any, name: str) -> Facts:
    """Return what is known of a declaration: where it calls something, it has its place; a function does so later."""
    open_ = [node]
    while open_:
        one = open_.pop()
        if any(word in one.type for word in _CALLS):
            return _fixed([node])
        open_ += () if "function" in one.type or one.type == "func_literal" else one.children
    return Facts(frozenset({name}), frozenset(text for _, text in _leaves([node], 0, _end(node))) - {name})


def _end(node: Any) -> int:
    """Return the line after a node: one that ends with a line's end takes nothing of the next."""
    return int(node.end_point[0]) + bool(node.end_point[1])


def _declared(node: Any) -> Any:
    """Return what an `export` declares."""
    return node.child_by_field_name("declaration") or node


def _name(node: Any) -> str:
    """Return the name of a definition, of a Go method with the type that it is of."""
    found = node.child_by_field_name("name")
    if found is None:
        inner = next((one for one in node.named_children if one.child_by_field_name("name") is not None), None)
        found = None if inner is None else inner.child_by_field_name("name")
    receiver = node.child_by_field_name("receiver")
    own = "" if receiver is None else "".join(receiver.text.decode().split()).rpartition("*")[2].strip("()") + "."
    return "" if found is None else own + found.text.decode()


def definitions(blocks: Sequence[Block], language: Language) -> list[Counter[str]]:
    """Count the definitions and imports of each of some files, each within those that it stands in.

    What stands to the letter in all of the files counts for nothing, and is not looked into.
    """
    counts = [Counter[str]() for _ in blocks]
    level = [[("", item) for item in block.items] for block in blocks]
    while any(level):
        often = [Counter((within, item.text) for within, item in side) for side in level]
        same = {one for one in often[0] if len({side[one] for side in often}) == 1}
        below: list[list[tuple[str, Item]]] = []
        for side, count in zip(level, counts, strict=True):
            below.append([])
            for within, item in side:
                if (within, item.text) in same:
                    continue
                name, named = _defined(item, within, language)
                count.update(named)
                below[-1] += [(name, one) for part in item.parts if isinstance(part, Block) for one in part.items]
        level = below
    return counts


def _defined(item: Item, within: str, language: Language) -> tuple[str, list[str]]:
    """Return the name that what stands in an entry has before its own, and what the entry defines or imports."""
    if item.kind == "def" and isinstance(item.key, tuple):
        name = f"{within}/{str(item.key[1]).rpartition('.')[2]}"
        return name, [name]
    if item.kind in language.imports and len(item.parts) == 1:
        return within, [f"import {one}" for one in item.facts.binds]
    return within, []


def _fixed(nodes: Sequence[Any]) -> Facts:
    """Return what is known of statements that may do anything: the names in them."""
    ends = max(map(_end, nodes))
    names = (one.text.decode() for one in _nodes(nodes, 0, ends) if one.type in ("identifier", "variable_name", "word"))
    return Facts(acts=True, fixed=True, names=frozenset(names))


def _imported(node: Any) -> Iterator[str]:
    """Walk the names that an import brings, or all of it where it has no list of them."""
    clause = next((one for one in node.children if one.type == "import_clause"), None)
    if clause is None:
        yield " ".join(node.text.decode().split())
        return
    for one in _nodes([clause], 0, _end(clause)):
        if one.type == "identifier" and (one.parent.type != "import_specifier" or one == one.parent.named_children[-1]):
            yield one.text.decode()


def _same(facts: Facts) -> Facts:
    return facts
