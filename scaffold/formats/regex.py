"""Regular expressions that are compiled when they are first used: most runs use few of all that modules hold."""

import re
from typing import Any, AnyStr, cast


class Regex:
    """What stands for a compiled expression, and has its methods."""

    def __init__(self, *said: Any) -> None:
        """Compile nothing yet."""
        self._said = said

    def __getattr__(self, name: str) -> Any:
        """Return a method of the expression, which is found without this the next time."""
        found = getattr(re.compile(*self._said), name)
        setattr(self, name, found)
        return found


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return an expression as `re.compile` does, but that one which is none says so when it is used."""
    return cast("re.Pattern[AnyStr]", Regex(text, flags))
