"""Compare two states of a blueprint by what they say, and by what their cases render to."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.answers.choices import written_out
from scaffold.answers.question import MISSING
from scaffold.authoring.cases import as_asked_by, read_cases, render_case
from scaffold.authoring.levels import change
from scaffold.authoring.past import past_of
from scaffold.authoring.updates import stamped
from scaffold.blueprint.ownership import spell
from scaffold.errors import ProjectError, ScaffoldError
from scaffold.git.objects import unified_diff
from scaffold.guard.catalogue import BUILT_IN, expand
from scaffold.guard.finding import SEVERITIES
from scaffold.plan import moves
from scaffold.report.compared import LEVELS, Changed, Compared
from scaffold.sources.library import newest_of
from scaffold.sources.locate import locate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scaffold.answers.question import Question
    from scaffold.authoring.cases import Case
    from scaffold.blueprint.guardrails import Guardrails, Said
    from scaffold.blueprint.release import Release
    from scaffold.render.engine import Rendered
    from scaffold.report.compared import Change

HERE = "."  # the files of the library's folder, committed or not


def compare_blueprints(old: str, new: str | None = None, *, library: Path | str = ".") -> Compared:
    """Compare `NAME[@VERSION]`, or its newest release, with another version or ref, or with the library's files.

    The cases that stand in the folder are rendered with both. Raises SourceError, FormatError or RenderError.
    """
    root = Path(library).resolve()
    name, _, before = old.partition("@")
    other, _, after = (new or HERE).rpartition("@")
    if other not in ("", name):
        raise ProjectError(f"{old} and {new} are two blueprints", hint="compare two versions of one")
    found = locate(str(root))
    if not before and (versions := past_of(root).versions(name)):
        before = str(newest_of(versions))
    if not before:
        message = f"{name} has no release to compare with"
        raise ProjectError(message, where=str(root), hint=f"name a branch or a commit, as in {name}@HEAD")
    made = compare(found.release(name, before), found.release(name, after), read_cases(root, name))
    return made._replace(new=f"{made.new} as it stands") if after == HERE else made


def compare(old: Release, new: Release, cases: Iterable[Case]) -> Compared:
    """Compare two releases; raises RenderError where a case does not render with the new one."""
    rendered = [(case, _before(old, case), render_case(new, case)) for case in cases]
    files = tuple(_grouped(old, new, rendered))
    found = [*_of_manifest(old, new), *_of_questions(old, new), *_of_guardrails(old, new)]
    found += [change for file in files for change in _of_file(file)]
    found += [change for _, was, now in rendered if was is not None for change in _of_ownership(was, now)]
    changes = tuple(sorted(dict.fromkeys(found), key=lambda one: LEVELS.index(one.level)))
    names = tuple(case.name for case, _, _ in rendered)
    return Compared(new.blueprint.name, old.version, new.version, changes, files, names)


def _before(old: Release, case: Case) -> Rendered | None:
    try:
        return render_case(old, as_asked_by(old, case))
    except ScaffoldError:
        return None


def _grouped(old: Release, new: Release, rendered: list[tuple[Case, Rendered | None, Rendered]]) -> Iterator[Changed]:
    """Yield the files that become others, each difference once with the cases in which it is the same."""
    found: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for case, was, now in rendered:
        for path, what, owner, text in _files(old, new, was, now) if was is not None else ():
            found[path, what, owner, text].append(case.name)
    for (path, what, owner, text), names in sorted(found.items()):
        yield Changed(path, what, owner, tuple(names), text)


def _files(old: Release, new: Release, was: Rendered, now: Rendered) -> Iterator[tuple[str, str, str, str]]:
    lock = stamped(old, was).lock_after
    moved = moves.find(
        lock,
        now.tree,
        new.blueprint.migrations_of(old.blueprint.name),
        was.tree,
        lambda path, _: was.tree[path].content,
    )
    for path in sorted(was.tree.keys() | now.tree.keys()):
        one, other = was.tree.get(path), now.tree.get(path)
        if path in moved and moved[path] != path:
            to = moved[path]
            text = unified_diff(to, was.tree[path].content, now.tree[to].content)
            yield path, f"moves to {to}", now.ownership(to).file, text
        elif other is None:
            yield path, "is dropped", was.ownership(path).file, ""
        elif one is None:
            if path not in moved.values():
                yield path, "is added", now.ownership(path).file, unified_diff(path, None, other.content)
        elif one.content != other.content:
            yield path, "changes", now.ownership(path).file, unified_diff(path, one.content, other.content)
        elif one.mode != other.mode:
            yield path, f"becomes {other.mode}", now.ownership(path).file, ""


def _of_file(file: Changed) -> Iterator[Change]:
    if file.what.startswith("moves"):
        yield change("file moved", f"{file.path} {file.what}", file.path)
    elif file.what == "is dropped":
        yield change("file dropped", f"{file.path} is brought no more", file.path)
    elif file.what == "is added":
        yield change("file added", f"{file.path} is new ({file.ownership})", file.path)
    else:
        yield change("file changed", f"{file.path} {file.what}", file.path)


def _of_ownership(was: Rendered, now: Rendered) -> Iterator[Change]:
    for path in sorted(was.tree.keys() & now.tree.keys()):
        one, other = was.ownership(path), now.ownership(path)
        if one.file != other.file:
            kind = (
                "file locked" if other.file == "locked" else "file unlocked" if one.file == "locked" else "file given"
            )
            yield change(kind, f"{path} becomes {other.file}, and was {one.file}", path)
        keys = {key for key, owner in other.keys.items() if owner == "locked"}
        before = {key for key, owner in one.keys.items() if owner == "locked"}
        for key in sorted(keys - before if one.file != "locked" else ()):
            yield change("key locked", f"{spell(key)} in {path} becomes locked", f"{spell(key)} in {path}")
        for key in sorted(before - keys if other.file != "locked" else ()):
            yield change("key unlocked", f"{spell(key)} in {path} is locked no more", path)


def _of_manifest(old: Release, new: Release) -> Iterator[Change]:
    was, now = old.blueprint, new.blueprint
    if now.lifecycle.state == "deprecated" and was.lifecycle.state != "deprecated":
        instead = now.lifecycle.replaced_by or "another blueprint"
        yield change("blueprint deprecated", f"the blueprint is deprecated; use {instead}", instead)
    if now.oldest is not None and (was.oldest is None or now.oldest > was.oldest):
        yield change("oldest raised", f"the oldest version that may be in use is {now.oldest}", str(now.oldest))
    if now.min_scaffold_version > was.min_scaffold_version:
        wanted = str(now.min_scaffold_version)
        yield change("scaffold raised", f"it needs scaffold {wanted}", wanted)
    if now.layers != was.layers:
        yield change("layers changed", f"its layers are {', '.join(now.layers)}", "")
    for step in [step for one in now.coming_from(was.name, was.version) for step in one.files if step.verb != "drop"]:
        yield change("file edited", f"in {step.pattern} of services it {step.said}", step.pattern)
    for name in ("title", "description"):
        if getattr(was, name) != getattr(now, name):
            yield change("text changed", f"its {name} changes", name)


def _of_questions(old: Release, new: Release) -> Iterator[Change]:
    was, now = ({one.name: one for one in release.questions if not one.computed} for release in (old, new))
    for name in was.keys() - now.keys():
        yield change("question removed", f"`{name}` is asked no more", f"`{name}`")
    for name in sorted(now.keys() - was.keys()):
        if now[name].default is MISSING:
            yield change("question required", f"`{name}` is new, and must be answered", f"`{name}`")
        else:
            yield change("question added", f"`{name}` is new", name)
    for name in sorted(was.keys() & now.keys()):
        yield from _of_question(was[name], now[name])


def _of_question(was: Question, now: Question) -> Iterator[Change]:
    name = now.name
    if now.type != was.type:
        yield change("type changed", f"`{name}` is of type {now.type}, and was {was.type}", f"`{name}`")
    if now.default is MISSING and was.default is not MISSING:
        yield change("question required", f"`{name}` has no default any more", f"`{name}`")
    elif now.default != was.default:
        yield change("default changed", f"the default of `{name}` is another, for new services", name)
    one, other = (written_out(question.choices, question.where) for question in (was, now))
    for value in [value for value in one or () if other is not None and value not in other]:
        yield change("choice removed", f"`{name}` cannot be {value} any more", f"{value} for `{name}`")
    for value in [value for value in other or () if one is not None and value not in one]:
        yield change("choice added", f"`{name}` can be {value}", name)
    if one is None and other is not None and was.choices is None:
        yield change(
            "choice removed", f"`{name}` has to be one of {', '.join(map(str, other))}", f"another for `{name}`"
        )
    if was.help != now.help:
        yield change("text changed", f"the help of `{name}` is another", name)


def _of_guardrails(old: Release, new: Release) -> Iterator[Change]:
    was, now = (_rules(release.blueprint.guardrails, release.blueprint.name) for release in (old, new))
    for id_ in sorted(now.keys() - was.keys()):
        yield change("rule added", f"services are checked by {id_}", id_)
    for id_ in sorted(was.keys() - now.keys()):
        yield change("rule removed", f"services are not checked by {id_} any more", id_)
    for id_ in sorted(was.keys() & now.keys()):
        one, other = _severity(id_, was[id_]), _severity(id_, now[id_])
        if SEVERITIES.index(other) < SEVERITIES.index(one):
            yield change("severity raised", f"{id_} is {other}, and was {one}", id_)
        elif other != one:
            yield change("severity lowered", f"{id_} is {other}, and was {one}", id_)
        if {k: v for k, v in was[id_].items() if k != "severity"} != {
            k: v for k, v in now[id_].items() if k != "severity"
        }:
            yield change("rule changed", f"{id_} is set otherwise", id_)
    before, after = old.blueprint.guardrails, new.blueprint.guardrails
    for severity in SEVERITIES if before and after else ():
        days = [one.longest_for(severity) for one in (before, after) if one]
        if days[1] < days[0]:
            yield change("waivers shortened", f"a waiver of a {severity} rule lasts {days[1]} days at most", severity)


def _rules(guardrails: Guardrails | None, name: str) -> Mapping[str, Said]:
    found = expand(guardrails, name) if guardrails else {}
    return {id_: said for id_, said in found.items() if said.get("applies", True)}


def _severity(id_: str, said: Mapping[str, Any]) -> Any:
    return said.get("severity") or (BUILT_IN[id_].severity if id_ in BUILT_IN else "medium")
