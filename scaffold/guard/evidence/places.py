"""Where a repository says what is run: in CI, by runners of tasks, in makefiles, images and scripts."""

from collections.abc import Mapping

from scaffold.guard.evidence.dockerfile import DOCKERFILES
from scaffold.guard.evidence.makefile import MAKEFILES
from scaffold.guard.evidence.workflow import ACTIONS, WORKFLOWS

# Systems of CI whose pipelines are read line by line, where they are read at all.
OTHER_CI = (
    "/.gitlab-ci.yml", "/.circleci/config.yml", "/azure-pipelines.yml", "/bitbucket-pipelines.yml", "/Jenkinsfile",
    "/.travis.yml", "/.drone.yml", "/.buildkite/*.yml",
)  # fmt: skip
HOOKS = ("/.pre-commit-config.yaml", "/.pre-commit-config.yml")
# What runs tasks by their names, and the files that say what it runs.
TASKS: Mapping[str, tuple[str, ...]] = {
    "tox": ("/tox.ini", "/tox.toml"), "nox": ("/noxfile.py",), "just": ("/justfile", "/Justfile"),
    "task": ("/Taskfile.yml", "/Taskfile.yaml"), "hatch": ("/pyproject.toml", "/hatch.toml"),
    "lefthook": ("/lefthook.yml", "/lefthook.yaml"), "pre-commit": HOOKS, "prek": HOOKS,
}  # fmt: skip
# A manifest names tools that nobody has to run.
TASK_FILES = tuple(dict.fromkeys(path for paths in TASKS.values() for path in paths if path != "/pyproject.toml"))
SCRIPTS = ("*.sh", "*.bash", "/scripts/**", "/script/**", "/bin/**")
SHELL = (*WORKFLOWS, *ACTIONS, *MAKEFILES, *DOCKERFILES, *SCRIPTS)  # what holds commands as a shell reads them
COMMANDS = (*WORKFLOWS, *OTHER_CI, *MAKEFILES, *SCRIPTS, "/package.json", *TASK_FILES)
