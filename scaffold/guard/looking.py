"""One rule looks; whatever becomes of it is a report."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scaffold.errors import LimitError, ScaffoldError, without_credentials
from scaffold.guard.finding import SEVERITIES, Found
from scaffold.guard.look import Look
from scaffold.guard.rule import CannotTell, Looked, NotApplicable, Rule
from scaffold.guard.snapshot import Snapshot
from scaffold.lock import Lock
from scaffold.tree import safe_path


def look_with(rule: Rule, parameters: Mapping[str, Any], snapshot: Snapshot, lock: Lock) -> Looked:
    """Let one rule look; whatever becomes of it is a report, never an error.

    What it has found before it fails counts: a breach is not undone by what comes after it.
    """
    at = Look(snapshot, lock, parameters)
    found: list[Found] = []
    try:
        found.extend(_checked(rule.look(at)))
    except NotApplicable as error:
        if not found and not at.unread:
            return Looked(rule, None, str(error))
    except CannotTell as error:
        found.append(Found(str(error), known=False))
    except KeyboardInterrupt:
        raise
    except LimitError as error:
        found.append(Found(error.message, known=False))
    except BaseException as error:  # noqa: BLE001 - one rule, ours or a plugin's, never ends the check
        said = without_credentials(f"the rule itself failed: {type(error).__name__}: {error}")
        found.append(Found(said, known=False))
    return Looked(rule, (*found, *at.unread.values()))


def _checked(reported: Any) -> Iterator[Found]:
    """Yield what a rule reports as far as it can be reported on; raises TypeError for what a plugin has made up."""
    for one in reported:
        if not isinstance(one, Found):
            raise TypeError(f"it reports a {type(one).__name__}")
        wrong = next((name for name, fits in _FITS.items() if not fits(getattr(one, name))), None)
        if wrong is not None:
            raise TypeError(f"it reports {getattr(one, wrong)!r} as the {wrong} of a finding")
        yield one._replace(message=without_credentials(one.message), fix=one.fix and without_credentials(one.fix))


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_path(value: Any) -> bool:
    try:
        return value is None or bool(safe_path(value))
    except (ScaffoldError, TypeError, AttributeError):
        return False


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "message": lambda value: isinstance(value, str),
    "path": _is_path,
    "line": lambda value: value is None or (isinstance(value, int) and value > 0),
    "key": _is_text,
    "content": _is_text,
    "fix": _is_text,
    "rule": lambda value: isinstance(value, str),
    "severity": lambda value: value is None or value in SEVERITIES,
}
