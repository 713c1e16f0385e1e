"""From a raw answer to its type, by Copier's rules."""

import json
from numbers import Number
from typing import Any

from scaffold.formats import yaml

EXPECTED = {"int": "a whole number", "float": "a number", "bool": "yes or no", "json": "JSON", "yaml": "YAML"}
TRUE = {"y", "yes", "t", "true", "on"}
FALSE = {"", "n", "no", "f", "false", "off", "~", "null", "none"}


def cast(type_: str, value: Any) -> Any:
    """Turn a raw answer into its type, by Copier's rules; raises ValueError or FormatError."""
    if value is None and type_ not in ("json", "yaml"):
        raise ValueError(value)
    try:
        return _cast(type_, value)
    except (TypeError, OverflowError, RecursionError) as error:
        raise ValueError(value) from error


def _cast(type_: str, value: Any) -> Any:
    if type_ in ("str", "path"):
        if isinstance(value, bytes | bytearray):
            return value.decode()
        if not isinstance(value, str | Number):  # a date in YAML is none of these: it has to be quoted
            raise ValueError(value)
        return str(value)
    if type_ == "bool":
        return cast_bool(value)
    if type_ == "int":
        return int(value)
    if type_ == "float":
        return float(value)
    if type_ == "json":
        return json.loads(value) if isinstance(value, str) else value
    if type_ == "yaml":
        data = yaml.load(value.encode(), "the answer").data if isinstance(value, str) else value
        if yaml.holds_set(data):
            raise ValueError(value)
        return data
    raise ValueError(value)


def cast_bool(value: Any) -> bool:
    """Read yes or no; raises ValueError."""
    if isinstance(value, bool | int | float):
        return bool(value)
    word = str(value).strip().lower()
    if word in TRUE or word in FALSE:
        return word in TRUE
    return bool(float(word))


def truthy(value: Any) -> bool:
    """Read a condition as Copier does (`cast_to_bool`): a word that says neither yes nor no is a yes."""
    try:
        return cast_bool(value) if isinstance(value, str | int | float) else bool(value)
    except (ValueError, OverflowError):
        return True
