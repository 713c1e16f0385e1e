"""Adopt: take over what Copier, cruft, Cookiecutter or nobody made, as it stands, with its history as it is."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from scaffold import lock
from scaffold.answers.question import Ask
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.apply.record import Operation
from scaffold.errors import ProjectError
from scaffold.git.objects import Objects, find_repository
from scaffold.project import found
from scaffold.project.basis import Basis, Wish, proposed, recorded, replayed, search
from scaffold.project.changes import changes_of, keep_base
from scaffold.project.opened import FOLDER, place_of
from scaffold.project.takeover import Takeover, take_over
from scaffold.project.update import commit_applied, refuse_dirty, refuse_unfit
from scaffold.render.means import Means
from scaffold.report.results import Adopted
from scaffold.sources.locate import BUILT_IN, Notify

Confirm = Callable[[Adopted], bool]


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
    start = _start(Path(directory))
    repository = _repository(start)
    wish = Wish(
        start=start,
        repository=repository,
        source=source,
        template=template,
        at=at,
        blueprint=blueprint,
        data=data or {},
        ask=ask,
        keep_copier=keep_copier,
        offline=offline,
        means=means,
        library=library,
        notify=notify,
    )
    origin = None
    if template is None and replay is None and (blueprint is None or answers_file is not None):
        origin = found.find(start, repository, None if answers_file is None else Path(answers_file))
    if origin is not None:
        basis = recorded(wish, origin)
    elif replay is not None and (known := replayed(wish, Path(replay))) is not None:
        basis = known
    else:
        proposal = search(wish, Path(replay) if replay is not None else None)
        if not (yes or blueprint is not None):
            result = take_over(proposed(wish, proposal, agreed=False), wish).result(proposed=True)
            if confirm is None or not confirm(result):
                return result
        basis = proposed(wish, proposal, agreed=not dry_run)
    return _carry_out(basis, wish, sure=yes, dry_run=dry_run, commit=commit)


def _start(directory: Path) -> Path:
    start = directory.resolve()
    if not start.is_dir():
        what = "this is a file" if start.exists() else "there is no such folder"
        raise ProjectError(what, where=str(start), hint="name the folder to take over")
    return start


def _repository(start: Path) -> Objects:
    repository = find_repository(start)
    _refuse_adopted(start)
    return place_of(start, repository).repository


def _refuse_adopted(root: Path) -> None:
    if (root / lock.PATH).exists():
        raise ProjectError(
            "this is a scaffold project already", where=str(root / FOLDER), hint="see scaffold status and scaffold diff"
        )


def _carry_out(basis: Basis, wish: Wish, *, sure: bool, dry_run: bool, commit: bool) -> Adopted:
    _refuse_adopted(basis.root)
    place = place_of(basis.root, wish.repository)
    with nullcontext() if dry_run else transaction.exclusively(place):
        records.refuse_interrupted(place)
        taken = take_over(basis, wish)
        if not sure:
            taken.refuse_unlike()
        if dry_run:
            return taken.result()
        refuse_dirty(taken.project, taken.plan.changes, "the adoption")
        refuse_unfit(place.repository, None)
        made = _write(taken, commit=commit)
    return taken.result(applied=True, commit=made)


def _write(taken: Takeover, *, commit: bool) -> str | None:
    place, after = taken.project.place, taken.plan.lock_after
    what = f"adopt {after.blueprint} {after.version}"
    changes = changes_of(taken.prepared)
    keep_base(place, after, (file.content for file in taken.basis.rendered.tree.values()))
    record = transaction.stage(place, Operation("adopt", what, commits=commit), changes)
    with transaction.rolling_back(place, record):
        transaction.swap(place, record, changes)
    record = records.finish(place, record)
    return commit_applied(taken.project, f"chore: {what}", record, changes) if commit else None
