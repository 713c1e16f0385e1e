"""What is wrong with migrations in the light of what the cases render to, now and in the last release."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.authoring.cases import as_asked_by, render_case
from scaffold.authoring.lint.draft import place
from scaffold.authoring.lint.manifests import near
from scaffold.blueprint.ownership import spell
from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats.equal import ABSENT, equal
from scaffold.guard.finding import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.version import Version

    from scaffold.authoring.lint.draft import Draft
    from scaffold.blueprint.file_steps import FileStep
    from scaffold.blueprint.manifest import Blueprint, Migration
    from scaffold.render.engine import Rendered
    from scaffold.tree import File


class _Before(NamedTuple):
    """What the cases render to in the newest release."""

    version: Version
    rendered: tuple[Rendered, ...]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(path for one in self.rendered for path in one.tree)


def moves(draft: Draft) -> Iterator[Found]:
    """Find moves to where nobody renders a file, from where one still is, and migrations that come too late."""
    if draft.blueprint is None or not draft.paths:
        return
    yield from _late(draft, draft.blueprint)
    before = _before(draft) if draft.blueprint.migrations else None
    for number, migration in enumerate(draft.blueprint.migrations):
        for old, new in migration.moves.items():
            where = place(draft.at("migrations", number, "move", old).where)
            if not any(_is_made(name, draft.paths) for name in _later(new, migration, draft.blueprint.migrations)):
                close = get_close_matches(new, draft.paths, n=1)
                fix = f"Did you mean {close[0]}?" if close else None
                yield Found(f"{old} is to move to {new}, which no case renders", *where, fix=fix)
            elif _is_made(old, draft.paths):
                yield Found(f"{old} is to move to {new}, and is rendered still", *where)
            elif before and _is_new(migration, before) and not _is_made(old, before.paths):
                close = get_close_matches(old, before.paths, n=1)
                fix = f"Did you mean {close[0]}?" if close else None
                yield Found(f"{old} is to move, and no case of {before.version} renders it", *where, fix=fix)


def _late(draft: Draft, blueprint: Blueprint) -> Iterator[Found]:
    """Find migrations that are new, and for a version that is released: those who are on it never meet them."""
    before = draft.past.newest(draft.name)
    known = {one.version for one in before.blueprint.migrations} if before else set()
    for number, one in enumerate(blueprint.migrations):
        if before and not one.origin and one.version not in known and one.version <= before.blueprint.version:
            where = place(draft.at("migrations", number).where)
            message = f"the migration to {one.version} is new, and {before.version} is released: nobody on it meets it"
            yield Found(message, *where, fix="Write the version that is released next.")


def _later(name: str, migration: Migration, migrations: Iterable[Migration]) -> Iterator[str]:
    """Yield what a file is called from a migration on."""
    yield name
    for one in sorted(migrations, key=lambda one: one.version):
        if one.origin == migration.origin and one.version > migration.version and name in one.moves:
            name = one.moves[name]
            yield name


def answers(draft: Draft) -> Iterator[Found]:
    """Find steps on answers that lead to no question, or that start from one that is asked still."""
    asked = {question.name for question in draft.questions}
    for number, migration in enumerate(draft.blueprint.migrations if draft.blueprint and draft.release else ()):
        for index, step in enumerate(migration.answers):
            where = place(draft.at("migrations", number, "answers", index).where)
            for name, how in step.what.items():
                made = [how] if step.verb == "rename" else list(how) if step.verb == "split" else []
                made = [name] if step.verb in ("map", "default") else made
                for new in made:
                    if new not in asked:
                        said = f"`{name}` becomes `{new}`, which nobody asks for" if new != name else ""
                        yield Found(said or f"nobody asks for `{name}`", *where, fix=near(new, asked))
                if step.verb in ("rename", "drop") and name in asked and not migration.origin:
                    yield Found(f"`{name}` is to go, and is asked for still", *where)


def files(draft: Draft) -> Iterator[Found]:
    """Find steps on files that are about nothing in the last release, or that make what no case renders now.

    Those of a version that is released were looked at then: what they are about may be gone since.
    """
    if draft.blueprint is None or not draft.paths:
        return
    before = _before(draft) if any(one.files for one in draft.blueprint.migrations) else None
    now = tuple(rendered for _, rendered in draft.rendered)
    for migration in draft.blueprint.migrations:
        was = before if before and not migration.origin else None
        for step in migration.files if was is None or _is_new(migration, was) else ():
            for said, fix in _of_step(step, migration, was, now):
                yield Found(said, *place(step.where), fix=fix)


def _of_step(
    step: FileStep, migration: Migration, before: _Before | None, now: tuple[Rendered, ...]
) -> Iterator[tuple[str, str | None]]:
    then = list(_meant(step, migration, before.rendered)) if before else []
    here = list(_meant(step, migration, now))
    if not then and (before or not here) and (step.verb != "drop" or before):
        paths = before.paths if before else {path for one in now for path in one.tree}
        close = get_close_matches(step.pattern.lstrip("/"), paths, n=1)
        of = f" of {before.version}" if before else ""
        yield f"`{step.pattern}` matches no file in any case{of}", f"Did you mean {close[0]}?" if close else None
    elif step.verb == "drop":
        for path in sorted({path for path, _, _ in here}):
            yield f"{path} is to go, and is rendered still", None
    elif all(owner == "locked" for _, _, owner in (*then, *here)):
        yield f"`{step.pattern}` is locked, and comes as the template has it", "Take the step out."
    else:
        of = f"of {before.version}" if before else ""
        for said in _of_content(step, of, [one[:2] for one in then], [one[:2] for one in here]):
            yield said, None


Files = list[tuple[str, "File"]]


def _of_content(step: FileStep, of: str, then: Files, here: Files) -> Iterator[str]:
    """Say what of the contents a step does not meet, or does not make."""
    if step.verb == "replace":
        if then and not any(step.count(file.content) for _, file in then):
            yield f"no case {of} has the text in `{step.pattern}` that is to be replaced: {_short(step.old)}"
        for path in sorted({path for path, file in here if step.count(file.content)}):
            yield f"a text of {path} is to be replaced, and is rendered still: {_short(step.old)}"
        return
    key = f"`{spell(step.old)}` of `{step.pattern}`"
    was, now = list(_values(step, then)), list(_values(step, here))
    if step.verb == "set":
        if was and all(equal(value, step.new) for value in was):
            yield f"{key} is to be set, and is so in every case {of}"
        elif now and not any(equal(value, step.new) for value in now):
            yield f"{key} is to be set, and no case renders it so"
        return
    if was and all(value is ABSENT for value in was):
        yield f"no case {of} has {key}, which is to {'go' if step.verb == 'take' else 'be renamed'}"
    elif any(value is not ABSENT for value in now):
        yield f"{key} is to {'go' if step.verb == 'take' else 'be renamed'}, and is rendered still"
    elif step.verb == "rename" and all(value is ABSENT for value in _values(step._replace(old=step.new), here)):
        yield f"{key} becomes `{spell(step.new)}`, which no case renders"


def _values(step: FileStep, files: Files) -> Iterator[Any]:
    for path, file in files:
        try:
            yield step.value(path, file.content)
        except FormatError:
            continue


def _short(text: str) -> str:
    first, more, _ = text.partition("\n")
    return f"{first} …" if more else first


def _meant(step: FileStep, migration: Migration, rendered: Iterable[Rendered]) -> Iterator[tuple[str, File, str]]:
    """Yield the files that a step is about, each with its owner, by the names before and after the migration."""
    for one in rendered:
        for path, file in one.tree.items():
            if step.means(path) or step.means(migration.moves.get(path, path)):
                yield path, file, one.ownership(path).file


def _is_new(migration: Migration, before: _Before) -> bool:
    """Whether a migration is for a version that is not released yet."""
    return not migration.origin and migration.version > before.version


@lru_cache(maxsize=8)
def _before(draft: Draft) -> _Before | None:
    """Return what the cases rendered to in the newest release, where there is one that renders them."""
    release = draft.past.newest(draft.name)
    if release is None:
        return None
    try:
        rendered = tuple(render_case(release, as_asked_by(release, case)) for case in draft.cases)
    except ScaffoldError:
        return None
    return _Before(release.blueprint.version, rendered)


def _is_made(path: str, paths: frozenset[str]) -> bool:
    return path in paths or any(one.startswith(f"{path}/") for one in paths)
