"""How Python answers whether a service lives and is ready: the routes, what answers them, and routers left out."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scaffold.formats.regex import regex
from scaffold.guard.code.engine import code, holding
from scaffold.guard.code.scopes import dotted, walk
from scaffold.guard.look import Look

Handler = ast.FunctionDef | ast.AsyncFunctionDef
_ABOVE = r"\A/?(?:(?:api|v\d+|internal|admin|ops|system|monitoring|probes?|status|q|-|_?health[\w-]*)/)*"
LIVE = regex(_ABOVE + r"(?:livez?|liveness|alive)/?\Z")
READY = regex(_ABOVE + r"(?:readyz?|readiness)/?\Z")
_ROUTERS = frozenset(("APIRouter", "Blueprint", "APIBlueprint"))
_BY_HAND = frozenset(("add_api_route", "add_url_rule", "add_route", "add_get", "Route"))  # they are given the handler
_DYNAMIC = (b"importlib", b"iter_modules", b"__import__", b"find_modules")
_SAYS_YES = regex(r"(?:.*\.)?(?:OK|HTTP_20\d\w*|20\d)")
_HARMLESS = regex(  # no check fails by them
    r"(?:.*\.)?(?:\w*Response|jsonify|dict|str|bool|time|now|utcnow|isoformat)|(?:.*[._])?log(?:ger)?\.\w+"
)
_ELSEWHERE = regex(
    r"(?i)(?:^|[._])(?:db|database|session|cursor|conn|acquire|connect|connection|execute|fetch\w*|redis|mongo"
    r"|kafka|urlopen|httpx|requests|aiohttp|create_connection)(?:$|[._])"
)


@dataclass(frozen=True, slots=True)
class Route:
    """A path with the function that answers it, and what the decorator is given beside the path."""

    path: str
    handler: Handler
    options: tuple[ast.keyword, ...]


@dataclass(frozen=True, slots=True)
class Router:
    """A router: where it is made, the name that others know it by, and the lines that speak of it."""

    name: str
    line: int
    lines: set[int] = field(default_factory=set)


def routes(tree: ast.Module) -> Iterator[Route]:
    """Yield the routes of a module: by decorators, and by calls that are given a function of the module."""
    handlers = {node.name: node for node in walk(tree) if isinstance(node, Handler)}
    for node in walk(tree):
        if isinstance(node, Handler):
            for call in (one for one in node.decorator_list if isinstance(one, ast.Call)):
                yield from (Route(path, node, tuple(call.keywords)) for path in _paths(call))
        elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _BY_HAND:
            given = [*node.args, *(one.value for one in node.keywords)]
            called = (handlers.get(one.id) for one in given if isinstance(one, ast.Name))
            yield from (Route(path, one, tuple(node.keywords)) for one in called if one for path in _paths(node))


def _paths(call: ast.Call) -> Iterator[str]:
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg in ("path", "rule"))]
    yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))


def says_no(route: Route) -> bool:
    """Whether a route may answer anything but that all is well: it raises, sets a status, or asks what may fail."""
    handler = route.handler
    if any(one.arg == "dependencies" for one in route.options) or _asks_callers(handler) or _is_wrapped(handler):
        return True
    return any(_may_fail(node) for statement in handler.body for node in ast.walk(statement))


def _asks_callers(handler: Handler) -> bool:
    """Whether a parameter is what a framework has to find out first."""
    given = [*handler.args.defaults, *handler.args.kw_defaults, *_annotations(handler)]
    return any(isinstance(node, ast.Call) for one in given if one is not None for node in ast.walk(one))


def _annotations(handler: Handler) -> list[ast.expr]:
    arguments = (*handler.args.posonlyargs, *handler.args.args, *handler.args.kwonlyargs)
    return [one.annotation for one in arguments if one.annotation is not None]


def _is_wrapped(handler: Handler) -> bool:
    """Whether something beside its routes is put around a handler."""
    return not all(isinstance(one, ast.Call) and any(True for _ in _paths(one)) for one in handler.decorator_list)


def _may_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return not _is_harmless(node)
    if isinstance(node, ast.Assign):
        named = any(dotted(one).endswith((".status_code", ".status")) for one in node.targets)
        return named and not _is_yes(node.value)
    if isinstance(node, ast.Return):
        return node.value is not None and not _is_plain(node.value)
    return isinstance(node, ast.Raise | ast.Assert | ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield)


def _is_harmless(call: ast.Call) -> bool:
    """Whether a call can neither fail nor set a status that says no."""
    name = dotted(call.func)
    values = [*call.args, *(one.value for one in call.keywords)]
    if name.rpartition(".")[2].endswith("Response"):
        statuses = [*call.args[1:2], *(one.value for one in call.keywords if one.arg in ("status_code", "status"))]
        return all(map(_is_yes, statuses))
    is_model = name[:1].isupper() and all(isinstance(one, ast.Constant) for one in values)
    return is_model or _HARMLESS.fullmatch(name) is not None


def _is_yes(value: ast.expr) -> bool:
    text = str(value.value) if isinstance(value, ast.Constant) else dotted(value)
    return _SAYS_YES.fullmatch(text) is not None


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is sent as it is, which is with the status 200."""
    if isinstance(value, ast.IfExp):
        return _is_plain(value.body) and _is_plain(value.orelse)
    if isinstance(value, ast.Tuple):
        return len(value.elts) > 1 and _is_yes(value.elts[1])
    return isinstance(value, ast.Constant | ast.Dict | ast.List | ast.JoinedStr | ast.Compare | ast.Call)


def asks_elsewhere(route: Route) -> int | None:
    """Return the line on which a handler asks a database or another service; None where it does not."""
    parameters = [*route.handler.args.defaults, *route.handler.args.kw_defaults, *_annotations(route.handler)]
    asked = [node for one in parameters if one is not None for node in ast.walk(one) if isinstance(node, ast.Call)]
    for call in asked:
        if any(_ELSEWHERE.search(dotted(one)) for one in call.args):
            return call.lineno
    calls = (node for one in route.handler.body for node in ast.walk(one) if isinstance(node, ast.Call))
    return next((one.lineno for one in calls if _ELSEWHERE.search(dotted(one.func))), None)


def left_out(look: Look, paths: Iterable[str]) -> Iterator[tuple[str, Router]]:
    """Yield the routers of some modules that no module includes anywhere."""
    everywhere = code(look, "python")
    if any(holding(look, everywhere, *_DYNAMIC)):
        return  # who imports modules by names that are put together may include any of them
    for path in paths:
        tree = look.python(path) if path.endswith(".py") else None
        for router in _routers(tree) if tree is not None else ():
            module = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
            others = holding(look, (one for one in everywhere if one != path), router.name.encode(), module.encode())
            written = (f"{module}.{router.name}".encode(), f"{module}:{router.name}".encode())
            if not any(holding(look, (*everywhere, *look.paths("pyproject.toml")), *written)) and not any(
                _is_taken(look.python(one), one, module, router.name) for one in others
            ):
                yield path, router


def _routers(tree: ast.Module) -> Iterator[Router]:
    """Yield the routers that a module makes and does not itself hand on: its own, and those of functions."""
    for statement in tree.body:
        if isinstance(statement, Handler) and not statement.decorator_list:
            rest = (one for one in tree.body if one is not statement)
            if _brings_routes(statement) and not any(_loads(one, statement.name) for one in rest):
                lines = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
                yield Router(statement.name, statement.lineno, lines)
        elif (name := _made(statement)) and not _hands_on(tree, name):
            yield Router(name, statement.lineno, set(_lines(tree, name, statement)))


def _brings_routes(function: Handler) -> bool:
    """Whether a function puts routes on a router that it returns, or on what it is given."""
    nodes = list(ast.walk(function))
    made = {name for one in nodes if (name := _made(one))}
    given = {one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    calls = (call for one in nodes if isinstance(one, Handler) for call in one.decorator_list)
    returned = {dotted(one.value) for one in nodes if isinstance(one, ast.Return) and one.value}
    return bool(made & returned) or any(dotted(one).partition(".")[0] in given for one in calls)


def _made(node: ast.AST) -> str:
    """Return the name of the router that a statement makes; empty where it makes none."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Call):
        return ""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return dotted(target) if dotted(node.value.func).rpartition(".")[2] in _ROUTERS else ""


def _loads(tree: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in walk(tree))


def _hands_on(tree: ast.Module, name: str) -> bool:
    """Whether a router is used for more than to put routes on it, or to include others."""
    on_it = {id(one.value) for one in walk(tree) if isinstance(one, ast.Attribute)}
    loaded = (one for one in walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load))
    return any(one.id == name and id(one) not in on_it for one in loaded)


def _lines(tree: ast.Module, name: str, statement: ast.stmt) -> Iterator[int]:
    """Yield the lines of what makes a router, and of the calls that put routes on it."""
    calls = [one for one in walk(tree) if isinstance(one, ast.Call) and dotted(one.func).startswith(f"{name}.")]
    nodes: list[ast.stmt | ast.expr] = [statement, *calls]
    for one in nodes:
        yield from range(one.lineno, (one.end_lineno or one.lineno) + 1)


def _is_taken(tree: ast.Module | None, path: str, module: str, name: str) -> bool:
    """Whether a module uses a name of another, or a package hands it on; what cannot be read may."""
    if tree is None:
        return True
    known = _known(tree, module, name)
    names = {dotted(one) for one in walk(tree) if isinstance(one, ast.Name | ast.Attribute)}
    is_handed_on = bool(known) and path.endswith("__init__.py")
    return "*" in known or is_handed_on or any(_reaches(one, whole, name, module) for whole in known for one in names)


def _known(tree: ast.Module, module: str, name: str) -> set[str]:
    """Return what a name of another module, or that module, is called in this one."""
    known: set[str] = set()
    for node in walk(tree):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            source = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            from_it = source.rpartition(".")[2] in (module, "") or name not in ("router", "bp", "blueprint")
            if alias.name == "*" or (alias.name == name and from_it) or alias.name.rpartition(".")[2] == module:
                known.add(alias.asname or alias.name)
    return known


def _reaches(used: str, whole: str, name: str, module: str) -> bool:
    """Whether a name that is used is what is imported as `whole`, or reaches the router through it."""
    return used in (whole, f"{whole}.{name}") or (whole == module and used.endswith(f"{module}.{name}"))
