"""Run scaffold several times, each time with the permission to write taken away at another instant.

    python disturbed.py SHUT N FOLDER [N FOLDER ...]

Updates the project in each FOLDER, and makes SHUT in it read-only just before the N-th time that it is touched. As in
killed.py, every n is another instant of the run. Prints the exit code of each and what it said as JSON. All that is
needed is loaded once: each run is a process of its own that starts from there.
"""

import json
import os
import sys
from pathlib import Path

from killed import touches  # the folder of a script is where it imports from

from scaffold.cli.app import main as scaffold
from scaffold.project.commands import update as _loaded  # noqa: F401 - before the first run, not in each


def run(shut: str, wanted: int, folder: str) -> int:
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if touches(event, arguments, folder):
            seen += 1
            if seen == wanted:
                os.chmod(f"{folder}/{shut}", 0o555)  # noqa: PTH101

    sys.addaudithook(hook)
    sys.argv = ["scaffold", "update", folder]
    return scaffold()


def main() -> None:
    ended = []
    for wanted, folder in zip(sys.argv[2::2], sys.argv[3::2], strict=True):
        said = Path(f"{folder}.said")
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
            os._exit(run(sys.argv[1], int(wanted), folder))
        _, status = os.waitpid(child, 0)
        ended.append((os.waitstatus_to_exitcode(status), said.read_text()))
    print(json.dumps(ended))


if __name__ == "__main__":
    main()
