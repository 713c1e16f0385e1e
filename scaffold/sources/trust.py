"""Whose code may run without being asked: the addresses that a user trusts, in a settings file of their own."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from scaffold import disk
from scaffold.formats.located import Located, texts
from scaffold.sources import settings
from scaffold.sources.address import expand, parted
from scaffold.sources.locate import BUILT_IN

_SCP = re.compile(r"(?:[\w.~-]+@)?[A-Za-z0-9.-]+:(?!//).+", re.DOTALL)
_HOST = re.compile(r"(?:[^@\\\s]*@)?[A-Za-z0-9.-]+(?::\d+)?")
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")  # RFC 3986: characters that mean themselves, encoded or not


def is_trusted(address: str) -> bool:
    """Whether the user's settings trust an address, or it is the library that is part of scaffold.

    Raises FormatError for settings that cannot be read.
    """
    return address == BUILT_IN or any(covers(entry, address) for entry in entries())


def entries() -> tuple[str, ...]:
    """Return the addresses that the user's settings trust; raises FormatError for settings that cannot be read."""
    return settings.read().optional("trust", _entries, ())


def covers(entry: str, address: str) -> bool:
    """Whether an entry of `trust:` means an address: a prefix where it ends with a slash, else that address alone.

    An entry for a repository means every folder of it, and one for a folder means just that.
    """
    repository, folder = parted(address)
    if (wanted := parted(entry)).folder:
        return wanted.folder == folder and _covers_repository(wanted.repository, repository)
    return _covers_repository(entry, repository)


def _covers_repository(entry: str, address: str) -> bool:
    if not (_is_plain(entry) and _is_plain(address)):
        return entry == address
    wanted, given = _normal(entry), _normal(address)
    return given.startswith(f"{wanted.rstrip('/')}/") if entry.endswith("/") else given == wanted


def _entries(at: Located) -> tuple[str, ...]:
    for element in at.elements():
        entry = element.a(str)
        if not (_is_folder(entry) or _is_url(entry) or _SCP.fullmatch(entry)):
            element.fail("the address of a repository, or the whole path of a folder")
    return texts(at)


def _is_folder(text: str) -> bool:
    return Path(text).is_absolute() or text.startswith("~")


def _is_url(text: str) -> bool:
    return "://" in expand(text)


def _is_plain(text: str) -> bool:
    """Whether every program reads an address alike: nothing encoded, no way up, no odd host."""
    if _is_folder(text):
        return True
    if not _is_url(text):
        return bool(_SCP.fullmatch(text)) and _is_plain_path(text.partition(":")[2])
    try:
        parts = urlsplit(expand(text))
    except ValueError:
        return False
    whole = text.isprintable() and not (parts.query or parts.fragment)
    hosted = bool(_HOST.fullmatch(parts.netloc)) or (parts.scheme == "file" and not parts.netloc)
    return whole and hosted and _is_plain_path(parts.path)


def _is_plain_path(path: str) -> bool:
    segments = path.removeprefix("/").removesuffix("/").split("/")
    plain = all(_SEGMENT.fullmatch(segment) and segment not in (".", "..") for segment in segments)
    return plain or path in ("", "/")


def _normal(address: str) -> str:
    """Return an address without what does not matter: how it is spelled, `.git` and slashes at its end, credentials."""
    if _is_folder(address):
        return str(disk.expand(address).resolve())
    address = expand(address.rstrip("/")).removesuffix(".git")
    if "://" not in address:
        login, _, path = address.partition(":")
        user, at, host = login.rpartition("@")
        return f"{user}{at}{host.lower()}:{path}"
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    if parts.scheme == "ssh" and at:  # who logs in decides what a path means there
        return f"ssh://{user.partition(':')[0]}@{host.lower()}{parts.path}"
    return f"{parts.scheme}://{host.lower()}{parts.path}"
