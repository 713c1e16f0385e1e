"""What an adoption starts from: a release rendered as it once was, by what the repository records or by what fits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import scaffold
from scaffold import disk
from scaffold.answers import file as answers_file
from scaffold.answers.file import Wishes
from scaffold.answers.question import Ask, Asked
from scaffold.blueprint.plain import plain_name
from scaffold.blueprint.release import Release, require_scaffold, retired
from scaffold.errors import AnswerError, ProjectError, SourceError
from scaffold.git.objects import Objects
from scaffold.git.remotes import origin as origin_of
from scaffold.lock import Lock
from scaffold.process import Notify
from scaffold.project.adoption import guess, origins
from scaffold.project.adoption.fit import Fit, Ours, Search
from scaffold.project.adoption.origins import Origin
from scaffold.project.opening import Project, nothing_applied, prefix_of, read_ours
from scaffold.project.stamp import stamp, surroundings_of, trusting
from scaffold.project.work_tree import WorkTree
from scaffold.render.engine import Rendered
from scaffold.render.means import Means
from scaffold.report.results import Adopted
from scaffold.sources import address
from scaffold.sources.library import Library
from scaffold.sources.locate import locate
from scaffold.sources.template import FolderTemplate

SAY_VERSION = "say which version it is from with --at VERSION"
TELLING = ("pyproject.toml", "package.json", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
HALF = 0.5
LEAST = 0.1  # of a fit that is proposed

Confirm = Callable[[Adopted], bool]


class Wish(NamedTuple):
    """What was asked for: see `adopt`."""

    start: Path
    repository: Objects
    source: str | None
    template: str | None
    at: str | None
    answers_file: Path | None
    replay: Path | None
    blueprint: str | None
    data: Mapping[str, Any]
    yes: bool
    confirm: Confirm | None
    ask: Ask | None
    keep_copier: bool
    dry_run: bool
    commit: bool
    offline: bool
    means: Means
    library: str
    notify: Notify

    def open(self, source: str) -> Library:
        """Open a library or a template; raises SourceError."""
        return locate(source, offline=self.offline, limits=self.means.limits, notify=self.notify)


@dataclass(frozen=True)
class Basis:
    """A release, what it rendered to, and for which folder. `origin` is None where nothing records that it was so."""

    root: Path
    release: Release
    address: str
    rendered: Rendered = field(repr=False)
    origin: Origin | None = None
    fits: tuple[Fit, ...] = ()
    notes: tuple[str, ...] = ()
    follow: str = ""

    def wishes(self, *, keep_copier: bool) -> Wishes:
        """Return what `.scaffold/answers.yml` is to ask for."""
        name, answers = self.release.blueprint.name, self.rendered.answers.recorded
        own = self.origin.own if self.origin else ()
        return Wishes(name, self.address, answers, keep_copier, follow=self.follow, own=own)


def recorded(wish: Wish, origin: Origin) -> Basis:
    """Render what a file in the repository, or Cookiecutter's replay, says; raises ScaffoldError."""
    library = _opened(wish, origin)
    if wish.keep_copier and address.parted(library.address).folder:
        raise ProjectError(
            f"--keep-copier would record {library.address}, and Copier cannot fetch a folder of a repository",
            where=str(origin.file),
            hint="adopt without --keep-copier",
        )
    name = _name(library, wish)
    release = _release(library, name, wish.at or origin.ref, origin)
    require_scaffold(release.blueprint, scaffold.__version__)
    means, notes = _means(wish, release, library)
    known = {question.name for question in release.questions}
    answers = origin.answers if release.kind == "copier" else {n: v for n, v in origin.answers.items() if n in known}
    root = wish.start if origin.tool == "Cookiecutter" else origin.file.parent

    def render(root: Path, means: Means) -> Rendered:
        return _rendered(release, root, answers, wish, origin, means)

    # The folder is found without tasks, so that they run once; Cookiecutter's hooks may be needed to render at all.
    trial = means._replace(skip_tasks=True) if origin.tool == "Copier" else means
    rendered = render(root, trial)
    better = _above(root, rendered, origin, wish.repository)
    if better != root or trial != means:
        root, rendered = better, render(better, means)
    if wish.keep_copier and origin.file != root / rendered.answers_file:  # it has another name, which it is to keep
        rendered = render(root, means._replace(answers_file=origin.file.relative_to(root).as_posix()))
    notes += _notes(release, rendered, origin, {*answers} - known)
    if isinstance(library, FolderTemplate):
        notes.append("the template has no versions, so its files as they are now count as what was stamped")
    follow = origin.follow if origin.follow and library.is_branch(origin.follow) else ""
    return Basis(root, release, library.address, rendered, origin, (), (*_said(library, release), *notes), follow)


def _opened(wish: Wish, origin: Origin) -> Library:
    given = wish.source or wish.template
    if given and not wish.blueprint:  # moved, with the folder where it was
        given = origins.within(given, origin.folder)
    try:
        return wish.open(given or origin.source)
    except SourceError as error:
        if wish.source or wish.template or error.where == str(origin.file):
            raise
        raise SourceError(
            error.message, where=str(origin.file), hint=f"{error.hint}; or {origins.FROM_ADDRESS}"
        ) from error


def _name(library: Library, wish: Wish) -> str:
    names = library.names()
    if wish.blueprint:
        return wish.blueprint.partition("@")[0]
    if len(names) != 1:
        hint = f"say which with --blueprint: {', '.join(names)}"
        raise SourceError(f"{library.address} is a library of blueprints, not one template", hint=hint)
    return names[0]


def _release(library: Library, name: str, ref: str | None, origin: Origin) -> Release:
    if ref is None and not isinstance(library, FolderTemplate):
        raise SourceError("the version that was stamped is not recorded", where=str(origin.file), hint=SAY_VERSION)
    try:
        return library.release(name, ref)
    except SourceError as error:
        hint = f"{SAY_VERSION}; {error.hint}" if error.hint else SAY_VERSION
        raise SourceError(error.message, where=str(origin.file), hint=hint) from error


def _means(wish: Wish, release: Release, library: Library) -> tuple[Means, list[str]]:
    """Return how to render: without trust the template's scripts, if any, are left out, and that is said."""
    means = trusting(wish.means, library.address)
    hooks = any(layer.settings.hooks for layer in release.layers)
    if not (hooks or any(layer.settings.tasks for layer in release.layers)):
        return means._replace(skip_tasks=True), []
    if means.trust:
        return means, []
    what = "tasks and hooks" if hooks else "tasks"
    note = f"the template's {what} were not run, so what they changed shows as an edit; --trust runs them"
    return means._replace(skip_tasks=True), [note]


def _rendered(
    release: Release, root: Path, answers: Mapping[str, Any], wish: Wish, origin: Origin, means: Means
) -> Rendered:
    try:
        return stamp(
            release,
            surroundings_of(root),
            given=wish.data,
            previous=answers,
            means=means,
            keep_copier=wish.keep_copier,
            notify=wish.notify,
        )
    except AnswerError as error:
        message = error.message.replace(answers_file.PATH, origin.file.name)
        line = next((line for name, line in origin.lines.items() if f"to `{name}` " in message), str(origin.file))
        raise AnswerError(message, where=line, hint=error.hint) from error


def _above(root: Path, rendered: Rendered, origin: Origin, repository: Objects) -> Path:
    """Return the folder that the render belongs to: the file's own, or one above it where that is far from it."""
    depth = rendered.answers_file.count("/")
    if depth and origin.file.as_posix().endswith(f"/{rendered.answers_file}"):
        return origin.file.parents[depth]
    top = repository.root.resolve()

    def there(folder: Path) -> float:
        return sum((folder / path).is_file() for path in rendered.tree) / (len(rendered.tree) or 1)

    if origin.tool != "Copier" or there(root) >= HALF:
        return root
    return next((f for f in root.parents if f.is_relative_to(top) and there(f) > HALF), root)


def _notes(release: Release, rendered: Rendered, origin: Origin, extra: set[str]) -> list[str]:
    answers = rendered.answers
    notes = list(rendered.notes)
    if answers.guessed:
        notes.append(f"secrets are not kept, so these took their default: {', '.join(answers.guessed)}")
    if unused := sorted(extra):
        notes.append(f"not asked by {release.blueprint.name} {release.version}, so left out: {', '.join(unused)}")
    if origin.own:
        notes.append(f"cruft was told to skip these, so they are the team's own: {', '.join(origin.own)}")
    return notes


def _said(library: Library, release: Release) -> tuple[str, ...]:
    return tuple(note for note in (library.note, retired(release.blueprint)) if note)


def replayed(wish: Wish) -> Basis | None:
    """Render what Cookiecutter's replay says, or return None where none is named or it does not say which version."""
    if wish.replay is None:
        return None
    origin, ref = origins.replayed(wish.replay), None
    if wish.template:
        wanted = _address(wish.template)
        wish, ref = wish._replace(template=wanted.source), wanted.ref
    ref = wish.at or ref or origin.ref
    return recorded(wish._replace(at=ref), origin) if ref else None


def _address(template: str) -> address.Wanted:
    wanted = address.read(template, lambda path: disk.expand(path).exists())
    return wanted if wanted.source else address.Wanted(wanted.name, None, wanted.ref)


class Proposal(NamedTuple):
    """The library that was looked through, what fits best first, and the answers that were known."""

    library: Library
    fits: tuple[Fit, ...]
    given: Mapping[str, Any]


def search(wish: Wish) -> Proposal:
    """Find how well the repository fits the blueprints of a library, or one template; raises ScaffoldError."""
    if wish.keep_copier:
        raise ProjectError("there is no answers file of Copier's to keep up", where=str(wish.start))
    if wish.replay is not None and not (wish.template or wish.blueprint or wish.source):
        wish = wish._replace(template=_template_of(wish.replay))
    wanted = _address(wish.template) if wish.template else None
    library = _searched(wish, wanted.source or "" if wanted else wish.source or wish.library)
    name, version = None, wish.at or (wanted.ref if wanted else None)
    if wish.blueprint:
        name, _, ref = wish.blueprint.partition("@")
        version = ref or version
    replay = wish.replay
    if wanted and replay is None:
        replay = origins.replay_of(plain_name(wanted.source or ""))
    given = {**(origins.replayed(replay).answers if replay else {}), **wish.data}
    ours = _ours(unlocked(wish.start, wish.repository))
    looking = Search(ours, given, trusting(wish.means, library.address), wish.notify)
    names = (name,) if name else library.names()
    fits = [fit for name in names if (fit := looking.best(library, name, version))]
    if not fits and looking.failure:
        raise looking.failure
    asked = {question.name for fit in fits for question in fit.release.questions}
    if unknown := [name for name in wish.data if fits and name not in asked]:
        raise AnswerError(
            f"nothing that was compared asks for `{unknown[0]}`", hint=f"it is asked for: {', '.join(sorted(asked))}"
        )
    fits.sort(key=lambda fit: -fit.score)
    if not fits or (fits[0].score < LEAST and not (wish.blueprint or (wanted and version))):
        raise _unlike(wish, library, fits)
    return Proposal(library, tuple(fits), given)


def _template_of(replay: Path) -> str:
    origin = origins.replayed(replay)
    if not origin.written:
        raise ProjectError(
            "it does not say which template it is of", where=str(replay), hint="name it with --from TEMPLATE[@REF]"
        )
    return origin.source


def _searched(wish: Wish, source: str) -> Library:
    """Open what is looked through; raises SourceError that names the replay, where that says so."""
    try:
        return wish.open(source)
    except SourceError as error:
        if wish.replay is None:
            raise
        hint = f"{error.hint}; or {origins.FROM_ADDRESS}" if error.hint else origins.FROM_ADDRESS
        raise SourceError(error.message, where=str(wish.replay), hint=hint) from error


def _unlike(wish: Wish, library: Library, fits: list[Fit]) -> ProjectError:
    """Return the error for a repository that nothing fits, which a yes is not enough to take over."""
    if wish.template and fits:
        name, version = fits[0].release.blueprint.name, fits[0].release.version
        return ProjectError(
            f"{name} hardly fits this repository: {version} does best, by {fits[0].score:.0%}",
            where=str(wish.replay or wish.start),
            hint=f"name the version it was made from with --at VERSION, or take it with --blueprint {name}@VERSION",
        )
    best = fits[0].score if fits else 0.0
    return ProjectError(
        f"no blueprint in {library.address} fits this repository: the best by {best:.0%}",
        where=str(wish.start),
        hint="name one with --blueprint NAME[@VERSION], or its template with --from ADDRESS",
    )


def unlocked(root: Path, repository: Objects) -> Project:
    """Return the folder as a project for which nothing is recorded yet."""
    nothing = Lock(scaffold.__version__, "", "", "0", None, {}, {})
    prefix = prefix_of(root, repository)
    return nothing_applied(root, repository, prefix, WorkTree(root, repository, prefix), nothing)


def _ours(project: Project) -> Ours:
    start = f"{project.prefix}/" if project.prefix else ""
    standing = project.place.repository.history.standing()
    paths = tuple(path[len(start) :] for path in standing if path.startswith(start))
    facts = guess.facts_of(project.root.name, origin_of(project.place.repository), read_ours(project, TELLING))
    return Ours(project, paths, facts)


def proposed(wish: Wish, proposal: Proposal, *, agreed: bool) -> Basis:
    """Return the best fit as a basis; once `agreed`, what could not be guessed is asked, or refused."""
    best, library = proposal.fits[0], proposal.library
    require_scaffold(best.release.blueprint, scaffold.__version__)
    means, notes = _means(wish, best.release, library)
    if best.score < LEAST:
        notes.append(f"{best.release.blueprint.name} {best.release.version} hardly fits this repository")
    rendered = best.rendered
    if agreed:
        asked = {question.name for question in best.release.questions}
        known = {name: value for name, value in proposal.given.items() if name in asked or name in wish.data}
        rendered = stamp(
            best.release,
            surroundings_of(wish.start),
            given={**{name: value for name, value in best.chosen.items() if name in best.asked}, **known},
            previous={},
            ask=_asking(best, wish.ask),
            means=means,
            notify=wish.notify,
        )
    elif best.unanswered:
        notes.append(f"nothing tells the answers to these, so give them with --data: {', '.join(best.unanswered)}")
    notes = [*_said(library, best.release), *notes]
    return Basis(wish.start, best.release, library.address, rendered, None, proposal.fits, tuple(notes))


def _asking(best: Fit, ask: Ask | None) -> Ask | None:
    """Return what asks only for what could not be guessed."""
    if ask is None:
        return None
    order = (question.name for question in best.release.questions)
    places = {name: number for number, name in enumerate((name for name in order if name in best.unanswered), 1)}

    def asking(asked: Asked, /) -> Any:
        number = places.get(asked.question.name)
        return asked.default if number is None else ask(asked._replace(number=number, of=len(places)))

    return asking
