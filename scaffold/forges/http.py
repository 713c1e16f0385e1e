"""The one owner of HTTP: asks a forge's API as its governor lets it, and says what came of it in the port's errors."""

import ssl
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from http import HTTPStatus
from os import environ
from threading import Lock
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit
from weakref import finalize

import scaffold
from scaffold.forges import responses
from scaffold.forges.etags import Kept
from scaffold.forges.governor import PATIENCE, Governor
from scaffold.forges.pacing import CORE, Kind
from scaffold.forges.port import (
    ARCHIVED,
    DeniedError,
    ForgeError,
    GoneError,
    PausedError,
    RefusedError,
    UncertainError,
    UnknownTokenError,
    UnreachableError,
)
from scaffold.forges.responses import Response
from scaffold.forges.tokens import Token

if TYPE_CHECKING:
    import httpx

SECONDS, CONNECTING, WHOLE = 30.0, 10.0, 120.0  # without a byte; for a connection; for all of a response
MOST = 20_000_000  # bytes of a response
TRIES = 5  # of a read that fails, with pauses of 1, 2, 4 and 8 s between
LIMITS_MET = 5  # times in a row that a request may meet a limit
HOPS = 5
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
GONE = {404, 410}
Parameters = Mapping[str, str | int]
NOTHING: Parameters = {}
E = TypeVar("E", bound=ForgeError)


class Request(NamedTuple):
    """What is asked of an API: `take` are refusals that the asker reads itself, and `budget` the one it draws on."""

    method: str
    url: str
    kind: Kind
    body: Any = None
    take: frozenset[int] = frozenset()
    budget: str = CORE


class Http:
    """One API, asked as one identity; for all threads.

    `api` is the address that paths start at, such as `https://api.github.com`. `ca` is a file of certificates to trust
    in place of the machine's, and `patience` how many seconds a request waits for its turn at most.
    """

    def __init__(self, api: str, token: Token, governor: Governor, *, ca: str = "", patience: float = PATIENCE) -> None:
        """Connect to nothing yet."""
        self.api = api.rstrip("/")
        self.governor = governor
        self._token, self._ca, self._patience = token, ca, patience
        self._etags = Kept()
        self._client: httpx.Client | None = None
        self._making = Lock()

    def close(self) -> None:
        """Let go of the connections that are kept; who asks again opens new ones."""
        with self._making:
            if self._client is not None:
                self._client.close()
            self._client = None

    def get(self, path: str, parameters: Parameters = NOTHING, *, take: Collection[int] = ()) -> Response:
        """Ask for one thing; raises ForgeError and its kinds, but not for the statuses to `take`."""
        return self._ask(Request("GET", self._url(path, parameters), "read", take=frozenset(take)))

    def send(
        self, method: str, path: str, body: Any = None, *, kind: Kind = "write", take: Collection[int] = ()
    ) -> Response:
        """Have it done once: raises UncertainError where nobody knows whether it was, and else as `get` does."""
        return self._ask(Request(method, self._url(path, NOTHING), kind, body, frozenset(take)))

    def graphql(self, url: str, query: str, variables: Mapping[str, str], kind: Kind) -> Response:
        """Ask a question of GraphQL; what it refuses it says in `errors` of a good response."""
        return self._ask(Request("POST", url, kind, {"query": query, "variables": variables}, budget="graphql"))

    def pages(
        self, path: str, parameters: Parameters = NOTHING, *, key: str = "", whole: bool = False
    ) -> Iterator[Any]:
        """Yield all that a listing has, page by page as it says itself; `key` is where each page holds its list.

        It ends early in an error only: with `whole`, also where it had fewer than it says.
        """
        url, known, seen = self._url(path, parameters), set[str](), 0
        while url:
            known.add(url)
            response = self._ask(Request("GET", url, "read"))
            page = response.data
            if key and isinstance(page, dict) and key in page:
                page = page[key] or []  # Gitea writes an empty list as null
            if not isinstance(page, list):
                self._fail(UnreachableError, response, "answered something else than a list")
            yield from page
            seen += len(page)
            url = responses.next_page(response)
            if url in known or (url and not self._is_ours(url)):
                self._fail(UnreachableError, response, f"says that its list goes on at {url}")
        if whole and seen < (total := responses.total(response) or 0):
            self._fail(UnreachableError, response, f"listed {seen:,} of {total:,}; it may have changed meanwhile")

    def _url(self, path: str, parameters: Parameters) -> str:
        return f"{self.api}/{path}{'?' if parameters else ''}{urlencode(parameters)}"

    def _is_ours(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.api)[:2]

    def _ask(self, request: Request) -> Response:
        """Ask until there is a response; what a repeat may do twice is never repeated."""
        hops = limits = failed = 0
        renewed = False
        while True:
            secret = self._token.get()
            response = self._tried(request, secret)
            means = "broken" if isinstance(response, str) else responses.meaning(response)
            if isinstance(response, str) or means == "broken":
                failed += 1
                self._after_failure(request, response, failed)
            elif means == "limited":
                limits += 1
                self._after_limit(response, limits)
            elif means == "moved":
                hops += 1
                request = request._replace(url=self._moved_to(request, response, hops))
            elif means == "denied" and not renewed and self._token.renewed(secret):
                renewed = True
            elif means == "taken" or response.status in request.take:
                return response
            else:
                self._refuse(request, response)

    def _tried(self, request: Request, secret: str) -> Response | str:
        """Send it once in its turn; where it never went out, or is a read that failed, return why instead."""
        import httpx

        client = self._open()
        try:
            with self.governor.turn(request.kind, patience=self._patience, budget=request.budget):
                response = self._exchange(client, request, secret)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "name its certificates by `ca`, or by SSL_CERT_FILE"
                raise self._error(
                    UnreachableError, f"{self._host} has a certificate that is not trusted", hint
                ) from None
            return _named(error)
        except httpx.TransportError as error:
            if request.kind != "read":
                raise self._uncertain(request, _named(error)) from None
            return _named(error)
        except (httpx.InvalidURL, httpx.DecodingError, httpx.StreamError) as error:
            kind = UnreachableError if request.kind == "read" else UncertainError
            raise self._error(kind, f"{self._host} answered what cannot be read: {_named(error)}") from None
        if told := responses.budget(response, time()):
            self.governor.learn(*told)
        return response

    def _exchange(self, client: "httpx.Client", request: Request, secret: str) -> Response:
        """Send a request as it is, and read the response to its end or to what is too long."""
        headers = {"Authorization": f"Bearer {secret}"}
        kept = self._etags.get(request.url) if request.method == "GET" else None
        if kept:
            headers["If-None-Match"] = kept.headers["etag"]
        body = bytearray()
        until = monotonic() + WHOLE
        with client.stream(request.method, request.url, headers=headers, json=request.body) as stream:
            for piece in stream.iter_bytes():
                body += piece
                if len(body) > MOST or monotonic() > until:
                    what = f"more than {MOST:,} bytes" if len(body) > MOST else f"for longer than {WHOLE:.0f} s"
                    kind = UnreachableError if request.kind == "read" else UncertainError
                    raise self._error(kind, f"{self._host} answered {what}")
            if kept and stream.status_code == HTTPStatus.NOT_MODIFIED:
                headers = {**kept.headers, **stream.headers}
                return responses.read(HTTPStatus.OK, headers, request.url, kept.body)
            response = responses.read(stream.status_code, stream.headers, request.url, bytes(body))
        if request.method == "GET" and responses.meaning(response) == "taken" and "etag" in response.headers:
            self._etags.put(request.url, response.headers, bytes(body))
        return response

    def _open(self) -> "httpx.Client":
        import httpx

        with self._making:
            if self._client is None:
                try:
                    self._client = httpx.Client(
                        verify=_trust(self._ca, *map(environ.get, CERTIFICATES)),
                        timeout=httpx.Timeout(SECONDS, connect=CONNECTING),
                        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
                        headers={"Accept": "application/json", "User-Agent": f"scaffold/{scaffold.__version__}"},
                        follow_redirects=False,
                    )
                except (OSError, ImportError, ValueError, httpx.InvalidURL) as error:
                    raise self._error(UnreachableError, f"{self._host} cannot be asked: {error}") from error
                finalize(self, self._client.close)  # who asks need not tell when it is done
            return self._client

    def _after_failure(self, request: Request, response: Response | str, failed: int) -> None:
        """Pause, where it is to be tried once more."""
        why = response if isinstance(response, str) else f"it answered {response.status}"
        if not isinstance(response, str) and request.kind != "read":
            raise self._uncertain(request, why)
        if failed >= TRIES:
            hint = "check the address and the network"
            raise self._error(UnreachableError, f"{self._host} does not answer: {why}, {failed} times", hint)
        asked = (
            responses.pause(response, time(), 1)
            if not isinstance(response, str) and "retry-after" in response.headers
            else 0
        )
        self.governor.pause(max(asked, 2 ** (failed - 1)), why)

    def _after_limit(self, response: Response, times: int) -> None:
        seconds = responses.pause(response, time(), times)
        self.governor.pause(seconds, self._hide(response.message))
        if times >= LIMITS_MET:
            error = self._error(PausedError, f"{self._host} met a limit {times} times: {response.message}")
            error.seconds = seconds
            raise error

    def _moved_to(self, request: Request, response: Response, hops: int) -> str:
        """Return where a request is to go instead: somewhere else at the same host, with the same method."""
        url = urljoin(request.url, response.headers.get("location", ""))
        if not self._is_ours(url):
            hint = "where that is right, give its API by `api` in `forges`"
            raise self._error(UnreachableError, f"{self._host} leads to another host, {urlsplit(url).netloc}", hint)
        if hops > HOPS or (request.kind != "read" and response.status in (302, 303)):
            self._fail(UnreachableError, response, f"leads on to {url}")
        return url

    def _refuse(self, request: Request, response: Response) -> NoReturn:
        if responses.meaning(response) == "alien":
            # Who knows what took it.
            done = request.kind != "read" and HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES
            hint = f"is {self.api} the address of its API?"
            told = f"answered {response.status} with {response.alien or 'nothing'} and not as a forge's API does"
            self._fail(UncertainError if done else UnreachableError, response, told, hint)
        if "archived" in response.message.lower():  # of which GitHub's number is that of a right
            raise self._error(RefusedError, ARCHIVED[0], ARCHIVED[1])
        if response.status in (401, 403):
            hint = f"the token is from {self._token.origin}; is it valid, and has it the rights?"
            kind = UnknownTokenError if response.status == HTTPStatus.UNAUTHORIZED else DeniedError
            self._fail(kind, response, f"denies it: {response.message}", hint)
        if response.status in GONE:
            hint = "is it there, and may the token see it?"
            self._fail(GoneError, response, f"refuses it: {response.message}", hint)
        self._fail(RefusedError, response, f"refuses it: {response.message}")

    def _fail(self, kind: type[ForgeError], response: Response, told: str, hint: str | None = None) -> NoReturn:
        path = response.url.removeprefix(self.api).partition("?")[0].lstrip("/")
        raise self._error(kind, f"{self._host} {told}", hint, path)

    def _uncertain(self, request: Request, why: str) -> ForgeError:
        told = f"nobody knows whether {self._host} did what it was asked: {why}"
        return self._error(
            UncertainError, told, "look there before it is asked again", request.url.removeprefix(self.api)
        )

    def _error(self, kind: type[E], told: str, hint: str | None = None, where: str | None = None) -> E:
        hide = self._hide
        return kind(hide(told), where=where and hide(where.lstrip("/")), hint=hint and hide(hint))

    def _hide(self, text: str) -> str:
        return self._token.hide(text)

    @property
    def _host(self) -> str:
        return self.governor.host


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


@cache  # reading all certificates of a machine takes as long as some requests
def _trust(ca: str, *named: str | None) -> ssl.SSLContext:
    """Trust one file of certificates; else those of the machine, or that variables name, and those of certifi."""
    if ca:
        return ssl.create_default_context(cafile=ca)
    context = ssl.create_default_context()
    if not any(named):
        from certifi import where

        context.load_verify_locations(where())
    return context
