"""Ctrl-C while a command is still being loaded, when nothing has been done yet: one line, and no traceback."""

import os

# What `signal` wraps, without the 5 ms that it takes to load: until a handler is set, Ctrl-C shows a traceback.
signal = __import__("_signal")

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
INTERRUPTED = 130


def end_at_once() -> None:
    """Have Ctrl-C and its kin end the process at once, unless what started it wants them ignored, as nohup does."""
    _on_each(_end)


def end_in_order() -> None:
    """Have Ctrl-C and its kin raise KeyboardInterrupt, so that a command cleans up first."""
    _on_each(signal.default_int_handler)


def end_no_more() -> None:
    """Have Ctrl-C and its kin wait for the end, which is near: what was done is done, and said."""
    _on_each(signal.SIG_IGN)


def _on_each(handler: object) -> None:
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def _end(*_: object) -> None:
    try:
        os.write(2, b"error: interrupted\n")
    finally:
        os._exit(INTERRUPTED)
