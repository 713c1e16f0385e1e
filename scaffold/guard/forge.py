"""Rules on a repository's settings at its forge: what somebody has found there, beside what is prescribed."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from scaffold.blueprint.forge import BRANCH, OF_BRANCH, Prescribed, Standing
from scaffold.guard.catalogue import FORGE
from scaffold.guard.finding import Found
from scaffold.guard.rule import Looked, Rule
from scaffold.lock import PATH
from scaffold.plan.settings import Compared, compare, worded

SETTINGS: Mapping[str, tuple[str, ...]] = {  # that each rule holds
    "FS-01": ("checks",),
    "FS-02": ("approvals", "code_owners"),
    "FS-03": ("block_force_pushes",),
    "FS-04": ("secret_scanning", "private_reporting"),
    "FS-05": ("delete_merged_branches", "topics"),
}


class Seen(NamedTuple):
    """What was found at the forge of a repository; else why it could not be asked, or why there is nothing to ask."""

    standing: Standing | None = None
    unknown: str = ""
    absent: str = ""


def looked(prescribed: Prescribed, seen: Seen) -> Iterator[Looked]:
    """Yield how each rule comes out."""
    for id_, names in SETTINGS.items():
        wanted = [name for name in names if name in prescribed.wanted]
        if not wanted:
            yield Looked(FORGE[id_], None, "the blueprint prescribes nothing of it")
        elif seen.absent:
            yield Looked(FORGE[id_], None, seen.absent)
        elif seen.standing is None:
            yield Looked(FORGE[id_], (Found(seen.unknown, PATH, known=False),))
        else:
            found = [one for one in compare(prescribed, seen.standing) if one.setting in wanted]
            yield _looked(FORGE[id_], found)


def _looked(rule: Rule, compared: list[Compared]) -> Looked:
    without = "; ".join(one.why for one in compared if one.state == "no word")
    if all(one.state == "no word" for one in compared):
        return Looked(rule, None, without)
    found = [_found(one) for one in compared if one.state in ("looser", "unknown")]
    return Looked(rule, tuple(found), without)


def _found(one: Compared) -> Found:
    wanted = worded(one.setting, one.wanted)
    if one.state == "unknown":
        return Found(f"{wanted} cannot be told: {one.why}", PATH, key=_key(one), known=False)
    here = f"the forge has {worded(one.setting, one.found)}" if one.found else "the forge has nothing of it"
    return Found(f"the blueprint demands {wanted}, and {here}", PATH, key=_key(one))


def _key(one: Compared) -> str:
    """Return where the lock prescribes a setting: the file that an exception is for."""
    return f"forge.{BRANCH}.{one.setting}" if one.setting in OF_BRANCH else f"forge.{one.setting}"
