"""Policies: what projects are held against from outside, as a command, a machine, a user or the environment says.

The first that says one decides, in that order; a machine's can be tightened by the others, and never replaced.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from packaging.version import Version

from scaffold import disk
from scaffold.blueprint.guardrails import SEVERITIES
from scaffold.errors import FormatError, SourceError, without_credentials
from scaffold.formats.located import Located, one_of
from scaffold.git.objects import is_repository, open_repository
from scaffold.git.remotes import origin
from scaffold.guard.finding import Severity
from scaffold.guard.policy import COMMAND, Policy
from scaffold.process.loading import later
from scaffold.sources import settings
from scaffold.sources.address import expand, is_remote, parted, spelled
from scaffold.sources.library import version_of

if TYPE_CHECKING:
    from scaffold.sources import locate as sources
else:
    sources = later("scaffold.sources.locate")

BUILT_IN = "builtin"

VARIABLE = "SCAFFOLD_POLICY"
KEYS = {"library", "version", "strict", "fail_on", "answers"}


def in_force(command: str | None) -> tuple[Policy | None, str]:
    """Return the policy that holds, if any, and a note on one that does not; raises FormatError or SourceError."""
    machine = of_settings(settings.of_machine())
    said = parse(command, COMMAND) if command is not None else None
    said = said or of_settings(settings.read()) or of_environment()
    return (said, "") if machine is None else tightened(machine, said)


def tightened(machine: Policy, other: Policy | None) -> tuple[Policy, str]:
    """Return a machine's policy with what another adds to it, and a note; raises SourceError rather than replace it.

    Whoever asks for another library on the command line is refused; what a user has set in general is passed over.
    """
    if other is None:
        return machine, ""
    if not is_same(machine.library, other.library):
        message = f"{other.said} names {other.written}, and the policy of this machine is {machine.written}"
        if other.said == COMMAND:
            raise SourceError(message, where=machine.said, hint="it can be tightened, and not replaced")
        return machine, f"{message}, which holds"
    if machine.version and other.version and other.version < machine.version:
        message = f"{other.said} asks for {other.version}, and this machine for {machine.version}"
        raise SourceError(message, where=machine.said, hint="ask for that version or a newer one")
    severities = [one for one in (machine.fail_on, other.fail_on) if one]
    return machine._replace(
        version=other.version or machine.version,
        strict=machine.strict or other.strict,
        fail_on=max(severities, key=SEVERITIES.index, default=None),
        answers={**other.answers, **machine.answers},
        at_least=machine.version is None,
    ), ""


def parse(written: str, said: str) -> Policy:
    """Read `LIBRARY[@VERSION]`; raises SourceError."""
    if not written.strip():
        raise SourceError(f"{said} names no library", hint="write it as LIBRARY or LIBRARY@VERSION")
    found = sources.wanted(written)
    version = version_of(found.ref)
    if found.ref is not None and version is None:
        raise SourceError(
            f"{found.ref} is no version of a blueprint", where=said, hint="leave it out, or name a release"
        )
    return Policy(found.source or found.name or written, version, said=said)


def of_environment() -> Policy | None:
    """Return the policy that the variable names."""
    written = os.environ.get(VARIABLE)
    return parse(written, VARIABLE) if written else None


def of_settings(document: Located) -> Policy | None:
    """Return the policy of a settings file, a text or a mapping; raises FormatError."""
    return document.optional("policy", _policy, None)


def _policy(at: Located) -> Policy:
    if not isinstance(at.data, dict):
        return _placed(at, at.data)
    at.only(KEYS)
    policy = at.required("library", lambda value: _placed(value, value.data))
    return policy._replace(
        version=at.optional("version", _version, policy.version),
        strict=at.optional("strict", lambda value: value.a(bool), default=False),
        fail_on=at.optional("fail_on", _severity, None),
        answers=at.optional("answers", lambda value: dict(value.a(dict)), {}),
        said=at.where,
    )


def _placed(at: Located, written: Any) -> Policy:
    """Read a library that is the same from every folder."""
    if not isinstance(written, str):
        at.fail("a library, or a mapping with `library`")
    try:
        policy = parse(written, at.where)
    except SourceError as error:
        raise FormatError(error.message, where=at.where, hint=error.hint) from error
    library = policy.library
    if library != BUILT_IN and not is_remote(expand(library)) and not disk.expand(library).is_absolute():
        at.fail("`builtin`, the address of a repository, or the whole path of a folder")
    return policy


def _severity(at: Located) -> Severity:
    return cast("Severity", one_of(*SEVERITIES)(at))


def _version(at: Located) -> Version:
    version = version_of(at.data if isinstance(at.data, str) else None)
    if version is None:
        at.fail('a version such as "1.2.0"')
    return version


def is_same(trusted: str, other: str, base: Path = Path()) -> bool:
    """Whether an address means a library that is trusted, in another spelling, or as what a trusted clone came from.

    A relative folder of the other counts from `base`.
    """
    return place_of(other, base) in places_of(trusted)


def places_of(library: str) -> set[str]:
    """Return the places that an address means: its own, and where a clone came from."""
    places = {place_of(library, Path())}
    folder = Path(disk.expand(parted(library).repository))
    if library != BUILT_IN and folder.is_dir() and is_repository(folder):
        cloned = origin(open_repository(folder))
        places |= {place_of(cloned, folder)} if cloned else set()
    return places


def place_of(written: str, base: Path) -> str:
    """Return what is the same for all spellings of an address; a relative folder counts from `base`."""
    if written == BUILT_IN:
        return written
    address, folder = parted(expand(without_credentials(written)))
    place = base / disk.expand(address)
    return spelled(address, folder) if is_remote(address) and not place.exists() else f"{place.resolve()}//{folder}"
