"""The forges of a run: which adapter serves which host, made when it is first asked for and once."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scaffold.forges import app, governor
from scaffold.forges.credentials import ForgeKind, Origin, lend
from scaffold.forges.declared import KINDS, Declared, is_loopback, usual
from scaffold.forges.gitea import Gitea
from scaffold.forges.github import GitHub
from scaffold.forges.gitlab import GitLab
from scaffold.forges.governor import PATIENCE, Governor
from scaffold.forges.http import Http
from scaffold.forges.port import DeniedError, Forge, ForgeError
from scaffold.forges.shared import Who
from scaffold.forges.tokens import Token
from scaffold.git.login import Login

ADAPTERS: Mapping[ForgeKind, Callable[[str, Http, Token, Who], Forge]] = {
    "github": GitHub,
    "gitlab": GitLab,
    "gitea": Gitea,
}


UNSAID: Mapping[str, Declared] = {}


class Connected(NamedTuple):
    """A forge, and the governor that all its requests pass, which says how long what is left will take."""

    forge: Forge
    governor: Governor


class Place(NamedTuple):
    """Where a repository is: its host, as forges are named by it, and its path there."""

    host: str
    path: str


@lru_cache(maxsize=50_000)  # a rollout asks it of all members at every turn
def place_of(address: str) -> Place | None:
    """Return where the repository of an address is, whether that is for https or for ssh; None where it is at no host.

    The port of an address for ssh is none of the forge's.
    """
    if "://" not in address:
        named, colon, path = address.partition(":")
        address = f"ssh://{named}/{path}" if colon and "/" not in named else ""
    parts = urlsplit(address)
    path = unquote(parts.path).strip("/").removesuffix(".git")
    if parts.scheme not in ("https", "http", "ssh") or not parts.hostname or not path:
        return None
    host = parts.hostname if parts.scheme == "ssh" else parts.netloc.rpartition("@")[2]
    return Place(host.lower(), path)


class Forges:
    """The forges that a fleet needs, by host; for all threads. Elsewhere, in a worker, it connects anew."""

    def __init__(self, declared: Mapping[str, Declared] = UNSAID, patience: float = PATIENCE) -> None:
        """Take what `fleet.yml` says of hosts, and how many seconds a request waits for its turn at most."""
        self.declared, self._patience = declared, patience
        self._known: dict[str, Connected] = {}
        self._lock = Lock()

    def __eq__(self, other: object) -> bool:
        """Whether the same is said of the same hosts."""
        return isinstance(other, Forges) and self.declared == other.declared

    def __hash__(self) -> int:
        """Return what equal ones have in common."""
        return hash(frozenset(self.declared.items()))

    def __reduce__(self) -> tuple[type["Forges"], tuple[Mapping[str, Declared], float]]:
        """Take along what is said, and no connection and no token."""
        return Forges, (self.declared, self._patience)

    def of(self, host: str) -> Connected:
        """Return the forge of a host; raises ForgeError where nobody says which kind it is."""
        host = host.lower()
        with self._lock:
            if host not in self._known:
                self._known[host] = self._connected(host)
            return self._known[host]

    def _connected(self, host: str) -> Connected:
        said = self.declared.get(host) or usual(host)
        if said is None:
            hint = f"write `forges: {{{host}: {{kind: {' | '.join(KINDS)}}}}}` into fleet.yml, or into your settings"
            raise ForgeError(f"nobody says what kind of forge {host} is", hint=hint)
        gate = governor.of(host, said.limits)

        def connect(token: Token) -> Http:
            return Http(said.api, token, gate, ca=said.ca, patience=self._patience)

        others = [one for one in self.declared.values() if one.kind == said.kind and one.host != host]
        origin = Origin(
            host,
            said.kind,
            urlsplit(said.api).scheme,
            token_env=said.token_env,
            token_command=said.token_command,
            alone=not others,
            base=said.base,
        )
        token = Token(app.source(said.app, connect) if said.app else lambda: lend(origin))
        return Connected(ADAPTERS[said.kind](host, connect(token), token, Who(frozenset(said.bots))), gate)

    def stop(self) -> None:
        """Let nothing go to any host any more, and wake who waits: this run ends."""
        with self._lock:
            for one in self._known.values():
                one.governor.stop()

    def login(self, url: str) -> Login | None:
        """Return what git gives to the host of an address, fresh, or None where no forge was named or asked.

        Without encryption only this machine gets one. Where nothing is said of a token and none is found it is None
        too, for what is public needs none; else raises ForgeError.
        """
        parts = urlsplit(url)
        host = parts.netloc.lower()
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        said = self.declared.get(host) or usual(host)
        if not secure or said is None or not (host in self.declared or host in self._known):
            return None
        try:
            return Login(f"{parts.scheme}://{host}", *self.of(host).forge.login())
        except DeniedError:
            if said.token_env or said.token_command or said.app:
                raise
            return None
