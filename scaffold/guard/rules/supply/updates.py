"""The rule on keeping dependencies current: one updater, for all there is, that waits a week."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, elements, line_of, listed, mapping, value
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.readers.manifests import FILES, folder_of, folders_up, manifests, named
from scaffold.guard.readers.places import DOCKERFILES, WORKFLOWS
from scaffold.guard.readers.scan import tokens
from scaffold.guard.rule import CannotTell, NotApplicable
from scaffold.guard.tables import table

_KNOWN = table("rules/supply/updates")  # the updaters' files, and what they and we call an ecosystem
AGE = re.compile(r"""["']?minimumReleaseAge["']?\s{0,20}:\s{0,20}["'](\d+)\s{0,5}(minute|hour|day|week|month)""")
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30}
EXTENDS = re.compile(r"""["'](?:local|github|gitlab|bitbucket)>""")


def covered(look: Look) -> Iterator[Found]:
    """Compare the updater's settings with what is there to update."""
    there = _ecosystems(look)
    if not there:
        raise NotApplicable("there is nothing to update")
    if paths := look.paths(*_KNOWN["dependabot"]):
        yield from _dependabot(look, paths[0], there)
    elif paths := look.paths(*_KNOWN["renovate"]):
        yield from _renovate(look, paths[0], there)
    else:
        yield Found(f"nothing updates {', '.join(sorted(there))}", ".github/dependabot.yml")


def _ecosystems(look: Look) -> dict[str, list[str]]:
    """Return what is there to update, with the folders that it is in, each with a slash at its end."""
    there: dict[str, list[str]] = {}
    for manifest in manifests(look):
        there.setdefault(manifest.ecosystem, []).append(manifest.folder)
    if look.paths(*WORKFLOWS, "/action.yml", "/action.yaml"):
        there["github-actions"] = [""]
    for ecosystem, names in _KNOWN["others"].items():
        for path in named(look, *names):
            there.setdefault(ecosystem, []).append(folder_of(path))
    for path in look.paths(*DOCKERFILES):
        if is_product(path):
            there.setdefault("docker", []).append(folder_of(path))
    return {ecosystem: sorted(set(folders)) for ecosystem, folders in there.items()}


def _dependabot(look: Look, path: str, there: dict[str, list[str]]) -> Iterator[Found]:
    document = look.data(path)
    if document is None:
        return
    entries = [entry for entry in elements(below(document, "updates")) if isinstance(entry.data, Mapping)]
    days = look.parameters["days"]
    for entry in entries:
        yield from _unready(entry, days, path)
    for ecosystem, folders in there.items():
        mine = [entry for entry in entries if entry.data.get("package-ecosystem") in _KNOWN["names"][ecosystem]]
        roots = _roots(look, ecosystem)
        missed = [folder for folder in folders if not any(_covers(entry, folder, roots) for entry in mine)]
        if not mine:
            yield Found(f"nothing updates {ecosystem}", path, 1)
        elif missed:
            named = ", ".join(f"/{folder}" for folder in missed)
            yield Found(f"nothing updates {ecosystem} in {named}", path, line_of(mine[0]))


def _unready(entry: Located, days: int, path: str) -> Iterator[Found]:
    name = entry.data.get("package-ecosystem")
    if entry.data.get("open-pull-requests-limit") == 0:
        yield Found(f"the updates of {name} are switched off", path, line_of(entry.child("open-pull-requests-limit")))
    ignored = below(entry, "ignore")
    every = [one for one in listed(ignored.data if ignored else None) if mapping(one) == {"dependency-name": "*"}]
    if ignored is not None and every:
        yield Found(f"the updates of {name} ignore every dependency", path, line_of(ignored))
    for key in ("exclude", "semver-patch-days", "semver-minor-days", "semver-major-days"):
        shorter = below(entry, "cooldown", key)
        if shorter is not None and (shorter.data == 0 or "*" in listed(shorter.data)):
            yield Found(f"some updates of {name} wait for nothing: {key}", path, line_of(shorter))
    waits = below(entry, "cooldown", "default-days")
    if waits is None:
        yield Found(f"the updates of {name} wait for nothing", path, line_of(entry))
    elif not isinstance(waits.data, int) or waits.data < days:
        yield Found(f"the updates of {name} wait for less than {days} days", path, line_of(waits))


def _roots(look: Look, ecosystem: str) -> frozenset[str]:
    """Return the folders that answer for those below them, as the root of a workspace does."""
    files = {str(name): file for name, file in FILES.items()} | {"maven": "pom.xml", "gradle": "build.gradle"}
    return frozenset(map(folder_of, named(look, files[ecosystem]))) if ecosystem in files else frozenset()


def _covers(entry: Located, folder: str, roots: frozenset[str]) -> bool:
    """Whether an entry looks into a folder, or into the root of the workspace that it belongs to."""
    several = entry.data.get("directories")
    written = several if isinstance(several, list) else [entry.data.get("directory")]
    for one in written:
        place = f"/{str(one).strip('/')}/".replace("//", "/")
        if fnmatchcase(f"/{folder}", place) or (
            "**" in place and fnmatchcase(f"/{folder}", place.replace("/**/", "/*"))
        ):
            return True
        if any(place == f"/{above}" for above in folders_up(folder) if above in roots):
            return True
    return False


def _renovate(look: Look, path: str, there: dict[str, list[str]]) -> Iterator[Found]:
    text = look.text(path)
    if text is None:
        return
    if _is_off(text):
        yield Found("Renovate is switched off", path)
    document: Any = look.data(path) if path.endswith(".json") else None
    managers = value(document, "enabledManagers")
    if isinstance(managers, list):
        for ecosystem in there:
            if not set(managers) & set(_KNOWN["names"][ecosystem]):
                yield Found(f"nothing updates {ecosystem}", path, line_of(document.child("enabledManagers")))
    days = look.parameters["days"]
    waits = [int(number[:6]) * DAYS[unit] for number, unit in AGE.findall(text)]
    if not any(wait >= days for wait in waits):
        if not waits and EXTENDS.search(text):
            raise CannotTell("Renovate's settings come from another repository, which cannot be read from here")
        fix = f'Set `"minimumReleaseAge": "{days} days"`.'
        yield Found(f"the updates wait for less than {days} days", path, fix=fix)


def _is_off(text: str) -> bool:
    """Whether JSON, or JSON with comments and bare keys, says `enabled: false` of all and not only of a part."""
    depth = 0
    said = ["", ""]
    for token in tokens(text) if "enabled" in text else ():
        if token.kind == "comment":
            continue
        depth += (token.kind == "sign" and token.text in "{[") - (token.kind == "sign" and token.text in "}]")
        if depth == 1 and [*said, token.text] == ["enabled", ":", "false"]:
            return True
        said = [said[1], token.text]
    return False
