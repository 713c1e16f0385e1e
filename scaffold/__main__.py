"""Run `python -m scaffold`."""

import gc
import sys

from scaffold.process import SELDOM, early

early.end_at_once()  # before the rest is loaded, which takes a while
gc.set_threshold(*SELDOM)

from scaffold.cli import app  # noqa: E402 - see above


def main() -> int:
    """Run the command line in a process of its own, and return its exit code."""
    code = app.main()
    early.end_no_more()
    gc.freeze()  # what is left goes with the process: to look through it for cycles is a fifth of a short command
    return code


if __name__ == "__main__":
    sys.exit(main())
