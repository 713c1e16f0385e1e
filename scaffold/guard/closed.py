"""A closed world: the tools that gates run take their settings from the places that the blueprint gave, and no others.

The tables of `readers.tools` name every place there is. What the blueprint gave is locked, by file or key, or held by a
floor; any other place is a breach, unless the blueprint allows it by name: a pattern of files, or a variable.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from packaging.version import InvalidVersion, Version

from scaffold.blueprint.globs import like_git
from scaffold.guard.finding import Found
from scaffold.guard.given import allowed, is_given
from scaffold.guard.look import Look
from scaffold.guard.paths import Paths
from scaffold.guard.readers import versions
from scaffold.guard.readers.aside import is_foreign
from scaffold.guard.readers.run_by_ci import run_by_gates
from scaffold.guard.readers.tools import Tool, tools
from scaffold.guard.readers.workflow import all_steps
from scaffold.guard.variables import variables

ALWAYS_RUN = ("make", "shell", "python")
FIX = "Take it out; the blueprint can allow it by name (this rule's parameter `allowed`), or scaffold waive excuses it."


def elsewhere(look: Look, rule: str) -> Iterator[Found]:
    """Yield what decides how a tool of a rule works and is not as the blueprint gave it."""
    if not look.lock.files or rule not in tools():
        return
    used = look.once(_used)
    for tool in tools()[rule]:
        if tool.name in used:
            yield from _other_places(look, tool)
            yield from _variables(look, tool)
            yield from _ignored(look, tool)
            yield from _newer(look, tool)


def _used(look: Look) -> frozenset[str]:
    """Return the tools that the gates run: the blueprint gave them settings, or its workflows call them."""
    given = Paths(look.lock.files)
    called = {name for command in run_by_gates(look) for _, name in command.names()}
    actions = {f"action:{step.action}" for step in all_steps(look) if step.path in look.lock.files}

    def is_used(tool: Tool) -> bool:
        if not called.isdisjoint(tool.programs) or not actions.isdisjoint(tool.packages):
            return True
        return any(given.matching((place.file,)) for place in tool.places if not place.key)

    every = (tool for some in tools().values() for tool in some)
    return frozenset(tool.name for tool in every if tool.name in ALWAYS_RUN or is_used(tool))


def _other_places(look: Look, tool: Tool) -> Iterator[Found]:
    wanted = next((str(place) for place in tool.places if place.file.lstrip("/") in look.lock.files), "none of its own")
    for place, path, line in tool.settings(look):
        if not is_given(look, path) and not is_foreign(path):
            named = f"{path} ({place.key or place.section})" if place.key or place.section else path
            yield Found(
                f"{tool.name} takes settings from {named}; the blueprint's place: {wanted}", path, line, fix=FIX
            )


def _variables(look: Look, tool: Tool) -> Iterator[Found]:
    for name, path, line in variables(look):
        if tool.obeys(name) and not any(fnmatchcase(name, one) for one in allowed(look)):
            yield Found(f"{name} decides how {tool.name} works, and is set here", path, line, fix=FIX)


def _ignored(look: Look, tool: Tool) -> Iterator[Found]:
    written = (look.text(".gitignore") or "").splitlines()
    for name in tool.committed:
        number = next((n for n, one in enumerate(written, 1) if like_git((one,)).matches(name)), None)
        if number is not None and like_git(written).matches(name):
            yield Found(f".gitignore hides {name}, so that git leaves it out", ".gitignore", number, fix=FIX)


def _newer(look: Look, tool: Tool) -> Iterator[Found]:
    own = [package for package in tool.packages if package.partition(":")[2].rpartition("/")[2] == tool.name]
    for path, line, version in versions.pinned(look, own):
        try:
            known = tool.versions.contains(Version(version), prereleases=True)
        except InvalidVersion:
            continue
        if not known:
            message = f"{tool.name} {version} is none of the versions ({tool.versions}) whose settings are known here"
            yield Found(message, path, line, known=False, fix=f"Upgrade scaffold, or pin {tool.name} {tool.versions}.")
