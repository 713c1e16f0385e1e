"""Processes, and bounds on our own: whatever a template starts is also ended."""

from collections.abc import Callable
from typing import Any

Notify = Callable[[str], Any]  # told what work that takes a while is at
