"""Edits by chance to real Python modules: each side's leave a mark that has to be in the merged file once."""

import ast
import importlib.util
import random
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# Of the standard library: importing them does nothing but define things.
MODULES = (
    "textwrap", "shlex", "fnmatch", "calendar", "heapq", "colorsys", "statistics", "configparser", "csv", "difflib",
    "argparse", "string", "fractions", "graphlib", "gettext", "getopt", "html.parser", "http.cookies", "json.decoder",
    "json.encoder", "optparse", "pprint", "queue", "sched", "tabnanny", "tempfile", "timeit", "wave", "zipapp",
    "plistlib", "quopri", "reprlib", "netrc", "mailcap", "imghdr", "filecmp", "fileinput", "dis", "copy", "contextlib",
)  # fmt: skip


def source(name: str) -> str | None:
    """The text of a module, or None where this Python has it not."""
    found = (
        importlib.util.find_spec(name)
        if "." not in name or importlib.util.find_spec(name.split(".", maxsplit=1)[0])
        else None
    )
    return Path(found.origin).read_text() if found and found.origin and found.origin.endswith(".py") else None


@dataclass
class Side:
    """One side in the making: its text, the marks that its edits left, and what it has taken out."""

    name: str
    text: str
    chance: random.Random
    marks: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def mark(self) -> str:
        self.marks.append(f"{self.name}_{len(self.marks)}x")
        return self.marks[-1]

    def lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)

    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def span(node: ast.stmt) -> tuple[int, int]:
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
    return first, node.end_lineno or 0


def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.body[0].lineno > one.lineno]


def _top(side: Side) -> list[ast.stmt]:
    return [one for one in side.tree().body if isinstance(one, ast.FunctionDef | ast.ClassDef)]


def _insert(side: Side, at: int, text: str) -> None:
    lines = side.lines()
    lines[at:at] = [text]
    side.text = "".join(lines)


def add_function(side: Side) -> None:
    node = side.chance.choice(_top(side))
    mark = side.mark()
    _insert(side, span(node)[1], f"\n\ndef {mark}(value):\n    return value\n")


def add_method(side: Side) -> None:
    classes = [one for one in _top(side) if isinstance(one, ast.ClassDef) and len(one.body) > 1]
    if classes:
        node = side.chance.choice(side.chance.choice(classes).body)
        if isinstance(node, ast.FunctionDef):
            _insert(side, span(node)[1], f"\n    def {side.mark()}(self):\n        return self\n")


def add_constant(side: Side) -> None:
    _insert(side, span(side.chance.choice(_top(side)))[0], f"{side.mark().upper()} = {side.chance.randrange(99)}\n\n\n")


def add_import(side: Side) -> None:
    imports = [one for one in side.tree().body if isinstance(one, ast.Import | ast.ImportFrom)]
    if imports:
        _insert(side, span(side.chance.choice(imports))[1], f"import keyword as {side.mark()}\n")


def edit_body(side: Side) -> None:
    node = side.chance.choice(_functions(side.tree()))
    inner = side.chance.choice(node.body)
    start = side.lines()[span(inner)[0]]
    indent = start[: len(start) - len(start.lstrip())]
    if start.strip() and span(inner)[0] >= node.lineno:
        _insert(side, span(inner)[1], f"{indent}{side.mark()} = None\n") if not _leaves(inner) else None


def _leaves(node: ast.stmt) -> bool:
    return any(isinstance(one, ast.Return | ast.Raise | ast.Continue | ast.Break) for one in ast.walk(node))


def comment(side: Side) -> None:
    node = side.chance.choice(_functions(side.tree()))
    first = span(node.body[-1])[0]
    line = side.lines()[first]
    _insert(side, first, f"{line[: len(line) - len(line.lstrip())]}# about {side.mark()}\n")


def edit_argument(side: Side) -> None:
    node = side.chance.choice(_functions(side.tree()))
    last = node.args.args[-1:] if not (node.args.vararg or node.args.kwonlyargs or node.args.kwarg) else []
    if last and len(node.args.defaults) and not node.args.posonlyargs:
        at, end = (last[0].lineno - 1, node.args.defaults[-1].end_col_offset or 0)
        if node.args.defaults[-1].end_lineno == last[0].lineno:
            lines = side.lines()
            lines[at] = f"{lines[at][:end]}, {side.mark()}=None{lines[at][end:]}"
            side.text = "".join(lines)


def delete(side: Side) -> None:
    unused = [one for one in _top(side) if len(re.findall(rf"\b{one.name}\b", side.text)) == 1]
    if unused:
        node = side.chance.choice(unused)
        lines = side.lines()
        first, end = span(node)
        del lines[first:end]
        side.text = "".join(lines)
        side.gone.add(node.name)


def move(side: Side) -> None:
    functions = [one for one in _top(side) if isinstance(one, ast.FunctionDef) and not one.decorator_list]
    if len(functions) < 2:
        return
    node, after = side.chance.sample(functions, 2)
    lines = side.lines()
    taken = lines[slice(*span(node))]
    if span(node)[0] < span(after)[0]:
        lines[span(after)[1] : span(after)[1]] = ["\n", "\n", *taken]
        del lines[slice(*span(node))]
        side.text = "".join(lines)
    side.done.append(f"moved {node.name}")


def rename(side: Side) -> None:
    functions = [one for one in _top(side) if isinstance(one, ast.FunctionDef)]
    if functions:
        name = side.chance.choice(functions).name
        if f".{name}" not in side.text and f"{name}=" not in side.text:
            side.text = re.sub(rf"\b{name}\b", side.mark(), side.text)
            side.gone.add(name)


def reformat(side: Side) -> None:
    node = side.chance.choice(_functions(side.tree()))
    at = span(node)[1]
    _insert(side, at, "\n")


EDITS: tuple[Callable[[Side], None], ...] = (
    add_function, add_method, add_constant, add_import, edit_body, comment, edit_argument, delete, move, rename, reformat,
)  # fmt: skip


def edited(name: str, text: str, chance: random.Random, most: int = 4) -> Side:
    """A side with a few edits, of which each leaves a module that can be run."""
    side = Side(name, text, chance)
    for _ in range(chance.randint(1, most)):
        before, marks, gone = side.text, list(side.marks), set(side.gone)
        edit = chance.choice(EDITS)
        edit(side)
        if not runs(side.text) or unused_marks(side):
            side.text, side.marks, side.gone = before, marks, gone
        else:
            side.done.append(edit.__name__)
    return side


def unused_marks(side: Side) -> bool:
    return any(mark.lower() not in side.text.lower() for mark in side.marks)


def runs(text: str) -> bool:
    """Whether a module can be run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _run(text)
    except Exception:  # noqa: BLE001 - whatever it may be
        return False
    return True


def _run(text: str) -> None:
    exec(compile(text, "module", "exec"), {"__name__": "module", "__file__": "module.py", "__package__": ""})
