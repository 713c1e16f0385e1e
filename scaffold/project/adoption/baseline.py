"""What an adoption starts from, by what a repository records or by what fits it: a release as it was rendered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from scaffold import disk
from scaffold.answers.file import Wishes
from scaffold.blueprint.release import Release, retired
from scaffold.project.adoption.fit import Fit
from scaffold.project.adoption.ground import Ground
from scaffold.project.adoption.origins import Origin
from scaffold.project.conditions import NOBODY, Conditions, Person
from scaffold.project.stamp import trusting
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.report.results import Adopted
from scaffold.sources import address
from scaffold.sources.library import Library

HALF = 0.5

Confirm = Callable[[Adopted], bool]


class Wish(NamedTuple):
    """What was asked for: see `adopt`."""

    start: Path
    ground: Ground
    open: Callable[[str], Library]  # opens a library or a template; raises SourceError
    library: str
    conditions: Conditions
    source: str | None = None
    template: str | None = None
    at: str | None = None
    answers_file: Path | None = None
    replay: Path | None = None
    blueprint: str | None = None
    data: Mapping[str, Any] = {}
    yes: bool = False
    confirm: Confirm | None = None
    keep_copier: bool = False
    dry_run: bool = False
    commit: bool = False
    person: Person = NOBODY


@dataclass(frozen=True)
class Baseline:
    """A release, what it rendered to and how, and for which folder.

    `origin` is None where nothing records that it was so. With `keep_copier` Copier's answers file is kept up.
    """

    root: Path
    release: Release
    address: str
    rendered: Rendered = field(repr=False)
    means: Means
    keep_copier: bool = False
    origin: Origin | None = None
    fits: tuple[Fit, ...] = ()
    notes: tuple[str, ...] = ()
    follow: str = ""

    @property
    def wishes(self) -> Wishes:
        """What `.scaffold/answers.yml` is to ask for."""
        name, answers = self.release.blueprint.name, self.rendered.answers.recorded
        own = self.origin.own if self.origin else ()
        return Wishes(name, self.address, answers, self.keep_copier, follow=self.follow, own=own)


def means_for(wish: Wish, release: Release, library: Library) -> tuple[Means, list[str]]:
    """Return how to render: without trust the template's scripts, if any, are left out, and that is said."""
    means = trusting(wish.conditions.means, library.address)
    hooks = any(layer.settings.hooks for layer in release.layers)
    if not (hooks or any(layer.settings.tasks for layer in release.layers)):
        return means._replace(skip_tasks=True), []
    if means.trust:
        return means, []
    what = "tasks and hooks" if hooks else "tasks"
    note = f"the template's {what} were not run, so what they changed shows as an edit; --trust runs them"
    return means._replace(skip_tasks=True), [note]


def told_of(library: Library, release: Release) -> tuple[str, ...]:
    """Say what a user should know of a library as it was read, and of a release."""
    blueprint = release.blueprint
    said = dict.fromkeys((retired(blueprint), *library.notices(blueprint.name, blueprint.version)))
    return tuple(note for note in (library.note, *said) if note)


def address_of(template: str) -> address.Wanted:
    """Return what the address of a template asks for: a name alone is an address too."""
    wanted = address.read(template, lambda path: disk.expand(path).exists())
    return wanted if wanted.source else address.Wanted(wanted.name, None, wanted.ref)
