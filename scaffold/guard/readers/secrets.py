"""Secrets in text: what has the shape of a provider's key, and what is assigned to a name that says so.

A finding says the kind and the line, and never the secret.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.guard.readers.aside import is_aside

LONGEST = 2_000  # bytes of a line that people write
MOST = 20  # of one file: whoever has so many need not be told of each


class Secret(NamedTuple):
    """One secret that was found: what it is, and the line."""

    kind: str
    line: int


class _Shape(NamedTuple):
    kind: str
    begins: bytes
    regex: re.Pattern[bytes]


def _shape(kind: str, begins: str, goes_on: str) -> _Shape:
    pattern = rb"(?<![\w-])" + re.escape(begins.encode()) + b"(?:" + goes_on.encode() + rb")(?![\w-])"
    return _Shape(kind, begins.encode(), re.compile(pattern))


SHAPES = (
    *(_shape("an AWS access key", begins, r"[A-Z2-7]{16}") for begins in ("AKIA", "ASIA")),
    _shape("a Google API key", "AIza", r"[\w-]{35}"),
    _shape("a Google client secret", "GOCSPX-", r"[\w-]{28}"),
    *(_shape("a GitHub token", f"gh{letter}_", r"[A-Za-z0-9]{36,255}") for letter in "pousr"),
    _shape("a GitHub token", "github_pat_", r"[A-Za-z0-9_]{82}"),
    *(_shape("a GitLab token", f"gl{kind}-", r"[\w-]{20,50}") for kind in ("pat", "dt", "rt", "ptt", "soat", "cbt")),
    *(_shape("a Slack token", f"xox{letter}-", r"\d{6,}-[A-Za-z0-9-]{10,200}") for letter in "abeoprs"),
    _Shape("a Telegram token", b":AA", re.compile(rb"(?<=\d{8}):AA[\w-]{33}(?![\w-])")),
    _shape("a Slack webhook", "hooks.slack.com/services/", r"T\w{8,12}/B\w{8,12}/\w{20,30}"),
    *(_shape("a Stripe key", f"{letter}k_live_", r"[A-Za-z0-9]{20,120}") for letter in "sr"),
    _shape("an npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _shape("a PyPI token", "pypi-AgEIcHlwaS5vcmc", r"[\w-]{50,250}"),
    _shape("a SendGrid key", "SG.", r"[\w-]{22}\.[\w-]{43}"),
    *(_shape("a DigitalOcean token", f"do{letter}_v1_", r"[0-9a-f]{64}") for letter in "opr"),
    _shape("a Docker token", "dckr_pat_", r"[\w-]{27}"),
    _shape("a Vault token", "hvs.", r"[\w-]{90,200}"),
    _shape("a Hugging Face token", "hf_", r"[A-Za-z]{34}"),
    _shape("a Databricks token", "dapi", r"[0-9a-f]{32}"),
    *(_shape("a key of a language model", f"sk-{kind}-", r"[\w-]{40,250}") for kind in ("proj", "svcacct", "ant")),
    _shape("an Azure storage key", "AccountKey=", r"[A-Za-z0-9+/]{86}=="),
)
PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
KEY_BODY = re.compile(rb"[A-Za-z0-9+/=]{40}")
KEY_REACH = 400  # bytes after its first line in which a key's body begins
CONNECTION = re.compile(rb"://([^\s:/@\"'<>`]{0,64}):([^\s@/\"'<>`]{1,128})@([A-Za-z0-9.-]{1,128})")

WORDS = (
    b"passw", b"pwd", b"secret", b"token", b"apikey", b"api_key", b"api-key", b"access_key", b"access-key",
    b"accesskey", b"private_key", b"auth_key", b"signing_key", b"encryption_key", b"credential",
)  # fmt: skip
ASSIGNED = re.compile(
    r"""(?ix)(?<![\w.-])
    (?P<key>[\w.-]{0,60}?(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key
      |encryption[_-]?key|signing[_-]?key|credential)s?
      (?:[_-]?(?:access[_-]?key|key|value|base64|b64|hex|prod|production|live|staging))?)
    (?P<quote>["'])?\]?
    (?:\s{0,9}:\s{0,9}[\w\[\]|.\ ]{1,40}(?=\s=))?
    \s{0,20}(?P<sign>:=|=>|:|=|,|\|\||\?\?)\s{0,20}
    (?:[brf]?(?P<open>["'`])(?P<quoted>[^"'`\s]{8,300})(?P=open)|(?P<bare>[^\s"'`,;]{8,300})\s*(?:\s\#.*)?$)"""
)
BEARER = re.compile(
    rb"(?i)authorization[\"'\]]{0,2}\s{0,9}[:=,]\s{0,9}[brf]?[\"'`]?(?:bearer|token)\s{1,9}([\w.~+/=-]{20,2000})"
)
# In what people read, and in XML: a name that can mean nothing else, and what nobody would make up.
TOLD = re.compile(
    r"""(?ix)(?:^|[\s|`*<("'])(?:[\w.-]{0,40}?[_.-])?(?:passw(?:or)?d|(?:client|api|access)[_-]?(?:secret|token|key)|auth[_-]?token)
    [`*"']{0,3}(?:\s{0,9}(?::|=|\bis\b)[`*"']{0,3}\s{0,9}[`*"']{0,3}|>|"\s{1,9}value=")([^\s<>"'`,;|*]{10,200})"""
)
TOLD_IN = (".md", ".mdx", ".rst", ".adoc", ".txt", ".xml")
SOUNDS_SECRET = re.compile(
    r"(?i)passw|passphrase|pwd|secret|token|credential|dsn|connection.?string|(?:^|[^a-z])keys?\b|[_-]keys?\b|apikey"
)
# Names that speak of secrets, and hold none.
HARMLESS = re.compile(
    r"(?i)public|page|next|continuation|cursor|csrf|xsrf|cancel|design|mask|pad_|unk_|bos_|eos_|special|token(?:iz|_?type)|integrity|checksum|encrypted|sealed|hash"
)
MADE_UP = re.compile(
    r"(?i)example|sample|change.?me|change.?this|replace|your|dummy|fake|test|placeholder|xxxx|\*\*\*|todo|redacted"
    r"|not.?(?:a.)?(?:real|secret)|insert|mock|foo|bar\b|12345|abcdef|qwerty|default|insecure|unsafe|local|dev(?:elop)?[-_]"
    r"|super.?secret|correct.?horse|\.\.\.|never|invalid|none|null|demo"
)
# A value that is put in later, or that says where to find it.
ELSEWHERE = re.compile(
    r"^[$<{%\[(]|\$[{(A-Z_]|\{[\w.]*\}|\{\{|%\(\w+\)|<[\w -]+>|://|@[0-9a-f]{7,40}$"
    r"|^(?:[./~@#!]|arn:|op://|ref\+|vault[:+]|enc\[|env[:.]|file:|process\.|os\.|secrets?\.|config\.|sha\d+[:-])",
    re.IGNORECASE,
)
BARE = (".env", ".yml", ".yaml", ".properties", ".ini", ".cfg", ".conf")
NO_CODE = (
    ".md",
    ".rst",
    ".txt",
    ".html",
    ".htm",
    ".svg",
    ".css",
    ".lock",
    ".sum",
    ".ipynb",
    ".snap",
    ".csv",
    ".po",
    ".map",
    "lock.json",
    "lock.yaml",
    ".min.js",
    ".jsonl",
    ".xml",
    ".pub",
    ".asc",
    ".crt",
)
DEV_PASSWORDS = re.compile(
    r"(?i)^(?:.{0,3}|(?:my)?(?:sql)?pass(?:w(?:or)?d)?\d{0,3}|pwd|secret|postgres|root|admin|user(?:name)?|guest|redis|mongo|token|hunter2|s3cr3t|p4ssw0rd)$"
)


def find(content: bytes, path: str) -> Iterator[Secret]:
    """Yield the secrets in a text file, each line once, at most twenty.

    Tests make up passwords: there only what has the shape of a real key is one.
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
    text = str(value)
    return SOUNDS_SECRET.search(name) is not None or SOUNDS_SECRET.search(text) is not None or _is_shaped(text)


def _is_shaped(text: str) -> bool:
    return any(True for _ in find(text.encode(errors="replace"), ""))


def _offsets(content: bytes, path: str) -> Iterator[tuple[int, str]]:
    for shape in SHAPES:
        at = content.find(shape.begins)
        while at >= 0:
            match = shape.regex.match(content, at)
            if match and not _is_made_up(match[0].decode("ascii", "replace")):
                yield at, shape.kind
            at = content.find(shape.begins, at + 1)
    if b"PRIVATE KEY" in content:
        for match in PRIVATE_KEY.finditer(content):
            if KEY_BODY.search(content, match.end(), match.end() + KEY_REACH):
                yield match.start(), "a private key"
    if b"://" in content and b"@" in content:
        for match in CONNECTION.finditer(content):
            user, password, host = (part.decode("utf-8", "replace") for part in match.groups())
            if _is_password(user, password, host):
                yield match.start(), "a password in a connection string"
    name = path.lower().rpartition("/")[2]
    if b"uthorization" in content and not is_aside(path):
        for match in BEARER.finditer(content):
            token = match[1].decode("ascii", "replace")
            if _is_certain(token) if name.endswith(NO_CODE) else _is_random(token):
                yield match.start(), "a token in a header"
    if name.endswith(TOLD_IN) and not is_aside(path):
        yield from _told(content)
    if not name.endswith(NO_CODE) and not is_aside(path):
        is_bare = name.endswith(BARE) or name.startswith((".env", "dockerfile")) or name.endswith(".dockerfile")
        yield from _assigned(content, is_bare=is_bare)


def _is_made_up(text: str) -> bool:
    """Whether a key was made up for a manual: it says so, or repeats one character."""
    return re.search(r"(?i)example|xxxx|0000000|1234567890|abcdefgh", text) is not None or len(set(text[8:])) < 8  # noqa: PLR2004 - real keys have more characters than that


def _is_password(user: str, password: str, host: str) -> bool:
    """Whether a connection string holds a password of something that others can reach."""
    if "." not in host or re.search(
        r"(?i)(?:^|\.)(?:example|test|invalid|local|localhost|internal)(?:$|\.(?:com|org|net)$)", host
    ):
        return False
    if re.fullmatch(r"[\d.]+", host) and host.startswith(("127.", "0.", "10.", "192.168.")):
        return False
    if ELSEWHERE.search(password) or MADE_UP.search(password) or DEV_PASSWORDS.match(password):
        return False
    return password != user and len(set(password)) > 3  # noqa: PLR2004 - `***` and `xxx` are no passwords


def _assigned(content: bytes, *, is_bare: bool) -> Iterator[tuple[int, str]]:
    """Yield what is assigned to a name that speaks of secrets, line by line, and each line once."""
    lowered = content.lower()
    for start in sorted({at for word in WORDS for at in _lines_with(lowered, word)}):
        end = content.find(b"\n", start)
        line = content[start : end if end >= 0 else len(content)]
        if len(line) <= LONGEST:
            for match in ASSIGNED.finditer(line.decode("utf-8", "replace")):
                if _is_secret(match, is_bare=is_bare):
                    yield start, f"a value of {match['key'].strip('.-')}"
                    break


def _told(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield what is told to people, or stands in XML, as a password or a key."""
    lowered = content.lower()
    for start in sorted({at for word in WORDS for at in _lines_with(lowered, word)}):
        end = content.find(b"\n", start)
        line = content[start : end if end >= 0 else len(content)]
        if len(line) <= LONGEST:
            for match in TOLD.finditer(line.decode("utf-8", "replace")):
                if _is_certain(match[1].rstrip(".)")):
                    yield start, "a password or a key in a text"
                    break


def _is_certain(value: str) -> bool:
    """Whether a value is random even where people write about values: of all kinds of characters."""
    kinds = (any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value)))
    return all(kinds) and not value.startswith("eyJ") and not re.search(r"[()\[\]{}\\]", value) and _is_random(value)


def _lines_with(lowered: bytes, word: bytes) -> Iterator[int]:
    at = lowered.find(word)
    while at >= 0:
        yield lowered.rfind(b"\n", 0, at) + 1
        end = lowered.find(b"\n", at)
        if end < 0:
            return
        at = lowered.find(word, end)


def _is_secret(match: re.Match[str], *, is_bare: bool) -> bool:
    if HARMLESS.search(match["key"]) or (match["sign"] == "," and not match["quote"]):
        return False
    value = match["quoted"] or (match["bare"] if is_bare and match["sign"] in ("=", ":") else None)
    return value is not None and _is_random(value)


def _is_random(value: str) -> bool:
    """Whether nobody would write this as a name, a path or an example."""
    if ELSEWHERE.search(value) or MADE_UP.search(value) or len(value) < 10:  # noqa: PLR2004 - as short as passwords are
        return False
    parts = [part for part in re.split(r"[-_./:+,]", value) if part]
    if all(part.isalpha() or len(part) <= 4 for part in parts):  # noqa: PLR2004 - a name: words, and a year or a version
        return False
    classes = sum(
        (any(map(str.islower, value)), any(map(str.isupper, value)), any(map(str.isdigit, value)), not value.isalnum())
    )
    digits = sum(map(str.isdigit, value))
    bits = _entropy(value)
    if len(value) < 16:  # noqa: PLR2004 - a password
        return classes == 4 and bits >= 3  # noqa: PLR2004
    return digits >= 2 and not value.isdigit() and bits >= 3.3  # noqa: PLR2004 - hexadecimal digits have up to 4


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
