"""Run `python -m scaffold`."""

import sys

from scaffold.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
