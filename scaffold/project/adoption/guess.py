"""Guesses at answers: what a repository says of itself, and what stands in its files where a template has an answer."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from scaffold.answers.question import Asked
from scaffold.errors import FormatError
from scaffold.formats import values
from scaffold.formats.equal import at
from scaffold.tree import File, Tree, is_text

# Words that no project holds, in lower case so that most rules let them pass and most filters leave them alone.
PROBES = ("qzprobe", "@qzprobe/qxprobe", "qzprobe@example.org", "https://github.com/qzprobe/qxprobe")
MOST = 6  # values that are tried for one question
MOST_TOGGLED = 12  # choices of one question of which several may be taken
# Which facts answer a question, by words in its name; the first that fits.
MEANT = (
    (r"e?mail", "email"),
    (r"desc|summary|tagline|outcome", "description"),
    (r"owner|org|team|user|account|group|namespace", "owner"),
    (r"author|maintainer|full_?name", "author"),
    (r"python", "python"),
    (r"version", "version"),
    (r"url|repository$", "url"),
    (r"name|slug|package|project|title|repo|module", "name"),
)


class Guess:
    """Answers questions in a person's stead: with what was chosen, the default, or a likely value."""

    def __init__(self, chosen: Mapping[str, Any], facts: Mapping[str, tuple[str, ...]]) -> None:
        """Take the answers that are settled, and what is known of the repository."""
        self._chosen = chosen
        self._facts = facts
        self.asked: dict[str, Asked] = {}
        self.unanswered: set[str] = set()

    def __call__(self, asked: Asked, /) -> Any:
        """Return the reply."""
        name = asked.question.name
        self.asked[name] = asked
        if name in self._chosen:
            return self._chosen[name]
        if (asked.default is not None and not asked.check(asked.default)) or asked.type in ("yaml", "json"):
            return asked.default
        self.unanswered.add(name)
        return next((value for value in self._made_up(asked) if not asked.check(value)), "unknown")

    def _made_up(self, asked: Asked) -> Iterator[Any]:
        if asked.choices is not None:
            yield from asked.choices.values()
        elif asked.type == "bool":
            yield False
        elif asked.type in ("int", "float"):
            yield 0
        else:
            yield from likely(asked.question.name, (), self._facts)
            yield from PROBES


def choices(asked: Asked, now: Callable[[], Any]) -> Iterator[Any]:
    """Yield what to try for a question with choices, or yes and no; `now` tells what is chosen by then."""
    if asked.type == "bool" and asked.choices is None:
        known = now()
        yield from (value for value in (True, False) if value is not known)
        return
    enabled = [value for label, value in (asked.choices or {}).items() if label not in asked.disabled]
    if not asked.question.multiselect:
        yield from (value for value in enabled if value != now())
        return
    for value in enabled[:MOST_TOGGLED]:
        chosen = list(now() or [])
        yield [one for one in chosen if one != value] if value in chosen else [*chosen, value]


def likely(name: str, found: Iterable[str], facts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return values for a question, those found in the files first, then facts that its name speaks of."""
    meant = next((fact for words, fact in MEANT if re.search(words, name.lower())), "")
    return list(dict.fromkeys([*found, *facts.get(meant, ())]))[:MOST]


def read_off(probe: str, tree: Tree, paths: Iterable[str], ours: Mapping[str, File]) -> list[str]:
    """Return what stands in the repository's paths and lines where a render has the probe, the most frequent first."""
    votes: Counter[str] = Counter()
    known = "\n".join(paths)
    for path, file in tree.items():
        if probe in path:
            first, *rest = (re.escape(part) for part in path.split(probe))
            pattern = f"^{first}([^/\n]+?)" + r"\1".join(rest) + "$"
            votes.update([*dict.fromkeys(re.findall(pattern, known, re.MULTILINE))])
        elif path in ours and probe.encode() in file.content:
            votes.update([*dict.fromkeys(_lines_with(probe, file.content, ours[path].content))])
    return [value for value, _ in votes.most_common(MOST)]


def _lines_with(probe: str, theirs: bytes, ours: bytes) -> Iterator[str]:
    if not (is_text(theirs) and is_text(ours)):
        return
    mine = ours.decode(errors="replace").splitlines()
    for line in theirs.decode(errors="replace").splitlines():
        before, found, after = line.partition(probe)
        if not found or probe in after or not (before + after).strip():
            continue
        for other in mine:
            inside = other[len(before) : len(other) - len(after)]
            if other.startswith(before) and other.endswith(after) and inside.strip() and inside == inside.strip():
                yield inside


def facts_of(folder: str, remote: str | None, files: Mapping[str, File]) -> dict[str, tuple[str, ...]]:
    """Return what a repository says of itself: in its package files, its owners' file, its address and its name."""
    found: dict[str, list[str]] = {name: [] for _, name in MEANT}
    _from_python(_parsed("pyproject.toml", files), found)
    _from_javascript(_parsed("package.json", files), found)
    for path in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"):
        if path in files:
            found["owner"] += re.findall(r"(?<=\s)@[\w./-]+", files[path].content.decode(errors="replace"))[:3]
    if remote and (parts := re.findall(r"[^/:]+", remote.removesuffix(".git")))[1:]:
        found["name"].append(parts[-1])
        found["owner"] += [parts[-2], f"@{parts[-2]}/{parts[-1]}", f"@{parts[-2]}"]
        found["url"].append(remote.removesuffix(".git"))
    found["name"].append(folder)
    found["name"] += [re.sub(r"[-. ]", "_", name) for name in found["name"]]
    return {name: tuple(dict.fromkeys(value for value in values if value)) for name, values in found.items()}


def _from_python(data: Any, found: dict[str, list[str]]) -> None:
    project = at(data, ["project"])
    for key, fact in (("name", "name"), ("description", "description"), ("version", "version")):
        found[fact] += _texts(at(project, [key]))
    found["python"] += re.findall(r"\d+\.\d+", "".join(_texts(at(project, ["requires-python"]))))
    authors = at(project, ["authors"])
    for author in authors if isinstance(authors, list) else []:
        found["author"] += _texts(at(author, ["name"]))
        found["email"] += _texts(at(author, ["email"]))


def _from_javascript(data: Any, found: dict[str, list[str]]) -> None:
    for key, fact in (("name", "name"), ("description", "description"), ("version", "version")):
        found[fact] += _texts(at(data, [key]))
    author = at(data, ["author"])
    found["author"] += _texts(at(author, ["name"])) or _texts(author)
    found["email"] += _texts(at(author, ["email"]))


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else []


def _parsed(path: str, files: Mapping[str, File]) -> Any:
    try:
        return values.parse(path, files[path].content) if path in files else {}
    except FormatError:
        return {}
