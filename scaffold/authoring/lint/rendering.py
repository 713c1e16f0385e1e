"""What is wrong with a manifest in the light of what its cases render to: patterns, keys and rules."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from scaffold.authoring.lint.draft import found_of, place
from scaffold.authoring.lint.manifests import ids
from scaffold.authoring.lint.texts import compiled, undefined
from scaffold.blueprint.globs import globs, like_git
from scaffold.blueprint.guardrails import KINDS
from scaffold.blueprint.ownership import spell
from scaffold.blueprint.template import DEFAULT_EXCLUDE
from scaffold.errors import CollisionError, FormatError, NotNativeError
from scaffold.formats import documents
from scaffold.formats.equal import ABSENT, at
from scaffold.formats.values import suffix
from scaffold.guard.finding import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scaffold.authoring.lint.draft import Draft
    from scaffold.render.engine import Rendered
    from scaffold.tree import File


COMMON = {"", ".git", ".svn", ".venv", "node_modules", "__pycache__", ".pyc"}  # left out wherever they come up


def has_cases(draft: Draft) -> Iterator[Found]:
    """Find a blueprint without cases."""
    if draft.release is not None and not draft.cases:
        yield Found("the blueprint has no cases", draft.path, 1)


def renders(draft: Draft) -> Iterator[Found]:
    """Find cases that do not render, each reason once; what other rules tell of is left to them."""
    told = {(one.path, one.line) for one in (*undefined(draft), *compiled(draft))}
    is_told = bool(told or next(ids(draft), None))
    failing: dict[Found, list[str]] = {}
    for made in draft.made:
        if made.error is None or isinstance(made.error, NotNativeError | CollisionError):
            continue
        found = found_of(made.error)
        if found.path is None:
            found = found._replace(path=made.case.where, line=1)
        if (found.path, found.line) not in told and not (made.rendered and is_told):
            failing.setdefault(found, []).append(made.case.name)
    for found, names in failing.items():
        some = f"the case {names[0]} does" if len(names) == 1 else f"the cases {', '.join(names)} do"
        yield found._replace(message=f"{some} not render: {found.message}")


def collisions(draft: Draft) -> Iterator[Found]:
    """Find paths that two layers write without a word on how."""
    for path, file, other in draft.collided:
        where = place(draft.at("compose").where)
        yield Found(f"two layers write {path}: {file.origin} and {other.origin}", *where)


def composed(draft: Draft) -> Iterator[Found]:
    """Find entries of `compose` that no two layers meet in any case."""
    if not draft.paths or draft.blueprint is None:
        return
    met = {path for _, rendered in draft.rendered for path, file in rendered.tree.items() if " + " in file.origin}
    layers = {layer.name: set(_written(draft, layer.name)) for layer in draft.layers}
    for path, how in draft.blueprint.compose.items():
        writing = sum(path in written for written in layers.values())
        if path not in met and (how != "override" or path not in draft.paths or writing < 2):  # noqa: PLR2004 - two layers
            yield Found(f"no two layers write {path} in any case", *place(draft.at("compose", path).where))


def _written(draft: Draft, layer: str) -> Iterator[str]:
    """Yield the plain paths of a layer's files: where a lower one is overridden, no origin tells of it."""
    for one in draft.layers:
        if one.name == layer:
            yield from (path.removesuffix(one.settings.suffix) for path in one.files)


def patterns(draft: Draft) -> Iterator[Found]:
    """Find patterns of ownership, and of files given once, that no rendered file matches."""
    if not draft.paths:
        return
    for pattern in draft.blueprint.ownership if draft.blueprint else ():
        if not any(map(globs((pattern.removeprefix("!"),)).matches, draft.paths)):
            yield Found(f"`{pattern}` matches no file in any case", *place(draft.at("ownership", pattern).where))
    for layer in draft.layers:
        for pattern in layer.settings.skip_if_exists:
            if "{" not in pattern and not any(map(globs((pattern.removeprefix("!"),)).matches, draft.paths)):
                yield Found(f"`{pattern}` matches no file in any case", *place(layer.line_of(pattern)))
        sources = {part for path in layer.files for part in (path, path.removesuffix(layer.settings.suffix))}
        for pattern in layer.settings.exclude or ():
            told = "{" in pattern or pattern in DEFAULT_EXCLUDE or pattern.lstrip("!").strip("/*") in COMMON
            if not told and not any(map(globs((pattern.removeprefix("!"),)).matches, sources)):
                yield Found(f"`{pattern}` leaves out nothing", *place(layer.line_of(pattern)))


def overruled(draft: Draft) -> Iterator[Found]:
    """Find patterns that match, and that later ones overrule for each file."""
    ownership = draft.blueprint.ownership if draft.blueprint else {}
    if not ownership or not draft.paths:
        return
    last, written = globs(tuple(ownership)), list(ownership)
    deciding = {last.deciding(path) for path in draft.paths}
    for number, pattern in enumerate(written):
        matching = [path for path in draft.paths if globs((pattern.removeprefix("!"),)).matches(path)]
        if matching and number not in deciding:
            over = written[last.deciding(min(matching)) or 0]
            where = place(draft.at("ownership", pattern).where)
            yield Found(f"`{pattern}` decides about no file: a later one, `{over}`, does", *where)
    for layer in draft.layers:
        for pattern in layer.settings.skip_if_exists:
            paths = [path for path in draft.paths if "{" not in pattern and globs((pattern,)).matches(path)]
            by = [last.deciding(path) for path in paths]
            if by and None not in by and not _are_given(draft, paths):
                said = f"`{pattern}` is to be given once, and the blueprint's `{written[by[0] or 0]}` decides otherwise"
                yield Found(said, *place(layer.line_of(pattern)))


def _are_given(draft: Draft, paths: Iterable[str]) -> bool:
    """Whether some of the paths are the team's once they are given."""
    wanted = set(paths)
    return any(r.ownership(path).file == "seeded" for _, r in draft.rendered for path in wanted & r.tree.keys())


def keys(draft: Draft) -> Iterator[Found]:
    """Find keys with an owner that are in no rendered file."""
    for pattern, ownership in (draft.blueprint.ownership if draft.blueprint else {}).items():
        if not ownership.keys:
            continue
        for path in sorted(filter(globs((pattern,)).matches, draft.paths)):
            if suffix(path) not in documents.SUFFIXES:
                message = f"`{pattern}` owns keys of {path}, which is not TOML, YAML or JSON"
                yield Found(message, *place(draft.at("ownership", pattern, "keys").where), fix="Own the whole file.")
        held = [data for _, rendered in draft.rendered for data in _data(rendered, pattern)]
        for key in ownership.keys if held else ():
            if not any(at(data, key) is not ABSENT for data in held):
                written = spell(key)
                where = place(draft.at("ownership", pattern, "keys", written).where)
                yield Found(f"`{pattern}` has no key `{written}` in any case", *where, fix=_near(key, held))


def _data(rendered: Rendered, pattern: str) -> Iterator[Any]:
    matches = globs((pattern,)).matches
    for path, file in rendered.tree.items():
        if matches(path):
            try:
                yield documents.load(path, file.content)[0].data
            except (FormatError, IndexError):
                continue


def _near(key: tuple[str, ...], held: list[Any]) -> str | None:
    """Return the key that is there and near, at the place where the way ends."""
    for length in range(len(key), 0, -1):
        above = [at(data, key[: length - 1]) for data in held]
        names = {str(name) for one in above if isinstance(one, dict) for name in one}
        if names:
            close = get_close_matches(key[length - 1], names, n=1)
            if close:
                return f"Did you mean `{spell((*key[: length - 1], close[0]))}`?"
            under = spell(key[: length - 1]) or "it"
            return f"Below `{under}` there are: {', '.join(sorted(names)[:10])}."
    return None


def rules(draft: Draft) -> Iterator[Found]:
    """Find rules of the blueprint's own that look at no file in any case, and settings of rules that say nothing."""
    guardrails = draft.blueprint.guardrails if draft.blueprint else None
    for id_, said in guardrails.rules.items() if guardrails and draft.paths else ():
        kind = next((kind for kind in KINDS if kind in said), None)
        if kind in ("present", "pattern", "value", "schema"):
            patterns = said[kind].get("files", ()) if isinstance(said[kind], dict) else said[kind]
            several = (patterns,) if isinstance(patterns, str) else tuple(patterns)
            if not any(map(globs(several).matches, draft.paths)):
                shown = ", ".join(several)
                where = place(draft.at("guardrails", "rules", id_, kind).where)
                yield Found(f"the rule {id_} looks at no file in any case: {shown}", *where)
        if said.get("applies") is False and guardrails and not any(fnmatchcase(id_, one) for one in guardrails.use):
            where = place(draft.at("guardrails", "rules", id_).where)
            yield Found(f"the rule {id_} is left out, and nothing uses it", *where, fix="Take the entry out.")


def ignored(draft: Draft) -> Iterator[Found]:
    """Find locked files that the rendered .gitignore names."""
    for _, rendered in draft.rendered:
        file: File | None = rendered.tree.get(".gitignore")
        if file is None:
            continue
        lines = file.content.decode(errors="replace").splitlines()
        matches = like_git(lines).matches
        for path in rendered.tree:
            if rendered.ownership(path).holds_locked and matches(path):
                line = next((n for n, one in enumerate(lines, 1) if like_git([one]).matches(path)), None)
                said = f": line {line} of .gitignore" if line else ""
                yield Found(f"{path} is locked, and git ignores it{said}", *place(_source(draft, file)))


def _source(draft: Draft, file: File) -> str | None:
    name, _, path = file.origin.partition(" + ")[0].partition("/")
    return next((layer.where(path) for layer in draft.layers if layer.name == name), None)
