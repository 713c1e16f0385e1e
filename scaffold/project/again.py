"""The version that was applied, rendered again with the inputs of the new one, where a file depends on such inputs."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import ScaffoldError
from scaffold.lock import Lock
from scaffold.plan.inputs import Again
from scaffold.project.opened import Project
from scaffold.project.stamp import stamp
from scaffold.render.context import Operation
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.sources.library import Library
from scaffold.tree import File, Tree

# What a template file holds if it depends on more than its own text and the answers.
LOOKS_ELSEWHERE = re.compile(rb"\b(include|import|extends|_copier_conf|_copier_answers|_commit|_checkout)\b")


def again(
    project: Project, library: Library, release: Release, rendered: Rendered, means: Means, operation: Operation
) -> Again | None:
    """Return the applied version as the new one's inputs make it, or None where no file depends on any.

    Its scripts run too, on a copy, where the new one's have run and made something else than what was stamped.
    """
    recorded = project.recorded
    before = {kind for locked in recorded.files.values() for kind in locked.inputs}
    now = {kind for file in rendered.tree.values() for kind in file.inputs} - {"given"}
    settled = {"folder"} if recorded.folder is not None else set()
    without_scripts = means.skip_tasks and _has_scripts(release)
    if not (before | now) - settled and not without_scripts:
        return None
    if not means.trust or _made_the_same(recorded, rendered):
        means = means._replace(skip_tasks=True)
    try:
        old = library.release(recorded.blueprint, recorded.commit or recorded.version)
        then = stamp(
            old,
            project.root,
            given=_secrets_of(old, rendered),
            previous=recorded.answers,
            operation=operation,
            means=means,
            keep_copier=True,
            folder=project.folder_name,
        )
    except ScaffoldError:  # it cannot be had any more, or not with these inputs: nobody can tell, and the plan says so
        return Again(None)
    ran = then.plain is not None or rendered.plain is not None
    return Again(
        then.tree,
        without_scripts=rendered.plain is None and (without_scripts or _has_scripts(old)),
        plain=_plain(old, then, release, rendered),
        same_source=(lambda _then, _now: False) if ran else _same_source(old, then, release, rendered),
    )


def _made_the_same(lock: Lock, rendered: Rendered) -> bool:
    """Whether the scripts that ran have left every file that they made or changed as it was stamped."""
    made = {path for path, file in rendered.tree.items() if "hook" in file.inputs}
    made |= {path for path, locked in lock.files.items() if "hook" in locked.inputs}
    return all(path in lock.files and lock.files[path].matches(rendered.tree.get(path)) for path in made)


def _secrets_of(old: Release, rendered: Rendered) -> dict[str, Any]:
    context = rendered.answers.context
    return {q.name: context[q.name] for q in old.questions if q.secret and q.name in context}


def _plain(old: Release, then: Rendered, release: Release, now: Rendered) -> tuple[Tree, Tree] | None:
    """Return both trees before scripts, where the same scripts ran on both."""
    if then.plain is None or now.plain is None or [*_code(old)] != [*_code(release)]:
        return None
    return then.plain, now.plain


def is_called_so(lock: Lock, then: Again) -> bool:
    """Whether a file that holds the folder's name was stamped with the name that the folder has here."""
    files = then.tree if then.tree is not None else Tree()
    return any("folder" in f.inputs and path in lock.files and lock.files[path].matches(f) for path, f in files.items())


def _has_scripts(release: Release) -> bool:
    return any(layer.settings.tasks or layer.settings.hooks for layer in release.layers)


def _code(release: Release) -> Iterator[tuple[str, ...]]:
    """Yield the code that a template runs: commands, hooks, and the files beside those that a command names."""
    for layer in release.layers:
        commands = [str(task.command) for task in layer.settings.tasks]
        yield from ((str(task.command), str(task.when), task.folder) for task in layer.settings.tasks)
        named = {path for path in layer.files if any(path in command for command in commands)}
        folders = {path.rpartition("/")[0] for path in (*named, *layer.settings.hooks)} - {""}
        for path, file in layer.files.items():
            if path in named or path in layer.settings.hooks or path.rpartition("/")[0] in folders:
                yield path, file.blob


def _same_source(old: Release, then: Rendered, release: Release, now: Rendered) -> Callable[[File, File], bool]:
    """Return whether two files come from one text and the same answers, where no renderer shows what it reads."""
    asked = [{question.name: question for question in one.questions} for one in (old, release)]
    same = asked[0].keys() == asked[1].keys() and all(asked[0][name].same_as(asked[1][name]) for name in asked[0])
    if not same or then.answers.recorded != now.answers.recorded:
        return lambda _then, _now: False
    layers: list[dict[str, Layer]] = [{layer.name: layer for layer in one.layers} for one in (old, release)]

    def source(at: dict[str, Layer], file: File) -> bytes | None:
        name, _, path = file.origin.partition("/")
        found = at[name].files.get(path) if name in at else None
        return None if found is None or LOOKS_ELSEWHERE.search(found.content) else found.content

    def same_source(one: File, other: File) -> bool:
        text = source(layers[0], one)
        return one.origin == other.origin and text is not None and text == source(layers[1], other)

    return same_source
