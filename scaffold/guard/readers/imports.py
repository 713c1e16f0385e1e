"""What a source imports: of Python by its syntax tree, of TypeScript, JavaScript and Go by a small scanner."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from scaffold.guard.kept import Kept
from scaffold.guard.readers.scan import Flavour, Token, tokens


class Import(NamedTuple):
    """One import as it is written: a dotted name, a specifier, or a path; `level` counts the dots of a relative one."""

    target: str
    line: int
    level: int = 0


_BY_NAME = {"importlib.import_module", "importlib.__import__", "builtins.__import__", "__import__"}
_FOUND: Kept[tuple[Import, ...]] = Kept(10_000_000)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


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
_STATEMENT = re.compile(
    r"(?:^|[;:])[ \t\f]*(?=(?P<line>(?:import|from)\b[^\n]*))"
    rf"(?:import[ \t]+(?P<modules>{_NAMES})"
    rf"|from[ \t]*(?P<base>[\w. \t]*?)[ \t]*\bimport\b[ \t]*(?:(?P<names>\*|{_NAMES})|\((?P<many>[^()\\]*)\))"
    r"|(?P<odd>import|from))",
    re.MULTILINE | re.ASCII,
)
_CODING = re.compile(rb"coding[:=][ \t]*(?!utf-?8)", re.IGNORECASE)
_GOES_ON = re.compile(r"\\|\bimport\b")  # on several lines, or as only a later Python may write it
_BESIDES = re.compile(r"[ \t]+as[ \t]+\w+|#[^\n]*")


def _statements(tree: ast.AST) -> Iterator[Import]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, alias.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                name = "" if alias.name == "*" else alias.name
                target = ".".join(part for part in (node.module, name) if part)
                yield Import(target, node.lineno, node.level)
        for block in _BLOCKS:
            inner = getattr(node, block, ())
            if isinstance(inner, list):  # the body of a lambda is none
                waiting += inner


def _calls(tree: ast.Module) -> Iterator[Import]:
    """Yield what is imported by name, however the function that does it, and the name, are called here."""
    called = {"import_module": "importlib.import_module"}
    constants = _constants(tree)
    nodes = list(ast.walk(tree))
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
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{called.get(function.value.id, function.value.id)}.{function.attr}" in _BY_NAME
    return isinstance(function, ast.Name) and called.get(function.id, function.id) in _BY_NAME


def _constants(tree: ast.Module) -> Mapping[str, str]:
    """Return the texts that names of the module stand for."""
    found: dict[str, str] = {}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            found |= {target.id: value.value for target in targets if isinstance(target, ast.Name)}
    return found


def _text(node: ast.expr, constants: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _by_name(name: str, package: str, line: int) -> Import:
    """Return the import of a name that may be relative to a package."""
    relative = len(name) - len(name.lstrip("."))
    if not relative or not package:
        return Import(name[relative:], line, relative)
    parts = package.split(".")
    parts = parts[: max(len(parts) - relative + 1, 0)]
    return Import(".".join((*parts, name[relative:])), line)


def of_script(source: str) -> tuple[Import, ...]:
    """Return the imports of a TypeScript or JavaScript file, those of types and the dynamic ones among them."""
    return _FOUND.get(source, lambda: _of_script(source), "script")


def _of_script(source: str) -> tuple[Import, ...]:
    last = max(source.rfind(word) for word in ("import", "require", "from"))
    if last < 0:
        return ()
    code = _code(source, "script")
    seen: list[Token] = []
    for token in code:
        seen.append(token)
        if token.at >= last:
            seen += islice(code, 4)
            break
    return tuple(_in_script(seen))


def _in_script(seen: Sequence[Token]) -> Iterator[Import]:
    for at, token in enumerate(seen):
        if token.kind != "word" or (at and seen[at - 1].text == "." and seen[at - 1].kind == "sign"):
            continue
        found: Token | None = None
        if token.text == "import":
            found = _string(seen, at + 1) or _called(seen, at + 1) or _from(seen, at + 1)
        elif token.text == "export":
            found = _from(seen, at + 1)
        elif token.text == "require":
            found = _called(seen, at + 1) or (_called(seen, at + 3) if _is(seen, at + 2, "resolve") else None)
        if found is not None:
            yield Import(found.text, token.line)


def _is(seen: Sequence[Token], at: int, text: str) -> bool:
    return at < len(seen) and seen[at].kind != "string" and seen[at].text == text


def _string(seen: Sequence[Token], at: int) -> Token | None:
    return seen[at] if at < len(seen) and seen[at].kind == "string" else None


def _called(seen: Sequence[Token], at: int) -> Token | None:
    return _string(seen, at + 1) if _is(seen, at, "(") else None


def _from(seen: Sequence[Token], at: int) -> Token | None:
    """Return the module that a clause such as `type { A as B }, * as c from "x"` ends in."""
    for here in range(at, len(seen)):
        token = seen[here]
        if token.kind == "word":
            if token.text in ("import", "export"):
                return None
            if token.text == "from" and (found := _string(seen, here + 1)):
                return found
        elif token.kind == "sign" and token.text not in "{},*":
            return None
    return None


def of_go(source: str) -> tuple[Import, ...]:
    """Return the imports of a Go file, which stand before all else in it."""
    return _FOUND.get(source, lambda: tuple(_in_go(_code(source, "go"))), "go")


def _code(source: str, flavour: Flavour) -> Iterator[Token]:
    return (token for token in tokens(source, flavour) if token.kind != "comment")


def _in_go(code: Iterator[Token]) -> Iterator[Import]:
    inside = importing = False
    next(code, None)  # package
    next(code, None)  # its name
    for token in code:
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


def module_of_go(source: str) -> str | None:
    """Return the module that a go.mod names."""
    for line in source.splitlines():
        words = line.partition("//")[0].split()
        if len(words) == 2 and words[0] == "module":  # noqa: PLR2004 - the word and the name
            return words[1].strip('"')
    return None
