"""YAML in: the safe subset, with the line of every key."""

import codecs
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats.equal import Tagged, as_text
from scaffold.formats.located import KeyPath, Located

DEEPEST = 100  # libyaml's composer recurses in C: without a bound, nested brackets end the process
MOST = 100_000  # aliases of aliases multiply: without a bound, a short file fills the memory
ODD = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]"  # comes back only from double quotes
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}

# What an `!include` names, as written, and the place where it stands -> the files and their contents.
Include = Callable[[str, str], Mapping[str, bytes]]
Reader = Callable[[], Any]  # makes the class that makes data of the nodes; without one, PyYAML's, as Copier has it


def in_utf8(content: bytes, file: str) -> bytes:
    """Return a file that may be UTF-16, as editors on Windows write it, in UTF-8; raises FormatError."""
    encoding = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), None)
    with _explained(file):
        return content.decode(encoding).encode() if encoding else content


def load(content: bytes, file: str, reader: Reader | None = None) -> Located:
    """Parse one YAML document; raises FormatError with the line of a mistake, also for a repeated key."""
    with _explained(file):
        loader = _loader(content, file, reader)
        node = loader.get_single_node()
        lines: dict[KeyPath, int | str] = {}
        if node is not None:
            _note_lines(node, (), lines, file)
        data = loader.construct_document(node) if node is not None else None
    return Located(data, file, lines)


def load_documents(content: bytes, file: str, include: Include, reader: Reader | None = None) -> tuple[Located, ...]:
    """Parse several documents, with `!include GLOB` standing for a list of what those files hold.

    Empty documents are left out; of a repeated key the last counts, as Copier has it. Raises FormatError.
    """
    with _explained(file):
        loader = _loader(content, file, reader)
        found = []
        for node in _Including(include).documents(loader, file, ()):
            lines: dict[KeyPath, int | str] = {}
            _note_lines(node, (), lines, file, once=False)
            found.append(Located(loader.construct_document(node), file, lines))
    return tuple(found)


class _Including:
    """Puts what `!include` names in its place, node by node, so that lines stay known."""

    def __init__(self, include: Include) -> None:
        self._include = include
        # An alias is one node in many places. Nodes are kept with their ids, which would be given anew without them.
        self._resolved: dict[int, tuple[Any, Any]] = {}

    def documents(self, loader: Any, file: str, within: tuple[str, ...]) -> Iterator[Any]:
        """Yield the root node of each document that is not empty."""
        while loader.check_node():
            node = loader.get_node()
            if node.id != "scalar" or node.tag == "!include" or loader.construct_document(node):
                node.file = file
                yield self._resolve(node, file, within)

    def _resolve(self, node: Any, file: str, within: tuple[str, ...]) -> Any:
        if id(node) in self._resolved:
            return self._resolved[id(node)][1]
        self._resolved[id(node)] = (node, node)
        if node.tag == "!include":
            self._resolved[id(node)] = (node, self._included(node, file, within))
        elif node.id == "mapping":
            node.value = [(key, self._resolve(value, file, within)) for key, value in node.value]
        elif node.id == "sequence":
            node.value = [self._resolve(item, file, within) for item in node.value]
        return self._resolved[id(node)][1]

    def _included(self, node: Any, file: str, within: tuple[str, ...]) -> Any:
        import yaml

        where = f"{file}:{node.start_mark.line + 1}"
        if node.id != "scalar":
            raise FormatError("`!include` takes the path of a file", where=where)
        items: list[Any] = []
        for name, content in self._include(node.value, where).items():
            if name in (*within, file):
                circle = " -> ".join((*within, file, name))
                raise FormatError(f"this file includes itself: {circle}", where=where)
            with _explained(name):
                found = self.documents(_loader(content, name), name, (*within, file))
                items += [item for root in found for item in _flat(root)]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, node.start_mark, node.end_mark)


def _flat(node: Any) -> Iterator[Any]:
    if node.id != "sequence":
        yield node
        return
    for item in node.value:
        item.file = getattr(item, "file", getattr(node, "file", None))
        yield from _flat(item)


@contextmanager
def _explained(file: str) -> Iterator[None]:
    import yaml  # 12 ms that `scaffold --version` need not pay

    try:
        yield
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=file) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FormatError(f"this is not valid YAML: {error.problem}", where=f"{file}:{line}") from error
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise FormatError(f"this is not valid YAML: {' '.join(str(error).split())}", where=file) from error


def _loader(content: bytes, file: str, reader: Reader | None = None) -> Any:
    import yaml

    text = content.decode()
    loader_class = _safe() if reader is None else reader()
    refuse_deep(yaml.parse(text, Loader=loader_class), file)
    return loader_class(text)


def _safe() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, unless PyYAML was built without libyaml


@cache
def written() -> Any:
    """Return the reader of files that other programs read: a key is its text, so that `on` is no `true`."""

    class Written(_safe()):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            self.flatten_mapping(node)
            make = self.construct_object
            return {
                key.value if key.id == "scalar" else as_text(make(key, deep=True)): make(value, deep=deep)
                for key, value in node.value
            }

    return Written


@cache
def tagged() -> Any:
    """Return the same reader, to which a tag that nobody here knows is no obstacle."""

    class Tagging(written()):  # type: ignore[misc]
        pass

    Tagging.add_constructor(None, _tagged)
    return Tagging


def _tagged(loader: Any, node: Any) -> Tagged:
    if node.id == "mapping":
        return Tagged(node.tag, loader.construct_mapping(node, deep=True))
    if node.id == "sequence":
        return Tagged(node.tag, loader.construct_sequence(node, deep=True))
    return Tagged(node.tag, loader.construct_scalar(node))


class Plain(NamedTuple):
    """A value that is written without quotes: the way to it, its text, what YAML takes it for, and its line."""

    path: KeyPath
    text: str
    kind: str
    line: int


def plain(content: bytes, file: str) -> tuple[Plain, ...]:
    """Return the values of all documents that are written without quotes; raises FormatError."""
    with _explained(file):
        loader = _loader(content, file)
        found: list[Plain] = []
        while loader.check_node():
            _note_plain(loader.get_node(), (), found)
    return tuple(found)


def _note_plain(node: Any, path: KeyPath, found: list[Plain]) -> None:
    if len(path) > DEEPEST or len(found) >= MOST:
        return
    if node.id == "scalar" and not node.style:
        found.append(Plain(path, node.value, node.tag.rpartition(":")[2], node.start_mark.line + 1))
    elif node.id == "mapping":
        for key, value in node.value:
            _note_plain(value, (*path, key.value if key.id == "scalar" else ""), found)
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            _note_plain(value, (*path, index), found)


def refuse_deep(events: Iterable[Any], file: str) -> None:
    """Raise FormatError where so much is nested that libyaml's composer, which recurses in C, could end the process."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise FormatError(f"this is nested more than {DEEPEST} levels deep", where=f"{file}:{line}")


def _note_lines(
    node: Any, path: KeyPath, lines: dict[KeyPath, int | str], file: str, *, once: bool = True, elsewhere: bool = False
) -> None:
    own = getattr(node, "file", None) or file
    elsewhere = elsewhere or own != file
    line = node.start_mark.line + 1
    if path in lines and once:
        raise FormatError(f"the key `{path[-1]}` is written twice", where=f"{own}:{line}")
    if len(path) > DEEPEST or len(lines) >= MOST:
        raise FormatError(f"this holds more than {MOST:,} values, or holds itself", where=own)
    lines[path] = f"{own}:{line}" if elsewhere else line
    if node.id == "mapping":
        for key, value in node.value:
            if key.id == "scalar":
                _note_lines(value, (*path, key.value), lines, own, once=once, elsewhere=elsewhere)
                line = key.start_mark.line + 1
                lines[(*path, key.value)] = f"{own}:{line}" if elsewhere else line
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines, own, once=once, elsewhere=elsewhere)


def dump(data: Any, *, flow: bool = False) -> str:
    """Write plain data as YAML, in block style or on one line, keys in the order given."""
    import yaml

    return yaml.dump(
        data,
        Dumper=_dumper(),
        sort_keys=False,
        allow_unicode=True,
        width=math.inf if flow else 120,
        default_flow_style=flow,
    )


@cache
def _dumper() -> Any:
    """Return a dumper of our own, so that nobody else's texts are written so."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(str, _text)
    return Dumper


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if re.search(ODD, text) else None)


def holds_set(data: Any) -> bool:
    """Whether there is a set (`!!set`) of several items in plain data: nobody knows its order."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list | tuple):
        return any(map(holds_set, data))
    return isinstance(data, set | frozenset) and len(data) > 1
