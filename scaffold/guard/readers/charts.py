"""Helm's charts as rules see them: what their templates say word for word, with the chart's own values."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scaffold.errors import FormatError
from scaffold.formats import documents as formats
from scaffold.formats.located import Located
from scaffold.formats.lookup import value
from scaffold.guard.look import Look

FILLED = "x"  # stands where a template puts in what only Helm knows
_VALUE = re.compile(r"\.Values\.([\w.]{1,200})")
_SETTING = re.compile(r"[ \t]*+(?:- )?(\w{1,80}):[ \t]*+([\w./-]*)[ \t]*+(?:#.*)?")


def folders(look: Look) -> tuple[str, ...]:
    """Return the folders in which templates of charts stand."""
    return tuple(path.removesuffix("Chart.yaml") + "templates/" for path in look.paths("Chart.yaml"))


def made(look: Look, is_wanted: Callable[[str], bool]) -> Iterator[Located]:
    """Yield what charts come to: the values that they have by themselves, and the documents of their templates."""
    for folder in (folder.removesuffix("templates/") for folder in folders(look) if is_wanted(folder)):
        for path in look.paths(f"/{folder}values*.yaml", f"/{folder}values*.yml"):
            yield from look.documents(path)
        values = look.data(f"{folder}values.yaml")
        for path, text in look.texts(*(f"/{folder}templates/**/*.{ending}" for ending in ("yaml", "yml", "tpl"))):
            yield from _documents(path, rendered(text, values))


def rendered(text: str, values: Located | None) -> str:
    """Return a template without its actions, line for line; what stands under a condition that does not hold goes."""
    first, *parts = text.split("{{")
    done, standing = [first], [True]
    for part in parts:
        action, closed, rest = part.partition("}}")
        if not closed:
            break
        words = action.strip("- \t\r\n")
        is_alone = not done[-1].rpartition("\n")[2].strip() and not rest.partition("\n")[0].strip()
        done.append(_filled(words, is_alone=is_alone) if standing[-1] else "")
        _turn(standing, words, values)
        done.append("\n" * action.count("\n") + (rest if standing[-1] else "\n" * rest.count("\n")))
    return "".join(done)


def _filled(words: str, *, is_alone: bool) -> str:
    is_value = re.match(r"(?:if|else|end|with|range|define|block)\b|/\*|\$\w*\s*:?=", words) is None
    return FILLED if is_value and not is_alone else ""


def _turn(standing: list[bool], words: str, values: Located | None) -> None:
    """Note where a block begins, turns or ends, and whether what follows stands."""
    if re.match(r"(?:if|with|range|define|block)\b", words):
        standing.append(standing[-1] and (words.startswith(("define", "block")) or _holds(words, values)))
    elif words.startswith("else") and len(standing) > 1:
        standing[-1] = standing[-2] and not standing[-1] and _holds(words, values)
    elif words == "end" and len(standing) > 1:
        standing.pop()


def _holds(words: str, values: Located | None) -> bool:
    """Whether a condition holds with the chart's values; one that asks for none of them is taken to hold."""
    said = [bool(value(values, *name.split("."))) for name in _VALUE.findall(words)]
    if re.search(r"\bnot\b", words):
        return not all(said)
    return any(said) if re.search(r"\bor\b", words) and said else all(said)


def _documents(path: str, text: str) -> tuple[Located, ...]:
    """Return the documents of what was a template; where it is no YAML, the settings that it has on lines."""
    try:
        found = formats.load("template.yaml", text.encode(errors="replace"))
        return tuple(Located(one.data, path, one.lines) for one in found)
    except FormatError:
        lines = [
            (number, match) for number, line in enumerate(text.split("\n"), 1) if (match := _SETTING.fullmatch(line))
        ]
        data: list[Mapping[str, Any]] = [{match[1]: match[2] or {}} for _, match in lines]
        return (Located(data, path, {(at, match[1]): number for at, (number, match) in enumerate(lines)}),)
