"""`.scaffold/lock.json`: what was last applied. Sorted, one file a line, so that git merges it well."""

import json
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from packaging.version import InvalidVersion, Version

from scaffold.blueprint import guardrails
from scaffold.blueprint.guardrails import Guardrails
from scaffold.blueprint.ownership import OWNERS, KeyPath, Owner, Ownership, key_path, owner, spell
from scaffold.errors import FormatError, ScaffoldError
from scaffold.formats.equal import ABSENT, as_text, equal
from scaffold.formats.located import Located, one_of, text, texts
from scaffold.process.loading import later
from scaffold.tree import EXECUTABLE, REGULAR, SYMLINK, File, Mode, blob_id, safe_path

if TYPE_CHECKING:
    from scaffold.blueprint import forge
    from scaffold.blueprint.forge import Prescribed
    from scaffold.merge import decisions
    from scaffold.merge.decisions import Decision
else:
    forge, decisions = later("scaffold.blueprint.forge"), later("scaffold.merge.decisions")

FORMAT = 1
NO_KEYS: Mapping[KeyPath, tuple[Owner, str]] = {}
DROPPED = "dropped"  # stands for the pending blob of a file that the blueprint no longer brings
PATH = ".scaffold/lock.json"
RESTORE = "put it back with `git checkout -- .scaffold/lock.json`"
UNMERGED = "take one side with `git checkout --ours .scaffold`, git add it, then run scaffold update"


class Locked(NamedTuple):
    """A file as last applied.

    `blob` is the base of the next merge (None: it has no base). `pending` is set while a conflict is open: the blob
    that becomes the base once the file is resolved, or DROPPED; `left` is the blob that then stands in the work tree
    where it holds no markers, and `open` says that a commit of the lock does not decide it. `sha256` stands for locked
    files; `keys` maps owned key paths to owner and digest of the value. `at` is where the team has moved the file to.
    `mine` are the blobs by which a conflict counts as decided for the team's side, and `sided` how many in a row were;
    `own`: the team has made it its own. `marked` is the blob of the file with markers, `decided` what was decided where
    it was in conflict, and `asked` digests what of that was taken back. `inputs` names what it was rendered with that
    is recorded nowhere (`secret`, `chance`, `clock`, `hook`, `data`, `answer`, `system`), or outside the answers
    (`folder`); `recipe` digests all else that it was made of, where that is known, and `version` is the one that such
    a file was left at while the project went on.
    """

    blob: str | None
    mode: Mode
    owner: Owner
    origin: str
    sha256: str | None = None
    keys: Mapping[KeyPath, tuple[Owner, str]] = NO_KEYS
    pending: str | None = None
    left: str | None = None
    at: str | None = None
    inputs: frozenset[str] = frozenset()
    recipe: str = ""
    version: str | None = None
    mine: frozenset[str] = frozenset()
    sided: int = 0
    own: bool = False
    open: bool = False
    marked: str | None = None
    decided: "tuple[Decision, ...]" = ()
    asked: frozenset[str] = frozenset()

    @property
    def ownership(self) -> Ownership:
        """The ownership that was in force when the file was applied."""
        return Ownership(self.owner, {path: owner for path, (owner, _) in self.keys.items()})

    def left_at(self, before: str, after: str) -> "Locked":
        """Return the entry of a file that stays as it was applied while the project goes from a version to another."""
        goes_on = self.inputs and before != after and self.version is None
        return self._replace(version=before) if goes_on else self

    def matches(self, file: File | None) -> bool:
        """Whether `file` is exactly what was applied; a locked file is compared by SHA-256 too."""
        if file is None or file.mode != self.mode or file.blob != self.blob:
            return False
        return self.sha256 is None or file.sha256 == self.sha256


@dataclass(frozen=True, slots=True)
class Lock:
    """What was last applied to a project.

    `answers_file` is the blob id of `.scaffold/answers.yml` as it was written with these answers: while the file is
    that, it need not be parsed. None where it says more, or JSON cannot hold the answers as they are. `keep_copier`:
    Copier's own answers file is kept up beside it. `guardrails` are the blueprint's, each rule spelled out (None: it
    has none). `folder` is what the project's folder was called when it was stamped: a clone may have another name.
    `missing` are the paths that the version has and the project never had, until an update brings them. `forge` is what
    the blueprint prescribes of the repository's settings at its forge.
    """

    scaffold: str
    blueprint: str
    source: str
    version: str
    commit: str | None
    answers: Mapping[str, Any]
    files: Mapping[str, Locked]
    answers_file: str | None = None
    keep_copier: bool = False
    guardrails: Guardrails | None = None
    folder: str | None = None
    missing: tuple[str, ...] = ()
    forge: "Prescribed | None" = None

    @property
    def ref(self) -> str:
        """What the release that was applied is asked for by."""
        return self.commit or self.version

    def written_with(self, answers_file: bytes, *, says_more: bool = False) -> "Lock":
        """Return the lock with what its answers were written as, in a file that may say more than the lock does."""
        faithful = not says_more and as_kept(self.answers) == self.answers
        return replace(self, answers_file=blob_id(answers_file) if faithful else None)

    def settled(
        self,
        unresolved: Container[str],
        sided: Container[str] = (),
        decided: Mapping[str, "tuple[Decision, ...]"] = {},
    ) -> "Lock":
        """Return the lock in which every conflict that was resolved since has the new base, and what was `decided`.

        All are by place in the project; `sided` were decided for the team's side.
        """
        files = {}
        for path, locked in self.files.items():
            if locked.pending is None or (locked.at or path) in unresolved:
                files[path] = locked
            elif locked.pending != DROPPED:
                row = locked.sided + 1 if (locked.at or path) in sided else 0
                known = decided.get(locked.at or path, locked.decided)
                done = locked._replace(blob=locked.pending, pending=None, left=None, mine=frozenset(), open=False)
                files[path] = done._replace(sided=row, marked=None, decided=known)
        return replace(self, files=files)

    @property
    def pending(self) -> tuple[str, ...]:
        """The paths that were left with a conflict."""
        return tuple(path for path, locked in self.files.items() if locked.pending)

    @property
    def conflicts(self) -> dict[str, str]:
        """The paths that were left with a conflict, by where the project has those files."""
        return {self.files[path].at or path: path for path in self.pending}

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that was applied, and every one that the team has moved such a file to."""
        return (*self.files, *(locked.at for locked in self.files.values() if locked.at))

    def with_moves(self, moves: Mapping[str, str]) -> "Lock":
        """Return the lock with where the team has moved files, old path -> new path, taken down."""
        files = {p: locked._replace(at=moves.get(p, locked.at)) for p, locked in self.files.items()}
        return replace(self, files=files) if moves else self

    def place_of(self, path: str, ours: Container[str]) -> str:
        """Return where the project has the file that was applied at `path`."""
        moved = self.files[path].at if path in self.files else None
        return moved if moved and path not in ours and moved in ours else path


def dump(lock: Lock) -> bytes:
    """Write a lock."""
    head: dict[str, Any] = {
        "format": FORMAT, "scaffold": lock.scaffold, "blueprint": lock.blueprint, "source": lock.source,
        "version": lock.version, "commit": lock.commit, "answers_file": lock.answers_file,
    }  # fmt: skip
    if lock.folder is not None:
        head["folder"] = lock.folder
    if lock.keep_copier:
        head["keep_copier"] = True
    if lock.missing:
        head["missing"] = sorted(lock.missing)
    lines = [f"  {_json(key)}: {_json(value)}," for key, value in head.items()]
    files = {path: _file_out(locked) for path, locked in lock.files.items()}
    lines += _block("answers", lock.answers)
    if lock.guardrails is not None:
        lines += _guardrails_out(lock.guardrails)
    if lock.forge is not None:
        lines += _block("forge", forge.dump(lock.forge))
    lines += _block("files", files, last=True)
    return "\n".join(["{", *lines, "}", ""]).encode()


def _block(name: str, values: Mapping[str, Any], *, last: bool = False) -> list[str]:
    rows = [f"    {_json(key)}: {_json(value)}" for key, value in sorted(values.items())]
    end = "" if last else ","
    return [f'  "{name}": {{', *[f"{row}," for row in rows[:-1]], *rows[-1:], f"  }}{end}"]


def _guardrails_out(chosen: Guardrails) -> list[str]:
    said = dict(guardrails.dump(chosen))
    rules = _block("rules", said.pop("rules", {}), last=not said)
    rest = [f"  {_json(key)}: {_json(value)}" for key, value in sorted(said.items())]
    return ['  "guardrails": {', *(f"  {line}" for line in (*rules, *",\n".join(rest).splitlines())), "  },"]


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _json(value: Any) -> str:
    try:
        return _encode(value)
    except TypeError:  # a key that JSON cannot have, such as a day
        return _encode(_with_texts(value))


def _with_texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {as_text(key): _with_texts(item) for key, item in value.items()}
    return [_with_texts(item) for item in value] if isinstance(value, list | tuple) else value


def as_kept(answers: Any) -> Any:
    """Return answers as a lock gives them back: a day as its text, a key as text."""
    return json.loads(_json(answers))


def differing(applied: Mapping[str, Any], wished: Mapping[str, Any]) -> list[str]:
    """Return the questions to which a lock has another answer than is wished."""
    now = as_kept(wished)
    return [n for n in sorted({*applied, *now}) if not equal(applied.get(n, ABSENT), now.get(n, ABSENT))]


def _file_out(locked: Locked) -> dict[str, Any]:
    out: dict[str, Any] = {
        "blob": locked.blob, "mode": locked.mode, "ownership": locked.owner, "template": locked.origin,
    }  # fmt: skip
    if locked.sha256:
        out["sha256"] = locked.sha256
    if locked.mine:
        out["mine"] = sorted(locked.mine)
    if locked.keys:
        out["keys"] = {spell(path): {"ownership": owner, "sha256": d} for path, (owner, d) in locked.keys.items()}
    if locked.inputs:
        out["inputs"] = sorted(locked.inputs)
    rest = {
        "recipe": locked.recipe, "version": locked.version, "pending": locked.pending, "left": locked.left,
        "at": locked.at, "sided": locked.sided, "own": locked.own, "open": locked.open, "marked": locked.marked,
        "decided": [one.dump() for one in locked.decided], "asked": sorted(locked.asked),
    }  # fmt: skip
    out |= {name: value for name, value in rest.items() if value}
    return out


def parse(content: bytes, where: str = PATH) -> Lock:
    """Read a lock; raises FormatError where it is damaged or written by a newer scaffold."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        line = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        hint = UNMERGED if b"<<<<<<< " in content else RESTORE
        raise FormatError(f"the lock is damaged: {error}", where=where + line, hint=hint) from error
    if isinstance(data, dict) and isinstance(data.get("format"), int) and data["format"] > FORMAT:
        writer = data.get("scaffold", "a newer version")
        raise FormatError(
            f"the lock was written by scaffold {writer}, whose format {data['format']} this one does not know",
            where=where,
            hint="upgrade scaffold",
        )
    try:
        return _lock_in(Located(data, where, {}))
    except ScaffoldError as error:
        raise FormatError(f"the lock is damaged: {error.message}", where=where, hint=RESTORE) from error


def _lock_in(at: Located) -> Lock:
    return Lock(
        scaffold=at.required("scaffold", text),
        blueprint=at.required("blueprint", text),
        source=at.required("source", text),
        version=at.required("version", _version),
        commit=at.optional("commit", text, None),
        answers_file=at.optional("answers_file", _blob, None),
        folder=at.optional("folder", text, None),
        keep_copier=at.optional("keep_copier", lambda v: v.a(bool), default=False),
        missing=at.optional("missing", lambda v: tuple(safe_path(path.a(str)) for path in v.elements()), ()),
        guardrails=at.optional("guardrails", guardrails.parse, None),
        forge=at.optional("forge", _forge, None),
        answers=at.required("answers", lambda v: dict(v.a(dict))),
        files=at.required("files", lambda v: {safe_path(path): _file_in(file) for path, file in v.items()}),
    )


def _forge(at: Located) -> "Prescribed":
    return forge.parse(at)  # loaded where there is one


def _file_in(at: Located) -> Locked:
    data = at.data
    if isinstance(data, dict) and data.keys() == PLAIN:
        blob, mode, owned, origin = data["blob"], data["mode"], data["ownership"], data["template"]
        if _is_blob(blob) and mode in MODES and owned in OWNERS and isinstance(origin, str):
            return Locked(blob, mode, owned, origin)
    return Locked(
        blob=at.optional("blob", _blob, None),
        mode=at.required("mode", lambda v: cast("Mode", one_of(REGULAR, EXECUTABLE, SYMLINK)(v))),
        owner=at.required("ownership", owner),
        origin=at.required("template", text),
        sha256=at.optional("sha256", _sha256, None),
        keys=at.optional("keys", _keys, {}),
        left=at.optional("left", _blob, None),
        at=at.optional("at", lambda v: safe_path(v.a(str)), None),
        inputs=at.optional("inputs", lambda v: frozenset(texts(v)), frozenset()),
        recipe=at.optional("recipe", _sha256, ""),
        version=at.optional("version", _version, None),
        mine=at.optional("mine", lambda v: frozenset(map(_blob, v.elements())), frozenset()),
        sided=at.optional("sided", lambda v: v.a(int), 0),
        own=at.optional("own", lambda v: v.a(bool), default=False),
        open=at.optional("open", lambda v: v.a(bool), default=False),
        marked=at.optional("marked", _blob, None),
        decided=at.optional("decided", lambda v: tuple(decisions.parse(v)), ()),
        asked=at.optional("asked", lambda v: frozenset(texts(v)), frozenset()),
        pending=at.optional("pending", lambda v: DROPPED if v.data == DROPPED else _blob(v), None),
    )


def _keys(at: Located) -> Mapping[KeyPath, tuple[Owner, str]]:
    return {
        key_path(name, value): (value.required("ownership", owner), value.required("sha256", text))
        for name, value in at.items()
    }


def _version(at: Located) -> str:
    try:
        Version(at.a(str))
    except InvalidVersion:
        at.fail("a version")
    return str(at.data)


def _is_hex(digits: int) -> Callable[[Any], bool]:
    found = re.compile(f"[0-9a-f]{{{digits}}}").fullmatch
    return lambda data: isinstance(data, str) and found(data) is not None


def _hex(digits: int) -> Callable[[Located], str]:
    is_hex = _is_hex(digits)

    def read(at: Located) -> str:
        if not is_hex(at.data):
            at.fail(f"{digits} hexadecimal digits")
        return str(at.data)

    return read


_blob, _sha256 = _hex(40), _hex(64)
# What most files have and no more: so a lock is read in a third of the time; of others it is said what is wrong.
PLAIN = {"blob", "mode", "ownership", "template"}
MODES = (REGULAR, EXECUTABLE, SYMLINK)
_is_blob = _is_hex(40)
