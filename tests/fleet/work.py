"""What workers are given in tests: each is a function of a module, as pickle asks for."""

import os
import signal
import time
from pathlib import Path

from scaffold.errors import GitError


class Unpicklable:
    """Neither a job nor an outcome."""

    def __reduce__(self):
        raise TypeError("cannot pickle this")


class Unopenable:
    """Pickled without a word, and then no more to be had."""

    def __reduce__(self):
        return int, ("no number",)


def twice(job):
    return job * 2


def whose(_job):
    """Say who worked, in which environment, and whether Ctrl-C is ignored."""
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    return os.getpid(), os.environ.get("FOR_WORKERS"), os.environ.get("PYTHONSAFEPATH"), ignored


def odd(job):
    """Fail in each way that there is, by what is left of seven."""
    return {0: twice, 1: _raises, 2: _refuses, 3: _unpicklable, 4: _unopenable, 5: _nothing}.get(job % 7, twice)(job)


def _raises(_job):
    raise KeyError("a secret")


def _refuses(job):
    raise GitError(f"repository {job} is damaged")


def _unpicklable(_job):
    return Unpicklable()


def _unopenable(_job):
    return Unopenable()


def _nothing(_job):
    """Return nothing, which is an outcome too."""


def mortal(job):
    """Be killed: by each job that says so, the first time only where that has a file to remember it by."""
    number, how, place = job
    if how == "always" or (how == "once" and not Path(place).exists()):
        Path(place).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return number


def slow(job):
    """Say that it has begun, and take a while."""
    seconds, folder = job
    (Path(folder) / f"{os.getpid()}").touch()
    time.sleep(seconds)
    return seconds


def ends(job):
    """Leave as no program should."""
    if job == 3:
        raise SystemExit(1)
    return job
