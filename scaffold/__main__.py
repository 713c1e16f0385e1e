"""Run `python -m scaffold`."""

from scaffold.process import early

early.end_at_once()  # before the rest is loaded, which takes a while

import gc  # noqa: E402
import sys  # noqa: E402

# A command is short and makes little that must be looked for: one look in the middle of an update takes it 20 ms.
gc.set_threshold(300_000, 20, 50)

from scaffold.cli.app import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
