"""Adopt: take over what Copier, cruft, Cookiecutter or nobody made, as it stands, with its history as it is."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from scaffold import lock
from scaffold.answers.question import Ask
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.errors import ProjectError
from scaffold.git.objects import Objects, find_repository
from scaffold.process import Notify
from scaffold.project.adoption.baseline import Baseline, Confirm, Wish
from scaffold.project.adoption.from_search import proposed, search
from scaffold.project.adoption.ground import Ground
from scaffold.project.adoption.planned import known, subject, taken_over, what_of
from scaffold.project.adoption.takeover import take_over
from scaffold.project.applying.commit import NOTHING, commit_applied
from scaffold.project.applying.folder import carry_out, refuse_dirty, refuse_unfit
from scaffold.project.conditions import Conditions, Person
from scaffold.project.opening import FOLDER, folder_at, place_of
from scaffold.render.means import Means
from scaffold.report.results import Adopted
from scaffold.sources.locate import BUILT_IN, locate


def adopt(
    directory: Path | str = ".",
    *,
    source: str | None = None,
    template: str | None = None,
    at: str | None = None,
    answers_file: Path | str | None = None,
    replay: Path | str | None = None,
    blueprint: str | None = None,
    data: Mapping[str, Any] | None = None,
    yes: bool = False,
    confirm: Confirm | None = None,
    ask: Ask | None = None,
    keep_copier: bool = False,
    dry_run: bool = False,
    commit: bool = False,
    offline: bool = False,
    means: Means = Means(),
    library: str = BUILT_IN,
    notify: Notify = lambda _: None,
) -> Adopted:
    """Take a repository over; raises ScaffoldError, and then nothing was written.

    What it was made from is read from its own files. Where none says so, the blueprint that fits best is proposed, and
    taken with `yes`, a `blueprint`, or where `confirm` returns true. `source` is where the template is now, or the
    library to look through instead of `library`.
    """
    start = folder_at(Path(directory), "name the folder to take over")
    opening = partial(locate, offline=offline, limits=means.limits, notify=notify)
    named, kept = (None if file is None else Path(file) for file in (answers_file, replay))
    wish = Wish(
        start=start, ground=Ground(_repository(start)), open=opening, source=source, template=template, at=at,
        answers_file=named, replay=kept, blueprint=blueprint, data=data or {}, yes=yes, confirm=confirm,
        keep_copier=keep_copier, dry_run=dry_run, commit=commit, library=library,
        conditions=Conditions(offline=offline, means=means), person=Person(ask, notify=notify),
    )  # fmt: skip
    return _adopted(wish)


def _adopted(wish: Wish) -> Adopted:
    told = known(wish)
    if told is not None:
        return _carry_out(told, wish)
    proposal = search(wish)
    if not (wish.yes or wish.blueprint is not None):
        result = take_over(proposed(wish, proposal, agreed=False), wish.ground).result(proposed=True)
        if wish.confirm is None or not wish.confirm(result):
            return result
    return _carry_out(proposed(wish, proposal, agreed=not wish.dry_run), wish)


def _repository(start: Path) -> Objects:
    repository = find_repository(start)
    place = place_of(start, repository)
    records.refuse_unfinished(place)
    _refuse_adopted(start)
    return place.repository


def _refuse_adopted(root: Path) -> None:
    if (root / lock.PATH).exists():
        raise ProjectError(
            "this is a scaffold project already", where=str(root / FOLDER), hint="see scaffold status and scaffold diff"
        )


def _carry_out(baseline: Baseline, wish: Wish) -> Adopted:
    _refuse_adopted(baseline.root)
    place = place_of(baseline.root, wish.ground.repository)
    with nullcontext() if wish.dry_run else transaction.exclusively(place):
        records.refuse_unfinished(place)
        taken = taken_over(baseline, wish)
        if wish.dry_run:
            return taken.result()
        refuse_dirty(taken.prepared.project, taken.plan.changes, "the adoption")
        refuse_unfit(place.repository, None)
        message = subject(taken) if wish.commit else None
        prepared = replace(taken.prepared, trusted=baseline.means.trust)
        record = carry_out(prepared, "adopt", what_of(taken), message=message)
        made = commit_applied(place, message, record) if message else NOTHING
    result = taken.result(applied=True, commit=made.commit)
    return result._replace(notes=(*result.notes, *made.notes))
