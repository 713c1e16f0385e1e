"""Who may sign releases, and which must be signed: said by the machine or the user alone; a project may only demand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scaffold import disk
from scaffold.errors import SourceError
from scaffold.formats.located import texts
from scaffold.process.loading import later
from scaffold.sources import settings
from scaffold.sources.built_in import BuiltInLibrary
from scaffold.sources.library import GitLibrary
from scaffold.sources.locate import BUILT_IN
from scaffold.sources.trust import covers

if TYPE_CHECKING:
    from scaffold.blueprint.release import Release
    from scaffold.formats.located import Located
    from scaffold.git import signing
    from scaffold.git.signing import Signed
    from scaffold.sources.library import Library
else:
    signing = later("scaffold.git.signing")

VOUCHED = "the package of scaffold"  # which the built-in library is part of
HINT = "take a release that is signed, or name who may sign under `allowed_signers` in the settings of user or machine"


class Said(NamedTuple):
    """What settings say: which addresses need a signature (None: all do), and the files of those who may sign."""

    required: tuple[str, ...] | None = ()
    allowed: tuple[str, ...] = ()


def said() -> Said:
    """Return what the machine and the user say together: either may demand, either may allow; raises FormatError."""
    found = [_said(document) for document in (settings.of_machine(), settings.read())]
    every = any(one.required is None for one in found)
    required = None if every else tuple(address for one in found for address in one.required or ())
    return Said(required, tuple(path for one in found for path in one.allowed))


def _said(document: Located) -> Said:
    def addresses(at: Located) -> tuple[str, ...] | None:
        return (None if at.data else ()) if isinstance(at.data, bool) else texts(at)

    none: tuple[str, ...] | None = ()
    allowed = document.optional("allowed_signers", _file, "")
    return Said(document.optional("require_signature", addresses, none), (allowed,) if allowed else ())


def _file(at: Located) -> str:
    file = disk.expand(at.a(str))
    if not file.is_absolute() or not file.is_file():
        at.fail("the whole path of a file as in ssh-keygen(1), ALLOWED SIGNERS")
    return str(file)


def refuse_unsigned(library: Library, release: Release, *, demanded: bool) -> None:
    """Raise SourceError for a release that is not signed as settings, or the project itself, demand."""
    if library.address == BUILT_IN or getattr(library, "is_draft", False):  # which nobody is offered
        return
    rules = said()
    required = demanded or rules.required is None or any(covers(one, library.address) for one in rules.required)
    if not required:
        return
    signed = signature(library, release, rules)
    if not signed.signer:
        name = f"{release.blueprint.name} {release.version}"
        raise SourceError(f"{name} must be signed: {signed.why}", where=library.address, hint=HINT)


def signature(library: Library, release: Release, rules: Said | None = None) -> Signed:
    """Return who signed a release, by its tag; raises FormatError for settings that cannot be read."""
    rules = rules or said()
    inner = getattr(library, "inner", library)
    if isinstance(inner, BuiltInLibrary):
        return signing.Signed(VOUCHED)
    name, version = release.blueprint.name, release.version
    if not isinstance(inner, GitLibrary):
        return signing.Signed("", "it is no tag of a library in git")
    spelled = inner.tag_of(name, version)
    if spelled is None or release.commit is None or inner.tag_commit(name, version) != release.commit:
        return signing.Signed("", "it is no tagged release")
    found = [signing.signer_of(Path(inner.repository.folder), spelled, allowed) for allowed in (*rules.allowed, "")]
    return next((one for one in found if one.signer), found[0])
