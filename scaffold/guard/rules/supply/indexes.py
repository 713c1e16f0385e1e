"""Where packages are looked for: an index beside the usual one can answer for any name, also one that is used inside.

Sources: https://docs.astral.sh/uv/concepts/indexes/, https://python-poetry.org/docs/repositories/,
https://pip.pypa.io/en/stable/cli/pip_install/, https://maven.apache.org/pom.html#Repositories
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from scaffold.formats.lookup import below, elements, line_of, listed, mapping
from scaffold.guard.code.engine import holding
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_product
from scaffold.guard.readers.manifests import named
from scaffold.guard.readers.places import OTHER_CI, SHELL
from scaffold.guard.rule import CannotTell

CONFIGURED = (
    "requirements*.txt", "*requirements.txt", "constraints*.txt", "pip.conf", "pip.ini", ".npmrc", ".yarnrc",
    ".yarnrc.yml",
)  # fmt: skip
NEEDLES = (b"index", b"INDEX", b"registry", b"REGISTRY", b"npmRegistryServer", b"-i ")
HOST = r"https://(?:[^/@\s]{1,200}@)?(?P<host>[\w.-]{1,200})"
_IS = rf"[\"']?(?:[ \t]*[=:]|[ \t])\s*[\"']?(?:[\w-]+=)?{HOST}"
SETTING = re.compile(
    rf"^[ \t]*(?P<key>-i|(?:--)?(?:extra-)?index-url|(?:@[\w.-]+:)?registry|npmRegistryServer){_IS}", re.MULTILINE
)
OPTION = re.compile(
    r"(?P<key>(?<![\w-])--(?:(?:extra-)?index-url|(?:default-)?index|registry)|\b(?:PIP|UV)_(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?"
    rf"|\bNPM_CONFIG_REGISTRY){_IS}"
)
BESIDE = re.compile(r"(?i)extra|--index$|UV_INDEX$")
MAVEN = re.compile(r"<(repositories|pluginRepositories)>.*?</\1>", re.DOTALL)
SAYS: Mapping[str, str] = {
    "beside": "packages are also looked for at {}, which can answer for any name",
    "instead": "packages come from {}",
    "explicit": "some packages come from {}",
}
FIX = "Let one index answer for all names, or say which packages come from the other; `indexes` of SC-01 allows hosts."


def indexes(look: Look) -> Iterator[Found]:
    """Yield the indexes that the blueprint does not allow; those for some names alone only where it allows any."""
    allowed = look.parameters["indexes"]
    if not isinstance(allowed, list):
        raise CannotTell("`indexes` is no list")
    for kind, host, path, line in dict.fromkeys((*_written(look), *_in_manifests(look), *_of_maven(look))):
        if (allowed or kind != "explicit") and not any(fnmatchcase(host, str(one)) for one in allowed):
            says = SAYS[kind] + (f", which is none of: {', '.join(map(str, allowed))}" if allowed else "")
            severity: Severity = "medium" if allowed or kind == "beside" else "low"
            yield Found(says.format(host), path, line, severity=severity, fix=FIX)


Index = tuple[str, str, str, int]  # how it is used, its host, and where that is said


def _written(look: Look) -> Iterator[Index]:
    """Yield what settings of pip, npm and Yarn say, and options and variables in commands of whatever file."""
    for pattern, places in ((SETTING, CONFIGURED), (OPTION, (*SHELL, *OTHER_CI))):
        for path in holding(look, filter(is_product, look.paths(*places)), *NEEDLES):
            text = look.text(path) or ""
            for match in pattern.finditer(text):
                line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()
                if not line.startswith(("#", ";", "//")) and "publish" not in line:
                    kind = "beside" if BESIDE.search(match["key"]) else "explicit" if "@" in match["key"] else "instead"
                    yield kind, match["host"], path, text.count("\n", 0, match.start("host")) + 1


def _in_manifests(look: Look) -> Iterator[Index]:
    """Yield the indexes of uv and of Poetry, which need no lookup beside them where one alone is the default."""
    for path in named(look, "pyproject.toml", "uv.toml"):
        document = look.data(path)
        uv = below(document, "tool", "uv") if path.endswith("pyproject.toml") else document
        sources = list(elements(below(document, "tool", "poetry", "source")))
        is_alone = sum(mapping(one.data).get("priority") != "explicit" for one in sources) == 1
        for at in (*elements(below(uv, "index")), *sources):
            said = mapping(at.data)
            explicit = said.get("explicit") or said.get("priority") == "explicit"
            alone = said.get("default") or (at in sources and is_alone and said.get("priority") != "supplemental")
            kind = "explicit" if explicit else "instead" if alone else "beside"
            yield from ((kind, host, path, line_of(at)) for host in _hosts(said.get("url")))
        for key, kind in (("index-url", "instead"), ("extra-index-url", "beside")):
            for place in (below(uv, key), below(uv, "pip", key)):
                if place is not None:
                    yield from ((kind, host, path, line_of(place)) for host in _hosts(place.data))


def _hosts(given: object) -> Iterator[str]:
    for one in listed(given) or [given]:
        if match := re.match(HOST, str(one)):
            yield match["host"]


def _of_maven(look: Look) -> Iterator[Index]:
    for path in named(look, "pom.xml"):
        text = look.text(path) or ""
        for block in MAVEN.finditer(text):
            for match in re.finditer(rf"<url>\s*{HOST}", block[0]):
                yield "beside", match["host"], path, text.count("\n", 0, block.start() + match.start()) + 1
