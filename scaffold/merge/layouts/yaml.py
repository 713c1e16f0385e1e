"""YAML taken apart: libyaml says where everything stands, and the text is cut there."""

import re
from dataclasses import replace
from typing import Any

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch, Entry, Leaf, Node
from scaffold.merge.layouts.brackets import DEEPEST, Item, bracketed, no_key_twice, past, past_comma, refused
from scaffold.merge.layouts.yaml_values import invalid

BOM = "\ufeff"
WHOLE = -1  # the column that the document's own root stands deeper than

_GAP = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BLANK = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?+\r?\n)*+(?:[ \t]*+#[^\n]*+\Z)?+")
_remarks = re.compile(r"^([ \t]*+)#[^\n]*+\n?", re.MULTILINE).finditer
_rest = re.compile(r"[ \t]*+(?:#[^\n]*+)?+\r?(?:\n|\Z)").match
_colon = re.compile(r"[ \t]*+:").match
_flow_colon = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+:").match
_keeps = re.compile(r"(?:[!&]\S*+\s++)*+[|>]\d?\+").match


def layout(text: str) -> Branch:
    """Take a document apart; raises FormatError where it cannot be, or is a single value."""
    if text.startswith(BOM):
        root = layout(text[1:])
        return replace(root, opening=BOM + root.opening)
    return _Reader(text, _events(text)).document()


def _events(text: str) -> list[Any]:
    import yaml

    try:
        return list(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError) as error:
        raise invalid(error) from error


def _name(event: Any) -> str:
    return str(type(event).__name__)


class _Reader:
    """Walks the events of one document and cuts its text, each piece where the last one ended."""

    def __init__(self, text: str, events: list[Any]) -> None:
        self._text = text
        self._events = events
        self._next = 0
        self._depth = 0

    def _take(self) -> Any:
        self._next += 1
        return self._events[self._next - 1]

    def _refused(self, at: int) -> FormatError:
        return refused("YAML", self._text, at)

    def document(self) -> Branch:
        """Read the only document."""
        text = self._text
        if len(self._events) == 2:  # no document, only the stream's start and end  # noqa: PLR2004
            return Branch("mapping", "", (), text)
        self._next = 2
        event = self._take()
        if _name(event) in ("ScalarEvent", "AliasEvent"):
            if event.start_mark.index < event.end_mark.index:
                raise self._refused(event.start_mark.index)
            root, start, end = Branch("mapping", "", (), ""), 0, 0
        elif event.flow_style:
            node, start, end = self._flow(event)
            if not isinstance(node, Branch):
                raise self._refused(start)
            root = node
        else:
            root, start, end = self._root(event)
        if len(self._events) != self._next + 2:
            raise FormatError("this file holds several YAML documents")
        root = replace(root, opening=text[:start] + root.opening, closing=root.closing + text[end:])
        if root.text != text:  # the marks are libyaml's, so that the promise is not ours alone to keep
            raise self._refused(0)
        return root

    def _root(self, event: Any) -> tuple[Branch, int, int]:
        at = event.start_mark.index
        if event.tag or event.anchor:
            raise self._refused(at)
        line = self._text.rfind("\n", 0, at) + 1
        start = at if self._text[line:at].strip(" ") else line
        root, end = self._block(event, start, WHOLE)
        return root, start, end

    def _block(self, event: Any, at: int, outer: int) -> tuple[Branch, int]:
        """Read a block collection whose text begins at a place; what holds it stands at the column `outer`."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormatError(f"this is nested more than {DEEPEST} levels deep")
        mapping = _name(event) == "MappingStartEvent"
        entries, end, column = self._mapping(at) if mapping else self._sequence(at)
        self._depth -= 1
        last = self._claimed(end, column, outer)
        return Branch("mapping" if mapping else "list", "", tuple(entries), self._text[end:last]), last

    def _mapping(self, at: int) -> tuple[list[Entry], int, int]:
        text, column = self._text, 0
        entries: dict[str, Entry] = {}
        while _name(key := self._take()) != "MappingEndEvent":
            start, column = key.start_mark.index, key.start_mark.column
            line = text.rfind("\n", at, start) + 1 or at
            colon = _colon(text, key.end_mark.index)
            if start < at or text[line:start].strip(" ") or _name(key) != "ScalarEvent" or not colon:
                raise self._refused(start)
            if key.value in entries:
                raise FormatError("a key of this YAML is written twice")
            entries[key.value], at = self._entry(key.value, (at, line, colon.end()), column)
        return list(entries.values()), at, column

    def _sequence(self, at: int) -> tuple[list[Entry], int, int]:
        text, column = self._text, 0
        entries = []
        while _name(self._events[self._next]) != "SequenceEndEvent":
            dash = past(_GAP, text, at)
            if text[dash : dash + 1] != "-":
                raise self._refused(dash)
            line = text.rfind("\n", at, dash) + 1 or at
            column = dash - (text.rfind("\n", 0, dash) + 1)
            entry, at = self._entry("", (at, line, dash + 1), column)
            entries.append(entry)
        self._take()
        return entries, at, column

    def _entry(self, key: str, places: tuple[int, int, int], column: int) -> tuple[Entry, int]:
        """Read a value; `places` are where its entry begins, that line's start, and the end of its colon or dash."""
        text, event = self._text, self._take()
        at, line, after = places
        name = _name(event)
        if name in ("ScalarEvent", "AliasEvent"):
            start, end = self._scalar(event, after)
            value: Node = Leaf(text[start:end])
        elif event.flow_style:
            value, start, end = self._flow(event)
        else:
            start = self._inner(event, after)
            value, end = self._block(event, start, column)
            if not event.tag:
                return Entry(key, text[at:line], text[line:start], value, "", ""), end
            start, end = event.start_mark.index, len(text[:end].removesuffix("\n").removesuffix("\r"))
            value = Leaf(text[start:end])
        rest = _rest(text, end)
        if not rest or start < after:
            raise self._refused(end)
        return Entry(key, text[at:line], text[line:start], value, "", rest[0]), rest.end()

    def _inner(self, event: Any, after: int) -> int:
        """Return where the text of a block collection begins: on the next line, or right behind a dash."""
        start = event.start_mark.index
        if event.tag or event.anchor:
            after = start
        elif "\n" not in self._text[after:start]:
            return int(start)
        return self._text.find("\n", after) + 1 or len(self._text)

    def _scalar(self, event: Any, after: int) -> tuple[int, int]:
        """Return where a scalar begins and ends; a block scalar ends with its last line that is not blank."""
        text = self._text
        start, end = event.start_mark.index, event.end_mark.index
        if start == end:
            return after, after
        if getattr(event, "style", None) in ("|", ">"):
            if not _keeps(text, start):
                end = text.find("\n", start + len(text[start:end].rstrip()))
                end = len(text) if end < 0 else end + 1
            end = start + len(text[start:end].removesuffix("\n").removesuffix("\r"))
        return start, end

    def _claimed(self, at: int, column: int, outer: int) -> int:
        """Return the end of the comments after a block that are indented like it, and so belong to it."""
        end = at
        for remark in _remarks(self._text, at, past(_BLANK, self._text, at)):
            if len(remark[1]) < column or len(remark[1]) <= outer:
                break
            end = remark.end()
        return end

    def _flow(self, event: Any) -> tuple[Node, int, int]:
        """Read a flow collection; one with a tag, or a pair without braces, stays one leaf."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormatError(f"this is nested more than {DEEPEST} levels deep")
        text = self._text
        mapping = _name(event) == "MappingStartEvent"
        start, at = event.start_mark.index, event.end_mark.index
        items: list[Item] = []
        odd = False
        while _name(self._events[self._next]) not in ("MappingEndEvent", "SequenceEndEvent"):
            item, comment = self._flow_item(mapping=mapping)
            odd = odd or comment
            items.append(item)
        end = self._take().end_mark.index
        self._depth -= 1
        if text[at - 1] not in "[{" or at == start:
            return Leaf(text[start : items[-1].end]), start, items[-1].end
        if mapping:
            no_key_twice(items, "YAML")
        if odd or event.tag:
            return Leaf(text[start:end]), start, end
        start = at - 1  # an anchor belongs to the head
        return bracketed(text, text, (start, at, end - 1), items, mapping=mapping), start, end

    def _flow_item(self, *, mapping: bool) -> tuple[Item, bool]:
        """Read one item, and whether a comment stands before its comma."""
        text, key = self._text, ""
        event = self._take()
        begin = after = event.start_mark.index
        if mapping:
            if _name(event) != "ScalarEvent" or begin == event.end_mark.index:
                raise self._refused(begin)
            key, after = event.value, event.end_mark.index
            colon = _flow_colon(text, after)
            after = colon.end() if colon else after
            event = self._take()
        if _name(event) in ("ScalarEvent", "AliasEvent"):
            start, end = self._scalar(event, after)
            value: Node = Leaf(text[start:end])
        else:
            value, start, end = self._flow(event)
        comma, comment = past_comma(text, end, _GAP)
        return Item(key, begin, start, value, end, comma), comment
