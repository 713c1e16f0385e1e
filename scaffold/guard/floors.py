"""Floors: how low a tool's settings may be, as a table of keys, what each must cover, and what is said if it does not.

What is more than a floor asks is the team's own.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import partial
from itertools import accumulate
from posixpath import dirname
from typing import Any, NamedTuple

from scaffold.blueprint.globs import globs
from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, listed, mapping
from scaffold.guard.finding import Found
from scaffold.guard.given import is_given
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_aside
from scaffold.guard.readers.inifile import ini
from scaffold.guard.rule import CannotTell
from scaffold.guard.tables import table

MOST = 500  # patterns of what a tool leaves out
LONGEST = 500  # characters of a regular expression that is tried
Floor = Mapping[str, Any]
TABLES: Mapping[str, Mapping[str, Any]] = table("floors")


class Settings(NamedTuple):
    """A tool's settings in one place: the document, and how their keys are spelt in it."""

    document: Located
    spelt: str

    def way(self, key: str) -> tuple[str, ...]:
        """Return the way to a key."""
        return tuple(self.spelt.format(key=key).split("."))

    def get(self, key: str) -> Any:
        """Return a setting, or None."""
        found = below(self.document, *self.way(key))
        return None if found is None else found.data

    @property
    def is_there(self) -> bool:
        """Whether the document holds the tool's table at all."""
        head, _, _ = self.spelt.partition("{key}")
        if head.endswith(":"):  # coverage has a section for each of its tables
            return any(str(name).startswith(head) for name in mapping(self.document.data))
        return not head or below(self.document, *head.rstrip(".").split(".")) is not None

    def breach(self, key: str, message: str) -> Found:
        """Return what is wrong with a setting, at the nearest place to it that is there."""
        way = self.way(key)
        return Found(message, self.document.file, line_at(self.document, *way), ".".join(way))


class Asked(NamedTuple):
    """What floors are held against: the rule's parameters, and the files of the product."""

    parameters: Mapping[str, Any]
    product: Sequence[str]


def settings_of(look: Look, tool: str) -> Settings | None:
    """Return a tool's settings: those in the first place, in its own order, that holds any."""
    return next(_settings(look, tool, ""), None)


def below_floors(look: Look, tool: str, product: Sequence[str]) -> Iterator[Found]:
    """Yield each setting of a tool that is below its floor."""
    table = TABLES[tool]
    asked = Asked(look.parameters, product)
    top = settings_of(look, tool)
    if top is not None:
        yield from _breaches(top, table["floors"], asked)
    elif missing := table.get("missing"):
        yield Found(missing, "pyproject.toml" if "pyproject.toml" in look else None)
    if key := table.get("below"):  # settings further in extend those above them, unless they name the rules anew
        for inner in _settings(look, tool, "**/"):
            if is_aside(inner.document.file):
                continue
            if any(inner.get(name) is not None for name in (key, f"lint.{key}")):
                yield from _breaches(inner, [one for one in table["floors"] if not one.get("top")], asked)
            else:
                yield from _breaches(inner, [one for one in table["floors"][1:] if not one.get("top")], asked)


def _settings(look: Look, tool: str, folder: str) -> Iterator[Settings]:
    for name, spelt in TABLES[tool]["places"]:
        for path in look.paths(f"/{name}") if not folder else (one for one in look.paths(name) if "/" in one):
            read = look.data if path.endswith(".toml") else partial(ini, look)
            document = read(path) if is_given(look, path) else None
            if document is not None and (found := Settings(document, spelt)).is_there:
                yield found


def _breaches(settings: Settings, floors: Sequence[Floor], asked: Asked) -> Iterator[Found]:
    for floor in floors:
        ask = next(name for name in ASKS if name in floor)
        said = list(ASKS[ask](settings, floor, asked))
        for words in said:
            yield settings.breach(floor["keys"][0], floor["says"].format(*words))
        if said and floor.get("last"):  # what comes after is nothing without it
            return


def texts(given: Any) -> tuple[str, ...]:
    """Return a setting as texts, however it is written: a list, or words between blanks."""
    if isinstance(given, str):
        return tuple(given.split())
    return tuple(map(str, given)) if isinstance(given, Sequence) else ()


def covers(codes: Sequence[str], family: str) -> bool:
    """Whether one of some codes stands for all of a family."""
    return any(code == "ALL" or family.startswith(code) for code in codes)


def _first(settings: Settings, keys: Sequence[str]) -> Any:
    return next((found for key in keys if (found := settings.get(key)) is not None), None)


Words = Iterator[tuple[str, ...]]


def _covers(settings: Settings, floor: Floor, asked: Asked) -> Words:
    chosen = _first(settings, floor["keys"])
    codes = [*texts(floor["default"] if chosen is None else chosen)]
    codes += [code for key in floor["more"] for code in texts(settings.get(key))]
    if missing := [one for one in asked.parameters[floor["covers"]] if not covers(codes, one)]:
        yield (", ".join(missing),)


def _lacks(settings: Settings, floor: Floor, asked: Asked) -> Words:
    codes = texts(_first(settings, floor["keys"]))
    if off := [one for one in asked.parameters[floor["lacks"]] if one != "ALL" and covers(codes, one)]:
        yield (", ".join(off),)


def _spares(settings: Settings, floor: Floor, asked: Asked) -> Words:
    """Look at patterns that each leave out some codes."""
    together: dict[str, dict[str, Sequence[str]]] = {}
    for pattern, codes in mapping(_first(settings, floor["keys"])).items():
        off = [one for one in asked.parameters[floor["spares"]] if one != "ALL" and covers(texts(codes), one)]
        everything = "ALL" in texts(codes)
        matched = _matched(str(pattern), asked.product)
        if everything and matched:
            yield "everything", str(pattern)
        elif off:
            together.setdefault(", ".join(off), {})[str(pattern)] = matched
    for names, found in together.items():
        yield from ((names, *pattern) for pattern in _left_out(found, asked))


def _keeps(settings: Settings, floor: Floor, asked: Asked) -> Words:
    """Look at patterns that leave out whole files, each of them and all together."""
    yield from _left_out({one: _matched(one, asked.product) for one in _patterns(settings, floor)}, asked)


def _left_out(matched: Mapping[str, Sequence[str]], asked: Asked) -> Words:
    """Yield each pattern that leaves a folder out, or all of them where they do so together only."""
    folders = [pattern for pattern, paths in matched.items() if _is_folder(paths, asked.product)]
    yield from ((pattern,) for pattern in folders)
    if not folders and _emptied({path for paths in matched.values() for path in paths}, asked.product):
        yield (", ".join(matched),)


def _emptied(left_out: Iterable[str], product: Sequence[str]) -> bool:
    """Whether all files of some folder are left out, and there are several."""
    folders = Counter(map(dirname, product))
    return any(number > 1 and number == folders[folder] for folder, number in Counter(map(dirname, left_out)).items())


def _reaches(settings: Settings, floor: Floor, asked: Asked) -> Words:
    """Look at patterns that name all that is looked at, so that the rest is left out.

    Those that are `named` are folders and modules, and what is in none of the packages that they begin with was never
    meant.
    """
    patterns = _patterns(settings, floor)
    wanted = [_as_folder(one) for one in patterns] if "named" in floor else patterns
    reached = {path for pattern in wanted for path in _matched(pattern, asked.product)}
    meant = asked.product
    if "named" in floor and reached:
        tops = {f"/{one.removeprefix('src/').strip('/').partition('/')[0]}/" for one in wanted}
        meant = [path for path in asked.product if any(top in f"/{path}" for top in tops)]
    if patterns and _is_folder([path for path in meant if path not in reached], asked.product):
        yield (", ".join(patterns),)


def _as_folder(name: str) -> str:
    """Return a pattern for a folder or a module; what only a run knows may be all."""
    if "$" in name or name.startswith(("~", "/")) or not name.strip("./"):
        return "**"
    return name if "/" in name or name.endswith(".py") else name.replace(".", "/").removesuffix("/*")


def _takes(settings: Settings, floor: Floor, _: Asked) -> Words:
    """Look at beginnings, or patterns, of names, of which one has to take the usual ones."""
    names = _patterns(settings, floor)
    if names and not any(floor["takes"].startswith(name) or fnmatchcase(floor["takes"], name) for name in names):
        yield (", ".join(names),)


def _patterns(settings: Settings, floor: Floor) -> list[str]:
    """Return patterns, in a list or in a text; raises CannotTell for more of them than people write."""
    given = _first(settings, floor["keys"])
    patterns = re.split(r"[\s,]+", given.strip()) if isinstance(given, str) else texts_of(given)
    if len(patterns) > MOST:
        raise CannotTell(f"{floor['keys'][0]} has more than {MOST} patterns in {settings.document.file}")
    return [one for pattern in patterns if (one := pattern.strip(" ,"))]


def _is_folder(matched: Sequence[str], product: Sequence[str]) -> bool:
    """Whether what is left out is more than one file of its kind: a folder, or all there is."""
    return len(matched) > 1 or (bool(matched) and len(matched) == len(product))


def _keeps_by_regex(settings: Settings, floor: Floor, asked: Asked) -> Words:
    """Look at regular expressions, each held against a file and the folders that it is in, as mypy does."""
    matched: dict[str, list[str]] = {}
    for pattern in texts_of(_first(settings, floor["keys"])):
        if len(pattern) > LONGEST or len(matched) > MOST:
            raise CannotTell(f"{floor['keys'][0]} is longer than people write it in {settings.document.file}")
        with suppress(re.error):
            search = re.compile(pattern).search
            found = (path for path in asked.product if any(map(search, accumulate(re.findall(r"[^/]+/?", path)))))
            matched[pattern] = list(found)
    yield from _left_out(matched, asked)


def _matched(pattern: str, paths: Sequence[str]) -> list[str]:
    negated = pattern.startswith("!")
    try:
        spec = globs((pattern.lstrip("!").removeprefix("./"),))
    except ValueError:
        return []
    return [path for path in paths if (spec.matches(path) or fnmatchcase(f"/{path}", pattern)) != negated]


def _is(settings: Settings, floor: Floor, _: Asked) -> Words:
    if not any(settings.get(key) == floor["is"] for key in floor["keys"]) and not _optional(settings, floor):
        yield ()


def _optional(settings: Settings, floor: Floor) -> bool:
    """Whether an option that is always given says the same."""
    given = settings.get("addopts")
    options = given if isinstance(given, str) else " ".join(texts(given))
    return "or_option" in floor and re.search(floor["or_option"], options) is not None


def _not(settings: Settings, floor: Floor, _: Asked) -> Words:
    given = _first(settings, floor["keys"])
    if given is not None and type(given) is type(floor["not"]) and given == floor["not"]:
        yield ()


def _holds(settings: Settings, floor: Floor, _: Asked) -> Words:
    given = _first(settings, floor["keys"])
    lines = [line.strip() for line in texts_of(given)]
    held = floor["holds"] in lines and not set(lines[lines.index(floor["holds"]) :]) & set(floor.get("undone_by", ()))
    if not held and not _optional(settings, floor):
        yield ()


def _empty(settings: Settings, floor: Floor, _: Asked) -> Words:
    if off := texts(_first(settings, floor["keys"])):
        yield (", ".join(off),)


def _without(settings: Settings, floor: Floor, _: Asked) -> Words:
    if match := re.search(floor["without"], " ".join(texts_of(_first(settings, floor["keys"])))):
        yield (match[0],)


ORDINARY = (
    "    total = price * count", "    return total", "def total(price: int, count: int) -> int:", "class Order:",
    "    if total > limit:", "    raise OrderError(total)", "    for order in orders:",
)  # fmt: skip


def _narrow(settings: Settings, floor: Floor, _: Asked) -> Words:
    """Look for patterns that match lines of any kind."""
    for pattern in texts_of(_first(settings, floor["keys"])):
        try:
            matched = [line for line in ORDINARY if len(pattern) <= LONGEST and re.search(pattern, line)]
        except re.error:
            continue
        if matched:
            yield (pattern,)


def texts_of(given: Any) -> list[str]:
    """Return a setting as a list of texts, whole lines as they are."""
    return [given] if isinstance(given, str) else [str(one) for one in listed(given)]


ASKS: Mapping[str, Callable[[Settings, Floor, Asked], Words]] = {
    "covers": _covers, "lacks": _lacks, "spares": _spares, "keeps": _keeps, "keeps_by_regex": _keeps_by_regex,
    "reaches": _reaches, "takes": _takes, "is": _is, "not": _not, "holds": _holds, "empty": _empty,
    "without": _without, "narrow": _narrow,
}  # fmt: skip
