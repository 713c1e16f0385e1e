"""What a release would put into a project: rendered, its tasks run, scaffold's own folder left alone."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from scaffold.answers.dialogue import Dialogue
from scaffold.answers.question import Answers, Ask, Asked
from scaffold.answers.secrets import masked, texts_of
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import RenderError, ScaffoldError
from scaffold.plan.inputs import words_for
from scaffold.process import Notify, bounds
from scaffold.project import work_tree
from scaffold.project.conditions import NOBODY, Person
from scaffold.project.opening import FOLDER, Project
from scaffold.render import engine, scripts
from scaffold.render.context import Operation, Surroundings
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.render.scripts import RenderText, Staging
from scaffold.sources import compiled, settings
from scaffold.sources.trust import is_trusted
from scaffold.templating.inputs import SECRET, Draws, keeping_secrets
from scaffold.tree import Tree

NO_ANSWERS_FILE = (
    "Copier's answers file is written with keep_copier alone, so only templates see what --answers-file names"
)
CONDITION = re.compile(r"\{%[-+]?\s*(?:if|elif)\b.*?%\}")
WORD = re.compile(r"\w+")
READS = frozenset({"include", "import", "extends"})
SYSTEM = {"linux": "linux", "darwin": "macos", "win32": "windows"}.get(sys.platform)


def trusting(means: Means, address: str) -> Means:
    """Return the means with trust where the user's settings give it to an address."""
    return means if means.trust else means._replace(trust=is_trusted(address))


def stamp(
    release: Release,
    surroundings: Surroundings,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    person: Person = NOBODY,
    means: Means = Means(),
    keep_copier: bool = False,
) -> Rendered:
    """Render a release for a project, and run its tasks on a copy; raises ScaffoldError.

    Copier's own answers file is left out, unless it is to be kept for Copier. No error repeats a secret. A person is
    shown all answers where some were asked for.
    """
    surroundings = surroundings._replace(answers_file=means.answers_file)
    said = [given[question.name] for question in release.questions if question.secret and question.name in given]
    with _telling_none_of(said), keeping_secrets():
        review = person.review and bounds.paused()(person.review)  # no time counts while a person looks
        talk = Dialogue(_pausing(person.ask, said), review, surroundings.place)
        rendered = _stamped(release, given, previous, surroundings, talk, means, person.notify)
        tree = rendered.tree
        if not keep_copier and rendered.answers_file in tree:
            kept = {path: file for path, file in tree.items() if path != rendered.answers_file}
            tree = Tree(kept, tree.folders)
        if means.answers_file and not keep_copier:
            rendered = rendered._replace(notes=(*rendered.notes, NO_ANSWERS_FILE))
        _refuse_telling_paths(rendered.answers, tree)

    def ownership(path: str) -> Ownership:  # what is kept up for Copier is written anew each time
        return Ownership("locked") if path == rendered.answers_file else rendered.ownership(path)

    return rendered._replace(tree=tree, ownership=ownership if keep_copier else rendered.ownership)


def stamp_again(
    project: Project,
    release: Release,
    answers: Mapping[str, Any],
    means: Means,
    *,
    operation: Operation = "copy",
    given: Mapping[str, Any] = {},
) -> Rendered:
    """Render a release for a project as it was stamped with some answers, or would have been; raises ScaffoldError.

    Nobody is asked, and Copier's own answers file is among the files.
    """
    surroundings = surroundings_in(project, operation)
    return stamp(release, surroundings, given=given, previous=answers, means=means, keep_copier=True)


def _stamped(
    release: Release,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    surroundings: Surroundings,
    talk: Dialogue,
    means: Means,
    notify: Notify,
) -> Rendered:
    scripts.refuse_untrusted(release, trust=means.trust, skip_tasks=means.skip_tasks)
    draws, settled = means.draws or Draws(), False
    while not settled:
        manner = means.manner._replace(defaults=settings.defaults(), again=(*means.manner.again, *talk.again))
        with draws.again():
            with bounds.limited(means.limits, "rendering"), compiled.kept(release.address or release.blueprint.name):
                rendered = engine.render(
                    release,
                    given=given,
                    previous=previous,
                    surroundings=surroundings,
                    ask=talk.ask,
                    means=means._replace(manner=manner),
                )
            name, questions = release.blueprint.name, release.questions
            settled = talk.settles(name, release.version, questions, rendered.answers, given)
            if settled and not means.skip_tasks:
                rendered = with_tasks(release, rendered, surroundings, means, notify)
    for path, file in rendered.tree.items():
        if path.split("/")[0] == FOLDER:
            message = f"the template writes {path}, and .scaffold/ is scaffold's own"
            raise RenderError(message, where=file.origin, hint="take it out of the template")
    return rendered


@contextmanager
def _telling_none_of(said: list[Any]) -> Iterator[None]:
    """Take the answers to secret questions, those to come among them, out of every error."""
    try:
        yield
    except ScaffoldError as error:
        parts = (error.message, error.where, error.hint)
        secrets = frozenset(texts_of(said))
        shown = tuple(part and masked(part, secrets) for part in parts)
        if shown == parts:
            raise
        raise type(error)(shown[0] or "", where=shown[1], hint=shown[2]) from None


def refuse_unrecorded(release: Release, rendered: Rendered) -> None:
    """Raise RenderError where what is locked depends on what is not recorded, and so cannot be held against it.

    Of a key with an owner the lock would keep a digest, by which a secret could be guessed.
    """
    for path, file in rendered.tree.items() if release.kind == "library" else ():
        if not file.inputs or path == rendered.answers_file:
            continue
        ownership = rendered.ownership(path)
        if ownership.file == "locked":
            raise RenderError(
                f"{path} is locked, and holds {words_for(file.inputs)}, so that nobody could tell an edit from it",
                where=file.origin,
                hint="make it managed, or take that out of its template",
            )
        if ownership.keys and file.inputs & SECRET:
            raise RenderError(
                f"{path} holds a secret, and has keys with an owner, of which the lock would keep a digest",
                where=file.origin,
                hint="put the secret into a file of its own",
            )


def _refuse_telling_paths(answers: Answers, tree: Tree) -> None:
    """Raise RenderError where a secret has become the name of a file, which git and the lock record.

    A secret may decide whether there is a file, in a condition.
    """
    secret = {name for name, kinds in answers.hidden.items() if SECRET.intersection(kinds)}
    for path, file in tree.items():
        if "given" not in file.placed or re.search(rf"/{re.escape(path)}(\.\w+)?$", file.origin):
            continue
        named = {*WORD.findall(CONDITION.sub("", file.origin))}
        decides = {word for condition in CONDITION.findall(file.origin) for word in WORD.findall(condition)}
        if named & (secret | READS) or not decides & secret:
            raise RenderError(
                "the answer to a secret question would be in the name of a file, which git and the lock record",
                where=file.origin or None,
                hint="take it out of the template's paths",
            )


def surroundings_of(root: Path) -> Surroundings:
    """Return what a template may know of a folder that it is rendered for."""
    return Surroundings(root.name, "copy", SYSTEM, partial(work_tree.read, root), place=root)


def surroundings_in(project: Project, operation: Operation = "update") -> Surroundings:
    """Return what a template may know of a project, its folder called as when it was stamped."""
    return Surroundings(project.folder_name, operation, SYSTEM, project.seen.read, place=project.root)


def staging_of(
    release: Release, layer: Layer, rendered: Rendered, surroundings: Surroundings, means: Means, notify: Notify
) -> Staging:
    """Return what the scripts of a layer are run with: unlike files, they may know where the copies lie."""
    context = rendered.answers.context
    secrets = tuple(str(context[q.name]) for q in release.questions if q.secret and context.get(q.name))

    def bind(template: Path, project: Path) -> RenderText:
        known = {
            **context,
            "_copier_conf": {**context["_copier_conf"], "src_path": PurePath(template), "dst_path": PurePath(project)},
            "_copier_python": sys.executable,
        }
        return lambda source, extra, where: rendered.texts(layer).render_text(source, {**known, **extra}, where)

    return Staging(
        surroundings.folder_name,
        layer.files,
        bind,
        surroundings.operation,
        means.limits,
        secrets,
        notify,
    )


def with_tasks(
    release: Release, rendered: Rendered, surroundings: Surroundings, means: Means, notify: Notify
) -> Rendered:
    """Run the tasks and hooks of a release on a copy of what was rendered; raises ScaffoldError."""
    plain = rendered.tree if rendered.hooks or any(layer.settings.tasks for layer in release.layers) else None
    tree, ignored, notes = rendered.tree, dict(rendered.ignored), list(rendered.notes)
    if rendered.hooks:
        staged = rendered.hooks(notify)
        tree, ignored = staged.files, {**ignored, **staged.ignored}
        notes += [f"made by hooks and ignored by git, so left out: {folder}" for folder in staged.left_out]
    for layer in release.layers:
        if not layer.settings.tasks:
            continue
        staged = scripts.run_tasks(
            layer.settings.tasks, tree, staging_of(release, layer, rendered, surroundings, means, notify)
        )
        tree = staged.files
        ignored |= staged.ignored
        notes += [f"made by tasks and ignored by git, so left out: {folder}" for folder in staged.left_out]
    return rendered._replace(tree=tree, ignored=ignored, notes=tuple(notes), plain=plain)


def _pausing(ask: Ask | None, said: list[Any]) -> Ask | None:
    """Return the same, with the clock stopped while a person thinks, and the secrets that they give noted."""
    if ask is None:
        return None

    def paused(asked: Asked, /) -> Any:
        with bounds.paused():
            reply = ask(asked)
        if asked.question.secret:
            said.append(reply)
        return reply

    return paused
