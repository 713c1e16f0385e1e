"""Which renderer does it: our own, or the tool that a template was written for."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from scaffold.answers.question import Answers, Ask
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import FormatError, NotNativeError, RenderError
from scaffold.formats import yaml
from scaffold.render import native, via_cookiecutter, via_copier
from scaffold.render.context import Around, Surroundings
from scaffold.render.means import Means
from scaffold.render.paths import matcher
from scaffold.render.replies import Replies
from scaffold.render.scripts import Staged
from scaffold.templating.inputs import SECRET
from scaffold.templating.templates import Texts
from scaffold.tree import File, Tree

# More than `{{ _copier_answers | to_nice_yaml }}` in the template of Copier's answers file.
ADDS = re.compile(rb"_copier_answers\s*[,)]|\}\}.*\{\{|\{%", re.DOTALL)


class Rendered(NamedTuple):
    """What a release became: its answers, its tree, who owns a path in it, and where Copier's answers file stands.

    `texts` renders pieces of a layer's configuration; `ignored` are files for the disk that git is not to have. `hooks`
    runs those of a Cookiecutter template, where they may run. `plain` is the tree before scripts, where some ran.
    `left_out` tells which paths an update does without.
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
    plain: Tree | None = None
    left_out: Callable[[str], bool] = lambda _: False


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
    replies = Replies(ask, _intro(release, previous, surroundings))
    made = _made(release, given, previous, surroundings, replies, means)
    if means.exclude and release.kind == "library":
        whole = native.render(release, made.answers, surroundings.operation, means._replace(exclude=()))
        refuse_locked(release, made.ownership, whole.keys() - made.tree.keys(), "--exclude")
    return made._replace(notes=(*replies.untold, *made.notes))  # what is to be read before is no step that is left


def refuse_locked(release: Release, ownership: Callable[[str], Ownership], paths: Iterable[str], option: str) -> None:
    """Raise RenderError where a run would leave what the platform owns: that is not for a team to say."""
    if locked := sorted(path for path in paths if ownership(path).holds_locked):
        name = release.blueprint.name
        hint = f"take it out of {option}, or ask for an exception with scaffold waive"
        raise RenderError(f"{option} would leave {locked[0]}, which {name} locks", hint=hint)


def _made(
    release: Release,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    surroundings: Surroundings,
    replies: Replies,
    means: Means,
) -> Rendered:
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
        answers = native.resolve(
            release, given=given, previous=previous, surroundings=surroundings, ask=replies.ask, means=means
        )
        tree = native.render(release, answers, surroundings.operation, means)
        made = _rendered(release, answers, tree, surroundings, native.texts)
        return made if release.kind != "copier" else made._replace(texts=lambda _: via_copier.LateTexts(release))
    except NotNativeError as error:
        if means.engine == "native" or release.kind != "copier":
            raise
        note = f"rendered by Copier: {error.message}" + (f" ({error.where})" if error.where else "")
        return by_copier()._replace(notes=(note,))


def before_questions(release: Release, answers: Mapping[str, Any], surroundings: Surroundings) -> Rendered:
    """Return what a template's code sees before anything is asked: the answers of last time, and no files."""
    late = via_copier.LateTexts(release) if release.kind == "copier" else None

    def texts(layer: Layer) -> Texts:
        return late or native.texts(layer)

    first = release.layers[0]
    where = first.where(first.config)
    around = Around(release, surroundings, lambda text, seen: texts(first).render_text(text, seen, where), answers)
    seen = around.rendering(Answers(answers, answers))
    path = native.answers_path(seen) if release.kind == "copier" else ""
    return Rendered(seen, Tree(), lambda _: Ownership("managed"), path, texts)


def _intro(release: Release, previous: Mapping[str, Any], surroundings: Surroundings) -> tuple[str, ...]:
    """Return what people are to read before they are asked (Copier's `_message_before_copy` and its kin)."""
    when = f"before_{surroundings.operation}"
    if not any(layer.settings.messages.get(when) for layer in release.layers):
        return ()
    seen = before_questions(release, previous, surroundings)
    return native.messages(release, seen.answers, when, seen.texts)


def _added(release: Release, answers: Answers, tree: Tree) -> Mapping[str, Any]:
    """Return what the template itself puts into Copier's answers file, and looks for there the next time."""
    file = tree.get(native.answers_path(answers))
    source = release.layers[0].files.get(file.origin.partition("/")[2]) if file and release.kind == "copier" else None
    if file is None or source is None or not ADDS.search(source.content) or file.inputs & SECRET:
        return {}
    try:
        found = yaml.load(file.content, release.layers[0].where(file.origin.partition("/")[2])).data
    except FormatError:
        return {}
    asked = {question.name for question in release.questions}
    added = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in added if name not in asked and not str(name).startswith("_")}


def _all_recorded(tree: Tree) -> Tree:
    """Return the tree where every answer that files have read is recorded once more."""
    if not any("answer" in file.inputs for file in tree.values()):
        return tree
    return Tree({path: replace(f, inputs=f.inputs - {"answer"}) for path, f in tree.items()}, tree.folders)


def _by_cookiecutter(
    release: Release, given: Mapping[str, Any], previous: Mapping[str, Any], ask: Ask | None, means: Means
) -> Rendered:
    made = via_cookiecutter.make(release, given=given, previous=previous, ask=ask, means=means)
    excluded = matcher(means.exclude, "--exclude")
    tree = Tree({p: file for p, file in made.tree.items() if not excluded(p)}, made.tree.folders)
    owner = native.ownership(release, made.answers, lambda _: made.texts)
    notes = (made.note,) if made.note else ()
    return Rendered(made.answers, tree, owner, "", lambda _: made.texts, notes=notes, hooks=made.hooks)


def _rendered(
    release: Release, answers: Answers, tree: Tree, surroundings: Surroundings, texts: Callable[[Layer], Texts]
) -> Rendered:
    added = _added(release, answers, tree)
    dropped = tuple(name for name in answers.dropped if name not in added)
    return Rendered(
        replace(answers, recorded={**answers.recorded, **added}, dropped=dropped),
        tree if dropped else _all_recorded(tree),
        native.given_once(release, answers, texts),
        native.answers_path(answers),
        texts,
        left_out=native.left_out(release, answers, "update", texts),
        messages=native.messages(release, answers, f"after_{surroundings.operation}", texts),
    )
