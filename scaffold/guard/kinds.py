"""Which files people write as text, and which nobody can, as far as their names tell."""

from typing import Literal

from scaffold.guard.tables import table

Kind = Literal["text", "binary", ""]
# By ending: `program` is what runs, `seen` what people look at rather than run, whatever is in it.
ENDINGS = {kind: frozenset(endings) for kind, endings in table("kinds").items()}


def ending_of(path: str) -> str:
    """Return what a file's name ends in, in small letters; of one without a dot the name."""
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def kind_of(path: str) -> Kind:
    """Return what a file is by its name; the empty text where that does not tell."""
    name = path.rpartition("/")[2].lower()
    ending = ending_of(path)
    if ending in ENDINGS["text"] or name.startswith((".env", "dockerfile.")):
        return "text"
    return "binary" if "." in name and ending in ENDINGS["binary"] else ""
