"""Which renderer does it: our own, or the tool that a template was written for."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from scaffold.answers.question import Answers, Ask
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import NotNativeError, RenderError
from scaffold.render import native, via_cookiecutter, via_copier
from scaffold.render.context import Surroundings
from scaffold.render.means import Means
from scaffold.render.replies import Replies
from scaffold.render.scripts import Staged
from scaffold.templating.templates import Texts
from scaffold.tree import File, Tree


class Rendered(NamedTuple):
    """What a release became: its answers, its tree, who owns a path in it, and where Copier's answers file stands.

    `texts` renders pieces of a layer's configuration; `ignored` are files for the disk that git is not to have. `hooks`
    runs those of a Cookiecutter template, where they may run.
    """

    answers: Answers
    tree: Tree
    ownership: Callable[[str], Ownership]
    answers_file: str
    texts: Callable[[Layer], Texts]
    ignored: Mapping[str, File] = {}
    messages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hooks: Callable[[Callable[[str], Any]], Staged[Tree]] | None = None


def render(
    release: Release,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    surroundings: Surroundings,
    ask: Ask | None = None,
    means: Means = Means(),
) -> Rendered:
    """Answer the release's questions and render it; raises AnswerError or RenderError."""
    replies = Replies(ask)
    if release.kind == "cookiecutter":
        return _by_cookiecutter(release, given, previous, replies.ask, means)

    def by_copier() -> Rendered:
        made = via_copier.make(
            release, given=given, previous=previous, surroundings=surroundings, ask=replies.ask, means=means
        )
        slips = (f"left out, as Copier does: {slip.where}: {slip.message}" for slip in release.layers[0].slips)
        made_so = _rendered(release, made.answers, made.tree, surroundings, lambda _: made.texts)
        return made_so._replace(notes=tuple(slips))

    if means.engine == "copier":
        return by_copier()
    if means.engine == "cookiecutter":
        raise RenderError("this is not a Cookiecutter template", where=release.address, hint="leave out --engine")
    try:
        answers = native.resolve(release, given=given, previous=previous, surroundings=surroundings, ask=replies.ask)
        tree = native.render(release, answers, surroundings.operation, means.limits)
        made = _rendered(release, answers, tree, surroundings, native.texts)
        return made if release.kind != "copier" else made._replace(texts=lambda _: via_copier.LateTexts(release))
    except NotNativeError as error:
        if means.engine == "native" or release.kind != "copier":
            raise
        note = f"rendered by Copier: {error.message}" + (f" ({error.where})" if error.where else "")
        return by_copier()._replace(notes=(note,))


def _by_cookiecutter(
    release: Release, given: Mapping[str, Any], previous: Mapping[str, Any], ask: Ask | None, means: Means
) -> Rendered:
    made = via_cookiecutter.make(release, given=given, previous=previous, ask=ask, means=means)
    owner = native.ownership(release, made.answers, lambda _: made.texts)
    notes = (made.note,) if made.note else ()
    return Rendered(made.answers, made.tree, owner, "", lambda _: made.texts, notes=notes, hooks=made.hooks)


def _rendered(
    release: Release, answers: Answers, tree: Tree, surroundings: Surroundings, texts: Callable[[Layer], Texts]
) -> Rendered:
    return Rendered(
        answers,
        tree,
        native.ownership(release, answers, texts),
        native.answers_path(answers),
        texts,
        messages=native.messages(release, answers, f"after_{surroundings.operation}", texts),
    )
