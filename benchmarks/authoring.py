"""What an author waits for: lint, a matrix of cases, and the test that runs again on each save.

    python -m benchmarks.authoring

Lint and the matrix are CPU time in one process whose modules are loaded; lint once with nothing known of the templates,
and once with their code as an earlier run has kept it. Lint of one also looks at those that stack its layers;
`one of all` is a third of the lint of three. The watch is a real process: from the save to its last line, by the clock.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from scaffold.authoring.lint.run import lint
from scaffold.authoring.trial import try_blueprint
from scaffold.render import compose
from scaffold.sources.built_in import built_in_root
from scaffold.sources.library import FolderLibrary
from scaffold.templating import known
from tests.kit import write

ROUNDS, CASES, FILES = 5, 100, 60
LINT, MATRIX, WATCH = 0.3, 1.5, 1.0  # seconds


def main() -> None:
    """Measure, and print a line for each figure with its goal."""
    with TemporaryDirectory(prefix="scaffold-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        for name, spent in linted(built_in_root()):
            told(f"lint, {name}", spent, LINT)
        library = many(Path(folder) / "library")
        try_blueprint("many", library=library)
        spent = [cpu(lambda: try_blueprint("many", library=library)) for _ in range(ROUNDS)]
        told(f"matrix of {CASES} cases of {FILES} files", spent, MATRIX)
        told("watch: from a save to the result", watched(small(Path(folder) / "small")), WATCH)


def linted(root: Path) -> Iterator[tuple[str, list[float]]]:
    """Lint each built-in blueprint, and all of them, whose figure is that of one."""
    names = FolderLibrary(root, str(root)).names()
    lint(library=root)
    for name in (*names, None):
        share = 1 if name else len(names)
        cold = [cpu(lambda name=name: lint(name, library=root), forget=True) / share for _ in range(ROUNDS)]
        warm = [cpu(lambda name=name: lint(name, library=root)) / share for _ in range(ROUNDS)]
        yield f"{name or 'one of all'}, nothing known", cold
        yield f"{name or 'one of all'}, code kept", warm


def cpu(act: Callable[[], object], *, forget: bool = False) -> float:
    """Return the CPU seconds of a call; with nothing known of its templates where that is to be forgotten."""
    if forget:
        known.forget()
        compose._content.cache_clear()  # noqa: SLF001 - kept within one process only
        for one in Path(os.environ["XDG_CACHE_HOME"]).rglob("*.bin"):
            one.unlink()
    start = time.process_time()
    act()
    return time.process_time() - start


def many(root: Path) -> Path:
    """Write a library of one blueprint with so many cases, each of so many files, half of them templates."""
    files = {
        "blueprints/many/blueprint.yml": "name: many\nversion: 1.0.0\ntitle: Many\nowners: ['@acme']\nlayers: [many]\n",
        "templates/many/copier.yml": "name:\n  type: str\n  help: Name\n  default: demo\n",
    }
    files |= {f"blueprints/many/cases/case-{number:03}.yml": f"name: service-{number}\n" for number in range(CASES)}
    text = "".join(f"line {number} of {{{{ name }}}}\n" for number in range(20))
    files |= {f"templates/many/file-{number}.md{'.jinja' * (number % 2)}": text for number in range(FILES)}
    return write(root, files)


def small(root: Path) -> Path:
    """Write a library whose test an author watches: three cases of sixty files."""
    many(root)
    for case in sorted((root / "blueprints/many/cases").iterdir())[3:]:
        case.unlink()
    return root


def watched(library: Path) -> list[float]:
    """Save a template again and again, and return how long each result takes to come."""
    words = [sys.executable, "-m", "scaffold", "blueprint", "test", "many", "--watch"]
    with subprocess.Popen(words, cwd=library, stdout=subprocess.PIPE, text=True) as process:
        lines = iter(process.stdout.readline, "") if process.stdout else iter(())
        ended = (line for line in lines if line.strip() in ("passed", "failed"))
        next(ended)
        spent = []
        for number in range(ROUNDS):
            start = time.perf_counter()
            (library / "templates/many/file-1.md.jinja").write_text(f"save {number} of {{{{ name }}}}\n")
            next(ended)
            spent.append(time.perf_counter() - start)
        process.terminate()
    return spent


def told(what: str, spent: list[float], goal: float) -> None:
    """Print a figure with its goal."""
    print(
        f"{what:<48} {1000 * median(spent):6.0f} ms of {1000 * goal:5.0f} ms  ({min(spent):.3f} to {max(spent):.3f} s)"
    )


if __name__ == "__main__":
    main()
