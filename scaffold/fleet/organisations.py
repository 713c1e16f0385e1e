"""Organisations and groups as a source of `fleet.yml`: who is in them, asked of their forge, and who is left out."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from json import dumps
from os import urandom
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from scaffold import disk
from scaffold.errors import CREDENTIALS, FormatError, SourceError
from scaffold.forges.declared import is_loopback
from scaffold.forges.hosts import Forges
from scaffold.forges.port import ForgeError, Repository
from scaffold.formats import json
from scaffold.formats.located import Located, text, texts
from scaffold.process import Notify
from scaffold.sources import cache
from scaffold.sources.address import FORGES

KEYS = frozenset({"topics", "names", "archived", "forks"})
FOLDER = "organisations"
FORM = "gh:acme, gl:group/sub or https://HOST/acme"
_HOSTED = re.compile(rf"({'|'.join(FORGES)}):/*(.+)")
OFTEN = 100  # repositories between two words of how far a listing is


class Asking(NamedTuple):
    """How forges are asked for what they have; `notes` grows by what is to be said of that."""

    forges: Forges
    offline: bool
    notify: Notify
    notes: list[str]


class Sieve(NamedTuple):
    """Which repositories of an organisation are meant; no topics and no names are all of them."""

    topics: frozenset[str]
    names: tuple[str, ...]
    archived: bool
    forks: bool

    def leaves_out(self, one: Repository, owner: str) -> str:
        """Say why a repository is left out, or nothing; the first reason counts."""
        below = one.path[len(owner) + 1 :] if one.path.lower().startswith(f"{owner.lower()}/") else one.path
        if one.archived and not self.archived:
            return "archived"
        if one.fork and not self.forks:
            return "forked"
        if self.topics and not self.topics.intersection(one.topics):
            return "without such a topic"
        if self.names and not any(fnmatchcase(below, pattern) for pattern in self.names):
            return "of other names"
        return ""


def listed(at: Located, asking: Asking) -> Iterator[str]:
    """Yield the addresses of those in an entry's organisation that it means, and note how many are left out.

    Raises FormatError, and ForgeError or SourceError where nobody knows who they are.
    """
    host, owner = at.required("org", _organisation)
    sieve = Sieve(
        at.optional("topics", lambda value: frozenset(texts(value)), frozenset()),
        at.optional("names", texts, ()),
        at.optional("archived", lambda value: value.a(bool), default=False),
        at.optional("forks", lambda value: value.a(bool), default=False),
    )
    try:
        known, when = _kept(host, owner) if asking.offline else (_asked(host, owner, asking), "")
    except (ForgeError, SourceError) as error:
        hint = error.hint or "nobody knows who its members are, so nothing is done"
        raise type(error)(f"{host}/{owner} cannot be listed: {error.message}", where=at.where, hint=hint) from error
    out: Counter[str] = Counter()
    for one in known:
        if why := sieve.leaves_out(one, owner):
            out[why] += 1
        else:
            yield _address(one, at)
    asking.notes.append(_told(f"{host}/{owner}", len(known), out, when))


def _told(name: str, total: int, out: Counter[str], when: str) -> str:
    left = f"; left out: {', '.join(f'{count:,} {why}' for why, count in out.items())}" if out else ""
    seen = f", as listed on {when}" if when else ""
    return f"{name} has {total:,} repositories{seen}, of which {total - out.total():,} are listed{left}"


def _organisation(at: Located) -> tuple[str, str]:
    """Return the host and the organisation's path there."""
    written = text(at).strip()
    if found := _HOSTED.fullmatch(written):
        host, path, safe = urlsplit(FORGES[found[1]]).netloc, found[2], True
    else:
        parts = urlsplit(written)
        host, path = parts.netloc.lower(), parts.path
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        safe = safe and not parts.query and not parts.fragment
    if CREDENTIALS.search(written):
        raise FormatError(f"`{at.name}` holds a login", where=at.where, hint="say in `forges` where a token is")
    path = path.strip("/")
    if not safe or not host or not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*", path):
        at.fail(FORM)
    return host, path


def _address(one: Repository, at: Located) -> str:
    if not re.match(r"https?://[^\s@]+$", one.url):
        raise FormatError(f"the forge gives {one.path} an address that is none: {one.url[:80]}", where=at.where)
    return one.url


def _asked(host: str, owner: str, asking: Asking) -> list[Repository]:
    """Ask the forge, and keep what it says for when it cannot be asked."""
    found = []
    for one in asking.forges.of(host).forge.repositories(owner):
        found.append(one)
        if len(found) % OFTEN == 0:
            asking.notify(f"Listing {host}/{owner}: {len(found):,} so far")
    place = _place(host, owner)
    day = datetime.now(UTC).date().isoformat()
    try:
        disk.private(place.parent)
        new = place.with_name(f"{place.name}.{urandom(8).hex()}")
        disk.write_private(new, dumps([day, *found]).encode())
        new.replace(place)
    except OSError as error:
        asking.notes.append(f"what {host}/{owner} has could not be kept for --offline: {error.strerror}")
    return found


def _kept(host: str, owner: str) -> tuple[list[Repository], str]:
    """Return what was listed last, and on which day; raises SourceError."""
    place = _place(host, owner)
    hint = "run once without --offline"
    try:
        day, *rest = json.read(place.read_bytes(), str(place))
        known = [Repository(*one)._replace(topics=tuple(one[Repository._fields.index("topics")])) for one in rest]
        return known, str(day)
    except FileNotFoundError as error:
        raise SourceError("it was never listed on this machine", hint=hint) from error
    except (OSError, FormatError, TypeError, ValueError, IndexError) as error:
        raise SourceError("what was kept of its last listing cannot be read", hint=hint) from error


def _place(host: str, owner: str) -> Path:
    return cache.place(FOLDER, f"{host}/{owner.lower()}").with_suffix(".json")
