"""Score the merge of single files on real merges, beside other tools: `merge_cases.py CASES ... [--json]`.

CASES holds a JSON object on each line: `id`, `path`, `base`, `ours`, `theirs`, `human` (null where people removed the
file), `event` and `template`. The tables go into `docs/reference/merge-cases.md`; `--json` prints the figures instead.
Where `mergiraf` is there, it merges too.
"""

import ast
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from compare import place
from page import processor
from workload import environment

from scaffold.errors import FormatError
from scaffold.formats.equal import canonical, equal
from scaffold.merge import drivers
from scaffold.merge.files import merge_files
from scaffold.merge.layouts import known
from scaffold.merge.markers import Labels
from scaffold.merge.schema import KeyPath, list_at

PAGE = Path(__file__).parents[1] / "docs/reference/merge-cases.md"
BEGIN, END = "<!-- figures: written by make bench-merge -->", "<!-- end of figures -->"
USAGE = (
    "give files of merge cases, a JSON object on each line, as docs/reference/merge-cases.md describes them: "
    "make bench-merge CASES='FILE ...'"
)
KEYS = ("base", "ours", "theirs")
LABELS = Labels("the last update", "before the update", "after the update")
OPENING = re.compile(rb"^<<<<<<< " + LABELS.ours.encode(), re.MULTILINE)
ROW = re.compile(r"^\| (\w+) \| `", re.MULTILINE)  # of the page's table of results that were read
LEFT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)  # markers that people have committed
TOLD = {"scaffold": "scaffold", "git": "`git merge-file`", "copier": "Copier's way", "mergiraf": "mergiraf"}
RUNS = 3  # of scaffold, of which the best counts; one of each process
CLEAN, EQUAL, HUNKS, MEDIAN, SLOW = (
    0.78,
    0.85,
    0.45,
    2.0,
    100.0,
)  # the goals: three shares, and milliseconds of half the cases, and of 99 in 100


class Equal(IntEnum):
    """How a result equals the file that people committed; each includes those above it."""

    NOT = 0
    SETS = 1
    DATA = 2
    BYTES = 3


class Case(NamedTuple):
    """One file that both sides had changed, and what people made of it."""

    id: str
    path: str
    base: bytes
    ours: bytes
    theirs: bytes
    human: str | None


class Result(NamedTuple):
    """What one way of merging made of a case; `used` are the drivers that settled something."""

    content: bytes
    hunks: int
    seconds: float
    used: tuple[str, ...] = ()


class Scored(NamedTuple):
    """A case with a result, and how that equals the people's file."""

    case: Case
    result: Result
    equal: Equal


Way = Callable[[Case, Path], Result]


def load(cases: Path) -> list[Case]:
    """Read the cases; raises KeyError or ValueError where they are none."""
    found = (json.loads(line) for line in cases.read_text("utf-8").splitlines() if line.strip())
    return [Case(one["id"], one["path"], *(one[key].encode() for key in KEYS), one["human"]) for one in found]


def by_scaffold(case: Case, _: Path) -> Result:
    """Merge with all drivers on."""
    times = []
    for _run in range(RUNS):
        start = perf_counter()
        merged = merge_files(case.path, case.base, case.ours, case.theirs, LABELS, drivers.ALL)
        times.append(perf_counter() - start)
    content = merged.content or b""
    return Result(content, 0 if merged.clean else max(1, len(OPENING.findall(content))), min(times), merged.used)


def by_git(case: Case, folder: Path, *options: str) -> Result:
    """Merge with one process of `git merge-file`, in the style that git has when nothing is configured."""
    for key in KEYS:
        (folder / key).write_bytes(getattr(case, key))
    start = perf_counter()
    content = _merge_file(folder, *options)
    return Result(content, len(OPENING.findall(content)), perf_counter() - start)


def by_copier(case: Case, folder: Path) -> Result:
    """Merge as Copier 9 does, file by file (copier/_main.py, `_apply_update`).

    Imitated: the team's edits are a patch of three lines of context (`--inter-hunk-context=-1`), which is applied to
    the new version (`git apply --reject`); where a part of it is rejected, the file is taken back and merged with
    `git merge-file` (`--conflict inline`, the default). Not imitated: rendering, the commits that the patch is made
    between, which cost much more than this, files added or deleted, and whatever other files of an update do to it.
    """
    for key, name in (("base", "stamped/file"), ("ours", "edited/file"), ("theirs", "file")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(getattr(case, key))
    rejected = folder / "file.rej"
    rejected.unlink(missing_ok=True)
    start = perf_counter()
    style = ("--unified=3", "--inter-hunk-context=-1", "--no-prefix", "--text")
    patch = _git(folder, "diff", "--no-index", *style, "stamped/file", "edited/file")
    _git(folder, "apply", "--reject", "-", given=patch)
    if not rejected.exists():
        return Result((folder / "file").read_bytes(), 0, perf_counter() - start)
    for key in KEYS:
        (folder / f"{key}.side").write_bytes(getattr(case, key))
    content = _merge_file(folder, suffix=".side")
    return Result(content, len(OPENING.findall(content)), perf_counter() - start)


def by_mergiraf(case: Case, folder: Path) -> Result:
    """Merge with one process of `mergiraf merge`, which is told the name of the file."""
    for key in KEYS:
        (folder / key).write_bytes(getattr(case, key))
    labels = ("-s", LABELS.base, "-x", LABELS.ours, "-y", LABELS.theirs, "-p", case.path)
    start = perf_counter()
    done = subprocess.run(["mergiraf", "merge", *labels, *KEYS], cwd=folder, capture_output=True, check=False)
    return Result(done.stdout, done.returncode and max(1, len(OPENING.findall(done.stdout))), perf_counter() - start)


def _merge_file(folder: Path, *options: str, suffix: str = "") -> bytes:
    labels = [word for label in (LABELS.ours, LABELS.base, LABELS.theirs) for word in ("-L", label)]
    sides = [f"{key}{suffix}" for key in ("ours", "base", "theirs")]
    return _git(folder, "merge-file", "-p", *options, *labels, *sides)


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, check=False)
    if done.returncode > 127:  # noqa: PLR2004 - below it says what differs, or how many conflicts there are
        sys.exit(f"git {arguments[0]} failed: {done.stderr.decode().strip()}")
    return done.stdout


def equality(case: Case, content: bytes) -> Equal:
    """Compare a result with what people committed."""
    text = content.decode()
    if case.human is None:
        return Equal.NOT
    if text == case.human:
        return Equal.BYTES
    if case.path.endswith(".py"):
        return Equal.DATA if _parsed_alike(text, case.human) else Equal.NOT
    kind = known.kind_of(case.path)
    try:
        data = [known.values(kind, side) for side in (text, case.human)] if kind else []
    except FormatError:
        return Equal.NOT
    if not data:
        return Equal.NOT
    if equal(*data):
        return Equal.DATA
    return Equal.SETS if equal(*(_unordered(case.path, side) for side in data)) else Equal.NOT


def _parsed_alike(*texts: str) -> bool:
    try:
        one, other = (ast.dump(ast.parse(text)) for text in texts)
    except SyntaxError:
        return False
    return one == other


def _unordered(path: str, data: Any, at: KeyPath = ()) -> Any:
    """Return data whose lists are sorted where the schema says that their order does not count."""
    if isinstance(data, dict):
        return {key: _unordered(path, value, (*at, key)) for key, value in data.items()}
    if not isinstance(data, list):
        return data
    items = [_unordered(path, value, (*at, "an item")) for value in data]
    found = list_at(path, at)
    return items if found is None or found.ordered else sorted(items, key=canonical)


def score(cases: Iterable[Case], way: Way, folder: Path) -> list[Scored]:
    """Merge all cases in one way."""
    results = [(case, way(case, folder)) for case in cases]
    return [Scored(case, one, Equal.NOT if one.hunks else equality(case, one.content)) for case, one in results]


def figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return what is shown of one way of merging."""
    clean = [one for one in scored if not one.result.hunks]
    unmarked = [one for one in clean if not LEFT.search(one.case.human or "")]
    times = sorted(1000 * one.result.seconds for one in scored)
    used = Counter(name for one in clean for name in one.result.used or ("lines alone",))
    right = Counter(name for one in clean if one.equal >= Equal.DATA for name in one.result.used or ("lines alone",))
    return {
        "cases": len(scored),
        "clean": len(clean),
        "equal": {level.name.lower(): _at_least(clean, level) for level in list(Equal)[:0:-1]},
        "unmarked": {"clean": len(unmarked), "data": _at_least(unmarked, Equal.DATA)},
        "hunks": sum(one.result.hunks for one in scored),
        "milliseconds": {
            "median": median(times),
            "p90": times[len(times) * 9 // 10],
            "p99": times[len(times) * 99 // 100],
            "max": times[-1],
        },
        "drivers": {name: {"clean": used[name], "data": right[name]} for name in sorted(used, key=lambda n: -used[n])},
        "differing": [one.case.id for one in clean if one.equal < Equal.DATA],
    }


def by_extension(scored: Sequence[Scored]) -> dict[str, list[int]]:
    """Return for each kind of file how many cases there are, how many are clean, and how many of those equal."""
    kinds: dict[str, list[Scored]] = {}
    for one in scored:
        path = Path(one.case.path)
        kinds.setdefault(path.suffix or path.name, []).append(one)
    return {
        kind: [len(some), sum(not one.result.hunks for one in some), _at_least(some, Equal.DATA)]
        for kind, some in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    }


def _at_least(scored: Iterable[Scored], level: Equal) -> int:
    return sum(one.equal >= level for one in scored)


def measure(cases: Sequence[Case]) -> dict[str, Any]:
    """Merge all cases in every way, in a temporary folder and with nothing of the user's in the environment."""
    with TemporaryDirectory(prefix="scaffold-benchmark-", dir=place([])) as name:
        work = Path(name).resolve()
        settings = environment(work)
        os.environ.clear()
        os.environ.update(settings, GIT_CEILING_DIRECTORIES=str(work.parent))
        by_scaffold(cases[0], work)  # loads what is loaded late
        ways = {"scaffold": by_scaffold, "git": by_git, "copier": by_copier}
        ways |= {"mergiraf": by_mergiraf} if shutil.which("mergiraf") else {}
        scored = {name: score(cases, way, work) for name, way in ways.items()}
        found: dict[str, Any] = {name: figures(one) for name, one in scored.items()}
        found["extensions"] = {name: by_extension(one) for name, one in scored.items()}
        styles = {style: sum(by_git(case, work, f"--{style}").hunks for case in cases) for style in ("diff3", "zdiff3")}
    found["git"]["hunks in other styles"] = styles
    return {"marked": sum(bool(LEFT.search(case.human or "")) for case in cases), **found}


def extensions(found: dict[str, Any]) -> str:
    """Return the figures by extension as a Markdown table, of those with two cases or more."""
    ways = found["extensions"]
    lines = [f"| kind | cases | {' | '.join(map(TOLD.__getitem__, ways))} |", f"|---|--:|{'--:|' * len(ways)}"]
    for kind, (total, *_) in ways["scaffold"].items():
        if total > 1:
            cells = (f"{clean} clean, {equal} equal" for _, clean, equal in (way[kind] for way in ways.values()))
            lines.append(f"| `{kind}` | {total} | {' | '.join(cells)} |")
    return "\n".join(lines)


def table(found: dict[str, Any]) -> str:
    """Return the figures as Markdown tables."""
    names = [name for name in TOLD if name in found]
    ways = [found[name] for name in names]
    total, whole = ways[0]["cases"], found["git"]["hunks"]
    styles = found["git"]["hunks in other styles"]
    rows = [
        ("merged without conflict", [_share(way["clean"], total) for way in ways]),
        *(
            (f"... of those, equal to what people committed, {told}", [_of_clean(way, level) for way in ways])
            for level, told in (
                ("bytes", "byte for byte"),
                ("data", "in bytes or as parsed data, the order of lists counting"),
                ("sets", "also where only lists differ in order that the schema calls sets"),
            )
        ),
        (
            "... the same in bytes or as parsed data, without the cases whose committed file holds conflict markers",
            [_share(way["unmarked"]["data"], way["unmarked"]["clean"]) for way in ways],
        ),
        ("conflict hunks", [f"{way['hunks']} ({100 * way['hunks'] / whole:.1f} %)" for way in ways]),
        *(
            (f"... with `git merge-file --{style}`", ["", str(count), *[""] * (len(ways) - 2)])
            for style, count in styles.items()
        ),
        *(
            (f"milliseconds a case, {told}", [f"{way['milliseconds'][key]:.2f}" for way in ways])
            for key, told in (
                ("median", "median"),
                ("p90", "90 of 100 below"),
                ("p99", "99 of 100 below"),
                ("max", "most"),
            )
        ),
    ]
    lines = [f"| of {total} | {' | '.join(map(TOLD.__getitem__, names))} |", f"|---|{'--:|' * len(ways)}"]
    lines += [f"| {' | '.join((what, *cells))} |" for what, cells in rows]
    lines += [
        "",
        "Clean results of scaffold by driver; a case counts for each driver that settled something in it:",
        "",
    ]
    lines += ["| driver | clean | equal in bytes or as parsed data |", "|---|--:|--:|"]
    for name, count in ways[0]["drivers"].items():
        told = f"`{name}`, {drivers.SAYS[name]}" if name in drivers.SAYS else name
        lines.append(f"| {told} | {count['clean']} | {_share(count['data'], count['clean'])} |")
    return "\n".join(lines)


def _of_clean(way: dict[str, Any], level: str) -> str:
    return _share(way["equal"][level], way["clean"])


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "none"


def goals(found: dict[str, Any]) -> str:
    """Say which goals are met."""
    ours, whole = found["scaffold"], found["git"]["hunks"]
    rows = (
        (f"at least {100 * CLEAN:.0f} % merged without conflict", ours["clean"] >= CLEAN * ours["cases"]),
        (
            f"at least {100 * EQUAL:.0f} % of those equal in bytes or as parsed data",
            ours["equal"]["data"] >= EQUAL * ours["clean"],
        ),
        (f"at most {100 * HUNKS:.0f} % of the hunks of `git merge-file`", ours["hunks"] <= HUNKS * whole),
        (f"at most {MEDIAN:.0f} ms a case in the middle", ours["milliseconds"]["median"] <= MEDIAN),
        (f"at most {SLOW:.0f} ms in 99 of 100 cases", ours["milliseconds"]["p99"] <= SLOW),
    )
    return "\n".join(f"- {what}: {'met' if met else '**missed**'}." for what, met in rows)


def section(found: dict[str, Any]) -> str:
    """Return what stands between the markers of the page."""
    git = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout.split()[2]
    facts = (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, git {git}, pygit2 {version('pygit2')}."
    )
    marked = (
        f"In {found['marked']} cases people committed the file with conflict markers in it, which no merge can equal "
        "or should."
    )
    return "\n\n".join((table(found), extensions(found), marked, f"Goals:\n\n{goals(found)}", facts))


def main() -> None:
    """Measure, print the tables and write them into the page, or print JSON."""
    words = [word for word in sys.argv[1:] if word != "--json"]
    cases: list[Case] = []
    for word in words:
        try:
            cases += load(Path(word))
        except (OSError, KeyError, TypeError, ValueError) as error:
            sys.exit(f"{word} cannot be read as merge cases ({error}): {USAGE}")
    if not cases:
        sys.exit(USAGE)
    found = measure(cases)
    if "--json" in sys.argv[1:]:
        print(json.dumps(found, indent=2))
        return
    print(section(found))
    before, begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{PAGE.name} has no place for the figures: put {BEGIN} and {END} into it")
    PAGE.write_text(f"{before}{BEGIN}\n\n{section(found)}\n\n{END}{after}", "utf-8")
    read, differing = set(ROW.findall(after)), set(found["scaffold"]["differing"])
    for ids, told in (
        (differing - read, "differ and have no row yet"),
        (read - differing, "have a row and no longer differ"),
    ):
        if ids:
            print(f"{PAGE.name}: these {told}: {', '.join(sorted(ids))}", file=sys.stderr)


if __name__ == "__main__":
    main()
