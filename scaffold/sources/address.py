"""What a user writes as a source or a blueprint: addresses in Copier's forms, where a folder and a `@REF` begin."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scaffold.errors import CREDENTIALS, LOGIN, SourceError
from scaffold.git.login import HELPED, Login

FORGES = {"gh": "https://github.com", "gl": "https://gitlab.com"}
ENDINGS = (".git", ".bundle")
_ALIASED = re.compile(rf"({'|'.join(FORGES)}):/*([^/].*)", re.DOTALL)
_AT_FORGE = re.compile(rf"((?:{'|'.join(map(re.escape, FORGES.values()))})/.*[^/])/*", re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST = re.compile(r"[^\s/\\:@]+(?::[^\s/\\@]+)?@[^\s/\\:@]+:")  # git@host:path, as ssh takes it
# What stands before the path, so that an `@` in it begins no ref: a scheme with user, password and host, or git@host:.
_TO_HOST = rf"(?:{_SCHEME.pattern}\S*?)?{_SCHEME.pattern}{LOGIN}?[^/]*"  # of a proxy, another address is the path
_BEFORE_PATH = rf"(?:git\+)*(?:{_TO_HOST}|{_HOST.pattern})?"
_TO_PATH = re.compile(rf"(?:git\+)*(?:(?:{'|'.join(FORGES)}):|{_TO_HOST}|{_HOST.pattern})?/*")


SAME = ("https", "ssh")  # ways to one place, of which none is open to whoever stands between
BY_HELPER = "use https, and a credential helper of git's"
BEFORE_HOST = "a token stands right before the host and an @, or comes from a credential helper of git's"


class Address(NamedTuple):
    """Where a template lies: a repository, bundle or folder, and the folder in that, empty where it is all of it."""

    repository: str
    folder: str = ""

    def __str__(self) -> str:
        """Return it as it is written and recorded."""
        return f"{self.repository}//{self.folder}" if self.folder else self.repository


class Wanted(NamedTuple):
    """A template by its address (`source`), or a library's blueprint by its `name`; and which version of it."""

    source: str | None
    name: str | None
    ref: str | None


def parted(written: str) -> Address:
    """Tell the repository from the folder behind the first `//` of its path."""
    before = _TO_PATH.match(written)
    start = before.end() if before else 0
    repository, _, folder = written[start:].partition("//")
    path = PurePosixPath(folder.rstrip("/")).as_posix()
    return Address(f"{written[:start]}{repository}", "" if path == "." else path)


def expand(source: str) -> str:
    """Return the address that git or the disk understands; one that is expanded already stays as it is.

    Both spellings of a repository at GitHub or GitLab, with `.git` and without, give the one with it.
    """
    repository, folder = parted(re.sub(r"^(?:git\+)+", "", source))
    return str(Address(_expanded(repository), folder))


def _expanded(address: str) -> str:
    if aliased := _ALIASED.fullmatch(address):
        address = f"{FORGES[aliased[1]]}/{aliased[2]}"
    if found := _AT_FORGE.fullmatch(address):
        return f"{found[1].removesuffix('.git')}.git"
    return address


def spelled(address: str, folder: str) -> str:
    """Return an address without what does not matter: how it is reached, who asks, `.git` and slashes at its end."""
    if "://" not in address:
        host, _, path = address.partition(":")
        address = f"ssh://{host}/{path}"
    parts = urlsplit(address)
    scheme = "" if parts.scheme in SAME else parts.scheme
    path = parts.path.strip("/").removesuffix(".git")
    return f"{scheme}://{(parts.hostname or '').lower()}/{path}//{folder}"


def apart(address: str) -> tuple[str, Login | None]:
    """Tell an address, as anybody may see it, from the login that stands in it; raises SourceError for no use of one.

    Of an address for ssh a name alone is none: it belongs to the place, and is nobody's secret.
    """
    plain = re.sub(r"^(?:git\+)+", "", address)
    if (found := _HOST.match(plain)) and ":" in found[0].partition("@")[0]:
        raise SourceError("ssh takes no password from an address", where=found[0].rpartition("@")[2], hint=BY_HELPER)
    scheme, has_scheme, rest = plain.partition("://")
    if not has_scheme or not _SCHEME.fullmatch(f"{scheme}://"):
        return address, None
    scheme = scheme.lower()
    held = CREDENTIALS.search(f"{scheme}://{rest}")
    login = held[0].partition("://")[2].removesuffix("@") if held and held.start(1) <= len(scheme) else ""
    place = rest.removeprefix(f"{login}@") if login else rest
    user, has_password, password = login.partition(":")
    if scheme == "file":  # where a login means nothing, and this host alone has files
        return f"file://{place.removeprefix('localhost') if login else place}", None
    if scheme not in HELPED:
        if has_password:
            raise SourceError(f"{scheme} takes no password from an address", where=place, hint=BY_HELPER)
        return f"{scheme}://{rest}", None
    if odd := re.search(r"[?#]|\s(?=[^/]*@)", place) or CREDENTIALS.search(place):
        raise SourceError("the address holds what git cannot send", where=place[: odd.start()], hint=BEFORE_HOST)
    known = unquote(user), unquote(password) if has_password else None
    if not all(part is None or part.isprintable() for part in known):
        raise SourceError("the login holds characters that cannot be printed", where=place)
    host = f"{scheme}://{place.partition('/')[0]}"
    return f"{scheme}://{place}", Login(host, *known) if login else None


def is_remote(address: str) -> bool:
    """Whether an address, already expanded, is for git to fetch from; a folder of that name on the disk comes first."""
    named = _SCHEME.match(address) or _HOST.match(address) or address.startswith("git@")
    return bool(named) or (address.endswith(".git") and re.match(r"[^/\\:]{2,}:(?!:)", address) is not None)


def read(written: str, exists: Callable[[str], bool] = lambda _: False) -> Wanted:
    """Tell what `NAME[@VERSION]` or `ADDRESS[@REF]` asks for; `exists` says whether a path is there.

    The last `@` of an address begins the ref, or the first one after `.git`; a path that exists is never cut short.
    """
    name, at, ref = written.partition("@")
    if not _is_address(written, name, exists):
        return Wanted(None, name, ref) if at and ref else Wanted(None, written, None)
    if exists(written):
        return Wanted(written, None, None)
    cuts = _cuts(written)
    repository, folder = parted(written)
    if folder and (exists(repository) or repository.endswith(ENDINGS)):
        cuts = [cut for cut in cuts if cut > len(repository)]
    there = (cut for cut in cuts if exists(written[:cut]))
    ended = (cut for cut in reversed(cuts) if parted(written[:cut]).repository.endswith(ENDINGS))
    cut = next(there, None) or next(ended, None) or (cuts[0] if cuts else len(written))
    return Wanted(written[:cut], None, written[cut + 1 :] or None)


def _is_address(written: str, name: str, exists: Callable[[str], bool]) -> bool:
    """Tell an address from a blueprint's name, whose ref may hold slashes too."""
    if _looks_like_one(name) or written.endswith(ENDINGS) or ":" in written or re.match(r"git@.*/", written):
        return True
    return "/" in written and (not name or exists(written))


def _looks_like_one(text: str) -> bool:
    return re.search(r"[/\\:]", text) is not None or text.startswith((".", "~")) or text.endswith(ENDINGS)


def _cuts(written: str) -> list[int]:
    """Return where an `@` may begin a ref, the last one first."""
    before = re.match(_BEFORE_PATH, written)
    start = before.end() if before else 0
    found = [m.start() for m in re.finditer("@", written) if m.start() >= start]
    # Not at the end, nor as the first character of a name, as in https://host/@scope/repo.
    inside = (cut for cut in found if cut + 1 < len(written) and written[cut - 1] not in "/\\:")
    return sorted((cut for cut in inside if _looks_like_one(written[:cut])), reverse=True)
