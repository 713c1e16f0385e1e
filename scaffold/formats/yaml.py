"""YAML in: the safe subset, with the line of every key."""

from typing import Any

import yaml

from scaffold.errors import FormatError
from scaffold.formats.located import KeyPath, Located

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]


DEEPEST = 100  # libyaml's composer recurses in C: without a bound, nested brackets end the process
MOST = 100_000  # aliases of aliases multiply: without a bound, a short file fills the memory


def load(content: bytes, file: str) -> Located:
    """Parse one YAML document; raises FormatError with the line of a mistake, also for a repeated key."""
    try:
        _refuse_deep(content.decode(), file)
        loader = SafeLoader(content.decode())
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        if node is not None:
            _note_lines(node, (), lines, file)
        data = loader.construct_document(node) if node is not None else None
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=file) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FormatError(f"this is not valid YAML: {error.problem}", where=f"{file}:{line}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FormatError(f"this is not valid YAML: {error}", where=file) from error
    return Located(data, file, lines)


def _refuse_deep(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise FormatError(f"this is nested more than {DEEPEST} levels deep", where=f"{file}:{line}")


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], file: str) -> None:
    if path in lines:
        raise FormatError(f"the key `{path[-1]}` is written twice", where=f"{file}:{node.start_mark.line + 1}")
    if len(path) > DEEPEST or len(lines) >= MOST:
        raise FormatError(f"this holds more than {MOST:,} values, or holds itself", where=file)
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                _note_lines(value, (*path, key.value), lines, file)
                lines[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines, file)


def dump(data: Any) -> str:
    """Write plain data as block-style YAML, keys in the order given."""
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
