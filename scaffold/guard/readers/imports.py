"""What a source imports: of Python by its syntax tree, of TypeScript, JavaScript and Go by a small scanner."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from scaffold.formats.regex import regex
from scaffold.guard.code.scopes import dotted, walk
from scaffold.guard.kept import Kept, kept
from scaffold.guard.readers.manifests import directives
from scaffold.guard.readers.scan import Flavour, Token, tokens


class Import(NamedTuple):
    """One import as it is written: a dotted name, a specifier, or a path; `level` counts the dots of a relative one."""

    target: str
    line: int
    level: int = 0


_BY_NAME = {"importlib.import_module", "importlib.__import__", "builtins.__import__", "__import__"}


def of_python(tree: ast.Module, source: bytes) -> Iterator[Import]:
    """Yield the imports of a Python file wherever they stand, those for type checkers and by name among them."""
    yield from sorted(_statements(tree), key=lambda found: found.line)
    if b"import_module" in source or b"__import__" in source:
        yield from _calls(tree)


def likely(source: bytes) -> tuple[Import, ...] | None:
    """Return at least the imports of a Python file, without lines; None where only its syntax tree tells them all.

    What a text or a comment quotes may be among them: it takes a tenth of the time, and nearly all files are innocent.
    """
    return _LIKELY.get(source, lambda: _likely(source))


def _likely(source: bytes) -> tuple[Import, ...] | None:
    by_name = b"import_module" in source or b"__import__" in source
    is_foreign = any(map(_CODING.search, source.split(b"\n", 2)[:2])) or source.count(b"\r") != source.count(b"\r\n")
    if by_name or is_foreign:
        return None
    found: list[Import] = []
    for match in _STATEMENT.finditer(source.decode("utf-8-sig", errors="replace")):
        if not (match[0] + match["line"]).isascii() or (match["odd"] and _GOES_ON.search(match["line"])):
            return None
        base = re.sub(r"\s", "", match["base"] or "")
        module = base.lstrip(".")
        names = _BESIDES.sub("", match["modules"] or match["names"] or match["many"] or "").split(",")
        targets = (f"{module}.{re.sub(r'[*]|[^.A-Za-z0-9_]', '', name)}".strip(".") for name in names if name.strip())
        found += [Import(target, 0, len(base) - len(module)) for target in targets]
    return tuple(found)


_LIKELY: Kept[tuple[Import, ...] | None] = Kept(10_000_000)
_NAME = r"\w+(?:[ \t]*\.[ \t]*\w+)*(?:[ \t]+as[ \t]+\w+)?"
_NAMES = rf"{_NAME}(?:[ \t]*,[ \t]*{_NAME})*(?=[ \t\r]*(?:[;#\n]|\Z))"
_STATEMENT = regex(
    r"(?:^|[;:])[ \t\f]*(?=(?P<line>(?:import|from)\b[^\n]*))"
    rf"(?:import[ \t]+(?P<modules>{_NAMES})"
    rf"|from[ \t]*(?P<base>[\w. \t]*?)[ \t]*\bimport\b[ \t]*(?:(?P<names>\*|{_NAMES})|\((?P<many>[^()\\]*)\))"
    r"|(?P<odd>import|from))",
    re.MULTILINE | re.ASCII,
)
_CODING = regex(rb"coding[:=][ \t]*(?!utf-?8)", re.IGNORECASE)
_GOES_ON = regex(r"\\|\bimport\b")  # on several lines, or as only a later Python may write it
_BESIDES = regex(r"[ \t]+as[ \t]+\w+|#[^\n]*")


def _statements(tree: ast.AST) -> Iterator[Import]:
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, alias.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = "" if alias.name == "*" else alias.name
                target = ".".join(part for part in (node.module, name) if part)
                yield Import(target, node.lineno, node.level)


def _calls(tree: ast.Module) -> Iterator[Import]:
    """Yield what is imported by name, however the function that does it, and the name, are called here."""
    called = {"import_module": "importlib.import_module"}
    constants = _constants(tree)
    nodes = list(walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            called |= {alias.asname: f"{module}{alias.name}" for alias in node.names if alias.asname}
    for node in nodes:
        if isinstance(node, ast.Call) and _is_import(node.func, called):
            given = {keyword.arg: _text(keyword.value, constants) for keyword in node.keywords}
            given |= dict(zip(("name", "package"), (_text(one, constants) for one in node.args), strict=False))
            if name := given.get("name"):
                yield _by_name(name, given.get("package") or "", node.lineno)


def _is_import(function: ast.expr, called: Mapping[str, str]) -> bool:
    first, dot, rest = dotted(function).partition(".")
    return f"{called.get(first, first)}{dot}{rest}" in _BY_NAME


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """Return the texts that names of the module stand for."""
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=ast.Constant(value=str(text))):
                found |= {target.id: text for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text))):
                found[name] = text
    return found


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    match node:
        case ast.Name(id=name):
            return constants.get(name)
        case ast.Constant(value=str(text)):
            return text
    return None


def _by_name(name: str, package: str, line: int) -> Import:
    """Return the import of a name that may be relative to a package."""
    relative = len(name) - len(name.lstrip("."))
    if not relative or not package:
        return Import(name[relative:], line, relative)
    parts = package.split(".")
    parts = parts[: max(len(parts) - relative + 1, 0)]
    return Import(".".join((*parts, name[relative:])), line)


# The tokens of a source, each behind a blank: a string is its number in quotes, and a keyword has its own behind it.
_IN_SCRIPT = regex(
    r'(?<! \.) (?:(?:import@(\d+)|require@(\d+)(?: \S+ resolve)?) \( "(\d+)"|import@(\d+) "(\d+)"'
    r'|(?:import|export)@(\d+) (?:(?!import@|export@)(?:[\w$]+(?:@\d+)?|[{},*]|"\d+") )*?from "(\d+)")'
)


@kept(10_000_000)
def of_script(source: str) -> Iterator[Import]:
    """Yield the imports of a TypeScript or JavaScript file, those of types and the dynamic ones among them."""
    last = max(source.rfind(word) for word in ("import", "require", "from"))
    seen: list[Token] = []
    code = _code(source, "script") if last >= 0 else iter(())
    for token in code:
        seen.append(token)
        if token.at >= last:
            seen += islice(code, 4)
            break
    for match in _IN_SCRIPT.finditer("".join(f" {_numbered(token, at)}" for at, token in enumerate(seen))):
        keyword, target = (seen[int(number)] for number in match.groups() if number)
        yield Import(target.text, keyword.line)


def _numbered(token: Token, number: int) -> str:
    if token.kind == "string":
        return f'"{number}"'
    return f"{token.text}@{number}" if token.text in ("import", "export", "require") else token.text


@kept(10_000_000)
def of_go(source: str) -> Iterator[Import]:
    """Yield the imports of a Go file, which stand before all else in it."""
    inside = importing = False
    for token in islice(_code(source, "go"), 2, None):  # behind the package and its name
        if token.kind == "string" and importing:
            yield Import(token.text, token.line)
            importing = inside
        elif token.text == "import" and not importing:
            importing = True
        elif token.text == "(" and importing and not inside:
            inside = True
        elif token.text == ")" and inside:
            inside = importing = False
        elif token.text != ";" and not importing:
            return


def _code(source: str, flavour: Flavour) -> Iterator[Token]:
    return (token for token in tokens(source, flavour) if token.kind != "comment")


def module_of_go(source: str) -> str | None:
    """Return the module that a go.mod names."""
    return next((words[0].strip('"') for kind, words, _, _ in directives(source) if kind == "module"), None)
