"""The rule on tools that scripts fetch: each at one version, and none piped into a shell."""

import re
from collections.abc import Callable, Iterator, Mapping

from scaffold.formats.lookup import below, line_at, mapping
from scaffold.guard.finding import Found
from scaffold.guard.look import Look
from scaffold.guard.readers.manifests import manifests, named
from scaffold.guard.readers.places import DOCKERFILES, HOOKS
from scaffold.guard.readers.scripts import Script, in_files, in_images, in_makefiles, in_workflows
from scaffold.guard.readers.shell import SHELLS, Command, commands
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.supply.fetched import COMMANDS, added, used_unseen

TRIGGERS = (
    "npx", "npm", "pnpm", "yarn", "bunx", "uvx", "uv", "pip", "pipx", "go ", "cargo", "gem", "curl", "wget", "docker",
    "podman", "aria2c", "python", "node", "ruby", "perl", "php", "pwsh", "powershell",
)  # fmt: skip
EXACT = re.compile(r"@v?\d++\.\d++\.\d++[\w.+-]*+$|@[0-9a-f]{7,40}$")
FIXED = re.compile(r"^[0-9a-f]{7,40}$|\d+\.\d+|^v?\d+$")  # a commit, or a version
PYTHON_EXACT = re.compile(r"(?:\[[^\]]*+\])?\s*+(?:===?|@)\s*+[\w$({<]")
# A variable, in shell or in an expression of a workflow.
VARIABLE = re.compile(
    r"\$\{\{\s*(?:env\.(?P<env>\w+)|[\w.-]+)\s*\}\}|\$\{(?P<name>\w+)(?::?[-=](?P<default>[^}$]+))?\}|\$\(?(?P<shell>[A-Za-z_]\w*)\)?"
)
# Variables of which each value is written elsewhere in the file, or that stand for options, files and folders.
NO_PACKAGES = re.compile(
    r"(?i)matrix\.|steps\.|needs\.|args|flags|opts|options|extra|req|file|path|dir|wheel|whl|dist|ball|root|work|pwd|home|tmp|temp|artifact|source|src"
)
BY_VARIABLE = "what a variable names, which cannot be told"
LOCAL = (".whl", ".tar.gz", ".zip", ".txt")
FETCHERS = frozenset({"curl", "wget"})
PIPED = SHELLS | {"python", "node", "perl", "ruby", "php"}
SUBSTITUTED = re.compile(r"(?:\$\(|`|<\()\s*+(?:curl|wget)\b")
# What a shell is given to read out of a variable.
FED = re.compile(r"(?:\b(?:echo|printf)\b[^|\n]*?|<<<[ \t]*[\"']?)\$\{?(\w+)")
# Options that take a value, which is no package.
VALUED: Mapping[str, frozenset[str]] = {name: frozenset(some) for name, some in COMMANDS["valued"].items()}


def pinned_tools(look: Look) -> Iterator[Found]:
    """Look at every command that fetches a tool."""
    own: _Own | None = None
    scripts = list(_scripts(look))
    if not scripts and not look.paths(*DOCKERFILES, *HOOKS):
        raise NotApplicable("there are no workflows, makefiles, images or scripts")
    for script in scripts:
        written = script.text.lower()  # a variable is called after its program
        if not any(word in written for word in TRIGGERS):
            continue
        own = own or _Own(look)
        run = list(script.commands())
        filled = _Filled(look.text(script.path) or "")
        unpinned = (
            (line, _piped(command) or filled.piped(command) or _unpinned(filled.command(command), own))
            for line, command in run
        )
        for line, message in dict.fromkeys((*unpinned, *used_unseen(run, script.text))):
            if message:
                yield Found(message, script.path, line, known=not message.endswith(BY_VARIABLE))
    for path, text in look.texts(*DOCKERFILES):
        yield from (Found(message, path, line) for line, message in added(text))
    yield from _hooks(look)


def _hooks(look: Look) -> Iterator[Found]:
    """Yield the hooks of pre-commit that are taken from a branch."""
    for path in look.paths(*HOOKS):
        repositories = below(look.data(path), "repos")
        for at in repositories.elements() if repositories is not None and isinstance(repositories.data, list) else ():
            said = mapping(at.data)
            if "://" in str(said.get("repo")) and not FIXED.search(str(said.get("rev", ""))):
                message = (
                    f"the hooks of {said['repo']} are taken at {said.get('rev', 'no version')}, and not at a version"
                )
                yield Found(message, path, line_at(at, "rev"))


def _scripts(look: Look) -> Iterator[Script]:
    yield from in_workflows(look)
    yield from in_makefiles(look)
    yield from in_images(look)
    yield from in_files(look)


class _Filled:
    """What variables stand for that a file sets to a text: in shell, in a makefile, an image or the env of a job."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _value(self, name: str) -> str | None:
        """Return what a variable is set to first; None where that is not written here."""
        set_to = r"[ \t]*(?:[:?+]?=|:)[ \t]*(?P<quote>[\"']?)(?P<value>[^\n]*?)(?P=quote)[ \t]*(?:;|$)"
        match = re.search(rf"(?<![\w${{.-]){re.escape(name)}{set_to}", self._text, re.MULTILINE)
        return match["value"] if match and match["value"] else None

    def words(self, word: str) -> list[str]:
        """Return a word with what its variables stand for, in words of their own where it is nothing else."""
        found = VARIABLE.search(word)
        if found is None:
            return [word]
        value = self._value(found["env"] or found["name"] or found["shell"] or "") or found["default"]
        if value is None or ("$" in value and (found[0] != word or not VARIABLE.fullmatch(value))):
            return [word]
        return [value] if "$" in value else value.split() if found[0] == word else [word.replace(found[0], value)]

    def command(self, command: Command) -> Command:
        """Return a command with its variables filled in."""
        rest = (one for word in command.words[1:] for one in (self.words(word) if "$" in word else [word]))
        return command._replace(words=(command.program, *rest))

    def piped(self, command: Command) -> str:
        """Say that a shell runs what a variable was fetched into, or a line that fetches and stands in one."""
        if command.program not in PIPED | {"eval", "source", "."}:
            return ""
        for word in (one for one in command.words[1:] if "$" in one):
            found = VARIABLE.fullmatch(word.strip("\"'<() "))
            value = found and self._value(found["shell"] or found["name"] or "")
            inner = value and next(filter(None, map(_piped, commands(value))), "")
            if inner or (value and SUBSTITUTED.match(value)):
                return inner or f"what is fetched is run by {command.program} unseen"
        fed = command.program in SHELLS and (not command.words[1:] or command.words[1:2] == ("-s",))
        names = FED.findall(self._text) if fed and not FETCHERS & set(command.sources) else ()
        is_fetched = any(SUBSTITUTED.match(self._value(name) or "") for name in names)
        return f"what is fetched is run by {command.program} unseen" if is_fetched else ""


class _Own:
    """The tools that the repository's own lock of npm brings, which npx runs before it fetches anything."""

    def __init__(self, look: Look) -> None:
        self._names = {one.name for manifest in manifests(look, "npm") for one in manifest.dependencies}
        locks = named(look, "package-lock.json") if self._names else ()
        self._text = "".join((look.raw(path) or b"").decode(errors="replace") for path in locks)
        self._is_partial = (
            bool(self._names) and not self._text
        )  # another lock, which does not say what programs it brings

    def __contains__(self, name: str) -> bool:
        if name in self._names or self._is_partial:
            return True
        return f'"{name}": "' in self._text


def _piped(command: Command) -> str:
    """Say that a command runs what another has fetched, or nothing."""
    is_shell = command.program in PIPED
    fetcher = next((source for source in command.sources if source in FETCHERS), None)
    if is_shell and fetcher and not _is_inline(command):
        return f"what {fetcher} fetches is run by {command.program} unseen"
    if (is_shell or command.program in ("eval", "source", ".")) and any(SUBSTITUTED.search(w) for w in command.words):
        return f"what is fetched is run by {command.program} unseen"
    return ""


def _is_inline(command: Command) -> bool:
    """Whether an interpreter runs what stands on its line, and only reads what was fetched: python -c, node -e."""
    return command.program not in SHELLS and any(word in ("-c", "-e", "-m", "-ne", "-pe") for word in command.words)


def _unpinned(command: Command, own: _Own) -> str:
    """Say what a command fetches without a version, or nothing."""
    check = _CHECKS.get(command.program)
    return check(command.words, own) if check is not None else ""


def _operands(words: tuple[str, ...], kind: str) -> Iterator[str]:
    """Yield the words that are no options and no values of options."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in VALUED[kind]
        elif not re.match(r"\d*[<>]", word):
            yield word


def _newest(command: str) -> str:
    """Say what a command fetches that names no version."""
    return f"`{command}` fetches {BY_VARIABLE if '$' in command else 'whatever version is newest'}"


def _is_known_only_later(word: str) -> bool:
    """Whether a version is told when it runs: what no variable names, or one that is no package by its name."""
    return "$" in word and not _is_anything(word)


def _is_anything(word: str) -> bool:
    """Whether a variable that is set elsewhere says what is fetched, so that nothing here pins it."""
    found = VARIABLE.match(word)
    return found is not None and found.end() == len(word) and not NO_PACKAGES.search(found[0])


def _npx(words: tuple[str, ...], own: _Own) -> str:
    named = [word.partition("=")[2] for word in words if word.startswith("--package=")]
    named += [words[n + 1] for n, word in enumerate(words[:-1]) if word in ("-p", "--package")]
    package = named[0] if named else next(_operands(words[1:], "npm"), "")
    if "--no-install" in words or "--no" in words or package.startswith((".", "/")):
        return ""
    return _of_npm(package, own, f"{words[0]} {package}")


def _of_npm(package: str, own: _Own | tuple[()], shown: str) -> str:
    if not package or _is_known_only_later(package) or EXACT.search(package) or "#" in package:
        return ""
    return "" if package in own else _newest(shown)


def _npm(words: tuple[str, ...], own: _Own) -> str:
    if words[1:2] in (("exec",), ("x",), ("dlx",)):
        return _npx((" ".join(words[:2]), *words[2:]), own)
    at = 2 if words[1:2] == ("global",) else 1
    if words[at : at + 1] not in (("install",), ("i",), ("add",)):
        return ""
    packages = [word for word in _operands(words[at + 1 :], "npm") if not word.startswith((".", "/", "http"))]
    found = (_of_npm(package, (), f"{' '.join(words[: at + 1])} {package}") for package in packages)
    return next(filter(None, found), "")


def _uvx(words: tuple[str, ...], _own: _Own) -> str:
    return _python_tool(words[1:], words[0])


def _uv(words: tuple[str, ...], own: _Own) -> str:
    if words[1:3] in (("tool", "run"), ("tool", "install")):
        return _python_tool(words[3:], " ".join(words[:3]))
    if words[1:3] == ("pip", "install"):
        return _pip(words[1:], own)
    return ""


def _pipx(words: tuple[str, ...], _own: _Own) -> str:
    return _python_tool(words[2:], " ".join(words[:2])) if words[1:2] in (("run",), ("install",)) else ""


def _python_tool(words: tuple[str, ...], shown: str) -> str:
    """Say whether uvx, `uv tool run` or pipx gets a tool, or what goes with it, without a version."""
    taken = {word: words[n + 1] for n, word in enumerate(words[:-1]) if word in ("--from", "--spec", "--with", "-w")}
    taken |= {
        word.split("=", 1)[0]: word.split("=", 1)[1]
        for word in words
        if word.startswith(("--from=", "--spec=", "--with="))
    }
    rest = _without(words, ("--from", "--spec", "--with", "-w"))
    tool = taken.get("--from") or taken.get("--spec") or next(_operands(rest, "uvx"), "")
    others = [taken[name] for name in ("--with", "-w") if name in taken]
    found = next((one for one in (tool, *others) if one and not _is_exact(one)), "")
    return _newest(f"{shown} {found}") if found else ""


def _without(words: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        word for n, word in enumerate(words) if word not in options and (n == 0 or words[n - 1] not in options)
    )


def _is_exact(requirement: str) -> bool:
    if "$" in requirement:
        return not _is_anything(requirement)
    if "://" in requirement:
        return EXACT.search(requirement) is not None or not requirement.startswith("git+")
    if "/" in requirement.partition("@")[0] or requirement.startswith(".") or requirement.endswith(LOCAL):
        return True
    name = re.match(r"[A-Za-z0-9][\w.-]*", requirement)
    rest = requirement[name.end() :] if name else ""
    return PYTHON_EXACT.match(rest) is not None and not rest.endswith("@latest") and ".*" not in rest


def _pip(words: tuple[str, ...], _own: _Own) -> str:
    if words[1:2] != ("install",) or "--no-index" in words:
        return ""
    for word in _operands(words[2:], "pip"):
        if not _is_exact(word):
            return _newest(f"pip install {word}")
    return ""


def _go(words: tuple[str, ...], _own: _Own) -> str:
    if words[1:2] not in (("install",), ("run",), ("get",)):
        return ""
    named = words[1] == "install"  # the others may be told a folder
    found = next(
        (word for word in words[2:] if ("@" in word or (named and _is_anything(word))) and word[:1] != "-"), ""
    )
    if not found or _is_known_only_later(found) or EXACT.search(found):
        return ""
    return _newest(f"go {words[1]} {found}")


def _cargo(words: tuple[str, ...], _own: _Own) -> str:
    if words[1:2] not in (("install",), ("binstall",)):
        return ""
    pinned = ("--version", "--vers", "--path", "--rev", "--tag")
    if any(word.partition("=")[0] in pinned for word in words):
        return ""
    found = next(
        (word for word in _operands(words[2:], "cargo") if not EXACT.search(word) and not _is_known_only_later(word)),
        "",
    )
    return _newest(f"cargo {words[1]} {found}") if found else ""


def _gem(words: tuple[str, ...], _own: _Own) -> str:
    pinned = any(word in ("-v", "--version", "--local") or word.startswith(("--version=", "-v")) for word in words)
    named = [word for word in words[2:] if not word.startswith("-")]
    if words[1:2] != ("install",) or pinned or not named or ":" in named[0] or _is_known_only_later(named[0]):
        return ""
    return _newest(f"gem install {named[0]}")


_CHECKS: Mapping[str, Callable[[tuple[str, ...], _Own], str]] = {
    "npx": _npx, "bunx": _npx, "npm": _npm, "pnpm": _npm, "yarn": _npm, "bun": _npm, "uvx": _uvx, "uv": _uv,
    "pipx": _pipx, "pip": _pip, "go": _go, "cargo": _cargo, "gem": _gem,
}  # fmt: skip
