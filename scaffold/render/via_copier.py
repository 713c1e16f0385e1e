"""Copier itself, in a scratch folder, for the templates whose format goes beyond what we render ourselves."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scaffold import disk
from scaffold.answers.question import Answers, Ask
from scaffold.answers.resolve import Resolver
from scaffold.blueprint.files import behind_links
from scaffold.blueprint.release import Release
from scaffold.blueprint.template import Layer
from scaffold.errors import NotNativeError, RenderError
from scaffold.render.context import Around, Noted, Surroundings, unrecorded
from scaffold.render.means import Means
from scaffold.render.native import foreign_extensions, tree_of, two_sources
from scaffold.render.native import texts as native_texts
from scaffold.render.paths import check_link
from scaffold.render.scripts import READ_FIRST
from scaffold.templating.explain import explained
from scaffold.templating.inputs import Hidden, Input, Seen, begin, watching
from scaffold.templating.limits import Limits, refuse_too_much
from scaffold.templating.noting import drawing, noting, sharing
from scaffold.templating.sandbox import LOOKING
from scaffold.templating.templates import Context, Templates
from scaffold.tree import File, Tree


class Made(NamedTuple):
    """What became of a release: its answers, its tree, and what renders its texts."""

    answers: Answers
    tree: Tree
    texts: Templates


def make(
    release: Release,
    *,
    given: Mapping[str, Any],
    previous: Mapping[str, Any],
    surroundings: Surroundings,
    ask: Ask | None,
    means: Means,
) -> Made:
    """Answer the questions with Copier's environment and render with its worker; raises ScaffoldError."""
    layer = release.layers[0]
    config = layer.where(layer.config)
    if release.kind != "copier":
        raise RenderError("this is not a Copier template", where=config, hint="leave out --engine")
    if (foreign := foreign_extensions(layer)) and not means.trust:
        message = f"the template's extension {foreign[0]} is code that would run"
        raise RenderError(message, where=layer.line_of(foreign[0]), hint=READ_FIRST)
    begin()
    with _scratch(layer, surroundings.folder_name) as (template, project), _silence():
        worker = _worker(release, template, project, means.exclude)
        texts = _texts(layer, worker)
        if not means.trust:
            worker.jinja_env.filters |= {name: _untrusted(name) for name in LOOKING}

        def text(source: str, context: Context) -> str:
            return texts.render_text(source, placed(context), config)

        def placed(context: Context) -> Context:
            """Say where the folders lie, for code that reads them; what is text alone comes out the same each time."""
            context = {**context, **functions()}
            if not foreign or "_copier_conf" not in context:
                return context
            places = {"src_path": PurePosixPath(template), "dst_path": PurePosixPath(project)}
            return {**context, "_copier_conf": {**context["_copier_conf"], **places}}

        around = Around(release, surroundings, text, previous)
        resolver = Resolver(
            texts,
            given=given,
            previous=previous,
            known=lambda answers, recorded: placed(around.prompt(answers, recorded)),
            ask=ask,
            manner=means.manner,
            hidden=around.hidden,
        )
        answers = around.rendering(resolver.resolve(release.questions))
        known = replace(answers, context=placed(answers.context))
        tree = _rendered(worker, release, known, texts, surroundings, means.limits)
        return Made(replace(answers, context={**answers.context, **functions()}), tree, texts)


def functions() -> Mapping[str, Any]:
    """Return the functions of Copier's that give another value each time."""
    from copier._user_data import DEFAULT_DATA

    kinds: Mapping[str, Input] = {"now": "clock", "make_secret": "chance"}
    return {name: drawing(kinds[name], name, function) for name, function in DEFAULT_DATA.items()}


class LateTexts:
    """Renders texts natively, such as those of tasks, and those that this cannot do in Copier's environment."""

    def __init__(self, release: Release) -> None:
        """Take a Copier template."""
        self._release = release
        self._copier: Templates | None = None

    def render_text(self, source: str, context: Context, where: str) -> str:
        """Render a piece of template text that stands at `where`; raises RenderError."""
        try:
            return native_texts(self._release.layers[0]).render_text(source, context, where)
        except NotNativeError:
            with _silence():
                if self._copier is None:
                    with _scratch(self._release.layers[0], "") as (template, project):
                        self._copier = _texts(self._release.layers[0], _worker(self._release, template, project))
                return self._copier.render_text(source, {**context, **functions()}, where)


@contextmanager
def _scratch(layer: Layer, folder_name: str) -> Iterator[tuple[Path, Path]]:
    """Write the template into a folder that is removed at the end; yield it, and where the project is to be made."""
    with TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as name:
        top = Path(name).resolve()
        template = top / "template"
        disk.fill(template, layer.files)
        yield template, top / "project" / (folder_name or "project")


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what Copier and extensions would warn their developers of off the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _worker(release: Release, template: Path, project: Path, exclude: tuple[str, ...] = ()) -> Any:
    """Return Copier's worker for a template that is on the disk, and that it need not clone."""
    from copier._main import Worker
    from copier._settings import SettingsModel
    from copier._template import Template

    layer = release.layers[0]
    made = Template(url=release.address or "")
    # What a property has computed once stands in the object's own dictionary, and is not computed again.
    made.__dict__ |= {
        "local_abspath": template,
        "vcs": None,
        "commit": release.described,
        "commit_hash": release.commit,
        "version": release.blueprint.version,
        "git_index_modes": {PurePosixPath(path): int(file.mode, 8) for path, file in layer.files.items()},
    }
    worker = Worker(
        src_path=made.url, dst_path=project, settings=SettingsModel(), defaults=True, quiet=True, unsafe=True,
        skip_tasks=True, exclude=exclude,
    )  # fmt: skip
    worker.__dict__["template"] = made
    return worker


def _texts(layer: Layer, worker: Any) -> Templates:
    """Return Copier's environment for the template; raises RenderError where an extension of it is missing."""
    from jinja2.utils import import_string

    try:
        environment = worker.jinja_env
    except Exception as error:  # an extension is code of somebody's, and may raise anything
        for name in foreign_extensions(layer):
            if "/" in name:
                continue  # a file of the template, for another extension to load
            try:
                import_string(name)
            except ImportError as missing:
                raise _missing(layer, name) from missing
            except Exception:  # noqa: BLE001, S112 - then it is this one, and the first error says of it what is wrong
                continue
        said = " ".join(str(error).split())
        message = f"an extension of the template does not load: {type(error).__name__}: {said}"
        raise RenderError(message, where=layer.line_of(next(iter(foreign_extensions(layer)), ""))) from error
    noting(environment)
    sharing(environment)
    contents = {path: file.content for path, file in behind_links(layer.files).items()}
    searched = environment.loader.searchpath
    texts = Templates(contents, layer.place, environment=environment)
    environment.loader.searchpath = searched  # extensions look there for files
    return texts


def _untrusted(name: str) -> Callable[..., Any]:
    """Return a filter that looks at nothing."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise RenderError(f"the filter `{name}` looks at this machine", hint=READ_FIRST)

    return refuse


def _missing(layer: Layer, name: str) -> RenderError:
    package = name.partition(".")[0].replace("_", "-")
    return RenderError(
        f"the template needs the extension {name}, which is not installed",
        where=layer.line_of(name),
        hint=f"install its package beside scaffold, as in: pip install {package}",
    )


def _rendered(
    worker: Any, release: Release, answers: Answers, texts: Templates, surroundings: Surroundings, limits: Limits
) -> Tree:
    """Let the worker write the project, and read it back."""
    from copier._main import _operation

    context, layer = answers.context, release.layers[0]
    conf = context["_copier_conf"]
    values = dict(conf)
    # Each time anew, for Copier blanks one of its values while it renders that one.
    worker._render_context = lambda: {**context, "_copier_conf": Noted(values, conf)}  # noqa: SLF001 - its own is of the disk
    worker._sync_git_index_executable_bit = lambda *_: None  # noqa: SLF001 - there is no repository to keep
    watched = _Watched(worker, layer, limits, PurePosixPath(values["answers_file"]), answers.hidden)
    worker._render_file, worker._render_symlink = watched.file, watched.link  # noqa: SLF001 - to know what came of what
    before = _operation.set(surroundings.operation)
    try:
        worker.dst_path.mkdir(parents=True)
        with watching() as watched.named:
            worker._render_template()  # noqa: SLF001 - without asking the questions again
    except Exception as error:  # a template may raise anything at all
        raise explained(error, watched.where) from error
    finally:
        _operation.reset(before)
    return _read(release, worker.dst_path, watched, answers, texts)


class _Watched:
    """Copier's writing of single files, told where each comes from, and stopped at what we refuse."""

    def __init__(self, worker: Any, layer: Layer, limits: Limits, answers_file: PurePosixPath, hidden: Hidden) -> None:
        self._file: Callable[..., None] = worker._render_file  # noqa: SLF001 - see `_rendered`
        self._link: Callable[..., None] = worker._render_symlink  # noqa: SLF001 - see `_rendered`
        self._project: Path = worker.dst_path
        self._layer = layer
        self._limits = limits
        self._answers_file = answers_file
        self._rank = (True, 0)
        self._size = 0
        self._hidden = hidden
        self.named = Seen()  # what the paths since the last file have read
        self.origins: dict[str, str] = {}
        self.seen: dict[str, Seen] = {}
        self.placed: dict[str, frozenset[str]] = {}
        self.where = layer.where(layer.config)

    def file(self, source: Path, path: Path, extra_context: Any = None) -> None:
        """Render a file; of several answers files, the one that our own renderer would take."""
        rank = (not source.name.endswith(self._layer.settings.suffix), len(source.parts))
        place = self._project / path
        if path == Path(self._answers_file) and place.exists():
            if rank >= self._rank:
                return
            place.unlink()
        before = place.read_bytes() if place.is_file() else None
        self.where = self._layer.where(source.as_posix())
        self._rank = rank
        if before is not None:
            place.unlink()
        self.placed[path.as_posix()] = self.named.hidden(self._hidden)  # before what the file reads comes in, too
        with watching() as seen:
            self._file(source, path, extra_context)
        seen.add(self.named)
        self.named.clear()
        self.seen[path.as_posix()] = seen
        if before is not None and before != place.read_bytes():
            raise self._twice(source, path)
        self.origins[path.as_posix()] = source.as_posix()
        self._size += place.stat().st_size
        refuse_too_much(self._size, len(self.origins), self._limits, self.where)

    def link(self, source: Path, path: Path) -> None:
        """Render a symbolic link."""
        self.where = self._layer.where(source.as_posix())
        if path.as_posix() in self.origins:
            raise self._twice(source, path)
        self._link(source, path)
        self.origins[path.as_posix()] = source.as_posix()

    def _twice(self, source: Path, path: Path) -> RenderError:
        first = File(b"", origin=f"/{self.origins[path.as_posix()]}")
        return two_sources(path.as_posix(), first, File(b"", origin=f"/{source.as_posix()}"), self.where)


def _read(release: Release, project: Path, watched: _Watched, answers: Answers, texts: Templates) -> Tree:
    files, layer = {}, release.layers[0]
    foreign = foreign_extensions(layer)
    for path, file in disk.walk(project).items():
        source, seen = watched.origins.get(path, ""), watched.seen.get(path, Seen())
        check_link(path, file, layer.where(source))
        hidden, recipe = seen.hidden(answers.hidden), texts.recipe(source, seen, answers.recorded, unrecorded(answers))
        if foreign and source.endswith(layer.settings.suffix):  # what an extension reads nobody knows
            hidden, recipe = hidden | {"hook"}, ""
        permissions = layer.files[source].permissions if source in layer.files else None
        origin = f"{layer.name}/{source}"
        placed = watched.placed.get(path, frozenset())
        files[path] = File(file.content, file.mode, origin, hidden, recipe if hidden else "", placed, permissions)
    found = (folder.relative_to(project).as_posix() for folder in project.rglob("*") if folder.is_dir())
    empty = [folder for folder in found if not any((project / folder).iterdir())]
    return tree_of(release, files, empty)
