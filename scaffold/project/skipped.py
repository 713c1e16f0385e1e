"""An update that goes without tasks, of a project that had them run: what they made stays as it is."""

from dataclasses import replace

from scaffold.blueprint.release import Release
from scaffold.errors import ScaffoldError
from scaffold.lock import Lock
from scaffold.project.base import Bases
from scaffold.render.engine import Rendered
from scaffold.tree import File, Tree

NOTE = "what the template's tasks had made is left as it is"


def without_tasks(rendered: Rendered, lock: Lock, release: Release, bases: Bases) -> tuple[Rendered, Lock]:
    """Return the new render and the lock as if tasks had never run, with what they made kept; raises ScaffoldError.

    The old version is rendered again without its tasks. A file that they changed is merged from there, and one that is
    theirs alone is carried over.
    """
    plain = bases.rendered_again
    if not plain or not any(layer.settings.tasks for layer in release.layers):
        return rendered, lock
    changed = {
        path: replace(locked, blob=plain[path].blob, mode=plain[path].mode)
        for path, locked in lock.files.items()
        if path in plain and locked.pending is None and not locked.matches(plain[path]) and locked.owner != "locked"
    }
    kept = {}
    for path, locked in lock.files.items():
        alone = path not in plain and path not in rendered.tree
        if alone or (
            locked.owner == "locked"
            and not locked.matches(plain.get(path))
            and path in plain
            and plain[path].same_as(rendered.tree.get(path))
        ):
            content = bases(path, locked)
            if content is None:
                raise ScaffoldError(f"what a task made of {path} cannot be found", hint="leave out --skip-tasks")
            kept[path] = File(content, locked.mode, locked.origin)
    if not changed and not kept:
        return rendered, lock
    tree = Tree({**rendered.tree, **kept}, rendered.tree.folders)
    noted = rendered._replace(tree=tree, notes=(*rendered.notes, NOTE))
    return noted, replace(lock, files={**lock.files, **changed})
