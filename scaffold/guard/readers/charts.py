"""Helm's charts as rules see them: what their templates say word for word, with the chart's own values."""

import re
from collections.abc import Callable, Iterator

from scaffold.errors import FormatError
from scaffold.formats import documents as formats
from scaffold.formats.located import KeyPath, Located
from scaffold.formats.lookup import value
from scaffold.formats.regex import regex
from scaffold.guard.look import Look

FILLED = "…"  # stands where a template puts in what only Helm knows
_VALUE = regex(r"\.Values\.([\w.]{1,200})")
_EQUAL = regex(r'\b(eq|ne) \.Values\.[\w.]{1,200} "([^"]{0,200})"$')
_COMPARED = regex(r"\b(?:eq|ne|gt|ge|lt|le|contains|has|hasKey|semverCompare)\b")
_SETTING = regex(r"[ \t]*+(?:- )?(\w{1,80}):[ \t]*+([\w./-]*)[ \t]*+(?:#.*)?")


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
            yield from template(path, text, values)


def rendered(text: str, values: Located | None) -> str:
    """Return a template without its actions, line for line; what stands under a condition that does not hold goes."""
    first, *parts = text.split("{{")
    done, standing = [first], list[bool | None]([True])
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


def _turn(standing: list[bool | None], words: str, values: Located | None) -> None:
    """Note where a block begins, turns or ends: what follows stands, or does not yet, or never will (None)."""
    if re.match(r"(?:if|with|range)\b", words):
        standing.append(_holds(words, values) if standing[-1] else None)
    elif re.match(r"(?:define|block)\b", words):
        standing.append(standing[-1])
    elif words.startswith("else") and len(standing) > 1:
        standing[-1] = _holds(words, values) if standing[-1] is False else None
    elif words == "end" and len(standing) > 1:
        standing.pop()


def _holds(words: str, values: Located | None) -> bool:
    """Whether a condition holds with the chart's values; one that asks for none of those that it has, is taken to."""
    said = [value(values, *name.split(".")) for name in _VALUE.findall(words)]
    if (equal := _EQUAL.search(words)) and said[0] is not None:
        return (str(said[0]) == equal[2]) is (equal[1] == "eq")
    if not said or _COMPARED.search(words):
        return all(one is None for one in said)
    if re.search(r"\bnot\b", words):
        return not all(said)
    return any(said) if re.search(r"\bor\b", words) else all(said)


def template(path: str, text: str, values: Located | None = None) -> tuple[Located, ...]:
    """Return the documents of a template; where no YAML is left of it, the settings that it has on lines."""
    text = rendered(text, values)
    try:
        return formats.load(path, text.encode(errors="replace"), ".yaml")
    except FormatError:
        found_at = ((number, _SETTING.fullmatch(line)) for number, line in enumerate(text.split("\n"), 1))
        settings = [(number, match[1], match[2]) for number, match in found_at if match]
        lines: dict[KeyPath, int | str] = {(at, key): number for at, (number, key, _) in enumerate(settings)}
        return (Located([{key: text or {}} for _, key, text in settings], path, lines),)
