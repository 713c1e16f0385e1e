"""Routes of FastAPI that ask nobody who calls: beside the router that asks, or on another app."""

import ast
from collections.abc import Container, Iterator, Mapping

from scaffold.formats.regex import regex
from scaffold.guard.code.scopes import dotted, walk

METHODS = frozenset(("get", "post", "put", "patch", "delete", "api_route", "websocket"))
MAKERS = frozenset(("FastAPI", "APIRouter"))
ASKS = regex(r"(?i)depends|security|auth|token|user|principal|caller|claims|scope|bearer|identity|session|api_?key")
# What is asked before anybody is known, or by what knows nobody: probes, logins, what others call back, descriptions.
OPEN = regex(
    r"(?i)^/?(?:(?:api|v\d+|internal)/)*(?:health\w*|livez?|liveness|readyz?|readiness|alive|ping|status|metrics|docs"
    r"|openapi|redoc|auth|oidc|oauth2?|version|info|favicon|static|public|\.well-known|robots|jwks)(?:[/.-]|$)"
    r"|(?:^|/)(?:log-?in|log-?out|sign-?(?:in|up)|register|tokens?|callback|(?:[\w-]*[-_])?(?:web)?hooks?)(?:/|$)|^/?$"
)


def open_routes(tree: ast.Module, *, elsewhere: bool) -> Iterator[tuple[int, str]]:
    """Yield line and path of routes that nothing guards; `elsewhere` says that others may guard a router of here."""
    made, guarded = _made(tree), _guarded(tree)
    bare = {name for name, maker in made.items() if name not in guarded and not (elsewhere and maker == "APIRouter")}
    for node in walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not ASKS.search(_asked(node)):
            for call in node.decorator_list:
                path = _path(call, bare)
                if path is not None and not OPEN.search(path):
                    yield call.lineno, path


def _path(call: ast.expr, bare: Container[str]) -> str | None:
    """Return the path of a route on one of some apps and routers that has no dependency of its own."""
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
        first = call.args[0] if call.args else None
        if dotted(call.func.value) in bare and not _has(call) and isinstance(first, ast.Constant):
            return str(first.value)
    return None


def _asked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return what a function takes, and what else stands above it."""
    return " ".join((ast.unparse(node.args), *(ast.unparse(one) for one in node.decorator_list[1:])))


def _made(tree: ast.Module) -> Mapping[str, str]:
    """Return the apps and routers of a module, each with what made it."""
    found: dict[str, str] = {}
    for node in walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and not _has(node.value):
            maker = dotted(node.value.func).rpartition(".")[2]
            found |= {dotted(target): maker for target in node.targets if maker in MAKERS}
    return found


def _guarded(tree: ast.Module) -> frozenset[str]:
    """Return the routers that are taken in with a dependency."""
    calls = (node for node in walk(tree) if isinstance(node, ast.Call))
    return frozenset(dotted(one.args[0]) for one in calls if takes_in(one) and one.args and _has(one))


def takes_in(call: ast.Call) -> bool:
    """Whether a call takes a router in."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "include_router"


def guards_others(tree: ast.Module) -> bool:
    """Whether a module guards routers that may come from elsewhere, or all that one app has."""
    calls = (node for node in walk(tree) if isinstance(node, ast.Call))
    return any(_has(one) and (takes_in(one) or dotted(one.func).endswith("FastAPI")) for one in calls)


def _has(call: ast.Call) -> bool:
    return any(one.arg in ("dependencies", None) for one in call.keywords)
