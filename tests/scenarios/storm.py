"""A storm: every writing command, killed with SIGKILL at random moments, then put right as `scaffold status` says.

    python -m tests.scenarios.storm [--kills 1000] [--seed N] [--only NAME]

Half of the kills come by the clock, over the whole life of the process, importing included; half come just before the
n-th touch of a file (killed.py). Half take the process alone, half its whole group, the gits that it has started among
it. After each, the project is as before, or as after, or status names the one command that makes it so; and nothing is
left over. Prints the counts, and ends with 1 where something was not so.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

KILLED = Path(__file__).with_name("killed.py")
NAMED = {"scaffold undo": ("undo",), "scaffold update --abort": ("update", "--abort")}
DAY = "2026-01-02T03:04:05+00:00"
STAYS = {"busy"}


class Scenario(NamedTuple):
    """How the folder is made in which a command runs, the command, and the project that it is about."""

    make: Callable[[Path, Path], None]
    words: tuple[str, ...]
    project: str = "project"
    kind: str = "changes"  # or `makes`: what is killed is simply run again
    code: int = 0


class FaultError(Exception):
    """Something was not as promised."""


def scenarios() -> dict[str, Scenario]:
    """Every writing command; its words name the folder as {w} and the library as {lib}."""
    stamp = ("new", "demo@1.0.0", "{w}/project", "--source", "{lib}")
    in_conflict = after(conflicting, ("update", "--commit"))
    resolved = after(in_conflict, ("resolve", ".", "--theirs"))
    adopting = ("adopt", "--from", "{lib}/../plain@1.0.0", "--defaults", "--yes")
    return {
        "new": Scenario(empty, stamp, kind="makes"),
        "new, deep": Scenario(empty, ("new", "demo@1.0.0", "{w}/a/b/project", "--source", "{lib}"), "a/b/project", "makes"),
        "new --no-git": Scenario(empty, (*stamp, "--no-git"), kind="makes"),
        "new, in a repository": Scenario(
            repository, ("new", "demo@1.0.0", "{w}/a/project", "--source", "{lib}"), "a/project", "makes"
        ),
        "new, beside what is there": Scenario(used, stamp, code=3),
        "update": Scenario(behind, ("update",)),
        "update --commit": Scenario(behind, ("update", "--commit")),
        "update --branch": Scenario(behind, ("update", "--branch", "next")),
        "update, conflicts": Scenario(conflicting, ("update",), code=3),
        "update, rerere": Scenario(remembering, ("update",), code=3),
        "update --continue": Scenario(after(after(conflicting, ("update",)), ("resolve", ".", "--both")), ("update", "--continue")),
        "update --continue, commit": Scenario(resolved, ("update", "--continue")),
        "update --abort": Scenario(in_conflict, ("update", "--abort")),
        "resolve": Scenario(in_conflict, ("resolve", ".", "--theirs")),
        "adopt": Scenario(plain, adopting),
        "adopt --commit": Scenario(plain, (*adopting, "--commit")),
        "own": Scenario(behind, ("own", "notes.md")),
        "waive": Scenario(drifted, ("waive", "LK-01", "--reason", "The generator writes tabs", "--expires", "2026-01-20", "--today", "2026-01-02", "--owner", "a", "--approver", "b")),
        "check --fix": Scenario(drifted, ("check", "--fix"), code=-1),
        "undo, new": Scenario(stamped, ("undo",)),
        "undo, update": Scenario(after(behind, ("update",)), ("undo",)),
        "undo, --commit": Scenario(after(behind, ("update", "--commit")), ("undo",)),
        "undo, --branch": Scenario(after(behind, ("update", "--branch", "next")), ("undo",)),
        "undo, resolved": Scenario(resolved, ("undo",)),
        "undo, adopt": Scenario(after(plain, adopting), ("undo",)),
        "undo, own": Scenario(after(behind, ("own", "notes.md")), ("undo",)),
        "blueprint release": Scenario(releasing, ("blueprint", "release", "demo", "--version", "1.2.0", "--note", "x")),
        "library init": Scenario(empty, ("library", "init", "{w}/project"), kind="makes"),
    }  # fmt: skip


def empty(w: Path, _lib: Path) -> None:
    w.mkdir()


def repository(w: Path, _lib: Path) -> None:
    world.write(w, {"README": "ours\n"})
    world.git("init", "--quiet", "--initial-branch=main", where=w)
    world.commit(w)


def used(w: Path, lib: Path) -> None:
    repository(w / "project", lib)
    world.write(w / "project", {"notes.md": "mine\n"})
    world.commit(w / "project")


def behind(w: Path, lib: Path) -> None:
    w.mkdir()
    world.stamp(lib, w / "project")
    world.write(w / "project", {"x/z": "untracked\n", "src/main.py": "print('unfinished')\n"})


def stamped(w: Path, lib: Path) -> None:
    w.mkdir()
    world.stamp(lib, w / "project")


def drifted(w: Path, lib: Path) -> None:
    w.mkdir()
    world.stamp(lib, w / "project")
    world.write(w / "project", {"ci.yml": "steps: [mine]\n"})
    world.commit(w / "project")


def conflicting(w: Path, lib: Path) -> None:
    w.mkdir()
    world.stamp(lib, w / "project")
    world.write(w / "project", {"notes.md": "# demo\n\nfirst\n\nsecond\n\nthird, ours\n"})
    world.commit(w / "project")


def remembering(w: Path, lib: Path) -> None:
    conflicting(w, lib)
    world.git("config", "rerere.enabled", "true", where=w / "project")
    for words in (("update", "--commit"), ("resolve", ".", "--both"), ("update", "--continue"), ("undo",)):
        world.scaffold(*words, where=w / "project")


def plain(w: Path, _lib: Path) -> None:
    world.write(w / "project", {"notes.md": "# demo\n", "ours.txt": "ours\n"})
    world.git("init", "--quiet", "--initial-branch=main", where=w / "project")
    world.commit(w / "project")


def releasing(w: Path, lib: Path) -> None:
    shutil.copytree(lib, w / "project", symlinks=True)


def after(make: Callable[[Path, Path], None], words: tuple[str, ...]) -> Callable[[Path, Path], None]:
    def made(w: Path, lib: Path) -> None:
        make(w, lib)
        done = world.scaffold(*_filled(words, w, lib), where=w / "project")
        assert done.code in (0, 3), done.err

    return made


def _filled(words: tuple[str, ...], w: Path, lib: Path) -> list[str]:
    return [word.format(w=w, lib=lib) for word in words]


def seen(w: Path) -> dict[str, object]:
    """All that somebody could lose or find there, folders and what git has among it."""
    found: dict[str, object] = {}
    for folder, folders, names in os.walk(w):
        here = Path(folder)
        folders[:] = [name for name in folders if ".scaffold-" not in name]  # left over: that is looked for apart
        if ".git" in folders:
            folders.remove(".git")
            found[f"{here.relative_to(w)}: git"] = _repository(here)
        found |= {str((here / name).relative_to(w)): None for name in folders}
        for name in names:
            place = here / name
            found[str(place.relative_to(w))] = (place.lstat().st_mode, place.read_bytes())
    return found


def _repository(root: Path) -> tuple[str, ...]:
    commands = (
        ("ls-files", "--stage"),
        ("rev-parse", "HEAD"),
        ("symbolic-ref", "HEAD"),
        ("for-each-ref", "refs/heads", "refs/tags"),
        ("status", "--porcelain"),
    )
    return tuple(world.git(*words, where=root) for words in commands)


def left_over(w: Path) -> list[str]:
    """What lies about that nobody but a killed run has put there."""
    found = [str(place) for place in w.rglob("*") if ".scaffold-" in place.name]
    for git in w.rglob(".git"):
        found += [str(place) for place in git.rglob("*.lock")]
        kept = git / "scaffold"
        found += [str(place) for place in kept.glob("index*")]
        for record in kept.glob("*/*"):
            if not (record.name.isdigit() and (record / "record.json").exists()):
                found.append(str(record))
            found += [str(place) for place in record.glob("*") if place.name in ("after", "record.json.new")]
    return found


def sane(w: Path) -> None:
    for git in w.rglob(".git"):
        if ".scaffold-" in str(git):
            continue
        root = git.parent
        done = subprocess.run(
            ["git", "fsck", "--no-progress", "--no-dangling"], cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode or "error" in done.stderr:
            raise FaultError(f"git fsck: {done.stdout}{done.stderr}")
        if world.git("rev-parse", "HEAD", where=root) != world.git("rev-parse", "HEAD@{0}", where=root):
            raise FaultError("the reflog does not end at HEAD")


class Storm:
    """One scenario, its folder as it was before and as it is after, and how long the command takes."""

    def __init__(self, name: str, scenario: Scenario, top: Path, lib: Path) -> None:
        self.name, self.scenario, self.lib = name, scenario, lib
        self.w, self.kept = top / "w", top / "kept"
        scenario.make(self.w, lib)
        self.w.rename(self.kept)
        self.fresh()
        self.before = seen(self.w)
        began = time.monotonic()
        done = subprocess.run(self.command(), cwd=self.cwd(), capture_output=True, text=True, check=False)
        self.took = time.monotonic() - began
        if scenario.code >= 0 and done.returncode != scenario.code:
            raise FaultError(f"{name} ends with {done.returncode}: {done.stderr}{done.stdout}")
        self.after = seen(self.w)
        self.fresh()
        count = top / "count"
        subprocess.run(
            self.command(0),
            cwd=self.cwd(),
            env=os.environ | {"KILLED_COUNT": str(count)},
            capture_output=True,
            check=False,
        )
        self.touches = int(count.read_text())
        if self.after == self.before:
            raise FaultError(f"{name} changes nothing: {done.stdout}{done.stderr}")

    def fresh(self) -> None:
        shutil.rmtree(self.w, ignore_errors=True)
        shutil.copytree(self.kept, self.w, symlinks=True)

    def cwd(self) -> Path:
        project = self.w / self.scenario.project
        return project if project.is_dir() and self.scenario.kind == "changes" else self.w

    def command(self, n: int | None = None) -> list[str]:
        start = [sys.executable, "-m", "scaffold"] if n is None else [sys.executable, str(KILLED), str(n), str(self.w)]
        return [*start, *_filled(self.scenario.words, self.w, self.lib)]

    def strike(self, chance: random.Random) -> str:
        """Kill it once, put it right, and return how it came out; raises FaultError."""
        self.fresh()
        by_clock, alone = chance.random() < 0.5, chance.random() < 0.5
        n, moment = chance.randint(1, self.touches), self.took * chance.uniform(0.0, 1.05)
        environment = os.environ | ({} if alone else {"KILLED_GROUP": "1"})
        process = subprocess.Popen(
            self.command(None if by_clock else n), cwd=self.cwd(), env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if by_clock:
            time.sleep(moment)
            if process.poll() is None:
                process.kill() if alone else os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        how = f"{f'after {moment:.4f} s' if by_clock else f'before touch {n}'}, {'alone' if alone else 'its group'}"
        try:
            return self.put_right(process.pid)
        except (FaultError, AssertionError) as error:
            raise FaultError(f"{self.name}, killed {how}: {error}") from None

    def put_right(self, group: int) -> str:
        project = self.w / self.scenario.project
        where = project if project.is_dir() else self.w
        said = world.scaffold("status", "--offline", where=where)
        named = next((name for name in NAMED if name in said.out + said.err), None)
        if named:
            done = world.scaffold(*NAMED[named], where=where)
            if done.code:
                raise FaultError(f"{named} ends with {done.code}: {done.err}")
        _alone(group)
        now = seen(self.w)
        if now == self.before and (self.scenario.kind == "makes" or left_over(self.w)):
            done = subprocess.run(self.command(), cwd=self.cwd(), capture_output=True, text=True, check=False)
            if done.returncode != self.scenario.code or seen(self.w) != self.after:
                raise FaultError(f"it cannot be run again: {done.stderr}{_differences(seen(self.w), self.after)}")
        if left_over(self.w) and not project.exists():
            world.scaffold("undo", str(project), where=self.w)  # the next of its kind, that has nothing to undo
        if left := left_over(self.w):
            raise FaultError(f"left over after {named}: {left} ({said})")
        sane(self.w)
        if now == self.before:
            return "taken back" if named else "as before"
        if now == self.after:
            return "finished" if named else "as after"
        raise FaultError(
            f"neither before nor after ({named}: {said.out}{said.err}): {_differences(now, self.before)}"
            f"\n or {_differences(now, self.after)}"
        )


def _alone(group: int) -> None:
    """Wait until nothing of a killed run is at work any more."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise FaultError("what it had started goes on")


def _differences(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    return {
        path: (one.get(path, "-"), other.get(path, "-"))
        for path in one.keys() | other.keys()
        if one.get(path, "-") != other.get(path, "-")
    }


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--seed", type=int, default=random.randrange(10**6))
    options.add_argument("--only", default="")
    asked = options.parse_args()
    print(f"seed {asked.seed}", flush=True)
    chance, failed = random.Random(asked.seed), 0
    with TemporaryDirectory(prefix="storm-") as folder:
        top = Path(folder)
        lib = library(top)
        chosen = {name: one for name, one in scenarios().items() if name.startswith(asked.only)}
        width = max(map(len, chosen))
        for number, (name, scenario) in enumerate(chosen.items()):
            counts: Counter[str] = Counter()
            (top / str(number)).mkdir()
            try:
                storm = Storm(name, scenario, top / str(number), lib)
                for _ in range(asked.kills // len(chosen) + (number < asked.kills % len(chosen))):
                    try:
                        counts[storm.strike(chance)] += 1
                    except FaultError as error:
                        counts["FAULT"] += 1
                        print(error, flush=True)
            except FaultError as error:
                counts["FAULT"] += 1
                print(error, flush=True)
            failed += counts["FAULT"]
            print(f"{name:<{width}}  {'  '.join(f'{how} {n}' for how, n in sorted(counts.items()))}", flush=True)
    return int(failed > 0)


def library(top: Path) -> Path:
    lib = world.make_library(top / "library")
    world.release(lib, "1.1.0", world.NEXT)
    world.write(
        top / "plain", {"copier.yml": "name: {type: str, default: demo}\n", "notes.md": "# demo\n", "b.txt": "b\n"}
    )
    world.git("init", "--quiet", "--initial-branch=main", where=top / "plain")
    world.commit(top / "plain")
    world.git("tag", "1.0.0", where=top / "plain")
    return lib


if __name__ == "__main__":
    from tests import conftest  # noqa: F401 - a home of its own

    os.environ |= {"GIT_AUTHOR_DATE": DAY, "GIT_COMMITTER_DATE": DAY}
    from tests.scenarios import world

    sys.exit(main())
