"""The baseline that fits best, of all that a library has: nothing records what the repository was made from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import scaffold
from scaffold.answers.question import Ask, Asked
from scaffold.blueprint.plain import plain_name
from scaffold.blueprint.release import require_scaffold
from scaffold.errors import AnswerError, ProjectError, SourceError
from scaffold.project.adoption import guess, origins
from scaffold.project.adoption.baseline import Baseline, Wish, address_of, means_for, told_of
from scaffold.project.adoption.fit import Fit, Ours, Search
from scaffold.project.adoption.ground import Ground
from scaffold.project.conditions import Person
from scaffold.project.opening import read_ours
from scaffold.project.stamp import stamp, surroundings_in, trusting
from scaffold.sources.library import Library

LEAST = 0.1  # of a fit that is proposed
TELLING = ("pyproject.toml", "package.json", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")


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
    wanted = address_of(wish.template) if wish.template else None
    library = _searched(wish, wanted.source or "" if wanted else wish.source or wish.library)
    name, version = None, wish.at or (wanted.ref if wanted else None)
    if wish.blueprint:
        name, _, ref = wish.blueprint.partition("@")
        version = ref or version
    replay = wish.replay
    if wanted and replay is None:
        replay = origins.replay_of(plain_name(wanted.source or ""))
    given = {**(origins.replayed(replay).answers if replay else {}), **wish.data}
    ours = _ours(wish.start, wish.ground)
    looking = Search(ours, given, trusting(wish.conditions.means, library.address), wish.person.notify)
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


def _ours(start: Path, ground: Ground) -> Ours:
    project = ground.unlocked(start)
    facts = guess.facts_of(project.folder_name, ground.remote, read_ours(project, TELLING))
    return Ours(project, tuple(project.seen.entries()), facts)


def proposed(wish: Wish, proposal: Proposal, *, agreed: bool) -> Baseline:
    """Return the best fit as a baseline; once `agreed`, what could not be guessed is asked, or refused."""
    best, library = proposal.fits[0], proposal.library
    require_scaffold(best.release.blueprint, scaffold.__version__)
    means, notes = means_for(wish, best.release, library)
    if best.score < LEAST:
        notes.append(f"{best.release.blueprint.name} {best.release.version} hardly fits this repository")
    rendered = best.rendered
    if agreed:
        asked = {question.name for question in best.release.questions}
        known = {name: value for name, value in proposal.given.items() if name in asked or name in wish.data}
        rendered = stamp(
            best.release,
            surroundings_in(wish.ground.unlocked(wish.start), "copy"),
            given={**{name: value for name, value in best.chosen.items() if name in best.asked}, **known},
            previous={},
            person=Person(_asking(best, wish.person.ask), notify=wish.person.notify),
            means=means,
        )
    elif best.unanswered:
        notes.append(f"nothing tells the answers to these, so give them with --data: {', '.join(best.unanswered)}")
    notes = [*told_of(library, best.release), *notes]
    return Baseline(
        wish.start, best.release, library.address, rendered, means, wish.keep_copier, None, proposal.fits, tuple(notes)
    )


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
