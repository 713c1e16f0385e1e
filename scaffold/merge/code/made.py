"""What makes a module of Python fail when it is imported, and what it says twice; told from its tree."""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from scaffold.merge.code.facts import facts_of
from scaffold.merge.code.tree import Facts

Word = Literal["class", "twice", "early"]
_DATACLASSES = {"dataclass", "s", "attrs", "define", "frozen", "mutable", "attributes", "attr"}
_TUPLES = {"NamedTuple"}
_NO_FIELDS = {"ClassVar"}
_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEFAULTS = {"default", "default_factory", "factory"}


def contradictions(module: ast.Module) -> Iterator[tuple[Word, str]]:
    """Walk what is wrong with a module, each with a word for it and a name.

    `class`: it cannot be made, since a base or a slot stands there twice, or a field without a default follows one
    with a default. `twice`: a name is given a value again in one body, or a key, a text of a list or a decorator stands
    there again. `early`: a name is read when the module, or a class, is made, and bound only further down.
    """
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and (_has_late_field(node) or _is_contradictory(node)):
            yield "class", node.name
        if said := _said(node):
            yield from (("twice", name) for name in _more(said))
    everywhere = {*dir(builtins)}
    for within, body in _bodies(module):
        yield from (("twice", f"{within}{name}") for name in _given_again(body))
        facts = [facts_of([one]) for one in body]
        yield from (("early", f"{within}{name}") for name in _early(facts) if not within or name not in everywhere)
        if not within:
            for node, one in zip(body, facts, strict=True):
                everywhere |= {node.name} if isinstance(node, ast.ClassDef) else one.binds


def _has_late_field(node: ast.ClassDef) -> bool:
    """Whether a field without a default follows one that has one, where the class takes them by place."""
    makers = [one for one in node.decorator_list if _last_name(one) in _DATACLASSES]
    if not makers and not any(_last_name(one) in _TUPLES for one in node.bases):
        return False
    if any(_is_true(one, "kw_only") for one in makers):
        return False
    has_default = False
    for one in node.body:
        if (
            not isinstance(one, ast.AnnAssign)
            or not isinstance(one.target, ast.Name)
            or _names(one.annotation) & _NO_FIELDS
        ):
            continue
        if "KW_ONLY" in _names(one.annotation):
            return False
        if one.value is None or _has_none(one.value):
            if has_default:
                return True
        elif not _is_apart(one.value):
            has_default = True
    return False


def _has_none(value: ast.expr) -> bool:
    """Whether a value only describes a field: it is made without a default."""
    made = isinstance(value, ast.Call) and _last_name(value) in ("field", "ib", "attrib")
    return made and not _is_apart(value) and not {one.arg for one in value.keywords} & _DEFAULTS and not value.args  # type: ignore[attr-defined]


def _is_apart(value: ast.expr) -> bool:
    """Whether a field is not taken by place."""
    return _is_true(value, "kw_only") or any(
        one.arg == "init" and isinstance(one.value, ast.Constant) and one.value.value is False
        for one in getattr(value, "keywords", ())
    )


def _is_true(call: ast.expr, name: str) -> bool:
    found = (one.value for one in getattr(call, "keywords", ()) if one.arg == name)
    return any(isinstance(one, ast.Constant) and one.value is True for one in found)


def _last_name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.expr) -> set[str]:
    return {_last_name(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}


def _is_contradictory(node: ast.ClassDef) -> bool:
    """Whether a base stands there twice, or a slot has a value in the class too."""
    bases = [ast.dump(one) for one in node.bases]
    given = {name for one in node.body for name in _given(one)}
    slots = [one.value for one in node.body if isinstance(one, ast.Assign) and "__slots__" in _given(one)]
    wanted = {one.value for slot in slots for one in ast.walk(slot) if isinstance(one, ast.Constant)}
    return len(bases) != len(set(bases)) or bool(given & wanted)


def _given(node: ast.stmt) -> list[str]:
    """Return the names that a plain assignment gives a value."""
    if isinstance(node, ast.AnnAssign):
        return [node.target.id] if isinstance(node.target, ast.Name) and node.value else []
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [one.id for one in targets if isinstance(one, ast.Name)]


def _bodies(node: ast.AST, within: str = "") -> Iterator[tuple[str, Sequence[ast.stmt]]]:
    body: Sequence[ast.stmt] = getattr(node, "body", ())
    yield within, body
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield from _bodies(one, f"{within}.{one.name}")


def _given_again(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Walk the names that are given a value again which does not come of the one before."""
    given = Counter(name for one in body for name in _given(one))
    for name, count in given.items():
        if count > 1 and name != "_":
            again = [one for one in body if name in _given(one) and name not in _read(one)]
            yield from [name] * (len(again) - 1)


def _read(node: ast.stmt) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}


def _said(node: ast.AST) -> Sequence[str]:
    """Return what may stand once in a node, where there are some of it."""
    if isinstance(node, ast.Dict) and len(node.keys) > 1:
        return [repr(key.value) for key in node.keys if isinstance(key, ast.Constant)]
    if isinstance(node, ast.List | ast.Set | ast.Tuple) and len(node.elts) > 1:
        return [repr(one.value) for one in node.elts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if isinstance(node, _DEFINITION) and len(node.decorator_list) > 1:
        return [f"{node.name} {ast.dump(one)}" for one in node.decorator_list]
    return ()


def _more(said: Sequence[str]) -> Iterator[str]:
    if len(said) != len(set(said)):
        for name, count in Counter(said).items():
            yield from [name] * (count - 1)


def _early(facts: Sequence[Facts]) -> Iterator[str]:
    last = {name: at for at, one in enumerate(facts) for name in one.binds}
    bound: set[str] = set()
    for at, one in enumerate(facts):
        yield from (name for name in one.reads - one.binds if name not in bound and last.get(name, at) > at)
        bound |= one.binds
