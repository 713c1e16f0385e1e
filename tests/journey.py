"""The whole path in one go, as `make try` runs it: stamp a service, work in it, release a new blueprint, update.

Everything happens through the command line, in a folder that is left behind to look at.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

NEXT_RELEASE = Path(__file__).parent / "next_release" / "python-http-service-2.1.0.patch"
ANSWERS = {
    "mission": "Checkout",
    "owner": "@acme/checkout",
    "outcome": "Orders are placed within a second",
}
SCAFFOLD = [sys.executable, "-m", "scaffold"]
TEAM_NOTE = "\n## Our own notes\n\nThe queue drains in ten minutes; wait before you restart anything.\n"


class Journey:
    """Runs commands in a folder, each shown with what it prints."""

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        self.folder = folder
        self.library = folder / "library"
        self.service = folder / "orders"
        self._quiet = quiet
        # A machine without a git identity can try it all the same; one with an identity keeps it out of this folder.
        who = {"NAME": "Scaffold Try", "EMAIL": "try@localhost"}
        self._environment = os.environ | {
            f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()
        }

    def give(self, **variables: str) -> None:
        """Let the commands from here on see these variables."""
        self._environment |= variables

    def say(self, text: str) -> None:
        if not self._quiet:
            print(text, flush=True)

    def run(self, command: list[str], where: Path, *, ok: tuple[int, ...] = (0,)) -> str:
        shown = ["scaffold", *command[3:]] if command[:3] == SCAFFOLD else command
        self.say(f"\n$ {shlex.join(shown)}")
        done = subprocess.run(command, cwd=where, env=self._environment, capture_output=True, text=True, check=False)
        if said := (done.stdout + done.stderr).rstrip():
            self.say(said)
        if done.returncode not in ok:
            raise SystemExit(f"{shlex.join(shown)} exited {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def scaffold(self, *words: str, where: Path, ok: tuple[int, ...] = (0,)) -> str:
        return self.run([*SCAFFOLD, *words], where, ok=ok)

    def commit(self, where: Path, message: str) -> None:
        self.run(["git", "add", "--all"], where)
        self.run(["git", "commit", "--quiet", "--message", message], where)


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    content = path.read_text()
    if old not in content:
        raise SystemExit(f"{path} does not hold {old!r}")
    path.write_text(content.replace(old, new, 1))


def stamp(journey: Journey) -> None:
    journey.say("\n=== 1. The platform makes a library of its own, and a team stamps a service from it")
    journey.scaffold("library", "init", "library", where=journey.folder)
    data = [word for name, value in ANSWERS.items() for word in ("--data", f"{name}={value}")]
    journey.scaffold(
        "new", "python-http-service", "orders", "--source", "library", *data, "--defaults", where=journey.folder
    )


def work(journey: Journey) -> None:
    journey.say("\n=== 2. The team works in it: code, a dependency, notes of its own, and a hand on a locked file")
    service = journey.service
    edit(service / "pyproject.toml", "dependencies = [\n", 'dependencies = [\n  "orjson>=3",\n')
    edit(service / "src/orders/domain/note.py", '"""', '"""The team\'s own words. ')
    with (service / "docs/runbook.md").open("a") as runbook:
        runbook.write(TEAM_NOTE)
    edit(service / "Makefile", "check:", "# the team was here\ncheck:")
    journey.commit(service, "feat: our own work")
    journey.scaffold("status", where=service, ok=(3,))
    journey.say("\nLook at: Makefile is locked, so the edit is drift; the other edits are the team's right.")


def release(journey: Journey) -> None:
    journey.say("\n=== 3. The platform changes the blueprint and releases it")
    journey.run(["git", "apply", "--index", str(NEXT_RELEASE)], journey.library)
    journey.run(["git", "diff", "--cached", "--stat"], journey.library)
    journey.commit(journey.library, "feat: how long connections stay open, tighter lint, the runbook moves")
    journey.scaffold("blueprint", "release", "python-http-service", "--bump", "minor", where=journey.library)


def update(journey: Journey) -> None:
    journey.say("\n=== 4. The service is brought along")
    service = journey.service
    journey.scaffold("status", where=service, ok=(3,))
    journey.scaffold("update", "--dry-run", "--defaults", where=service)
    journey.scaffold("update", "--commit", "--defaults", where=service)
    journey.run(["git", "show", "--stat", "--format=%h %s", "HEAD"], service)
    journey.say("\nLook at: the runbook moved and kept the team's notes; Makefile is the platform's again.")
    journey.scaffold("status", where=service)
    journey.scaffold("diff", where=service)
    journey.say("\nLook at: what is left between the stamp and the service is just what the team made.")


def main() -> None:
    """Run all steps in the folder named on the command line, which is made anew."""
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    journey = Journey(folder)
    for step in (stamp, work, release, update):
        step(journey)
    journey.say(f"\nDone. The library is in {journey.library}, the service in {journey.service}.")
    journey.say(f"Try in the service, with {Path(sys.executable).with_name('scaffold')} as scaffold:")
    journey.say("  scaffold explain pyproject.toml; scaffold undo; make setup && make check")


if __name__ == "__main__":
    main()
