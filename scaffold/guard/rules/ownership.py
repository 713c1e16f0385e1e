"""Rules on ownership: who answers for what, and by which name the platform knows it."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, line_at, listed, value
from scaffold.formats.regex import regex
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers import licences
from scaffold.guard.readers.owners import PATHS, Line, Owners, owners_of
from scaffold.guard.rule import CannotTell

LONGEST = 60  # characters of an SPDX expression; what is longer is the text itself
SHOWN = 3  # paths that a message names
MOST_LINES = 10_000  # of a CODEOWNERS that is still looked at
MOST_MATCHES = 2_000_000  # of a line and a file, which take a second or two
CATALOG = ("/catalog-info.yaml", "/catalog-info.yml")
LICENSES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "LICENCE.md", "LICENCE.txt", "COPYING", "/LICENSES/*")
EVERYTHING = ("*", "/**", "**")
ANSWER = "Name the owner there; where it has changed, answer anew: scaffold update --data owner=@ORG/TEAM."
# What stands where a name should, and is none.
_PLACEHOLDER = regex(
    r"(?:(?:group|user):)?(?:default/)?(?:\W*|todo|tbd|fixme|none|null|n/?a|unknown|unowned|changeme|change-me|xxx+|guests?"
    r"|owner|team|team-?name|my-?team|your-?team(?:-?name)?|your-?org|example(?:-team)?|foo|\.\.\.|<.*>|\{\{.*|\$\{.*)",
    re.IGNORECASE,
)


def _is_named(given: Any) -> bool:
    return (
        given is not None and not isinstance(given, Mapping | list) and not _PLACEHOLDER.fullmatch(str(given).strip())
    )


def code_owners(look: Look) -> Iterator[Found]:
    """Decide about every file as a forge does, and compare that with who must own it."""
    owners = owners_of(look)
    if owners is None:
        if not any(path in look.unread for path in PATHS):
            yield Found("there is no CODEOWNERS, so nobody has to review anything", PATHS[0])
        return
    for line, owner in owners.strangers():
        yield Found(f"{owner} is no owner: neither @user, @organisation/team nor an address", owners.path, line.number)
    if len(owners.lines) > MOST_LINES:
        raise CannotTell(f"{owners.path} has over {MOST_LINES:,} lines")
    platform = look.parameters["platform"] or look.answers.get("platform_team")
    if platform:
        yield from _not_the_platforms(look, owners, str(platform))
    else:
        yield Found("neither the blueprint nor the answers say which team the platform is", known=False)
    yield from _uncovered(look, owners)
    yield from _not_the_owners(look, owners)


def _not_the_owners(look: Look, owners: Owners) -> Iterator[Found]:
    """Compare whom everything belongs to with the owner that the service was stamped for."""
    owner = look.answers.get("owner")
    line = next((line for line in reversed(owners.lines) if line.pattern in EVERYTHING and line.owners), None)
    if isinstance(owner, str) and line is not None and _plain(owner) not in map(_plain, line.owners):
        message = f"everything belongs to {' '.join(line.owners)}, and the service's owner is {owner}"
        yield Found(message, owners.path, line.number, fix=ANSWER)


def _plain(owner: str) -> str:
    """Return an owner's own name, which CODEOWNERS, the catalog and answers spell in ways of their own."""
    return re.split(r"[/:]", owner.strip().lstrip("@").partition("@")[0].casefold())[-1]


def _uncovered(look: Look, owners: Owners) -> Iterator[Found]:
    first = next((at for at, line in enumerate(owners.lines) if line.pattern in EVERYTHING and line.owners), None)
    after = owners.lines[first:] if first is not None else owners.lines
    if first is not None and all(line.owners for line in after):
        return  # whatever comes after only gives it to somebody else
    if len(owners.lines) * len(look.snapshot.modes) > MOST_MATCHES:
        raise CannotTell(f"{owners.path} has too many lines to be asked about every file, and none is for all of them")
    without: dict[Line | None, list[str]] = {}
    for path, line in owners.deciding(look.snapshot.modes).items():
        if line is None or not line.owners:
            without.setdefault(line, []).append(path)
    for line, paths in without.items():
        yield Found(f"nobody owns {_some(paths)}", owners.path, line.number if line is not None else None)


def _not_the_platforms(look: Look, owners: Owners, platform: str) -> Iterator[Found]:
    locked = [path for path, file in look.lock.files.items() if file.owner == "locked"]
    wrong: dict[Line | None, list[str]] = {}
    for path, line in owners.deciding((*locked, owners.path, *look.parameters["platform_paths"])).items():
        if line is not None and not line.owners and path in look:
            continue  # said of every file that is there
        if line is None or {owner.casefold() for owner in line.owners} != {platform.casefold()}:
            wrong.setdefault(line, []).append(path)
    for line, paths in wrong.items():
        whose = " ".join(line.owners) if line is not None else "nobody"
        message = f"{whose} may approve changes of {_some(paths)}, and only {platform} may"
        yield Found(message, owners.path, line.number if line is not None else None)


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{', '.join(sorted(paths)[:SHOWN])}{more}"


def _component(look: Look) -> Located | None:
    """Return the catalog's entry for the service: the first component in it."""
    for path in look.paths(*CATALOG):
        for document in look.documents(path):
            if value(document, "kind") == "Component":
                return document
    return None


def catalog_entry(look: Look) -> Iterator[Found]:
    """Look at the catalog's entry."""
    component = _component(look)
    if component is None:
        if not look.unread:
            there = next(iter(look.paths(*CATALOG)), None)
            missing = "there is no catalog-info.yaml" if there is None else "the catalog has no entry of kind Component"
            yield Found(f"{missing}, so the catalog does not know the service", there or "catalog-info.yaml")
        return
    for keys in (("metadata", "name"), ("spec", "owner"), ("spec", "lifecycle"), ("spec", "system")):
        yield from _unnamed(component, keys, ".".join(keys), "names nobody")
    owner, said = look.answers.get("owner"), value(component, "spec", "owner")
    if isinstance(owner, str) and _is_named(said) and _plain(str(said)) != _plain(owner):
        message = f"spec.owner is {said}, and the service's owner is {owner}"
        yield Found(message, component.file, line_at(component, "spec", "owner"), "spec.owner", fix=ANSWER)
    lifecycle = value(component, "spec", "lifecycle")
    allowed = look.parameters["lifecycles"]
    if _is_named(lifecycle) and allowed and lifecycle not in allowed:
        message = f"the lifecycle {lifecycle} is none of {', '.join(allowed)}"
        yield Found(message, component.file, line_at(component, "spec", "lifecycle"), "spec.lifecycle")


def _unnamed(component: Located, keys: tuple[str, ...], name: str, wrong: str) -> Iterator[Found]:
    given = value(component, *keys)
    if not _is_named(given):
        shown = "is missing" if given is None else f"{wrong}: {given}"
        yield Found(f"{name} {shown}", component.file, line_at(component, *keys), name)


def mission(look: Look) -> Iterator[Found]:
    """Look at the annotations of the catalog's entry, and in the README where there is no catalog."""
    component = _component(look)
    wanted = look.parameters["annotations"]
    if component is None:
        if not look.unread:
            text = (look.text("README.md") or "" if "README.md" in look else "").lower()
            for name in wanted:
                if not _is_said(text, name.rpartition("/")[2]):
                    where = "README.md" if text else "catalog-info.yaml"
                    yield Found(f"nothing names the {name.rpartition('/')[2]} that the service is for", where)
        return
    for name in wanted:
        for one in _unnamed(component, ("metadata", "annotations", name), name, "says nothing"):
            yield one._replace(message=f"the annotation {one.message}")


def _is_said(text: str, word: str) -> bool:
    """Whether a line, or a row of a table, says something of a word."""
    for line in text.splitlines():
        before, found, after = line.partition(word)
        if found and not before.strip(" |*-#_`") and _is_named(re.sub(r"^[^|:]*[|:]", "", after).strip(" |*_`")):
            return True
    return False


def licence(look: Look) -> Iterator[Found]:
    """Compare the text with what manifests say."""
    paths = look.paths(*(f"/{path}".replace("//", "/") for path in LICENSES))
    if not paths:
        yield Found("there is no LICENSE", "LICENSE")
        return
    texts = {path: licences.of_text(look.text(path) or "") for path in paths}
    known = {name for name in texts.values() if name}
    allowed = look.parameters["allowed"]
    for path, name in texts.items():
        if name and allowed and name not in {one for given in allowed for one in licences.named(given)}:
            yield Found(f"{name} is none of the licences that the blueprint allows: {', '.join(allowed)}", path)
    for manifest in _manifests(look):
        expression, key = _expression(manifest), (*manifest.path, "license")
        line, name = line_at(manifest, "license"), ".".join(map(str, key))
        if expression == "":
            yield Found("the manifest names no licence", manifest.file, line, name)
        elif expression and known and not known & licences.named(expression):
            said = f"the manifest says {expression}, and the text is {', '.join(sorted(known))}"
            yield Found(said, manifest.file, line, name)


def _manifests(look: Look) -> Iterator[Located]:
    """Yield what says the licence in each manifest, of several places the first."""
    for path, ways in (("pyproject.toml", (("project",), ("tool", "poetry"))), ("package.json", ((),))):
        there = (below(look.data(path), *way) for way in ways)
        yield from islice((at for at in there if at is not None and isinstance(at.data, Mapping)), 1)


def _expression(manifest: Located) -> str | None:
    """Return the licence that a manifest says, empty where it says none, and None where that cannot be compared."""
    given = manifest.data.get("license")
    if isinstance(given, Mapping):
        said = given.get("text", given.get("type"))
        if said is not None or "file" in given:
            return said if isinstance(said, str) and len(said) <= LONGEST else None
    if isinstance(given, str):
        return None if given.upper().startswith("SEE LICENSE IN") else given
    marks = [str(one) for one in listed(manifest.data.get("classifiers")) if str(one).startswith("License ::")]
    if marks:
        return marks[0].rpartition(" :: ")[2]
    return None if manifest.data.get("private") is True else ""
