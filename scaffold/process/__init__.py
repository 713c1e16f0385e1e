"""Processes, and bounds on our own: whatever a template starts is also ended."""

from _collections_abc import Callable  # loaded already, unlike `collections`: `early` comes from here too

Notify = Callable[[str], object]  # told what work that takes a while is at
