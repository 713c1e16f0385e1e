"""What went wrong in a template, and on which line of which file."""

import re
from types import TracebackType

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from scaffold.errors import NotNativeError, RenderError, ScaffoldError
from scaffold.templating import inputs

PLAIN = (
    TemplateSyntaxError,
    UnicodeDecodeError,
    RecursionError,
)  # they repeat the template's text alone
UNDEFINED = re.compile(r"'\w+' is undefined")  # a name as the template has it
NO_FILE = (None, "<unknown>", "<template>")  # how Jinja names a text that is not a file's


def explained(error: Exception, where: str) -> ScaffoldError:
    """Return the error as ours; `where` is the file, or the place of the text, that was being rendered."""
    if isinstance(error, TemplateSyntaxError):
        if error.filename not in NO_FILE:
            where = f"{error.filename}:{error.lineno}"
        elif not re.search(r":\d+$", where):
            where = f"{where}:{error.lineno}"
    elif line := _line_of(error.__traceback__):
        where = line
    if isinstance(error, NotNativeError):
        return NotNativeError(error.message, where=where)
    if isinstance(error, ScaffoldError):
        return type(error)(error.message, where=error.where or where, hint=error.hint)
    if inputs.may_tell_secret() and not isinstance(error, PLAIN) and not UNDEFINED.fullmatch(str(error)):
        kind = type(error).__name__
        return RenderError(f"the template cannot be rendered: {kind}, of which the rest may hold a secret", where=where)
    if isinstance(error, TemplateNotFound):
        return RenderError(f"there is no template {error.name!r} to include", where=where)
    if isinstance(error, UnicodeDecodeError):
        return RenderError("a template must be UTF-8 text", where=where)
    if isinstance(error, RecursionError):
        return RenderError("the template includes or calls itself without end", where=where)
    said = str(error) if isinstance(error, TemplateError) else f"{type(error).__name__}: {error}"
    return RenderError(f"the template cannot be rendered: {' '.join(said.split())}", where=where)


def _line_of(traceback: TracebackType | None) -> str | None:
    """Return the innermost line of a template's file that a traceback goes through."""
    found = None
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        if "__jinja_exception__" in traceback.tb_frame.f_globals and name not in NO_FILE:
            found = f"{name}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found
