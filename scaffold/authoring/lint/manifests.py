"""What is wrong with a manifest by itself, and with the folders around it."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from packaging.version import Version

import scaffold
from scaffold.authoring.cases import cases_folder
from scaffold.authoring.lint.draft import found_of, place
from scaffold.blueprint.guardrails import KINDS
from scaffold.guard.catalogue import BUILT_IN, LOCKED
from scaffold.guard.finding import Found
from scaffold.guard.judges.table import JUDGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.authoring.lint.draft import Draft

UNQUOTED = "cannot start any token"
SHOWN = 12  # names that a mend lists
QUOTES = "Put a value that begins with @, % or a backtick into quotes."
CASE = re.compile(r"[^/]+\.yml")
THREE = re.compile(r"\d+\.\d+\.\d+(-?(a|b|rc)\.?\d+)?")
OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)*|[^@\s]+@[^@\s]+\.[^@\s]+")


def readable(draft: Draft) -> Iterator[Found]:
    """Find files that cannot be read."""
    for error in draft.errors:
        yield found_of(error, fix=QUOTES if UNQUOTED in error.message else None)


def strange(draft: Draft) -> Iterator[Found]:
    """Find keys that nobody reads."""
    yield from map(found_of, draft.strange)


def ids(draft: Draft) -> Iterator[Found]:
    """Find rules, parameters and judges that there are not."""
    guardrails = draft.blueprint.guardrails if draft.blueprint else None
    if guardrails is None:
        return
    for number, pattern in enumerate(guardrails.use):
        if not any(fnmatchcase(id_, pattern) for id_ in BUILT_IN):
            yield _unknown(f"`use` names {pattern}, which is no rule", draft, ("use", number), pattern, BUILT_IN)
    for id_, said in guardrails.rules.items():
        declared = any(kind in said for kind in KINDS)
        if id_ in LOCKED:
            path, line = place(draft.at("guardrails", "rules", id_).where)
            yield Found(f"the rule {id_} always holds, and cannot be set", path, line, fix="Take it out.")
        elif id_ not in BUILT_IN and not declared:
            yield _unknown(f"`rules` names {id_}, which is no rule", draft, ("rules", id_), id_, BUILT_IN)
        elif id_ in BUILT_IN:
            for name in said.get("with", {}).keys() - BUILT_IN[id_].parameters.keys():
                message = f"the rule {id_} has no parameter `{name}`"
                yield _unknown(message, draft, ("rules", id_, "with", name), name, BUILT_IN[id_].parameters)
    for number, name in enumerate(guardrails.judges):
        if name not in JUDGES:
            yield _unknown(f"{name} is no outside judge", draft, ("judges", number), name, JUDGES)


def _unknown(message: str, draft: Draft, keys: tuple[str | int, ...], name: str, known: Iterable[str]) -> Found:
    path, line = place(draft.at("guardrails", *keys).where)
    return Found(message, path, line, fix=near(name, known))


def near(name: str, known: Iterable[str]) -> str:
    """Return what to do about a name that is none of the known ones."""
    names = sorted(known)
    found = get_close_matches(name, names, n=1)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"Did you mean {found[0]}?" if found else f"There are: {', '.join(names[:SHOWN]) or 'none'}{more}."


def lifecycle(draft: Draft) -> Iterator[Found]:
    """Find a blueprint that ends without saying when and what then."""
    if draft.blueprint is None:
        return
    said = draft.blueprint.lifecycle
    path, line = place(draft.at("lifecycle").where)
    if said.state == "deprecated":
        for name in (key for key in ("sunset", "replaced_by") if getattr(said, key) is None):
            yield Found(f"the blueprint is deprecated, and does not say `{name}`", path, line)
    if said.sunset is not None and not _is_day(said.sunset):
        yield Found(f"`sunset` is {said.sunset!r}, which is no day", *place(draft.at("lifecycle", "sunset").where))
    if (other := said.replaced_by) is not None:
        where = place(draft.at("lifecycle", "replaced_by").where)
        if other not in draft.blueprints:
            yield Found(f"there is no blueprint {other} in this library", *where, fix=near(other, draft.blueprints))
        elif other == draft.name or draft.blueprints[other].lifecycle.state == "deprecated":
            yield Found(f"it is replaced by {other}, which ends too", *where)


def _is_day(written: str) -> bool:
    try:
        return bool(date.fromisoformat(written))
    except ValueError:
        return False


def versions(draft: Draft) -> Iterator[Found]:
    """Find versions in another form, and one older than what is in use at the oldest."""
    blueprint = draft.blueprint
    if blueprint is None:
        return
    written = str(draft.at("version").data)
    where = place(draft.at("version").where)
    if not THREE.fullmatch(written):
        shown = ".".join(map(str, [*blueprint.version.release, 0, 0][:3]))
        yield Found(f"the version is written {written}", *where, fix=f"Write {shown}.")
    if blueprint.oldest is not None and blueprint.oldest > blueprint.version:
        at = place(draft.at("oldest").where)
        yield Found(f"the oldest version that may be in use, {blueprint.oldest}, is newer than this one", *at)


def owners(draft: Draft) -> Iterator[Found]:
    """Find owners that nobody can reach."""
    for number, owner in enumerate(draft.blueprint.owners if draft.blueprint else ()):
        if not OWNER.fullmatch(owner):
            yield Found(f"nobody can be reached as {owner!r}", *place(draft.at("owners", number).where))


def folders(draft: Draft) -> Iterator[Found]:
    """Find files and folders of the library that nothing reads."""
    for name in draft.folders["blueprints"]:
        if name not in draft.blueprints and name != draft.name and name not in draft.unreadable:
            yield Found(f"blueprints/{name} holds no blueprint.yml", f"blueprints/{name}")
    used = {layer for blueprint in draft.blueprints.values() for layer in blueprint.layers}
    if len(draft.blueprints) == len(draft.folders["blueprints"]):
        for layer in draft.folders["templates"]:
            if layer not in used:
                yield Found(f"no blueprint stacks the layer {layer}", f"templates/{layer}")
    cases = cases_folder(draft.name)
    for path in draft.files:
        below = path.removeprefix(f"{cases}/")
        if below != path and not below.startswith("snapshots/") and not CASE.fullmatch(below):
            yield Found("a case is a file cases/NAME.yml, and this is none", path)


def scaffold_version(draft: Draft) -> Iterator[Found]:
    """Find a blueprint that needs a newer scaffold than this one."""
    if draft.blueprint and draft.blueprint.min_scaffold_version > Version(scaffold.__version__):
        wanted = draft.blueprint.min_scaffold_version
        where = place(draft.at("min_scaffold_version").where)
        yield Found(f"the blueprint needs scaffold {wanted}, and this is {scaffold.__version__}", *where)
