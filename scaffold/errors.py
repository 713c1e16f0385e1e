"""Every failure that a user may cause or meet: one sentence, where it happened, and what to do about it."""

import re
from collections.abc import Iterator

# Bounded, so that no text makes it slow. A password may hold a slash, where what is behind the colon is no port.
LOGIN = r"(?:[^/\s]{1,2000}@|[^/\s@:\[]{1,200}:(?!\d{1,5}(?:[/?#\s]|$))[^\s@'\"<>]{1,2000}@)"
CREDENTIALS = re.compile(rf"(\b\w{{1,20}}://){LOGIN}")
_FOR_SSH = r"(?<![^\s'\"(=,;])[^\s/:@'\"(=,;]{1,200}:[^\s/@]{1,200}@(?=(?!sha\d)[\w.-]{1,200}:)"
_ADDRESS = r"\b\w{1,20}://\S{1,2000}"
_NAMED = r"(?:token|secret|passw|pwd|key|auth|sig|cred|jwt|session|bearer)"
_ASKED = rf"(?i)([?&#;][\w.-]{{0,60}}?{_NAMED}[\w.-]{{0,60}}=)[^\s&#;'\"]{{1,2000}}"


def without_credentials(text: str) -> str:
    """Return the text with user name, password and token taken out of every address in it."""
    if "@" in text:
        text = re.sub(_FOR_SSH, "", CREDENTIALS.sub(r"\1", text))
    return re.sub(_ADDRESS, lambda found: re.sub(_ASKED, r"\1***", found[0]), text) if "://" in text else text


class ScaffoldError(Exception):
    """A stated reason to stop; the command line prints it and exits 1."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        """Take the sentence, the place (`file:line`) and the next step; no address in them keeps its credentials."""
        message = without_credentials(message)
        super().__init__(message)
        self.message = message
        self.where = where and without_credentials(where)
        self.hint = hint and without_credentials(hint)

    def __str__(self) -> str:
        """One line: where, what, what to do."""
        place = f"{self.where}: " if self.where else ""
        step = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{step}"


class FormatError(ScaffoldError):
    """A file of a library or of `.scaffold/` cannot be understood."""


class AnswerError(ScaffoldError):
    """An answer is missing, or is not one that its question takes."""

    def __init__(
        self, message: str, *, where: str | None = None, hint: str | None = None, question: str = "", source: str = ""
    ) -> None:
        """Take the question too, and what has answered it, which is nothing where the answer is missing."""
        super().__init__(message, where=where, hint=hint)
        self.question, self.source = question, source

    @property
    def is_missing(self) -> bool:
        """Whether nothing answers the question."""
        return bool(self.question) and not self.source


class RenderError(ScaffoldError):
    """A template cannot be rendered."""


class TrustError(RenderError):
    """A template would run code of its own, and nobody said that it may."""


class NotNativeError(RenderError):
    """A template needs what the native renderer does not do, so that the tool it was written for has to."""


class CollisionError(RenderError):
    """Two layers write one path, and the blueprint does not say how."""


class SourceError(ScaffoldError):
    """A library, blueprint or version cannot be had."""


class ProjectError(ScaffoldError):
    """The project is not in a state in which the command may run."""


class GitError(ScaffoldError):
    """Git refused, or the repository is not one that can be read."""


class ScriptError(ScaffoldError):
    """A command of a template failed."""


class LimitError(ScaffoldError):
    """A template took more time or memory, or made more, than it may."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those behind it, each once: one may be its own cause."""
    known: set[int] = set()
    while error is not None and id(error) not in known:
        known.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def places(error: BaseException | None) -> Iterator[str]:
    """Yield the kinds of an error and of those behind it, each with the places that it came through.

    What an error says may hold a secret in any spelling, and is left out.
    """
    from traceback import walk_tb  # only a bug needs it

    for one in causes(error):
        yield f"\n{type(one).__module__}.{type(one).__qualname__}"
        for frame, line in walk_tb(one.__traceback__):
            yield f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_qualname}"
