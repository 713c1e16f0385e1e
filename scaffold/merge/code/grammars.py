"""TypeScript, Go, Java and shell cut into entries by the grammars of tree-sitter, where those are installed."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib import import_module
from typing import Any

from scaffold.merge.budget import Unprovable, spend
from scaffold.merge.code.languages import Language, language_of
from scaffold.merge.code.merge import LONGEST
from scaffold.merge.code.names import Hold
from scaffold.merge.code.proof import counts_hold, loses_words
from scaffold.merge.code.tree import Block, Exact, Facts, Item, Text
from scaffold.merge.code.walk import merge_blocks
from scaffold.merge.pieces import Clash, Pieces, aligned, resolved

FIXED = Facts(acts=True, fixed=True)


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
    files = [_File(text, language) for text in ended]
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
    except Unprovable:
        return False
    return True


def _prove(files: "Sequence[_File]", merged: "_File") -> None:
    """Raise Unprovable where words or definitions are lost or doubled, or one that is gone is named again."""
    counts = [Counter(one.definitions()) for one in (*files, merged)]
    if loses_words(files[0].text, files[1].text, files[2].text, merged.text):
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
        self.leaves = list(_leaves(self.root))
        self.rows = [row for row, _ in self.leaves]

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in the file."""
        return Counter(text for _, text in self.leaves)

    @cached_property
    def block(self) -> Block:
        """The entries of the file."""
        return self._block(self.root, 0, len(self.lines))

    def definitions(self) -> Iterator[str]:
        """Walk the definitions, each within those that it stands in."""
        yield from _defined(self.block, "")

    def _block(self, node: Any, start: int, end: int) -> Block:
        items: list[Item] = []
        at = start
        for group in self._on_lines(node):
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

    def _on_lines(self, node: Any) -> Iterator[list[Any]]:
        """Walk the entries of a node, those that share a line together; a comment behind one belongs to its line."""
        group: list[Any] = []
        children = [one for child in node.children for one in _listed(child)]
        for child in children:
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
        kind, facts = node.type, FIXED
        if len(group) > 1:
            return Item("line", None, *before, (self._text(start, end),), partial(_same, FIXED))
        if kind in self.language.free and name:
            kind, facts = "def", Facts(frozenset({name}))
        elif kind in self.language.imports:
            name = " ".join(self.text.split("\n")[start].split()) if end == start + 1 else "import"
            facts = Facts(frozenset({name}), loads=True)
        elif kind not in self.language.named:
            name = ""
        elif kind in self.language.top and group[0].parent == self.root and _only_gives(node):
            facts = Facts(frozenset({name}), frozenset(text for _, text in _leaves(node)) - {name})
        key: Hashable = (node.type, name) if name else None
        return Item(kind, key, *before, tuple(self._parts(node, start, end)), partial(_same, facts))

    def _parts(self, node: Any, start: int, end: int) -> Iterator[Text | Block]:
        if self.language.marks and node.type in self.language.free:
            marks, start = self._marks(node, start)
            yield marks
        body = _body(node)
        if body is not None:
            first, last = body.start_point[0] + 1, body.end_point[0]
            # A place in a line is one in its bytes.
            opens = self.lines[first - 1].encode()[body.start_point[1] + 1 :].strip() == b""
            closes = self.lines[last].encode()[: body.end_point[1] - 1].strip() == b""
            if first <= last and opens and closes:
                yield self._text(start, first)
                yield self._block(body, first, last)
                yield self._text(last, end)
                return
        yield self._text(start, end)

    def _marks(self, node: Any, start: int) -> tuple[Block, int]:
        """Cut the annotations that have lines of their own before a definition; return the line after them too."""
        items: list[Item] = []
        for one in _marking(node):
            name = one.child_by_field_name("name") or one
            first, last = one.start_point[0], _end(one)
            if first != start or self.lines[last - 1].encode()[one.end_point[1] :].strip():
                break
            key = ("mark", name.text.decode())
            items.append(Item("mark", key, "", "", (self._text(first, last),), partial(_same, FIXED)))
            start = last
        return Block(tuple(items)), start

    def _text(self, start: int, end: int) -> Text:
        text = "".join(self.lines[start:end])
        if self.language.by_letter:
            return Exact(text)
        first, last = bisect_left(self.rows, start), bisect_left(self.rows, end)
        return _Leaves(text, tuple((row - start, word) for row, word in self.leaves[first:last]))


@dataclass(frozen=True)
class _Leaves(Text):
    """Whole lines of code, of which space between words means nothing; where a line ends does."""

    words: tuple[tuple[int, str], ...] = ()
    comments = ()

    @cached_property
    def said(self) -> Hashable:
        """Its words, line by line, comments too."""
        return self.words


def _leaves(root: Any) -> Iterator[tuple[int, str]]:
    """Walk the words of a file with their lines; a text in quotes is one, with the space in it."""
    open_ = [root]
    while open_:
        node = open_.pop()
        children = node.children
        if children and not _is_one(node.type):
            open_ += reversed(children)
        elif node.text.strip():
            yield node.start_point[0], node.text.decode()


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


def _only_gives(node: Any) -> bool:
    """Whether a declaration calls nothing when it runs: what a function of it does, it does later."""
    open_ = [node]
    while open_:
        one = open_.pop()
        if "call" in one.type or "new_" in one.type or "await" in one.type or "yield" in one.type:
            return False
        open_ += () if "function" in one.type or one.type == "func_literal" else one.children
    return True


def _end(node: Any) -> int:
    """Return the line after a node: one that ends with a line's end takes nothing of the next."""
    return int(node.end_point[0]) + bool(node.end_point[1])


def _declared(node: Any) -> Any:
    """Return what an `export` declares."""
    return node.child_by_field_name("declaration") or node


def _body(node: Any) -> Any:
    body = node.child_by_field_name("body")
    if body is None and node.type in ("import_declaration", "type_declaration"):
        body = next((one for one in node.children if one.type == "import_spec_list"), None)
    return body if body is not None and body.text[:1] in (b"{", b"(") else None


def _name(node: Any) -> str:
    """Return the name of a definition, of a Go method with the type that it is of."""
    found = node.child_by_field_name("name")
    if found is None:
        inner = next((one for one in node.named_children if one.child_by_field_name("name") is not None), None)
        found = None if inner is None else inner.child_by_field_name("name")
    receiver = node.child_by_field_name("receiver")
    own = "" if receiver is None else "".join(receiver.text.decode().split()).rpartition("*")[2].strip("()") + "."
    return "" if found is None else own + found.text.decode()


def _defined(block: Block, within: str) -> Iterator[str]:
    for item in block.items:
        name = within
        if item.kind == "def" and isinstance(item.key, tuple):
            name = f"{within}/{str(item.key[1]).rpartition('.')[2]}"
            yield name
        for part in item.parts:
            if isinstance(part, Block):
                yield from _defined(part, name)


def _same(facts: Facts) -> Facts:
    return facts
