"""YAML in: the safe subset, with the line of every key."""

from collections.abc import Iterable
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats.located import KeyPath, Located

DEEPEST = 100  # libyaml's composer recurses in C: without a bound, nested brackets end the process
MOST = 100_000  # aliases of aliases multiply: without a bound, a short file fills the memory


def load(content: bytes, file: str) -> Located:
    """Parse one YAML document; raises FormatError with the line of a mistake, also for a repeated key."""
    import yaml  # 12 ms that `scaffold --version` need not pay

    try:
        text = content.decode()
        loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, unless PyYAML was built without libyaml
        _refuse_deep(yaml.parse(text, Loader=loader_class), file)
        loader = loader_class(text)
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
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise FormatError(f"this is not valid YAML: {' '.join(str(error).split())}", where=file) from error
    return Located(data, file, lines)


def _refuse_deep(events: Iterable[Any], file: str) -> None:
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise FormatError(f"this is nested more than {DEEPEST} levels deep", where=f"{file}:{line}")


def _note_lines(node: Any, path: KeyPath, lines: dict[KeyPath, int], file: str) -> None:
    if path in lines:
        raise FormatError(f"the key `{path[-1]}` is written twice", where=f"{file}:{node.start_mark.line + 1}")
    if len(path) > DEEPEST or len(lines) >= MOST:
        raise FormatError(f"this holds more than {MOST:,} values, or holds itself", where=file)
    lines[path] = node.start_mark.line + 1
    if node.id == "mapping":
        for key, value in node.value:
            if key.id == "scalar":
                _note_lines(value, (*path, key.value), lines, file)
                lines[(*path, key.value)] = key.start_mark.line + 1
    elif node.id == "sequence":
        for index, value in enumerate(node.value):
            _note_lines(value, (*path, index), lines, file)


def dump(data: Any) -> str:
    """Write plain data as block-style YAML, keys in the order given."""
    import yaml

    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
