"""Settings of many repositories at their forges: planned, and set; as JSON and as lines for people."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.plan.settings import worded
from scaffold.report.text import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.forges.holding import Outcome, Settled
    from scaffold.plan.fleet_settings import SettingsPlan
    from scaffold.plan.settings import Compared, State
    from scaffold.report.text import Tone

SHOWN = 10  # repositories that a text names of those with the same to be said of
TONES: Mapping[State | Outcome, Tone] = {
    "looser": "warn", "unknown": "bad", "no word": "dim", "same": "good", "stricter": "good",
    "holds": "good", "set": "good", "refused": "bad",
}  # fmt: skip


class Done(NamedTuple):
    """What became of one repository; `why` says why nothing of it was set."""

    repository: str
    projects: tuple[str, ...]
    settings: tuple[Settled, ...] = ()
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether all that was planned of it holds now."""
        return not self.why and not any(one.is_missing for one in self.settings)


class SettingsApplied(NamedTuple):
    """What became of a plan of settings."""

    plan: str
    repositories: tuple[Done, ...]

    @property
    def is_clean(self) -> bool:
        """Whether all that was planned holds now."""
        return all(one.is_done for one in self.repositories)


def data(plan: SettingsPlan) -> dict[str, Any]:
    """Return a plan as JSON has it, which is its own file too."""
    return {
        "id": plan.id,
        "scaffold": plan.scaffold,
        "made": plan.made,
        "where": plan.where,
        "summary": dict(plan.counts()),
        "repositories": [
            {
                "repository": one.repository,
                "projects": list(one.projects),
                "branch": one.branch,
                "why": one.why,
                "settings": [setting._asdict() for setting in one.settings],
            }
            for one in plan.repositories
        ],
    }


def applied_data(result: SettingsApplied) -> dict[str, Any]:
    """Return what became of a plan as JSON has it."""
    return {
        "plan": result.plan,
        "repositories": [
            {
                "repository": one.repository,
                "projects": list(one.projects),
                "why": one.why,
                "settings": [setting._asdict() for setting in one.settings],
            }
            for one in result.repositories
        ],
    }


def text(plan: SettingsPlan, written: str, fleet: str = "") -> Iterator[Line]:
    """Say what is looser than prescribed, and where; what could not be told; what a forge has no word for.

    The plan is `written` to a file; `fleet` is the option that names its fleet on a command line, after a space.
    """
    total = len(plan.repositories)
    yield Line(f"{total:,} repositor{'y' if total == 1 else 'ies'}, {len(plan.to_set):,} to be set", "title")
    said: dict[tuple[State, str], list[str]] = {}
    for one in plan.repositories:
        for setting in one.settings:
            if setting.state in ("looser", "unknown", "no word"):
                why = f" ({setting.why})" if setting.why else ""
                said.setdefault((setting.state, worded(setting.setting, setting.wanted) + why), []).append(
                    one.repository
                )
    for (state, what), names in sorted(said.items(), key=lambda item: (list(TONES).index(item[0][0]), -len(item[1]))):
        yield from _named(state, what, names)
    yield from _failed([(one.repository, one.why) for one in plan.repositories if one.why])
    yield Line("")
    yield Line(f"The plan is in {written}, and nothing was set.", "title")
    yield Line(f"Next: scaffold fleet settings --apply {shlex.quote(written)}{fleet}", "dim")


def applied_text(result: SettingsApplied) -> Iterator[Line]:
    """Say what was set, and what is missing."""
    said: dict[tuple[Outcome, str], list[str]] = {}
    for one in result.repositories:
        for setting in one.settings:
            said.setdefault((setting.outcome, _what(setting)), []).append(one.repository)
    done = sum(one.is_done for one in result.repositories)
    yield Line(f"{done:,} of {len(result.repositories):,} repositories stand as planned", "title")
    for (outcome, what), names in sorted(said.items(), key=lambda item: (item[0][0], -len(item[1]))):
        yield from _named(outcome, what, names)
    yield from _failed([(one.repository, one.why) for one in result.repositories if one.why])


def _what(setting: Compared | Settled) -> str:
    why = f" ({setting.why})" if setting.why else ""
    return worded(setting.setting, setting.wanted) + why


def _named(state: State | Outcome, what: str, names: list[str]) -> Iterator[Line]:
    more = f", and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    yield Line(f"  {state:<8} {what}", TONES[state])
    yield Line(f"           {', '.join(names[:SHOWN])}{more}", "dim")


def _failed(found: list[tuple[str, str]]) -> Iterator[Line]:
    for repository, why in found:
        yield Line(f"  {repository}: {why}", "bad")
