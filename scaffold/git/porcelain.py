"""The user's own git, as a process (GitPython): clone, fetch, first commit, commits with hooks and signing."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scaffold.errors import GitError, without_credentials
from scaffold.git.explained import hint_for
from scaffold.process.commands import ends_with_us

REMOTE_HEAD = "refs/remotes/library/HEAD"
SAID = 300  # characters of what git said that an error repeats
READABLE = {"GIT_DEFAULT_HASH": "sha1", "GIT_DEFAULT_REF_FORMAT": "files"}  # of what is made: else we could not read it
NOISE = ("hint:", "Cloning into", "warning:")


def _git(
    folder: Path,
    *arguments: str,
    doing: str,
    hint: str | None = None,
    environment: Mapping[str, str] = {},
    **options: Any,
) -> str:
    """Run git in `folder` and return what it printed; raises GitError saying what it could not do."""
    try:
        from git import Git  # importing it takes as long as a whole `scaffold status`
        from git.exc import GitCommandError, GitCommandNotFound
    except ImportError as error:  # GitPython looks for git when it is imported
        raise GitError(f"git is not installed, so scaffold cannot {doing}", hint="install git") from error
    git = Git(folder)
    # Git must never wait for a password where nobody can type one; a credential helper still answers.
    git.update_environment(GIT_TERMINAL_PROMPT="0", **READABLE, **environment)
    try:
        return str(git.execute(["git", *arguments], **options))
    except GitCommandNotFound as error:
        raise GitError(f"git is not installed, so scaffold cannot {doing}", hint="install git") from error
    except GitCommandError as error:
        said = _said(error)
        raise GitError(f"git could not {doing}: {said}", hint=hint_for(said) or hint) from error


def _said(error: Any) -> str:
    """Return what git and its hooks said, on one line and without what is only noise."""
    said = without_credentials(f"{error.stderr}\n{error.stdout}")
    lines = [re.sub(r"^(stderr|stdout): '", "", line.strip()) for line in said.splitlines()]
    lines = [line.removesuffix("'") if line.count("'") % 2 else line for line in lines]
    lines = [line for line in lines if line and not line.startswith(NOISE)]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    text = "; ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in telling or lines)
    return text[:SAID] or f"it exited {error.status}"


def init_bare(folder: Path) -> None:
    """Make an empty bare repository; raises GitError."""
    _git(folder, "init", "--quiet", "--bare", doing="make a repository")


def fetch(repository: Path, url: str) -> None:
    """Bring a bare repository up to the branches, tags and HEAD of `url`, moved and deleted ones included.

    The address is not written down, for it may hold credentials. Raises GitError.
    """
    everything = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", f"+HEAD:{REMOTE_HEAD}"]
    options = ("--quiet", "--prune", "--force", "--no-write-fetch-head", "--no-recurse-submodules")
    command = ("--git-dir=.", "fetch", *options, "--", url)
    doing, quiet = f"reach {without_credentials(url)}", _ssh_that_never_asks(repository)
    try:
        _git(repository, *command, *everything, doing=doing, environment=quiet)
    except GitError as error:
        if "remote ref HEAD" not in error.message:
            raise
        # Its HEAD names a branch that is not there.
        _git(repository, *command, *everything[:2], doing=doing, environment=quiet)


def _ssh_that_never_asks(folder: Path) -> Mapping[str, str]:
    """Keep ssh from asking for a passphrase or a host key, unless the user has set a command of their own for git."""
    named = {"GIT_SSH", "GIT_SSH_COMMAND"} & os.environ.keys()
    if named or _git(folder, "config", "--get", "core.sshCommand", doing="read its settings", with_exceptions=False):
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def init(folder: Path) -> None:
    """Make a repository, its first branch named as the user's git is configured, else main; raises GitError."""
    named = _git(folder, "config", "--get", "init.defaultBranch", doing="read its settings", with_exceptions=False)
    _git(folder, "init", "--quiet", f"--initial-branch={named or 'main'}", doing="make a repository")


def commit_all(folder: Path, message: str, hint: str) -> None:
    """Commit everything in a new repository, ignored files included; raises GitError."""
    _git(folder, "add", "--all", "--force", ".", doing="add the files")
    _git(folder, "commit", "--quiet", "--message", message, doing="commit", hint=hint)


def _with(index: Path) -> dict[str, Any]:
    return {"environment": {"GIT_INDEX_FILE": str(index)}, **ends_with_us()}


def add(root: Path, paths: Iterable[str], index: Path) -> None:
    """Put paths into an index as they stand, also one that is gone; raises GitError."""
    named = [f":(literal){path}" for path in paths]
    _git(root, "add", "--all", "--force", "--", *named, doing="add the files", **_with(index))


def edited(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return which paths differ in the work tree from what is staged, filter drivers applied; raises GitError."""
    named = [f":(literal){path}" for path in paths]
    said = _git(root, "diff", "--name-only", "-z", "--no-ext-diff", "--", *named, doing="compare the files")
    return frozenset(said.split("\0")) - {""}


def commit_index(root: Path, message: str, hint: str, index: Path) -> None:
    """Commit what is staged, hooks and signing included; raises GitError."""
    _git(root, "commit", "--quiet", "--message", message, doing="commit", hint=hint, **_with(index))


def commit_paths(root: Path, paths: Iterable[str], message: str, hint: str, index: Path) -> None:
    """Commit just these paths as they stand in the work tree, hooks and signing included; raises GitError."""
    from tempfile import TemporaryFile  # only a commit beside other staged work needs it

    with TemporaryFile() as names:
        names.write("\0".join(f":(literal){path}" for path in paths).encode())
        names.seek(0)
        options = ("--quiet", "--only", "--message", message, "--pathspec-from-file=-", "--pathspec-file-nul")
        _git(root, "commit", *options, doing="commit", hint=hint, **_with(index), istream=names)


def switch_to_new(root: Path, branch: str, index: Path) -> None:
    """Create a branch at HEAD and switch to it; raises GitError."""
    doing = f"create the branch {branch}"
    _git(root, "switch", "--quiet", "--create", branch, doing=doing, **_with(index))


def tag(root: Path, name: str, message: str) -> None:
    """Tag HEAD with an annotated tag; raises GitError."""
    _git(root, "tag", "--annotate", "--message", message, name, doing=f"tag {name}")


def bundle(repository: Path, file: Path) -> None:
    """Write all tags of a bare repository, and what they mark, into one file; raises GitError."""
    _git(repository, "--git-dir=.", "bundle", "create", "--quiet", str(file), "--tags", doing=f"write {file.name}")


def rerere(root: Path, *words: str) -> None:
    """Have git replay and write down how conflicts were resolved, or `clear` what it waits for; raises GitError."""
    _git(root, "rerere", *words, doing="look up earlier resolutions")
