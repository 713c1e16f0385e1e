"""Plain values out of TOML, YAML and JSON files; the format is known by the file's name."""

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import json, toml, yaml


def _yaml(content: bytes, file: str) -> Any:
    return yaml.load(content, file, yaml.tagged).data


READERS: Mapping[str, Callable[[bytes, str], Any]] = {
    ".toml": toml.read,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": json.read,
}


def suffix(path: str) -> str:
    """Return the file's ending with its dot, or nothing."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


@lru_cache(maxsize=32)  # an update asks for the same few documents again and again
def parse(path: str, content: bytes) -> Any:
    """Return the document's plain data, not to be changed; raises FormatError, also for a format without keys."""
    reader = READERS.get(suffix(path))
    if reader is None:
        raise FormatError(f"{path} is not TOML, YAML or JSON, so nobody can own a key in it", where=path)
    data = reader(content.removeprefix(BOM_UTF8), path)
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
