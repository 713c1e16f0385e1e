"""The plain data of a YAML document, where a tag that nobody here knows is no obstacle."""

import re
from functools import cache
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.merge.layouts.brackets import DEEPEST

MOST = 100_000  # aliases of aliases multiply: comparing such data would never end

_deep = re.compile(rf"^[ \t?:-]{{{DEEPEST}}}", re.MULTILINE).search


class Tagged(NamedTuple):
    """A value with a tag of some program's own, such as `!ENV`: compared, never understood."""

    tag: str
    value: Any


def values(text: str) -> Any:
    """Return the document's data; raises FormatError where it is not valid, also for a key that is written twice."""
    import yaml

    if text.count("[") + text.count("{") > DEEPEST or _deep(text):
        _refuse_deep(text)
    try:
        loader = _loader()(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {})
        return loader.construct_document(node)
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise invalid(error) from error


def invalid(error: Exception) -> FormatError:
    """Return what PyYAML found wrong, as our own error."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f"line {mark.line + 1}" if mark else "this"
    return FormatError(f"{place} is not valid YAML: {problem or ' '.join(str(error).split())}")


@cache
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """A safe loader that takes every mapping as it is written: each key as text, and `<<` as one of them."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            return {self.construct_scalar(key): self.construct_object(value, deep=deep) for key, value in node.value}

    Loader.add_constructor(None, _tagged)
    return Loader


def _tagged(loader: Any, node: Any) -> Tagged:
    if node.id == "mapping":
        return Tagged(node.tag, loader.construct_mapping(node, deep=True))
    if node.id == "sequence":
        return Tagged(node.tag, loader.construct_sequence(node, deep=True))
    return Tagged(node.tag, loader.construct_scalar(node))


def _refuse_deep(text: str) -> None:
    """Raise FormatError where so much is nested that libyaml's composer, which recurses in C, could end the process."""
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=_loader()):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise FormatError(f"this is nested more than {DEEPEST} levels deep")
    except (yaml.YAMLError, ValueError) as error:
        raise invalid(error) from error


def _count(node: Any, sizes: dict[int, int]) -> int:
    """Return how many values a node holds, aliases written out; raises FormatError for too many, or a key twice."""
    if node.id == "scalar":
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = MOST  # found again on the way down, it holds itself
        if node.id == "mapping":
            keys = [key.value for key, _ in node.value if key.id == "scalar"]
            if len(set(keys)) < len(keys):
                raise FormatError("a key of this YAML is written twice")
        inner = [part for pair in node.value for part in pair] if node.id == "mapping" else node.value
        sizes[id(node)] = 1 + sum(_count(part, sizes) for part in inner)
    if sizes[id(node)] > MOST:
        raise FormatError(f"this holds more than {MOST:,} values, or holds itself")
    return sizes[id(node)]
