"""Results about libraries and their blueprints, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaffold.report.text import Line, many, table

if TYPE_CHECKING:  # a report needs the types of what it words, not the modules
    from collections.abc import Iterator, Mapping

    from scaffold.report.results import LibraryMade, Listed, Released, Shown, Started, Withdrawn

SHOWN_VERSIONS = 10
SHOWN_DEFAULT = 60  # characters


def blueprint_list(result: tuple[Listed, ...]) -> Iterator[Line]:
    """List the blueprints of a library."""
    if not result:
        yield Line("The library holds no blueprints.", "warn")
    for listed in result:
        yield Line(f"{listed.name} {listed.version}", "title")
        yield Line(f"  {listed.title} ({listed.lifecycle}); versions: {', '.join(listed.versions)}")


def blueprint_show(result: Shown) -> Iterator[Line]:
    """Show one blueprint."""
    yield Line(f"{result.name} {result.version}: {result.title}", "title")
    if result.description:
        yield Line(f"  {result.description}")
    rows = [
        ("lifecycle", result.lifecycle),
        ("owners", ", ".join(result.owners)),
        ("layers", " > ".join(result.layers)),
        ("versions", _newest(result.versions)),
    ]
    yield from table([row for row in rows if row[1]], "plain")
    yield Line("Questions:" if result.questions else "It asks no questions.", "title")
    yield from table([(name, _question(known)) for name, known in result.questions.items()], "plain")
    if result.ownership:
        yield Line("Ownership (the last match wins):", "title")
        yield from table(list(result.ownership.items()), "plain")
    if result.code:
        yield Line("Code of its own, which runs only with --trust:", "title")
        yield from (Line(f"  {code}", "warn") for code in result.code)


def _newest(versions: tuple[str, ...]) -> str:
    """Name the newest versions, and count the rest."""
    older = len(versions) - SHOWN_VERSIONS
    shown = ", ".join(versions[-SHOWN_VERSIONS:])
    return f"{shown}, and {older} older" if older > 0 else shown


def _question(known: Mapping[str, Any]) -> str:
    if "choices" in known:
        choices = known["choices"]
        kind = "one of " + " | ".join(map(str, choices)) if isinstance(choices, list | dict) else "a choice"
    else:
        kind = known["type"]
    given = "required" if known.get("required") else f"default {_short(repr(known.get('default')))}"
    asked = " ".join(known["help"].split())  # on a line of its table
    return f"{asked} ({kind}, {given})" if asked else f"{kind}, {given}"


def _short(value: str) -> str:
    return value if len(value) <= SHOWN_DEFAULT else f"{value[:SHOWN_DEFAULT]}…"


def blueprint_release(result: Released) -> Iterator[Line]:
    """Say what was released."""
    step = result.version if result.previous == result.version else f"{result.previous} -> {result.version}"
    signed = ", signed" if result.signed else ""
    verb = "Released" if result.applied else "Would release"
    yield Line(f"{verb} {result.name} {step} as {result.tag}{signed}", "good")
    if result.level and result.bump and result.bump != result.level:
        yield Line(f"  the changes ask for: {result.level}; --bump says {result.bump}", "warn")
    for change in result.changes:
        yield Line(f"  {change.level}: {change.message}", "dim")
    for note in result.notes:
        yield Line(f"  {note}")
    if result.applied:
        yield Line(f"Next: {_pushed('git push --follow-tags', result)}", "title")
        if result.is_first:
            yield Line(f"  scaffold new {result.name} DIR --source {result.root}")


def _pushed(command: str, result: Released | Withdrawn) -> str:
    return command if result.has_remote else f"add a remote, then {command}"


def blueprint_new(result: Started) -> Iterator[Line]:
    """Say what was started."""
    yield Line(
        f"{'Started' if result.applied else 'Would start'} {result.name}: {many(len(result.files), 'file')}", "good"
    )
    yield from (Line(f"  {path}") for path in result.files)
    yield Line("Questions, with an example of each:", "title")
    yield from table(list(result.questions.items()), "plain")
    yield from (Line(f"  left out: {one}", "warn") for one in result.left)
    yield from (Line(f"  note: {one}", "warn") for one in result.notes)
    if result.applied:
        yield Line(f"Next: scaffold blueprint lint {result.name}", "title")


def blueprint_withdraw(result: Withdrawn) -> Iterator[Line]:
    """Say what was withdrawn."""
    yield Line(f"Withdrew {result.name} {result.version}: {result.reason}", "good")
    instead = f"{result.instead} is offered instead" if result.instead else "there is no other version to offer"
    yield Line(f"  nobody is offered it any more; {instead}")
    yield Line(f"Next: {_pushed('git push', result)}", "title")
    if result.instead:
        back = f"scaffold fleet plan --to {result.instead} --where withdrawn"
        yield Line(f"  those on it go back with scaffold update --to {result.instead}, or {back}")


def library_init(result: LibraryMade) -> Iterator[Line]:
    """Say what was made."""
    yield Line(f"Made a library at {result.root}, with {', '.join(result.tags)}", "good")
    yield Line("Next:", "title")
    yield Line(f"  scaffold new {result.tags[0].partition('/')[0]} DEST --source {result.root}")
    yield Line("  change templates/ or blueprints/, commit, and scaffold blueprint release NAME")
    yield Line(
        "  before CI is to hold services to it (that can wait): say in tools/scaffold.txt where your company keeps"
        " Scaffold, which .github/workflows/guardrails.yml installs"
    )
