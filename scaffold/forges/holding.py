"""Settings of a repository brought to what is prescribed: looked at, set where they are looser, and looked at again."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from scaffold.blueprint.forge import Prescribed, Value
from scaffold.forges.port import Forge, UncertainError
from scaffold.plan.settings import Compared, compare, to_set

Outcome = Literal["holds", "set", "refused", "unknown", "no word"]
VAIN = "the forge took it, and it does not hold"
TRIES = 2  # of a write whose response was lost: setting it again does nothing more


class Settled(NamedTuple):
    """One setting, and what became of it; `why` says so where it is not as prescribed."""

    setting: str
    wanted: Value
    outcome: Outcome
    why: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether somebody has to see to it."""
        return self.outcome in ("refused", "unknown")


def hold(forge: Forge, path: str, branch: str, prescribed: Prescribed) -> tuple[Settled, ...]:
    """Set what is looser than prescribed, and say of each setting what became of it; raises ForgeError."""
    before = compare(prescribed, forge.settings(path, branch)) if prescribed.wanted else ()
    return held(forge, path, branch, prescribed, before)


def held(
    forge: Forge, path: str, branch: str, prescribed: Prescribed, before: tuple[Compared, ...]
) -> tuple[Settled, ...]:
    """Do the same where somebody has just looked how they stand."""
    wanted = to_set(before)
    if not wanted:
        return tuple(_settled(one, {}, {}) for one in before)
    refused: Mapping[str, str] = {}
    for left in reversed(range(TRIES)):
        try:
            refused = dict(forge.set(path, branch, wanted))
            break
        except UncertainError as error:
            wanted = to_set(compare(prescribed, forge.settings(path, branch)))
            if not left:
                refused = dict.fromkeys(wanted, error.message)
    tried = to_set(before)
    return tuple(_settled(one, tried, refused) for one in compare(prescribed, forge.settings(path, branch)))


def _settled(one: Compared, tried: Mapping[str, Value], refused: Mapping[str, str]) -> Settled:
    if one.state in ("same", "stricter"):
        return Settled(one.setting, one.wanted, "set" if one.setting in tried else "holds")
    if one.state == "no word":
        return Settled(one.setting, one.wanted, "no word", one.why)
    if one.setting in tried:
        return Settled(one.setting, one.wanted, "refused", refused.get(one.setting, VAIN))
    return Settled(one.setting, one.wanted, "unknown", one.why)
