"""Run `python -m scaffold`."""

import gc
import sys

gc.disable()  # while modules load, nothing that is made can be thrown away; looking for it takes 5 ms

from scaffold.cli.app import main as run  # noqa: E402

__all__ = ["main"]


def main() -> int:
    """Run the command line and return its exit code."""
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
