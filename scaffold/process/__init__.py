"""Processes, and bounds on our own: whatever a template starts is also ended."""

from _collections_abc import Callable  # loaded already, unlike `collections`: `early` comes from here too

# Thresholds of `gc`. A command is short and makes little that must be looked for: one look in the middle of an update
# takes it 20 ms, and a plan of a fleet a twelfth of its time.
SELDOM = (300_000, 20, 50)
Notify = Callable[[str], object]  # told what work that takes a while is at
