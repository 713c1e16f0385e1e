"""Compiled code of templates, kept for other layers, other versions and other processes: most files are the same."""

import marshal
from collections.abc import Callable, Hashable
from hashlib import sha256
from types import CodeType

from jinja2 import BytecodeCache, Environment, Template
from jinja2.bccache import Bucket

MOST = 5_000  # pieces of code that are kept
_code: dict[Hashable, CodeType] = {}
_used: dict[Hashable, CodeType] = {}  # since the last `begin`
_compiled: set[Hashable] = set()  # of those, what nobody knew
_learned: set[str] = set()  # the names of what other processes have kept


def forget() -> None:
    """Forget what was compiled, to measure how long it takes."""
    _code.clear()
    _learned.clear()


def begin(name: str, read: Callable[[], bytes]) -> None:
    """Learn once what `end` gave in another process under this name; anything else is left alone."""
    _used.clear()
    _compiled.clear()
    kept = b"" if name in _learned else read()
    _learned.add(name)
    digest, payload = kept[:32], kept[32:]
    if payload and digest == sha256(payload).digest():
        _code.update(marshal.loads(payload))  # noqa: S302 - from the user's own cache, like Python's


def end() -> bytes:
    """Return the code used since `begin`, for another process to learn; empty where nothing in it is new."""
    if not _compiled:
        return b""
    payload = marshal.dumps(_used)
    return sha256(payload).digest() + payload


def _keep(key: Hashable, code: CodeType) -> None:
    if len(_code) >= MOST:
        _code.clear()
    _code[key] = code
    _compiled.add(key)


def _known(key: Hashable) -> CodeType | None:
    if key in _code:
        _used[key] = _code[key]
    return _code.get(key)


class Known(BytecodeCache):
    """The code known for one dialect: delimiters and extensions, which change what a text means."""

    def __init__(self, dialect: str) -> None:
        """Take what tells the dialect from others."""
        self._dialect = dialect

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a file its code, where there is any; Jinja calls this."""
        bucket.code = _known((self._dialect, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a file; Jinja calls this."""
        if bucket.code is not None:
            key = (self._dialect, bucket.key, bucket.checksum)
            _keep(key, bucket.code)
            _used[key] = bucket.code

    def text(self, environment: Environment, source: str) -> Template:
        """Return the template for a text that is no file's."""
        key = (self._dialect, source)
        code = _known(key)
        if code is None:
            code = environment.compile(source)
            _keep(key, code)
            _used[key] = code
        return Template.from_code(environment, code, environment.make_globals(None))
