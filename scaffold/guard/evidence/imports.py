"""What a source imports: of Python by its syntax tree, of TypeScript, JavaScript and Go by a small scanner."""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from scaffold.guard.evidence.scan import Flavour, Token, tokens
from scaffold.guard.kept import Kept


class Import(NamedTuple):
    """One import as it is written: a dotted name, a specifier, or a path; `level` counts the dots of a relative one."""

    target: str
    line: int
    level: int = 0


_CALLS = {"import_module", "importlib.import_module", "__import__"}
_FOUND: Kept[tuple[Import, ...]] = Kept(10_000_000)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def of_python(tree: ast.Module, source: bytes) -> Iterator[Import]:
    """Yield the imports of a Python file wherever they stand, those for type checkers and by name among them."""
    yield from sorted(_statements(tree), key=lambda found: found.line)
    if b"import_module" in source or b"__import__" in source:
        yield from _calls(tree)


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


def _calls(tree: ast.AST) -> Iterator[Import]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or ast.unparse(node.func) not in _CALLS:
            continue
        name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            relative = len(name.value) - len(name.value.lstrip("."))
            yield Import(name.value[relative:], node.lineno, relative)


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
