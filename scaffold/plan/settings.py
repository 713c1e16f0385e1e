"""What is prescribed of a forge's settings beside how they stand there, and what would have to be set.

Nothing that a person has made stricter is ever loosened: names are joined, and the larger number counts.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from scaffold.blueprint.forge import EVERY, Prescribed, Standing, Value

State = Literal["same", "looser", "stricter", "unknown", "no word"]
WORDS = {"code_owners": "approval by code owners", "block_force_pushes": "no forced pushes"}
UNSAID = "the forge does not say"


class Compared(NamedTuple):
    """One setting: what is prescribed, what was found (None: not known), what follows, and why where it needs words."""

    setting: str
    wanted: Value
    found: Value | None
    state: State
    why: str = ""

    @property
    def aim(self) -> Value:
        """What it is to be set to."""
        return self.wanted if self.found is None else joined(self.wanted, self.found)


def joined(one: Value, other: Value) -> Value:
    """Return the stricter of two values: all names of both, or the larger number."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return tuple(dict.fromkeys((*other, *one)))
    if isinstance(one, tuple) or isinstance(other, tuple):
        raise TypeError("names are compared with names")
    return max(one, other)


def compare(prescribed: Prescribed, standing: Standing) -> tuple[Compared, ...]:
    """Compare each setting that anything is prescribed of."""
    return tuple(_compared(name, wanted, standing) for name, wanted in prescribed.wanted.items())


def _compared(name: str, wanted: Value, standing: Standing) -> Compared:
    if name in standing.wordless:
        return Compared(name, wanted, None, "no word", standing.wordless[name])
    found = standing.known.get(name)
    if found is not None and _holds(wanted, found):
        return Compared(name, wanted, found, "stricter" if _is_more(name, wanted, found) else "same")
    if found is None or name in standing.unknown:
        return Compared(name, wanted, found, "unknown", standing.unknown.get(name, UNSAID))
    return Compared(name, wanted, found, "looser")


def _holds(wanted: Value, found: Value) -> bool:
    if isinstance(wanted, tuple):
        return isinstance(found, tuple) and (EVERY in found or set(wanted) <= set(found))
    return not isinstance(found, tuple) and found >= wanted


def _is_more(name: str, wanted: Value, found: Value) -> bool:
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return name != "topics" and not set(found) <= {*wanted, EVERY}
    return found != wanted


def to_set(compared: Iterable[Compared]) -> Mapping[str, Value]:
    """Return the settings that have to be made stricter, each with the value that it is to have."""
    return {one.setting: one.aim for one in compared if one.state == "looser"}


def worded(setting: str, value: Value) -> str:
    """Word a setting and its value."""
    name = WORDS.get(setting, setting.replace("_", " "))
    if isinstance(value, tuple):
        return f"{name}: {', '.join(value) or 'none'}"
    return name if value is True else f"{name}: {'no' if value is False else value}"
