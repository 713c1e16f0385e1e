"""Whose a member is and what it serves: what `fleet.yml` says, else what the member's own files say, in this order."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from scaffold.answers import file as answers
from scaffold.errors import ScaffoldError
from scaffold.formats import documents
from scaffold.formats.lookup import mapping
from scaffold.guard.people import fuller
from scaffold.guard.readers import owners

Fetch = Callable[[str], bytes | None]  # the content at a path, or None
CATALOG = "catalog-info.yaml"
ANY = "a-file"  # that no line of CODEOWNERS names: what decides about it decides about all files


class Belongs(NamedTuple):
    """Owner and mission; empty is what nobody says."""

    owner: str = ""
    mission: str = ""


def said_of(fetch: Fetch, prefix: str, first: Belongs) -> Belongs:
    """Return whose the project in the folder `prefix` is: what is said `first`, else the first file that says so.

    A team that the catalog names without its organisation is spelled as the files after it spell it with one.
    """
    if all(first):
        return first
    catalog, *others = (read(fetch, prefix) for read in SAYING)
    catalog = catalog._replace(owner=fuller(catalog.owner, (one.owner for one in others)))
    said = (first, catalog, *others)
    owners = (one.owner for one in said if one.owner)
    missions = (one.mission for one in said if one.mission)
    return Belongs(next(owners, ""), next(missions, ""))


def _catalog(fetch: Fetch, prefix: str) -> Belongs:
    """Read Backstage's descriptor: the owner, and the system or else the domain, of the first entity that has one."""
    content = fetch(_below(prefix, CATALOG))
    specs: list[Any] = []
    with suppress(ScaffoldError):  # a broken one says nothing; a guardrail finds it
        found = documents.load(CATALOG, content) if content else ()
        specs = [mapping(mapping(one.data).get("spec")) for one in found]
    return Belongs(_first(specs, "owner"), _first(specs, "system") or _first(specs, "domain"))


def _owners(fetch: Fetch, prefix: str) -> Belongs:
    for path in owners.PATHS:
        content = fetch(path)
        if content is not None:
            place = _below(prefix, ANY)
            line = owners.read(path, content.decode(errors="replace")).deciding([place])[place]
            return Belongs(" ".join(line.owners) if line else "")
    return Belongs()


def _answers(fetch: Fetch, prefix: str) -> Belongs:
    content = fetch(_below(prefix, answers.PATH))
    given: list[Any] = []
    with suppress(ScaffoldError):
        given = [answers.parse(content).answers] if content else []
    return Belongs(_first(given, "owner"), _first(given, "mission"))


def _first(specs: list[Any], key: str) -> str:
    return next(_texts(specs, key), "")


def _texts(specs: list[Any], key: str) -> Iterator[str]:
    for spec in specs:
        value = spec.get(key)
        if isinstance(value, str) and value.strip():
            yield " ".join(value.split())


def _below(prefix: str, path: str) -> str:
    return f"{prefix}/{path}" if prefix else path


SAYING = (_catalog, _owners, _answers)
