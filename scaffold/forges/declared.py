"""`forges:` of `fleet.yml`: which forge serves which host, and what it is asked with; read with file and line."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from scaffold import disk
from scaffold.errors import CREDENTIALS, FormatError
from scaffold.forges.app import App
from scaffold.forges.credentials import ForgeKind
from scaffold.forges.pacing import Limits
from scaffold.formats.located import Located, one_of, text, texts

KEYS = {"kind", "api", "token_env", "token_command", "app", "ca", "bots", "limits"}
ORIGINS = ("app", "token_env", "token_command")
KINDS: tuple[ForgeKind, ...] = ("github", "gitlab", "gitea")
KNOWN: Mapping[str, ForgeKind] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
}
CLOUD = ".ghe.com"  # GitHub Enterprise with data residency: each company has a host below it
# GitLab: 2,000 requests a minute and 60 notes (its documentation, "Rate limits on GitLab.com"). Gitea has none.
LIMITS: Mapping[ForgeKind, Limits] = {
    "github": Limits(),
    "gitlab": Limits(2_000, 1, 60, 0, 100, 0.0, 0.4),
    "gitea": Limits(0, 1, 0, 0, 10, 0.0, 0.0),
}
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Declared(NamedTuple):
    """What is said of one host; what nobody says is what its kind has."""

    host: str
    kind: ForgeKind
    api: str
    token_env: str = ""
    token_command: tuple[str, ...] = ()
    app: App | None = None
    ca: str = ""
    bots: tuple[str, ...] = ()
    limits: Limits = Limits()
    base: Path = Path()


def usual(host: str) -> Declared | None:
    """Return what holds for a host of which nothing is said: only well-known ones are any forge's."""
    kind = "github" if host.endswith(CLOUD) else KNOWN.get(host)
    return Declared(host, kind, _api(host, kind), limits=LIMITS[kind]) if kind else None


def read(at: Located, base: Path) -> Mapping[str, Declared]:
    """Read all hosts, whose paths start at `base`; raises FormatError."""
    found: dict[str, Declared] = {}
    for name, value in at.items():
        host = name.lower()
        if not _HOST.fullmatch(host):
            raise FormatError(f"`{name}` is no host", where=value.where, hint="as in git.acme.example, or with :PORT")
        if host in found:
            raise FormatError(f"`{name}` is there twice", where=value.where)
        found[host] = _declared(host, value, base)
    return found


def _declared(host: str, at: Located, base: Path) -> Declared:
    at.only(KEYS)
    said = [key for key in ORIGINS if at.data.get(key) is not None]
    if len(said) > 1:
        raise FormatError(f"`{at.name}` says by {' and by '.join(said)} where the token is from", where=at.where)
    known = usual(host)
    kind = at.required("kind", _kind(*KINDS)) if known is None else at.optional("kind", _kind(known.kind), known.kind)
    if kind != "github" and at.data.get("app") is not None:
        raise FormatError("only GitHub has Apps", where=at.child("app").where)
    return Declared(
        host=host,
        kind=kind,
        api=at.optional("api", _url, _api(host, kind)),
        token_env=at.optional("token_env", _variable, ""),
        token_command=at.optional("token_command", _words, ()),
        app=at.optional("app", lambda value: _app(value, base), None),
        ca=at.optional("ca", lambda value: str(_file(value, base)), ""),
        bots=at.optional("bots", texts, ()),
        limits=at.optional("limits", lambda value: _limits(value, LIMITS[kind]), LIMITS[kind]),
        base=base,
    )


def _kind(*allowed: ForgeKind) -> Callable[[Located], ForgeKind]:
    return lambda at: cast("ForgeKind", one_of(*allowed)(at))


def _api(host: str, kind: ForgeKind) -> str:
    if kind == "github":
        return f"https://api.{host}" if host == "github.com" or host.endswith(CLOUD) else f"https://{host}/api/v3"
    return f"https://{host}/api/v4" if kind == "gitlab" else f"https://{host}/api/v1"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that nobody else can listen."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _url(at: Located) -> str:
    written = text(at).strip().rstrip("/")
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        at.fail("an address, as in https://git.acme.example/api/v3")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or not written.isprintable():
        at.fail("an address, as in https://git.acme.example/api/v3")
    if CREDENTIALS.search(written):
        raise FormatError(f"`{at.name}` holds a login", where=at.where, hint="say by `token_env` where a token is")
    if parts.scheme == "http" and not is_loopback(host):
        hint = "a token goes by https, and by http to this machine alone"
        raise FormatError(f"`{at.name}` is not encrypted", where=at.where, hint=hint)
    return written


def _variable(at: Located) -> str:
    if not isinstance(at.data, str) or not _VARIABLE.fullmatch(at.data):
        at.fail("the name of a variable of the environment")
    return at.data


def _words(at: Located) -> tuple[str, ...]:
    words = texts(at)
    if not words or not words[0]:
        at.fail("a list: a program and its arguments")
    return words


def _file(at: Located, base: Path) -> Path:
    place = base / disk.expand(text(at))
    if not place.is_file():
        raise FormatError(f"there is no file {at.data}", where=at.where)
    return place


def _app(at: Located, base: Path) -> App:
    at.only({"id", "key", "installation"})
    key = at.required("key", lambda value: _file(value, base))
    return App(at.required("id", _id), key, at.required("installation", _id))


def _id(at: Located) -> str:
    written = at.data if isinstance(at.data, str) else str(at.a(int))
    if not re.fullmatch(r"[A-Za-z0-9._-]+", written):
        at.fail("a number, or a client id")
    return written


def _limits(at: Located, without: Limits) -> Limits:
    at.only(set(Limits._fields))
    said: dict[str, Any] = {}
    for name, value in at.items():
        way: Callable[[Located], float] = _WAYS.get(name, _count)
        said[name] = way(value)
    return without._replace(**said)


def _count(at: Located) -> int:
    if at.a(int) < 0:
        at.fail("0 for no limit, or more")
    return int(at.data)


def _seconds(at: Located) -> float:
    if isinstance(at.data, bool) or not isinstance(at.data, int | float) or not at.data >= 0:
        at.fail("a number of seconds")
    return float(at.data)


def _share(at: Located) -> float:
    if isinstance(at.data, bool) or not isinstance(at.data, int | float) or not 0 <= at.data < 1:
        at.fail("a share, from 0 to less than 1")
    return float(at.data)


_WAYS: Mapping[str, Callable[[Located], float]] = {"between_writes": _seconds, "for_people": _share}
