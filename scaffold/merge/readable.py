"""Whether a file can be read as what its name says that it is."""

import warnings
from collections.abc import Iterable

from scaffold.errors import FormatError
from scaffold.merge.layouts import known


def fault(path: str, content: bytes) -> str | None:
    """Return why a file of data, or of Python, cannot be read; None where it can, or is of another kind."""
    try:
        kind = known.kind_of(path)
        if path.endswith((".py", ".pyi")):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(content, path, "exec", dont_inherit=True)  # which refuses more than the parser does
        elif kind not in (None, "lines"):  # a line is never wrong
            known.values(kind, content.decode())
    except SyntaxError as error:
        return f"line {error.lineno} is not valid Python: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"this is no text that can be read: {error}"
    except FormatError as error:
        return error.message
    return None


def broken(path: str, content: bytes, sides: Iterable[bytes]) -> str | None:
    """Return why what came of a merge cannot be read, though every side could; None where that is not so."""
    found = fault(path, content)
    return None if found is None or any(fault(path, side) for side in sides) else found
