"""An update that is prepared: what it goes from and to, and the plan with all that is needed to carry it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scaffold import lock
from scaffold.answers import file as answers_file
from scaffold.blueprint.release import Release
from scaffold.errors import ProjectError
from scaffold.plan.actions import Plan
from scaffold.process.loading import later
from scaffold.project.opening import Project
from scaffold.project.seen import Standing
from scaffold.render.context import Operation
from scaffold.render.means import Means
from scaffold.sources.library import Library
from scaffold.tree import File, Tree

if TYPE_CHECKING:
    from scaffold.project.planning import waivers as waived
else:
    waived = later("scaffold.project.planning.waivers")


class Update(NamedTuple):
    """What an update goes from and to: a project, a release of its library, and how versions are rendered for it.

    `known` is the project with the lock that the update starts from, for Copier may have brought it on since.
    """

    project: Project
    known: Project
    library: Library
    release: Release
    means: Means
    operation: Operation


@dataclass(frozen=True)
class Prepared:
    """A plan, and all that is needed to carry it out.

    `standing` is what the plan was made from: the files, or None, that were found at each path, as they are there.
    """

    project: Project
    plan: Plan
    wishes_file: bytes
    tree: Tree = field(default_factory=Tree)
    notes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    standing: Standing = field(default_factory=dict, repr=False)
    trusted: bool = False
    changelog: str = field(default="", repr=False)

    @cached_property
    def own_files(self) -> Mapping[str, File]:
        """What scaffold's own files of the project become."""
        return {
            answers_file.PATH: replace(self.project.wishes_file, content=self.wishes_file),
            lock.PATH: File(lock.dump(self.plan.lock_after)),
            **(waived.carried(self.project, self.plan) if self.plan.waived else {}),
        }

    @property
    def nothing_to_do(self) -> bool:
        """Whether neither a file, nor an answer, nor the lock would change."""
        recorded = self.project.recorded  # neither a newer scaffold nor a comment among the answers is a change
        after = replace(self.plan.lock_after, scaffold=recorded.scaffold, answers_file=recorded.answers_file)
        same_wishes = self.wishes_file == self.project.wishes_file.content
        return not self.plan.changes and lock.dump(after) == lock.dump(recorded) and same_wishes


def refuse_open_conflicts(project: Project) -> None:
    """Raise ProjectError while conflicts of an update are open."""
    if project.unresolved:
        raise ProjectError(
            f"conflicts are still open in {', '.join(sorted(project.unresolved))}",
            where=str(project.root),
            hint="decide them, then scaffold update --continue, or take that update back with scaffold update --abort",
        )
