"""`blueprint.yml`: the prescription itself, read with errors that give file, line, key and what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from packaging.version import InvalidVersion, Version

from scaffold.answers.question import Question, parse_question
from scaffold.blueprint import guardrails, ownership
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.ownership import Ownership
from scaffold.blueprint.places import NAME
from scaffold.errors import FormatError
from scaffold.formats.located import Located, one_of, text, texts
from scaffold.merge.drivers import Switches, parse_switches
from scaffold.process.loading import later
from scaffold.tree import safe_path

if TYPE_CHECKING:
    from scaffold.blueprint import answer_steps, file_steps, forge
    from scaffold.blueprint.forge import Prescribed
else:
    answer_steps = later("scaffold.blueprint.answer_steps")
    file_steps = later("scaffold.blueprint.file_steps")
    forge = later("scaffold.blueprint.forge")

Compose = Literal["override", "deep-merge", "union", "append"]
COMPOSE: tuple[Compose, ...] = ("override", "deep-merge", "union", "append")
NEWEST = Version("999999")  # after every version of another blueprint
KEYS = {
    "name", "version", "title", "description", "owners", "lifecycle", "layers", "questions", "ownership", "compose",
    "guardrails", "merge", "migrations", "min_scaffold_version", "lock_files", "oldest",
    "withdrawn", "security", "forge",
}  # fmt: skip


class Lifecycle(NamedTuple):
    """Whether a blueprint should still be used, until when, and what comes after it."""

    state: str = "active"
    sunset: str | None = None
    replaced_by: str | None = None


class Migration(NamedTuple):
    """What a release moved, old path to new path, for a project's own copy to follow, and steps on answers and files.

    `origin` is another blueprint, for projects that come from that rather than from an older version.
    """

    version: Version
    moves: Mapping[str, str]
    answers: "tuple[answer_steps.Step, ...]" = ()
    origin: str = ""
    files: "tuple[file_steps.FileStep, ...]" = ()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A named, versioned prescription for one kind of service.

    As it stands now it also says of earlier versions which is the `oldest` to be in use, and which are `withdrawn` and
    why. `security`: this version mends something that must not wait.
    """

    name: str
    version: Version
    title: str
    description: str
    owners: tuple[str, ...]
    lifecycle: Lifecycle
    layers: tuple[str, ...]
    questions: tuple[Question, ...]
    ownership: Mapping[str, Ownership]
    compose: Mapping[str, Compose]
    migrations: tuple[Migration, ...] = ()
    min_scaffold_version: Version = field(default=Version("0"))
    merge: Switches = field(default_factory=dict)
    guardrails: Guardrails | None = None
    lock_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    oldest: Version | None = None
    withdrawn: Mapping[Version, str] = field(default_factory=dict)
    security: bool = False
    forge: "Prescribed | None" = None

    def coming_from(self, blueprint: str, since: Version) -> tuple[Migration, ...]:
        """Return the migrations of a project that comes from a version of this blueprint, or of another one."""
        return tuple(one for one in self.migrations_of(blueprint) if one.version > since)

    def migrations_of(self, blueprint: str) -> tuple[Migration, ...]:
        """Return all migrations that projects of this blueprint meet, or of another one, in their order."""
        origin = "" if blueprint == self.name else blueprint
        return tuple(sorted((one for one in self.migrations if one.origin == origin), key=lambda one: one.version))

    def outlived(self, version: Version) -> str:
        """Say why a version must not be in use any more, or nothing."""
        if version in self.withdrawn:
            return f"{self.name} {version} is withdrawn: {self.withdrawn[version]}"
        if self.oldest is not None and version < self.oldest:
            return f"{self.name} {version} is older than {self.oldest}, the oldest that may be in use"
        return ""


def parse_blueprint(document: Located) -> Blueprint:
    """Read a manifest; raises FormatError."""
    document.only(KEYS)
    return Blueprint(
        name=document.required("name", name),
        version=document.required("version", version),
        title=document.required("title", text),
        description=document.optional("description", text, ""),
        owners=document.required("owners", _some_texts),
        lifecycle=document.optional("lifecycle", _lifecycle, Lifecycle()),
        layers=document.required("layers", _layers),
        questions=document.optional(
            "questions", lambda at: tuple(parse_question(key, value) for key, value in at.items()), ()
        ),
        ownership=document.optional("ownership", ownership.parse, {}),
        compose=document.optional("compose", _compose, {}),
        migrations=document.optional("migrations", lambda at: tuple(_migration(m) for m in at.elements()), ()),
        min_scaffold_version=document.optional("min_scaffold_version", version, Version("0")),
        merge=document.optional("merge", parse_switches, {}),
        guardrails=document.optional("guardrails", guardrails.parse, None),
        lock_files=document.optional("lock_files", _lock_files, {}),
        oldest=document.optional("oldest", version, None),
        withdrawn=document.optional("withdrawn", _withdrawn, {}),
        security=document.optional("security", lambda at: at.a(bool), default=False),
        forge=document.optional("forge", _forge, None),
    )


def _forge(at: Located) -> "Prescribed":
    return forge.parse(at)  # loaded where there is one


def _lock_files(at: Located) -> Mapping[str, tuple[str, ...]]:
    """Read which lock files of dependencies a new project gets, each with the words of the command that makes it."""
    found: dict[str, tuple[str, ...]] = {}
    for path, words in at.items():
        try:
            found[safe_path(path)] = tuple(_some_texts(words))
        except ValueError:
            words.fail("below a path inside the project")
    return found


def name(at: Located) -> str:
    """Read a name that is safe as a folder and in a tag."""
    if not isinstance(at.data, str) or not NAME.fullmatch(at.data):
        at.fail("a name of lower-case letters, digits and hyphens")
    return str(at.data)


def version(at: Located) -> Version:
    """Read a version such as 1.2.0; quotes are needed where YAML would read a number."""
    try:
        return Version(at.a(str))
    except InvalidVersion:
        at.fail("a version such as 1.2.0")


def _some_texts(at: Located) -> tuple[str, ...]:
    if not at.a(list):
        at.fail("a list with at least one entry")
    return texts(at)


def _layers(at: Located) -> tuple[str, ...]:
    if not at.a(list):
        at.fail("a list with at least one entry")
    names = tuple(name(element) for element in at.elements())
    if len(set(names)) < len(names):
        at.fail("a list that names each layer once")
    return names


def _lifecycle(at: Located) -> Lifecycle:
    if not isinstance(at.data, dict):
        return Lifecycle(one_of("active", "deprecated")(at))
    at.only({"state", "sunset", "replaced_by"})
    return Lifecycle(
        state=at.required("state", one_of("active", "deprecated")),
        sunset=at.optional("sunset", lambda value: str(value.data), None),
        replaced_by=at.optional("replaced_by", name, None),
    )


def _compose(at: Located) -> Mapping[str, Compose]:
    return {_path(path, value): cast("Compose", one_of(*COMPOSE)(value)) for path, value in at.items()}


def _migration(at: Located) -> Migration:
    at.only({"version", "move", "answers", "files", "from"})
    if not {"move", "answers", "files"} & at.a(dict).keys():
        at.fail("a mapping with `move`, `answers` or `files`")
    if ("version" in at.data) == ("from" in at.data):
        at.fail("a mapping with `version`, or with `from` and another blueprint")
    none: Mapping[str, str] = {}
    moves = at.optional("move", lambda value: {_path(o, new): _path(new.a(str), new) for o, new in value.items()}, none)
    origin = at.optional("from", name, "")
    return Migration(
        NEWEST if origin else at.required("version", version),
        moves,
        at.optional("answers", _answer_steps, ()),
        origin,
        at.optional("files", _file_steps, ()),
    )


def _answer_steps(at: Located) -> "tuple[answer_steps.Step, ...]":
    return answer_steps.parse(at)


def _file_steps(at: Located) -> "tuple[file_steps.FileStep, ...]":
    return file_steps.parse(at)


def _withdrawn(at: Located) -> Mapping[Version, str]:
    return {_version_named(name, value): text(value) for name, value in at.items()}


def _version_named(name: str, at: Located) -> Version:
    return version(Located(name, at.file, at.lines, at.path))


def _path(path: Any, at: Located) -> str:
    try:
        return safe_path(path)
    except Exception as error:
        raise FormatError(str(error), where=at.where) from error
