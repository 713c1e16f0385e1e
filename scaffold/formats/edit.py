"""Edits to TOML, YAML and JSON that keep the comments, order and layout of all that is not edited."""

import json
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from io import BytesIO
from typing import Any

import tomlkit
import tomlkit.exceptions
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from scaffold.errors import FormatError
from scaffold.formats.values import suffix

Document = MutableMapping[str, Any]


def copy_key(path: str, keys: Sequence[str], *, to: bytes, source: bytes) -> bytes:
    """Give `to` the value that `source` has at a key path, or take it away where `source` has none.

    Raises FormatError where either cannot be read, or where something else stands in the way.
    """
    wanted, document = _load(path, source), _load(path, to)
    for key in keys[:-1]:
        wanted = wanted.get(key, {}) if isinstance(wanted, Mapping) else {}
    present = isinstance(wanted, Mapping) and keys[-1] in wanted
    holder: Any = document
    for key in keys[:-1]:
        if key not in holder:
            if not present:
                return to
            holder[key] = tomlkit.table() if suffix(path) == ".toml" else CommentedMap()
        holder = holder[key]
        if not isinstance(holder, MutableMapping):
            raise FormatError(f"`{key}` holds no keys in {path}", where=path)
    if present:
        holder[keys[-1]] = wanted[keys[-1]]
    else:
        holder.pop(keys[-1], None)
    return _dump(path, document, to)


def set_values(path: str, content: bytes, values: Mapping[str, Any]) -> bytes:
    """Set top-level keys, leaving those that already hold their value untouched; raises FormatError."""
    document = _load(path, content)
    for key, value in values.items():
        if key not in document or document[key] != value:
            document[key] = value
    return _dump(path, document, content)


def sync_mapping(path: str, content: bytes, key: str, values: Mapping[str, Any]) -> bytes:
    """Make the mapping below `key` hold exactly `values`, with comments kept; raises FormatError."""
    document = _load(path, content)
    holder = document.get(key)
    if not isinstance(holder, MutableMapping):
        document[key] = holder = CommentedMap()
    for name in [name for name in holder if name not in values]:
        del holder[name]
    for name, value in values.items():
        if name not in holder or holder[name] != value:
            holder[name] = value
    return _dump(path, document, content)


def deep_merge(path: str, lower: bytes, upper: bytes) -> bytes:
    """Merge two documents: mappings by key, lists one after the other, of anything else the upper's."""
    document = _load(path, lower)
    _merge(document, _load(path, upper))
    return _dump(path, document, lower)


def _merge(lower: Any, upper: Mapping[str, Any]) -> None:
    for key, value in upper.items():
        have = lower.get(key)
        if isinstance(have, MutableMapping) and isinstance(value, Mapping):
            _merge(have, value)
        elif isinstance(have, list) and isinstance(value, list):
            have.extend(item for item in value if item not in have)
        else:
            lower[key] = value


def _load(path: str, content: bytes) -> Any:
    loader = LOADERS.get(suffix(path))
    if loader is None:
        raise FormatError(f"{path} is not TOML, YAML or JSON", where=path)
    try:
        document = loader(content)
    except (tomlkit.exceptions.TOMLKitError, YAMLError, ValueError, RecursionError) as error:
        raise FormatError(f"the file cannot be read: {error}", where=path) from error
    if not isinstance(document, MutableMapping):
        raise FormatError("the file holds no keys", where=path)
    return document


def _dump(path: str, document: Any, before: bytes) -> bytes:
    if suffix(path) == ".toml":
        return tomlkit.dumps(document).encode()
    if suffix(path) == ".json":
        found = re.search(rb"\n([ \t]+)\S", before)
        indent = found[1].decode() if found else "  "
        return (json.dumps(document, indent=indent, ensure_ascii=False) + "\n").encode()
    out = BytesIO()
    _round_trip(before).dump(document, out)
    start = b"---\n" if before.startswith(b"---\n") and not out.getvalue().startswith(b"---") else b""
    return start + out.getvalue()


def _round_trip(content: bytes) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    indented = re.search(rb"^( *)[^\s#-][^\n]*:[ \t]*\n\1( +)- ", content, re.MULTILINE)
    if indented:
        yaml.indent(mapping=2, sequence=len(indented[2]) + 2, offset=len(indented[2]))
    return yaml


LOADERS: Mapping[str, Callable[[bytes], Any]] = {
    ".toml": lambda content: tomlkit.parse(content.decode()),
    ".yaml": lambda content: _round_trip(content).load(content),
    ".yml": lambda content: _round_trip(content).load(content),
    ".json": json.loads,
}
