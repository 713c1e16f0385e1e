"""Files of a service after the steps that migrations declare: made in memory, before anything is merged.

What has another name in the new version gets it on both sides of the merge, in what the team has and in what it was
stamped with, so that the team's value goes along. What is set or dropped is so only where the team has left it as it
was stamped, or as an earlier step has left it; else the file is in conflict. Only files that the blueprint has brought
are looked at, and none that it locks or that the team has made its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from packaging.version import Version

from scaffold.blueprint.manifest import NEWEST
from scaffold.errors import FormatError
from scaffold.formats import edit
from scaffold.formats.equal import ABSENT, equal
from scaffold.merge.text import merge_lines
from scaffold.plan import moves
from scaffold.tree import SYMLINK, File, Tree, blob_id, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from scaffold.blueprint.file_steps import FileStep
    from scaffold.blueprint.manifest import Migration
    from scaffold.lock import Lock, Locked
    from scaffold.merge.markers import Labels
    from scaffold.plan.actions import Action, Plan
    from scaffold.plan.inputs import FindBase, Rerendered


class Situation(NamedTuple):
    """What steps meet: lock and files of the project, the new tree, all migrations of the blueprint, and bases.

    `own` says of a place and a path whether the team has made that file its own.
    """

    before: Lock
    ours: Mapping[str, File]
    theirs: Tree
    migrations: tuple[Migration, ...]
    own: Callable[[str, str], bool]
    find_base: FindBase


class Clash(NamedTuple):
    """Steps that meet what the team has changed, with what it was stamped with, and those that cannot be made."""

    steps: tuple[tuple[FileStep, str], ...]
    base: bytes | None
    failed: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Why the file is in conflict."""
        said = " and ".join(f"{by} {step.said}" for step, by in self.steps)
        return "; ".join([*([f"{said}, which the team has changed"] if said else []), *self.failed])

    def marked(self, path: str, ours: File, labels: Labels) -> tuple[File | None, File | None, File]:
        """Return the other two sides of a file in conflict, and the file with just what the steps would change marked.

        Where nobody can make them of it, there is none of these, and the file as it is.
        """
        try:
            was, new = self._sides(path, ours.content)
        except FormatError:
            return None, None, ours
        base = None if was == ours.content else was
        merged = merge_lines(base, ours.content, new, labels)
        after = ours if merged.clean or merged.content is None else replace(ours, content=merged.content)
        return None if base is None else replace(ours, content=base), replace(ours, content=new), after

    def _sides(self, path: str, content: bytes) -> tuple[bytes, bytes]:
        """Return the file as it would be had the team changed nothing there, and as the steps make it."""
        if not self.steps:
            raise FormatError("there is nothing to change", where=path)
        was, new = content, content
        for step, _ in self.steps:
            if step.verb == "rename":
                was = edit.take_key(path, was, step.new)
                new = step.apply(path, edit.take_key(path, new, step.new))
            else:
                was = was if self.base is None else edit.copy_key(path, step.old, to=was, source=self.base)
                new = step.apply(path, new)
        return was, new


@dataclass(slots=True)
class _State:
    """A file on its way: as the team has it, its `base` if it is merged, and what it may be unedited (`known`)."""

    path: str
    here: str
    locked: Locked
    start: File
    now: bytes
    base: bytes | None
    known: list[bytes]
    theirs: bytes | None
    unedited: bool = False
    drops: bool = False
    done: list[FileStep] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    clashing: list[tuple[FileStep, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def look_back(self, step: FileStep) -> None:
        """Take a step of the past for what an unedited file may have become by it."""
        if self.known and (made := _tried(step, self.path, self.known[-1])) != self.known[-1]:
            self.known.append(made)

    def go(self, step: FileStep, by: str) -> None:
        """Take a step, or note that it clashes; `by` names the migration."""
        if step.verb == "drop":
            self.drops = self.theirs is None
            return
        if self.start.mode == SYMLINK or not is_text(self.now):
            return
        try:
            if not self._applies(step):
                return
            if self._is_edited(step):
                if self.base is None or step.verb != "rename":  # else the merge has both keys, and what is new in each
                    self.clashing.append((step, by))
                return
            now, base = step.apply(self.path, self.now), self.base
            if base is not None and step.verb in ("rename", "replace"):
                base = step.apply(self.path, base)
                self.done.append(step)
        except FormatError as error:
            if self.locked.owner == "seeded":
                self.failed.append(f"{by} {step.said}, which cannot be done: {error.message}")
            return
        if now != self.now:
            self.said.append(f"{by} {step.said}")
        self.now, self.base = now, base
        self.known = [_tried(step, self.path, one) for one in self.known]

    def _applies(self, step: FileStep) -> bool:
        """Whether there is something to do that a merge does not do by itself."""
        if step.verb == "replace":
            count = step.count(self.now)
            return count > 0 and (self.base is None or count >= step.count(self.base))
        here = step.value(self.path, self.now)
        if step.verb == "rename":
            return True
        to_do = here is not ABSENT if step.verb == "take" else not equal(here, step.new)
        if not to_do or self.base is None or self.theirs is None:
            return to_do
        return equal(step.value(self.path, self.base), step.value(self.path, self.theirs))

    def _is_edited(self, step: FileStep) -> bool:
        """Whether the team has something else where the step writes."""
        if step.verb == "replace":
            return False
        here = step.value(self.path, self.now)
        if step.verb == "rename":
            there = step._replace(old=step.new).value(self.path, self.now)
            return here is not ABSENT and there is not ABSENT and not equal(here, there)
        if not self.known:
            return here is not ABSENT
        return not any(equal(here, step.value(self.path, one)) for one in self.known)

    @property
    def entry(self) -> Locked:
        """The lock's entry as the merge is to see it."""
        locked = self.locked
        if self.drops:
            locked = locked._replace(owner="managed")
        if self.unedited and (self.drops or self.locked.owner == "seeded"):
            return locked._replace(blob=blob_id(self.now), keys=self._keys)
        if self.base is not None and self.done:
            return locked._replace(blob=blob_id(self.base), keys=self._keys)
        return locked

    @property
    def _keys(self) -> Mapping[Any, Any]:
        keys = dict(self.locked.keys)
        for step in self.done:
            if step.verb == "rename":
                size = len(step.old)
                keys = {(*step.new, *k[size:]) if k[:size] == step.old else k: value for k, value in keys.items()}
        return keys


def _tried(step: FileStep, path: str, content: bytes) -> bytes:
    """Return a content after a step, or as it is where the step cannot be made."""
    try:
        return step.apply(path, content)
    except FormatError:
        return content


@dataclass(frozen=True, slots=True)
class Stepped:
    """A project after the steps, as it is to be merged; `states` are the files that steps are about, by their paths."""

    situation: Situation
    states: Mapping[str, _State]

    @property
    def before(self) -> Lock:
        """The lock with the bases that the steps have made."""
        before = self.situation.before
        return replace(before, files={**before.files, **{path: one.entry for path, one in self.states.items()}})

    @property
    def ours(self) -> Mapping[str, File]:
        """The project's files."""
        made = {
            one.here: replace(one.start, content=one.now)
            for one in self.states.values()
            if one.now != one.start.content
        }
        return {**self.situation.ours, **made}

    @property
    def clashes(self) -> Mapping[str, Clash]:
        """The files that are in conflict because of a step."""
        return {
            path: Clash(tuple(one.clashing), one.known[0] if one.known else None, tuple(one.failed))
            for path, one in self.states.items()
            if one.clashing or one.failed
        }

    def find_base(self, path: str, locked: Locked) -> bytes | None:
        """Return the content of a base, also of one that steps have made."""
        one = self.states.get(path)
        for made in (one.base, one.now) if one else ():
            if made is not None and blob_id(made) == locked.blob:
                return made
        return self.situation.find_base(path, locked)

    def again(self, rerendered: Rerendered | None) -> Rerendered | None:
        """Return the applied version rendered again, after the steps that its files have taken."""
        if rerendered is None or rerendered.tree is None:
            return rerendered
        stand_ins = tuple(one._replace(then=self._tree(one.then)) for one in rerendered.stand_ins)
        return replace(rerendered, tree=self._tree(rerendered.tree), stand_ins=stand_ins)

    def _tree(self, tree: Tree) -> Tree:
        files = dict(tree)
        for path in files.keys() & self.states.keys():
            for step in self.states[path].done:
                files[path] = replace(files[path], content=_tried(step, path, files[path].content))
        return Tree(files, tree.folders)

    def finish(self, plan: Plan) -> Plan:
        """Return the plan for the project as it is, with what the steps have changed told of."""
        said = {one.here: "; ".join(one.said) for one in self.states.values() if one.said}
        actions = tuple(self._action(action, said.get(action.path, "")) for action in plan)
        kept = {file.blob for action in actions for file in (action.after, *(action.stages or ())) if file is not None}
        after, known = dict(plan.lock_after.files), self.situation.before.files
        for path, one in self.states.items():  # a base that stands nowhere could not be found again
            if path in after and after[path].blob == one.entry.blob and one.entry.blob not in kept:
                after[path] = after[path]._replace(blob=known[path].blob)
        lock_after = replace(plan.lock_after, files=after)
        return replace(plan, actions=actions, lock_before=self.situation.before, lock_after=lock_after)

    def _action(self, action: Action, said: str) -> Action:
        before = self.situation.ours.get(action.path) if action.before is not None else None
        action = action._replace(before=before)
        if not said or action.after is None or action.verb in ("conflict", "replace", "create"):
            return action
        if action.after.same_as(before):
            return action._replace(verb="keep")
        return action._replace(verb="merge", why=f"{action.why}; {said}")


def run(situation: Situation) -> Stepped:
    """Take all steps of the migrations that a project meets on its way; nothing is written."""
    return Stepped(situation, {one.path: one for one in _states(situation)})


def _states(situation: Situation) -> Iterator[_State]:
    before = situation.before
    since, moved = Version(before.version), _moved(situation)
    migrations = sorted(situation.migrations, key=lambda one: one.version)
    wanted = {
        path: way
        for path, way in _ways(before.files, migrations, since, moved).items()
        if any(migration.version > since for migration, _ in way)
    }
    for path, way in wanted.items():
        state = _state(situation, path, moved.get(path, path))
        if state is None:
            continue
        for migration, step in way:
            if migration.version <= since:
                state.look_back(step)
        state.unedited = any(one == state.now for one in state.known)
        if state.unedited and state.locked.owner == "seeded":
            state.known = [state.now]
        for migration, step in way:
            if migration.version > since:
                state.go(step, _named(migration))
        yield state


def _moved(situation: Situation) -> Mapping[str, str]:
    return moves.find(
        situation.before, situation.theirs, situation.migrations, situation.ours, situation.find_base
    )  # fmt: skip


def _named(migration: Migration) -> str:
    return f"the migration from {migration.origin}" if migration.version == NEWEST else f"{migration.version}"


def _ways(
    files: Iterable[str], migrations: Iterable[Migration], since: Version, moved: Mapping[str, str]
) -> Mapping[str, list[tuple[Migration, FileStep]]]:
    """Return the steps about each file, by the name that it has in the version of the step, or at last."""
    names = {path: path for path in files}  # what a version calls a file -> what the lock calls it
    ways: dict[str, list[tuple[Migration, FileStep]]] = {}
    for migration in migrations:
        if migration.version > since:
            names = {migration.moves.get(name, name): path for name, path in names.items()}
        for step in migration.files:
            for name, path in names.items():
                if step.means(name) or step.means(moved.get(path, path)):
                    ways.setdefault(path, []).append((migration, step))
    return ways


def _state(situation: Situation, path: str, goal: str) -> _State | None:
    """Return a file as it is, or None where steps leave it alone."""
    before, ours = situation.before, situation.ours
    locked, here = before.files[path], before.place_of(path, ours)
    file = ours.get(here)
    if file is None or locked.owner == "locked" or situation.own(here, path):
        return None
    base = file.content if locked.matches(file) else situation.find_base(path, locked)
    if base is None and locked.owner == "managed":
        return None  # it cannot be merged, and so is in conflict as it is
    theirs = situation.theirs.get(goal)
    return _State(
        path=path,
        here=here,
        locked=locked,
        start=file,
        now=file.content,
        base=base if locked.owner == "managed" else None,
        known=[] if base is None else [base],
        theirs=theirs.content if theirs else None,
    )
