"""What the pages show on a console is what is printed: each block is run in a situation that is as the page says."""

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from scaffold.cli.app import app
from tests import journey
from tests.scenarios import world

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guides").glob("*.md"))]
FENCE = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "..."  # on a line of its own: one line or more
VARYING = ((re.compile(r"\b[0-9a-f]{10}\b"), "COMMIT"), (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DAY"))
UNPINNED = """\
name: weekly

on:
  schedule:
    - cron: "17 3 * * 1"

concurrency:
  group: weekly
  cancel-in-progress: false

permissions: {}

jobs:
  weekly:
    name: weekly
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
"""


def blocks(kind):
    """Yield page and text of each block of a kind, with continued lines joined."""
    for page in PAGES:
        for found in FENCE.finditer(page.read_text()):
            if found[1] == kind:
                yield page.name, re.sub(r"\s*\\\n\s*", " ", found[2])


CONSOLE, SHELL = list(blocks("console")), list(blocks("sh"))


class Quiet(journey.Journey):
    """The journey that `make try` makes, without a process anew for each command."""

    def scaffold(self, *words, where, ok=(0,)):
        done = world.scaffold(*words, where=where)
        assert done.code in ok, done.err
        return done.out


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The library with 1.1.0 released, a service as stamped, and one in which its team has worked."""
    top = tmp_path_factory.mktemp("blocks")
    made = Quiet(top / "home/you", quiet=True)
    made.library = top / "srv/platform/library"
    for folder in (made.folder, made.library.parent):
        folder.mkdir(parents=True)
    made.scaffold("library", "init", "library", where=made.library.parent)
    data = [word for name, value in journey.ANSWERS.items() for word in ("--data", f"{name}={value}")]
    made.scaffold("new", "python-http-service", "orders", "--source", made.library, *data, where=made.folder)
    shutil.copytree(made.service, top / "stamped")
    journey.work(made)
    journey.release(made)
    return SimpleNamespace(top=top, stamped=top / "stamped", worked=made.service)


class Place:
    """A folder for one block, with a copy of what was prepared."""

    def __init__(self, places, top):
        self.places = places
        self.top = top

    def service(self, made, files=None, without=()):
        folder = self.top / "home/you/orders"
        shutil.copytree(made, folder)
        world.write(folder, files or {})
        for path in without:
            (folder / path).unlink()
        if files or without:
            world.commit(folder)
        return folder

    def worked(self):
        return self.service(self.places.worked)

    def stamped(self, *edited, more=None, without=()):
        """The service as stamped, with a line more in some files, and with other files."""
        now = {path: f"{(self.places.stamped / path).read_text()}{line}" for path, line in edited}
        return self.service(self.places.stamped, now | (more or {}), without)

    def folder(self, path):
        (self.top / path).mkdir(parents=True)
        return self.top / path


WAIVE = 'scaffold waive LK-01 --reason "The generated client has tabs" --expires 60d'
EDITED = ("Makefile", "# the team was here\n"), (".editorconfig", "# tabs\n")


def conflicting(place):
    """One locked file edited and waived, another edited, and a conflict left open."""
    folder = place.stamped(EDITED[1])
    done = world.scaffold(*shlex.split(WAIVE)[1:], where=folder)
    assert done.code == 0, done.err
    path, line = EDITED[0]
    marked = "<<<<<<< yours\nours\n=======\ntheirs\n>>>>>>> python-http-service 1.1.0\n"
    world.write(
        folder, {name: f"{(folder / name).read_text()}{more}" for name, more in ((path, line), ("README.md", marked))}
    )
    world.commit(folder)
    return folder


def cli_tool(place):
    library = place.folder("srv/platform/library")
    manifest = "name: cli-tool\nversion: 0.1.0\ntitle: A tool\nowners: ['@platform']\nlayers: [cli-tool]\n"
    files = {"blueprints/cli-tool/blueprint.yml": manifest, "templates/cli-tool/copier.yml": "name: {default: x}\n"}
    files |= {"blueprints/cli-tool/cases/minimal.yml": "{}\n"}
    world.write(
        library,
        files | {"templates/cli-tool/README.md.jinja": "A tool: {{ name }}\n\nof the team\n\nthat runs\n\nit\n"},
    )
    world.git("init", "--quiet", "--initial-branch=main", where=library)
    world.commit(library, "first")
    world.git("tag", "cli-tool/v0.1.0", where=library)
    world.write(
        library,
        {
            "templates/cli-tool/copier.yml": "name: {default: x}\nregion: {default: eu}\n",
            "templates/cli-tool/README.md.jinja": "A tool: {{ name }} in {{ region }}\n\nof the team\n\nthat runs\n\nit\n",
        },
    )
    world.commit(library, "feat: region")
    return library


def used(place):
    """The library with a project made from it, which a fleet.yml beside it lists."""
    library = cli_tool(place)
    (library.parent / "fleet.yml").write_text("members:\n  - folder: tool\n")
    done = world.scaffold("new", "cli-tool", library.parent / "tool", "--source", library, "--defaults", where=library)
    assert done.code == 0, done.err
    return library


def answered(place):
    """A folder with the answers that the page shows."""
    page = (ROOT / "docs/guides/new-service.md").read_text()
    world.write(place.top, {"answers.yml": re.search(r"```yaml\n(mission:.*?)```", page, re.DOTALL)[1]})
    return place.top


# Page and first line of a block -> the folder that it is run in.
SITUATIONS: dict[tuple[str, str], Callable[[Place], Path]] = {
    (
        "README.md",
        '$ scaffold new python-http-service orders --data mission=Checkout --data owner=@acme/checkout --data outcome="Paid in a minute" --defaults',
    ): (lambda place: place.folder("home/you")),
    ("README.md", "$ scaffold blueprint impact cli-tool --library . --fleet ../fleet.yml"): used,
    ("check.md", "$ scaffold check"): conflicting,
    ("waivers.md", f"$ {WAIVE}"): (lambda place: place.stamped(EDITED[1])),
    ("check.md", "$ scaffold check --fix --dry-run"): lambda place: place.stamped(
        EDITED[0], more={".github/workflows/nightly.yml": UNPINNED}, without=["SECURITY.md"]
    ),
    ("new-service.md", "$ scaffold blueprint list"): lambda place: place.top,
    ("new-service.md", "$ scaffold explain pyproject.toml"): Place.stamped,
    ("extend.md", "$ scaffold library init platform"): lambda place: place.folder("srv"),
    ("update.md", "$ scaffold status"): Place.worked,
    ("update.md", "$ scaffold update"): Place.worked,
    ("release.md", "$ scaffold blueprint release cli-tool --bump minor"): cli_tool,
}


def steps(block):
    """Split a block into its commands, each with the lines that follow it."""
    first, *found = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    assert not first, "a console block starts with a command"
    return zip(found[::2], (text.splitlines() for text in found[1::2]), strict=True)


def normalised(lines):
    text = "\n".join(line.rstrip() for line in lines)
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text.strip("\n").split("\n")


def as_pattern(lines):
    told = [r"(?:.*\n)+" if line.strip() == LEFT_OUT else re.escape(f"{line}\n") for line in lines]
    return re.compile("".join(told))


@pytest.mark.parametrize(("page", "block"), CONSOLE, ids=[f"{p}: {b.splitlines()[0]}" for p, b in CONSOLE])
def test_a_console_block_shows_what_is_printed(page, block, places, tmp_path):
    situation = SITUATIONS.get((page, block.splitlines()[0]))
    assert situation, "prepare a situation for this block in SITUATIONS"
    where = situation(Place(places, tmp_path))
    for command, shown in steps(block):
        program, *words = shlex.split(command)
        assert program == "scaffold"
        done = world.scaffold(*words, where=where)
        text = (done.out + done.err).replace(str(tmp_path), "").replace(str(places.top), "")
        told, printed = normalised(shown), normalised(text.splitlines())
        assert as_pattern(told).fullmatch("\n".join([*printed, ""])), "\n".join([f"{command} prints:", *printed])


ELSEWHERE = "a project of Copier's, which test_adopt.py makes and adopts"
TERMINAL = "it asks, which test_prompt.py answers"
FORGE = "a forge, which tests/fleet has on loopback"
# Page and first line of a block -> the folder that it is run in, or why it is not run.
SCRIPTS: dict[tuple[str, str], Callable[[Place], Path] | str] = {
    (
        "README.md",
        "make try",
    ): "make itself, which runs these tests",
    ("README.md", "scaffold fleet plan"): FORGE,
    ("ci.md", "scaffold check --policy builtin"): "test_policy_from_outside.py does, and looks at what it finds",
    ("adopt.md", "cd orders"): ELSEWHERE,
    ("adopt.md", "scaffold adopt --keep-copier"): ELSEWHERE,
    ("new-service.md", "scaffold new python-http-service orders"): TERMINAL,
    (
        "new-service.md",
        'scaffold new python-http-service orders --data mission=Checkout --data owner=@acme/checkout --data outcome="Nine of ten orders are paid within a minute"',
    ): lambda place: place.top,
    ("new-service.md", "scaffold new python-http-service orders --data-file answers.yml --defaults"): answered,
    ("new-service.md", "scaffold new python-http-service orders --publish gh:acme/orders"): FORGE,
    ("new-service.md", "scaffold publish gh:acme/orders orders"): FORGE,
    ("github.md", "scaffold new python-http-service orders --publish gh:acme/orders"): FORGE,
    ("gitlab.md", "scaffold new python-http-service orders --data ci=gitlab --publish gl:acme/shop/orders"): FORGE,
    ("gitea.md", "scaffold new python-http-service orders --publish https://git.acme.example/acme/orders"): FORGE,
    ("rules.md", "scaffold blueprint impact cli-tool --library . --fleet ../fleet.yml --check"): used,
    ("roll-out.md", "scaffold fleet preflight campaigns/9a90267abb1c"): FORGE,
    (
        "roll-out.md",
        "scaffold fleet resume campaigns/9a90267abb1c --reason 'the runner was broken, not the update'",
    ): FORGE,
    ("see-the-fleet.md", "scaffold fleet report --check --plan campaigns/9a90267abb1c"): FORGE,
    ("conflicts.md", "scaffold resolve . --stages"): "a branch with conflicts, which test_conflict_branches.py makes",
    ("write-a-blueprint.md", "scaffold blueprint show cli-tool@. --source ."): cli_tool,
    ("release.md", "scaffold blueprint test cli-tool"): cli_tool,
    (
        "release.md",
        "scaffold blueprint impact cli-tool --library . --fleet ../fleet.yml --check",
    ): used,
}


def first_line(script):
    """Return the first line of a script, without its comment."""
    return script.splitlines()[0].partition(" #")[0].strip()


def parsed(words):
    """Read a command line as the program does, without running it; raises click's UsageError."""
    command, name = typer.main.get_command(app), "scaffold"
    context = command.make_context(name, [*words])
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize(("page", "block"), SHELL, ids=[f"{p}: {b.splitlines()[0]}" for p, b in SHELL])
def test_a_script_runs_or_says_why_it_does_not(page, block, places, tmp_path):
    situation = SCRIPTS.get((page, first_line(block)))
    assert situation, "prepare a situation for this block in SCRIPTS, or say why it does not run"
    lines = [
        words[1:] for line in block.splitlines() if (words := shlex.split(line, comments=True))[:1] == ["scaffold"]
    ]
    for words in lines:
        parsed(words)
    if isinstance(situation, str):
        return
    where = situation(Place(places, tmp_path))
    assert lines
    for words in lines:
        done = world.scaffold(*words, where=where)
        assert done.code == 0, done.err


def test_every_situation_is_of_a_block():
    assert SITUATIONS.keys() == {(page, block.splitlines()[0]) for page, block in CONSOLE}
    assert SCRIPTS.keys() == {(page, first_line(block)) for page, block in SHELL}
