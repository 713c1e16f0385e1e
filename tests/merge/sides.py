"""Three versions of a file, their merge, and small documents to draw them from."""

from collections.abc import Mapping

from hypothesis import strategies as st

from scaffold.merge.drivers import ALL, Drivers
from scaffold.merge.files import Merged, merge_files
from scaffold.merge.markers import Conflict, read
from tests.kit import LABELS


def merge(path: str, base: str, ours: str, theirs: str, drivers: Drivers = ALL) -> Merged:
    """Merge three texts."""
    return merge_files(path, base.encode(), ours.encode(), theirs.encode(), LABELS, drivers)


def settled(path: str, base: str, ours: str, theirs: str, drivers: Drivers = ALL) -> str | None:
    """The merged text, or None where it is in conflict."""
    merged = merge(path, base, ours, theirs, drivers)
    return merged.content.decode() if merged.clean and merged.content is not None else None


def taken(merged: Merged, side: str) -> str:
    """The text with one side taken in every conflict."""
    assert merged.content is not None
    return b"".join(
        getattr(part, side) if isinstance(part, Conflict) else part for part in read(merged.content)
    ).decode()


WORDS = ("alpha", "beta", "delta", "gamma", "kappa", "omega", "sigma", "zeta")
Document = Mapping[str, int | list[str]]

_values = st.one_of(st.integers(0, 3), st.lists(st.sampled_from(WORDS), unique=True, max_size=4))


@st.composite
def versions(draw: st.DrawFn) -> tuple[Document, Document, Document]:
    """A document, and what two people made of it with a few changes each."""
    base = draw(st.dictionaries(st.sampled_from(WORDS), _values, min_size=2, max_size=6))
    return base, _changed(draw, base), _changed(draw, base)


def _changed(draw: st.DrawFn, base: Document) -> Document:
    document = dict(base)
    for key in draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)):
        items = document.get(key)
        if key in document and draw(st.booleans()):
            del document[key]
        elif isinstance(items, list):
            document[key] = [*items, draw(st.sampled_from([word for word in (*WORDS, "more") if word not in items]))]
        else:
            document[key] = draw(_values)
    return document


def toml(document: Document, comment: str = "") -> str:
    """A document as TOML, its lists on lines; `comment` is about the first key."""
    lines = [f"# {comment}"] if comment else []
    for key, value in document.items():
        if isinstance(value, int):
            lines.append(f"{key} = {value}")
        else:
            lines += [f"{key} = [", *(f'  "{item}",' for item in value), "]"]
    return "".join(f"{line}\n" for line in lines)


def yaml(document: Document, comment: str = "") -> str:
    """A document as YAML."""
    lines = [f"# {comment}"] if comment else []
    for key, value in document.items():
        if isinstance(value, int) or not value:
            lines.append(f"{key}: {value}")
        else:
            lines += [f"{key}:", *(f"  - {item}" for item in value)]
    return "".join(f"{line}\n" for line in lines)


def json(document: Document, comment: str = "") -> str:
    """A document as JSON with comments."""
    lines = []
    for key, value in document.items():
        if isinstance(value, int) or not value:
            lines.append(f'  "{key}": {value}')
        else:
            lines.append(f'  "{key}": [\n' + ",\n".join(f'    "{item}"' for item in value) + "\n  ]")
    return "{\n" + (f"  // {comment}\n" if comment else "") + ",\n".join(lines) + "\n}\n"


WRITERS = {"conf.toml": toml, "conf.yaml": yaml, "conf.json": json}
