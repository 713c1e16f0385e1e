"""Which lists of known files are sets, and what names an item in them.

The rules come from what reads these files: PEP 621 and 735 for dependencies, pre-commit, GitHub Actions, ruff,
coverage, pytest, npm, dependabot, and mkdocs.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

from scaffold.formats.equal import canonical

Named = Callable[[Any], Hashable]
KeyPath = tuple[Hashable, ...]


class List(NamedTuple):
    """What names an item, what does where two have one name, and whether the order of the items counts."""

    named: Named
    finer: Named | None = None
    ordered: bool = False


_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?[^;]*(;.*)?")


def requirement(item: Any) -> Hashable:
    """Name a dependency by its project (PEP 503) and its marker, whatever its version."""
    found = _REQUIREMENT.fullmatch(item) if isinstance(item, str) and not item.startswith("-") else None
    if found is None:
        return canonical(item)
    return re.sub(r"[-_.]+", "-", found[1]).lower() + re.sub(r"\s+", " ", found[3] or "").replace('"', "'")


def project(item: Any) -> Hashable:
    """Name a dependency by its project alone."""
    named = requirement(item)
    return named.partition(";")[0].strip() if isinstance(named, str) and not named.startswith(('"', "{")) else named


def by(*keys: str) -> Named:
    """Name a mapping by the first of these keys that it has."""

    def named(item: Any) -> Hashable:
        if isinstance(item, Mapping):
            for key in keys:
                if isinstance(item.get(key), str):
                    return f"{key}: {item[key]}"
        return canonical(item)

    return named


def step(item: Any) -> Hashable:
    """Name a step of a workflow by its id, its name, or the action it uses, whatever its version."""
    if isinstance(item, Mapping):
        for key in ("id", "name"):
            if isinstance(item.get(key), str):
                return f"{key}: {item[key]}"
        if isinstance(item.get("uses"), str):
            return f"uses: {item['uses'].partition('@')[0]}"
    return canonical(item)


def only_key(item: Any) -> Hashable:
    """Name what is either a word or a mapping with the word as its one key."""
    return next(iter(item)) if isinstance(item, Mapping) and len(item) == 1 else canonical(item).strip('"')


def hooks(item: Any) -> Hashable:
    """Name a repository of pre-commit by its address and its hooks: it may be listed for each of them."""
    if isinstance(item, Mapping) and isinstance(item.get("hooks"), list):
        return canonical([item.get("repo"), [hook.get("id") for hook in item["hooks"] if isinstance(hook, Mapping)]])
    return canonical(item)


def _every(*keys: str) -> Named:
    return lambda item: canonical([item.get(key) for key in keys] if isinstance(item, Mapping) else item)


SCALARS = List(canonical)
REQUIREMENTS = List(project, finer=requirement)

# File, key path (`*` one key, `**` any number of them, alternatives by |), and the list that stands there.
_RULES: tuple[tuple[str, str, List], ...] = (
    ("pyproject.toml", "project.dependencies", REQUIREMENTS),
    ("pyproject.toml", "project.optional-dependencies.*", REQUIREMENTS),
    ("pyproject.toml", "dependency-groups.*", REQUIREMENTS),
    ("pyproject.toml", "build-system.requires", REQUIREMENTS),
    ("pyproject.toml", "tool.pdm.dev-dependencies.*", REQUIREMENTS),
    ("pyproject.toml", "tool.uv.dev-dependencies|constraint-dependencies|override-dependencies", REQUIREMENTS),
    ("pyproject.toml", "tool.hatch.envs.**.dependencies|extra-dependencies", REQUIREMENTS),
    ("pyproject.toml", "tool.poetry.extras.*", SCALARS),
    ("pyproject.toml", "project.keywords|classifiers|dynamic", SCALARS),
    ("pyproject.toml", "tool.poetry.keywords|classifiers", SCALARS),
    ("pyproject.toml", "tool.ruff.**.per-file-ignores|extend-per-file-ignores.*", SCALARS),
    ("pyproject.toml", "tool.coverage.**.omit|include|source|exclude_lines|exclude_also|partial_branches", SCALARS),
    ("pyproject.toml", "tool.pytest.ini_options.markers|testpaths|norecursedirs", SCALARS),
    ("pyproject.toml", "tool.mypy.overrides", List(by("module"))),
    ("pyproject.toml", "tool.mypy.files|packages|modules|plugins", SCALARS),
    ("pyproject.toml", "tool.pylint.**.disable|enable", SCALARS),
    ("pyproject.toml", "tool.**.known-first-party|known-third-party", SCALARS),
    *(
        (name, f"{prefix}**.{'|'.join((f'{more}{key}') for key in keys for more in ('', 'extend-'))}", SCALARS)
        for name, prefix in (("pyproject.toml", "tool.ruff."), ("ruff.toml", ""), (".ruff.toml", ""))
        for keys in (("select", "ignore", "exclude", "include", "fixable", "unfixable"),)
    ),
    ("ruff.toml", "**.per-file-ignores.*", SCALARS),
    (".ruff.toml", "**.per-file-ignores.*", SCALARS),
    (".pre-commit-config.yaml", "repos", List(by("repo"), finer=hooks)),
    (".pre-commit-config.yaml", "repos.*.hooks", List(by("id"))),
    (".pre-commit-config.yaml", "repos.*.hooks.*.additional_dependencies", REQUIREMENTS),
    (".pre-commit-config.yaml", "repos.*.hooks.*.types|types_or|stages|exclude_types", SCALARS),
    (".pre-commit-config.yaml", "default_stages|default_install_hook_types", SCALARS),
    (".github/workflows/*", "jobs.*.steps", List(step, ordered=True)),
    (".github/workflows/*", "jobs.*.needs", SCALARS),
    (".github/workflows/*", "jobs.*.strategy.matrix.*", SCALARS),
    (".github/workflows/*", "on.*.branches|tags|types|paths|branches-ignore|tags-ignore", SCALARS),
    (".github/dependabot.yml", "updates", List(_every("package-ecosystem", "directory"))),
    ("action.yml", "runs.steps", List(step, ordered=True)),
    (".gitlab-ci.yml", "stages", List(canonical, ordered=True)),
    ("package.json", "keywords|files|os|cpu|workspaces", SCALARS),
    ("devcontainer.json", "customizations.vscode.extensions", SCALARS),
    ("devcontainer.json", "extensions|forwardPorts|runArgs", SCALARS),
    ("extensions.json", "recommendations|unwantedRecommendations", SCALARS),
    ("mkdocs*.yml", "markdown_extensions", List(only_key)),
    ("mkdocs*.yml", "plugins", List(only_key, ordered=True)),
    ("mkdocs*.yml", "plugins.*.mkdocstrings.handlers.*.import|inventories", SCALARS),
    ("mkdocs*.yml", "extra_css|extra_javascript", SCALARS),
    ("mkdocs*.yml", "watch", SCALARS),
    ("mkdocs*.yml", "theme.features", SCALARS),
    ("setup.cfg", "options.install_requires|setup_requires|tests_require", REQUIREMENTS),
    ("setup.cfg", r"options\.extras_require.*", REQUIREMENTS),
    ("setup.cfg", "metadata.classifiers|keywords", SCALARS),
    ("setup.cfg", "coverage:*.omit|source|exclude_lines", SCALARS),
    ("environment*.y*ml", "dependencies", List(project, finer=requirement)),
)


def list_at(path: str, at: KeyPath) -> List | None:
    """Return what the list at a key path of a file is, or None where nothing is known of it."""
    if not at:
        return _root_list(path)
    spelled = "\0".join(map(str, at))
    return next((found for keys, found in _rules_of(path) if keys.fullmatch(spelled)), None)


def doubled(path: str, data: Any, at: KeyPath = ()) -> Iterator[tuple[KeyPath, Hashable]]:
    """Yield the names that two items of one list have, for all lists of a file that are known."""
    if isinstance(data, Mapping) and _rules_of(path):
        for key, value in data.items():
            yield from doubled(path, value, (*at, key))
    elif isinstance(data, list):
        known = list_at(path, at)
        names = Counter([] if known is None else [(known.finer or known.named)(item) for item in data])
        yield from ((at, name) for name, count in names.items() if count > 1)
        for item in data:
            yield from doubled(path, item, (*at, "item"))


@lru_cache(maxsize=256)
def _rules_of(path: str) -> list[tuple[re.Pattern[str], List]]:
    name = path.rpartition("/")[2]
    return [
        (_compiled(keys), found) for file, keys, found in _RULES if fnmatchcase(path if "/" in file else name, file)
    ]


def _root_list(path: str) -> List | None:
    """Return what a file is that is one list: the only such that are known hold patterns or requirements."""
    return SCALARS if path.endswith("ignore") else REQUIREMENTS if path.endswith((".txt", ".in")) else None


@lru_cache
def _compiled(keys: str) -> re.Pattern[str]:
    parts = [
        "(?:[^\0]*\0)*" if part == "**" else "|".join(map(_spelled, part.split("|")))
        for part in re.split(r"(?<!\\)\.", keys)  # a key may hold a dot itself, written \.
    ]
    spelled = "".join(part if part.startswith("(?:[^\0]*\0)*") else f"(?:{part})\0" for part in parts)
    return re.compile(spelled.removesuffix("\0"))


def _spelled(name: str) -> str:
    return re.escape(name.replace(r"\.", ".")).replace(r"\*", "[^\0]*")
