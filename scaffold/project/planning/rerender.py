"""The version that was applied, rendered again with the inputs of the new one, where a file depends on such inputs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scaffold.answers.question import Answers, Question
from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.lock import Lock
from scaffold.plan.inputs import Rerendered, StandIns
from scaffold.project.planning.prepared import Update
from scaffold.project.stamp import stamp_again
from scaffold.render.engine import Rendered
from scaffold.templating.inputs import SECRET
from scaffold.tree import Tree


def rerendered(update: Update, rendered: Rendered) -> Rerendered | None:
    """Return the applied version as the new one's inputs make it, or None where no file depends on any.

    Its scripts run too, on a copy, where the new one's have run and made something else than was stamped.
    """
    library, release, means = update.library, update.release, update.means
    recorded = update.known.recorded
    inputs = {kind for locked in recorded.files.values() for kind in locked.inputs}
    inputs |= {kind for file in rendered.tree.values() for kind in file.inputs}
    settled = {"given"} if recorded.folder is None else {"given", "folder"}
    without_scripts = means.skip_tasks and release.has_scripts
    if not inputs - settled and not without_scripts:
        return None
    if not means.trust or _made_the_same(recorded, rendered):
        means = means._replace(skip_tasks=True)
    update = update._replace(means=means)
    try:
        old = library.release(recorded.blueprint, recorded.ref)
        then = _again(update, old, _secrets_of(old, rendered), recorded.answers).tree
        for version, paths in _left_behind(recorded).items():
            earlier = library.release(recorded.blueprint, version)
            there = _again(update, earlier, _secrets_of(earlier, rendered), recorded.answers).tree
            then = _with(then, there, paths)
    except ScaffoldError:  # it cannot be had any more, or not with these inputs: nobody can tell, and the plan says so
        return Rerendered(None)
    left_out = rendered.plain is None and (without_scripts or (means.skip_tasks and old.has_scripts))
    made = [_with_stand_ins(update, old, rendered, n) for n in (1, 2)] if inputs & SECRET else []
    stand_ins = tuple(one for one in made if one is not None)
    return Rerendered(then, without_scripts=left_out, stand_ins=stand_ins if len(stand_ins) == len(made) else ())


def _left_behind(lock: Lock) -> dict[str, list[str]]:
    """Return the files that were left at earlier versions, by these."""
    found: dict[str, list[str]] = {}
    for path, locked in lock.files.items():
        if locked.version is not None and locked.version != lock.version:
            found.setdefault(locked.version, []).append(path)
    return found


def _with(tree: Tree, other: Tree, paths: Iterable[str]) -> Tree:
    """Return a tree with some of its paths as another one has them."""
    files = {path: file for path, file in tree.items() if path not in paths}
    return Tree({**files, **{path: other[path] for path in paths if path in other}}, tree.folders)


def _made_the_same(lock: Lock, rendered: Rendered) -> bool:
    """Whether the scripts that ran have left every file that they made or changed as it was stamped."""
    made = {path for path, file in rendered.tree.items() if "hook" in file.inputs}
    made |= {path for path, locked in lock.files.items() if "hook" in locked.inputs}
    return all(path in lock.files and lock.files[path].matches(rendered.tree.get(path)) for path in made)


def _secrets_of(old: Release, rendered: Rendered) -> dict[str, Any]:
    context = rendered.answers.context
    return {q.name: context[q.name] for q in old.questions if q.secret and q.name in context}


def _again(update: Update, release: Release, given: Mapping[str, Any], previous: Mapping[str, Any]) -> Rendered:
    """Render a release as the update does; raises ScaffoldError."""
    return stamp_again(update.known, release, previous, update.means, operation=update.operation, given=given)


def _with_stand_ins(update: Update, old: Release, rendered: Rendered, number: int) -> StandIns | None:
    """Render both versions with stand-ins for the secrets that nobody knows any more; None where they take none.

    What is made only with a secret is made so, too. A secret that is given now replaces its stand-in, and one that is a
    secret no more has its stand-in all the same.
    """
    update, release = update._replace(means=update.means._replace(skip_tasks=True)), update.release
    answers, recorded = rendered.answers, update.known.recorded.answers
    before = dict(_stand_ins(old, number))
    asked = {question.name for question in release.questions}
    open_now = {
        name: value for name, value in before.items() if name in asked - answers.secrets and name not in recorded
    }
    now = {**open_now, **dict(_stand_ins(release, number))}
    given = {name: answers.context[name] for name in answers.secrets & now.keys() if _is_told(answers, name)}
    previous = {name: value for name, value in {**recorded, **answers.recorded}.items() if name not in open_now}
    try:
        then = _again(update, old, before, recorded).tree
        for version, paths in _left_behind(update.known.recorded).items():
            then = _with(
                then, _again(update, update.library.release(old.blueprint.name, version), before, recorded).tree, paths
            )
        anew = _again(update, release, now | given, previous)
    except ScaffoldError:  # a validator, perhaps, that takes no stand-in
        return None
    words = {str(value).encode(): given.get(name) for name, value in {**now, **before}.items()}
    told = {word: None if value is None else str(value).encode() for word, value in words.items()}
    return StandIns(then, anew.tree, told, frozenset(str(value).encode() for value in open_now.values()))


def _is_told(answers: Answers, name: str) -> bool:
    return name in answers.context and "given" in answers.hidden.get(name, ())


def _stand_ins(release: Release, number: int) -> Iterator[tuple[str, Any]]:
    """Yield a value for each secret that may have any: one word, which stands nowhere else."""
    for question in release.questions:
        if question.secret and question.choices is None and (value := _stand_in(question, number)) is not None:
            yield question.name, value


def _stand_in(question: Question, number: int) -> Any:
    digits = int.from_bytes(question.name.encode()[-3:].rjust(3, b"q")) + 100_000_000 * number
    word = f"zqstandin{digits}"
    return {"str": word, "path": word, "int": 7_000_000_000 + digits}.get(question.type)
