"""Which blueprint, in which version and with which answers, a repository made by hand fits best.

Everything is rendered in memory. A file's likeness is computed once for each content that a render gives it, and the
number of renders is bounded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from packaging.version import Version

from scaffold.answers.question import Asked
from scaffold.blueprint.release import Release
from scaffold.errors import NotNativeError, ScaffoldError
from scaffold.process import Notify
from scaffold.project.adoption import guess
from scaffold.project.conditions import Person
from scaffold.project.opening import Project, read_readable
from scaffold.project.stamp import stamp, surroundings_in
from scaffold.render.engine import Rendered
from scaffold.render.means import Engine, Means
from scaffold.sources.library import Library
from scaffold.tree import File, Tree, is_text

MOST_RENDERS = 600  # in one search
MOST_VERSIONS = 12  # that are looked at before the neighbours of the best one
MISS = 0.5  # what a file that is not there costs, against the one that a file just as stamped brings


@dataclass(slots=True)
class Ours:
    """The repository's files as git would store them, read when they are asked for, and how like they are to others."""

    project: Project
    paths: tuple[str, ...]
    facts: Mapping[str, tuple[str, ...]]
    _files: dict[str, File | None] = field(default_factory=dict)
    _alike: dict[tuple[str, bytes], float] = field(default_factory=dict)

    def files(self, paths: Iterable[str]) -> dict[str, File]:
        """Return those of `paths` that are there."""
        wanted = list(paths)
        missing = [path for path in wanted if path not in self._files]
        self._files |= dict.fromkeys(missing) | read_readable(self.project, missing)
        return {path: file for path in wanted if (file := self._files[path]) is not None}

    def alike(self, path: str, theirs: File) -> float:
        """Return which share of a stamped file's lines the file of that path has; 0 where there is none."""
        key = (path, theirs.content)
        if key not in self._alike:
            ours = self.files([path]).get(path)
            self._alike[key] = 0.0 if ours is None else shared(ours.content, theirs.content)
        return self._alike[key]


def shared(ours: bytes, theirs: bytes) -> float:
    """Return the share of the lines of `theirs`, blank ones aside, that `ours` has too."""
    if ours == theirs:
        return 1.0
    if not (is_text(ours) and is_text(theirs)):
        return 0.0
    mine, wanted = _lines(ours), _lines(theirs)
    return (mine & wanted).total() / wanted.total() if wanted else 0.0


def _lines(content: bytes) -> Counter[bytes]:
    return Counter(line for line in map(bytes.strip, content.splitlines()) if line)


@dataclass(frozen=True)
class Fit:
    """A release with answers, and how well the repository fits what they give.

    `chosen` are the answers that are not what their questions take by themselves; `unanswered` are questions for which
    nothing was found: what stands for them was made up.
    """

    release: Release
    rendered: Rendered = field(repr=False)
    asked: Mapping[str, Asked] = field(repr=False)
    chosen: Mapping[str, Any]
    answers: Mapping[str, Any]
    unanswered: tuple[str, ...]
    likeness: Mapping[str, float] = field(repr=False)
    here: frozenset[str] = field(repr=False)

    @cached_property
    def score(self) -> float:
        """The share of the stamped files that is there, each counted by the share of its lines that is there."""
        return sum(self.likeness.values()) / len(self.likeness) if self.likeness else 0.0

    @cached_property
    def gain(self) -> float:
        """What speaks for the answers: it rises with a file that is much alike, and falls with one that is missing."""
        return sum(share - MISS * (1 - share) for share in self.likeness.values())


class Search:
    """Looks for the best fit with a bounded number of renders."""

    def __init__(self, ours: Ours, given: Mapping[str, Any], means: Means, notify: Notify) -> None:
        """Take the repository's files, and the answers that are known."""
        self._ours = ours
        self._given = given
        self._means = means
        self._notify = notify
        self._renders = 0
        self._now: Fit | None = None
        self.failure: ScaffoldError | None = None

    def best(self, library: Library, name: str, version: str | None) -> Fit | None:
        """Return the best fit of one blueprint, in the version named or in any; None where none can be rendered."""
        if version:
            return self._fit(library, name, version)
        everything = library.versions(name)
        versions = [str(one) for one in _spread(everything)]
        newest = None
        while versions and newest is None:  # the newest that can be rendered
            start = versions.pop()
            newest = self._fit(library, name, start)
        if newest is None:
            return None
        fits = {start: newest}
        for one in _ends(versions):  # what was answered once may not show in what the newest writes
            if self._renders < MOST_RENDERS // 2 and (fit := self._fit(library, name, one)):
                fits[one] = fit
        guessed, guesses = frozenset(fits), [fit.chosen for fit in fits.values()]
        for one in [*versions, start]:
            self._try(library, name, one, guesses, fits)
        guesses = [fits[_best(fits)].chosen]
        for one in _near(everything, _best(fits)):
            if one not in fits:
                self._try(library, name, one, guesses, fits)
        version = _best(fits)
        again = None if version in guessed else self._fit(library, name, version)
        return max(filter(None, (again, fits[version])), key=lambda fit: (-len(fit.unanswered), fit.gain))

    def _try(
        self, library: Library, name: str, version: str, guesses: list[Mapping[str, Any]], fits: dict[str, Fit]
    ) -> None:
        """Put a version into `fits` with the answers, of those guessed at others, that fit it best."""
        release = library.release(name, version)
        for chosen in guesses if self._renders < MOST_RENDERS else guesses[:1]:
            if version in fits and fits[version].chosen == chosen:
                continue
            fit = self._with(release, chosen)
            if fit and (version not in fits or fit.gain > fits[version].gain):
                fits[version] = fit

    def _fit(self, library: Library, name: str, version: str) -> Fit | None:
        """Choose an answer to each question once, in their order, each by the render that fits best."""
        self._notify(f"Comparing with {name} {version}")
        release = library.release(name, version)
        self._now = self._with(release, {})
        tried: set[str] = set()
        while self._now is not None:
            best = self._now
            question = next((asked for asked in best.asked if asked not in tried), None)
            if question is None:
                break
            tried.add(question)
            if question in self._given or best.asked[question].question.secret:
                continue
            for value in self._candidates(release, best, question):
                other = self._with(release, {**self._now.chosen, question: value})
                self._now = self._better(self._now, other, question)
        return self._now

    @staticmethod
    def _better(best: Fit, other: Fit | None, question: str) -> Fit:
        if other is None:
            return best
        answers = question in best.unanswered and question not in other.unanswered
        return other if answers or other.gain > best.gain else best

    def _candidates(self, release: Release, best: Fit, name: str) -> Iterator[Any]:
        asked = best.asked[name]
        if self._renders >= MOST_RENDERS:
            return
        if asked.choices is not None or asked.type == "bool":
            yield from guess.choices(asked, lambda: self._now and self._now.answers.get(name))
        elif asked.type in ("str", "path"):
            found: list[str] = []
            probe = next((probe for probe in guess.PROBES if not asked.check(probe)), None)
            if probe and (probed := self._with(release, {**best.chosen, name: probe})):
                tree = probed.rendered.tree
                found = guess.read_off(probe, tree, self._ours.paths, self._ours.files(tree))
            fitting = [value for value in guess.likely(name, found, self._ours.facts) if not asked.check(value)]
            yield from (value for value in fitting if value != best.answers.get(name))

    def _with(self, release: Release, chosen: Mapping[str, Any]) -> Fit | None:
        """Render with some answers chosen and the others guessed; None where they cannot be rendered."""
        self._renders += 1
        ask = guess.Guess(chosen, self._ours.facts)
        known = {question.name for question in release.questions}
        given = {name: value for name, value in self._given.items() if name in known}
        try:
            rendered = self._rendered(release, given, ask)
        except ScaffoldError as error:  # with these answers it gives no tree
            self.failure = error
            return None
        answers = {n: v for n, v in rendered.answers.recorded.items() if n not in ask.unanswered}
        tree = Tree({p: f for p, f in rendered.tree.items() if f.content.strip() or f.mode == "120000"})
        here = frozenset(self._ours.files(tree))
        likeness = {path: self._ours.alike(path, file) for path, file in tree.items()}
        return Fit(release, rendered, ask.asked, dict(chosen), answers, tuple(sorted(ask.unanswered)), likeness, here)

    def _rendered(self, release: Release, given: Mapping[str, Any], ask: guess.Guess) -> Rendered:
        means = self._means._replace(skip_tasks=True)

        def render(engine: Engine) -> Rendered:
            return stamp(
                release,
                surroundings_in(self._ours.project, "copy"),
                given=given,
                previous={},
                person=Person(ask),
                means=means._replace(engine=engine),
            )

        try:
            return render("native")
        except NotNativeError:
            self._renders += MOST_RENDERS // 20  # each costs as much as twenty of our own
            return render(self._means.engine)


def _spread(versions: tuple[Version, ...]) -> list[Version]:
    """Return at most MOST_VERSIONS of them, evenly, the newest among them."""
    finals = [version for version in versions if not version.is_prerelease] or list(versions)
    step = -(-len(finals) // MOST_VERSIONS)
    return finals[::-1][::step][::-1]


def _near(versions: tuple[Version, ...], best: str) -> list[str]:
    """Return the versions around the best one that were passed over."""
    finals = [version for version in versions if not version.is_prerelease] or list(versions)
    step = -(-len(finals) // MOST_VERSIONS)
    at = finals.index(Version(best))
    return [str(version) for version in finals[max(0, at - step + 1) : at + step]]


def _best(fits: Mapping[str, Fit]) -> str:
    """Return the version that fits best, the newest of those that fit alike."""
    return max(fits, key=lambda version: (fits[version].gain, Version(version)))


def _ends(versions: list[str]) -> list[str]:
    """Return the oldest of some versions and the one in the middle."""
    return list(dict.fromkeys([versions[0], versions[len(versions) // 2]])) if versions else []
