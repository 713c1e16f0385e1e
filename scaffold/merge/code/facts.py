"""What running a statement of Python binds and reads, and whether it may do anything else."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scaffold.merge.code.tree import Facts

_FIXED = (
    ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.Delete,
    ast.Yield, ast.YieldFrom, ast.Await,
)  # fmt: skip
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def facts_of(group: Sequence[ast.stmt], *, in_class: bool = False) -> Facts:
    """Return what is known of the statements of one line; of a class, the fields have an order."""
    facts = Facts.of([_facts(node) for node in group])
    is_field = in_class and any(isinstance(node, ast.Assign | ast.AnnAssign) for node in group)
    return replace(facts, acts=True) if is_field else facts


def _facts(node: ast.stmt) -> Facts:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return Facts()
    binds, reads = set[str](), set[str]()
    acts = loads = fixed = False
    for one in _run(node):
        if isinstance(one, ast.Name):
            (reads if isinstance(one.ctx, ast.Load) else binds).add(one.id)
        elif isinstance(one, (*_FUNCTION, ast.ClassDef)):
            binds.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            loads = True
            fixed |= any(alias.name == "*" for alias in one.names)
            binds.update((alias.asname or alias.name.partition(".")[0]) for alias in one.names)
        elif isinstance(one, ast.ExceptHandler) and one.name:
            binds.add(one.name)
        elif isinstance(one, ast.AugAssign):
            reads.update(name.id for name in ast.walk(one.target) if isinstance(name, ast.Name))
        fixed |= isinstance(one, _FIXED)
        acts |= _acts(one)
    return Facts(frozenset(binds), frozenset(reads), acts=acts, loads=loads, fixed=fixed)


def _acts(node: ast.AST) -> bool:
    """Whether something may do anything: a call does, and so does what stores elsewhere than in a name."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Call | ast.Assert)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs when a statement does: of a function its decorators, defaults and annotations."""
    yield node
    if isinstance(node, ast.ClassDef):
        # What a class is made with, and what its body does, is its own; a call in it makes a field, or registers it.
        yield from (one for one in _below(node) if not isinstance(one, ast.Call))
        return
    yield from _below(node)


def _below(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, _FUNCTION):
        parts: list[ast.AST] = [*node.args.defaults, *(one for one in node.args.kw_defaults if one)]
        names = [part for one in (*node.decorator_list, *parts, *_annotations(node)) for part in ast.walk(one)]
        yield from (one for one in names if isinstance(one, ast.Name))
        return
    for child in ast.iter_child_nodes(node):
        yield from _run(child)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    args = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    yield from (one.annotation for one in args if one.annotation)
    if node.returns:
        yield node.returns
