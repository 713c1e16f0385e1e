"""Where the base of a merge comes from: the project's own objects, else the old version rendered again, else none."""

from collections.abc import Callable
from functools import cached_property

from scaffold.errors import ScaffoldError
from scaffold.lock import Locked
from scaffold.project.opening import Project
from scaffold.project.stamp import stamp_again
from scaffold.render.means import Means
from scaffold.sources.library import Library
from scaffold.tree import Tree


class Bases:
    """Finds the content that a file was last stamped with; never a guess: a render counts only where its id fits."""

    def __init__(
        self, project: Project, library: Callable[[], Library | None] = lambda: None, means: Means = Means()
    ) -> None:
        """Look in the project first, then in the library, which is opened only then, if there is one."""
        self._project = project
        self._library = library
        self._means = means._replace(skip_tasks=True)  # what tasks changed is not found again, and counts as unknown

    def __call__(self, path: str, locked: Locked) -> bytes | None:
        """Return the content of a base, or None where it cannot be found."""
        if locked.blob is None:
            return None
        repository = self._project.repository
        content = repository.blob(locked.blob) if repository else None
        if content is not None:
            return content
        again = self.rendered_again.get(path)
        return again.content if again and again.blob == locked.blob else None

    @cached_property
    def rendered_again(self) -> Tree:
        """The version that was applied, rendered with its answers and without its tasks; empty if it cannot be."""
        lock = self._project.recorded
        try:
            if (library := self._library()) is None:
                return Tree()
            release = library.release(lock.blueprint, lock.ref)
            return stamp_again(self._project, release, lock.answers, self._means).tree
        except ScaffoldError:
            return Tree()  # the old version cannot be had any more: the base stays unknown, and the plan says so
