"""Files of settings as facts, line by line: `key = value` in whatever format, and pairs of `name` and `value`."""

from collections.abc import Iterator, Sequence

from scaffold.formats.regex import regex
from scaffold.guard.code.facts import Argument, Fact

LONGEST = 2_000  # characters of a line that people wrote
_SET = regex(
    r"(?:^|[{,])[ \t]*(?:export[ \t]+|ENV[ \t]+|ARG[ \t]+|-[ \t]+|--)?[\"']?"
    r"(?:@[\w.-]{1,60}:)?(?P<key>[\w.-]{1,90}?)[\"']?[ \t]*[:= \t][ \t]*"
    r"(?P<value>\[?[\"'][^\"'\n]{0,500}|[^\s,}#][^\s,}]{0,500}|(?=\s*(?:#|$)))"
)
_COMMENT = regex(r"(?:^[ \t]*(?:#|//|;|<!--)|[ \t]#).*")
_NAMED = regex(r"^[ \t]*-?[ \t]*name:[ \t]*[\"']?([\w.-]{1,90})[\"']?[ \t]*$")
_VALUE = regex(r"^[ \t]*value:[ \t]*[\"']?([^\s\"'#]{1,500})")
_ALONE = regex(r"[ \t]+(?:-[ \t]+)?[\"']?([^\s\"'=]{1,500})[\"']?[ \t]*$")


class Settings:
    """A file of settings that was read."""

    def __init__(self, text: str) -> None:
        """Read all of it once."""
        self.facts: Sequence[Fact] = tuple(self._read(text))

    def readings(self, at: str) -> Sequence[str]:
        """Return a value as a text, and as a word or a number where it is one."""
        plain = at.strip("[\"' ]")
        return (
            f"'{plain}'",
            {"no": "false", "off": "false", "yes": "true", "on": "true"}.get(plain.lower(), plain.lower()),
        )

    def _read(self, text: str) -> Iterator[Fact]:
        named = section = key = ""
        for number, line in enumerate(text.split("\n"), start=1):
            bare = _COMMENT.sub("", line.rstrip("\r")) if len(line) <= LONGEST else ""
            if bare.lstrip().startswith("["):
                section = bare.strip()
            value = _VALUE.match(bare) if named else None
            if value:
                yield Fact("set", named, number, [Argument("", value[1])], section)
            if key and bare[:1].isspace() and (alone := _ALONE.match(bare)):
                yield Fact("set", key, number, [Argument("", alone[1])], section)
            matches = list(_SET.finditer(bare))
            if matches or not bare[:1].isspace():
                key = matches[-1]["key"] if matches and not matches[-1]["value"] else ""
            for match in matches:
                yield Fact("set", match["key"], number, [Argument("", match["value"])], section)
            name = _NAMED.match(bare)
            named = name[1] if name else ""
        yield Fact("text", text, 1)
