"""Where the token of a host comes from: first what is said of the host, then what is found on this machine.

What is said (`app`, `token_env` or `token_command`) goes before all else, and where it fails nothing else is tried. Of
what is found the first counts: the usual variables of the environment, the forge's own command line, git's helpers.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which
from typing import Literal, NamedTuple

from scaffold.errors import ScriptError
from scaffold.forges.app import App
from scaffold.forges.port import UnknownTokenError
from scaffold.forges.tokens import Lent, lent_as
from scaffold.git import login
from scaffold.process.outputs import output

ForgeKind = Literal["github", "gitlab", "gitea"]
SECONDS = 60.0  # that a program may take
GITHUB = "github.com"
VARIABLES: Mapping[ForgeKind, tuple[str, ...]] = {
    "github": ("GH_TOKEN", "GITHUB_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "gitea": ("GITEA_TOKEN", "FORGEJO_TOKEN"),
}
ENTERPRISE = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")  # as `gh` keeps them apart
PROGRAMS: Mapping[ForgeKind, tuple[str, ...]] = {
    "github": ("gh", "auth", "token", "--hostname"),
    "gitlab": ("glab", "config", "get", "token", "--host"),
}


class Origin(NamedTuple):
    """What is said of a host's token; without any of it, what is found counts.

    `alone` says that no other host of its kind is named, so that the variables of the kind are meant for it, and `base`
    is the folder that a program is run in.
    """

    host: str
    kind: ForgeKind
    scheme: str = "https"
    token_env: str = ""
    token_command: tuple[str, ...] = ()
    app: App | None = None
    alone: bool = True
    base: Path = Path()


def lend(origin: Origin) -> Lent:
    """Return the token of a host that no App asks for; raises UnknownTokenError that says where one could come from."""
    if origin.token_env:
        return _named(origin.token_env, origin.host)
    if origin.token_command:
        return lent_as(_printed(origin.token_command, origin.host, origin.base), "`token_command`")
    ways: tuple[Callable[[Origin], Lent | None], ...] = (_in_environment, _by_program, _by_git)
    found = next((lent for way in ways if (lent := way(origin))), None)
    if found is None:
        names = " or ".join(_variables(origin)) or "a variable that `token_env` names"
        raise UnknownTokenError(
            f"there is no token for {origin.host}",
            hint=f"put one into {names}, or say in `forges` of fleet.yml where it comes from",
        )
    return found


def _named(variable: str, host: str) -> Lent:
    if not os.environ.get(variable, "").strip():
        raise UnknownTokenError(f"{variable}, which holds the token of {host}, is not set")
    return lent_as(os.environ[variable], variable)


def _variables(origin: Origin) -> tuple[str, ...]:
    if origin.kind == "github":
        return VARIABLES["github"] if origin.host == GITHUB else ENTERPRISE
    return VARIABLES[origin.kind] if origin.alone else ()


def _in_environment(origin: Origin) -> Lent | None:
    name = next((name for name in _variables(origin) if os.environ.get(name, "").strip()), None)
    return lent_as(os.environ[name], name) if name else None


def _by_program(origin: Origin) -> Lent | None:
    words = PROGRAMS.get(origin.kind)
    if not words or not which(words[0]):
        return None
    try:
        done = output((*words, origin.host), Path.cwd(), seconds=SECONDS, environment=os.environ)
    except ScriptError:
        return None
    return lent_as(done.out, words[0]) if not done.code and done.out.strip() else None


def _by_git(origin: Origin) -> Lent | None:
    try:
        found = login.helped(origin.scheme, origin.host)
    except ScriptError:
        return None
    return lent_as(found.password, "git's credential helper") if found and found.password else None


def _printed(words: tuple[str, ...], host: str, base: Path) -> str:
    """Return what a program of the user's own prints; what it says beside that may hold anything, and is kept back."""
    program = str(base / words[0]) if "/" in words[0] else words[0]
    hint = "run it by hand to see why"
    try:
        done = output((program, *words[1:]), base, seconds=SECONDS, environment=os.environ)
    except ScriptError as error:
        raise UnknownTokenError(f"`token_command` of {host}: {error.message}", hint=hint) from error
    if done.code:
        raise UnknownTokenError(f"`token_command` of {host}: {words[0]} failed with exit code {done.code}", hint=hint)
    return done.out
