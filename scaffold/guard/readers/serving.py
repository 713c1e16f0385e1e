"""Whether a repository holds a service that answers over HTTP, and where it is set up."""

import re
from typing import NamedTuple

from scaffold.guard.look import Look
from scaffold.guard.readers.scan import without_comments
from scaffold.guard.readers.sources import code, flavour_of, holding
from scaffold.guard.rule import NotApplicable

LANGUAGES = ("python", "typescript", "javascript", "go", "java", "kotlin")
# What makes a program a service that answers over HTTP.
SERVES = re.compile(
    r"\b(?:FastAPI|Starlette|Litestar|Flask|Quart|Sanic|web\.Application|get_wsgi_application|get_asgi_application)\("
    r"|\b(?:express|fastify|Fastify|createServer|restify\.createServer|NestFactory\.create)\(|\bnew\s(?:Koa|Hono|Elysia)\b"
    r"|\bhttp\.(?:ListenAndServe\w*|Server)\b|\bgin\.(?:Default|New)\(|\becho\.New\(|\bfiber\.New\("
    r"|\bSpringApplication\.run\(|@(?:Rest)?Controller\b|\bHttpServer\.create\(|@Path\("
)
NEEDLES = (
    b"FastAPI", b"Starlette", b"Litestar", b"Flask", b"Quart", b"Sanic", b"web.Application", b"_application",
    b"express", b"astify", b"createServer", b"NestFactory", b"Koa", b"Hono", b"Elysia", b"ListenAndServe",
    b"http.Server", b"gin.", b"echo.New", b"fiber.New", b"SpringApplication", b"Controller", b"HttpServer", b"@Path",
)  # fmt: skip
NO_SERVICE = "there is no code here that answers over HTTP"


class Place(NamedTuple):
    """Where a service is set up."""

    path: str
    line: int


def service(look: Look) -> Place:
    """Return where the service is set up; raises NotApplicable where nothing answers over HTTP."""
    for path in holding(look, code(look, *LANGUAGES), *NEEDLES):
        text = look.text(path) or ""
        seen = plain(path, text) if SERVES.search(text) else ""
        if match := SERVES.search(seen):
            return Place(path, seen.count("\n", 0, match.start()) + 1)
    raise NotApplicable(NO_SERVICE)


def plain(path: str, text: str) -> str:
    """Return a source without its comments; in Python those that have a line of their own."""
    if path.endswith(".py"):
        return re.sub(r"(?m)^[ \t]*#[^\n]*", "", text)
    return without_comments(text, flavour_of(path))
