"""The user's own git, as a process (GitPython): clone, fetch, first commit, commits with hooks and signing."""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from scaffold.errors import GitError, without_credentials
from scaffold.formats.shown import shown
from scaffold.git.explained import hint_for
from scaffold.git.login import Login
from scaffold.process.commands import ends_with_us
from scaffold.process.outputs import Output
from scaffold.process.waiting import waiting
from scaffold.process.watched import StalledError, watched

REMOTE_HEAD = "refs/remotes/library/HEAD"
SAID = 300  # characters of what git said that an error repeats
READABLE = {"GIT_DEFAULT_HASH": "sha1", "GIT_DEFAULT_REF_FORMAT": "files"}  # of what is made: else we could not read it
IDLE = 60.0  # seconds in which a remote, or what asks for a password, has to move a byte
# Git says on standard error what it gets, packet by packet, also where it has nothing to tell a person.
MOVING = {"GIT_TRACE_PACKET": "2", "GIT_TRACE_CURL": "2", "GIT_TRACE_CURL_NO_DATA": "1", "LC_ALL": "C"}
_TRACE = re.compile(r"^\d\d:\d\d:\d\d\.\d+ .*\n?|^.*\r", re.MULTILINE)
_ELSEWHERE = re.compile(r"(?i)recv header: location: (\S+?)(?:/info/refs\S*)?\r?$", re.MULTILINE)
_VERDICT = re.compile(r"^!\t[^\t]*\t(\[[a-z ]*rejected\] .*)$", re.MULTILINE)  # of `git push --porcelain`
WITHOUT_SSH = ("http://", "https://", "file://")
HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")  # of what is no commit: an update has just brought files
QUIETLY = ("--no-write-fetch-head", "--no-recurse-submodules")
NOWHERE = "0" * 40  # the id of what is not there
NOISE = ("hint:", "Cloning into", "warning:")


class FarError(GitError):
    """Git could not do something far away: nothing has answered, or not as was hoped."""


class RejectedError(FarError):
    """What was pushed has arrived, and the other side does not take it."""


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
    lines = [
        re.sub(r"^(stderr|stdout): '", "", line.strip()) for line in f"{error.stderr}\n{error.stdout}".splitlines()
    ]
    lines = [line.removesuffix("'") if line.count("'") % 2 else line for line in lines]
    return _telling("\n".join(lines)) or f"it exited {error.status}"


def _telling(said: str) -> str:
    """Return the lines that say why, as one."""
    lines = [line.strip() for line in without_credentials(said).splitlines()]
    lines = [line for line in lines if line and not line.startswith(NOISE)]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    text = "; ".join(line.removeprefix("fatal: ").removeprefix("error: ") for line in telling or lines)
    return text[:SAID]


def init_bare(folder: Path) -> None:
    """Make an empty bare repository, without the hooks and samples that git copies into others; raises GitError."""
    _git(folder, "init", "--quiet", "--bare", "--template=", doing="make a repository")


def fetch(repository: Path, url: str, login: Login | None = None, *, idle: float = IDLE) -> None:
    """Bring a bare repository up to the branches, tags and HEAD of `url`, moved and deleted ones included.

    It is given up when for `idle` seconds not a byte has come. Nothing is ever cleaned up: somebody may be reading.
    Raises GitError.
    """
    everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", f"+HEAD:{REMOTE_HEAD}")
    words = ("fetch", "--progress", "--prune", "--force", *QUIETLY, "--", url)
    try:
        far(repository, (*words, *everything), url, login, idle=idle)
    except GitError as error:
        if "remote ref HEAD" not in error.message:
            raise
        far(repository, (*words, *everything[:2]), url, login, idle=idle)  # HEAD names a branch that is not there


def far(
    repository: Path,
    words: tuple[str, ...],
    url: str,
    login: Login | None = None,
    *,
    idle: float = IDLE,
    stop: Event | None = None,
) -> Output:
    """Run git in a bare repository for what may wait for a network, where nobody is asked anything.

    Raises FarError, and GitError where there is no git.
    """
    doing = f"git could not reach {url}"
    settings = ("-c", "gc.auto=0", "-c", "maintenance.auto=false", *(login.options() if login else ()))
    environment = {
        "GIT_TERMINAL_PROMPT": "0",
        **READABLE,
        **MOVING,
        **({} if url.startswith(WITHOUT_SSH) else _ssh_that_never_asks(repository)),
        **(login.environment() if login else {}),
    }
    try:
        done = watched(("git", "--git-dir=.", *settings, *words), repository, environment, idle=idle, stop=stop)
    except StalledError as error:
        raise FarError(f"{doing}: {error.message}") from error
    except FileNotFoundError as error:
        raise GitError("git is not installed, so scaffold cannot fetch", hint="install git") from error
    if done.code:
        said = _TRACE.sub("", done.err)
        if verdict := _VERDICT.search(done.out):
            remote = [
                line.removeprefix("remote: ").strip() for line in said.splitlines() if line.startswith("remote: ")
            ]
            raise RejectedError(f"{url} does not take it: {'; '.join(filter(None, (verdict[1], *remote)))[:SAID]}")
        said = _telling(said) or f"it exited {done.code}"
        if "returned error: 30" in said and (to := _ELSEWHERE.search(done.err)):
            raise FarError(f"{url} redirects to {to[1]}", hint="write that address, where it is the right one")
        raise FarError(f"{doing}: {said}", hint=hint_for(said))
    return done


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


def hooks_folder(root: Path) -> str:
    """Return where git takes hooks from, whatever setting says so; raises GitError."""
    return _git(root, "rev-parse", "--git-path", "hooks", doing="read its settings")


def stage_all(folder: Path, own: str) -> None:
    """Stage all that git does not ignore, and the folder `own` whatever it ignores; raises GitError."""
    _git(folder, *NO_HOOKS, "add", "--all", ".", doing="add the files")
    add(folder, [own])


def _with(index: Path | None) -> dict[str, Any]:
    """Return what has git take another file for the index, and end with us; nothing where nobody else knows of it."""
    return {} if index is None else {"environment": {"GIT_INDEX_FILE": str(index)}, **ends_with_us()}


def add(root: Path, paths: Iterable[str], index: Path | None = None) -> None:
    """Put paths into an index as they stand, also one that is gone; raises GitError."""
    named = [f":(literal){path}" for path in paths]
    _git(root, *NO_HOOKS, "add", "--all", "--force", "--", *named, doing="add the files", **_with(index))


def edited(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return which paths differ in the work tree from what is staged, filter drivers applied; raises GitError."""
    named = [f":(literal){path}" for path in paths]
    said = _git(root, *NO_HOOKS, "diff", "--name-only", "-z", "--no-ext-diff", "--", *named, doing="compare the files")
    return frozenset(said.split("\0")) - {""}


def commit_index(root: Path, message: str, hint: str, *, hooks: bool = True) -> None:
    """Commit what is staged, signing included, and hooks where they are to run; raises GitError."""
    _commit(root, "--quiet", "--message", shown(message), hint=hint, hooks=hooks)


def commit_paths(root: Path, paths: Iterable[str], message: str, hint: str, *, hooks: bool = True) -> None:
    """Commit just these paths as they stand in the work tree, as `commit_index` does; raises GitError."""
    from tempfile import TemporaryFile  # only a commit beside other staged work needs it

    with TemporaryFile() as names:
        names.write("\0".join(f":(literal){path}" for path in paths).encode())
        names.seek(0)
        options = ("--quiet", "--only", "--message", shown(message), "--pathspec-from-file=-", "--pathspec-file-nul")
        _commit(root, *options, hint=hint, hooks=hooks, istream=names)


def _commit(root: Path, *arguments: str, hint: str, hooks: bool, **options: Any) -> None:
    """Commit; hooks and whoever unlocks a key may take as long as they want, but it is said what is waited for."""
    with waiting(_named(root) if hooks else "git commit: signing"):
        options |= ends_with_us()
        _git(root, *(() if hooks else NO_HOOKS), "commit", *arguments, doing="commit", hint=hint, **options)


def identity(root: Path, environment: Mapping[str, str] = {}) -> str:
    """Return whom git takes for who is at work here, as `NAME <ADDRESS>`; raises GitError."""
    found = _git(root, "var", "GIT_COMMITTER_IDENT", doing="say who commits", environment=environment)
    return f"{found.rpartition('>')[0]}>"


def commit_tree(
    root: Path, tree: str, parent: str, message: str, *, author: tuple[str, str], signoff: bool, sign: bool | str
) -> str:
    """Write a commit that no branch names, and return its id; raises GitError.

    `author` is a name and an address, which commit it too; what is empty git takes from its settings.
    """
    named = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in zip(("NAME", "EMAIL"), author, strict=True)
        if value
    }
    if signoff:
        message = f"{message}\n\nSigned-off-by: {identity(root, named)}"
    signing = (f"--gpg-sign={sign}" if isinstance(sign, str) else "--gpg-sign",) if sign else ("--no-gpg-sign",)
    with waiting("git commit-tree: signing"):
        return _git(
            root, "commit-tree", *signing, "-p", parent, "-m", shown(message), tree,
            doing="commit", environment=named, hint="mend what it says, and run it again", **ends_with_us(),
        ).strip()  # fmt: skip


def point(root: Path, reference: str, commit: str, expected: str) -> None:
    """Move a reference, where it is as `expected`; an empty id is that of one that is not there. Raises GitError."""
    words = (reference, commit, expected or NOWHERE) if commit else ("-d", reference, expected)
    _git(root, "update-ref", *words, doing=f"move {reference}")


def _named(root: Path) -> str:
    """Return the hook that a commit runs, or what else it may wait for."""
    folder = root / hooks_folder(root).strip()
    found = [name for name in HOOKS if os.access(folder / name, os.X_OK)]
    return f"the {found[0]} hook" if len(found) == 1 else "git commit: hooks and signing"


def switch_to_new(root: Path, branch: str) -> None:
    """Create a branch at HEAD and switch to it; raises GitError."""
    doing = f"create the branch {branch}"
    _git(root, "switch", "--quiet", "--create", branch, doing=doing, **ends_with_us())


def add_remote(root: Path, name: str, url: str) -> None:
    """Add a remote, and fetch nothing; raises GitError."""
    _git(root, "remote", "add", name, url, doing=f"add the remote {name}", **ends_with_us())


def remove_remote(root: Path, name: str) -> None:
    """Take a remote away; raises GitError."""
    _git(root, "remote", "remove", name, doing=f"take the remote {name} away", **ends_with_us())


def follow(root: Path, branch: str, remote: str, commit: str) -> None:
    """Note where a remote has a branch, and have one of that name here follow it, if it is and follows none so far.

    Raises GitError.
    """
    asked = ("for-each-ref", "--format=%(upstream)x", f"refs/heads/{branch}")
    if _git(root, *asked, doing="read its branches").strip() != "x":
        return
    point_to = f"refs/remotes/{remote}/{branch}"
    _git(root, "update-ref", point_to, commit, doing=f"move {point_to}")
    _git(
        root,
        "branch",
        "--quiet",
        f"--set-upstream-to={remote}/{branch}",
        branch,
        doing=f"have {branch} follow {remote}",
    )


def usual_branch(root: Path, branches: Collection[str], current: str) -> str:
    """Return which of a repository's branches is its main one: as git is set up, or usual names, else the current."""
    named = _git(root, "config", "--get", "init.defaultBranch", doing="read its settings", with_exceptions=False)
    return next((name for name in (named, "main", "master") if name in branches), current)


def tag(root: Path, name: str, message: str) -> None:
    """Tag HEAD with an annotated tag, signed where git is set up for it; raises GitError with no tag made."""
    wanted = signs(root)
    _git(root, "tag", "--sign" if wanted else "--annotate", "--message", message, name, doing=f"tag {name}")
    # Where an SSH key is not there, git says so, exits 0, and has made a tag without a signature.
    if wanted and "\n-----BEGIN " not in _git(root, "cat-file", "tag", name, doing=f"read the tag {name}"):
        _git(root, "tag", "--delete", name, doing=f"take the tag {name} back")
        raise GitError(f"git made the tag {name} without a signature", hint="see whether user.signingkey is there")


def signs(root: Path) -> bool:
    """Whether git is set up to sign: it knows a key."""
    try:
        return bool(_git(root, "config", "--get", "user.signingkey", doing="look for a key to sign with"))
    except GitError:
        return False


def bundle(repository: Path, file: Path) -> None:
    """Write all tags of a bare repository, and what they mark, into one file; raises GitError."""
    _git(repository, "--git-dir=.", "bundle", "create", "--quiet", str(file), "--tags", doing=f"write {file.name}")


def rerere(root: Path, *words: str) -> None:
    """Have git replay and write down how conflicts were resolved, or `clear` what it waits for; raises GitError."""
    _git(root, *NO_HOOKS, "rerere", *words, doing="look up earlier resolutions")
