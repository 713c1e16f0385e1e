"""A Dask cluster on loopback: a scheduler, and workers of one thread each."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from scaffold.fleet.engines import DASK


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Start a cluster and yield how `--run-on` names it, or nothing where Dask is not installed."""
    if find_spec("distributed") is None:
        yield ""
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    started = [_start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])]
    try:
        started += [_start("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(workers)]
        yield f"{DASK}{address}"
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def _start(kind: str, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
