"""How packages are installed: from the lock, and in npm without scripts and not on their first day."""

import re
from collections.abc import Iterator

from scaffold.formats.lookup import below, value
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.aside import is_delivered
from scaffold.guard.readers.manifests import Manifest, folders_up, manifests, named
from scaffold.guard.readers.places import SHELL
from scaffold.guard.readers.releasing import releases
from scaffold.guard.readers.scripts import Lines, in_files, in_images, in_workflows
from scaffold.guard.readers.shell import Command
from scaffold.guard.rule import NotApplicable
from scaffold.guard.rules.supply.lock_files import LOCKS, lock_of

INSTALLS = ("npm", "yarn", "pnpm", "uv", "pip")


def loose_installs(look: Look) -> Iterator[Found]:
    """Yield each installation that does not hold to the lock: in workflows and images, and by pip in scripts too."""
    shipped = frozenset(_shipped(look))
    for script in (*in_workflows(look), *in_images(look), *in_files(look)):
        if not any(name in script.text for name in INSTALLS):
            continue
        for line, command in script.commands():
            how = "" if script.path.endswith(SHELL_SCRIPTS) else _loose(look, command, script.path)
            if how := how or _pip(look, command):
                less: Severity | None = None if (script.path, script.line) in shipped else "medium"
                message = f"`{how}` does not hold to the lock"
                yield Found(message, script.path, line, fix=_HOLDS[how.split()[0]], severity=less)


def _shipped(look: Look) -> Iterator[tuple[str, int]]:
    """Yield path and line of the scripts that install what is delivered: in images, and in jobs that make releases."""
    yield from ((script.path, script.line) for script in in_images(look) if is_delivered(script.path))
    lines = Lines(look)
    runs = (below(step.at, "run") for one in releases(look) for job in one.jobs for step in job.steps)
    yield from ((run.file, lines.first(run)) for run in runs if run is not None)


def _pip(look: Look, command: Command) -> str:
    """Return how pip installs the project, or a list without versions, beside the lock; else nothing."""
    words = command.words[1:] if command.words[:2] == ("uv", "pip") else command.words
    held = {"--require-hashes", "--no-deps"} & set(words)
    if words[:2] != ("pip", "install") or held or not named(look, *LOCKS["python"]):
        return ""
    lists = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-r", "--requirement")]
    if any(_is_open(look.text(path) or "") for path in lists if path in look):
        return f"pip install -r {lists[0]}"
    project = next((word for word in words[2:] if re.fullmatch(r"\.(?:\[[\w,-]+\])?|\./.*", word)), "")
    return f"pip install {project}" if project and not lists else ""


def _is_open(text: str) -> bool:
    """Whether a list of requirements leaves the version of one of them open."""
    wanted = (line.split("#")[0].strip() for line in text.splitlines())
    return any(line and not line.startswith("-") and not re.search(r"===?|@|--hash", line) for line in wanted)


SHELL_SCRIPTS = (".sh", ".bash")
_HOLDS = {
    "pip": "Install with `uv sync --locked`, or from a list with hashes: pip install --require-hashes -r.",
    "npm": "Install with `npm ci`.",
    "yarn": "Install with `yarn install --frozen-lockfile`.",
    "pnpm": "Install with `pnpm install --frozen-lockfile`.",
    "uv": "Install with `uv sync --locked`.",
}


def _loose(look: Look, command: Command, path: str) -> str:
    """Return how a command installs whatever is newest, or nothing."""
    words = command.words
    flags = {word for word in words[1:] if word.startswith("-")}
    operands = [word for word in words[2:] if not word.startswith("-")]
    if words[:2] in (("npm", "install"), ("npm", "i")):
        return (
            "npm install"
            if not operands and not flags & {"-g", "--global"} and named(look, "package-lock.json")
            else ""
        )
    if words[0] == "yarn" and words[1:2] in ((), ("install",)) and not operands:
        classic = any((look.text(lock) or "")[:200].find("yarn lockfile v1") >= 0 for lock in named(look, "yarn.lock"))
        return "yarn install" if classic and not flags & {"--frozen-lockfile", "--immutable"} else ""
    if words[:2] in (("pnpm", "install"), ("pnpm", "i")):
        return "pnpm install --no-frozen-lockfile" if "--no-frozen-lockfile" in flags else ""
    if words[:2] == ("uv", "sync") and not flags & {"--locked", "--frozen"}:
        text = look.text(path) or ""
        told = "UV_LOCKED" in text or "UV_FROZEN" in text
        return "" if told or not named(look, "uv.lock") else "uv sync"
    return ""


def quiet_installs(look: Look) -> Iterator[Found]:
    """Look at the settings beside every manifest of npm that is not part of a workspace."""
    found = [one for one in manifests(look, "npm") if _is_top(look, one)]
    if not found:
        raise NotApplicable("no package of npm is used here")
    yield from _overridden(look)
    for manifest in found:
        lock = (lock_of(look, manifest) or "").rpartition("/")[2]
        told = {"pnpm-lock.yaml": _pnpm, "yarn.lock": _yarn}.get(lock, _npmrc)
        if not lock.startswith("bun"):
            yield from told(look, manifest.folder, int(look.parameters["days"]))


def _is_top(look: Look, manifest: Manifest) -> bool:
    """Whether settings are read beside a manifest: it has a lock of its own, or is no part of one above."""
    above = (folder for folder in folders_up(manifest.folder) if folder != manifest.folder)
    own = any(f"{manifest.folder}{name}" in look for name in LOCKS["npm"])
    return own or not any(f"{folder}package.json" in look for folder in above)


_OVERRIDDEN = re.compile(
    r"--(?:no-ignore-scripts|ignore-scripts[= ]false|min-release-age[= ]0)\b"
    r"|(?i:npm_config_(?:ignore_scripts\s*[:=]\s*[\"']?false|min_release_age\s*[:=]\s*[\"']?0))\b"
)


def _overridden(look: Look) -> Iterator[Found]:
    """Yield where a command, or a variable, wins over the settings."""
    for path in look.paths(*SHELL, ".gitlab-ci.yml"):
        text = (look.raw(path) or b"").decode(errors="replace")
        for match in _OVERRIDDEN.finditer(text) if "npm" in text else ():
            line = text.count("\n", 0, match.start()) + 1
            yield Found(f"{match[0].split('=')[0].split(':')[0].strip()} wins over the settings of npm", path, line)


def _npmrc(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}.npmrc"
    text = look.text(path) if path in look else ""
    if text is None:
        return
    said = dict(re.findall(r"^[ \t]*+([\w-]++)[ \t]*+=[ \t]*+([^\s#;]*+)", text, re.MULTILINE))
    if said.get("ignore-scripts") != "true":
        yield Found("npm runs the install scripts of every package", path if text else f"{folder}package.json")
    age = said.get("min-release-age", "0")
    if not age.isdecimal() or int(age[:9]) < days:
        message = f"npm takes packages that are younger than {days} days"
        yield Found(message, path if text else f"{folder}package.json")


def _pnpm(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}pnpm-workspace.yaml"
    document = look.data(path)
    age = value(document, "minimumReleaseAge")
    if not isinstance(age, int) or age < days * 24 * 60:
        fix = f"Set `minimumReleaseAge: {days * 24 * 60}` (minutes) in pnpm-workspace.yaml."
        yield Found(f"pnpm takes packages that are younger than {days} days", path, fix=fix)
    if document is not None and value(document, "dangerouslyAllowAllBuilds") is True:
        yield Found("pnpm runs the install scripts of every package", path, fix="Take `dangerouslyAllowAllBuilds` out.")


def _yarn(look: Look, folder: str, days: int) -> Iterator[Found]:
    path = f"{folder}.yarnrc.yml"
    if path not in look:  # Yarn 1, which reads .npmrc for scripts and knows no age
        yield from (one for one in _npmrc(look, folder, 0) if "scripts" in one.message)
        return
    document = look.data(path)
    if document is not None and value(document, "enableScripts") is not False:
        yield Found("Yarn runs the install scripts of every package", path, fix="Set `enableScripts: false`.")
    age = (
        re.match(r"(\d{1,9})\s*+(d|w|$)", str(value(document, "npmMinimalAgeGate") or ""))
        if document is not None
        else None
    )
    minutes = int(age[1]) * {"d": 1440, "w": 10080, "": 1}[age[2]] if age else 0
    if document is not None and minutes < days * 1440:
        fix = f"Set `npmMinimalAgeGate: {days}d` in .yarnrc.yml."
        yield Found(f"Yarn takes packages that are younger than {days} days", path, fix=fix)
