"""A forge as a process of its own: `python -m tests.forges.serve SHAPE FOLDER [--port N]`.

It prints its address, and ends when its standard input does. A test in another process says what there is and what people
do by `Remote`, with the methods of `World`.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.forges import github, gitlab
from tests.forges.server import Server
from tests.forges.world import World

SHAPES = {"github": github, "gitlab": gitlab}


class Remote:
    """The world of a server in another process: the same methods."""

    def __init__(self, url: str):
        self.url, self.host = url, url.partition("//")[2]

    def __getattr__(self, name: str) -> Any:
        def say(*args: Any, **more: Any) -> Any:
            body = json.dumps([args, more], default=str).encode()
            with urllib.request.urlopen(f"{self.url}/_world/{name}", body) as answer:
                return json.load(answer)

        return say


@contextlib.contextmanager
def apart(shape: str, folder: Path) -> Iterator[Remote]:
    """Run a server in a process of its own."""
    command = [sys.executable, "-m", "tests.forges.serve", shape, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Remote(process.stdout.readline().strip())
        finally:
            process.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with Server(World(given.folder), SHAPES[given.shape], given.port).running() as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
