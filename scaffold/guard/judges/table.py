"""All outside judges, by name, as `judges.json` has them: how each is asked, and how its answer is read."""

from collections.abc import Mapping
from typing import Any

from scaffold.guard.judges.judge import Judge, rule_of
from scaffold.guard.judges.reading import parser
from scaffold.guard.readers.places import resolved
from scaffold.guard.tables import table

SETTINGS = ("ours", "environment", "repository", "quotable")  # which few judges have


def _judge(name: str, said: Mapping[str, Any]) -> Judge:
    return Judge(
        rule=rule_of(name, said["worst"], said["about"]),
        files=resolved(tuple(said["files"])),
        nothing=said["nothing"],
        oldest=said["oldest"],
        command=tuple(said["command"]),
        parse=parser(name, said["read"]),
        needs=resolved(tuple(said.get("needs", ()))),
        version=tuple(said.get("version", ("--version",))),
        codes=tuple(said.get("codes", (0,))),
        **{setting: said[setting] for setting in SETTINGS if setting in said},
    )


JUDGES: Mapping[str, Judge] = {name: _judge(name, said) for name, said in table("judges/judges").items()}
