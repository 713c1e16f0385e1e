"""Forgotten: what the lock of a built-in blueprint says otherwise than its manifest, which each check can afford."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from scaffold import __version__
from scaffold.blueprint.forge import Prescribed
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.manifest import Blueprint
from scaffold.blueprint.patterns import Rules
from scaffold.errors import ScaffoldError
from scaffold.guard.catalogue import LOCKED, expand
from scaffold.guard.finding import Found
from scaffold.guard.rule import Looked
from scaffold.lock import PATH, Lock
from scaffold.project.snapshots import View
from scaffold.sources.locate import BUILT_IN, locate

LOCK = LOCKED["LK-04"]
_ANSWER = re.compile(r"\{\{ *(\w+) *\}\}")
_PLAIN = re.compile(r"/[^*?\[\]{}\\]+[^/*?\[\]{}\\]")  # a pattern that names one file


def forgotten(seen: View) -> tuple[Looked, ...]:
    """Return what the lock has lost of the rules, the approvers, and whose the files are; nothing where that is none.

    Nothing is rendered: what a template decides is left to `--verify`. A lock that another version of scaffold has
    written, or of an older release, may rightly say otherwise.
    """
    recorded = seen.lock
    if recorded.source != BUILT_IN or recorded.scaffold != __version__ or seen.is_unlocked:
        return ()
    blueprint = _manifest(recorded.blueprint)
    if blueprint is None or str(blueprint.version) != recorded.version:
        return ()
    found = (*_of_guardrails(recorded, blueprint), *_of_forge(recorded, blueprint), *_of_files(recorded, blueprint))
    return (Looked(LOCK, found),) if found else ()


@cache  # what is built in never changes
def _manifest(name: str) -> Blueprint | None:
    try:
        return locate(BUILT_IN).now(name)
    except ScaffoldError:  # there is none of that name, which --verify says
        return None


def _of_guardrails(recorded: Lock, blueprint: Blueprint) -> Iterator[Found]:
    given, held = blueprint.guardrails or Guardrails(), recorded.guardrails or Guardrails()
    for id_, said in expand(given, blueprint.name).items():
        decided_later = "when" in said or any(one in str(said) for one in ("{{", "{%"))
        if id_ not in held.rules or not (decided_later or held.rules[id_] == said):
            yield Found(
                f"the lock does not hold the rule {id_} as the blueprint has it", PATH, key=f"guardrails.rules.{id_}"
            )
    approvers = tuple(_ANSWER.sub(lambda at: str(recorded.answers.get(at[1], at[0])), one) for one in given.approvers)
    if replace(held, rules={}) != replace(given, use=(), rules={}, approvers=approvers):
        yield Found("the lock does not hold the judges and approvers that the blueprint has", PATH, key="guardrails")


def _of_forge(recorded: Lock, blueprint: Blueprint) -> Iterator[Found]:
    given, held = (one or Prescribed() for one in (blueprint.forge, recorded.forge))
    if given._replace(topics=(), description="") != held._replace(topics=(), description=""):  # which depend on answers
        yield Found("the lock does not hold the forge settings that the blueprint has", PATH, key="forge")


def _of_files(recorded: Lock, blueprint: Blueprint) -> Iterator[Found]:
    owner = Rules(blueprint.ownership).of
    for path, locked in recorded.files.items():
        if locked.ownership != owner(path):
            yield Found(f"the lock gives {path} another ownership than the blueprint", PATH, key=path)
    known = {*recorded.files, *recorded.missing}
    for pattern, said in blueprint.ownership.items():
        if said.holds_locked and _PLAIN.fullmatch(pattern) and pattern[1:] not in known:
            yield Found(f"the lock does not know {pattern[1:]}, which the blueprint gives", PATH, key=pattern[1:])
