"""Edits to TOML, YAML and JSON that keep the comments, order and layout of all that is not edited.

What does so is loaded when the first file is edited: most runs edit none, and it is a large part of their memory.
"""

import json
import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import values, yaml
from scaffold.formats.equal import ABSENT, at, equal, step
from scaffold.formats.round_trip import round_trip
from scaffold.formats.values import suffix
from scaffold.formats.yaml import ODD

Document = MutableMapping[str, Any]
YAMLS = (".yaml", ".yml")


def copy_key(path: str, keys: Sequence[str], *, to: bytes, source: bytes) -> bytes:
    """Give `to` the value that `source` has at a key path, or take it away where `source` has none.

    Raises FormatError where either cannot be read, or where something else stands in the way.
    """
    document, wanted, result = _load(path, to), at(_load(path, source), keys), to
    if wanted is not ABSENT:
        _set(path, document, keys, wanted)
        result = _dump(path, document, to)
    elif at(document, keys) is not ABSENT:
        _take(path, document, keys)
        result = _dump(path, document, to)
    if not equal(at(values.parse(path, result), keys), at(values.parse(path, source), keys)):
        raise _harm(path, keys)
    return result


def put_key(path: str, content: bytes, keys: Sequence[str], value: Any) -> bytes:
    """Give a key path a plain value; raises FormatError where the file cannot be edited so."""
    document = _load(path, content)
    try:
        _set(path, document, keys, _spelled(path, value))
        result = _dump(path, document, content)
    except (TypeError, ValueError) as error:  # a day in JSON, nothing in TOML
        raise _harm(path, keys) from error
    if not equal(at(_data(path, result), keys), value):
        raise _harm(path, keys)
    return result


def take_key(path: str, content: bytes, keys: Sequence[str]) -> bytes:
    """Take a key away that is there; raises FormatError."""
    document = _load(path, content)
    _take(path, document, keys)
    return _dump(path, document, content)


def move_key(path: str, content: bytes, old: Sequence[str], new: Sequence[str]) -> bytes:
    """Take what stands at one key path to another one, at the end of its mapping; raises FormatError."""
    document = _load(path, content)
    value = at(document, old)
    _take(path, document, old)
    _set(path, document, new, value)
    return _dump(path, document, content)


def _set(path: str, holder: Any, keys: Sequence[str], value: Any) -> None:
    """Set a value, and make the mappings on the way to it; raises FormatError where something else stands there."""
    for part, following in pairwise(keys):
        if (key := step(holder, part)) is ABSENT:
            _put(holder, key := part, _new(path))
        holder = holder[key]
        if not isinstance(holder, MutableMapping) and step(holder, following) is ABSENT:
            raise FormatError(f"`{part}` holds no keys in {path}", where=path)
    key = step(holder, keys[-1])
    _put(holder, keys[-1] if key is ABSENT else key, value)


def _take(path: str, document: Any, keys: Sequence[str]) -> None:
    """Take a value away; raises FormatError for one that a YAML mapping has only from another, by `<<`."""
    holder, parent = at(document, keys[:-1]), at(document, keys[:-2])
    try:
        del holder[step(holder, keys[-1])]
    except KeyError as error:
        raise _harm(path, keys) from error
    if not holder and len(keys) > 1 and isinstance(parent, MutableMapping) and suffix(path) in YAMLS:
        _empty(parent, step(parent, keys[-2]))


def _harm(path: str, keys: Sequence[str]) -> FormatError:
    return FormatError(f"`{'.'.join(keys)}` cannot be set in {path} without harm", where=path)


def set_values(path: str, content: bytes, wanted: Mapping[str, Any]) -> bytes:
    """Set top-level keys, leaving those that already hold their value untouched; raises FormatError."""
    document, data = _load(path, content), _data(path, content)
    for key, value in wanted.items():
        if not _same(value, data.get(key, ABSENT), document.get(key, ABSENT)):
            document[key] = _spelled(path, value)
    return _dump(path, document, content)


def sync_mapping(path: str, content: bytes, key: str, wanted: Mapping[str, Any]) -> bytes:
    """Make the mapping below `key` hold exactly `wanted`, with comments kept; raises FormatError."""
    document, data = _load(path, content), at(_data(path, content), [key])
    holder = document.get(key)
    if not isinstance(holder, MutableMapping) or not wanted:
        holder = _empty(document, key)
    for name in [name for name in holder if name not in wanted]:
        del holder[name]
    for name, value in wanted.items():
        if not _same(value, at(data, [name]), holder.get(name, ABSENT)):
            holder[_spelled(path, name)] = _spelled(path, value)
    return _dump(path, document, content)


def append_item(path: str, content: bytes, key: str, item: Any) -> bytes:
    """Add an item to the list below a top-level key, which is made where there is none; raises FormatError."""
    document = _load(path, content)
    if document.get(key) is None:
        document[key] = []
    if not isinstance(document[key], list):
        raise FormatError(f"`{key}` of {path} must be a list", where=path)
    document[key].append(_spelled(path, item))
    return _dump(path, document, content)


def sync_list(path: str, content: bytes, key: str, wanted: Sequence[Any]) -> bytes:
    """Make the list below a top-level key hold exactly `wanted`, with comments kept, or take the key away.

    Raises FormatError.
    """
    document = _load(path, content)
    if not wanted:
        document.pop(key, None)
    elif not document.get(key):
        document[key] = []
    for number, item in enumerate(wanted):
        held = document[key]
        stands = next((at for at in range(number, len(held)) if _same(held[at], item)), None)
        for _ in range(number, number if stands is None else stands):
            del held[number]
        if stands is None:
            held.insert(number, _spelled(path, item))
    for _ in range(len(wanted), len(document.get(key) or ())):
        del document[key][len(wanted)]
    return _dump(path, document, content)


def deep_merge(path: str, lower: bytes, upper: bytes) -> bytes:
    """Merge two documents: mappings by key, lists one after the other, of anything else the upper's."""
    document = _load(path, lower)
    _merge(document, _load(path, upper))
    return _dump(path, document, lower)


def _same(value: Any, *held: Any) -> bool:
    """Whether a value is one of those that are held."""
    plain, *others = (one.unwrap() if hasattr(one, "unwrap") else one for one in (value, *held))
    return any(equal(plain, other) for other in others)


def _data(path: str, content: bytes) -> Any:
    """Return what a file says as those read it who give values to be written: in YAML keys have types too."""
    return yaml.load(content, path).data if suffix(path) in YAMLS else values.parse(path, content)


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
        from yaml import SafeLoader, ScalarNode

        if re.search(ODD, value):
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
            have.extend(item for item in value if not any(_same(item, one) for one in have))
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
    round_trip(before).dump(document, out)
    start = b"---\n" if before.startswith(b"---\n") and not out.getvalue().startswith(b"---") else b""
    return start + out.getvalue()


def _yaml(content: bytes) -> Any:
    from ruamel.yaml.error import YAMLError

    try:
        return round_trip(content).load(content)
    except (YAMLError, TypeError, AttributeError) as error:  # as for a mapping within a key
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
