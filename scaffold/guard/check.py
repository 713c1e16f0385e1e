"""Let every rule that a project is judged by look at its files."""

from collections.abc import Iterator

from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard.chosen import FindPlugin, choose
from scaffold.guard.looking import look_with
from scaffold.guard.rule import Looked
from scaffold.guard.snapshot import Snapshot
from scaffold.lock import Lock


def look(snapshot: Snapshot, lock: Lock, guardrails: Guardrails, find_plugin: FindPlugin) -> Iterator[Looked]:
    """Yield what each rule reports."""
    for rule, parameters, applies in choose(guardrails, find_plugin):
        if applies:
            yield look_with(rule, parameters, snapshot, lock)
        else:
            yield Looked(rule, None, "the blueprint does not ask for it here")
    snapshot.made.clear()  # much of it leads back to the snapshot, and would be garbage to be searched for
