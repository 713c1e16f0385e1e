"""Plain values out of TOML, YAML and JSON files, by key path; the format is known by the file's name."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import yaml

ABSENT: Any = object()


def _toml(content: bytes, file: str) -> Any:
    try:
        return tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"this is not valid TOML: {error}", where=file) from error


def _json(content: bytes, file: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise FormatError(f"this is not valid JSON: {error}", where=file + line) from error


def _yaml(content: bytes, file: str) -> Any:
    return yaml.load(content, file).data


READERS: Mapping[str, Callable[[bytes, str], Any]] = {
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
}


def suffix(path: str) -> str:
    """Return the file's ending with its dot, or nothing."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


def parse(path: str, content: bytes) -> Any:
    """Return the document's plain data; raises FormatError, also for a format that has no keys."""
    reader = READERS.get(suffix(path))
    if reader is None:
        raise FormatError(f"{path} is not TOML, YAML or JSON, so nobody can own a key in it", where=path)
    return reader(content, path)


def at(data: Any, keys: Sequence[str]) -> Any:
    """Return the value at a key path, or ABSENT."""
    for key in keys:
        if not isinstance(data, Mapping) or key not in data:
            return ABSENT
        data = data[key]
    return data


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, or of nothing where it is absent."""
    if value is ABSENT:
        return ""
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()
