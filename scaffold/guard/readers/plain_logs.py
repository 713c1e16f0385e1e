"""What writes lines of text where a Python service has its log: the server, formatters of a setting, and prints."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from scaffold.formats.regex import regex
from scaffold.guard.code.engine import code, holding, in_code
from scaffold.guard.code.python import imported
from scaffold.guard.code.scopes import dotted, walk
from scaffold.guard.look import Look


class Line(NamedTuple):
    """What writes text, and where."""

    says: str
    path: str
    line: int


_SERVERS = regex(r"(?:.*\.)?uvicorn\.(?:run|Config)")
_STARTS = ("*Dockerfile*", "*Containerfile*", "Procfile", "*compose*.y*ml", "*.sh", "Makefile")
_OTHER_HANDLERS = regex(r"\.handlers\b|\.propagate\b|\.removeHandler\b|[\"']uvicorn[\w.]*[\"']\s*:\s*\{")
_QUOTED = ("'uvicorn", '"uvicorn')
_FIELDS = regex(r"%\(\w+\)|\{(?:asctime|levelname|message|name)[:!}]|\$\{?(?:asctime|levelname|message)\b")
_TEXT_FORMATTERS = regex(r"logging\.Formatter|uvicorn\.logging\.\w+|colorlog\.\w+")
_COMMAND_PATHS = regex(
    r"(?:^|/)(?:scripts?|tools?|bin|cli|commands?|management|migrations|alembic|notebooks|tasks|hack|dev|deploy)/"
    r"|(?:^|/)(?:__main__|manage|setup|noxfile|tasks|fabfile|commands?|console|\w*cli|cli_\w+|gunicorn[\w.]*)\.py$"
)
_PROGRAMS = frozenset(("typer", "click", "fire", "docopt", "cyclopts"))  # what tools of commands are made with
_COMMAND_LIBRARIES = _PROGRAMS | {"argparse", "cmd", "rich", "getopt", "invoke", "questionary"}
_PRINTS = frozenset(("print", "pprint.pprint", "pprint.pp", "pprint", "traceback.print_exc", "sys.stdout.write"))
_STANDARD = frozenset(("sys.stdout", "sys.stderr", "stdout", "stderr"))
_ENDS = frozenset(("sys.exit", "exit", "os._exit", "SystemExit", "quit"))


def server(look: Look) -> Iterator[Line]:
    """Yield where uvicorn is started with the log that it brings, which is text."""
    paths = code(look, "python")
    if any(holding(look, look.paths(*_STARTS), b"--log-config", b"gunicorn")):
        return  # another program starts it, or gives it its log
    if any(_takes_over(look.text(path) or "") for path in holding(look, paths, b"uvicorn")):
        return
    for path, tree in _trees(look, paths, b"uvicorn"):
        names = _imports(tree)
        for call in (one for one in walk(tree) if isinstance(one, ast.Call)):
            first, dot, rest = dotted(call.func).partition(".")
            given = {one.arg: one.value for one in call.keywords}
            asked = given.get("log_config")
            brings = asked is None or dotted(asked).endswith("LOGGING_CONFIG")
            if (
                _SERVERS.fullmatch(f"{names.get(first, first)}{dot}{rest}")
                and brings
                and not {None, "reload"} & set(given)
            ):
                yield Line("uvicorn writes lines of text: it is given no log_config", path, call.lineno)


def _takes_over(text: str) -> bool:
    """Whether a module gives the server's loggers other handlers after it has started, or changes its own settings."""
    is_named = any(one in text for one in _QUOTED)
    return "LOGGING_CONFIG[" in text or (is_named and _OTHER_HANDLERS.search(text) is not None)


def formatters(look: Look) -> Iterator[Line]:
    """Yield the formatters of a mapping for dictConfig that write text and are what its handlers use."""
    for path, tree in _trees(look, code(look, "python"), b"formatters"):
        for node in (one for one in walk(tree) if isinstance(one, ast.Dict)):
            of = _items(node)
            if isinstance(kinds := of.get("formatters"), ast.Dict):
                yield from (
                    Line(f"the formatter {name} writes logs as lines of text", path, line)
                    for name, line in _text(_items(kinds), _used(of.get("handlers")))
                )


def _text(kinds: dict[str, ast.expr], used: list[str] | None) -> Iterator[tuple[str, int]]:
    """Yield the formatters of text, unless one that is none may be what is used."""
    text = {name: one for name, one in kinds.items() if isinstance(one, ast.Dict) and _is_text(_items(one))}
    if set(kinds) - set(text) if used is None else not set(used) <= set(text):
        return
    yield from ((name, one.lineno) for name, one in text.items() if used is None or name in used)


def _used(handlers: ast.expr | None) -> list[str] | None:
    """Return what formatters handlers use, an empty name for what cannot be told; None where none is named."""
    if not isinstance(handlers, ast.Dict):
        return None
    named = [_items(one).get("formatter") for one in handlers.values if isinstance(one, ast.Dict)]
    return [str(one.value) if isinstance(one, ast.Constant) else "" for one in named if one is not None] or None


def _is_text(formatter: dict[str, ast.expr]) -> bool:
    made = next((one for key in ("()", "class") if (one := formatter.get(key)) is not None), None)
    format_ = next((one for key in ("format", "fmt") if (one := formatter.get(key)) is not None), None)
    if made is not None:
        name = str(made.value) if isinstance(made, ast.Constant) else dotted(made)
        return _TEXT_FORMATTERS.fullmatch(name) is not None
    return isinstance(format_, ast.Constant) and _FIELDS.search(str(format_.value)) is not None


def _items(node: ast.Dict) -> dict[str, ast.expr]:
    pairs = zip(node.keys, node.values, strict=True)
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}


def prints(look: Look) -> Iterator[Line]:
    """Yield the first print of each module in the packages of the service, those for command lines left out."""
    within = {_package(look, one.path or "") for one in in_code(look, "serves") if (one.path or "").endswith(".py")}
    inside = [one for one in code(look, "python") if one.startswith(tuple(within))]
    if any(_imports_one_of(tree, _PROGRAMS) for _, tree in _trees(look, inside, *map(str.encode, sorted(_PROGRAMS)))):
        return  # a command line tool that can also serve: its lines are for those who started it
    starts = {one.path for one in in_code(look, "serves")}
    paths = [one for one in inside if not _COMMAND_PATHS.search(one)]
    for path, tree in _trees(look, paths, b"print(", b"print_exc(", b"pprint", b"stdout.write"):
        names = _imports(tree)
        if _imports_one_of(tree, _COMMAND_LIBRARIES) or (_is_program(tree) and path not in starts):
            continue
        found = next(_printed(tree, names), None)
        if found is not None:
            yield Line(f"{dotted(found.func)}() writes lines of text beside the log", path, found.lineno)


def _imports_one_of(tree: ast.Module, libraries: frozenset[str]) -> bool:
    return any(name.partition(".")[0] in libraries for name in _imports(tree).values())


def _package(look: Look, path: str) -> str:
    """Return the folder of the outermost package that a module is in, or its own folder."""
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/__init__.py" in look and f"{folder.rpartition('/')[0]}/__init__.py".lstrip("/") in look:
        folder = folder.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _is_program(tree: ast.Module) -> bool:
    """Whether a module is started by its name."""
    return any(_is_main(one) for one in tree.body)


def _is_main(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(one, ast.Name) and one.id == "__name__" for one in ast.walk(node.test)
    )


def _printed(tree: ast.Module, names: dict[str, str]) -> Iterator[ast.Call]:
    """Yield what writes to standard output or error, but for JSON and for last words before the end."""
    functions = [one for one in walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    own = {one.name for one in functions}
    as_json = {id(inner) for one in functions if _makes_json(one) for inner in ast.walk(one)}
    left: list[ast.AST] = [one for one in tree.body if not _is_main(one)]
    for node in left:
        if isinstance(node, ast.Call) and id(node) not in as_json and _is_print(node, names, own):
            yield node
        for _, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            ends = any(_is_end(one) for one in children)
            left += [one for one in children if isinstance(one, ast.AST) and not (ends and isinstance(one, ast.Expr))]


def _makes_json(function: ast.AST) -> bool:
    calls = (dotted(one.func) for one in ast.walk(function) if isinstance(one, ast.Call))
    return any(name.endswith(("dumps", "json")) for name in calls)


def _is_end(node: object) -> bool:
    """Whether a statement ends the process."""
    made = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Expr) else None
    return isinstance(made, ast.Call | ast.Name) and dotted(made) in _ENDS


def _is_print(call: ast.Call, names: dict[str, str], own: set[str]) -> bool:
    first, dot, rest = dotted(call.func).partition(".")
    name = f"{names.get(first, first)}{dot}{rest}"
    to = next((dotted(one.value) for one in call.keywords if one.arg == "file"), "sys.stdout")
    as_json = any("json" in dotted(one).lower() or "dumps" in dotted(one) for one in call.args)
    return name in _PRINTS and first not in own and to in _STANDARD and not as_json


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return what names stand for by imports."""
    nodes = (one for one in walk(tree) if isinstance(one, ast.Import | ast.ImportFrom))
    return dict(pair for one in nodes for pair in imported(one))


def _trees(look: Look, paths: tuple[str, ...] | list[str], *needles: bytes) -> Iterator[tuple[str, ast.Module]]:
    for path in holding(look, paths, *needles):
        tree = look.python(path)
        if tree is not None:
            yield path, tree
