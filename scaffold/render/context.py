"""What a template sees beside the answers: Copier's own variables, as far as they do not depend on the machine."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePath, PurePosixPath
from posixpath import normpath
from typing import Any, Literal, NamedTuple

from scaffold.answers.question import Answers
from scaffold.blueprint.release import Release
from scaffold.formats import yaml
from scaffold.templating.inputs import Hidden, Input, Seen, reached, read, watching
from scaffold.templating.settled import not_native, settled_within
from scaffold.templating.templates import Context
from scaffold.tree import safe_path

RenderText = Callable[[str, Context], str]
Operation = Literal["copy", "update"]
Phase = Literal["prompt", "render", "tasks", "migrate", "undefined"]
JSON = (dict, list, str, int, float, bool, type(None))  # what Copier records
# What a template sees that nothing records, by name, and in `_copier_conf`.
HIDDEN: Hidden = {"_folder_name": ("folder",)}
HIDDEN_CONF: Mapping[str, Input] = {"dst_path": "folder", "os": "system", "sep": "system"}
# Functions that Copier gives to templates, though what they return differs each time.
FUNCTIONS = {name: not_native(f"the function `{name}`") for name in ("now", "make_secret")}


def unrecorded(answers: Answers) -> frozenset[str]:
    """Return the variables that are themselves hidden inputs, and not computed from some."""
    return answers.secrets.union(HIDDEN, FUNCTIONS)


class Surroundings(NamedTuple):
    """What is known of where a template is rendered.

    `os` is linux, macos, windows or None; `read` returns a file of the project, for `_external_data`; `answers_file`
    is Copier's, where this run names another than the template does. `place` is what people are told, and no template.
    """

    folder_name: str
    operation: Operation = "copy"
    os: str | None = "linux"
    read: Callable[[str], bytes | None] = lambda _: None
    answers_file: str = ""
    place: PurePath = PurePosixPath()


class Lazy(Mapping[str, Any]):
    """A mapping whose values are made when they are looked at."""

    def __init__(
        self,
        makers: Mapping[str, Callable[[], Any]],
        made: Mapping[str, Any] = {},
        inputs: Mapping[str, Input] = {},
    ) -> None:
        """Take a maker for each key, the values that are there already, and which of them are hidden inputs."""
        self._makers = makers
        self._made = dict(made)
        self._inputs = inputs
        self._seen: dict[str, Seen] = {}  # what was read to make a value, which who looks at it reads as well

    def __getitem__(self, key: str) -> Any:
        """Return the value, made at the first look."""
        if key in self._inputs:
            reached(self._inputs[key])
        if key not in self._made:
            with watching() as self._seen[key]:
                self._made[key] = self._makers[key]()
        elif key in self._seen:
            read(*self._seen[key].names)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys."""
        return iter({**self._made, **self._makers})

    def __repr__(self) -> str:
        """Show what a dictionary would: the same each time."""
        return repr(dict(self))

    def __len__(self) -> int:
        """Count the keys."""
        return len({**self._made, **self._makers})


class Around:
    """What a template sees beside the answers (`copier/_main.py`, `_render_context`)."""

    def __init__(
        self, release: Release, surroundings: Surroundings, text: RenderText, previous: Mapping[str, Any]
    ) -> None:
        """Take what renders texts of the configuration, and the answers of last time."""
        asked = {question.name for question in release.questions}
        origin = {"_commit": release.described, "_src_path": release.address}
        # A template may have put more than answers into Copier's answers file, and look for it the next time.
        kept = {name: value for name, value in previous.items() if name not in asked and release.kind == "copier"}
        self.hidden: Hidden = {**HIDDEN, **dict.fromkeys(kept, ("answer",))}
        self._metadata = {k: v for k, v in origin.items() if v is not None and release.kind != "library"}
        self._constant: dict[str, Any] = {
            **FUNCTIONS,
            **kept,
            **self._metadata,
            "_folder_name": surroundings.folder_name,
            "_copier_python": "python3",
        }
        self._conf = _conf(release, surroundings)
        self._settings = release.layers[0].settings
        self._answers_file = surroundings.answers_file or self._settings.answers_file
        self._surroundings = surroundings
        self._text = text
        self._seen: Context = {}
        self._external = self._read_external()

    def prompt(self, answers: Context, recorded: Mapping[str, Any]) -> Context:
        """Return what the questions see, after those that are answered."""
        around = self._around(answers, recorded, "prompt")
        self._seen = {**answers, **around}
        return around

    def rendering(self, answers: Answers) -> Answers:
        """Return the answers with all that the files see."""
        self._external = self._read_external()  # its paths may depend on answers that came late
        around = self._around(answers.context, answers.recorded, "render")
        self._seen = {**answers.context, **around}
        with watching() as seen:
            file = around["_copier_conf"]["answers_file"]

        def answers_file() -> PurePosixPath:
            read(*seen.names)
            return PurePosixPath(file)

        conf = Lazy({"answers_file": answers_file}, self._conf, HIDDEN_CONF)
        context = {**around, "_copier_conf": conf, **answers.context}
        return replace(answers, context=context, hidden={**self.hidden, **answers.hidden})

    def _around(self, answers: Context, recorded: Mapping[str, Any], phase: Phase) -> Context:
        remembered = {name: value for name, value in recorded.items() if isinstance(value, JSON) and name[:1] != "_"}
        known = {
            **self._constant,
            "_copier_answers": {**self._metadata, **remembered},
            "_copier_phase": phase,
            "_external_data": self._external,
        }

        def answers_file() -> PurePosixPath:
            blank = {**known, "_copier_conf": Lazy({}, {**self._conf, "answers_file": ""}, HIDDEN_CONF)}
            return PurePosixPath(self._text(self._answers_file, {**answers, **blank}))

        known["_copier_conf"] = Lazy({"answers_file": answers_file}, self._conf, HIDDEN_CONF)
        return known

    def _read_external(self) -> Lazy:
        found = self._settings.external_data
        return Lazy({name: partial(self._load, path) for name, path in found.items()}, {}, dict.fromkeys(found, "data"))

    def _load(self, written: str) -> Any:
        """Read a YAML file of the project, of which there may be none; raises FormatError or ScaffoldError."""
        path = safe_path(normpath(self._text(written, {**self._seen, "_copier_phase": "undefined"})))
        content = self._surroundings.read(path)
        return {} if content is None else settled_within(yaml.load(yaml.in_utf8(content, path), path).data)


class Noted(dict[str, Any]):
    """`_copier_conf` for Copier itself, which changes it while it renders: what is read of it is noted too."""

    def __init__(self, values: Mapping[str, Any], conf: Mapping[str, Any]) -> None:
        """Take the values, and what our own renderer shows of them."""
        super().__init__(values)
        self._conf = conf

    def __getitem__(self, key: str) -> Any:
        """Return a value."""
        if key in self._conf:
            self._conf[key]
        return super().__getitem__(key)


def _conf(release: Release, surroundings: Surroundings) -> dict[str, Any]:
    """Return `_copier_conf`, with the project's folder by its name alone, so that the same input gives the same."""
    return {
        "src_path": PurePosixPath(release.blueprint.name),
        "dst_path": PurePosixPath(surroundings.folder_name),
        "vcs_ref": release.described,
        "vcs_ref_hash": release.commit,
        "data": {},
        "settings": {},
        "exclude": (),
        "use_prereleases": False,
        "skip_if_exists": (),
        "cleanup_on_error": True,
        "defaults": False,
        "user_defaults": {},
        "overwrite": False,
        "pretend": False,
        "quiet": False,
        "conflict": "inline",
        "context_lines": 3,
        "unsafe": False,
        "skip_answered": False,
        "skip_tasks": False,
        "sep": "\\" if surroundings.os == "windows" else "/",
        "os": surroundings.os,
    }
