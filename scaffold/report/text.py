"""Results as lines for people; the tone says what a line means, and the terminal decides how that looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:  # a report needs the types of what it words, not the modules
    from collections.abc import Iterable, Iterator

    from scaffold.plan.actions import Action
    from scaffold.report.results import (
        Adopted,
        Diff,
        Explanation,
        Fitting,
        Owned,
        Stamped,
        Undone,
        Updated,
    )
    from scaffold.report.standing import Status


Tone = Literal["plain", "title", "good", "warn", "bad", "dim"]
TONES: dict[str, Tone] = {"create": "good", "delete": "bad", "conflict": "bad", "merge": "warn", "replace": "warn"}
DIFF_TONES: dict[str, Tone] = {"+": "good", "-": "bad", "@": "dim"}
OWNERS = (("locked", "the platform's"), ("managed", "shared"), ("seeded", "yours"))
REPOSITORIES = {
    "own": "committed to a git repository of its own",
    "existing": "staged in the repository around it; commit it when you like it",
    "none": "in no git repository, so it cannot be updated until it is in one",
}
DRIFTS = {
    "modified": "was edited",
    "deleted": "was deleted",
    "mode": "has another mode",
    "unknown": "your file is not valid, so its locked keys cannot be told",
}

STANDINGS = {
    "lapsing": "the exception to {waiver.rule} lapses on {waiver.expires}",
    "expired": "the exception to {waiver.rule} expired on {waiver.expires}, and waives nothing",
    "unused": "the exception to {waiver.rule} waives nothing that is found: take it out",
}
SHOWN = 5  # paths that a line names
DRY_RUN = "Nothing was written: this was a dry run."
DECIDE = "Next: decide each of them, then scaffold update --continue."
SIDES = "  Edit it, or take a side: scaffold resolve PATH --ours, --theirs or --both; or git mergetool."


class Line(NamedTuple):
    """One line and what it means; one of a `patch` is for programs too, and one that is `whole` is never broken.

    Where a narrow terminal breaks it, the rest stands `hang` columns in, or a little further in than its beginning.
    """

    text: str
    tone: Tone = "plain"
    patch: bool = False
    whole: bool = False
    hang: int = 0


def new(result: Stamped) -> Iterator[Line]:
    """Say what was made, or would be, and what to do next."""
    if result.published and not result.applied:
        yield Line(f"{result.root} is stamped already: {result.blueprint} {result.version}", "title")
        return
    done = "Stamped" if result.applied else "Would stamp"
    yield Line(f"{done} {result.blueprint} {result.version} into {result.root}", "title")
    if result.in_use or not result.applied:
        yield from _beside(result)
        return
    owned = " · ".join(f"{result.owners[o]} {o} ({whose})" for o, whose in OWNERS if result.owners.get(o))
    files = sum(result.owners.values())
    yield Line(f"  {many(files, 'file')} and .scaffold/, {REPOSITORIES[result.repository]}")
    if owned:
        yield Line(f"  {owned}", "dim")
    yield from table([(top, many(count, "file")) for top, count in _tops(result.files)], "dim")
    yield from _notes(result.notes)
    yield Line("")
    yield Line(f"Next, in {result.root}:", "title")
    for step in result.next_steps or (_first_step(result),):
        yield Line(f"  {step}")


def _beside(result: Stamped) -> Iterator[Line]:
    """Word what is planned path by path: for a dry run, and for a folder in which there were files already."""
    plan = result.plan
    yield from actions(action for action in plan.changes if action.verb != "conflict")
    yield from actions(action for action in plan if not action.changes)
    yield from _notes(result.notes)
    yield from _conflicts(plan.conflicts)
    yield Line("")
    if not result.applied:
        yield Line(DRY_RUN, "title")
    elif plan.conflicts:
        yield Line(DECIDE, "title")
        yield Line(SIDES)
        yield Line("  The rest is staged. To take all of it back: scaffold undo")
    else:
        yield Line("Staged. Next: look at it with git diff --cached, then git commit.", "good")
        yield Line("  To take it back: scaffold undo")
    yield from (Line(f"  {step}") for step in result.next_steps)


def _first_step(result: Stamped) -> str:
    read = "read README.md, and " if "README.md" in result.files else ""
    where = "give your team the address" if result.published else "git push it where your team works"
    return f"{read}{where}"


def _tops(files: Iterable[str]) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for path in files:
        top, slash, _ = path.partition("/")
        counts[top + slash] = counts.get(top + slash, 0) + 1
    yield from sorted((top, count) for top, count in counts.items() if top.endswith("/"))


def update(result: Updated) -> Iterator[Line]:
    """Say what changed, what was put back, what is left to decide, and what to do next."""
    plan = result.plan
    before, after = plan.lock_before, plan.lock_after
    if result.up_to_date:
        yield Line(f"{after.blueprint} {after.version}: up to date, nothing to do", "good")
        yield from _notes(result.notes)
        return
    title = f"{after.blueprint} {before.version} -> {after.version}"
    if before.version == after.version:
        done = "put right" if before.answers == after.answers else "answers applied"
        done = done if plan.changes or not result.commit else "what was staged is committed"
        title = f"{after.blueprint} {after.version}: {done}"
    yield Line(title, "title")
    yield from actions(action for action in plan.changes if action.verb != "conflict")
    missed = [action for action in plan if action.verb == "leave" and action.after is None]
    yield from actions(missed)
    settled = [action for action in plan if action.decided and not action.changes and action not in missed]
    yield from actions(settled)
    kept = sum(1 for action in plan if not action.changes) - len(missed) - len(settled)
    if kept:
        yield Line(f"  {kept} more stay as they are", "dim")
    yield from _drift(plan.changes)
    yield from (Line(f"  waived, so not put back: {a.path} ({a.waiver})", "warn") for a in plan.waived)
    yield from _notes(result.notes)
    yield from _offers(result)
    yield from _conflicts(plan.conflicts)
    yield Line("")
    yield from _update_next(result)


def actions(found: Iterable[Action]) -> Iterator[Line]:
    """Say what happens to each path, and why."""
    rows = list(found)
    width = max((len(row.path) for row in rows), default=0)
    for row in rows:
        yield Line(f"  {row.verb:<8} {row.path:<{width}}  {row.why}", TONES.get(row.verb, "plain"))


def _drift(actions: Iterable[Action]) -> Iterator[Line]:
    put_back = [f"{a.path} ({key})" if key else a.path for a in actions for key in a.drift]
    if put_back:
        yield Line(f"  locked, edited here, and put back: {', '.join(put_back)}", "warn")


def _offers(result: Updated) -> Iterator[Line]:
    offers = result.plan.offers
    if offers:
        first = "scaffold undo, then " if result.applied else ""
        yield Line(
            f"  yours, left where the blueprint has moved from: {first}the same update with --move-own moves them",
            "warn",
        )
        yield from table([(offer.path, f"-> {offer.to}") for offer in offers[:SHOWN]], "warn")
    if len(offers) > SHOWN:
        yield Line(f"  and {len(offers) - SHOWN} more", "warn")


def _conflicts(conflicts: tuple[Action, ...]) -> Iterator[Line]:
    if conflicts:
        yield Line("")
        yield Line(f"{len(conflicts)} left for you to decide:", "bad")
        yield from actions(conflicts)


def _update_next(result: Updated) -> Iterator[Line]:
    on = f" on the branch {result.branch}" if result.branch else ""
    if not result.applied:
        yield Line(DRY_RUN, "title")
    elif result.plan.conflicts:
        if result.rerere:
            yield Line(f"  resolved by git rerere as before, so look at it: {', '.join(result.rerere)}", "warn")
        yield Line(DECIDE, "title")
        yield Line(SIDES)
        yield Line(f"  The rest is staged{on}. To take all of it back: scaffold update --abort")
    elif result.commit:
        yield Line(f"Committed as {result.commit[:10]}{on}. To take it back: scaffold undo", "good")
    else:
        yield Line("Staged. Next: look at it with git diff --cached, then git commit.", "good")
        yield Line("  To take it back: scaffold undo")
    yield from (Line(f"  {step}") for step in result.next_steps)


def status(result: Status) -> Iterator[Line]:
    """Say how the project stands, and what would mend each thing."""
    yield Line(f"{result.blueprint} {result.version}, from {result.source}", "title")
    if result.interrupted:
        yield Line(f"  interrupted  {result.interrupted}", "bad")
    for path in result.conflicts:
        yield Line(f"  conflict     {path}: edit it or scaffold resolve it, then scaffold update --continue", "bad")
    if result.unfinished:
        yield Line("  conflicts    all of them are resolved: scaffold update --continue finishes the update", "bad")
    if result.uncommitted:
        ends = "git commit or scaffold update --continue commits it, scaffold undo takes it back"
        yield Line(
            f"  uncommitted  {result.uncommitted} is applied and staged, and its commit was refused: {ends}", "bad"
        )
    for drift in result.drift:
        said = f"its locked key {drift.key} was edited" if drift.key else DRIFTS[drift.kind]
        mended = "mend it first" if drift.kind == "unknown" else "scaffold update puts it back"
        yield Line(f"  drift        {drift.path}: {said}; {mended}", "warn")
    if result.edited_answers:
        yield Line(f"  edited       {', '.join(result.edited_answers)}: scaffold update applies it", "warn")
    yield from _incomplete(result)
    for stood in result.waivers:
        if stood.state != "active":
            yield Line(
                f"  waiver       {stood.waiver.name}: {STANDINGS[stood.state].format(waiver=stood.waiver)}", "warn"
            )
    if result.own:
        yield Line(f"  own          {_some(result.own)}: yours by .scaffold/answers.yml, so updates leave it alone")
    if result.withdrawn:
        back = f"scaffold update --to {result.latest} goes back"
        mended = (
            "scaffold update leaves it" if result.behind else back if result.latest != result.version else "no other is"
        )
        yield Line(f"  withdrawn    {result.withdrawn}; {mended}", "bad")
    if result.behind:
        yield Line(f"  behind       {result.latest} is out: scaffold update", "warn")
    for offer in result.offers:
        waits = f"the update to {offer.version} waits on {offer.branch}, by what was fetched last"
        yield Line(f"  offered      {waits}: look at its pull request", "warn")
    if result.paused:
        said = f"until {result.paused.until}: {result.paused.reason}"
        yield Line(f"  paused       {said}; a fleet's updates wait, and scaffold update does not")
    if result.ahead:
        yield Line(f"  ahead        {result.version} comes after {result.latest}, the newest release")
    yield from _notes(result.notes)
    if result.state == "current":
        yield Line("  current      nothing to do", "good")


def _incomplete(result: Status) -> Iterator[Line]:
    if result.missing:
        one = len(result.missing) == 1
        said = f"{len(result.missing)} of {result.files} files that the blueprint has {'is' if one else 'are'} not here"
        yield Line(f"  incomplete   {said}: scaffold update brings {'it' if one else 'them'}", "warn")
    if result.unlike:
        of = f"{len(result.unlike)} of {result.files} files {'is' if len(result.unlike) == 1 else 'are'}"
        does = "scaffold update adds what the blueprint has, and leaves what contradicts as a conflict"
        yield Line(f"  incomplete   {of} the team's own throughout ({_some(result.unlike)}): {does}", "warn")


def own(result: Owned) -> Iterator[Line]:
    """Say whose the files are now."""
    count = len(result.files)
    whose = "shared with the blueprint again, and merged" if result.back else "yours: updates leave them alone"
    yield Line(f"{many(count, 'file')} {whose}: {_some(result.files)}", "good")
    if result.held:
        yield Line(f"  what is locked in them stays the platform's: {_some(result.held)}", "warn")
    yield Line("  Recorded in .scaffold/answers.yml, and staged. To take it back: scaffold undo")


def diff(result: Diff) -> Iterator[Line]:
    """Show each difference as git does."""
    if not result.files:
        yield Line(f"No differences between {result.old} and {result.new}.", "good")
    for file in result.files:
        yield Line(f"{file.path}: {file.what} ({file.ownership})", "title")
        if file.text is None:
            yield Line("  what was stamped cannot be found, so the difference is unknown", "warn")
            continue
        for text in file.text.removesuffix("\n").split("\n"):
            yield Line(text, _diff_tone(text), patch=True)
    yield from _notes(result.notes)


def _diff_tone(text: str) -> Tone:
    if text.startswith(("+++", "---", "diff ", "index ")):
        return "dim"
    return DIFF_TONES.get(text[:1], "plain")


def undo(result: Undone) -> Iterator[Line]:
    """Say what was taken back."""
    yield Line(f"Took back: {result.what}", "good")
    if result.removed:
        yield Line(f"  {result.root} is gone")
    else:
        yield Line(f"  {many(len(result.paths), 'file')} {'is' if len(result.paths) == 1 else 'are'} as before")
    yield from _notes(result.notes)


def explain(result: Explanation) -> Iterator[Line]:
    """Say where a file comes from and whose it is."""
    yield Line(result.path, "title")
    rows = [("ownership", f"{result.ownership}: {result.meaning}"), ("state", result.state)]
    if result.template:
        had = "dropped in" if result.dropped else "in"
        rows.append(("template", f"{result.template}, {had} {result.blueprint} {result.version}"))
    rows += [(f"key {key}", owner) for key, owner in result.keys.items()]
    if result.line:
        rows.append((f"line {result.line}", result.line_from or ""))
    rows += [("decided before", f"{one.taken}, in the update to {one.version}") for one in result.decided]
    rows += [(f"rule {id_}", title) for id_, title in result.rules.items()]
    yield from table(rows, "plain")


def adopt(result: Adopted) -> Iterator[Line]:
    """Say what a repository was taken over as, or could be, what the team has made of it, and what to do next."""
    name = f"{result.blueprint} {result.version}"
    came = f"made with {result.origin}" if result.origin else "made by hand"
    if result.proposed:
        yield Line(f"This repository was {came}. It fits {name} best:", "title")
    else:
        took = "Took over" if result.applied else "Would take over"
        yield Line(f"{took} {result.root}, {came}, as {name}", "title")
    fits = [(f"{fit.blueprint} {fit.version}", _share(fit)) for fit in result.fits]
    yield from table(fits if result.proposed else [], "plain")
    edited = len(result.edited) + len(result.own)
    same = len(result.files) - edited - len(result.deleted)
    yield Line(f"  {same} of {len(result.files) + len(result.missing)} files are as the blueprint has them")
    told = {
        "edited": ("edited", result.edited),
        "own": (
            "the team's own; an update adds what the blueprint has, and leaves what contradicts as a conflict",
            result.own,
        ),
        "deleted": ("deleted", result.deleted),
        "missing": ("missing; an update brings them", result.missing),
        "removed": ("no longer needed, so removed", result.removed),
    }
    rows = [(str(len(paths)), f"{what}: {_some(paths)}") for what, paths in told.values() if paths]
    yield from table(rows, "plain")
    if result.proposed:
        yield from table([(question, str(answer)) for question, answer in result.answers.items()], "dim")
    yield from _notes(result.notes)
    yield Line("")
    yield from _adopt_next(result)


def _share(fit: Fitting) -> str:
    return f"{fit.score:.0%}: {fit.present:.0%} of its files are here, with {fit.lines:.0%} of their lines"


def _some(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return ", ".join(paths[:SHOWN]) + more


def _adopt_next(result: Adopted) -> Iterator[Line]:
    if result.proposed:
        yield Line("Nothing was written. To take it over like this: the same command with --yes", "title")
        yield Line("  or with --blueprint NAME[@VERSION], and --data for other answers")
    elif not result.applied:
        yield Line("Nothing was written: this was a dry run.", "title")
    else:
        where = f"Committed as {result.commit[:10]}" if result.commit else "Staged"
        brings = "what is missing" if result.missing else "the newest version"
        yield Line(f"{where}. Next: scaffold diff shows your edits, scaffold update brings {brings}.", "good")
        yield Line("  To take it back: scaffold undo")


def many(count: int, word: str) -> str:
    """Return so many of something in words, as in `1 file` and `1,240 files`."""
    return f"{count:,} {word}{'s' * (count != 1)}"


def table(rows: list[tuple[str, str]], tone: Tone) -> Iterator[Line]:
    """Word rows of a name and what is said of it, in columns."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        yield Line(f"  {name:<{width}}  {value}", tone, hang=width + 4)


def _notes(notes: Iterable[str]) -> Iterator[Line]:
    for note in notes:
        yield Line(f"  note: {note}", "warn")
