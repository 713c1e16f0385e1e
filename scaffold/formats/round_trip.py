"""ruamel.yaml as our edits need it: the layout of the file at hand, and every key its text, written as it was."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ruamel.yaml import YAML

# A YAML key whose value starts on a later line, and how deep that is indented: a mapping, or a list.
_OPENED = rb"^( *)[^\s#-][^\n]*:[ \t\r]*(?:#[^\n]*)?\n(?:[ \t\r]*(?:#[^\n]*)?\n)*\1"
_NESTED = re.compile(_OPENED + rb"( +)[^\s#-]", re.MULTILINE)
_LISTED = re.compile(_OPENED + rb"( *)- ", re.MULTILINE)
_KEY = "!key"
_TYPED = tuple(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null", "timestamp"))


class Bare(str):
    """A key that stands in the file without quotes, and means a number, a day, true or nothing there."""

    __slots__ = ()


def round_trip(content: bytes) -> "YAML":
    """Return what reads and writes a file with its comments, in the indentation of the file."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.Composer, yaml.Constructor, yaml.Representer = _parts()
    yaml.preserve_quotes = True
    yaml.width = 4096
    nested, listed = _NESTED.search(content), _LISTED.search(content)
    offset = len(listed[2]) if listed else 0
    yaml.indent(mapping=len(nested[2]) if nested else 2, sequence=offset + 2, offset=offset)
    return yaml


@cache
def _parts() -> tuple[Any, Any, Any]:
    from ruamel.yaml import ScalarNode
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.representer import RoundTripRepresenter

    class Composing(Composer):
        """A composer that lets no key become anything but text."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            node = super().compose_node(parent, index)
            is_key = parent is not None and parent.id == "mapping" and index is None
            if not is_key or node.id != "scalar" or node.anchor or node.style or str(node.tag) not in _TYPED:
                return node
            return ScalarNode(_KEY, node.value, node.start_mark, node.end_mark, comment=node.comment)

    class Constructing(RoundTripConstructor):
        pass

    class Representing(RoundTripRepresenter):
        pass

    def written(representer: Any, key: Bare) -> Any:
        tag = representer.dumper.resolver.resolve(ScalarNode, str(key), (True, False))
        return ScalarNode(tag, str(key))

    Constructing.add_constructor(_KEY, lambda _, node: Bare(node.value))
    Representing.add_representer(Bare, written)
    return Composing, Constructing, Representing
