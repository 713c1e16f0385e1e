"""Choices and lists of answers, by Copier's rules."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from scaffold.errors import FormatError
from scaffold.formats import yaml

Rendered = Callable[[Any], Any]


class Choice(NamedTuple):
    """One choice: its value before the cast, and why it cannot be taken (empty: it can)."""

    label: str
    value: Any
    disabled: str = ""


def choices(written: Any, rendered: Rendered, file: str) -> tuple[Choice, ...]:
    """Return the choices of a list, a mapping, or a text that renders to either; raises ValueError or FormatError."""
    if isinstance(written, str):
        written = yaml.load(str(rendered(written)).encode(), file).data
    if isinstance(written, Mapping):
        return tuple(_choice(label, value, rendered, pair=True) for label, value in written.items())
    if isinstance(written, str):
        raise ValueError(written)  # noqa: TRY004 - one kind of error for the caller
    found = []
    for item in written or ():
        if isinstance(item, list | tuple):
            label, value = item
            found.append(_choice(label, value, rendered, pair=True))
        else:
            found.append(_choice(item, item, rendered, pair=False))
    return tuple(found)


def written_out(written: Any, file: str) -> list[Any] | None:
    """Return the values that can be chosen, or None where that takes an answer to tell."""
    if not isinstance(written, list | dict):
        return None
    try:
        made = choices(written, lambda value: value, file)
    except (TypeError, ValueError, KeyError, FormatError):
        return None
    told = (text for one in made for text in (one.value, one.disabled))
    decided = any(isinstance(text, str) and "{" in text for text in told)
    return None if decided else [one.value for one in made if not one.disabled]


def _choice(label: Any, value: Any, rendered: Rendered, *, pair: bool) -> Choice:
    disabled = ""
    if pair and isinstance(value, Mapping):
        disabled, value = str(rendered(value.get("validator", ""))), value["value"]
    label, value = str(rendered(label)), rendered(value)
    return Choice(label, label if value is None else value, disabled)


def items_of(text: str) -> list[str]:
    """Split a YAML list, whose items stay as they are written; raises ValueError for what is no list.

    Copier does so (`parse_yaml_list`), since the items of a multiselect question have that question's type.
    """
    import yaml as pyyaml  # not at start-up, as in formats.yaml

    try:
        node = pyyaml.compose(text, Loader=pyyaml.SafeLoader)
    except (pyyaml.YAMLError, RecursionError) as error:
        raise ValueError(text) from error
    if not isinstance(node, pyyaml.SequenceNode):
        raise ValueError(text)  # noqa: TRY004 - one kind of error for the caller
    return [_raw(item, text) for item in node.value]


def _raw(item: Any, text: str) -> str:
    raw = text[item.start_mark.index : item.end_mark.index].strip()
    quoted = item.id == "scalar" and item.tag == "tag:yaml.org,2002:str" and raw[:1] == raw[-1:] and raw[:1] in "'\""
    return raw[1:-1] if raw and quoted else raw
