"""Compiled code of templates, kept for other layers, and for other versions: most of their files are the same."""

from collections.abc import Hashable
from types import CodeType

from jinja2 import BytecodeCache, Environment, Template
from jinja2.bccache import Bucket

MOST = 5_000  # pieces of code that are kept
_code: dict[Hashable, CodeType] = {}


def forget() -> None:
    """Forget what was compiled, to measure how long it takes."""
    _code.clear()


def _keep(key: Hashable, code: CodeType) -> None:
    if len(_code) >= MOST:
        _code.clear()
    _code[key] = code


class Known(BytecodeCache):
    """The code known for one dialect: delimiters and extensions, which change what a text means."""

    def __init__(self, dialect: Hashable) -> None:
        """Take what tells the dialect from others."""
        self._dialect = dialect

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a file its code, where there is any; Jinja calls this."""
        bucket.code = _code.get((self._dialect, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a file; Jinja calls this."""
        if bucket.code is not None:
            _keep((self._dialect, bucket.key, bucket.checksum), bucket.code)

    def text(self, environment: Environment, source: str) -> Template:
        """Return the template for a text that is no file's."""
        key = (self._dialect, source)
        if key not in _code:
            _keep(key, environment.compile(source))
        return Template.from_code(environment, _code[key], environment.make_globals(None))
