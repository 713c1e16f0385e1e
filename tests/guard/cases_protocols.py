"""What breaks the rules on security protocols."""

from tests.guard.service import Case, Service

CLIENT = "src/orders/adapters/payments/client.py"
GOOD_CLIENT = '''\
"""Asks the payment service."""

import httpx2


def client() -> httpx2.AsyncClient:
    """Build the client."""
    return httpx2.AsyncClient(base_url="https://payments.acme.io", timeout=5)
'''
TOKENS = "src/orders/platform/tokens.py"
GOOD_TOKENS = '''\
"""Checks the tokens of callers."""

import jwt

ALGORITHMS = ["RS256"]


def claims(token: str, key: str) -> dict[str, str]:
    """Return what a token says, once it is checked."""
    return jwt.decode(token, key, algorithms=ALGORITHMS, audience="orders", issuer="https://id.acme.io")
'''
WIRED = '''\
"""Who calls."""

from typing import Annotated

from fastapi import Depends

from orders.platform.tokens import claims

Caller = Annotated[dict[str, str], Depends(claims)]
'''
KEYS = "src/orders/platform/keys.py"
GOOD_KEYS = '''\
"""Makes names that nobody guesses."""

import hashlib
import secrets


def digest(content: bytes) -> str:
    """Name a content."""
    return hashlib.sha256(content).hexdigest()


def reset_token() -> str:
    """Make a token that is used once."""
    return secrets.token_urlsafe()
'''
APP = "src/orders/adapters/http/app.py"
SECURE = '    app = FastAPI(title="orders", docs_url=None, redoc_url=None)\n'
BESIDE = '    @app.get("/v1/admin")\n    async def admin() -> str:\n        return service\n\n    return app'
KEY_LINES = "\n".join(
    ["-----BEGIN " + "PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"]
)


def add(path: str, text: str):
    """The service with a file of the team's own."""
    return lambda service: service.add(path, text)


def instead(path: str, text: str, old: str, new: str):
    """The same, with one thing wrong."""
    assert old in text
    return lambda service: service.add(path, text.replace(old, new))


def authenticated(service: Service) -> Service:
    """The service with tokens that are checked, and a route's dependency on them."""
    asked = service.edit(APP, "async def greet(name: str)", "async def greet(name: str, _: Caller)")
    return asked.add(TOKENS, GOOD_TOKENS).add("src/orders/adapters/http/callers.py", WIRED)


CASES = [
    Case(
        "SP-01",
        "a client takes any certificate",
        good=add(CLIENT, GOOD_CLIENT),
        bad=instead(CLIENT, GOOD_CLIENT, "timeout=5", "timeout=5, verify=False"),
        at=f"{CLIENT}:8",
        says="verify=False",
        fixed=add(CLIENT, GOOD_CLIENT),
    ),
    Case(
        "SP-01",
        "a client sends in the clear",
        good=add(CLIENT, GOOD_CLIENT),
        bad=instead(CLIENT, GOOD_CLIENT, "https://", "http://"),
        at=f"{CLIENT}:8",
        says="payments.acme.io",
        fixed=add(CLIENT, GOOD_CLIENT),
    ),
    Case(
        "SP-02",
        "nothing verifies a token any more",
        good=authenticated,
        bad=lambda s: authenticated(s).edit(TOKENS, "jwt.decode(token, key", "dict(token=token, key=key"),
        at=f"{APP}:22",
        says="nothing verifies",
        fixed=authenticated,
        parameters={"auth": "oidc"},
    ),
    Case(
        "SP-02",
        "the routes ask for no token any more",
        good=authenticated,
        bad=lambda s: authenticated(s).drop("src/orders/adapters/http/callers.py"),
        at=f"{APP}:22",
        says="no route asks",
        fixed=authenticated,
        parameters={"auth": "oidc"},
    ),
    Case(
        "SP-02",
        "a route stands beside those that ask",
        good=authenticated,
        bad=lambda s: authenticated(s).edit(APP, "    return app", BESIDE),
        at=f"{APP}:43",
        says="/v1/admin asks nobody",
        fixed=authenticated,
        parameters={"auth": "oidc"},
    ),
    Case(
        "SP-05",
        "a script encrypts with what is broken",
        bad=add("scripts/backup.sh", "#!/bin/sh\nopenssl enc -des-ede3-cbc -in data.tar -out data.tar.enc\n"),
        at="scripts/backup.sh:2",
        says="des-ede3-cbc",
        fixed=lambda s: s,
    ),
    Case(
        "SP-01",
        "a proxy takes TLS of long ago",
        bad=add("deploy/nginx/orders.conf", "server {\n  ssl_protocols TLSv1 TLSv1.2;\n}\n"),
        at="deploy/nginx/orders.conf:2",
        says="TLSv1",
        fixed=add("deploy/nginx/orders.conf", "server {\n  ssl_protocols TLSv1.2 TLSv1.3;\n}\n"),
    ),
    Case(
        "SP-03",
        "a token for another service is good enough",
        good=add(TOKENS, GOOD_TOKENS),
        bad=instead(TOKENS, GOOD_TOKENS, ', audience="orders"', ""),
        at=f"{TOKENS}:10",
        says="audience",
        fixed=add(TOKENS, GOOD_TOKENS),
    ),
    Case(
        "SP-03",
        "a token may be signed with what checks it",
        good=add(TOKENS, GOOD_TOKENS),
        bad=instead(TOKENS, GOOD_TOKENS, '["RS256"]', '["RS256", "HS256"]'),
        at=f"{TOKENS}:10",
        says="HS256",
        fixed=add(TOKENS, GOOD_TOKENS),
    ),
    Case(
        "SP-04",
        "a key is committed for a moment",
        bad=add("deploy/orders.pem", f"{KEY_LINES}\n"),
        at="deploy/orders.pem:1",
        says="a private key",
        fixed=lambda s: s,
    ),
    Case(
        "SP-04",
        "the developer's own settings are committed",
        bad=add(".env", "PORT=8080\nDATABASE_PASSWORD=what-i-use\n"),
        at=".env",
        fixed=add(".env.example", "PORT=8080\nDATABASE_PASSWORD=\n"),
    ),
    Case(
        "SP-05",
        "a name is made by a broken hash",
        good=add(KEYS, GOOD_KEYS),
        bad=instead(KEYS, GOOD_KEYS, "sha256", "md5"),
        at=f"{KEYS}:9",
        says="md5",
        fixed=instead(KEYS, GOOD_KEYS, "sha256(content)", "md5(content, usedforsecurity=False)"),
    ),
    Case(
        "SP-06",
        "pages of any site may call",
        bad=lambda s: s.edit(
            APP,
            SECURE,
            f'{SECURE}    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n',
        ),
        at=f"{APP}:23",
        says="allow_origins",
        fixed=lambda s: s.edit(
            APP, SECURE, f'{SECURE}    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.acme.io"])\n'
        ),
    ),
    Case(
        "SP-07",
        "the linter looks for weaknesses no longer",
        bad=lambda s: s.edit("pyproject.toml", 'select = ["ALL"]', 'select = ["E", "F", "I"]'),
        at="pyproject.toml:51",
        says="ruff",
        fixed=lambda s: s.edit("pyproject.toml", 'select = ["ALL"]', 'select = ["E", "F", "I", "S"]'),
        others=("LG-02", "LG-03", "LG-04"),
    ),
    Case("SP-08", "nobody is named any more", bad=lambda s: s.drop("SECURITY.md"), at="SECURITY.md", fixed=lambda s: s),
    Case(
        "SP-08",
        "nobody says when they answer",
        bad=lambda s: s.add(
            "SECURITY.md", "# Security\n\nReport a weakness privately to security@acme.io, and we look at it.\n"
        ),
        at="SECURITY.md",
        says="when a report is answered",
        fixed=lambda s: s.add(
            "SECURITY.md", "# Security\n\nReport a weakness privately to security@acme.io. We answer within 2 days.\n"
        ),
    ),
]
