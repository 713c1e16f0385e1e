"""What a response over HTTP means: read as values, so that what follows from it can be said without a network."""

import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

SAID = 300  # characters of what a forge says that an error repeats
UNSAID = 60.0  # seconds that a limit lasts at the least where the forge does not say, doubled each time (GitHub)
LONGEST = 3_600.0
BUDGETS = ("x-ratelimit-", "ratelimit-")  # of GitHub; of GitLab
_LIMITED = re.compile(r"(?i)secondary rate limit|abuse detection|rate limit exceeded|submitted too quickly")
_LINK = re.compile(r'<([^<>]*)>\s*((?:;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^\s;,"]+)\s*)*)')
_NEXT = re.compile(r';\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)')
Meaning = Literal["taken", "refused", "denied", "limited", "moved", "broken", "alien"]


class Response(NamedTuple):
    """A response, its names of headers in lower case; `data` is what its JSON says, and None of an empty body.

    `alien` says what came in place of JSON, such as HTML.
    """

    status: int
    headers: Mapping[str, str]
    url: str
    data: Any = None
    alien: str = ""

    @property
    def message(self) -> str:
        """What the forge says, in one line."""
        return " ".join(_said(self.data).split())[:SAID] or f"it answered {self.status}"


def read(status: int, headers: Mapping[str, str], url: str, body: bytes) -> Response:
    """Read a response."""
    headers = {name.lower(): value for name, value in headers.items()}
    if not body.strip():
        return Response(status, headers, url)
    try:
        return Response(status, headers, url, json.loads(body))
    except (ValueError, RecursionError):
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        html = "html" in kind or body.lstrip()[:1] == b"<"
        return Response(status, headers, url, body.decode(errors="replace"), "HTML" if html else kind or "no JSON")


def meaning(response: Response) -> Meaning:
    """Say what follows from a response."""
    status = response.status
    if status in (301, 302, 303, 307, 308):
        return "moved"
    if is_limited(response):
        return "limited"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # what HTTP says of its classes
        return "broken"
    if response.alien or status < HTTPStatus.OK or status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return "alien"
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return "taken"
    return "denied" if status == HTTPStatus.UNAUTHORIZED else "refused"


def is_limited(response: Response) -> bool:
    """Whether the forge asks for a pause: of all of it, whatever was asked for."""
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if response.status == HTTPStatus.OK:  # GraphQL says it in a good response
        errors = response.data.get("errors") if isinstance(response.data, dict) else None
        return isinstance(errors, list) and any(
            isinstance(one, dict) and one.get("type") == "RATE_LIMITED" for one in errors
        )
    if response.status not in (403, 422):
        return False
    headers = response.headers
    spent = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return (response.status == HTTPStatus.FORBIDDEN and spent) or bool(_LIMITED.search(_said(response.data)))


def pause(response: Response, clock: float, times: int) -> float:
    """Return for how many seconds a limit lasts, met for the `times`-th time; `clock` is ours since the epoch."""
    headers = response.headers
    if (after := headers.get("retry-after")) is not None:
        if after.strip().isdecimal():
            return max(1.0, float(after))
        until = _date(after)
        if until is not None:
            return float(max(1.0, until - _its(headers, clock)))
    for prefix in BUDGETS:
        if headers.get(f"{prefix}remaining") == "0" and (seconds := resets(headers, clock, prefix)):
            return max(1.0, seconds)
    return min(LONGEST, UNSAID * float(2 ** max(0, times - 1)))


def budget(response: Response, clock: float) -> tuple[str, int, int, float] | None:
    """Return a budget as the forge tells it: its name, its size, what is left, and in how many seconds it is whole."""
    headers = response.headers
    for prefix in BUDGETS:
        numbers = headers.get(f"{prefix}limit", ""), headers.get(f"{prefix}remaining", "")
        if all(one.isdecimal() for one in numbers) and (seconds := resets(headers, clock, prefix)) is not None:
            return headers.get(f"{prefix}resource", "core"), int(numbers[0]), int(numbers[1]), seconds
    return None


def resets(headers: Mapping[str, str], clock: float, prefix: str) -> float | None:
    """Return in how many seconds a budget is whole again, by the forge's own clock where it tells that."""
    at = headers.get(f"{prefix}reset", "")
    return max(0.0, int(at) - _its(headers, clock)) if at.isdecimal() else None


def _its(headers: Mapping[str, str], clock: float) -> float:
    return _date(headers.get("date", "")) or clock


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def next_page(response: Response) -> str:
    """Return the address of the page that follows, or nothing: by `Link`, else by GitLab's `X-Next-Page`."""
    for url, parameters in _LINK.findall(response.headers.get("link", "")):
        if _NEXT.search(parameters):
            return str(urljoin(response.url, url))
    number = response.headers.get("x-next-page", "").strip()
    if not number.isdecimal():
        return ""
    parts = urlsplit(response.url)
    words = [word for word in parts.query.split("&") if word and not word.startswith("page=")]
    return parts._replace(query="&".join([*words, f"page={number}"])).geturl()


def total(response: Response) -> int | None:
    """Return how many a listing says that it has."""
    said = response.headers.get("x-total-count", response.headers.get("x-total", "")).strip()
    return int(said) if said.isdecimal() else None


def _said(data: Any) -> str:
    """Return the sentences in a forge's error, of whichever shape."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "; ".join(filter(None, map(_said, data)))
    if isinstance(data, dict):
        first = data.get("message") or data.get("error_description") or data.get("error") or ""
        more = data.get("errors") or ""
        told = [_said(first), _said(more)] if first or more else [f"{key} {_said(one)}" for key, one in data.items()]
        return "; ".join(filter(None, told))
    return "" if data is None else str(data)
