"""What is wrong with files: those that cases render to, and the YAML that authors write."""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import dirname, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scaffold.authoring.lint.draft import found_of
from scaffold.authoring.lint.manifests import QUOTES, UNQUOTED
from scaffold.blueprint.kinds import CONFIG
from scaffold.errors import FormatError, NotNativeError
from scaffold.formats import documents, yaml
from scaffold.formats.values import suffix
from scaffold.guard.catalogue import BUILT_IN
from scaffold.guard.finding import Found
from scaffold.guard.looking import look_with
from scaffold.guard.snapshot import Snapshot
from scaffold.lock import Lock
from scaffold.plan.inputs import words_for
from scaffold.tree import SYMLINK, is_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scaffold.authoring.lint.draft import Draft
    from scaffold.render.engine import Rendered
    from scaffold.tree import File

PINNING = ("CI-02", "SC-08")
DIFFERING = frozenset({"chance", "clock", "system"})
JSON_WITH_COMMENTS = re.compile(
    r"(^|/)(tsconfig[^/]*|jsconfig[^/]*|\.eslintrc|\.vscode/.*|.*\.code-workspace|devcontainer)\.json$"
)
ANOTHERS = re.compile(rb"(?<!\$)\{\{")  # a template of another tool, such as Helm, which is no YAML yet
ZERO = re.compile(r"[-+]?\d+\.\d*[1-9]0+")  # 1.10, but neither 1.0 nor 1.00
OCTAL = re.compile(r"0\d+|\d+(:[0-5]?\d)+")
LINK = re.compile(r"(?<!!)\[[^\]\n]{1,200}\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
FENCE = re.compile(r"^\s*(```|~~~)")
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")


def origin(draft: Draft, path: str, file: File, line: int | None = None) -> tuple[str, int | None]:
    """Return the template file that a rendered one came from, and the line there that is the same as a line of it."""
    name, _, source = file.origin.partition(" + ")[0].partition("/")
    layer = next((layer for layer in draft.layers if layer.name == name), None)
    if layer is None:
        return path, line
    given = layer.files.get(source)
    lines = file.content.decode(errors="replace").splitlines()
    if given is None or line is None or not 0 < line <= len(lines):
        return layer.where(source), None
    written = given.content.decode(errors="replace").splitlines()
    wanted = lines[line - 1].strip()
    same = [number for number, one in enumerate(written, 1) if one.strip() == wanted]
    near = min(same, key=lambda number: abs(number - line), default=line if line <= len(written) else None)
    return layer.where(source), near


def _each(draft: Draft, *endings: str) -> Iterator[tuple[str, File, Rendered]]:
    """Yield the rendered files of some formats; each content of a path once."""
    seen = set()
    for _, rendered in draft.rendered:
        for path, file in rendered.tree.items():
            if suffix(path) in endings and file.mode != SYMLINK and (path, file.content) not in seen:
                seen.add((path, file.content))
                yield path, file, rendered


def deterministic(draft: Draft) -> Iterator[Found]:
    """Find templates that ask for chance, the clock or the machine."""
    for made in draft.made:
        if isinstance(made.error, NotNativeError):
            yield found_of(made.error)
    for _, rendered in draft.rendered:
        for path, file in rendered.tree.items():
            if inputs := file.inputs & DIFFERING:
                yield Found(f"{path} holds {words_for(inputs)}", *origin(draft, path, file))


def readable(draft: Draft) -> Iterator[Found]:
    """Find rendered files that their format's reader refuses."""
    for path, file, _ in _each(draft, *documents.SUFFIXES):
        if error := mistake_in(path, file):
            line = (error.where or "").removeprefix(f"{path}:")
            at = origin(draft, path, file, int(line) if line.isdecimal() else None)
            yield Found(f"{path} as rendered: {error.message}", *at, fix=QUOTES if UNQUOTED in error.message else None)


def mistake_in(path: str, file: File) -> FormatError | None:
    """Return why the reader of a rendered file's format refuses it; None where it does not, or there is no reader."""
    is_read = suffix(path) in documents.SUFFIXES and file.mode != SYMLINK and is_text(file.content)
    if not is_read or JSON_WITH_COMMENTS.search(path) or ANOTHERS.search(file.content):
        return None
    try:
        documents.load(path, file.content)
    except FormatError as error:
        return error
    return None


def meant(draft: Draft) -> Iterator[Found]:
    """Find values without quotes that YAML takes for something else."""
    types = {question.name: question.type for question in draft.questions}
    for path, file in draft.files.items():
        name = path.rpartition("/")[2]
        is_case = "/cases/" in path and path.endswith(".yml") and "/snapshots/" not in path
        if path == draft.path or is_case or (path.count("/") == 2 and CONFIG.fullmatch(name)):  # noqa: PLR2004 - of templates/LAYER
            for one in _plain(file.content, path):
                if said := _trap(one, _is_truth(one, types, path == draft.path)):
                    yield Found(said, path, one.line, fix=f'Write "{one.text}".')
    for path, file, _ in _each(draft, ".yml", ".yaml"):
        for one in _plain(file.content, path):
            if one.kind == "float" and (said := _trap(one, is_truth=True)):
                at = origin(draft, path, file, one.line)
                yield Found(f"{path} as rendered: {said}", *at, fix=f'Write "{one.text}".')


@lru_cache(maxsize=500)
def _plain(content: bytes, path: str) -> tuple[yaml.Plain, ...]:
    try:
        return yaml.plain(content, path)
    except FormatError:
        return ()


def _trap(one: yaml.Plain, is_truth: bool) -> str | None:
    if one.kind == "bool" and one.text.lower() not in ("true", "false") and not is_truth:
        return f"`{one.text}` is read as {'true' if one.text.lower() in ('on', 'yes', 'y') else 'false'}"
    if one.kind == "float" and ZERO.fullmatch(one.text):
        return f"`{one.text}` is read as the number {float(one.text)}"
    if one.kind == "int" and OCTAL.fullmatch(one.text):
        return f"`{one.text}` is read as another number"
    return None


def _is_truth(one: yaml.Plain, types: Mapping[str, str], is_manifest: bool) -> bool:
    """Whether a truth value is what is wanted here, however it is spelled."""
    if is_manifest:
        return not {"value", "with"} & set(one.path)
    return "choices" not in one.path and types.get(str(one.path[0]) if one.path else "", "bool") != "str"


def pinned(draft: Draft) -> Iterator[Found]:
    """Find actions and images by a tag or a branch, with the readers of the guardrails."""
    guardrails = draft.blueprint.guardrails if draft.blueprint else None
    said = guardrails.rules if guardrails else {}
    for _, rendered in draft.rendered:
        tree = rendered.tree
        snapshot = Snapshot(
            modes={path: file.mode for path, file in tree.items()},
            blobs={},
            measure=lambda path, tree=tree: len(tree[path].content),  # type: ignore[misc] # as mypy has it for defaults
            fetch=lambda path, tree=tree: tree[path].content,  # type: ignore[misc] # the same
        )
        lock = Lock("", draft.name, "", "", None, rendered.answers.recorded, {})
        for id_ in PINNING:
            if said.get(id_, {}).get("applies") is False:
                continue
            rule = BUILT_IN[id_]
            for one in (
                look_with(rule, {**rule.parameters, **said.get(id_, {}).get("with", {})}, snapshot, lock).found or ()
            ):
                if one.known and one.path is not None and one.path in tree:
                    path, line = origin(draft, one.path, tree[one.path], one.line)
                    yield one._replace(
                        message=f"{one.path}: {one.message}", path=path, line=line, fix=one.fix or rule.fix
                    )


def links(draft: Draft) -> Iterator[Found]:
    """Find links in rendered Markdown to files and headings that are not there."""
    made_later = draft.blueprint.lock_files if draft.blueprint else {}
    for path, file, rendered in _each(draft, ".md"):
        for line, target in _links(file.content.decode(errors="replace")):
            where, _, heading = target.partition("#")
            to = normpath(f"{dirname(path)}/{unquote(where)}".lstrip("/")) if where else path
            if to.startswith("..") or to in made_later or to == ".":
                continue
            there = rendered.tree.get(to)
            if there is None and not any(one.startswith(f"{to}/") for one in rendered.tree):
                yield Found(f"{path} links to {to}, which is not rendered", *origin(draft, path, file, line))
            elif there is not None and heading and to.endswith(".md") and heading not in _anchors(there.content):
                yield Found(
                    f"{path} links to #{heading}, which is no heading of {to}", *origin(draft, path, file, line)
                )


def _links(text: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= bool(FENCE.match(line))
        for found in LINK.finditer(re.sub(r"`[^`]*`", "", line)) if not fenced else ():
            if not re.match(r"[a-z][a-z0-9+.-]*:|//|/", found[1], re.IGNORECASE):
                yield number, found[1]


@lru_cache(maxsize=100)
def _anchors(content: bytes) -> frozenset[str]:
    """Return the names by which forges let one link to the headings of a Markdown file."""
    found: dict[str, int] = {}
    names = set(re.findall(r"<a\s[^>]*(?:id|name)=[\"']([^\"']+)", content.decode(errors="replace")))
    for line in content.decode(errors="replace").splitlines():
        if heading := HEADING.match(line):
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).lower()
            name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            number = found[name] = found.get(name, -1) + 1
            names.add(f"{name}-{number}" if number else name)
    return frozenset(names)
