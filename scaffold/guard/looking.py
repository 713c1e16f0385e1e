"""One rule looks; whatever becomes of it is a report."""

from collections.abc import Mapping
from typing import Any

from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell, Looked, NotApplicable, Rule
from scaffold.guard.snapshot import Snapshot
from scaffold.lock import Lock


def look_with(rule: Rule, parameters: Mapping[str, Any], snapshot: Snapshot, lock: Lock) -> Looked:
    """Let one rule look; whatever becomes of it is a report, never an error."""
    at = Look(snapshot, lock, parameters)
    try:
        found: list[Any] = list(rule.look(at))  # whatever a plugin reports
    except NotApplicable as error:
        if not at.unread:
            return Looked(rule, None, str(error))
        found = []
    except CannotTell as error:
        found = [Found(str(error), known=False)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - one rule, ours or a plugin's, never ends the check
        found = [Found(f"the rule itself failed: {type(error).__name__}: {error}", known=False)]
    if strange := next((one for one in found if not isinstance(one, Found)), None):
        found = [Found(f"the rule itself failed: it reports a {type(strange).__name__}", known=False)]
    return Looked(rule, (*found, *at.unread.values()))
