"""Edits to TOML, YAML and JSON that keep the comments, order and layout of all that is not edited.

What does so is loaded when the first file is edited: most runs edit none, and it is a large part of their memory.
"""

import json
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from yaml import SafeLoader, ScalarNode

from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.formats.values import suffix
from scaffold.formats.yaml import ODD

if TYPE_CHECKING:
    from ruamel.yaml import YAML

Document = MutableMapping[str, Any]
YAMLS = (".yaml", ".yml")

# A YAML key whose value starts on a later line, and how deep that is indented: a mapping, or a list.
_OPENED = rb"^( *)[^\s#-][^\n]*:[ \t\r]*(?:#[^\n]*)?\n(?:[ \t\r]*(?:#[^\n]*)?\n)*\1"
_NESTED = re.compile(_OPENED + rb"( +)[^\s#-]", re.MULTILINE)
_LISTED = re.compile(_OPENED + rb"( *)- ", re.MULTILINE)


def copy_key(path: str, keys: Sequence[str], *, to: bytes, source: bytes) -> bytes:
    """Give `to` the value that `source` has at a key path, or take it away where `source` has none.

    Raises FormatError where either cannot be read, or where something else stands in the way.
    """
    wanted, document = _load(path, source), _load(path, to)
    for key in keys[:-1]:
        wanted = wanted.get(key, {}) if isinstance(wanted, Mapping) else {}
    present = isinstance(wanted, Mapping) and keys[-1] in wanted
    parent: Any = None
    holder: Any = document
    for key in keys[:-1]:
        if key not in holder:
            if not present:
                return to
            _put(holder, key, _new(path))
        parent, holder = holder, holder[key]
        if not isinstance(holder, MutableMapping):
            raise FormatError(f"`{key}` holds no keys in {path}", where=path)
    if present:
        _put(holder, keys[-1], wanted[keys[-1]])
    elif holder.pop(keys[-1], None) is not None and not holder and parent is not None and suffix(path) in YAMLS:
        _empty(parent, keys[-2])
    result = _dump(path, document, to)
    if values.at(values.parse(path, result), keys) != values.at(values.parse(path, source), keys):
        raise FormatError(f"`{'.'.join(keys)}` cannot be set in {path} without harm", where=path)
    return result


def set_values(path: str, content: bytes, wanted: Mapping[str, Any]) -> bytes:
    """Set top-level keys, leaving those that already hold their value untouched; raises FormatError."""
    document = _load(path, content)
    for key, value in wanted.items():
        if key not in document or document[key] != value:
            document[key] = _spelled(path, value)
    return _dump(path, document, content)


def sync_mapping(path: str, content: bytes, key: str, wanted: Mapping[str, Any]) -> bytes:
    """Make the mapping below `key` hold exactly `wanted`, with comments kept; raises FormatError."""
    document = _load(path, content)
    holder = document.get(key)
    if not isinstance(holder, MutableMapping) or not wanted:
        holder = _empty(document, key)
    for name in [name for name in holder if name not in wanted]:
        del holder[name]
    for name, value in wanted.items():
        if name not in holder or holder[name] != value:
            holder[_spelled(path, name)] = _spelled(path, value)
    return _dump(path, document, content)


def append_item(path: str, content: bytes, key: str, item: Mapping[str, Any]) -> bytes:
    """Add an item to the list below a top-level key, which is made where there is none; raises FormatError."""
    document = _load(path, content)
    if document.get(key) is None:
        document[key] = []
    if not isinstance(document[key], list):
        raise FormatError(f"`{key}` of {path} must be a list", where=path)
    document[key].append({name: _spelled(path, value) for name, value in item.items()})
    return _dump(path, document, content)


def deep_merge(path: str, lower: bytes, upper: bytes) -> bytes:
    """Merge two documents: mappings by key, lists one after the other, of anything else the upper's."""
    document = _load(path, lower)
    _merge(document, _load(path, upper))
    return _dump(path, document, lower)


def _put(holder: Any, key: str, value: Any) -> None:
    """Set a key; a TOML table that goes into an inline one becomes inline itself."""
    if hasattr(value, "unwrap"):
        from tomlkit.items import InlineTable

        value = value.unwrap() if isinstance(holder, InlineTable) else value
    holder[key] = value


def _new(path: str) -> Any:
    """Return an empty mapping of a format."""
    if suffix(path) == ".toml":
        from tomlkit import table

        return table()
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap()


def _empty(parent: Any, key: str) -> Any:
    """Empty a YAML mapping; its comments go, since ruamel would set `{}` between them and lose the file."""
    from ruamel.yaml.comments import CommentedMap

    parent.ca.items.pop(key, None)
    parent[key] = CommentedMap()
    return parent[key]


def _spelled(path: str, value: Any) -> Any:
    """Quote what ruamel would write bare, as YAML 1.2 has it, and PyYAML would read as YAML 1.1: no, 12:30, a NEL."""
    if suffix(path) not in YAMLS:
        return value
    if isinstance(value, dict):
        return {_spelled(path, key): _spelled(path, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_spelled(path, item) for item in value]
    if isinstance(value, str):
        from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

        if ODD.search(value):
            return DoubleQuotedScalarString(value)
        tag = SafeLoader("").resolve(ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
        return value if tag == "tag:yaml.org,2002:str" else SingleQuotedScalarString(value)
    return value


def _merge(lower: Any, upper: Mapping[str, Any]) -> None:
    for key, value in upper.items():
        have = lower.get(key)
        if isinstance(have, MutableMapping) and isinstance(value, Mapping):
            _merge(have, value)
        elif isinstance(have, list) and isinstance(value, list):
            have.extend(item for item in value if item not in have)
        else:
            _put(lower, key, value)


def _load(path: str, content: bytes) -> Any:
    loader = LOADERS.get(suffix(path))
    if loader is None:
        raise FormatError(f"{path} is not TOML, YAML or JSON", where=path)
    try:
        if loader is _yaml:
            values.parse(path, content)  # bounds the depth, which ruamel does not, and names the line of a mistake
        document = loader(content)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"the file cannot be read: {error}", where=path) from error
    if not isinstance(document, MutableMapping):
        raise FormatError("the file holds no keys", where=path)
    return document


def _dump(path: str, document: Any, before: bytes) -> bytes:
    out = _dumped(path, document, before)
    if before.count(b"\n") and before.count(b"\n") == before.count(b"\r\n"):
        out = out.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    try:
        values.parse(path, out)
    except FormatError as error:
        raise FormatError(f"{path} cannot be edited without harm: {error.message}", where=path) from error
    return out


def _dumped(path: str, document: Any, before: bytes) -> bytes:
    if suffix(path) == ".toml":
        from tomlkit import dumps

        return dumps(document).encode()
    if suffix(path) == ".json":
        found = re.search(rb"\n([ \t]+)\S", before)
        indent = found[1].decode() if found else "  "
        end = "\n" if before.endswith(b"\n") else ""
        return (json.dumps(document, indent=indent, ensure_ascii=False) + end).encode()
    out = BytesIO()
    _round_trip(before).dump(document, out)
    start = b"---\n" if before.startswith(b"---\n") and not out.getvalue().startswith(b"---") else b""
    return start + out.getvalue()


def _round_trip(content: bytes) -> "YAML":
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    nested, listed = _NESTED.search(content), _LISTED.search(content)
    offset = len(listed[2]) if listed else 0
    yaml.indent(mapping=len(nested[2]) if nested else 2, sequence=offset + 2, offset=offset)
    return yaml


def _yaml(content: bytes) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        return _round_trip(content).load(content)
    except YAMLError as error:
        raise ValueError(error) from error


def _toml(content: bytes) -> Any:
    from tomlkit import parse
    from tomlkit.exceptions import TOMLKitError

    try:
        return parse(content.decode())
    except TOMLKitError as error:
        raise ValueError(error) from error


LOADERS: Mapping[str, Callable[[bytes], Any]] = {
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": json.loads,
}
