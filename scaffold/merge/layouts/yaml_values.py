"""The plain data of a YAML document, where a tag that nobody here knows is no obstacle."""

import re
from functools import cache
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import yaml
from scaffold.merge.layouts.brackets import DEEPEST

MOST = 100_000  # aliases of aliases multiply: comparing such data would never end

_deep = re.compile(rf"^[ \t?:-]{{{DEEPEST}}}", re.MULTILINE).search


def values(text: str) -> Any:
    """Return the document's data; raises FormatError where it is not valid, also for a key that is written twice."""
    from yaml import YAMLError

    if text.count("[") + text.count("{") > DEEPEST or _deep(text):
        _refuse_deep(text)
    try:
        loader = _loader()(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, {})
        return loader.construct_document(node)
    except (YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise invalid(error) from error


def invalid(error: Exception) -> FormatError:
    """Return what PyYAML found wrong, as our own error."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f"line {mark.line + 1}" if mark else "this"
    return FormatError(f"{place} is not valid YAML: {problem or ' '.join(str(error).split())}")


@cache
def _loader() -> Any:
    class Loader(yaml.tagged()):  # type: ignore[misc]
        """The reader of what is written, to which `<<` is a key like any other."""

        def flatten_mapping(self, node: Any) -> None:
            pass

    return Loader


def _refuse_deep(text: str) -> None:
    """Raise FormatError where so much is nested that libyaml's composer, which recurses in C, could end the process."""
    from yaml import YAMLError, parse

    try:
        yaml.refuse_deep(parse(text, Loader=_loader()), "")
    except (YAMLError, ValueError) as error:
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
