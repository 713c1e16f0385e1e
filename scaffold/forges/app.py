"""A GitHub App as identity: its token lives one hour, and is asked for with a signed word of the App's."""

from collections.abc import Callable
from pathlib import Path
from time import time
from typing import NamedTuple

from scaffold.forges.http import Http
from scaffold.forges.port import UnknownTokenError
from scaffold.forges.shared import moment
from scaffold.forges.tokens import Clock, Lent, Token, lent_as

EARLIER, LIVES = 60, 540  # seconds: clocks differ, and GitHub takes no word that lives longer than ten minutes
MISSING = "install scaffold-idp[github-app]"


class App(NamedTuple):
    """What a GitHub App is known by: its id, the file of its private key, and one installation of it."""

    id: str
    key: Path
    installation: str


def signed(app: App, now: float) -> Lent:
    """Return the word by which an App asks for tokens; raises UnknownTokenError."""
    try:
        import jwt
    except ImportError as error:
        raise UnknownTokenError("a GitHub App needs a library that is not installed", hint=MISSING) from error
    try:
        key = app.key.read_bytes()
    except OSError as error:
        raise UnknownTokenError(f"the App's key cannot be read: {error.strerror}", where=str(app.key)) from error
    claims = {"iat": int(now) - EARLIER, "exp": int(now) + LIVES, "iss": app.id}
    try:
        word = jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, NotImplementedError, jwt.PyJWTError) as error:
        hint = "it has to be the private key that GitHub gave, as PEM" if _can_sign() else MISSING
        raise UnknownTokenError("the App's key signs nothing", where=str(app.key), hint=hint) from error
    return lent_as(word, "the App's key", now + LIVES)


def _can_sign() -> bool:
    import jwt

    return "RS256" in jwt.algorithms.get_default_algorithms()


def source(app: App, connect: Callable[[Token], Http], now: Clock = time) -> Callable[[], Lent]:
    """Return what asks for a token of the installation; `connect` makes the API of a token, under the same governor."""
    http = connect(Token(lambda: signed(app, now()), now=now, margin=LIVES / 9))

    def ask() -> Lent:
        said = http.send("POST", f"app/installations/{app.installation}/access_tokens", kind="read").data
        if not isinstance(said, dict) or not isinstance(said.get("token"), str):
            raise UnknownTokenError(f"{http.api} gives the App no token", hint="is that the address of its API?")
        return lent_as(said["token"], "the GitHub App", moment(said.get("expires_at")) or None)

    return ask
