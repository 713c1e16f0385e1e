"""Secrets in text: what has the shape of a provider's key, and what is assigned to a name that says so.

A finding says the kind and the line, and never the secret. What secrets and what made-up ones look like stands in
`secrets.json`.
"""

import math
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from scaffold.formats.regex import regex
from scaffold.guard.kept import kept
from scaffold.guard.readers.aside import is_aside
from scaffold.guard.tables import table
from scaffold.guard.words import small, words

LONGEST = 2_000  # bytes of a line that people write
HEAD = 3  # bytes that tell a shape
LARGE = 200_000  # bytes of a file that nobody wrote by hand
MOST = 20  # of one file: whoever has so many need not be told of each
KEY_REACH = 400  # bytes after its first line in which a key's body begins
PRIVATE_KEY = "a private key"
# How a secret is told from what people write: characters, how many of them differ, and bits of entropy in each.
FEWEST_IN_PASSWORD, FEWEST_IN_KEY = 4, 8  # that differ: `***` is no password
SHORTEST, LONG = 10, 16  # a shorter one is none; a long one need not have every kind of characters
NUMBER = 4  # a year or a version, as a part of a name
KINDS = 4  # small letters, capitals, digits, and others
BITS_OF_SHORT, BITS = 3.0, 3.3  # hexadecimal digits have up to 4
_SAID: Mapping[str, Any] = table("readers/secrets")
_TEXT = {name: regex(text) for name, text in _SAID["patterns"].items()}
_BYTES = {name: regex(_SAID["patterns"][name].encode()) for name in ("private_key", "key_body", "connection", "bearer")}
_WORDS = {word.encode(): small(word.encode()) for word in _SAID["words"]}
_NO_CODE, _TOLD_IN, _BARE = (tuple(_SAID[name]) for name in ("no_code", "told_in", "bare"))


class Secret(NamedTuple):
    """One secret that was found: what it is, and the line."""

    kind: str
    line: int


class _Shape(NamedTuple):
    kind: str
    begins: bytes
    word: bytes  # how the first of its words begins
    regex: bytes  # compiled when something begins so


def _shape(said: Mapping[str, str]) -> _Shape:
    before = f"(?<={said['after']})" if "after" in said else r"(?<![\w-])"
    text = f"{before}{re.escape(said['begins'])}(?:{said['goes_on']})(?![\\w-])"
    begins = said["begins"].encode()
    return _Shape(said["kind"], begins, b" " + re.findall(rb"\w+", small(begins))[0], text.encode())


_SHAPES = tuple(map(_shape, _SAID["shapes"]))


# What keys begin with in base64, and in hexadecimal digits, as far as that is the same for each.
_HEADS = [one.begins for one in _SHAPES if len(one.begins) >= HEAD and one.begins[:1].isalpha()] + [b"-----BEGIN"]
_BASE64 = tuple(b64encode(one)[: len(one) * 8 // 6] for one in _HEADS)
_DIGITS = tuple(one.hex().encode() for one in _HEADS)

# A byte of a key, or of one in base64, is `a` in a file's copy: to find so many of them there takes hardly any time.
SHORTEST_KEY, FEWEST_IN_BASE64, MOST_IN_BASE64 = 20, 24, 4_000
_OF_A_KEY, _OF_BASE64 = (
    bytes(97 if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in signs) else 32 for byte in range(256))
    for signs in ("_./:=+-", "_/+-")
)


@kept(10_000_000)
def find(content: bytes, path: str) -> Iterator[Secret]:
    """Return the secrets in a text file, each line once, at most twenty.

    Tests and comments make up passwords: there only what has the shape of a real key, or is random, is one.
    """
    kinds: dict[int, tuple[int, str]] = {}  # by line, what is surest
    line, position = 1, 0
    for start, rank, kind in sorted((start, rank, kind) for rank, (start, kind) in enumerate(_offsets(content, path))):
        line += content.count(b"\n", position, start)
        position = start
        kinds[line] = min(kinds.get(line, (rank, kind)), (rank, kind))
        if len(kinds) == MOST:
            break
    yield from (Secret(kind, line) for line, (_, kind) in kinds.items())


def is_hidden(name: str, value: object) -> bool:
    """Whether a report must not repeat a value, for its name or its own shape; a list or mapping may hold one."""
    text, sounds = str(value), _TEXT["sounds_secret"].search
    return sounds(name) is not None or sounds(text) is not None or any(_offsets(text.encode(errors="replace"), ""))


def is_made_up(value: str) -> bool:
    """Whether a value is put in later, says where to find the secret, or that it is none."""
    return any(_TEXT[name].search(value) for name in ("elsewhere", "made_up"))


def is_placeholder(value: str) -> bool:
    """Whether a value is made up, or says in words that a secret is to stand there."""
    return is_made_up(value) or (_TEXT["says_what_it_is"].search(value) is not None and not _is_random(value))


def is_password(user: str, password: str, host: str, *, strict: bool = False) -> bool:
    """Whether an address holds a password of something that others can reach; `strict` asks that nobody made it up."""
    password = unquote(password)
    if _TEXT["near"].search(host) or is_made_up(password) or _TEXT["dev_password"].match(password):
        return False
    if strict or _TEXT["says_what_it_is"].search(password):
        return _is_random(password)
    return password != user and len(set(password)) >= FEWEST_IN_PASSWORD


def _offsets(content: bytes, path: str) -> Iterator[tuple[int, str]]:
    name = path.lower().rpartition("/")[2]
    is_code, aside = not name.endswith(_NO_CODE), is_aside(path)
    long = b" ".join(text for _, text in _runs(content, _OF_A_KEY, SHORTEST_KEY))
    yield from _shaped(content, [one for one in _SHAPES if one.begins in long])
    yield from _private_keys(content)
    yield from _connections(content, strict=aside or not is_code)
    if aside:
        return
    yield from _encoded(content)
    yield from _joined(content) if is_code and len(content) < LARGE and _begins(content) else ()
    yield from _in_headers(content, is_code=is_code)
    if name.endswith(_TOLD_IN):
        yield from ((at, "a password or a key in a text") for at, _ in _lines(content, "told", _WORDS) if _is_told(_))
    if is_code:
        is_bare = name.endswith((*_BARE, ".dockerfile")) or name.startswith((".env", "dockerfile"))
        once = words(content)
        for at, match in _lines(content, "assigned", (word for word, plain in _WORDS.items() if plain in once)):
            if _is_secret(match, is_bare=is_bare):
                yield at, f"a value of {match['key'].strip('.-')}"


def _runs(content: bytes, table: bytes, fewest: int) -> Iterator[tuple[int, bytes]]:
    """Yield the texts of so many bytes that a table has as `a`, and where they begin."""
    masked, run, end = content.translate(table) + b" ", b"a" * fewest, 0
    while (at := masked.find(run, end)) >= 0:
        end = masked.find(b" ", at)
        yield at, content[at:end]


def _encoded(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield keys that are written in base64 or in hexadecimal digits."""
    for at, run in _runs(content, _OF_BASE64, FEWEST_IN_BASE64):
        text = run[:MOST_IN_BASE64]
        in_base64 = text.startswith(_BASE64)
        if not in_base64 and not text.lower().startswith(_DIGITS):
            continue
        try:
            plain = b64decode(text + b"==", b"-_") if in_base64 else bytes.fromhex(text.decode())
        except ValueError:
            continue
        yield from ((at, kind) for found in (_shaped, _private_keys) for _, kind in found(plain))


def _begins(content: bytes) -> bool:
    """Whether a key begins in a content, perhaps in a text of its own."""
    once = words(content)
    return any(one.word in once and one.begins in content for one in _SHAPES)


def _joined(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield keys that a source puts together of texts, and of names that stand for texts."""
    text = content.decode("utf-8", "replace")
    stands = {match["name"]: match["text"] for match in _TEXT["piece"].finditer(text)}
    for match in _TEXT["sum"].finditer(text):
        whole = "".join(_part(one, stands) for one in _TEXT["part"].finditer(match[0])).encode()
        for at, kind in _shaped(whole):
            if whole[at : at + LONG] not in content:
                yield len(text[: match.start()].encode()), kind


def _part(match: re.Match[str], stands: Mapping[str, str]) -> str:
    """Return what a part of a sum stands for: a text with the names in it, or a name."""
    if match["text"] is None:
        return stands.get(str(match["name"] or match["bare"]), "")
    return str(_TEXT["hole"].sub(lambda hole: stands.get(hole[1] or hole[2], ""), match["text"]))


def _shaped(content: bytes, shapes: Sequence[_Shape] = _SHAPES) -> Iterator[tuple[int, str]]:
    for shape in shapes:
        at = content.find(shape.begins)
        while at >= 0:
            match = re.compile(shape.regex).match(content, at)
            if match and not _is_key_made_up(match[0].decode("ascii", "replace")):
                yield at, shape.kind
            at = content.find(shape.begins, at + 1)


def _is_key_made_up(text: str) -> bool:
    """Whether a key was made up for a manual: it says so, or repeats one character."""
    return _TEXT["key_made_up"].search(text) is not None or len(set(text[8:])) < FEWEST_IN_KEY


def _private_keys(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield where private keys begin that have a body before the next mark."""
    for match in _BYTES["private_key"].finditer(content) if b"PRIVATE KEY" in content else ():
        end = content.find(b"-----", match.end(), match.end() + KEY_REACH)
        if _BYTES["key_body"].search(content, match.end(), end if end >= 0 else match.end() + KEY_REACH):
            yield match.start(), PRIVATE_KEY


def _connections(content: bytes, *, strict: bool) -> Iterator[tuple[int, str]]:
    for match in _BYTES["connection"].finditer(content) if b"://" in content and b"@" in content else ():
        user, password, host = (part.decode("utf-8", "replace") for part in match.groups())
        if is_password(user, password, host, strict=strict or _is_in_comment(content, match.start())):
            yield match.start(), "a password in a connection string"


def _is_in_comment(content: bytes, at: int) -> bool:
    start = content.rfind(b"\n", max(at - LONGEST, 0), at) + 1
    return _TEXT["comment"].match(content[start:at].decode("utf-8", "replace")) is not None


def _in_headers(content: bytes, *, is_code: bool) -> Iterator[tuple[int, str]]:
    for match in _BYTES["bearer"].finditer(content) if b"uthorization" in content else ():
        token = match[1].decode("ascii", "replace")
        if _is_random(token) if is_code else _is_certain(token):
            yield match.start(), "a token in a header"


def _lines(content: bytes, pattern: str, speaking: Iterable[bytes]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield what a pattern matches in the lines that speak of secrets by some words."""
    lowered = content.lower()
    for start in sorted({at for word in speaking for at in _lines_with(lowered, word)}):
        end = content.find(b"\n", start)
        line = content[start : end if end >= 0 else len(content)]
        if len(line) <= LONGEST:
            yield from ((start, match) for match in _TEXT[pattern].finditer(line.decode("utf-8", "replace")))


def _lines_with(lowered: bytes, word: bytes) -> Iterator[int]:
    at = lowered.find(word)
    while at >= 0:
        yield lowered.rfind(b"\n", 0, at) + 1
        end = lowered.find(b"\n", at)
        if end < 0:
            return
        at = lowered.find(word, end)


def _is_told(match: re.Match[str]) -> bool:
    return _is_certain(match[1].rstrip(".)"))


def _is_certain(value: str) -> bool:
    """Whether a value is random even where people write about values: of all kinds of characters."""
    kinds = (any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value)))
    return all(kinds) and not value.startswith("eyJ") and not re.search(r"[()\[\]{}\\]", value) and _is_random(value)


def _is_secret(match: re.Match[str], *, is_bare: bool) -> bool:
    if _TEXT["harmless"].search(match["key"]) or (match["sign"] == "," and not match["quote"]):
        return False
    value = match["quoted"] or (match["bare"] if is_bare and match["sign"] in ("=", ":") else None)
    if value is None or _TEXT["public"].match(value):
        return False
    in_comment = _TEXT["comment"].match(match.string[: match.start()]) is not None
    return _is_certain(value) if in_comment else _is_random(value)


def _is_random(value: str) -> bool:
    """Whether nobody would write this as a name, a path or an example."""
    if is_made_up(value) or len(value) < SHORTEST:
        return False
    parts = [part for part in re.split(r"[-_./:+,]", value) if part]
    if all(part.isalpha() or len(part) <= NUMBER for part in parts):  # a name
        return False
    kinds = sum(
        (any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value)), not value.isalnum())
    )
    digits = sum(map(str.isdigit, value))
    bits = _entropy(value)
    if len(value) < LONG:
        return kinds == KINDS and bits >= BITS_OF_SHORT
    return digits > 1 and not value.isdigit() and bits >= BITS


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
