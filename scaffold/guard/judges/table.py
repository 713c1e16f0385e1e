"""All outside judges, by name, as `judges.json` has them: how each is asked, and how its answer is read."""

from collections.abc import Mapping
from typing import Any

from scaffold.guard.judges.judge import Judge, rule_of
from scaffold.guard.judges.reading import LOOKED, parser
from scaffold.guard.readers.places import resolved
from scaffold.guard.tables import table


def _judge(name: str, said: Mapping[str, Any]) -> Judge:
    given: dict[str, Any] = {
        key: tuple(is_) if isinstance(is_, list) else is_ for key, is_ in said.items() if key in Judge._fields
    }
    given |= {key: resolved(given[key]) for key in ("files", "needs", "accounts") if key in given}
    given |= {"looked": LOOKED[name]} if name in LOOKED else {}
    return Judge(rule=rule_of(name, said["worst"], said["about"]), parse=parser(name, said["read"]), **given)


JUDGES: Mapping[str, Judge] = {name: _judge(name, said) for name, said in table("judges/judges").items()}
