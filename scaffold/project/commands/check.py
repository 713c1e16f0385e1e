"""Check: the guardrails, over a project's folder, git's index, or a commit."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold.blueprint.guardrails import Guardrails
from scaffold.errors import ProjectError
from scaffold.guard import waivers
from scaffold.guard.catalogue import FORGE
from scaffold.guard.check import look
from scaffold.guard.finding import SEVERITIES
from scaffold.guard.judges.table import JUDGES
from scaffold.guard.look import Look
from scaffold.guard.policy import Policy
from scaffold.guard.rule import CannotTell, Looked, Rule
from scaffold.guard.verdict import judge
from scaffold.lock import Lock
from scaffold.process import Notify, bounds, garbage
from scaffold.process.loading import later
from scaffold.project.checking.forgotten import forgotten
from scaffold.project.checking.judges import ask, wanted
from scaffold.project.checking.notes import notes
from scaffold.project.opening import Project, open_at
from scaffold.project.snapshots import View, view
from scaffold.report.checked import Checked
from scaffold.sources.library import Library
from scaffold.templating.limits import UNLIMITED

if TYPE_CHECKING:
    from scaffold.project.checking import forge as at_forge
    from scaffold.project.checking import policy as holding
    from scaffold.sources import policy as policies
else:
    at_forge = later("scaffold.project.checking.forge")
    holding, policies = later("scaffold.project.checking.policy"), later("scaffold.sources.policy")

SECONDS = 20  # of the processor's time for one rule: a pattern of a blueprint can go on for ever
PATIENCE = 30  # times as long by the clock, for a plugin that waits for ever
GROUP = "scaffold.rules"  # the entry points that packages offer rules by

FITS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("title", "rationale", "fix"), lambda value: isinstance(value, str)),
    **dict.fromkeys(
        ("references", "files"), lambda value: isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    ),
    "severity": lambda value: value in SEVERITIES,
    "parameters": lambda value: isinstance(value, Mapping),
    "look": callable,
}


def check(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    staged: bool | Path = False,
    today: date | None = None,
    rules: Collection[str] = (),
    judges: Collection[str] = (),
    verify: bool = False,
    policy: str | None = None,
    blueprint: str | None = None,
    forge: bool = False,
    offline: bool = False,
    notify: Notify = lambda _: None,
) -> Checked:
    """Check a project; raises ProjectError, FormatError, GitError, or SourceError for a policy that cannot be one.

    `revision` names a commit instead of the files as they stand, and `staged` the index, or an index file of its own.
    `today` decides which waivers hold. `judges` are names of other tools to ask as well; `all` are those that the
    blueprint names, or else all that are known. Of `rules`, ids, only those are in the result; without any it is all.
    With `verify` the lock is held against its own source as well, without a network. `policy` is `LIBRARY[@VERSION]`:
    the project is held against that instead, as it is against one that the machine, the user or the environment names;
    `blueprint` is the one that it has to be of, also where it has no lock. With `forge` the settings of its repository
    at its forge are held against what is prescribed of them. With `offline` no library is fetched, and no forge asked.
    """
    outside, said = policies.in_force(policy)
    if blueprint is not None and outside is None:
        raise ProjectError("--blueprint is given without a policy", hint="name the library with --policy")
    instead = holding.nothing(blueprint, outside) if blueprint is not None and outside is not None else None
    seen = view(open_at(Path(directory), revision, staged=staged, instead=instead))
    vouched = outside is not None or verify
    extra, told = () if vouched else forgotten(seen), [said] * bool(said)
    if vouched:
        held = holding.held(seen, outside, blueprint, offline=offline, notify=notify)
        seen, extra = held.view, (held.looked,)
        told += held.notes
    if forge:
        extra = (*extra, *at_forge.asked(seen, notify, offline=offline))
    asked = wanted(judges, seen.lock.guardrails or Guardrails())
    notify(f"Checking {len(seen.snapshot.modes)} files")
    checked = judged(seen, today or datetime.now(UTC).date(), asked, notify, extra, vouched=vouched)
    return checked._replace(policy=outside, notes=(*told, *checked.notes)).only(rules)


def check_of(project: Project, outside: Policy | None, today: date, library: Library | None = None) -> Checked:
    """Check a project that is open, against a policy whose library is open too, or else against its lock.

    Raises ScaffoldError for what cannot be read.
    """
    seen = view(project)
    if outside is None:
        return judged(seen, today, extra=forgotten(seen))
    held = holding.held(seen, outside, library=library)
    return judged(held.view, today, extra=(held.looked,), vouched=True)._replace(policy=outside)


def by_policy(project: Project, policy: Policy, library: Library | None = None) -> Lock:
    """Return the lock that a project would have by what the platform says; raises ScaffoldError."""
    return holding.held(view(project), policy, library=library).view.lock


def judged(
    seen: View,
    today: date,
    judges: Collection[str] = (),
    notify: Notify = lambda _: None,
    extra: Iterable[Looked] = (),
    *,
    vouched: bool = False,
) -> Checked:
    """Check what is in view; its lock is `vouched` for where it was held against what somebody else says."""
    guardrails = seen.lock.guardrails or Guardrails()
    with garbage.collected_later():
        looked = list(_in_time(look(seen.snapshot, seen.lock, guardrails, find_plugin)))
    looked.extend(extra)
    if judges:
        looked.extend(ask(seen, judges, notify))
    content = seen.snapshot.fetch(waivers.PATH) if waivers.PATH in seen.snapshot.modes else None
    unasked = (*FORGE.values(), *(judge.rule for judge in JUDGES.values()))
    verdicts, stood = judge(looked, content, guardrails, today, unasked)
    return Checked(
        root=seen.project.root,
        blueprint=seen.lock.blueprint,
        version=seen.lock.version,
        checked=seen.project.seen.name,
        prefix=seen.project.prefix,
        verdicts=verdicts,
        waivers=stood,
        notes=tuple(notes(seen, vouched=vouched)),
    )


def _in_time(looks: Iterator[Looked]) -> Iterator[Looked]:
    """Let each rule look for so long and no longer, with what a plugin prints kept out of the report."""
    working, waiting = (UNLIMITED._replace(seconds=seconds) for seconds in (SECONDS, SECONDS * PATIENCE))
    with (
        bounds.limited(waiting, "the rule") as wait,
        bounds.working(working, "the rule") as work,
        redirect_stdout(sys.stderr),
    ):
        while True:
            wait()
            work()
            if (looked := next(looks, None)) is None:
                return
            yield looked


@cache  # to look through all packages takes as long as a plan
def has_plugins() -> bool:
    """Whether an installed package offers a rule."""
    return bool(entry_points(group=GROUP))


def find_plugin(name: str) -> Rule:
    """Return the rule that an installed package offers under a name; one that is not there cannot be checked."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        return _unusable(name, f"no installed package offers the rule {name}")
    try:
        offered = found.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin that cannot be loaded must not end the check
        return _unusable(name, f"the plugin {name} cannot be loaded: {type(error).__name__}: {error}")
    if not isinstance(offered, Rule):
        return _unusable(name, f"the plugin {name} is no rule of scaffold")
    wrong = next((field for field, fits in FITS.items() if not fits(getattr(offered, field))), None)
    if wrong is not None:
        return _unusable(name, f"the plugin {name} has {getattr(offered, wrong)!r} as its {wrong}")
    return offered


def _unusable(name: str, why: str) -> Rule:
    def look(_: Look) -> Any:
        raise CannotTell(why)

    fix = "Install the package that offers it, or mend it there."
    return Rule(id=name, title=f"{name} holds", severity="medium", rationale="", fix=fix, look=look)
