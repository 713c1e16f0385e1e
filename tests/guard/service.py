"""The built-in service, stamped once and kept in memory, with edits as a team would make them."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import scaffold
from scaffold.blueprint.guardrails import Guardrails
from scaffold.guard import catalogue
from scaffold.guard.check import look
from scaffold.guard.looking import look_with
from scaffold.guard.rule import Rule
from scaffold.guard.snapshot import Snapshot
from scaffold.guard.verdict import Judged, Verdict, judge
from scaffold.lock import Lock, parse
from scaffold.project.commands.check import find_plugin
from scaffold.project.snapshots import snapshot_of
from scaffold.tree import blob_id

TODAY = date(2026, 11, 24)
BLUEPRINT = "python-http-service@1.1.0"  # the cases edit the service as that release made it
ANSWERS = {
    "service": "orders",
    "mission": "Checkout",
    "owner": "@acme/checkout",
    "outcome": "Nine of ten orders are paid within a minute",
}


@dataclass(frozen=True)
class Service:
    """The files of a service, path to content, and their modes where those are not 100644."""

    files: Mapping[str, bytes]
    modes: Mapping[str, str]

    def add(self, path: str, text: str | bytes, mode: str = "100644") -> "Service":
        """Add a file, or write it anew."""
        content = text.encode() if isinstance(text, str) else text
        return replace(self, files={**self.files, path: content}, modes={**self.modes, path: mode})

    def drop(self, *paths: str) -> "Service":
        """Delete files."""
        assert set(paths) <= self.files.keys()
        return replace(self, files={path: content for path, content in self.files.items() if path not in paths})

    def edit(self, path: str, old: str, new: str) -> "Service":
        """Replace a text that stands in a file, everywhere in it."""
        text = self.files[path].decode()
        assert old in text, f"{path} does not hold {old!r}"
        return self.add(path, text.replace(old, new), self.modes.get(path, "100644"))

    def append(self, path: str, text: str) -> "Service":
        """Add to the end of a file."""
        return self.add(path, self.files[path].decode() + text, self.modes.get(path, "100644"))

    @property
    def lock(self) -> Lock:
        return parse(self.files[".scaffold/lock.json"])

    @property
    def snapshot(self) -> Snapshot:
        entries = {
            path: (self.modes.get(path, "100644"), blob_id(content)) for path, content in sorted(self.files.items())
        }
        return snapshot_of(entries, lambda path: len(self.files[path]), lambda path: self.files[path], given().get)

    def check(self, today: date = TODAY) -> Judged:
        """Check it against all that its blueprint asks."""
        lock = self.lock
        guardrails = lock.guardrails or Guardrails()
        looked = look(self.snapshot, lock, guardrails, find_plugin)
        return judge(looked, self.files.get(".scaffold/waivers.yml"), guardrails, today)

    def verdict(self, rule: str | Rule, **parameters: Any) -> Verdict:
        """Let one rule look, with its parameters as the blueprint sets them but for these."""
        rule = RULES[rule] if isinstance(rule, str) else rule
        guardrails = self.lock.guardrails or Guardrails()
        said = guardrails.rules.get(rule.id, {}).get("with", {})
        looked = look_with(rule, {**rule.parameters, **said, **parameters}, self.snapshot, self.lock)
        return judge([looked], None, guardrails, TODAY).verdicts[0]


Edit = Callable[[Service], Service]
RULES = {rule.id: rule for rule in (*catalogue.ALWAYS, *catalogue.BUILT_IN.values())}


@cache
def stamped(blueprint: str = BLUEPRINT, **answers: Any) -> Service:
    """The service as `scaffold new` makes it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "orders"
        scaffold.new(blueprint, root, data={**ANSWERS, **answers}, git=False)
        paths = [path for path in root.rglob("*") if path.is_file()]
        files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
        modes = {path.relative_to(root).as_posix(): "100755" for path in paths if path.stat().st_mode & 0o100}
    return Service(files, modes)


@cache
def given() -> dict[str, bytes]:
    """What git still has of the stamped files, by id."""
    return {blob_id(content): content for content in stamped().files.values()}


@dataclass(frozen=True)
class Case:
    """One realistic edit that breaks a rule, and one that mends it again.

    `good` makes a service that the rule passes, where the stamped one has nothing for it to look at. `at` is where the
    finding must be, `path:line` or `path`. `fixed` mends it, as the printed fix says; None: scaffold check --fix does.
    `others` are rules that the same edit breaks as well, which is for locked files only.
    """

    rule: str
    what: str
    bad: Edit
    at: str
    fixed: Edit | None = None
    good: Edit = lambda service: service
    others: tuple[str, ...] = ()
    parameters: Mapping[str, Any] | None = None
    says: str = ""  # what the message must hold
