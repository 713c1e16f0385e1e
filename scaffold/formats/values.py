"""Plain values out of TOML, YAML and JSON files; the format is known by the file's name."""

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import yaml


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
    return yaml.load(content, file, yaml.tagged).data


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
    data = reader(content, path)
    if _is_deep(data):
        raise FormatError(f"this is nested more than {yaml.DEEPEST} levels deep", where=path)
    return data


def _is_deep(data: Any) -> bool:
    """Whether so much is nested that a walk of it could end the process."""
    level = [data]
    for _ in range(yaml.DEEPEST + 1):
        held = (item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list))
        level = [inner for items in held for inner in items]
    return bool(level)
