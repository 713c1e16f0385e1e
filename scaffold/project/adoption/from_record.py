"""The baseline that a file in the repository records, or Cookiecutter's replay: rendered as it was."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import scaffold
from scaffold.answers import file as answers_file
from scaffold.blueprint.release import Release, require_scaffold
from scaffold.errors import AnswerError, ProjectError, SourceError
from scaffold.project.adoption import origins
from scaffold.project.adoption.baseline import HALF, Baseline, Wish, address_of, means_for, told_of
from scaffold.project.adoption.ground import Ground
from scaffold.project.adoption.origins import Origin
from scaffold.project.conditions import Person
from scaffold.project.opening import read_readable
from scaffold.project.stamp import stamp, surroundings_in
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources import address
from scaffold.sources.library import Library

SAY_VERSION = "say which version it is from with --at VERSION"


def recorded(wish: Wish, origin: Origin) -> Baseline:
    """Render what a file in the repository, or Cookiecutter's replay, says; raises ScaffoldError."""
    library = _opened(wish, origin)
    if wish.keep_copier and address.parted(library.address).folder:
        raise ProjectError(
            f"--keep-copier would record {library.address}, and Copier cannot fetch a folder of a repository",
            where=str(origin.file),
            hint="adopt without --keep-copier",
        )
    name = _name(library, wish)
    release = _release(library, name, wish.at or origin.ref, origin)
    require_scaffold(release.blueprint, scaffold.__version__)
    means, notes = means_for(wish, release, library)
    known = {question.name for question in release.questions}
    answers = origin.answers if release.kind == "copier" else {n: v for n, v in origin.answers.items() if n in known}
    root = wish.start if origin.tool == "Cookiecutter" else origin.file.parent

    def render(root: Path, means: Means) -> Rendered:
        return _rendered(release, root, answers, wish, origin, means)

    # The folder is found without tasks, so that they run once; Cookiecutter's hooks may be needed to render at all.
    trial = means._replace(skip_tasks=True) if origin.tool == "Copier" else means
    rendered = render(root, trial)
    better = _above(root, rendered, origin, wish.ground)
    if better != root or trial != means:
        root, rendered = better, render(better, means)
    if wish.keep_copier and origin.file != root / rendered.answers_file:  # it has another name, which it is to keep
        rendered = render(root, means._replace(answers_file=origin.file.relative_to(root).as_posix()))
    notes += _notes(release, rendered, origin, {*answers} - known)
    if _has_no_versions(release):
        notes.append("the template has no versions, so its files as they are now count as what was stamped")
    follow = origin.follow if origin.follow and library.is_branch(origin.follow) else ""
    notes = [*told_of(library, release), *notes]
    return Baseline(
        root, release, library.address, rendered, means, wish.keep_copier, origin, notes=tuple(notes), follow=follow
    )


def _opened(wish: Wish, origin: Origin) -> Library:
    given = wish.source or wish.template
    if given and not wish.blueprint:  # moved, with the folder where it was
        given = origins.within(given, origin.folder)
    try:
        return wish.open(given or origin.source)
    except SourceError as error:
        if wish.source or wish.template or error.where == str(origin.file):
            raise
        raise SourceError(
            error.message, where=str(origin.file), hint=f"{error.hint}; or {origins.FROM_ADDRESS}"
        ) from error


def _name(library: Library, wish: Wish) -> str:
    names = library.names()
    if wish.blueprint:
        return wish.blueprint.partition("@")[0]
    if len(names) != 1:
        hint = f"say which with --blueprint: {', '.join(names)}"
        raise SourceError(f"{library.address} is a library of blueprints, not one template", hint=hint)
    return names[0]


def _release(library: Library, name: str, ref: str | None, origin: Origin) -> Release:
    if ref is None and not _has_no_versions(library.release(name)):
        raise SourceError("the version that was stamped is not recorded", where=str(origin.file), hint=SAY_VERSION)
    try:
        return library.release(name, ref)
    except SourceError as error:
        hint = f"{SAY_VERSION}; {error.hint}" if error.hint else SAY_VERSION
        raise SourceError(error.message, where=str(origin.file), hint=hint) from error


def _has_no_versions(release: Release) -> bool:
    """Whether it is a template as it stands in a folder."""
    return release.kind != "library" and release.commit is None


def _rendered(
    release: Release, root: Path, answers: Mapping[str, Any], wish: Wish, origin: Origin, means: Means
) -> Rendered:
    try:
        return stamp(
            release,
            surroundings_in(wish.ground.unlocked(root), "copy"),
            given=wish.data,
            previous=answers,
            means=means,
            keep_copier=wish.keep_copier,
            person=Person(notify=wish.person.notify),
        )
    except AnswerError as error:
        message = error.message.replace(answers_file.PATH, origin.file.name)
        line = origin.lines.get(error.question, str(origin.file))
        raise AnswerError(message, where=line, hint=error.hint) from error


def _above(root: Path, rendered: Rendered, origin: Origin, ground: Ground) -> Path:
    """Return the folder that the render belongs to: the file's own, or one above it where that is far from it."""
    depth = rendered.answers_file.count("/")
    if depth and origin.file.as_posix().endswith(f"/{rendered.answers_file}"):
        return origin.file.parents[depth]

    def there(folder: Path) -> float:
        return len(read_readable(ground.unlocked(folder), rendered.tree)) / (len(rendered.tree) or 1)

    if origin.tool != "Copier" or there(root) >= HALF:
        return root
    return next((f for f in root.parents if f.is_relative_to(ground.top) and there(f) > HALF), root)


def _notes(release: Release, rendered: Rendered, origin: Origin, extra: set[str]) -> list[str]:
    answers = rendered.answers
    notes = list(rendered.notes)
    if answers.guessed:
        notes.append(f"secrets are not kept, so these took their default: {', '.join(answers.guessed)}")
    if unused := sorted(extra):
        notes.append(f"not asked by {release.blueprint.name} {release.version}, so left out: {', '.join(unused)}")
    if origin.own:
        notes.append(f"cruft was told to skip these, so they are the team's own: {', '.join(origin.own)}")
    return notes


def replayed(wish: Wish) -> Baseline | None:
    """Render what Cookiecutter's replay says, or return None where none is named or it does not say which version."""
    if wish.replay is None:
        return None
    origin, ref = origins.replayed(wish.replay), None
    if wish.template:
        wanted = address_of(wish.template)
        wish, ref = wish._replace(template=wanted.source), wanted.ref
    ref = wish.at or ref or origin.ref
    return recorded(wish._replace(at=ref), origin) if ref else None
