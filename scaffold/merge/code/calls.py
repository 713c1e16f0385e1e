"""Calls that one side has added of functions whose parameters the other side has changed."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Call(NamedTuple):
    """A call as far as it can be told: how many arguments go by place, and which by name."""

    name: str
    is_method: bool
    by_place: int
    named: frozenset[str]


def misfits(base: ast.Module, ours: ast.Module, theirs: ast.Module) -> bool:
    """Whether a side has put in a call that fitted the function as it was, and not as the other side has it now."""
    return _misfit(base, ours, theirs) or _misfit(base, theirs, ours)


def _misfit(base: ast.Module, side: ast.Module, other: ast.Module) -> bool:
    old, new = (_functions(one) for one in (base, side))
    changed = {name for name in old.keys() & new.keys() if ast.dump(old[name].args) != ast.dump(new[name].args)}
    if not changed:
        return False
    added = Counter(_calls(other, changed)) - Counter(_calls(base, changed))
    return any(_fits(call, old[call.name]) and not _fits(call, new[call.name]) for call in added)


def _functions(module: ast.Module) -> dict[str, Function]:
    """Return the functions and methods of which there is one of their name."""
    found = [node for node in ast.walk(module) if isinstance(node, Function)]
    counts = Counter(node.name for node in found)
    return {node.name: node for node in found if counts[node.name] == 1}


def _calls(module: ast.Module, names: set[str]) -> Iterator[Call]:
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        is_method = isinstance(node.func, ast.Attribute)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        spread = any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords)
        if name in names and not spread:
            yield Call(name, is_method, len(node.args), frozenset(one.arg or "" for one in node.keywords))


def _fits(call: Call, function: Function) -> bool:
    """Whether a call may be one of this function."""
    args = function.args
    places = [one.arg for one in (*args.posonlyargs, *args.args)]
    bound = call.is_method and places[:1] in (["self"], ["cls"])
    needed = places[: len(places) - len(args.defaults)][bound:]
    places = places[bound:]
    if call.by_place > len(places) and not args.vararg:
        return False
    known = {*places[call.by_place :], *(one.arg for one in args.kwonlyargs)} - {one.arg for one in args.posonlyargs}
    if call.named - known and not args.kwarg:
        return False
    wanted = {one.arg for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default is None}
    return {*needed[call.by_place :], *wanted} <= call.named
