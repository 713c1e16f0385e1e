"""TOML, YAML and JSON files with the line of every key; the format is known by the file's name."""

from codecs import BOM_UTF8
from typing import NoReturn

from scaffold.errors import FormatError
from scaffold.formats import json, toml, yaml
from scaffold.formats.located import Located
from scaffold.formats.values import suffix

SUFFIXES = (".toml", ".yaml", ".yml", ".json")


def load(path: str, content: bytes, ending: str | None = None) -> tuple[Located, ...]:
    """Return a file's documents, of which only YAML may have several; raises FormatError with the line of a mistake.

    The format is that of an ending, where the file's own does not tell.
    """
    ending = ending or suffix(path)
    content = content.removeprefix(BOM_UTF8)  # which some editors write, and no format asks for
    if ending not in SUFFIXES:
        raise FormatError("the file is not TOML, YAML or JSON", where=path)
    if ending == ".toml":
        return (toml.load(content, path),)
    if ending == ".json":
        return (json.load(content, path),)
    return yaml.load_documents(content, path, _no_include, yaml.tagged)


def _no_include(_glob: str, where: str) -> NoReturn:
    raise FormatError("`!include` is not followed here", where=where)
