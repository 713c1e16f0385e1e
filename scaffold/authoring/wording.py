"""Make a template of files: words in them become questions, and all else comes out of Jinja as it stands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from scaffold.authoring.taken import words_in
from scaffold.errors import ProjectError
from scaffold.templating.templates import WORDS
from scaffold.tree import SYMLINK, File, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OPENING = re.compile(r"\{\{|\{%|\{#")
SUFFIX = ".jinja"
LETTERS = ascii_letters + digits
WORD = f"{LETTERS}_-"
LEAST = 3  # characters of a word that becomes a question: a shorter one stands everywhere


@dataclass
class Template:
    """Files of a layer by path, the questions with an example of each, what was left out with why, and what to know."""

    files: dict[str, File] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def from_one(files: Mapping[str, File], words: Mapping[str, str]) -> Template:
    """Return the files as a layer, in which each word stands for a question; raises ProjectError for one of no use."""
    _refuse(words, files)
    made, worded, whole = Template({}, dict(words)), _worded(words), _whole(*words.values())
    for path, file in files.items():
        where, text = worded(path), None
        if file.mode == SYMLINK:
            if worded(target := file.content.decode(errors="replace")) != target:
                made.notes.append(f"{path} is a link to {target}, and stays one: look where that is now")
        elif (readable := _readable(file)) is not None:
            text = worded(readable) if whole.search(readable) or path.endswith(SUFFIX) else None
        elif is_text(file.content) and whole.search(file.content.decode(errors="replace")):
            made.notes.append(f"{path} keeps its words: {_why_not(file)}, which no template keeps")
        _put(made, where, file, text)
    made.notes += _inside_others(files, words)
    return made


def _put(made: Template, path: str, file: File, text: str | None) -> None:
    """Put a file into a layer, rendered where it has a text: as one must be that ends as templates do."""
    if text is not None and (text.encode() != file.content or path.endswith(SUFFIX)):
        made.files[f"{path}{SUFFIX}"] = File(text.encode(), file.mode)
    elif path.endswith(SUFFIX):
        made.left.append(f"{path}: {_why_not(file)}, and it would be taken for a template")
    else:
        made.files[path] = file


def _readable(file: File) -> str | None:
    """Return the text of a file that a template can keep; None for any other."""
    return None if file.mode == SYMLINK or _why_not(file) else file.content.decode()


def _why_not(file: File) -> str:
    if not is_text(file.content):
        return "it is no text"
    try:
        return "its lines end in CRLF" if "\r" in file.content.decode() else ""
    except UnicodeDecodeError:
        return "it is not UTF-8"


def _refuse(words: Mapping[str, str], files: Mapping[str, File]) -> None:
    text = words_in(files)
    for name, word in words.items():
        if not name.isidentifier() or name.startswith("_") or name in WORDS or len(word) < LEAST:
            hint = f"give --word QUESTION=TEXT, with a name such as service and a text of at least {LEAST} characters"
            raise ProjectError(f"--word {name}={word} cannot become a question", hint=hint)
        if list(words.values()).count(word) > 1:
            raise ProjectError(f"{word} is asked for twice", hint="give each text to one --word")
        if not _whole(word).search(text):
            inside = f", but inside longer words such as {_longer(word, text)[0]}" if word in text else ""
            raise ProjectError(f"{word} stands nowhere{inside}", hint="give --word a text as it stands in the files")


def _whole(*words: str) -> re.Pattern[str]:
    """Return what finds words where they stand by themselves: the name gum is no part of argument."""
    longest_first = sorted(words, key=len, reverse=True)
    some = (
        (rf"(?<![{LETTERS}])" if word[0] in LETTERS else "")
        + re.escape(word)
        + (rf"(?![{LETTERS}])" if word[-1] in LETTERS else "")
        for word in longest_first
    )
    return re.compile("|".join(some) or r"(?!)")


def _longer(word: str, text: str) -> list[str]:
    """Return the longer words that hold a word, the most frequent first."""
    found = re.findall(rf"[{LETTERS}]*{re.escape(word)}[{LETTERS}]*", text)
    return [longer for longer, _ in Counter(one for one in found if one != word).most_common()]


def _inside_others(files: Mapping[str, File], words: Mapping[str, str]) -> list[str]:
    text = words_in(files)
    found = {word: _longer(word, text) for word in words.values()}
    return [f"{word} is left as it is inside {', '.join(longer[:5])}" for word, longer in found.items() if longer]


def _worded(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return what puts questions for words into a text, of which all else comes out of Jinja as it stands."""
    names = {word: name for name, word in words.items()}
    pattern = re.compile(rf"(\{{?)({_whole(*names).pattern})|{OPENING.pattern}")

    def put(found: re.Match[str]) -> str:
        if found[2] is None:
            return f"{{{{ '{found[0]}' }}}}"
        return f"{_asis(found[1])}{{{{ {names[found[2]]} }}}}"

    return lambda text: pattern.sub(put, text)


def _asis(text: str) -> str:
    """Return a text as Jinja gives it out, before an expression: a brace at its end must not become part of that."""
    made = OPENING.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)
    return f"{made[:-1]}{{{{ '{{' }}}}" if made.endswith("{") else made


def from_several(repositories: Sequence[tuple[str, Mapping[str, File]]]) -> Template:
    """Return what repositories share as a layer: what differs in a line, or in a path, is a question.

    A file that is in all of them, but of which more differs than words in its lines, is left out and told.
    """
    names = tuple(name for name, _ in repositories)
    if len(set(names)) < 2:  # noqa: PLR2004 - several
        message = "--like needs two repositories or more, each called by another name"
        raise ProjectError(message, hint="name more, or use --from")
    made, known = Template(), {names: "name"}
    made.questions["name"] = names[0]
    paths = [{_worded({"name": name})(path): path for path in files} for name, files in repositories]
    shared = [path for path in paths[0] if all(path in other for other in paths)]
    for path in shared:
        files = [found[by[path]] for (_, found), by in zip(repositories, paths, strict=True)]
        if all(file.same_as(files[0]) for file in files):
            _put(made, path, files[0], _worded({})(readable) if (readable := _readable(files[0])) else None)
        elif why := next(filter(None, map(_why_not, files)), "it is a link" if files[0].mode == SYMLINK else ""):
            made.left.append(f"{path}: it differs, and {why}")
        elif (text := _merged(files, known, made)) is not None:
            made.files[f"{path}{SUFFIX}"] = File(text.encode(), files[0].mode)
        else:
            made.left.append(f"{path}: it differs by more than words")
    made.left += [f"{path}: it is not in all of them" for path in sorted({*paths[0]} - {*shared})]
    return made


def _merged(files: Sequence[File], known: dict[tuple[str, ...], str], made: Template) -> str | None:
    """Return a text with a question for each place where the files differ; None where the lines do not pair up."""
    texts = [file.content.decode().splitlines(keepends=True) for file in files]
    if len({len(lines) for lines in texts}) > 1:
        return None
    merged = []
    for lines in zip(*texts, strict=True):
        if len(set(lines)) > 1:
            before, values, after = _apart(lines)
            merged.append(f"{_asis(before)}{{{{ {_asked(values, known, made)} }}}}{_worded({})(after)}")
        else:
            merged.append(_worded({})(lines[0]))
    return "".join(merged)


def _apart(lines: Sequence[str]) -> tuple[str, tuple[str, ...], str]:
    """Return what lines begin and end with alike, and the words between, whole ones."""
    head = _alike(lines)
    tail = _alike([line[len(head) :][::-1] for line in lines])[::-1]
    head, tail = head.rstrip(WORD), tail.lstrip(WORD)
    return head, tuple(line[len(head) : len(line) - len(tail)] for line in lines), tail


def _alike(lines: Sequence[str]) -> str:
    """Return what all lines begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*lines, strict=False))
    return "".join(letters[0] for letters in alike)


def _asked(values: tuple[str, ...], known: dict[tuple[str, ...], str], made: Template) -> str:
    if values not in known:
        known[values] = f"value_{len(known)}"
        made.questions[known[values]] = values[0]
    return known[values]
