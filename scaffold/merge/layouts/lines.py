"""Files that hold one thing on each line, in any order: ignore lists and lists of requirements."""

import re

from scaffold.errors import FormatError
from scaffold.merge.layout import Branch, Entry, Leaf

_PARTS = re.compile(r"([ \t]*)(.*?)(\s+#.*)?(\s*)", re.DOTALL)


def layout(text: str) -> Branch:
    """Take a file apart into its lines; raises FormatError where the order counts, or something follows a line."""
    entries: list[Entry] = []
    lead = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if not line.strip() or line.lstrip().startswith("#"):
            if entries and line.strip() and len(line) - len(line.lstrip()) > len(entries[-1].head):
                raise FormatError(f"a comment belongs to the line before it: {line.strip()}")
            lead += line
            continue
        found = _PARTS.fullmatch(line)
        if found is None or found[2].startswith("!") or found[2].endswith("\\"):
            raise FormatError(f"the order of the lines counts: {line.strip()}")
        head, value, comment, end = found.groups()
        entries.append(Entry("", lead, head, Leaf(value), "", (comment or "") + end))
        lead = ""
    return Branch("list", "", tuple(entries), lead)


def values(text: str) -> list[str]:
    """Return the lines without comments; raises FormatError as `layout` does."""
    return [entry.value.text for entry in layout(text).entries]
