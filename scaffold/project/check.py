"""Check: the guardrails, over a project's folder, git's index, or a commit."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import waivers
from scaffold.guard.check import look
from scaffold.guard.finding import SEVERITIES
from scaffold.guard.judges.table import JUDGES
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell, Rule
from scaffold.guard.verdict import judge
from scaffold.project.judges import ask, wanted
from scaffold.project.snapshots import View, view
from scaffold.report.checked import Checked

GROUP = "scaffold.rules"  # the entry points that packages offer rules by


def check(
    directory: Path | str = ".",
    *,
    revision: str | None = None,
    staged: bool | Path = False,
    today: date | None = None,
    rules: Collection[str] = (),
    judges: Collection[str] = (),
    notify: Callable[[str], Any] = lambda _: None,
) -> Checked:
    """Check a project; raises ProjectError, FormatError or GitError.

    `revision` names a commit instead of the files as they stand, and `staged` the index, or an index file of its own.
    `today` decides which waivers hold. `judges` are names of other tools to ask as well; `all` are those that the
    blueprint names, or else all that are known. Of `rules`, ids, only those are in the result; without any it is all.
    """
    seen = view(Path(directory), revision, staged=staged)
    asked = wanted(judges, seen.lock.guardrails or Guardrails())
    notify(f"Checking {len(seen.snapshot.modes)} files")
    return judged(seen, today or datetime.now(UTC).date(), asked, notify).only(rules)


def judged(
    seen: View, today: date, judges: Collection[str] = (), notify: Callable[[str], Any] = lambda _: None
) -> Checked:
    """Check what is in view."""
    guardrails = seen.lock.guardrails or Guardrails()
    looked = list(look(seen.snapshot, seen.lock, guardrails, find_plugin))
    if judges:
        looked.extend(ask(seen, judges, notify))
    content = seen.snapshot.fetch(waivers.PATH) if waivers.PATH in seen.snapshot.modes else None
    verdicts, stood = judge(looked, content, guardrails, today, [judge.rule for judge in JUDGES.values()])
    return Checked(
        root=seen.root,
        blueprint=seen.lock.blueprint,
        version=seen.lock.version,
        checked=seen.name,
        prefix=seen.prefix,
        verdicts=verdicts,
        waivers=stood,
        notes=() if seen.lock.guardrails else (NO_GUARDRAILS,),
    )


NO_GUARDRAILS = "the blueprint, as it was applied, brings no guardrails of its own: scaffold update may bring them"


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
    if offered.severity not in SEVERITIES:
        return _unusable(name, f"the plugin {name} has the severity {offered.severity}, which is none")
    return offered


def _unusable(name: str, why: str) -> Rule:
    def look(_: Look) -> Any:
        raise CannotTell(why)

    fix = "Install the package that offers it, or mend it there."
    return Rule(id=name, title=f"{name} holds", severity="medium", rationale="", fix=fix, look=look)
