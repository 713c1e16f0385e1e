"""Where a repository says what is run: in CI, by runners of tasks, in makefiles, images and scripts."""

from collections.abc import Mapping

from scaffold.guard.tables import table

# Patterns, as in .gitignore, by what rules call them in their metadata.
PLACES: Mapping[str, tuple[str, ...]] = {name: tuple(patterns) for name, patterns in table("readers/places").items()}
WORKFLOWS, ACTIONS = PLACES["workflows"], PLACES["actions"]
MAKEFILES, DOCKERFILES, SCRIPTS, HOOKS = (PLACES[name] for name in ("makefiles", "dockerfiles", "scripts", "hooks"))
# Systems of CI whose pipelines are read line by line, where they are read at all.
OTHER_CI = PLACES["other ci"]
# What runs tasks by their names, and the files that say what it runs.
TASKS = {name: PLACES[name] for name in ("tox", "nox", "just", "task", "hatch", "lefthook", "pre-commit", "prek")}
# A manifest names tools that nobody has to run.
TASK_FILES = tuple(dict.fromkeys(path for paths in TASKS.values() for path in paths if path != "/pyproject.toml"))
SHELL = (*WORKFLOWS, *ACTIONS, *MAKEFILES, *DOCKERFILES, *SCRIPTS)  # what holds commands as a shell reads them
COMMANDS = (*WORKFLOWS, *OTHER_CI, *MAKEFILES, *SCRIPTS, "/package.json", *TASK_FILES)


def resolved(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return patterns with what the names among them stand for."""
    return tuple(one for pattern in patterns for one in PLACES.get(pattern, (pattern,)))
