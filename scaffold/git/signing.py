"""Signatures of tags, verified by git: SSH ones against a file of allowed signers, others by the user's keyring."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scaffold.errors import GitError
from scaffold.git import references, scratch
from scaffold.git.objects import open_repository

GOOD = re.compile(r'Good "git" signature for (?P<ssh>\S+) with|\[GNUPG:\] VALIDSIG (?P<gpg>[0-9A-F]+)')


class Signed(NamedTuple):
    """How the signature of a tag stands: who signed it, or why nobody can be named."""

    signer: str
    why: str = ""


def signer_of(folder: Path, tag: str, allowed: str) -> Signed:
    """Verify a tag of a repository against the file of allowed signers; raises GitError where git cannot be run."""
    repository = open_repository(folder)
    name = f"refs/tags/{tag}"
    marked = references.read(repository, name).get(name)
    stamp = Path(allowed).stat().st_mtime_ns if allowed and Path(allowed).is_file() else 0
    return _verified(str(repository.common / "objects"), tag, marked.id if marked else "", allowed, stamp)


@lru_cache(maxsize=256)
def _verified(objects: str, tag: str, id_: str, allowed: str, _stamp: int) -> Signed:
    """Verify in a repository of our own, over the objects of the library's: what its settings say does not count.

    Else it could name the program that finds its signatures good.
    """
    try:
        from git import Git  # importing it takes as long as a whole `scaffold status`
        from git.exc import GitCommandNotFound
    except ImportError as error:
        raise GitError("git is not installed, so no signature can be verified", hint="install git") from error
    how = ("-c", f"gpg.ssh.allowedSignersFile={allowed or '/dev/null'}", "-c", "gpg.ssh.program=ssh-keygen")
    with TemporaryDirectory(prefix="scaffold-") as place:
        scratch.empty(Path(place))
        git = Git(place)
        git.update_environment(GIT_TERMINAL_PROMPT="0", LC_ALL="C", GIT_DIR=place, GIT_OBJECT_DIRECTORY=objects)
        try:
            arguments = ["git", *how, "verify-tag", "--raw", id_]
            code, _, said = git.execute(arguments, with_extended_output=True, with_exceptions=False)
            words = ["git", "cat-file", "tag", id_]
            _, header, _ = git.execute(words, with_extended_output=True, with_exceptions=False)
        except GitCommandNotFound as error:
            raise GitError("git is not installed, so no signature can be verified", hint="install git") from error
    text = str(said)
    if code == 0 and f"\ntag {tag}\n" not in f"\n{header}\n":
        return Signed("", f"the tag {tag} is another tag under that name")
    if code == 0 and (found := GOOD.search(text)):
        return Signed(found["ssh"] or found["gpg"])
    if "no signature found" in text or "cannot verify a non-tag" in text:
        return Signed("", f"the tag {tag} is not signed")
    if "No principal matched" in text or 'Good "git" signature with' in text:
        return Signed("", f"the tag {tag} is signed by nobody who may")
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "git does not say why")
    return Signed("", f"the signature of the tag {tag} cannot be verified: {last.strip()}")
