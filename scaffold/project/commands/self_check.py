"""Self-check: what on this machine keeps scaffold from its work, each thing looked at beside the others."""

from __future__ import annotations

import os
import platform
import shutil
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import scaffold
from scaffold.errors import ScaffoldError
from scaffold.forges.hosts import place_of
from scaffold.forges.of_user import forges_of_user
from scaffold.forges.port import DeniedError, UnknownTokenError
from scaffold.git.objects import open_repository
from scaffold.git.remotes import origin
from scaffold.process.aside import results
from scaffold.process.outputs import output
from scaffold.project.commands.status import status
from scaffold.report.machine import Look, Machine
from scaffold.sources import cache, policy, settings, trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scaffold.forges.hosts import Forges
    from scaffold.report.machine import State

LITTLE = 1 << 30  # bytes that a disk should have left for what is fetched
LIBRARIES = ("pygit2", "copier", "jinja2")
COMPLETIONS = {
    "bash": "~/.bash_completions/scaffold.sh",
    "zsh": "~/.zfunc/_scaffold",
    "fish": "~/.config/fish/completions/scaffold.fish",
}


def self_check(directory: Path | str = ".", *, offline: bool = False, wait: float = 1.0) -> Machine:
    """Look at all that scaffold needs, each for `wait` seconds at most, and say what mends what is wrong.

    With `offline` no host is asked. A token is named by where it is from, and never shown.
    """
    here = Path(directory)
    asked: dict[str, Callable[[], Iterator[Look]]] = {
        "scaffold": _program,
        "git": _git,
        "settings": _settings,
        "trust": _trust,
        "policy": _policy,
        "cache": _cache,
        "project": partial(_project, here),
        "completion": _completion,
    }
    end: Callable[[], object] = lambda: None  # noqa: E731 - until there are hosts
    try:
        forges = forges_of_user()
        end = forges.stop
        asked |= {host: partial(_forge, forges, host, offline=offline) for host in _hosts(forges, here)}
    except ScaffoldError:
        pass  # the look at the settings says so
    found = dict(results(partial(_looked, asked), list(asked), len(asked), end, seconds=wait))
    silent = f"no answer within {wait:g} s"
    missing = {name: (Look(name, "unknown", silent, "try again with --wait 10"),) for name in asked.keys() - found}
    return Machine(tuple(look for name in asked for look in {**found, **missing}[name]))


def _looked(asked: dict[str, Callable[[], Iterator[Look]]], name: str) -> tuple[str, tuple[Look, ...]]:
    try:
        return name, tuple(asked[name]())
    except ScaffoldError as error:
        return name, (_wrong(name, error),)


def _wrong(about: str, error: ScaffoldError) -> Look:
    said = f"{error.where}: {error.message}" if error.where else error.message
    return Look(about, "wrong", said, error.hint or "")


def _program() -> Iterator[Look]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    place = Path(scaffold.__file__).parent
    yield Look(
        "scaffold", "good", f"{scaffold.__version__} in {place}, Python {platform.python_version()}, {libraries}"
    )


def _git() -> Iterator[Look]:
    said = _of_git("--version").split()
    found = next((word for word in said if word[0].isdigit()), "")
    if not found:
        yield Look("git", "wrong", "there is no git", "install it, and see that PATH leads to it")
        return
    yield Look("git", "good", f"git {found}")
    for key, example in (("user.name", "Your Name"), ("user.email", "you@example.com")):
        if not (_of_git("config", key) or os.environ.get(f"GIT_AUTHOR_{key[5:].upper()}")):
            mend = f'git config --global {key} "{example}"'
            yield Look("git", "wrong", f"git knows no {key}, and commits nothing without it", mend)


def _of_git(*words: str) -> str:
    try:
        return output(("git", *words), Path.cwd(), seconds=5).out.strip()
    except ScaffoldError:
        return ""


def _settings() -> Iterator[Look]:
    file = settings.settings_file()
    settings.defaults()
    settings.of_machine()
    yield Look("settings", "good", f"{file}" if file.is_file() else f"there are none ({file})")


def _trust() -> Iterator[Look]:
    entries = trust.entries()
    if entries:
        yield Look("trust", "note", f"these may run code of their own: {', '.join(entries)}")
    else:
        yield Look("trust", "good", "no template may run code of its own unless somebody says --trust")


def _policy() -> Iterator[Look]:
    found, note = policy.in_force(None)
    if found is None:
        yield Look("policy", "note", "none is set: a project is held against what its own lock says")
    else:
        yield Look("policy", "good", f"projects are held against {found.written}, as {found.said} says")
    if note:
        yield Look("policy", "note", note)


def _cache() -> Iterator[Look]:
    folder = cache.root("")
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    try:
        with TemporaryFile(dir=there):
            left = shutil.disk_usage(there).free
    except OSError as error:
        mend = "set XDG_CACHE_HOME to a folder of yours"
        yield Look("cache", "wrong", f"nothing can be written into {there}: {error.strerror}", mend)
        return
    said = f"{folder}, {left / (1 << 30):,.0f} GiB left"
    if left < LITTLE:
        yield Look("cache", "wrong", said, "make room, or free mirrors with scaffold fleet clean")
    else:
        yield Look("cache", "good", said)


def _hosts(forges: Forges, here: Path) -> list[str]:
    """Return the hosts that the settings name, that of the project here, and GitHub."""
    found = [*forges.declared]
    try:
        at = place_of(origin(open_repository(here)) or "")
        found += [at.host] if at else []
    except ScaffoldError:
        pass
    return list(dict.fromkeys([*found, "github.com"]))


def _forge(forges: Forges, host: str, *, offline: bool) -> Iterator[Look]:
    try:
        forge = forges.of(host).forge
        _, token = forge.login()
    except UnknownTokenError as error:
        state: State = "wrong" if host in forges.declared else "note"
        yield Look(host, state, f"{error.message}: nothing can be published or rolled out there", error.hint or "")
        return
    if offline:
        yield Look(host, "note", "there is a token, which was not tried: --offline")
        return
    try:
        yield Look(host, "good", f"the token is that of {forge.me()}")
    except DeniedError as error:
        yield Look(host, "wrong", error.message.replace(token, "***"), error.hint or "make a new token")


def _project(here: Path) -> Iterator[Look]:
    try:
        found = status(here, offline=True)
    except ScaffoldError as error:
        if (here / ".scaffold").exists():
            raise
        yield Look("project", "note", error.message)
        return
    yield Look("project", "good", f"{found.blueprint} {found.version} from {found.source}")


def _completion() -> Iterator[Look]:
    shell = Path(os.environ.get("SHELL", "")).name
    place = COMPLETIONS.get(shell)
    if place and not Path(place).expanduser().is_file():
        yield Look("completion", "note", f"{shell} completes no commands yet", "scaffold --install-completion")
    elif place:
        yield Look("completion", "good", f"{shell} completes commands ({place})")
    else:
        yield Look("completion", "note", f"{shell or 'the shell'} has none here; there is for {', '.join(COMPLETIONS)}")
