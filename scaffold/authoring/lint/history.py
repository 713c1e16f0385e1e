"""What is wrong with a draft in the light of what was released before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scaffold.answers.question import MISSING
from scaffold.authoring.cases import render_case
from scaffold.authoring.lint.draft import place
from scaffold.blueprint import changelog
from scaffold.blueprint.places import changelog_path, tag
from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats import documents
from scaffold.formats.equal import at
from scaffold.guard.finding import Found
from scaffold.sources.library import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.authoring.lint.draft import Draft
    from scaffold.blueprint.release import Release
    from scaffold.render.engine import Rendered
    from scaffold.tree import File

FORM = re.compile(r"v\d+\.\d+\.\d+(-?(a|b|rc)\.?\d+)?")


def tags(draft: Draft) -> Iterator[Found]:
    """Find tags that look like a release of the blueprint, and are none."""
    for one in draft.past.tags:
        name, _, version = one.rpartition("/")
        if name == draft.name and re.search(r"\d", version) and not FORM.fullmatch(version):
            yield Found(f"the tag {one} is not NAME/vX.Y.Z", draft.path, 1)
        elif re.fullmatch(rf"{re.escape(draft.name)}[-_@.]v?\d+(\.\d+)*", one):
            yield Found(f"the tag {one} is not NAME/vX.Y.Z, and no release", draft.path, 1)


def named(draft: Draft) -> Iterator[Found]:
    """Find versions that are withdrawn, or the oldest, and that never were."""
    blueprint, versions = draft.blueprint, draft.past.versions(draft.name)
    if blueprint is None or not versions:
        return
    for version in blueprint.withdrawn:
        if version not in versions:
            where = place(draft.at("withdrawn", str(version)).where)
            yield Found(f"{version} is withdrawn, and never was released", *where)
    if blueprint.oldest is not None and blueprint.oldest not in {*versions, blueprint.version}:
        where = place(draft.at("oldest").where)
        yield Found(f"{blueprint.oldest} is the oldest that may be in use, and never was released", *where)


def told(draft: Draft) -> Iterator[Found]:
    """Find a released version that the changelog does not tell of."""
    blueprint = draft.blueprint
    if blueprint is None or blueprint.version not in draft.past.versions(draft.name):
        return
    file = draft.files.get(changelog_path(draft.name))
    text = file.content.decode(errors="replace") if file else ""
    before = version_of("0.dev0")
    if before is not None and str(blueprint.version) not in dict(changelog.passed(text, before, blueprint.version)):
        yield Found(
            f"{tag(draft.name, blueprint.version)} is released, and has no entry", changelog_path(draft.name), 1
        )


def shared(draft: Draft) -> Iterator[Found]:
    """Find layers that were released under another blueprint, and not under this one since."""
    before = draft.past.newest(draft.name)
    for layer in draft.layers if before else ():
        mine = _files(before, layer.name)
        for name in sorted(draft.blueprints.keys() - {draft.name}):
            other = draft.past.newest(name)
            theirs = _files(other, layer.name) if other else None
            if mine is None or theirs is None or _same(mine, theirs) or not _same(theirs, layer.files):
                continue
            message = (
                f"the layer {layer.name} is released under {name} {other.version if other else ''}, "
                f"and {draft.name} {before.version if before else ''} has it as it was before"
            )
            yield Found(message, *place(draft.at("layers").where))


def _files(release: Release | None, name: str) -> Mapping[str, File] | None:
    return next((layer.files for layer in release.layers if layer.name == name), None) if release else None


def _same(one: Mapping[str, File], other: Mapping[str, File]) -> bool:
    return one.keys() == other.keys() and all(file.same_as(other[path]) for path, file in one.items())


def defaults(draft: Draft) -> Iterator[Found]:
    """Find defaults that are new since the last release, and that something locked is made of."""
    before = draft.past.newest(draft.name)
    if before is None or draft.release is None:
        return
    old = {question.name: question.default for question in before.questions}
    for question in draft.release.questions:
        was = old.get(question.name, MISSING)
        if was is MISSING or was == question.default or question.secret or question.default is MISSING:
            continue
        if held := next(_held(draft, draft.release, question.name, was), None):
            message = f"the default of `{question.name}` is no longer {was!r}, and {held} is locked and made of it"
            yield Found(message, *place(question.where))


def _held(draft: Draft, release: Release, name: str, was: Any) -> Iterator[str]:
    """Yield what is locked and comes out otherwise with the old default, in the cases that take the default."""
    for case, rendered in draft.rendered:
        if name in case.answers:
            continue
        try:
            other = render_case(release, case._replace(answers={**case.answers, name: was}))
        except ScaffoldError:
            continue
        for path, file in rendered.tree.items():
            then = other.tree.get(path)
            if then is None or file.content == then.content:
                continue
            yield from _locked(rendered, path, file, then)


def _locked(rendered: Rendered, path: str, file: File, then: File) -> Iterator[str]:
    ownership = rendered.ownership(path)
    if ownership.file == "locked":
        yield path
        return
    try:
        one, other = (documents.load(path, side.content)[0].data for side in (file, then))
    except (FormatError, IndexError):
        return
    for key, owner in ownership.keys.items():
        if owner == "locked" and at(one, key) != at(other, key):
            yield f"{'.'.join(key)} in {path}"
