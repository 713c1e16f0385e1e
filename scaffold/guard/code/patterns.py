"""Tables of patterns: which calls, values and names break which rule, read once and found by their last word."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from scaffold.guard import tables
from scaffold.guard.code.facts import OPEN, UNKNOWN, Argument, Fact, Source, Wanted, keys_of, plain
from scaffold.guard.code.hosts import is_far
from scaffold.guard.finding import Found, Severity
from scaffold.guard.words import small, words

TABLES = ("transport", "tokens", "cryptography", "inbound", "service")
MOST = 2_000  # facts of a file that one pattern is held against: people write no more
LANGUAGES = ("python", "script", "go", "java", "settings")
_NAMED = re.compile(r"\$([a-z]+)")


class Pattern:
    """One line of a table, with its texts as regular expressions."""

    def __init__(self, said: Mapping[str, Any], table: Mapping[str, Any]) -> None:
        """Take what the line says; `$name` stands for what the table calls so."""
        self.said = {key: _resolved(value, table.get("names", {})) for key, value in said.items()}
        self.rule: str = said.get("rule", table["rule"])
        self.kind = next((kind for kind in ("call", "set", "name", "text", "import", "body") if kind in said), "")
        self.names: Sequence[str] = self.said[self.kind]
        self.arguments: Sequence[str] = self.said.get("argument", ("",))
        self._asked = table.get("asked", "(?!)")
        self.says: str = table.get("says", {}).get(said.get("says"), said.get("says", ""))

    @property
    def asked(self) -> re.Pattern[str]:
        """Conditions that make it somebody's own choice."""
        return _regex(self._asked)

    def regex(self, key: str) -> re.Pattern[str] | None:
        """Return a text of the line as a regular expression, or None."""
        return _regex(self.said[key]) if key in self.said else None

    @cached_property
    def conditions(self) -> Sequence[tuple[str, bool, re.Pattern[str]]]:
        """What a part of a fact, or its file, must hold, and what it must not."""
        parts = {"within": "around", "of": "of", "named": "name", "holds": "holds"}
        asked = [(part, True, self.regex(key)) for key, part in parts.items()]
        refused = [(part, False, self.regex(f"not_{key}")) for key, part in parts.items()]
        return [(part, is_asked, regex) for part, is_asked, regex in (*asked, *refused) if regex is not None]

    def is_called(self, name: str) -> bool:
        """Whether a whole name is one of those meant: `a.*.b`, or a last name alone."""
        ends, globs = self._called
        return f".{name}".endswith(ends) or (globs is not None and globs.fullmatch(name) is not None)

    @cached_property
    def _called(self) -> tuple[tuple[str, ...], re.Pattern[str] | None]:
        globs = "|".join(re.escape(name).replace(r"\*", ".*") for name in self.names if "*" in name)
        ends = tuple(f"{before}{name}" for name in self.names if "*" not in name for before in "./")
        return ends, re.compile(rf"(?:.*[./])?(?:{globs})") if globs else None

    @property
    def keys(self) -> Iterator[str]:
        """What facts are asked for that it may match: the last part of names, or arguments where any name will do."""
        for name in self.names if self.kind != "text" else ("",):
            yield from self._keys_of(name)

    def _keys_of(self, name: str) -> Iterator[str]:
        last = name if self.kind == "import" else name.rpartition(".")[2]
        if self.kind == "set":
            yield plain(name)
        elif last == "*":
            yield from (f"({key}" for key in self.arguments)
        else:
            yield last

    @property
    def needles(self) -> Iterator[tuple[str, ...]]:
        """Words that all stand in a file that it matches, of one way or another; the first, perhaps a text, tells most.

        They are in small letters and without lines between them. The table may say the first, `word&word` for two; to
        it come all parts of a name, since few files that hold `random` hold `random.choice`.
        """
        for name in self.names if self.kind != "text" else ("",):
            keys = self.said.get("needle") or (_last_word(key) for key in self._keys_of(name))
            parts = re.split(r"[./]", name) if self.kind in ("call", "name", "body") else ()
            words = [word for part in parts if len(word := plain(part).strip("@()")) > 1 and word.isalnum()]
            yield from (tuple(dict.fromkeys((*key.split("&"), *words))) for key in keys)

    @cached_property
    def hints(self) -> Sequence[str]:
        """What stands in a text that it matches, as `plain` has it."""
        return [plain(needle[0].strip("\"'").lstrip("/")) for needle in self.needles]


def _last_word(key: str) -> str:
    return plain(re.findall(r"[\w-]+", key)[-1]).strip("*@")


def _resolved(value: Any, names: Mapping[str, Any]) -> Any:
    """Put what names of the table stand for in the place of `$name`: in a text another text, in a list another list."""
    if isinstance(value, str):
        return _NAMED.sub(lambda match: str(names.get(match[1], match[0])), value)
    if isinstance(value, list) and not isinstance(value[0], list):
        return [inner for one in value for inner in (names[one[1:]] if str(one).startswith("$") else [one])]
    return value


@cache
def _regex(text: str) -> re.Pattern[str]:
    return re.compile(text, re.DOTALL)


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return a table as it is written."""
    found: Mapping[str, Any] = tables.table(f"code/patterns/{name}")
    return found


@cache
def patterns(language: str) -> Mapping[tuple[str, str], Sequence[Pattern]]:
    """Return the patterns of a language by kind and key."""
    found: dict[tuple[str, str], list[Pattern]] = {}
    for name in TABLES:
        rows = table(name)
        for said in (one for one in rows["patterns"] if language in one.get("in", LANGUAGES[:4])):
            pattern = Pattern(said, rows)
            for key in pattern.keys:
                found.setdefault((pattern.kind, key), []).append(pattern)
    return found


@cache
def wanted(language: str) -> Wanted:
    """Return what the patterns of a language speak of."""
    rows = patterns(language)
    names = frozenset(key.strip("(@") for kind, key in rows if kind in ("call", "name")) - {""}
    texts = sorted({hint for one in rows[("text", "")] for hint in one.hints})
    return Wanted(names, frozenset(key for kind, key in rows if kind == "set"), texts)


class Needles(NamedTuple):
    """What stands in every file that a pattern of a language matches: a word or a text, and all words of one way.

    Texts are by their longest word, with a blank where it is seen to begin or to end, as in `words`.
    """

    words: frozenset[bytes]
    texts: Mapping[bytes, Sequence[bytes]]
    ways: Mapping[bytes, Sequence[frozenset[bytes]]]

    def stand_in(self, content: bytes) -> bool:
        """Whether a file may be matched."""
        once, whole = words(content), small(content)
        found = once.split()
        first = [text for word, texts in self.texts.items() if word in once for text in texts if text in whole]
        first += self.words.intersection(found)
        return bool(first) and any(map(frozenset(found).issuperset, (way for one in first for way in self.ways[one])))


@cache
def needles(language: str, *, in_texts: bool | None = None) -> Needles:
    """Return what stands in every file that a pattern of a language matches, or one of texts alone, or one of names."""
    ways: dict[bytes, list[frozenset[bytes]]] = {}
    asked = {
        one for (kind, _), some in patterns(language).items() if in_texts in (None, kind == "text") for one in some
    }
    for first, *rest in {needle for one in asked for needle in one.needles}:
        ways.setdefault(first.encode(), []).append(frozenset(word.encode() for word in rest))
    texts: dict[bytes, list[bytes]] = {}
    for text in (text for text in ways if not text.isalnum()):
        texts.setdefault(_longest_word(text), []).append(text)
    return Needles(frozenset(filter(bytes.isalnum, ways)), texts, ways)


def _longest_word(text: bytes) -> bytes:
    found = max(re.finditer(rb"[a-z0-9]*", text), key=lambda match: len(match[0]))
    before, behind = found.start() > 0, found.end() < len(text)
    return b" " * before + found[0] + b" " * behind if found[0] else b""


def matches(source: Source, language: str, text: str) -> Iterator[tuple[Pattern, Found]]:
    """Yield what patterns find in a source; `path` is left to whoever knows it."""
    rows = patterns(language)
    stopped: set[tuple[str, int, str]] = set()
    asked: Counter[int] = Counter()
    for fact in source.facts:
        for pattern in _candidates(fact, rows):
            at = (pattern.rule, fact.line, fact.name)
            asked[id(pattern)] += 1
            if (
                asked[id(pattern)] <= MOST
                and at not in stopped
                and _is_meant(pattern, fact, text)
                and _are_given(pattern, fact, source)
            ):
                for found in _found(pattern, fact, source):
                    yield pattern, found
                    stopped |= {at} if "stop" in pattern.said and found.known else set()


def _candidates(fact: Fact, rows: Mapping[tuple[str, str], Sequence[Pattern]]) -> Iterator[Pattern]:
    if fact.kind == "text":
        text = plain(fact.name)
        yield from (one for one in rows.get(("text", ""), ()) if any(map(text.__contains__, one.hints)))
        return
    last = fact.name.rpartition(".")[2]
    keys = [fact.name if fact.kind == "import" else last]
    if fact.kind == "set":
        keys = [*keys_of(fact.name)]
    elif fact.kind == "call":
        keys += [f"({argument.name}" for argument in fact.arguments]
    for key in dict.fromkeys(keys):
        yield from rows.get((fact.kind, key), ())


def _is_meant(pattern: Pattern, fact: Fact, text: str) -> bool:
    """Whether what is around a fact is as the pattern asks."""
    said = pattern.said
    if pattern.kind in ("call", "name", "body") and not pattern.is_called(fact.name):
        return False
    for part, is_asked, regex in pattern.conditions:
        found = _holds(regex, text) if part == "holds" else regex.search(getattr(fact, part)) is not None
        if found != is_asked:
            return False
    given = {argument.name for argument in fact.arguments}
    if "unless" in said and not given.isdisjoint(said["unless"]):
        return False
    return all(name in given for name in said.get("given", ()) if not name.startswith("'"))


@lru_cache(64)
def _holds(regex: re.Pattern[str], text: str) -> bool:
    """Whether a file holds something, which many of its facts ask for."""
    return regex.search(text) is not None


def _are_given(pattern: Pattern, fact: Fact, source: Source) -> bool:
    """Whether the texts are among the arguments that have to be: `'text'` in what must be given."""
    texts = [name for name in pattern.said.get("given", ()) if name.startswith("'")]
    return not texts or {one.lower() for argument in fact.arguments for one in source.readings(argument.at)}.issuperset(
        text.lower() for text in texts
    )


def _found(pattern: Pattern, fact: Fact, source: Source) -> Iterator[Found]:
    if "lacks" in pattern.said:
        yield from _lacking(pattern, fact)
    elif pattern.kind == "text":
        yield from _in_text(pattern, fact)
    elif "is" in pattern.said:
        yield from _by_value(pattern, fact, source)
    else:
        yield _made(pattern, fact, fact.name)


def _lacking(pattern: Pattern, fact: Fact) -> Iterator[Found]:
    """Look for arguments that are not given; the first of each list is what it is called."""
    given = {argument.name for argument in fact.arguments}
    by_key = {name for name in given if not name.isdecimal()}
    if OPEN in given or (not by_key and not given.isdisjoint(pattern.said.get("open", ()))):
        return
    given |= {f".{name}" for name in fact.name.split(".")}
    lacks = [names[0].strip("().") for names in pattern.said["lacks"] if given.isdisjoint(names)]
    if lacks:
        yield _made(pattern, fact, pattern.said.get("between", ", ").join(lacks))


def _in_text(pattern: Pattern, fact: Fact) -> Iterator[Found]:
    line, done = fact.line, 0
    for match in _regex(pattern.said["text"]).finditer(fact.name):
        line += fact.name.count("\n", done, match.start())
        done = match.start()
        if "far" not in pattern.said or is_far(match["host"]):
            yield _made(pattern, fact._replace(line=line), match)


def _by_value(pattern: Pattern, fact: Fact, source: Source) -> Iterator[Found]:
    for argument in fact.arguments:
        if argument.name in pattern.arguments:
            yield from _of_argument(pattern, fact, argument, source.readings(argument.at))


def _of_argument(pattern: Pattern, fact: Fact, argument: Argument, readings: Sequence[str]) -> Iterator[Found]:
    found = list(_matching(pattern, readings))
    for match in found if "each" in pattern.said else found[:1]:
        yield _made(pattern, fact, match, argument.name)
    outside = [one[1:] for one in readings if one.startswith(UNKNOWN)] if "unsure" in pattern.said and not found else []
    if outside and not _regex(pattern.said["unsure"]).search(outside[0]):
        name = argument.name if argument.name and not argument.name.isdecimal() else fact.name.rpartition(".")[2]
        why = f"what {name} is here is decided elsewhere, and cannot be told"
        yield Found(why, line=fact.line, known=False)


def _matching(pattern: Pattern, readings: Sequence[str]) -> Iterator[re.Match[str]]:
    for reading in readings:
        match = _regex(pattern.said["is"]).fullmatch(reading.removeprefix(UNKNOWN))
        if match and ("far" not in pattern.said or is_far(match["host"])):
            yield match


def _made(pattern: Pattern, fact: Fact, what: str | re.Match[str], argument: str = "") -> Found:
    base, _, last = fact.name.rpartition(".")
    groups: Sequence[str] = (what,) if isinstance(what, str) else ()
    words = {"last": last, "named": fact.name, "package": base, "name": argument, "option": argument[7:]}
    if isinstance(what, re.Match):
        whole = next((group for group in what.groups() if group), what[0])
        groups, words = (whole.strip("'"), *what.groups()[1:]), words | what.groupdict(default="")
    said = str(pattern.said.get("what", "{0}")).format(*groups, **words)
    message = pattern.says.format(said, **words)
    severity: Severity | None = "low" if pattern.asked.search(fact.when) else pattern.said.get("severity")
    known = "unknown" not in pattern.said
    return Found(message, line=fact.line, severity=severity, fix=pattern.said.get("fix"), known=known)
