"""Put the schemas of what people write in a project beside it, named in its files, so that editors find them."""

from pathlib import Path
from pkgutil import get_data

from scaffold import disk
from scaffold.answers.file import PATH as ANSWERS
from scaffold.apply import record as records
from scaffold.apply import transaction
from scaffold.errors import FormatError
from scaffold.formats.modeline import naming
from scaffold.git.objects import find_repository
from scaffold.guard.waivers import PATH as WAIVERS
from scaffold.project.opening import FOLDER, find_root, place_of

KINDS = {"answers": ANSWERS, "waivers": WAIVERS}


def name_schemas(directory: Path | str = ".") -> tuple[str, ...]:
    """Write `.scaffold/schemas/`, and name the schema in each file that is there; return what is other than before.

    Raises ScaffoldError where there is no project, or a file is no text.
    """
    root = find_root(Path(directory))
    place = place_of(root, find_repository(root))
    with transaction.exclusively(place):
        records.refuse_unfinished(place)
        wanted = {f"{FOLDER}/schemas/{kind}.json": _schema(kind) for kind in KINDS}
        for kind, path in KINDS.items():
            if (file := disk.read(root, path)) is not None:
                wanted[path] = naming(_text(path, file.content), f"schemas/{kind}.json").encode()
        before = {path: disk.read(root, path) for path in wanted}
        changed = tuple(p for p in wanted if (file := before[p]) is None or file.content != wanted[p])
        for path in changed:
            disk.put(root, path, wanted[path])
    return changed


def _schema(kind: str) -> bytes:
    return get_data("scaffold.report", f"schemas/{kind}.json") or b""


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FormatError("the file is not UTF-8 text", where=path) from error
